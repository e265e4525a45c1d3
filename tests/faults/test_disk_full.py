#!/usr/bin/python3
"""A full disk: on a small tmpfs where one can be mounted, and by a quota of bytes everywhere. Who sends answers gets a page
that still holds them; reports say a sentence and leave nothing; as soon as there is room everything goes on."""
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import acts  # noqa: E402
from support.faults import Faults, copy_of, memory_folder, needed, rows, whole  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS, scene  # noqa: E402

TYPED = 'What I typed with care. '
OUTPUTS = [('report', 'tale', '--wave', 'Baseline', '--organisation', 'north', '--out', 'x.xlsx'),
           ('report', 'tale', '--wave', 'Baseline', '--organisation', 'north', '--out', 'x.html'),
           ('report', 'tale', '--wave', 'Baseline', '--all', '--out', 'x.xlsx'),
           ('results', 'tale', '--wave', 'Baseline', '--format', 'csv', '--out', 'x.csv'),
           ('export', 'tale', '--wave', 'Baseline', '--format', 'sav', '--out', 'x.sav'),
           ('export', 'tale', '--wave', 'Baseline', '--format', 'csv', '--out', 'x.csv'),
           ('links', 'tale', '--out', 'x.xlsx'), ('links', 'tale', '--out', 'x.csv')]


@contextlib.contextmanager
def small_disk(megabytes):
    """A folder on a file system of that size, or SkipTest."""
    folder = tempfile.mkdtemp(prefix='readiness-disk-')
    mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%dm' % megabytes, 'tmpfs', folder], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    if mounted.returncode != 0:
        os.rmdir(folder)
        raise unittest.SkipTest('no file system can be mounted here: ' + mounted.stdout.strip())
    before, tempfile.tempdir = tempfile.tempdir, folder
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        subprocess.run(['umount', folder], check=False)
        os.rmdir(folder)


def fill(path, leave=0):
    """Uses up the disk but for so many bytes."""
    with open(path, 'wb', buffering=0) as file:
        block = b'x' * 4096
        try:
            while True:
                if not file.write(block):
                    break
        except OSError:
            pass
        if leave:
            file.truncate(max(0, file.tell() - leave))


