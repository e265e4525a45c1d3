#!/usr/bin/python3
"""Killed at every write of an update: databases of every earlier form, with data in them, are opened by the program, which is
killed at the n-th call that touches a file, for every n. Afterwards the database opens, nothing of what was in it is gone, and
the copy made before is the database of before, whole; the same finds out an update in pieces (piecemeal.c). A newer database is
refused and not a byte of it changes."""
import glob
import hashlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import (COUNT, KILL, KILL_HALFWAY, LONG, RENAME, REMOVE, SYNC, TRUNCATE, WRITE, Faults, copy_of,  # noqa: E402
                            memory_folder, needed, rows, whole)
from support.readiness import Installation, PROGRAM, ROOT  # noqa: E402

MIGRATIONS = sorted(glob.glob(os.path.join(ROOT, 'engine/store/sqlite/[0-9][0-9][0-9]-*.sql')))
NEWEST = int(os.path.basename(MIGRATIONS[-1])[:3])
A, W, P, V = ("x'%s'" % (pair * 16) for pair in ('0a', '01', '0b', '02'))
DATA = {
    1: ["INSERT INTO assessment (id, name, title, instrument, mode, min_group, min_comments)"
        " VALUES (%s, 'north', 'North', 'x.ini', 1, 7, 14)" % A,
        "INSERT INTO placeholder VALUES (%s, 'innovation', '', 'falls')" % A,
        "INSERT INTO organisation VALUES (%s, 'n1', 'N1', '', 'fr', 12)" % A,
        "INSERT INTO wave (id, assessment, number, label, state, opened, until, closed, mode, min_group, min_comments, imported,"
        " instrument_hash, public_key) VALUES (%s, %s, 1, 'Baseline', 0, '2027-01-01', '2027-01-31', '', 1, 7, 14, 0, zeroblob(32),"
        " zeroblob(32))" % (W, A),
        "INSERT INTO ticket VALUES (%s, zeroblob(32), 1, 'n1', '', '', NULL, 1)" % W,
        "INSERT INTO invited VALUES (%s, 'n1', 1, 1, 0)" % W] +
       ["INSERT INTO person (assessment, id, email, name, organisation, unit, language) VALUES (%s, randomblob(16),"
        " 'p%d@n1.example', 'A person with a rather long name %d', 'n1', '', '')" % (A, i, i) for i in range(120)] +
       ["INSERT INTO ballot VALUES (%s, randomblob(32), randomblob(4144))" % W for _ in range(20)],
}


