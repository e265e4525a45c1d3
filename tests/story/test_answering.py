#!/usr/bin/python3
"""What a link promises: it is not spent by looking, it counts once however often it is sent, and nothing typed is lost."""
import datetime
import re
import unittest

from support.readiness import Browser
from support.scene import ANSWERS, answered, scene


class Answering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = scene(staff=30)
        cls.tokens = [k['token'] for k in cls.here.links('tale', 'personal')]

    @classmethod
    def tearDownClass(cls):
        cls.here.stop()
        cls.here.__exit__()

    def token(self):
        return self.tokens.pop()

    def back_after_a_day(self, cookies):
        before, browser = answered(self.here), Browser(self.here.url, cookies=cookies)
        last = browser.fill(self.token(), ANSWERS, stop_at='obstacle')
        self.here.stop()
        self.here.query('UPDATE draft SET day = ?', str(datetime.date.today() - datetime.timedelta(days=1)))
        host = browser.host
        self.here.environment['READINESS_SERVER_LISTEN'] = host
        self.here.serve()
        thanks = browser.send(last, ANSWERS)
        self.assertIn('Your answers have arrived.', thanks.text)
        self.assertEqual(answered(self.here), before + 1)

    def test_a_post_a_day_and_a_restart_later_is_accepted_with_everything_typed(self):
        self.back_after_a_day(cookies=True)

    def test_and_without_cookies_too(self):
        self.back_after_a_day(cookies=False)

    def test_back_and_forth_loses_nothing(self):
        browser = Browser(self.here.url)
        page = browser.fill(self.token(), ANSWERS, stop_at='skill1')
        back = browser.send(page, {'skill1': 5, 'load1': 7}, button='back')
        self.assertEqual(back.values()['lead1'], ['4'])
        again = browser.send(back)
        self.assertEqual(again.values()['skill1'], ['5'])
        self.assertEqual(again.values()['load1'], ['7'])

    def test_the_same_browser_goes_on_where_it_stopped_and_another_sees_nothing(self):
        token, browser = self.token(), Browser(self.here.url)
        page = browser.fill(token, ANSWERS, stop_at='skill1')
        browser.send(page, {'skill1': 5})
        home = browser.send(browser.get('/s/' + token))
        self.assertNotIn('lead1', [c['name'] for c in home.form()['controls']])
        stranger = Browser(self.here.url)
        first = stranger.send(stranger.get('/s/' + token))
        self.assertNotIn('role', first.values(), 'a link alone must not open a draft')

    def test_a_resume_code_opens_the_draft_on_another_device(self):
        token, browser = self.token(), Browser(self.here.url)
        page = browser.fill(token, ANSWERS, stop_at='skill1')
        saved = browser.send(page, {'skill1': 5}, button='save')
        code = re.search(r'\b[0-9A-HJKMNP-TV-Y]{5}-[0-9A-HJKMNP-TV-Y]{5}\b', saved.text)
        self.assertIsNotNone(code, saved.text)
        other = Browser(self.here.url)
        start = other.get('/s/' + token)
        form = other.get('/resume').form('/resume') or start.form('/resume')
        self.assertIsNotNone(form)
        fields = {c['name'] for c in form['controls']}
        self.assertIn('.c', fields)
        pairs = [('.t', token), ('.c', code.group().lower().replace('-', ' '))]
        resumed = other.post('/resume', pairs)
        for _ in range(6):
            if resumed.form() and any(c['name'] == 'skill1' for c in resumed.form()['controls']):
                break
            resumed = other.send(resumed, button='back' if resumed.form(field='.p') else None)
        self.assertEqual(resumed.values().get('skill1'), ['5'])
        wrong = Browser(self.here.url).post('/resume', [('.t', token), ('.c', '00000-00000')])
        self.assertNotIn('value=5 checked', wrong.text)

    def test_an_open_code_counts_each_sitting_once(self):
        here = scene(staff=0, organisations=('market',))
        try:
            link = here.links('tale', 'open')[0]
            self.assertRegex(link['code'], r'^[0-9A-Y]{4}-[0-9A-Y]{4}-[0-9A-Y]{4}-[0-9A-Y]$')
            typed = link['code'].lower().replace('0', 'o').replace('1', 'l').replace('-', ' ')
            for _ in range(3):
                browser = Browser(here.url)
                page = browser.post('/code', [('.c', typed)])
                page = browser.send(page)
                while page.form(field='.p'):
                    page, before = browser.send(page, ANSWERS), page
                self.assertIn('Your answers have arrived.', page.text)
                self.assertIn('Your answers have arrived.', browser.send(before, ANSWERS).text)
            self.assertEqual(answered(here), 3)
        finally:
            here.stop()
            here.__exit__()

    def test_hidden_answers_are_dropped(self):
        here = scene(staff=6)
        try:
            for i, link in enumerate(here.links('tale', 'personal')):
                browser = Browser(here.url)
                page = browser.fill(link['token'], dict(ANSWERS, role='lead', team='HIDDEN %d' % i), stop_at='lead1')
                page = browser.send(page, ANSWERS, button='back')  # to the team
                page = browser.send(page, {}, button='back')       # to the role
                page = browser.send(page, {'role': 'front'})       # now the team question does not apply
                while page.form(field='.p'):
                    page = browser.send(page, ANSWERS)
            here.run('wave', 'close', 'tale', '--yes')
        finally:
            here.stop()
        self.assertEqual(here.query('SELECT count(*) FROM response')[0][0], 6)
        self.assertEqual(here.query("SELECT count(*) FROM comment WHERE question = 'team'")[0][0], 0)
        self.assertEqual(here.query("SELECT count(*) FROM comment WHERE question = 'obstacle'")[0][0], 6)
        here.__exit__()


if __name__ == '__main__':
    unittest.main()
