#!/usr/bin/python3
"""A power cut at every moment of a wave's life, in every state that the disk may legally be left in (tests/faults/power.c):
each opens, is whole, holds what was acknowledged, and every open wave has its key.

The short form takes some states of each moment, READINESS_LONG=1 all that can be counted. That the attack can succeed is
shown with a disk that syncs nothing."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import LONG  # noqa: E402
from support.readiness import PROGRAM, ROOT  # noqa: E402

POWER = os.path.join(os.path.dirname(PROGRAM), 'tests', 'power')


def play(*words, parts=2, **more):
    """Runs the program in parts, side by side: [(images, bad)], and what they said."""
    running = [subprocess.Popen([POWER, words[0], str(int(words[1]) * parts), str(i * int(words[1]))], cwd=ROOT, env=dict(os.environ, **more),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for i in range(parts)]
    said = [p.communicate() for p in running]
    found = [re.search(r'(\d+) images, (\d+) whole with everything acknowledged, (\d+) bad', out) for out, _ in said]
    return [tuple(int(n) for n in f.groups()) if f else None for f in found], said


class PowerCut(unittest.TestCase):
    def test_whatever_the_disk_has_kept_everything_acknowledged_is_there(self):
        found, said = play('0' if LONG else '3', '1' if LONG else '7')
        print(''.join(out for out, _ in said), flush=True)
        self.assertNotIn(None, found, said)
        self.assertGreater(sum(images for images, _, _ in found), 20000 if LONG else 500)
        self.assertEqual([bad for _, _, bad in found], [0, 0], said)

    def test_a_disk_that_lies_is_found_out(self):
        found, said = play('2', '97', POWER_LYING_DISK='1')
        self.assertNotIn(None, found, said)
        self.assertGreater(sum(bad for _, _, bad in found), 5, said)


if __name__ == '__main__':
    unittest.main()
