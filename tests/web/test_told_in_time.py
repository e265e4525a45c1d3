#!/usr/bin/python3
"""What a practitioner must be told before it is too late, or when it has happened: a wave that ended without results, a
wave for too few people, data that is about to be removed, a session that ended in the middle of a form, a change that
somebody else has made meanwhile, a roster that is not what it seems."""
import html
import os
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation, ROOT  # noqa: E402
from support.scene import ANSWERS, STORY, scene  # noqa: E402
from support.workspace import PASSWORD, add_user, form_of, sign_in, submit, upload  # noqa: E402

A = '/assessments/tale'


def plain(page):
    """The words of a page, as they are read."""
    text = re.sub(r'<(script|style).*?</\1>', ' ', page.text, flags=re.S)
    return html.unescape(re.sub(r'\s+', ' ', re.sub(r'<[^>]+>', ' ', text))).replace('\u00a0', ' ')


class Told(unittest.TestCase):
    def begin(self, **how):
        here = scene(**how)
        self.addCleanup(here.__exit__)
        self.browser = add_user(here, 'admin@example.org')
        return here

    def sql(self, here, sql, *values):
        return here.query(sql, *values)

    def get(self, path, status=200):
        page = self.browser.get(path)
        self.assertEqual(page.status, status, plain(page)[:300])
        return page


class Destroyed(Told):
    """One person answers of six, and the wave is closed: nothing is left of it."""

    def setUp(self):
        self.here = self.begin(staff=6)
        Browser(self.here.url).fill(self.here.links('tale', 'personal')[0]['token'], ANSWERS)
        self.viewer = add_user(self.here, 'vera@example.org', 'viewer')
        page = self.get(A + '/settings/sharing')
        page.forms = [f for f in page.forms if any(c['value'] == 'grant' for c in f['controls'])]
        forms = page.forms
        submit(self.browser, page, A + '/settings/sharing', {'organisation': 'north', 'viewer': 'vera@example.org', 'days': '0'})
        page.forms = forms
        page = submit(self.browser, page, A + '/settings/sharing', {'organisation': 'north', 'days': '30'})
        self.link = re.search(r'/shared/[A-Za-z0-9]{26}', page.text).group()
        submit(self.browser, self.get(A + '/waves/1/close'), A + '/waves/1/close', {'label': 'Baseline'})

    def test_every_page_says_so_and_leads_on(self):
        page = self.get(A)
        self.assertIn('They were destroyed unopened, and there are no results', plain(page))
        self.assertRegex(page.text, r'class=button href="?%s/waves/open"?>Open another wave' % A)
        self.assertNotIn('See the reports', plain(page))
        self.assertIn('closed with too few answers, no results', plain(self.get('/work')))
        text = plain(self.get(A + '/waves'))
        self.assertIn('Closed with too few answers: they were destroyed, there are no results', text)
        page = self.get(A + '/reports')
        self.assertIn('closed with too few answers: destroyed, no results', plain(page))
        self.assertNotIn(A + '/reports/1', page.text)
        self.assertRegex(page.text, r'class=button href="?%s/waves/open' % A)
        page = self.get(A + '/reports/1', 409)
        self.assertIn('there are no results, for anybody', plain(page))
        self.assertNotIn('Excel workbook', plain(page))
        self.assertIn(A + '/waves/open', page.text)
        self.get(A + '/data/1', 409)

    def test_so_do_the_pages_for_others_and_the_command_line(self):
        page = self.viewer.get('/shared')
        self.assertIn('Baseline: too few answers, no results', plain(page))
        self.assertNotIn('/reports/1', page.text)
        page = self.viewer.get(A + '/reports/1/north')
        self.assertEqual(page.status, 409)
        self.assertNotIn('waves/open', page.text, 'a viewer opens no waves')
        page = Browser(self.here.url).get(self.link)
        self.assertIn('closed with too few answers', plain(page))
        self.here.stop()
        out, _ = self.here.run('wave', 'list', 'tale', '--format', 'csv')
        self.assertIn('Baseline,destroyed,', out)

    def test_another_wave_with_results_is_led_to_again(self):
        submit(self.browser, self.get(A + '/waves/open'), A + '/waves/open', {'label': 'Again'})
        for link in self.here.links('tale', 'personal'):
            Browser(self.here.url).fill(link['token'], ANSWERS)
        submit(self.browser, self.get(A + '/waves/2/close'), A + '/waves/2/close', {'label': 'Again'})
        self.assertIn('See the reports', plain(self.get(A)))
        self.assertEqual(self.get(A + '/reports/2').status, 200)
        self.assertIn('Again', plain(self.viewer.get('/shared')))


