"""Closing while another program reads the database: nobody waits, and nothing stays."""
import contextlib
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser
from support.scene import ANSWERS
from support.workspace import submit
from web.test_reach import WORK, Scene, people


def states(s):
    return [state for state, in s.here.query('SELECT state FROM wave ORDER BY number')]


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
            with s.here.half_read() as end:
                begun = time.time()
                page = submit(s.browser, s.get('waves/1/close'), WORK + '/waves/1/close', {'label': 'Baseline'})
                self.assertLess(time.time() - begun, 8)
                yield s, page, end

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
        self.assertFalse(s.here.is_on_disk(b'ballot-canary'))
        self.assertEqual(s.get('reports/1').status, 200)

    def test_it_is_done_as_soon_as_the_other_has_read(self):
        with self.closed() as (s, _, end):
            time.sleep(3)
            self.assertEqual(states(s), [1])
            end()
            self.check_clean(s)

    def test_it_is_tried_again_after_a_restart(self):
        with self.closed() as (s, _, end):
            s.here.stop()
            s.here.serve()
            time.sleep(1)
            self.assertEqual(states(s), [1])
            end()
            self.assertEqual(wait_closed(s), [2])

    def test_a_person_is_removed_although_somebody_reads(self):
        with Scene(people(6, 'north')) as s:
            with s.here.half_read() as end_reading:
                begun = time.time()
                s.here.run('people', 'delete', 'tale', 'staff3@north.example', '--yes')
                self.assertLess(time.time() - begun, 8)
                end_reading()
                end, left = time.time() + 15, True
                while left and time.time() < end:
                    time.sleep(0.2)
                    left = s.here.is_on_disk(b'staff3@north.example')
                self.assertFalse(left)


if __name__ == '__main__':
    unittest.main()
