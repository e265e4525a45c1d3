#!/usr/bin/python3
"""The recovery sheet is enough: a wave's key that was lost is put back from what stands on it, command included."""
import glob
import html
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, PROGRAM  # noqa: E402
from support.scene import ANSWERS, answered, scene  # noqa: E402
from support.workspace import add_user  # noqa: E402

WORK = '/assessments/tale'


class Recovery(unittest.TestCase):
    def test_the_printed_command_puts_the_key_back_from_any_folder(self):
        with scene(6) as here:
            here.run('wave', 'close', 'tale', '--yes')
            here.run('wave', 'open', 'tale', '--label', "Claire's 2nd; rm -rf")
            token = here.links('tale', 'personal')[0]['token']
            Browser(here.url).fill(token, ANSWERS)
            browser = add_user(here, 'ada@example.org')
            text = browser.get(WORK + '/waves/2/sheet').text
            command, key = (html.unescape(re.search(r'<pre[^>]*class="?%s"?[^>]*>([^<]+)</pre>' % name, text).group(1))
                            for name in ('command', 'key'))
            here.stop()
            keys = glob.glob(here.path('var/keys/wave-*'))
            self.assertEqual(len(keys), 1)
            os.remove(keys[0])
            desk = os.path.join(here.folder, 'elsewhere')
            os.mkdir(desk)
            with open(os.path.join(desk, 'sheet.txt'), 'w', encoding='utf-8') as file:
                file.write(key)
            os.symlink(os.path.abspath(PROGRAM), os.path.join(desk, 'readiness'))
            done = subprocess.run(['/bin/sh', '-c', command], cwd=desk, env=dict(os.environ, PATH=desk + ':/usr/bin:/bin'),
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, command + '\n' + done.stdout)
            self.assertTrue(os.path.exists(keys[0]))
            here.serve()
            self.assertEqual(answered(here), 1)
            Browser(here.url).fill(here.links('tale', 'personal')[1]['token'], ANSWERS)
            self.assertEqual(answered(here), 2)


if __name__ == '__main__':
    unittest.main()