def make(path, version):
    """A database as the program of that version made it, in use."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute('PRAGMA journal_mode = WAL')
    for file in MIGRATIONS[:version]:
        with open(file, encoding='utf-8') as sql:
            database.executescript(sql.read())
        number = int(os.path.basename(file)[:3])
        for line in DATA.get(number, []):
            database.execute(line)
    database.execute('PRAGMA application_id = 1380208211')
    database.execute('PRAGMA user_version = %d' % version)
    database.close()


def held(path):
    return {name: rows(path, 'SELECT count(*) FROM ' + name)[0][0]
            for name in ('assessment', 'placeholder', 'organisation', 'wave', 'person', 'ticket', 'ballot', 'invited')}


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


class Update(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needed()
        tempfile.tempdir = memory_folder()
        cls.faults = Faults()

    @classmethod
    def tearDownClass(cls):
        cls.faults.close()

    def place(self, version):
        here = Installation()
        os.mkdir(here.path('var'))
        make(here.path('var/readiness.db'), version)
        self.faults.into(here)
        return here

    def open(self, here, program=PROGRAM):
        return subprocess.run([program, 'assessment', 'list'], cwd=here.folder, env=here.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).returncode

    def copies(self, here):
        """Finished copies of before the update: their versions."""
        return [rows(path, 'PRAGMA user_version')[0][0] for path in glob.glob(here.path('var/readiness.db.before-*'))
                if re.search(r'before-\d+(-\d+)?$', path)]

    def after_kill(self, here, version, before, schema):
        path, said = here.path('var/readiness.db'), []
        for copy in glob.glob(here.path('var/readiness.db.before-*')):
            if re.search(r'before-\d+(-\d+)?$', copy) and (whole(copy) or held(copy) != before):
                said.append('the copy %s is not whole' % os.path.basename(copy))
        now = rows(path, 'PRAGMA user_version')[0][0] if not whole(path) else -1
        if now != NEWEST and now != version:
            said.append('neither old nor new: %d' % now)
        if now == NEWEST and version not in self.copies(here):
            said.append('updated without a copy of version %d' % version)
        if now != -1 and held(path) != before:
            said.append('something is gone')
        self.faults.disarm()
        if self.open(here) != 0:
            said.append('does not open again')
        elif rows(path, 'PRAGMA user_version')[0][0] != NEWEST or held(path) != before or whole(path):
            said.append('not updated afterwards')
        elif schema and set(rows(path, 'SELECT name, sql FROM sqlite_schema')) != schema:
            said.append('another form than a new one')
        elif version not in self.copies(here):
            said.append('no copy of version %d is left: %s' % (version, self.copies(here)))
        return said

    def killed_everywhere(self, program, version, schema, every):
        """How often it was killed while it updated a database of that form, and what was wrong afterwards. Each time, the
        program opens it again."""
        kinds, kills, wrong = WRITE | SYNC | RENAME | TRUNCATE | REMOVE, 0, []
        model = self.place(version)
        before = held(model.path('var/readiness.db'))
        counting = copy_of(model)
        self.faults.arm(kinds, COUNT)
        self.assertEqual(self.open(counting, program), 0)
        calls, _ = self.faults.disarm()
        counting.__exit__()
        for n in range(1, calls + 1, 1 if every else 1 + calls // 20):
            for mode in (KILL, KILL_HALFWAY) if every else (KILL,):
                here = copy_of(model)
                self.faults.arm(kinds, mode, n)
                status = self.open(here, program)
                _, fired = self.faults.disarm()
                if fired:
                    kills += 1
                    self.assertEqual(status, -9)
                wrong += ['from %d, killed at call %d of %d: %s' % (version, n, calls, w)
                          for w in self.after_kill(here, version, before, schema)]
                here.__exit__()
        model.__exit__()
        return kills, wrong

    def test_killed_at_every_write_of_every_update(self):
        begun, wrong, kills = time.time(), [], 0
        fresh = Installation()
        self.assertEqual(self.open(fresh), 0)
        schema = set(rows(fresh.path('var/readiness.db'), 'SELECT name, sql FROM sqlite_schema'))
        fresh.__exit__()
        for version in range(1, NEWEST):
            more, found = self.killed_everywhere(PROGRAM, version, schema, LONG)
            kills, wrong = kills + more, wrong + found
        print('%d earlier forms, %d kills, %d wrong, %.0f s' % (NEWEST - 1, kills, len(wrong), time.time() - begun), flush=True)
        self.assertEqual(wrong, [], '\n'.join(wrong[:20]))

    def test_an_update_in_pieces_is_found_out(self):
        _, wrong = self.killed_everywhere(os.path.join(os.path.dirname(PROGRAM), 'readiness-piecemeal'), 1, None, False)
        self.assertNotEqual([w for w in wrong if 'does not open' in w or 'not updated' in w], [], wrong)

    def test_a_newer_database_is_refused_and_stays_as_it_is(self):
        for journal in ('WAL', 'DELETE'):
            here = self.place(NEWEST)
            path = here.path('var/readiness.db')
            database = sqlite3.connect(path)
            database.execute('PRAGMA user_version = 999')
            database.execute('PRAGMA journal_mode = ' + journal)
            database.close()
            before = digest(path)
            _, err = here.run('assessment', 'list', status=1)
            self.assertIn('newer', err)
            self.assertEqual(digest(path), before, journal)
            here.__exit__()

    def test_a_file_that_is_another_programs_stays_as_it_is(self):
        here = Installation()
        os.mkdir(here.path('var'))
        path = here.path('var/readiness.db')
        database = sqlite3.connect(path)
        database.execute('CREATE TABLE theirs (x)')
        database.commit()
        database.close()
        before = digest(path)
        here.run('assessment', 'list', status=1)
        self.assertEqual(digest(path), before)
        here.__exit__()


if __name__ == '__main__':
    unittest.main()
