#!/usr/bin/python3
"""One process per file of SQLite's: a second server is refused with a sentence and status 1, whatever the first is doing;
commands go through the one that serves; of many that start at once exactly one works at a time. On PostgreSQL they all work, but
what needs the database alone is refused in the same way."""
import fcntl
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import damage  # noqa: E402
from support.postgres import on_sqlite_only  # noqa: E402
from support.readiness import PROGRAM  # noqa: E402
from support.scene import scene  # noqa: E402


class OneProcess(unittest.TestCase):
    def setUp(self):
        self.here = scene(staff=6, serve=False)
        self.addCleanup(self.here.__exit__)

    def holding(self):
        """The lock of the database, held by somebody who answers to nothing: a server that hangs, or another program."""
        if self.here.database:
            held = self.here.store.lock(self.here.database)
            held.__enter__()
            self.addCleanup(held.__exit__, None, None, None)
            return
        lock = open(self.here.path('var/readiness.db.lock'), 'w')
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.addCleanup(lock.close)

    @on_sqlite_only('on the other they serve side by side')
    def test_a_second_server_is_refused(self):
        self.here.serve()
        _, err = self.here.run('serve', status=1)
        self.assertIn('another', err)
        self.assertEqual(self.here.stop(), 0)
        self.here.serve()  # and the first one's end frees it
        self.assertEqual(self.here.stop(), 0)

    def test_commands_are_refused_when_nobody_can_do_them(self):
        self.holding()
        before = self.here.query('SELECT count(*) FROM audit')
        commands = [('serve',), ('user', 'add', 'a@b.example', '--role', 'viewer'), ('assessment', 'list'),
                    ('wave', 'close', 'tale', '--yes'), ('links', 'tale', '--out', 'x.csv')]
        for words in commands[:2] if self.here.database else commands:  # where each waits for five seconds
            with self.subTest(' '.join(words)):
                out, err = self.here.run(*words, status=1)
                self.assertEqual(out, '')
                self.assertIn('another', err)
        self.assertEqual(self.here.query('SELECT count(*) FROM audit'), before)

    def test_a_copy_is_not_put_in_place_while_somebody_uses_the_database(self):
        out, _ = self.here.run('help')
        if '  restore' not in out or '  backup' not in out:
            self.skipTest('this program has no restore')
        self.here.run('backup', 'copy.db')
        self.here.serve()
        with open(self.here.path('copy.db'), 'rb') as file:
            before = file.read()
        _, err = self.here.run('restore', 'copy.db', status=1)
        self.assertIn('another', err)
        with open(self.here.path('copy.db'), 'rb') as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(self.here.stop(), 0)
        self.assertIsNone(damage(self.here))

    def test_a_killed_process_leaves_no_lock(self):
        for _ in range(3):
            self.here.serve()
            self.here.stop(signal.SIGKILL)
        self.here.run('assessment', 'list')

    def test_of_ten_that_start_at_once_one_serves_or_on_a_server_all(self):
        places = [self.here.another() if self.here.database else self.here for _ in range(10)]
        running = [subprocess.Popen([PROGRAM, 'serve'], cwd=place.folder, env=place.environment, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True) for place in places]
        serving = refused = 0
        for process in running:
            line = process.stdout.readline()
            if 'http://' in line:
                serving += 1
            else:
                self.assertEqual(process.wait(timeout=30), 1)
                self.assertIn('another', process.stderr.read())
                refused += 1
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
            process.stdout.close()
            process.stderr.close()
        self.assertEqual((serving, refused), (10, 0) if self.here.database else (1, 9))

    def test_commands_at_once_each_work_or_say_why_not(self):
        running = [subprocess.Popen([PROGRAM, 'user', 'add', 'u%d@b.example' % i, '--role', 'viewer'], cwd=self.here.folder,
                                    env=self.here.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for i in range(8)]
        done = [(p.communicate(), p.returncode) for p in running]
        self.assertTrue(all(status in (0, 1) and (status == 0 or err) for (_, err), status in done), done)
        self.assertEqual(self.here.query('SELECT count(*) FROM account')[0][0],
                         sum(status == 0 for _, status in done))


if __name__ == '__main__':
    unittest.main()
