#!/usr/bin/python3
"""One process per database: a second server is refused with a sentence and status 1, whatever the first is doing; commands go
through the one that serves; of many that start at once exactly one works at a time."""
import fcntl
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import rows, whole  # noqa: E402
from support.readiness import PROGRAM  # noqa: E402
from support.scene import scene  # noqa: E402


class OneProcess(unittest.TestCase):
    def setUp(self):
        self.here = scene(staff=6, serve=False)
        self.addCleanup(self.here.__exit__)

    def holding(self):
        """The lock of the database, held by somebody who answers to nothing: a server that hangs, or another program."""
        lock = open(self.here.path('var/readiness.db.lock'), 'w')
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.addCleanup(lock.close)

    def test_a_second_server_is_refused(self):
        self.here.serve()
        _, err = self.here.run('serve', status=1)
        self.assertIn('another', err)
        self.assertEqual(self.here.stop(), 0)
        self.here.serve()  # and the first one's end frees it
        self.assertEqual(self.here.stop(), 0)

    def test_commands_are_refused_when_nobody_can_do_them(self):
        self.holding()
        before = rows(self.here.path('var/readiness.db'), 'SELECT count(*) FROM audit')
        for words in (('serve',), ('assessment', 'list'), ('wave', 'close', 'tale', '--yes'), ('links', 'tale', '--out', 'x.csv'),
                      ('user', 'add', 'a@b.example', '--role', 'viewer')):
            with self.subTest(' '.join(words)):
                out, err = self.here.run(*words, status=1)
                self.assertEqual(out, '')
                self.assertIn('another', err)
        self.assertEqual(rows(self.here.path('var/readiness.db'), 'SELECT count(*) FROM audit'), before)

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
        self.assertIsNone(whole(self.here.path('var/readiness.db')))

    def test_a_killed_process_leaves_no_lock(self):
        for _ in range(3):
            self.here.serve()
            self.here.stop(signal.SIGKILL)
        self.here.run('assessment', 'list')

    def test_of_ten_that_start_at_once_one_serves(self):
        running = [subprocess.Popen([PROGRAM, 'serve'], cwd=self.here.folder, env=self.here.environment, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True) for _ in range(10)]
        serving = refused = 0
        for process in running:
            line = process.stdout.readline()
            if 'http://' in line:
                serving += 1
            else:
                self.assertEqual(process.wait(timeout=30), 1)
                self.assertIn('another', process.stderr.read())
                refused += 1
        self.assertEqual((serving, refused), (1, 9))
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
            process.stdout.close()
            process.stderr.close()

    def test_commands_at_once_each_work_or_say_why_not(self):
        running = [subprocess.Popen([PROGRAM, 'user', 'add', 'u%d@b.example' % i, '--role', 'viewer'], cwd=self.here.folder,
                                    env=self.here.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for i in range(8)]
        done = [(p.communicate(), p.returncode) for p in running]
        self.assertTrue(all(status in (0, 1) and (status == 0 or err) for (_, err), status in done), done)
        self.assertEqual(rows(self.here.path('var/readiness.db'), 'SELECT count(*) FROM account')[0][0],
                         sum(status == 0 for _, status in done))


if __name__ == '__main__':
    unittest.main()