class TooFew(Told):
    def open_wave(self, organisations, people):
        here = Installation()
        self.addCleanup(here.__exit__)
        here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale', '--mode', 'anonymous')
        here.write('o.csv', 'code,name,headcount\n' + organisations)
        here.run('organisation', 'import', 'tale', 'o.csv')
        if people:
            here.write('p.csv', 'email,organisation\n' + people)
            here.run('people', 'import', 'tale', 'p.csv')
        here.serve()
        self.browser = add_user(here, 'admin@example.org')
        return self.get(A + '/waves/open')

    def test_small_organisations_are_named_before_the_wave_opens(self):
        page = self.open_wave('n,North House,\ns,South House,\nw,West House,\n', ''.join(
            '%s%d@x.example,%s\n' % (o, i, o) for o, n in (('n', 3), ('s', 3), ('w', 6)) for i in range(n)))
        self.assertIn('Fewer than 5 people can answer in: North House, South House.', plain(page))
        self.assertNotIn('there can be no results at all', plain(page))
        page = submit(self.browser, page, A + '/waves/open', {'label': 'Baseline'})
        self.assertEqual(page.status, 422)
        self.assertIn('tick that the wave is to open all the same', plain(page))
        page = submit(self.browser, page, A + '/waves/open', {'label': 'Baseline', 'few': 'yes'})
        self.assertIn('“Baseline” is open', plain(page))

    def test_too_few_in_all_are_told(self):
        page = self.open_wave('n,North House,\n', 'one@x.example,n\n')
        self.assertIn('In all, only 1 can answer, and a result needs 5 answers', plain(page))

    def test_nothing_is_asked_where_there_are_enough_or_nobody_knows(self):
        page = self.open_wave('n,North House,12\ns,South House,\n', '')
        self.assertNotIn('Too few people', plain(page))
        page = submit(self.browser, page, A + '/waves/open', {'label': 'Baseline'})
        self.assertIn('“Baseline” is open', plain(page))


class Ending(Told):
    def test_days_that_are_over_already_ask_first_and_the_removal_is_told(self):
        here = self.begin(staff=6)
        for link in here.links('tale', 'personal'):
            Browser(here.url).fill(link['token'], ANSWERS)
        submit(self.browser, self.get(A + '/waves/1/close'), A + '/waves/1/close', {'label': 'Baseline'})
        self.sql(here, "UPDATE wave SET closed = '2020-01-31'")
        page = submit(self.browser, self.get(A + '/settings'), A + '/settings', {'roster_days': '9999'})
        self.assertIn('Saved.', plain(page), 'nothing is over: nothing is asked')
        page = submit(self.browser, page, A + '/settings', {'roster_days': '30', 'response_days': '30'})
        self.assertEqual(page.status, 422)
        self.assertIn('6 people with names and addresses', plain(page))
        self.assertIn('6 answers of the waves: Baseline', plain(page))
        self.assertEqual(self.sql(here, 'SELECT roster_days FROM assessment'), [(9999,)])
        page = submit(self.browser, page, A + '/settings', {'ending': 'yes'})
        self.assertIn('Saved.', plain(page))
        here.stop()
        here.serve()
        self.browser = Browser(here.url)
        sign_in(here, self.browser, 'admin@example.org')
        for _ in range(50):
            if self.sql(here, 'SELECT count(*) FROM person') == [(0,)]:
                break
        self.assertIn('Names and addresses of the people were removed on', plain(self.get(A + '/people')))
        text = plain(self.get(A))
        self.assertIn('Names and addresses of the people were removed on', text)
        self.assertIn('The single answers of “Baseline” were removed on', text)
        self.assertIn('See the reports', text, 'the results stay')
        text = plain(self.get('/audit'))
        self.assertIn('the server, by its settings', text)


