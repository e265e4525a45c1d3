#!/usr/bin/python3
"""A double click: a form that is sent twice makes one thing, and the second answer is that of the first."""
import os
import re
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser  # noqa: E402
from support.scene import scene  # noqa: E402
from support.workspace import PASSWORD, add_user, form_of, submit, welcome_path  # noqa: E402

WORK = '/assessments/tale'


class Once(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = scene(6)
        cls.browser = add_user(cls.here, 'ada@example.org')
        add_user(cls.here, 'vera@example.org', 'viewer')

    @classmethod
    def tearDownClass(cls):
        cls.here.end_well()

    def count(self, sql):
        return self.here.query('SELECT count(*) FROM ' + sql)[0][0]

    def twice(self, path, answers, page=None, action=None, keep=lambda form: True):
        """Sends the form two times at once, and once more later; returns the three answers' pages."""
        page, action = page or self.browser.get(path), action or path
        page.forms = [f for f in page.forms if keep(f)]
        sent = []

        class Catch(Browser):
            def request(self, method, path, body=None, headers=None):
                sent.append((path, body))
        submit(Catch(self.here.url), page, action, answers)
        (to, body), pages = sent[0], [None, None, None]

        def send(i):
            browser = Browser(self.here.url)
            browser.cookies = dict(self.browser.cookies)
            pages[i] = browser.request('POST', to, body)
        threads = [threading.Thread(target=send, args=(i,)) for i in range(2)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        send(2)
        for p in pages:
            self.assertEqual(p.status, 200, p.text)
            self.assertEqual(p.title, pages[0].title)
        return pages

    def test_one_assessment_is_made(self):
        path = '/assessments/new?instrument=implementation-readiness'
        for n in (1, 2):  # the same title from another form is another one
            pages = self.twice(path, {'title': 'A double click', 'v-innovation-en': 'x'}, action='/assessments/new')
            self.assertEqual(self.count("assessment WHERE title = 'A double click'"), n)
            self.assertEqual(len({re.search(r'/assessments/(a-double-click[-0-9]*)/', p.text).group(1) for p in pages}), 1)
        self.assertEqual(self.count("audit WHERE act = 'assessment_made' AND object LIKE 'a-double%'"), 2)

    def test_one_organisation_is_added_and_another_with_its_code_is_refused(self):
        pages = self.twice(WORK + '/organisations/add', {'name': 'West', 'code': 'west', 'headcount': '7'})
        self.assertTrue(pages[2].title.startswith('Organisations'))
        self.assertEqual(self.count("organisation WHERE code = 'west'"), 1)
        page = submit(self.browser, self.browser.get(WORK + '/organisations/add'), WORK + '/organisations/add',
                      {'name': 'West', 'code': 'west', 'headcount': '8'})
        self.assertEqual(page.status, 422)

    def test_one_person_is_added_and_another_with_the_address_is_refused(self):
        answers = {'email': 'wanda@north.example', 'name': 'Wanda', 'organisation': 'north'}
        pages = self.twice(WORK + '/people/add', answers)
        self.assertTrue(pages[2].title.startswith('People'))
        self.assertEqual(self.count("person WHERE email = 'wanda@north.example'"), 1)
        page = submit(self.browser, self.browser.get(WORK + '/people/add'), WORK + '/people/add', dict(answers, name='Other'))
        self.assertEqual(page.status, 422)

    def test_one_account_is_added_and_each_answer_has_the_link_that_works(self):
        pages = self.twice('/accounts', {'email': 'zoe@example.org', 'name': 'Zoë', 'role': 'viewer'})
        self.assertEqual(self.count("account WHERE email = 'zoe@example.org'"), 1)
        self.assertEqual(len({welcome_path(p.text) for p in pages}), 1)
        self.assertEqual(self.count("audit WHERE act = 'account_added' AND object = 'zoe@example.org' AND account <> ''"), 1)
        zoe = Browser(self.here.url)
        page = submit(zoe, zoe.get(welcome_path(pages[0].text)), '/welcome', {'new': PASSWORD, 'repeated': PASSWORD})
        self.assertEqual(page.status, 200)
        again = submit(self.browser, self.browser.get('/accounts'), '/accounts',
                       {'email': 'zoe@example.org', 'name': 'Zoë', 'role': 'viewer'})
        self.assertEqual(again.status, 422, 'an account that is in use is no second click')

    def granting(self, answers):
        return self.twice(WORK + '/settings/sharing', dict({'organisation': 'north', 'days': '30'}, **answers),
                          keep=lambda f: any(c['value'] == 'grant' for c in f['controls']))

    def test_an_account_has_one_grant_of_an_organisation_the_last_one(self):
        self.granting({'viewer': 'vera@example.org'})
        self.assertEqual(self.count('report_grant WHERE account IS NOT NULL'), 1)
        self.granting({'viewer': 'vera@example.org', 'days': '0', 'remark': 'for good'})
        self.assertEqual(self.count('report_grant WHERE account IS NOT NULL'), 1)
        self.assertEqual(self.count("report_grant WHERE account IS NOT NULL AND expires = 0 AND remark = 'for good'"), 1)

    def test_each_form_makes_one_link_and_shows_it(self):
        for n in (1, 2):
            pages = self.granting({'remark': 'Director'})
            self.assertEqual(self.count('report_grant WHERE hash IS NOT NULL'), n)
            links = {re.search(r'/shared/[A-Z2-7]{26}', p.text).group() for p in pages}
            self.assertEqual(len(links), 1)
            self.assertEqual(Browser(self.here.url).get(links.pop()).status, 200)
        self.assertEqual(self.count("audit WHERE act = 'grant_given' AND object = 'tale/north/link'"), 2)

    def test_somebody_else_who_sends_the_form_makes_another_thing(self):
        page = self.browser.get('/assessments/new?instrument=implementation-readiness')
        once = [c['value'] for c in form_of(page, '/assessments/new')['controls'] if c['name'] == 'once'][0]
        self.assertRegex(once, r'^[0-9a-f]{32}$')
        other = add_user(self.here, 'bob@example.org', 'practitioner')
        for browser in (self.browser, other):
            page = browser.get('/assessments/new?instrument=implementation-readiness')
            page = submit(browser, page, '/assessments/new', {'title': 'Shared number', 'once': once, 'v-innovation-en': 'x'})
            self.assertEqual(page.status, 200)
        self.assertEqual(self.count("assessment WHERE title = 'Shared number'"), 2)


if __name__ == '__main__':
    unittest.main()
