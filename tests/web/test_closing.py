"""Closing while another program reads the database: nobody waits, and nothing stays."""
import contextlib
import os
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser
from support.scene import ANSWERS
from support.workspace import submit
from web.test_reach import WORK, Scene, people


def states(s):
    with contextlib.closing(sqlite3.connect(s.here.path('var/readiness.db'), timeout=20)) as database:
        return [state for state, in database.execute('SELECT state FROM wave ORDER BY number')]


def wait_closed(s, seconds=15):
    end = time.time() + seconds
    while states(s) != [2] and time.time() < end:
        time.sleep(0.1)
    return states(s)


class HalfRead(unittest.TestCase):
    """Another program has begun to read the database and does not go on."""

    @contextlib.contextmanager
    def closed(self):
        with Scene(people(6, 'north')) as s:
            for row in s.here.links('tale', 'personal'):
                Browser(s.here.url).fill(row['token'], ANSWERS)
            with contextlib.closing(sqlite3.connect(s.here.path('var/readiness.db'))) as other:
                reading = other.execute('SELECT * FROM ticket')
                self.assertTrue(reading.fetchone())
                begun = time.time()
                page = submit(s.browser, s.get('waves/1/close'), WORK + '/waves/1/close', {'label': 'Baseline'})
                self.assertLess(time.time() - begun, 8)
                yield s, page, reading

    def test_the_page_answers_and_says_what_is_still_to_be_done(self):
        with self.closed() as (s, page, _):
            self.assertIn('The last cleaning of the database is still to be done', page.text)
            self.assertIn('its keys are destroyed', page.text)
            self.assertEqual([f for f in os.listdir(s.here.path('var/keys')) if f.startswith('wave')], [])
            self.assertIn('the last cleaning of the database is still to be done', s.get('waves').text)
            self.assertIn('the last cleaning of the database is still to be done', s.get('reports/1').text)
            self.assertEqual(states(s), [1])

    def test_everybody_else_goes_on_meanwhile(self):
        with self.closed() as (s, _, _reading):
            for i in range(12):  # through several tries
                begun = time.time()
                page = submit(s.browser, s.browser.get('/account'), '/account', {'name': 'Claire %d' % i})
                self.assertEqual(page.status, 200)
                self.assertLess(time.time() - begun, 3)
                time.sleep(0.3)

    def check_clean(self, s):
        self.assertEqual(wait_closed(s), [2])
        journal = s.here.path('var/readiness.db-wal')
        if os.path.exists(journal):  # marking the wave is all that came after the cleaning
            self.assertLess(os.path.getsize(journal), 60000)
        with open(s.here.path('var/readiness.db'), 'rb') as file:
            self.assertNotIn(b'ballot-canary', file.read())
        self.assertEqual(s.get('reports/1').status, 200)

    def test_it_is_done_as_soon_as_the_other_has_read(self):
        with self.closed() as (s, _, reading):
            time.sleep(3)
            self.assertEqual(states(s), [1])
            reading.close()
            self.check_clean(s)

    def test_it_is_tried_again_after_a_restart(self):
        with self.closed() as (s, _, reading):
            s.here.stop()
            s.here.serve()
            time.sleep(1)
            self.assertEqual(states(s), [1])
            reading.close()
            self.assertEqual(wait_closed(s), [2])

    def test_a_person_is_removed_although_somebody_reads(self):
        with Scene(people(6, 'north')) as s:
            with contextlib.closing(sqlite3.connect(s.here.path('var/readiness.db'))) as other:
                reading = other.execute('SELECT * FROM ticket')
                self.assertTrue(reading.fetchone())
                begun = time.time()
                s.here.run('people', 'delete', 'tale', 'staff3@north.example', '--yes')
                self.assertLess(time.time() - begun, 8)
                reading.close()
                end, left = time.time() + 15, True
                while left and time.time() < end:
                    time.sleep(0.2)
                    left = False
                    for ending in ('', '-wal'):
                        with contextlib.suppress(FileNotFoundError), open(s.here.path('var/readiness.db' + ending), 'rb') as file:
                            left = left or b'staff3@north.example' in file.read()
                self.assertFalse(left)


if __name__ == '__main__':
    unittest.main()
