#!/usr/bin/python3
"""A whole installation moves from one database to another and back: the same rows, links that go on working, answers that
are opened in the new place. And backups of a database server's contents."""
import os
import sqlite3
import unittest

from support import postgres
from support.api import Program, token_for
from support.readiness import Browser
from support.scene import ANSWERS, scene


def everything(path):
    """All rows of all tables of a SQLite file."""
    with sqlite3.connect('file:%s?mode=ro' % path, uri=True) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return {name: sorted(database.execute('SELECT * FROM ' + name), key=repr) for name in tables}


def answer(here, token, answers=None):
    return Browser(here.url).fill(token, answers or ANSWERS)


class Moving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def new_url(self):
        return self.server.url(self.server.new_database())

    def test_an_installation_moves_with_its_open_wave_and_back(self):
        with scene(data_db='sqlite:var/readiness.db') as here:
            links = [row['token'] for row in here.links('tale', 'personal')]
            for token in links[:3]:
                answer(here, token)
            here.run('user', 'add', 'chief@example.org', '--role', 'administrator')
            program = Program(here.url, token_for(here, 'chief@example.org', 'read'))
            self.assertEqual(program.get('/assessments').status, 200)
            here.stop()
            before = everything(here.path('var/readiness.db'))
            there = self.new_url()
            out, _ = here.run('migrate-store', 'sqlite:var/readiness.db', there)
            self.assertIn('%d rows of 32 tables' % sum(len(rows) for rows in before.values()), out)
            self.assertEqual(everything(here.path('var/readiness.db')), before)
            here.run('migrate-store', there, 'sqlite:back.db')
            self.assertEqual(everything(here.path('back.db')), before)

            here.environment['READINESS_DATA_DB'] = there
            here.run('verify')
            here.serve()
            for token in links[3:]:
                answer(here, token)
            program.host = here.url.split('/')[2]
            self.assertEqual(program.get('/assessments').status, 200)
            here.run('wave', 'close', 'tale', '--yes')
            out, _ = here.run('results', 'tale', '--format', 'csv')
            self.assertIn('leadership', out)
            here.run('verify')

    def test_only_an_empty_database_is_moved_into_and_only_from_one_that_is_there(self):
        with scene(serve=False, data_db='sqlite:var/readiness.db') as here:
            there = self.new_url()
            here.run('migrate-store', 'sqlite:var/readiness.db', there)
            _, err = here.run('migrate-store', 'sqlite:var/readiness.db', there, status=1)
            self.assertIn('only an empty one', err)
            _, err = here.run('migrate-store', 'sqlite:nowhere.db', self.new_url(), status=1)
            self.assertFalse(os.path.exists(here.path('nowhere.db')))
            here.run('migrate-store', 'sqlite:var/readiness.db', 'sqlite:var/readiness.db', status=1)

    def test_a_backup_of_a_server_is_a_file_that_is_checked_and_restored_anywhere(self):
        with scene(data_db=self.new_url()) as here:
            links = [row['token'] for row in here.links('tale', 'personal')]
            answer(here, links[0])
            here.run('user', 'add', 'chief@example.org', '--role', 'administrator')
            program = Program(here.url, token_for(here, 'chief@example.org', 'read'))
            here.run('backup', 'copy.db')  # while it serves
            self.assertEqual(os.stat(here.path('copy.db')).st_mode & 0o777, 0o600)
            here.run('verify', 'copy.db')
            rows = everything(here.path('copy.db'))
            self.assertEqual(len(rows['ballot']), 1)
            here.run('backup', 'copy.db', status=1)
            answer(here, links[1])
            here.run('restore', 'copy.db', status=1)  # it is in use
            here.stop()
            out, _ = here.run('restore', 'copy.db')
            self.assertIn('aside', out)
            here.run('backup', 'again.db')
            again = everything(here.path('again.db'))
            for name in ('ballot', 'ticket', 'person', 'wave', 'invited'):
                self.assertEqual(again[name], rows[name])
            here.serve()
            program.host = here.url.split('/')[2]
            self.assertEqual(program.get('/assessments').status, 401)  # what an old copy knows lets nobody in
            answer(here, links[1])  # it was given after the backup
            here.environment['READINESS_DATA_DB'] = 'sqlite:elsewhere.db'
            here.stop()
            here.run('restore', 'copy.db')
            here.run('verify')
            self.assertEqual([name for name in os.listdir(here.path('var')) if 'moving' in name or 'restoring' in name], [])


if __name__ == '__main__':
    unittest.main()
