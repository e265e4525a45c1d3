#!/usr/bin/python3
"""Every file of tests/data/broken gets exactly the findings that stand beside it, NAME.findings: file, line, column,
level, sentence, and the code in brackets. `READINESS_GOLDEN=write tests/story/test_broken.py` writes them anew; read what
has changed in them before you keep it."""
import glob
import os
import re
import subprocess
import unittest

from support.readiness import PROGRAM, ROOT

FOLDER = 'tests/data/broken'
# Codes that no file here can bring about: the program or the machine failed; or the file would be large (unit tests).
WITHOUT_FILE = {'ini.library', 'ini.disagree', 'ini.machine', 'ini.too_large'}


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()


def originals():
    """The files to check: translations are checked with what they translate."""
    found = sorted(glob.glob(os.path.join(ROOT, FOLDER, '*.ini')))
    return [path for path in found if not re.search(r'\.[a-z]{2}\.ini$', path)]


def golden(path):
    return path[:-len('.ini')] + '.findings'


def checked(path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith('READINESS_')}
    done = subprocess.run([PROGRAM, 'check', FOLDER + '/' + os.path.basename(path)], cwd=ROOT, text=True,
                          env=dict(environment, LC_ALL='C'), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = done.stderr.splitlines(keepends=True)
    return ''.join(lines[:-1]), done.returncode  # the last line says how to ask what a code means


def keys(name):
    text = read('config/texts/en/' + name)
    return re.findall(r'^([a-z][\w.]*) *=', text.split('[finding]')[1].split('\n[')[0], re.M)


class Broken(unittest.TestCase):
    def test_every_broken_file_gets_its_findings(self):
        files = originals()
        self.assertGreaterEqual(len(files), 60)
        for path in files:
            with self.subTest(file=os.path.basename(path)):
                found, status = checked(path)
                if os.environ.get('READINESS_GOLDEN') == 'write':
                    with open(golden(path), 'w', encoding='utf-8') as out:
                        out.write(found)
                with open(golden(path), encoding='utf-8') as file:
                    expected = file.read()
                self.assertTrue(expected, 'no mistake found')
                self.assertEqual(found, expected)
                self.assertEqual(status, 1 if ': error: ' in expected else 0)

    def test_no_golden_file_is_left_over(self):
        self.assertEqual(sorted(glob.glob(os.path.join(ROOT, FOLDER, '*.findings'))),
                         sorted(golden(path) for path in originals()))

    def test_every_finding_of_an_instrument_is_brought_about_by_one(self):
        found = set()
        for path in originals():
            with open(golden(path), encoding='utf-8') as file:
                found |= set(re.findall(r' \[([a-z][\w.]*)\]$', file.read(), re.M))
        known = set(keys('instrument.ini')) | {k for k in keys('base.ini') if k.startswith('ini.')}
        self.assertEqual(sorted(known - found - WITHOUT_FILE), [])

    def test_every_row_of_the_table_has_its_file(self):
        text = read(FOLDER + '/README.md')
        rows = re.findall(r'^\| (.+?) \| (.+?) \|$', text, re.M)[2:]
        self.assertGreaterEqual(len(rows), 25)
        for behaviour, names in rows:
            for name in re.findall(r'`([\w-]+)`', names):
                self.assertTrue(os.path.exists(os.path.join(ROOT, FOLDER, name + '.ini')), (behaviour, name))


if __name__ == '__main__':
    unittest.main()
