#!/usr/bin/python3
"""The audit log: what each line names, that no respondent is in it, failed tries to sign in, turning its pages; and what
somebody signed in is told of an address that leads nowhere."""
import csv
import io
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser  # noqa: E402
from support.scene import scene  # noqa: E402
from support.workspace import add_user, form_of, submit, token_of  # noqa: E402

WORK = '/assessments/tale'


class Audit(unittest.TestCase):
    def setUp(self):
        self.here = scene(6, organisations=('north', 'south'))
        self.addCleanup(self.here.__exit__)
        self.browser = add_user(self.here, 'ada@example.org')

    def lines(self, *words):
        out, _ = self.here.run('audit', *words, '--format', 'csv')
        return [(r['act'], r['object']) for r in reversed(list(csv.DictReader(io.StringIO(out))))]

    def post(self, path, answers, page=None):
        page = self.browser.request('POST', path, '&'.join(
            '%s=%s' % p for p in dict(answers, token=token_of(page or self.browser.get('/account'))).items()))
        self.assertEqual(page.status, 200, page.text)
        return page

    def person(self, name):
        page = self.browser.get(WORK + '/people')
        return re.search(r'href="?(%s/people/[0-9a-f]{32})"?[^>]*>%s' % (WORK, re.escape(name)), page.text).group(1)

    def test_a_line_names_what_was_done_to_what(self):
        add_user(self.here, 'vera@example.org', 'viewer')
        before = len(self.lines('tale'))
        self.post(WORK + '/organisations/add', {'name': 'West', 'code': 'west'})
        self.post(WORK + '/organisations/west', {'name': 'West House'})
        self.post(WORK + '/organisations/west/remove', {})
        self.post(WORK + '/people/add', {'email': 'wanda@north.example', 'organisation': 'north'})
        self.post(self.person('wanda@north.example'), {'name': 'Wanda', 'organisation': 'south'})
        self.post(WORK + '/waves/1/extend', {'until': '2037-01-31'})
        self.browser.get(WORK + '/waves/1/sheet')
        self.browser.get(WORK + '/links.csv')
        sharing = WORK + '/settings/sharing'
        self.post(sharing, {'act': 'grant', 'organisation': 'north', 'viewer': 'vera@example.org', 'days': '0'})
        self.post(sharing, {'act': 'grant', 'organisation': 'south', 'days': '30'})
        page = self.browser.get(sharing)
        for _ in range(2):
            page.forms = [f for f in page.forms if any(c['value'] == 'take' for c in f['controls'])]
            page = submit(self.browser, page, sharing)
        self.post(WORK + '/waves/1/close', {'label': 'Baseline'})
        self.assertEqual(self.lines('tale')[before:], [
            ('organisation_added', 'tale/west'), ('organisation_changed', 'tale/west'), ('organisation_removed', 'tale/west'),
            ('person_added', 'tale/north'), ('person_changed', 'tale/south'), ('wave_extended', 'tale/Baseline'),
            ('recovery_sheet_shown', 'tale/Baseline'), ('links_written', 'tale/Baseline'),
            ('grant_given', 'tale/north/vera@example.org'), ('grant_given', 'tale/south/link'),
            ('grant_taken', 'tale/north/vera@example.org'), ('grant_taken', 'tale/south/link'),
            ('wave_closed', 'tale/Baseline')])

    def test_nobody_of_the_roster_is_in_it_by_whichever_way(self):
        self.post(WORK + '/people/add', {'email': 'wanda@north.example', 'name': 'Wanda', 'organisation': 'north'})
        for name, act in (('wanda@north.example', ''), ('staff1@south.example', '/export'), ('staff2@south.example', '/remove')):
            self.browser.request('POST', self.person(name) + act, 'organisation=north&name=Wanda&token=' + token_of(
                self.browser.get('/account')))
        self.here.run('people', 'export', 'tale', 'wanda@north.example')
        self.here.run('people', 'delete', 'tale', 'wanda@north.example', '--yes')
        by_page = [('person_added', 'tale/north'), ('person_changed', 'tale/north'), ('person_exported', 'tale/south'),
                   ('person_deleted', 'tale/south')]
        self.assertEqual(self.lines('tale')[-6:], by_page + [('person_exported', 'tale/north'), ('person_deleted', 'tale/north')])
        text = str(self.lines('--most', '1000')) + self.browser.get('/audit').text
        for word in ('wanda', 'Wanda', 'staff'):
            self.assertNotIn(word, text)

    def test_a_failed_sign_in_is_one_line_an_account_and_hour(self):
        visitor = Browser(self.here.url)
        for email in ('ada@example.org', 'ADA@example.org', 'my secret, typed into the wrong field', 'nobody@example.org') * 2:
            submit(visitor, visitor.get('/sign-in'), '/sign-in', {'email': email, 'password': 'wrong and wrong'})
        failed = [line for line in self.lines('--most', '1000') if line[0] == 'sign_in_failed']
        self.assertEqual(failed, [('sign_in_failed', 'ada@example.org'), ('sign_in_failed', '')])
        page = self.browser.get('/audit')
        self.assertIn('nobody signed in', page.text)
        self.assertNotIn('secret', page.text)
        self.change('UPDATE audit SET time = time - 3601')
        submit(visitor, visitor.get('/sign-in'), '/sign-in', {'email': 'ada@example.org', 'password': 'wrong'})
        self.assertEqual(self.lines('--most', '1'), [('sign_in_failed', 'ada@example.org')])
        submit(self.browser, self.browser.get('/sign-in/again'), '/sign-in/again', {'password': 'wrong'})
        self.assertEqual(len([x for x in self.lines('--most', '1000') if x[0] == 'sign_in_failed']), 3)

    def change(self, sql, *values):
        self.here.query(sql, *values)

    def test_its_pages_are_turned_and_no_line_is_lost_or_told_twice(self):
        self.change("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 230)"
                    " INSERT INTO audit SELECT 1000 + i / 7, i, '', 'wave_closed', 'old/w' || i FROM n")
        seen, page, path, steps = [], None, '/audit', 0
        total = len(self.lines('--most', '1000'))
        while path:
            page = self.browser.get(path)
            self.assertEqual(page.status, 200)
            found = re.findall(r'old/w(\d+)<', page.text)
            self.assertLessEqual(len(re.findall('<tr[ >]', page.text)), 101)
            seen += found
            steps += 1
            older = re.search(r'href="([^"]+)">Older', page.text)
            path = older.group(1).replace('&amp;', '&') if older else None
        self.assertEqual(seen, [str(i) for i in range(230, 0, -1)])
        self.assertEqual(steps, -(-total // 100))
        back = 0
        while True:
            newer = re.search(r'href="([^"]+)">Newer', page.text)
            if not newer:
                break
            page = self.browser.get(newer.group(1).replace('&amp;', '&'))
            back += 1
            self.assertEqual(len(re.findall('<tr[ >]', page.text)), 101)
        self.assertEqual(back, steps - 1)
        page = self.browser.get('/audit?about=old')
        self.assertNotIn('tale', page.text)
        older = re.search(r'href="([^"]+)">Older', page.text).group(1).replace('&amp;', '&')
        page = self.browser.get(older)
        self.assertEqual(re.findall(r'old/w(\d+)<', page.text)[0], '130')
        for wrong in ('?before=x', '?after=-', '?before=1-2-3', '?after=99999999999999999999-1', '?about=%FF'):
            self.assertEqual(self.browser.get('/audit' + wrong).status, 200, wrong)


class LeadingNowhere(unittest.TestCase):
    PATHS = ('/work/nothing', '/assessments/none-such/xyz', '/assessments/tale/xyz', '/accounts/zzz/y', '/s/a/b', '/%20')

    @classmethod
    def setUpClass(cls):
        cls.here = scene(0)
        cls.browser = add_user(cls.here, 'ada@example.org', 'practitioner')
        submit(cls.browser, cls.browser.get('/account'), '/account', {'language': 'fr'})

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def test_somebody_signed_in_gets_the_workspaces_page_in_their_language(self):
        pages = [self.browser.get(p) for p in self.PATHS]
        for page, path in zip(pages, self.PATHS):
            with self.subTest(path=path):
                self.assertEqual((page.status, page.language), (404, 'fr'))
                self.assertIn('Il n’y a rien ici pour vous', page.title)
                self.assertRegex(page.text, r'<p><a href="?/work"?>')
                self.assertTrue(form_of(page, '/sign-out'))
        self.assertEqual(pages[1].text, pages[2].text, 'nothing tells which assessments there are')

    def test_a_method_that_is_not_meant_and_a_foreign_form_are_told_there_too(self):
        page = self.browser.request('POST', '/work', 'token=x')
        self.assertEqual((page.status, page.language, page.headers['Allow']), (405, 'fr', 'GET, HEAD'))
        self.assertRegex(page.text, r'<p><a href="?/work"?>')
        page = self.browser.request('POST', '/account', 'token=x', {'Sec-Fetch-Site': 'cross-site'})
        self.assertEqual((page.status, page.language), (403, 'fr'))
        self.assertRegex(page.text, r'<p><a href="?/work"?>')

    def test_everybody_else_gets_the_plain_page(self):
        ended = Browser(self.here.url)
        ended.cookies = {'sid': 'ab' * 32}
        for visitor in (Browser(self.here.url), ended):
            for path in self.PATHS:
                page = visitor.get(path)
                self.assertEqual(page.status, 404)
                self.assertNotIn('/work', page.text)
                self.assertEqual(page.title, Browser(self.here.url).get('/nothing').title)
            self.assertEqual(visitor.request('POST', '/work', 'x=y').status, 405)


if __name__ == '__main__':
    unittest.main()