class SessionEnds(Told):
    def end_session(self, here):
        self.sql(here, 'UPDATE session SET seen = seen - 1900')

    def test_what_was_typed_comes_back_after_signing_in_and_nothing_is_sent_by_itself(self):
        here = self.begin(staff=0)
        page = self.get(A + '/organisations/add')
        self.end_session(here)
        page = submit(self.browser, page, A + '/organisations/add', {'name': 'East “House” <b>', 'headcount': '12'})
        self.assertEqual(page.status, 403)
        self.assertIn('what you typed is back in its form', plain(page))
        self.assertNotIn('token', [c['name'] for f in page.forms for c in f['controls']], 'the old token is not carried')
        page = submit(self.browser, page, '/sign-in', {'email': 'admin@example.org', 'password': 'wrong wrong wrong'})
        self.assertEqual(page.status, 422)
        page = submit(self.browser, page, '/sign-in', {'email': 'admin@example.org', 'password': PASSWORD})
        self.assertEqual(page.status, 200)
        self.assertIn('it has not been saved yet', plain(page))
        fields = {c['name']: c['value'] for c in form_of(page, A + '/organisations/add')['controls']}
        self.assertEqual((fields['name'], fields['headcount']), ('East “House” <b>', '12'))
        self.assertEqual(self.sql(here, 'SELECT count(*) FROM organisation'), [(1,)])
        page = submit(self.browser, page, A + '/organisations/add')
        self.assertIn('is saved', plain(page))
        self.assertEqual(self.sql(here, "SELECT headcount FROM organisation WHERE name LIKE 'East%'"), [(12,)])

    def test_somebody_else_who_signs_in_gets_no_page_that_is_not_theirs(self):
        here = self.begin(staff=0)
        add_user(here, 'other@example.org', 'practitioner')
        page = self.get(A + '/organisations/add')
        self.end_session(here)
        page = submit(self.browser, page, A + '/organisations/add', {'name': 'East'})
        page = submit(self.browser, page, '/sign-in', {'email': 'other@example.org', 'password': PASSWORD})
        self.assertEqual(page.status, 404)

    def test_an_act_without_a_page_of_its_own_leads_to_the_page_it_stands_on(self):
        here = self.begin(staff=0)
        page = self.get(A + '/settings')
        self.end_session(here)
        page = submit(self.browser, page, A + '/settings/archive')
        page = submit(self.browser, page, '/sign-in', {'email': 'admin@example.org', 'password': PASSWORD})
        self.assertIn('Archive', plain(page))
        self.assertEqual(self.sql(here, 'SELECT state FROM assessment'), [(0,)])

    def test_only_our_own_paths_are_followed(self):
        here = self.begin(staff=0)
        browser = Browser(here.url)
        for path in ('//evil.example/assessments/x', 'https://evil.example/', '/assessments/tale/../../x'):
            page = browser.get('/sign-in')
            pairs = [('next', path), ('kept.name', 'x'), ('email', 'admin@example.org'), ('password', PASSWORD)]
            page = browser.post('/sign-in', pairs)
            self.assertNotIn('evil', page.text)
            self.assertIn('Assessments', page.title)
            browser.cookies.clear()

    def test_a_file_is_said_to_be_lost(self):
        here = self.begin(staff=0)
        page = self.get(A + '/people/import')
        self.end_session(here)
        page = upload(self.browser, page, A + '/people/import', 'file', 'people.csv', b'email,organisation\n', {'pasted': 'a,b'})
        self.assertIn('A chosen file is not kept', plain(page))


class TwoWindows(Told):
    def test_the_second_to_save_sees_both_and_is_asked(self):
        here = self.begin(staff=0)
        for path, first, second, shown in (
                (A + '/organisations/north', {'name': 'Alpha'}, {'name': 'Beta'}, 'Name Alpha'),
                (A + '/settings', {'title': 'Alpha tale'}, {'title': 'Beta tale'}, 'Title Alpha tale')):
            with self.subTest(path=path):
                early = self.get(path)
                submit(self.browser, self.get(path), path, first)
                page = submit(self.browser, early, path, second)
                self.assertEqual(page.status, 422)
                self.assertIn('Somebody has saved something else here', plain(page))
                self.assertIn('What is stored now ' + shown, plain(page))
                self.assertIn(list(second.values())[0], [c['value'] for c in form_of(page, path)['controls']])
                page = submit(self.browser, page, path)
                self.assertEqual(page.status, 200)
        self.assertEqual(self.sql(here, 'SELECT name FROM organisation'), [('Beta',)])
        self.assertEqual(self.sql(here, 'SELECT title FROM assessment'), [('Beta tale',)])

    def test_a_second_click_is_no_second_person(self):
        self.begin(staff=0)
        early = self.get(A + '/organisations/north')
        for _ in range(2):
            page = submit(self.browser, early, A + '/organisations/north', {'name': 'Alpha'})
            self.assertIn('is saved', plain(page))

    def test_a_person_too(self):
        here = self.begin(staff=1)
        path = re.search(A + r'/people/[0-9a-f]{32}', self.get(A + '/people').text).group()
        early = self.get(path)
        submit(self.browser, self.get(path), path, {'name': 'Anna'})
        page = submit(self.browser, early, path, {'name': 'Ben'})
        self.assertEqual(page.status, 422)
        self.assertIn('What is stored now Name Anna', plain(page))
        self.assertEqual(self.sql(here, 'SELECT name FROM person'), [('Anna',)])


