#!/usr/bin/python3
"""What /healthz tells a monitor: whether answers can be taken, in one word, and nothing about anybody."""
import os
import re
import resource
import subprocess
import time
import unittest

from support.readiness import PROGRAM, Browser, Installation
from support.scene import ANSWERS, scene
from support.workspace import sign_in

WORDS = {'ok\n': 200, 'attention: disk\n': 200, 'failing: disk\n': 503, 'failing: database\n': 503, 'stopping\n': 503}


def health(here):
    page = Browser(here.url).get('/healthz')
    assert WORDS.get(page.text) == page.status, page.text
    return page.text.strip()


def wait_for(here, word, seconds=30):
    end = time.time() + seconds
    while health(here) != word:
        if time.time() > end:
            raise AssertionError('%s after %d s' % (health(here), seconds))
        time.sleep(0.2)


def can_mount():
    return subprocess.run(['unshare', '-rm', 'mount', '-t', 'tmpfs', 'x', '/mnt'], capture_output=True).returncode == 0


class Health(unittest.TestCase):
    def test_a_working_server_says_ok_and_no_more_to_anybody(self):
        with scene() as here:
            browser = Browser(here.url)
            sign_in(here, browser, 'boss@example.org')
            for who in (Browser(here.url), browser):
                page = who.get('/healthz')
                self.assertEqual((page.status, page.text), (200, 'ok\n'))
                self.assertIsNone(page.headers['Set-Cookie'])
                self.assertEqual(page.headers['Cache-Control'], 'no-store')
                self.assertTrue(page.headers['Content-Type'].startswith('text/plain'))
            self.assertEqual(Browser(here.url).request('HEAD', '/healthz').status, 200)
            self.assertEqual(Browser(here.url).post('/healthz', []).status, 405)

    def test_it_is_there_in_a_preview_too(self):
        with Installation() as here:
            here.serve(('preview', os.path.join(here.environment['READINESS_INSTRUMENTS_FOLDER'],
                                                'implementation-readiness.ini')))
            self.assertEqual(health(here), 'ok')

    def test_an_answer_that_cannot_be_stored_makes_it_fail_until_storing_works_again(self):
        with scene() as here:
            tokens = [link['token'] for link in here.links('tale', 'personal')]
            browser = Browser(here.url)
            page = browser.send(browser.get('/s/' + tokens[0]))
            limits = resource.prlimit(here.server.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(here.server.pid, resource.RLIMIT_FSIZE, (1024, limits[1]))  # no file may grow any more
            for _ in range(8):
                if page.status != 503:
                    page = browser.send(page, ANSWERS)
            self.assertEqual(page.status, 503)
            self.assertIn('Not enough hours.', str(page.values()) + page.text)  # what was typed is still there
            self.assertEqual(health(here), 'failing: database')
            for _ in range(3):
                self.assertEqual(health(here), 'failing: database')
            resource.prlimit(here.server.pid, resource.RLIMIT_FSIZE, limits)
            wait_for(here, 'ok')
            self.assertNotEqual(Browser(here.url).fill(tokens[0], ANSWERS).status, 503)
            self.assertEqual(here.stop(), 0)

    @unittest.skipUnless(can_mount(), 'needs a small disk of its own (user namespaces)')
    def test_a_disk_that_fills_up_is_said_before_it_is_full(self):
        for size, word in (('100m', 'attention: disk'), ('5m', 'failing: disk')):
            with self.subTest(size), Installation() as here:
                os.mkdir(here.path('var'))
                with open(here.path('log'), 'w') as log:
                    server = subprocess.Popen(
                        ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs -o size=%s x var && exec "$0" serve' % size, PROGRAM],
                        cwd=here.folder, env=here.environment, stdout=subprocess.PIPE, stderr=log, text=True)
                here.url = re.search(r'http://[^\s/]+', server.stdout.readline()).group()
                self.assertEqual(health(here), word)
                server.terminate()
                self.assertEqual(server.wait(timeout=30), 0)
                server.stdout.close()
                with open(here.path('log')) as log:
                    self.assertIn('event=database_in_danger reason=disk', log.read())

    def test_nothing_of_it_is_in_the_log(self):
        with scene(log_level='debug') as here:
            for _ in range(20):
                health(here)
            here.stop()
            with open(here.log) as log:
                self.assertNotIn('healthz', log.read())


if __name__ == '__main__':
    unittest.main()
