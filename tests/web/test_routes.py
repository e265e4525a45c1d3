#!/usr/bin/python3
"""The route table, walked row by row with every role: whatever a row does not allow is refused, in words that give nothing
away, and nothing that changes anything can be sent by another site."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation  # noqa: E402
from support.scene import STORY, import_answers  # noqa: E402
from support.workspace import add_user, sign_in, token_of  # noqa: E402

# What stands in place of {names}. {organisation} is one that the viewer was granted.
PARAMETERS = {'assessment': 'tale', 'organisation': 'north', 'code': 'north', 'wave': 'Baseline'}
SIGNED_IN = ('viewer', 'practitioner', 'administrator')
RANK = {'anyone': 0, 'link': 0, 'viewer': 1, 'practitioner': 2, 'administrator': 3}
PEOPLE = {'viewer': 1, 'stranger': 2, 'sharer': 2, 'owner': 2, 'administrator': 3}  # the rank of their role


def path_of(row, **others):
    return re.sub(r'\{(\w+)\}', lambda m: dict(PARAMETERS, **others).get(m.group(1), 'x'), row['path'])


def is_resolved(row):
    """Do all the {names} of the path stand for things that exist?"""
    return all(name in PARAMETERS for name in re.findall(r'\{(\w+)\}', row['path']))


def story():
    """The assessment `tale` with a closed wave that has results, and an open one with links of every kind."""
    here = Installation()
    here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale')
    here.write('organisations.csv', 'code,name\nnorth,North House\nsouth,South House\n')
    here.run('organisation', 'import', 'tale', 'organisations.csv')
    here.write('people.csv', 'email,organisation\n' + ''.join('staff%d@north.example,north\n' % i for i in range(12)))
    here.run('people', 'import', 'tale', 'people.csv')
    import_answers(here)
    here.run('wave', 'open', 'tale', '--label', 'Second', '--open-links', 'all')
    here.serve()
    return here


class Routes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = story()
        out, _ = cls.here.run('routes', '--format', 'json')
        cls.rows = [r for r in json.loads(out) if '/preview' not in r['path'] or 'instruments' in r['path']]
        cls.rows = [r for r in cls.rows if not r['path'].startswith('/api/')]  # test_api.py
        cls.browsers = {'anonymous': Browser(cls.here.url)}
        for name, rank in PEOPLE.items():
            role = SIGNED_IN[rank - 1]
            cls.browsers[name] = add_user(cls.here, name + '@example.org', role)
        cls.change("UPDATE assessment SET owner = (SELECT id FROM account WHERE email = 'owner@example.org')")
        cls.change("INSERT INTO share SELECT assessment.id, account.id FROM assessment, account"
                   " WHERE email = 'sharer@example.org'")
        cls.change("INSERT INTO report_grant SELECT ?, assessment.id, 'north', account.id, NULL, 0, ''"
                   " FROM assessment, account WHERE email = 'viewer@example.org'", os.urandom(16))
        cls.private = [r for r in cls.rows if RANK[r['access']] > 0]

    @classmethod
    def tearDownClass(cls):
        cls.here.end_well()

    @classmethod
    def change(cls, sql, *values):
        cls.here.query(sql, *values)

    def ask(self, who, row, body=None, headers=None, **parameters):
        """The answer without following a redirection."""
        browser, seen = self.browsers[who], []
        if who in PEOPLE:
            self.token(who)
        follow = browser.get
        browser.get = seen.append
        try:
            page = browser.request(row['method'], path_of(row, **parameters), body, headers)
        finally:
            browser.get = follow
        if page is None:
            return 303, seen[0], ''
        return page.status, '', page.text

    def token(self, who):
        """The token of their forms; signs them in if they are not."""
        browser = self.browsers[who]
        page = browser.get('/account')
        if not page.form('/sign-out'):
            sign_in(self.here, browser, who + '@example.org')
            page = browser.get('/account')
        return token_of(page)

    def body(self, who, row):
        return 'token=' + self.token(who) if row['method'] == 'POST' else None

    def each(self, rows=None):
        for row in (self.rows if rows is None else rows):
            yield self.subTest(method=row['method'], path=row['path']), row

    def test_every_row_that_changes_something_is_guarded_against_forgery(self):
        for test, row in self.each():
            with test:
                if row['method'] == 'GET':
                    self.assertEqual(row['forgery'], 'none')
                elif RANK[row['access']] > 0:
                    self.assertEqual(row['forgery'], 'session')
                else:
                    self.assertEqual(row['forgery'], 'link')

    def test_nobody_comes_in_without_signing_in(self):
        for test, row in self.each(self.private):
            with test:
                status, location, _ = self.ask('anonymous', row, '' if row['method'] == 'POST' else None)
                if row['method'] == 'GET':
                    self.assertEqual(status, 303)
                    self.assertRegex(location, r'^/sign-in')
                else:
                    self.assertEqual(status, 403)

    def test_a_role_below_the_rows_is_refused(self):
        for row in self.private:
            for who, rank in PEOPLE.items():
                if rank < RANK[row['access']]:
                    with self.subTest(who=who, method=row['method'], path=row['path']):
                        status, _, _ = self.ask(who, row, self.body(who, row))
                        self.assertEqual(status, 403, who)

    def test_somebody_elses_assessment_looks_like_one_that_is_not_there(self):
        rows = [r for r in self.private if '{assessment}' in r['path']]
        for test, row in self.each(rows):
            with test:
                body = self.body('stranger', row)
                status, _, text = self.ask('stranger', row, body)
                other, _, same = self.ask('stranger', row, body, assessment='nothing')
                self.assertEqual((status, other), (404, 404))
                self.assertEqual(text, same)

    def test_a_viewer_sees_the_granted_organisation_only(self):
        rows = [r for r in self.private if '{assessment}' in r['path'] and r['access'] == 'viewer']
        for test, row in self.each(rows):
            with test:
                status, _, text = self.ask('viewer', row, self.body('viewer', row), organisation='south')
                self.assertEqual(status, 404)
                granted, _, other = self.ask('viewer', row, self.body('viewer', row))
                if '{organisation}' in row['path']:
                    self.assertNotEqual(granted, 403)
                else:
                    self.assertEqual(granted, 404)

    def test_a_form_without_its_token_is_refused(self):
        rows = [r for r in self.private if r['method'] == 'POST']
        self.assertGreater(len(rows), 5)
        for test, row in self.each(rows):
            with test:
                for body in ('', 'token=', 'token=' + '0' * 32, 'token=' + self.token('owner')):
                    self.assertEqual(self.ask('administrator', row, body)[0], 403, body)

    def test_what_another_site_sends_is_refused(self):
        for test, row in self.each([r for r in self.rows if r['method'] == 'POST']):
            with test:
                body = 'token=' + self.token('administrator')
                for site in ('cross-site', 'same-site'):
                    status, _, _ = self.ask('administrator', row, body, {'Sec-Fetch-Site': site})
                    self.assertEqual(status, 403, site)

    def test_z_who_may_comes_in(self):
        """Last, because it really does what the rows do; forms are sent empty but for their token."""
        order = sorted(self.private, key=lambda r: (r['method'], r['path'] in ('/sign-out', '/account/sessions')))
        for row in order:
            for who, rank in PEOPLE.items():
                if rank < RANK[row['access']] or '{assessment}' in row['path'] and who in ('stranger', 'viewer'):
                    continue
                with self.subTest(who=who, method=row['method'], path=row['path']):
                    status, location, text = self.ask(who, row, self.body(who, row), {'Sec-Fetch-Site': 'same-origin'})
                    self.assertNotIn(status, (403, 500, 503), who)
                    self.assertFalse(location.startswith('/sign-in?'), who)
                    if status == 404 and row['method'] == 'GET':
                        self.assertFalse(is_resolved(row), '%s is not found by %s' % (path_of(row), who))

    def test_acts_that_ask_for_it_anew_do_so_after_ten_minutes(self):
        rows = [r for r in self.private if r['again'] == 'yes']
        self.assertGreater(len(rows), 3)
        self.token('administrator')
        self.change('UPDATE session SET signed_in = signed_in - 601')
        for test, row in self.each(rows):
            with test:
                status, location, _ = self.ask('administrator', row, self.body('administrator', row))
                self.assertEqual(status, 303)
                self.assertRegex(location, r'^/sign-in/again')
        self.change('DELETE FROM session')

    def test_an_unknown_method_or_path_is_no_row(self):
        browser = self.browsers['administrator']
        self.assertEqual(browser.request('DELETE', '/account').status, 405)
        self.assertEqual(browser.request('POST', '/audit', 'token=x').status, 405)
        for path in ('/account/', '/accounts/x/y', '/assessments/', '/assessments//people', '//account', '/account/../audit'):
            self.assertEqual(browser.get(path).status, 404, path)


if __name__ == '__main__':
    unittest.main()