class Rosters(Told):
    def import_table(self, kind, content, name='table.csv'):
        path = A + '/%s/import' % kind
        return upload(self.browser, self.get(path), path, 'file', name, content)

    def test_a_language_that_the_instrument_does_not_have_is_told(self):
        here = self.begin(staff=0)
        page = self.import_table('people', 'email,organisation,language\na@x.example,north,xx\nb@x.example,north,en\n'
                                           'c@x.example,north,Klingon\n'.encode())
        text = plain(page)
        self.assertRegex(text, r'2 “xx” is not a language of the instrument \(en')
        self.assertRegex(text, r'4 “Klingon” is not a language of the instrument')
        self.assertNotIn('“en” is not', text)
        self.assertRegex(text, r'New 3 Updated 0 Unchanged 0 With errors 0', 'a warning leaves nobody out')
        page = self.import_table('organisations', 'code,name,language\nsouth,South,de\n'.encode())
        self.assertIn('“de” is not a language of the instrument', plain(page))
        here.write('p.csv', 'email,organisation,language\na@x.example,north,xx\n')
        self.assertIn('“xx” is not a language of the instrument', here.run('people', 'import', 'tale', 'p.csv')[1])

    def test_nothing_in_it_is_not_the_same_as_no_file_or_nothing_new(self):
        self.begin(staff=0)
        self.assertIn('The file “table.csv” is empty', plain(self.import_table('people', b'')))
        self.assertIn('Choose a file, or paste some rows', plain(self.import_table('people', b'', '')))
        text = plain(self.import_table('people', b'email,organisation\n'))
        self.assertIn('There are no rows in this table', text)
        self.assertNotIn('is there already', text)

    def test_a_table_that_is_too_long_asks_for_no_columns(self):
        self.begin(staff=0)
        table = b'email,organisation\n' + b''.join(b'p%d@x.example,north\n' % i for i in range(50001))
        text = plain(self.import_table('people', table))
        self.assertIn('Divide it into several files', text)
        self.assertNotIn('Some columns were not found', text)

    def test_rows_with_errors_stand_among_the_others(self):
        self.begin(staff=0)
        page = self.import_table('people', b'email,organisation\na@x.example,north\nb@x.example,nowhere\n')
        rows = page.text[page.text.index('Rows as they are understood'):]
        self.assertRegex(rows, r'<strong>Error</strong>.*b@x\.example.*a@x\.example')

    def test_a_ligature_is_two_letters(self):
        self.begin(staff=0)
        page = self.import_table('organisations', 'name\nﬁnance oﬃce\n'.encode())
        self.assertIn('finance-office', plain(page))

    def test_a_circle_is_called_one(self):
        self.begin(staff=0)
        self.browser.get(A)
        submit(self.browser, self.get(A + '/organisations/add'), A + '/organisations/add', {'name': 'Unit', 'parent': 'north'})
        page = submit(self.browser, self.get(A + '/organisations/north'), A + '/organisations/north', {'parent': 'unit'})
        self.assertIn('“Unit” is part of this organisation itself', plain(page))

    def test_whoever_comes_during_a_wave_is_asked_in_the_next(self):
        self.begin(staff=0)
        page = self.get(A + '/people/add')
        self.assertIn('A person added now will be asked in the next wave', plain(page))
        page = submit(self.browser, page, A + '/people/add', {'email': 'new@x.example', 'organisation': 'north'})
        self.assertIn('they will be asked in the next one, after “Baseline”', plain(page))
        page = self.import_table('people', b'email,organisation\nb@x.example,north\n')
        form = [f for f in page.forms if any(c['name'] == 'apply' for c in f['controls'])][0]
        page.forms = [form]
        values = {c['name']: c['value'] for c in form['controls'] if c['kind'] == 'hidden'}
        page = upload(self.browser, page, A + '/people/import', 'file', '', b'', dict(values, apply='yes'))
        self.assertIn('those who are new will be asked in the next one', plain(page))

    def test_links_stand_as_people_count(self):
        here = Installation()
        self.addCleanup(here.__exit__)
        here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale', '--mode', 'anonymous')
        here.write('o.csv', 'code,name\n' + ''.join('h%d,House %d\n' % (i, i) for i in (11, 1, 10, 2)))
        here.run('organisation', 'import', 'tale', 'o.csv')
        here.run('wave', 'open', 'tale', '--label', 'Baseline')
        here.serve()
        self.browser = add_user(here, 'admin@example.org')
        found = re.findall(r'rowheader[^>]*>(House \d+)', self.get(A + '/links').text)
        self.assertEqual(found[:4], ['House 1', 'House 2', 'House 10', 'House 11'])
        found = re.findall(r'open[^\n]*(House \d+)', self.get(A + '/links.csv').text)
        self.assertEqual(found[:4], ['House 1', 'House 2', 'House 10', 'House 11'])
        for link in here.links('tale', 'open'):
            for _ in range(5 if link['organisation'] != 'h11' else 0):
                Browser(here.url).fill(link['token'], ANSWERS)
        submit(self.browser, self.get(A + '/waves/1/close'), A + '/waves/1/close', {'label': 'Baseline'})
        page = self.get(A + '/reports/1')
        found = re.findall(r'href="?%s/reports/1/(h\d+)' % A, page.text)
        self.assertEqual(found[:3], ['h1', 'h2', 'h10'], 'as people count')
        for code, name in (('h2', 'House 2'), ('h10', 'House 10')):
            self.assertIn(name, self.get(A + '/reports/1/' + code).title, 'the link leads where it says')


