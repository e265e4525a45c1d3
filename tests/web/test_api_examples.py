#!/usr/bin/python3
"""The examples of docs/examples, run as they are written where their interpreter is there: they fetch and draw."""
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.api import tale, token_for  # noqa: E402
from support.readiness import ROOT  # noqa: E402


def is_there(*words):
    return bool(shutil.which(words[0])) and subprocess.run(words, capture_output=True).returncode == 0


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = tale()
        cls.here.run('user', 'add', 'owner@example.org', '--role', 'administrator')
        cls.here.serve()
        cls.environment = dict(os.environ, READINESS_TOKEN=token_for(cls.here, 'owner@example.org', 'results'))
        rows = cls.here.results('tale', '--wave', 'Baseline')
        cls.means = sum(key[:3] == ('', '', 'construct') and key[4] == 'mean' and isinstance(value, float)
                        for key, value in rows.items())

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def draws(self, words, name, begins):
        out = self.here.path(name)
        done = subprocess.run(words + [self.here.url, 'tale', '1', out], env=self.environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(self.means, 0)
        self.assertTrue(done.stdout.startswith('%d constructs' % self.means), done.stdout)
        with open(out, 'rb') as file:
            self.assertTrue(file.read().startswith(begins))

    @unittest.skipUnless(is_there('/usr/bin/python3', '-c', 'import matplotlib'), 'matplotlib is not there')
    def test_the_one_in_python(self):
        self.draws(['/usr/bin/python3', os.path.join(ROOT, 'docs/examples/results.py')], 'chart.png', b'\x89PNG')

    @unittest.skipUnless(is_there('Rscript', '-e', 'library(jsonlite)'), 'R with jsonlite is not there')
    def test_the_one_in_r(self):
        self.draws(['Rscript', os.path.join(ROOT, 'docs/examples/results.R')], 'chart.pdf', b'%PDF')

    def test_the_one_in_python_says_when_a_token_is_refused(self):
        done = subprocess.run(['/usr/bin/python3', os.path.join(ROOT, 'docs/examples/results.py'), self.here.url, 'tale', '1', 'x'],
                              env=dict(self.environment, READINESS_TOKEN='readiness_no'), capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('401', done.stderr)


if __name__ == '__main__':
    unittest.main()
