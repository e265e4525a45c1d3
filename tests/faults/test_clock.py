#!/usr/bin/python3
"""The clock jumps ten years, ahead and back, while a wave is open: nothing closes, nothing is lost, nobody is locked out for
good, and nothing that is kept for a while is gone at once."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import Faults, damage, needed  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS, answered, scene  # noqa: E402
from support.workspace import PASSWORD, add_user, submit  # noqa: E402

YEARS = 10 * 365 * 86400


class Jumps(unittest.TestCase):
    def setUp(self):
        needed()
        self.faults = Faults()
        self.addCleanup(self.faults.close)
        self.here = scene(staff=12, serve=False)
        self.addCleanup(self.here.__exit__)
        self.faults.into(self.here)
        until = time.strftime('%Y-%m-%d', time.gmtime(time.time() + 20 * 86400))
        self.here.run('wave', 'extend', 'tale', '--until', until)
        self.tokens = [r['token'] for r in self.here.links('tale', 'personal')]
        self.here.serve()

    def state(self):
        return self.here.query('SELECT state FROM wave')[0][0]

    def thanks(self, page):
        self.assertIn('<h1>Thank you</h1>', page.text)

    def test_the_library_does_move_the_clock(self):
        self.faults.clock(YEARS)
        out, _ = self.here.run('user', 'add', 'someone@example.org', '--role', 'viewer')
        self.here.run('audit')
        latest = self.here.query('SELECT max(time) FROM audit')[0][0]
        self.assertGreater(latest, time.time() + YEARS - 1000)

    def test_a_wave_stays_open_and_who_has_begun_may_finish(self):
        begun = Browser(self.here.url)
        half = begun.fill(self.tokens[0], ANSWERS, stop_at='skill1')
        for shift in (YEARS, -YEARS):
            self.faults.clock(shift)
            self.assertEqual(self.state(), 0)
            page = begun.get('/s/' + self.tokens[1])
            self.assertEqual(page.status, 200 if shift < 0 else page.status)
        self.faults.clock(YEARS)
        page = half
        while page.form(field='.p') is not None:
            page = begun.send(page, ANSWERS)
        self.thanks(page)
        self.faults.clock(0)
        self.thanks(Browser(self.here.url).fill(self.tokens[2], ANSWERS))
        self.assertEqual(answered(self.here), 2)

    def test_through_restarts_in_another_decade_nothing_is_lost(self):
        for i, shift in enumerate((0, YEARS, -YEARS, 0, -YEARS, YEARS, 0)):
            self.faults.clock(shift)
            self.assertEqual(self.here.stop(), 0)
            self.here.serve()
            page = Browser(self.here.url).get('/s/' + self.tokens[i])
            if shift <= 0:  # ten years on, the last day is over: nobody begins then, and that is all
                self.thanks(Browser(self.here.url).fill(self.tokens[i], ANSWERS))
            else:
                self.assertNotIn('.s value=start', page.text)
            self.assertEqual(self.state(), 0)
        self.faults.clock(0)
        self.assertEqual(answered(self.here), 5)
        self.here.run('wave', 'close', 'tale', '--yes')
        self.assertEqual(self.here.query('SELECT count(*) FROM response')[0][0], 5)
        self.assertIsNone(damage(self.here))

    def test_a_draft_outlives_a_jump_that_is_taken_back(self):
        browser = Browser(self.here.url)
        browser.fill(self.tokens[0], ANSWERS, stop_at='skill1')
        for shift in (YEARS, -YEARS, 0):
            self.faults.clock(shift)
            page = browser.get('/s/' + self.tokens[0])
            self.assertIn(page.status, (200, 410))
        self.assertIn('already begun on this device', browser.get('/s/' + self.tokens[0]).text)

    def test_sessions_end_ahead_and_nobody_is_locked_out_behind(self):
        browser = add_user(self.here, 'chief@example.org')
        self.assertEqual(browser.get('/account').status, 200)
        for shift in (YEARS, -YEARS, 0):
            self.faults.clock(shift)
            page = browser.get('/account')
            if not page.form('/sign-out'):
                page = submit(browser, browser.get('/sign-in'), '/sign-in', {'email': 'chief@example.org', 'password': PASSWORD})
                self.assertEqual(page.status, 200)
                page = browser.get('/account')
            self.assertTrue(page.form('/sign-out'), shift)
        # no session of another decade is for ever
        self.faults.clock(YEARS)
        far = Browser(self.here.url)
        submit(far, far.get('/sign-in'), '/sign-in', {'email': 'chief@example.org', 'password': PASSWORD})
        self.assertTrue(far.get('/account').form('/sign-out'))
        self.faults.clock(0)
        ahead = far.get('/account').form('/sign-out')
        self.assertFalse(ahead, 'a session that began in ten years is good until then')

    def test_delays_for_wrong_passwords_do_not_listen_to_the_clock(self):
        add_user(self.here, 'chief@example.org')
        browser = Browser(self.here.url)
        form = browser.get('/sign-in')
        for _ in range(5):
            begun = time.time()  # the pause is counted from the last of them
            submit(browser, form, '/sign-in', {'email': 'chief@example.org', 'password': 'wrong wrong wrong'})
        for shift in (YEARS, -YEARS):  # neither a way around the delay, nor one that never ends
            self.faults.clock(shift)
            page = submit(browser, form, '/sign-in', {'email': 'chief@example.org', 'password': PASSWORD})
            if time.time() - begun < 1:
                self.assertFalse(browser.get('/account').form('/sign-out'), shift)
        end = time.time() + 20
        while time.time() < end:
            page = submit(browser, browser.get('/sign-in'), '/sign-in', {'email': 'chief@example.org', 'password': PASSWORD})
            if browser.get('/account').form('/sign-out'):
                break
            time.sleep(0.5)
        self.assertTrue(browser.get('/account').form('/sign-out'), page.title)

    def test_a_deadline_can_be_moved_after_a_jump(self):
        self.faults.clock(YEARS)
        _, err = self.here.run('wave', 'extend', 'tale', '--until', '2030-01-01', status=1)
        self.assertNotEqual(err, '')
        self.here.run('wave', 'extend', 'tale', '--until', '2090-01-01')
        self.thanks(Browser(self.here.url).fill(self.tokens[0], ANSWERS))
        self.faults.clock(-YEARS)
        self.here.run('wave', 'close', 'tale', '--yes')
        self.assertEqual(self.state(), 2)


if __name__ == '__main__':
    unittest.main()
