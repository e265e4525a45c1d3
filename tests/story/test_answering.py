#!/usr/bin/python3
"""What a link promises: it is not spent by looking, it counts once however often it is sent, and nothing typed is lost."""
import os
import re
import sqlite3
import threading
import unittest
import urllib.parse

from support.readiness import Browser
from support.scene import ANSWERS, answered, scene


def pairs_of(page, answers):
    """What sending the page's form would post, as urlencoded text."""
    caught = []

    class Catcher(Browser):
        def post(self, path, pairs):
            caught.append(urllib.parse.urlencode(pairs))

    Catcher('http://nowhere').send(page, answers)
    return caught[0]


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

    def test_a_link_opened_by_a_mail_scanner_is_not_spent(self):
        token, before = self.token(), answered(self.here)
        for i in range(20):
            scanner = Browser(self.here.url, headers={'User-Agent': 'LinkScanner/%d' % i})
            for method in ('GET', 'HEAD', 'OPTIONS'):
                scanner.request(method, '/s/' + token)
            page = scanner.get('/s/' + token)
            page = scanner.send(page)  # some scanners press the button
            scanner.post('/s', [])
            scanner.post('/s', [(c['name'], c['value']) for c in page.form()['controls'] if c['kind'] == 'hidden'])
        for _ in range(12):  # and press on to the end, with nothing answered
            if page.form(field='.p') is None:
                break
            page = scanner.send(page)
        self.assertIsNotNone(page.form(field='.p'), 'an empty form was taken')
        self.assertEqual(answered(self.here), before)
        last = Browser(self.here.url).fill(token, ANSWERS)
        self.assertIn('Your answers have arrived.', last.text)
        self.assertEqual(answered(self.here), before + 1)

    def test_fifty_parallel_posts_of_one_form_are_one_response_and_fifty_thanks(self):
        before, browser = answered(self.here), Browser(self.here.url, cookies=False)
        last = browser.fill(self.token(), ANSWERS, stop_at='obstacle')
        body, pages = pairs_of(last, ANSWERS), []
        start = threading.Barrier(50)

        def post():
            start.wait()
            pages.append(Browser(self.here.url).request('POST', '/s', body))

        threads = [threading.Thread(target=post) for _ in range(50)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual([p.status for p in pages], [200] * 50)
        self.assertEqual(sum('Your answers have arrived.' in p.text for p in pages), 50)
        self.assertEqual(answered(self.here), before + 1)

    def back_after_a_day(self, cookies):
        before, browser = answered(self.here), Browser(self.here.url, cookies=cookies)
        last = browser.fill(self.token(), ANSWERS, stop_at='obstacle')
        self.here.stop()
        database = sqlite3.connect(self.here.path('var/readiness.db'))
        database.execute("UPDATE draft SET day = date(day, '-1 day')")
        database.commit()
        database.close()
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
        database = sqlite3.connect(here.path('var/readiness.db'))
        self.assertEqual(database.execute("SELECT count(*) FROM response").fetchone()[0], 6)
        self.assertEqual(database.execute("SELECT count(*) FROM comment WHERE question = 'team'").fetchone()[0], 0)
        self.assertEqual(database.execute("SELECT count(*) FROM comment WHERE question = 'obstacle'").fetchone()[0], 6)
        database.close()
        here.__exit__()


if __name__ == '__main__':
    unittest.main()
