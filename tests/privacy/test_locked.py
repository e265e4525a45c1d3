#!/usr/bin/python3
"""A practitioner takes the key away from the server: from then on nothing that lies there opens an answer, whatever is read
of files, database, journal and log, until the wave is closed with the recovery sheet. Before, its bytes are found; so they
can be."""
import os
import unittest

from support import postgres
from support.readiness import Browser
from support.scene import ANSWERS, answered, scene
from support.workspace import add_user, submit

LOCK, CLOSE = '/assessments/tale/waves/1/lock', '/assessments/tale/waves/1/close'


def figures(sheet):
    return sheet.split('\n\n')[1]


def secret_of(sheet):
    """What opens ballots: the second half."""
    return bytes.fromhex(figures(sheet).replace('\n', ' '))[32:64]


def places(here, secret):
    """Where it lies, as bytes or in figures of any kind."""
    figures_of_it = secret.hex().encode()
    files = [os.path.join(place, name) for place, _, names in os.walk(here.folder) for name in names]  # and sockets
    found = []
    for path in filter(os.path.isfile, files):
        with open(path, 'rb') as file:
            content = file.read()
        if secret in content or figures_of_it in b''.join(content.lower().split()):
            found.append(os.path.relpath(path, here.folder))
    if postgres.wanted() and secret in here.store.kept(here.database):
        found.append('the database')
    return found


class Locked(unittest.TestCase):
    def setUp(self):
        self.here = scene(8)
        self.addCleanup(self.here.__exit__)
        self.tokens = [link['token'] for link in self.here.links('tale', 'personal')]
        self.sheet, _ = self.here.run('wave', 'recovery-sheet', 'tale')
        self.secret = secret_of(self.sheet)
        self.answer(0, 4)
        key, = places(self.here, self.secret)
        self.assertIn('keys/wave-', key)

    def answer(self, first, end):
        for i in range(first, end):
            Browser(self.here.url).fill(self.tokens[i], dict(ANSWERS, obstacle='ledger %d.' % i))

    def check(self, close):
        self.assertEqual(places(self.here, self.secret), [])
        self.answer(4, 8)
        self.assertEqual(answered(self.here), 8)
        self.here.run('wave', 'close', 'tale', '--yes', status=1)
        self.here.stop()
        self.here.serve()
        self.assertEqual(places(self.here, self.secret), [])
        close()
        self.assertEqual(sorted(text for text, in self.here.query('SELECT text FROM comment')), ['ledger %d.' % i for i in range(8)])
        self.assertEqual(places(self.here, self.secret), [])

    def test_on_the_page(self):
        browser = add_user(self.here, 'ada@example.org')

        def close():
            fresh = add_user(self.here, 'bo@example.org')
            submit(fresh, fresh.get(CLOSE), CLOSE, {'label': 'Baseline', 'sheet': figures(self.sheet)})
        submit(browser, browser.get(LOCK), LOCK, {'sheet': figures(self.sheet)})
        self.check(close)

    def test_on_the_command_line(self):
        def in_a_file(*words):
            self.here.write('sheet.txt', self.sheet)
            self.here.run(*words)
            os.remove(self.here.path('sheet.txt'))
        in_a_file('wave', 'lock', 'tale', 'sheet.txt')
        self.check(lambda: in_a_file('wave', 'close', 'tale', '--yes', '--sheet', 'sheet.txt'))


if __name__ == '__main__':
    unittest.main()