class SmallDisk(unittest.TestCase):
    def test_answers_are_kept_in_the_page_and_go_in_when_there_is_room(self):
        with small_disk(8) as disk, scene(staff=400) as here:
            tokens = [r['token'] for r in here.links('tale', 'personal')]
            filling = os.path.join(disk, 'filling')
            acknowledged, refused = [], []
            for i, token in enumerate(tokens):
                if i == 20:
                    fill(filling, leave=64 << 10)
                answers = dict(ANSWERS, obstacle=TYPED + 'ledger %d.' % i)
                pairs = [('.t', token), ('.l', 'en'), ('.p', '5'), ('.b', '0')] + list(answers.items()) + [('.s', 'submit')]
                page = Browser(here.url).post('/s', pairs)
                if page.status == 200:
                    self.assertIn('<h1>Thank you</h1>', page.text)
                    acknowledged.append(i)
                else:
                    self.assertEqual(page.status, 503)
                    self.assertIn(TYPED + 'ledger %d.' % i, page.text)
                    refused.append((i, page))
                if len(refused) >= 20:
                    break
            self.assertGreaterEqual(len(acknowledged), 20)
            self.assertEqual(len(refused), 20)
            self.assertEqual(Browser(here.url).get('/s/' + tokens[0]).status, 200)  # who only reads is not disturbed
            os.unlink(filling)
            for i, page in refused:  # the button of the page
                self.assertIn('<h1>Thank you</h1>', Browser(here.url).send(page).text)
            here.run('wave', 'close', 'tale', '--yes')
            found = [int(text.rsplit(' ', 1)[1][:-1]) for text, in rows(here.path('var/readiness.db'), 'SELECT text FROM comment')]
            self.assertEqual(sorted(found), sorted(acknowledged + [i for i, _ in refused]))
            self.assertIsNone(whole(here.path('var/readiness.db')))

    def test_closing_waits_for_room_and_loses_nothing(self):
        with small_disk(8) as disk, scene(staff=120) as here:
            for i, row in enumerate(here.links('tale', 'personal')[:60]):
                Browser(here.url).fill(row['token'], dict(ANSWERS, obstacle='ledger %d.' % i))
            here.stop()  # the journal's room is given back, too
            here.serve()
            filling = os.path.join(disk, 'filling')
            fill(filling)
            done = subprocess.run([acts.PROGRAM, 'wave', 'close', 'tale', '--yes'], cwd=here.folder, env=here.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            state = rows(here.path('var/readiness.db'), 'SELECT state FROM wave')[0][0]
            self.assertIn(state, (0, 1), 'the disk was not full')
            self.assertNotEqual(done.stdout + done.stderr, '')
            if state == 0:
                self.assertEqual(done.returncode, 3)
                self.assertEqual(rows(here.path('var/readiness.db'), 'SELECT count(*) FROM ballot')[0][0], 60)
                self.assertIsNone(acts.waves_have_keys(here))
            os.unlink(filling)
            if state == 0:
                here.run('wave', 'close', 'tale', '--yes')
            self.assertEqual(rows(here.path('var/readiness.db'), 'SELECT count(*) FROM response')[0][0], 60)
            self.assertIsNone(whole(here.path('var/readiness.db')))


class Quota(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needed()
        cls.here = acts.installation()
        cls.faults = Faults()
        cls.faults.into(cls.here)

    @classmethod
    def tearDownClass(cls):
        cls.faults.close()
        cls.here.post.__exit__()
        cls.here.__exit__()

    def test_whatever_is_written_is_there_whole_or_not_at_all(self):
        with small_disk(6) as disk:
            here = self.here
            place = os.path.join(disk, 'place')
            shutil.copytree(here.folder, place)
            other = copy_of(here)
            shutil.rmtree(other.folder)
            other.folder = place
            other.environment = {k: v for k, v in here.environment.items() if k not in ('LD_PRELOAD', 'FAULTS_CONTROL')}
            filling = os.path.join(disk, 'filling')
            for words in OUTPUTS:
                for leave in (0, 4096, 16384, 65536, 150000):
                    with self.subTest(words=' '.join(words), leave=leave):
                        before = set(os.listdir(place))
                        fill(filling, leave)
                        status, out, err = acts.run(other, list(words))
                        os.unlink(filling)
                        self.assertIn(status, (0, 3), err)
                        made = set(os.listdir(place)) - before - {'var'}
                        if status != 0:
                            self.assertNotEqual(err.strip(), b'')
                            self.assertEqual(made, set())
                        for name in made:
                            path = os.path.join(place, name)
                            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
                with self.subTest(words=' '.join(words), leave='enough'):
                    self.assertEqual(acts.run(other, list(words))[0], 0)
                    for name in set(os.listdir(place)) - before - {'var'}:
                        os.unlink(os.path.join(place, name))
            self.assertIsNone(whole(os.path.join(place, 'var/readiness.db')))

    def test_after_any_number_of_bytes_the_database_is_whole_and_goes_on(self):
        for left in (0, 100, 5000, 9000, 20000, 60000):
            here = copy_of(self.here)
            here.environment = dict(self.here.environment)
            here.serve()
            token = here.tokens[acts.ANSWERED]
            pairs = [('.t', token), ('.l', 'en'), ('.p', '5'), ('.b', '0')] + [
                (k, v) for k, v in ANSWERS.items() if k != 'obstacle'] + [('obstacle', TYPED), ('.s', 'submit')]
            self.faults.quota(left)
            page = Browser(here.url).post('/s', pairs)
            self.faults.quota(-1)
            if page.status != 200:
                self.assertEqual(page.status, 503, left)
                self.assertIn(TYPED.strip(), page.text)
                page = Browser(here.url).post('/s', pairs)
            self.assertIn('<h1>Thank you</h1>', page.text)
            self.assertEqual(here.stop(), 0)
            self.assertIsNone(whole(here.path('var/readiness.db')))
            self.assertEqual(rows(here.path('var/readiness.db'), 'SELECT count(*) FROM ballot')[0][0], acts.ANSWERED + 1)
            here.__exit__()


if __name__ == '__main__':
    unittest.main()