class Small(Told):
    def test_a_shared_device_is_handed_on(self):
        here = self.begin(staff=0)
        browser, token = Browser(here.url), here.links('tale', 'open')[0]['token']
        page = browser.send(browser.get('/s/%s?kiosk=1' % token))
        for _ in range(200):
            if page.form(field='.p') is None:
                break
            page = browser.send(page, ANSWERS)
        self.assertIn('hand the device to the next person', plain(page))
        self.assertNotIn('You can close this page', plain(page))

    def test_archiving_twice_is_noted_once(self):
        here = self.begin(staff=0)
        early = self.get(A + '/settings')
        for _ in range(2):
            submit(self.browser, early, A + '/settings/archive')
        self.assertEqual(self.sql(here, "SELECT count(*) FROM audit WHERE act = 'assessment_archived'"), [(1,)])

    def test_the_second_factors_key_stays_when_the_page_is_loaded_again(self):
        here = self.begin(staff=0)
        first, again = (re.search(r'class=secret>([^<]+)', self.get('/account/totp').text).group(1) for _ in range(2))
        self.assertEqual(first, again)
        other = add_user(here, 'other@example.org', 'practitioner')
        self.assertNotEqual(first, re.search(r'class=secret>([^<]+)', other.get('/account/totp').text).group(1))

    def test_a_translation_without_its_instrument_says_what_is_missing(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        shutil.copy(os.path.join(ROOT, 'surveys/implementation-readiness.fr.ini'), os.path.join(folder, 'alone.fr.ini'))
        here = Installation(instruments_folder=folder)
        self.addCleanup(here.__exit__)
        here.serve()
        self.browser = add_user(here, 'admin@example.org')
        self.assertIn('The file alone.ini is missing', plain(self.get('/instruments')))
        page = self.get('/instruments/alone.fr')
        self.assertIn('The file alone.ini is missing', plain(page))
        self.assertNotIn('class=error', page.text)

    def test_after_closing_the_watch_says_that_it_is_over(self):
        here = self.begin(staff=0)
        here.stop()
        here.run('wave', 'close', 'tale', '--yes')
        here.serve()
        self.browser = Browser(here.url)
        sign_in(here, self.browser, 'admin@example.org')
        text = plain(self.get(A + '/watch'))
        self.assertIn('“Baseline” is closed', text)
        self.assertNotIn('nobody to reach yet', text)


if __name__ == '__main__':
    unittest.main()
