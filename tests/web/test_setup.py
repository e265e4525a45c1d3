#!/usr/bin/python3
"""From "I have twelve organisations" to an open and a closed wave, as a practitioner does it in the browser, without a
command line; hostile and overlong texts included."""
import html
import os
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation  # noqa: E402
from support.scene import ANSWERS, scene  # noqa: E402
from support.workspace import add_user, form_of, submit, upload  # noqa: E402

A = '/assessments/chutes-au-nord'
CANARY = '<script>alert(7)</script><img src=x onerror=alert(8)>"\'&amp;'
ORGANISATIONS = 'Code;Établissement;Rattachement;Effectif\r\nréseau;Réseau de santé;;\r\n'.replace('réseau;', 'reseau;') + ''.join(
    'h%d;Hôpital n° %d « Été »;reseau;%d\r\n' % (i, i, 40 + i) for i in range(1, 12))


def people(n=600):
    return 'Nom;Prénom;Adresse courriel;Établissement;Unité;Langue\r\n' + ''.join(
        'Tremblay %d;Ève;personne%d@hopital.example;h%d;%s;Français\r\n' % (i, i, i % 11 + 1, ('Soins', 'Urgence')[i % 2])
        for i in range(n))


def plain(page):
    """The words of a page, as they are read."""
    text = re.sub(r'<(script|style).*?</\1>', ' ', page.text, flags=re.S)
    return html.unescape(re.sub(r'\s+', ' ', re.sub(r'<[^>]+>', ' ', text)))


class Setup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Installation()
        cls.here.serve()
        cls.browser = add_user(cls.here, 'claire@example.org', 'practitioner')
        cls.other = add_user(cls.here, 'other@example.org', 'practitioner')

    @classmethod
    def tearDownClass(cls):
        cls.here.end_well()

    def rows(self, sql, *values):
        return self.here.query(sql, *values)

    def get(self, path, status=200):
        page = self.browser.get(path)
        self.assertEqual(page.status, status, (path, plain(page)[:400]))
        return page

    def create(self, title, instrument='implementation-readiness', **answers):
        page = self.get('/assessments/new?instrument=' + instrument)
        answers = dict({'title': title}, **answers)
        return submit(self.browser, page, '/assessments/new', answers)

    def import_file(self, path, content, name='table.csv'):
        page = self.get(path)
        return upload(self.browser, page, path, 'file', name, content)

    def apply(self, path, page):
        form = [f for f in page.forms if any(c['name'] == 'apply' for c in f['controls'])][0]
        values = {c['name']: c['value'] for c in form['controls'] if c['kind'] == 'hidden'}
        page.forms = [form]
        return upload(self.browser, page, path, 'file', '', b'', dict(values, apply='yes'))

    def test_1_the_whole_story(self):
        page = self.get('/work')
        self.assertIn('Begin with the first one', plain(page))
        page = self.get('/assessments/new')
        self.assertIn('English', plain(page))
        page = self.create('Chutes au Nord', **{'value.0.0': 'the fall prevention programme',
                                                'value.0.1': 'le programme de prévention des chutes',
                                                'timezone': 'America/Toronto'})
        self.assertEqual(page.status, 200)
        self.assertIn('The assessment is created', plain(page))
        self.assertEqual(self.rows("SELECT count(*) FROM placeholder WHERE value LIKE '%chutes'")[0][0], 1)
        for tab in ('organisations', 'people', 'waves', 'settings', 'settings/sharing'):
            self.get(A + '/' + tab)
        self.assertIn('People belong to organisations', plain(self.get(A + '/people')))

        page = self.import_file(A + '/organisations/import', ORGANISATIONS.encode('cp1252'), 'organisations.csv')
        text = plain(page)
        self.assertEqual(page.status, 200, text)
        self.assertIn('Windows-1252', text)
        self.assertIn('Semicolon', text)
        self.assertIn('Hôpital n° 11 « Été »', text)
        self.assertEqual(self.rows('SELECT count(*) FROM organisation')[0][0], 0, 'looking writes nothing')
        page = self.apply(A + '/organisations/import', page)
        self.assertIn('Organisations written: 12', plain(page))

        page = self.import_file(A + '/people/import', people().encode('cp1252'), 'people.csv')
        self.assertRegex(plain(page), r'New 600 Updated 0 Unchanged 0 With errors 0')
        page = self.apply(A + '/people/import', page)
        self.assertIn('People written: 600', plain(page))
        self.assertIn('Page 1 of 12', plain(page))
        self.assertEqual(self.rows('SELECT count(*) FROM person')[0][0], 600)
        page = self.import_file(A + '/people/import', people().encode('utf-16'), 'people.csv')
        self.assertRegex(plain(page), r'New 0 Updated 0 Unchanged 600 With errors 0')
        self.assertIn('Everything in this table is there already', plain(page))
        page = self.get(A + '/people?q=' + urllib.parse.quote('tremblay 599'))
        self.assertIn('1 person found', plain(page))
        page = self.get(A + '/people?q=tremblay&page=12')
        self.assertIn('Page 12 of 12', plain(page))

        page = self.get(A + '/waves/open')
        page = submit(self.browser, page, A + '/waves/open', {'label': 'État initial', 'until': '2020-01-01'})
        self.assertEqual(page.status, 422)
        self.assertIn('The day 1 January 2020 is past', plain(page))
        self.assertIn('value="État initial"', page.text)
        page = submit(self.browser, page, A + '/waves/open', {'label': 'État initial', 'until': '2099-01-31'})
        self.assertIn('“État initial” is open', plain(page))
        self.assertIn('31 January 2099', plain(self.get(A)))
        self.assertEqual(self.rows('SELECT timezone, until FROM wave'), [('America/Toronto', '2099-01-31')])
        self.assertIn('A wave is still open', plain(self.get(A + '/waves/open', 409)))

        page = self.get(A + '/waves/1/extend')
        page = submit(self.browser, page, A + '/waves/1/extend', {'until': '2099-03-01'})
        self.assertIn('The last day is now 1 March 2099', plain(page))
        self.assertRegex(plain(self.get(A + '/waves/1/sheet')), r'Recovery sheet .* lock it away')

    def test_2_settings_are_frozen_once_a_wave_was_open(self):
        page = self.get(A + '/settings')
        self.assertFalse(any(c['name'] == 'mode' for f in page.forms for c in f['controls']))
        page = submit(self.browser, page, A + '/settings', {'min_group': '4', 'title': 'Chutes au Nord'})
        self.assertEqual(page.status, 422)
        self.assertIn('from 5 to 20', plain(page))
        page = submit(self.browser, page, A + '/settings', {'min_group': '8', 'mode': 'confidential', 'title': 'Chutes'})
        self.assertIn('Saved', plain(page))
        self.assertEqual(self.rows('SELECT title, mode, min_group FROM assessment WHERE name = ?', 'chutes-au-nord'),
                         [('Chutes', 0, 8)])
        self.assertEqual(self.rows('SELECT min_group FROM wave')[0][0], 5)

    def test_3_duplicates_and_bad_addresses_are_listed_by_row(self):
        bad = ('courriel,organisation,nom\nx1@hopital.example,h1,One\nX1@hopital.example,h1,Again\nno address,h2,Two\n'
               'x2@hopital.example,h99,Three\nx3@hopital.example,Réseau de santé,Four\n')
        page = self.import_file(A + '/people/import', bad.encode())
        text = plain(page)
        self.assertEqual(page.status, 422)
        self.assertTrue(page.title.startswith('Error:'))
        for row, words in ((3, 'is in row 2 already'), (4, '“no address” is not an e-mail address'), (5, 'There is no organisation “h99”')):
            self.assertRegex(text, r' %d .{0,40}%s' % (row, re.escape(words)))
        self.assertRegex(text, r'New 2 Updated 0 Unchanged 0 With errors 3')
        page = self.apply(A + '/people/import', page)
        self.assertIn('People written: 2', plain(page))
        self.assertEqual(self.rows("SELECT organisation FROM person WHERE email = 'x3@hopital.example'"), [('reseau',)])

    def test_4_columns_are_named_by_hand_when_they_were_not_found(self):
        page = self.import_file(A + '/people/import', 'wer;wo;wie\nAnna;h1;anna@hopital.example\n'.encode('utf-16'))
        self.assertEqual(page.status, 422)
        self.assertIn('Which column is which?', plain(page))
        self.assertIn('wie (anna@hopital.example)', plain(page))
        form = [f for f in page.forms if any(c['name'] == 'by_hand' for c in f['controls'])][0]
        page.forms = [form]
        page = upload(self.browser, page, A + '/people/import', 'file', '', b'',
                      {'column.email': '2', 'column.organisation': '1', 'column.name': '0'})
        self.assertEqual(page.status, 200)
        self.assertRegex(plain(page), r'New 1 Updated 0')
        page = self.apply(A + '/people/import', page)
        self.assertIn('People written: 1', plain(page))
        self.assertEqual(self.rows("SELECT name FROM person WHERE email = 'anna@hopital.example'"), [('Anna',)])

    def test_5_rows_can_be_pasted_and_files_that_are_no_tables_are_refused(self):
        page = self.get(A + '/organisations/import')
        page = upload(self.browser, page, A + '/organisations/import', 'file', '', b'',
                      {'pasted': 'name\theadcount\nNew House\t1 200\n'})
        self.assertRegex(plain(page), r'new-house made from the name New House 1,200')
        for content, words in ((b'PK\x03\x04rest', 'This is a workbook'), (b'', 'is empty'),
                               (b'\x89PNG\r\n\x1a\n\0\0', 'is not a text file'), (b'code,name\nx,"open\n', 'never closed')):
            page = self.import_file(A + '/organisations/import', content)
            self.assertEqual(page.status, 422, content)
            self.assertIn(words, plain(page))
        page = self.import_file(A + '/organisations/import', b'code,name\nx1,Good\nx2,B\x81d \xe9\n')
        self.assertRegex(plain(page), r'haracters that are not Windows-1252')
        page = self.apply(A + '/organisations/import', page)
        self.assertIn('Organisations written: 1', plain(page))
        self.assertEqual(self.rows("SELECT count(*) FROM organisation WHERE code = 'x2'")[0][0], 0)

    def speak(self, language):
        submit(self.browser, self.get('/account'), '/account', {'language': language, 'name': 'Claire', 'timezone': 'UTC'})

    def test_5_the_preview_says_how_everything_was_understood(self):
        self.speak('fr')
        self.addCleanup(self.speak, 'en')
        table = ('Sigle;Nom;Effectif;Rattachement;Remarque\r\n;Sacré-Cœur;douze;personne;x\r\n;Œuvre d’été;1500;reseau;y\r\n'
                 ';Œuvre d’été;3;;\r\n;;4;;\r\n')
        page = self.import_file(A + '/organisations/import', table.encode('cp1252'))
        text = plain(page).replace('\u202f', ' ')
        self.assertRegex(text, r' 2 .{0,9}douze.{0,9}, dans la colonne .{0,3}effectif')
        self.assertRegex(text, r' 2 Le parent .{0,5}personne')
        self.assertRegex(text, r' 4 .{0,5}Œuvre d’été.{0,5}figure déjà à la ligne 3')
        self.assertIn('oeuvre-d-ete tiré du nom Œuvre d’été reseau 1 500', text)
        self.assertRegex(text, r'Codes tirés du nom 1 ')
        self.assertIn('3 lignes du fichier demandent votre attention', text)
        for words in ('Code .{0,3}Sigle', 'Nom .{0,3}Nom', 'Fait partie de .{0,3}Rattachement', 'Effectif .{0,3}Effectif', 'Langue Pas dans ce tableau',
                      'Non utilisées Remarque', 'Windows-1252', 'Point-virgule'):
            self.assertRegex(text, words)
        page = self.import_file(A + '/people/import', 'wer;wo;wie\r\nÈve;h1;eve@hopital.example\r\n'.encode('cp1252'))
        text = plain(page)
        self.assertRegex(text, 'La colonne .{0,3}adresse électronique.{0,3} manque')
        self.assertNotIn('email', text)
        page.forms = [f for f in page.forms if any(c['name'] == 'by_hand' for c in f['controls'])][:1]
        page = upload(self.browser, page, A + '/people/import', 'file', '', b'',
                      {'column.email': '2', 'column.organisation': '1', 'column.name': '0'})
        text = plain(page)
        for words in ('Windows-1252', 'Point-virgule', 'Adresse électronique .{0,3}wie', 'Nom .{0,3}wer', 'table.csv'):
            self.assertRegex(text, words)

    def test_6_a_code_that_is_made_is_nobody_elses(self):
        for name, code in (('Import', 'import-2'), ('Façade', 'facade'), ('Facade', 'facade-2'), ('Άγιος', 'organisation')):
            submit(self.browser, self.get(A + '/organisations/add'), A + '/organisations/add',
                   {'name': name, 'headcount': '', 'parent': '', 'language': ''})
            self.assertEqual(self.rows('SELECT code FROM organisation WHERE name = ?', name), [(code,)])

    def order(self, path, pattern):
        return re.findall(pattern, self.get(path).text)

    def test_6_lists_are_sorted_by_their_heads_as_people_count_and_spell(self):
        page = self.get(A + '/organisations')
        self.assertEqual(re.findall(r'Hôpital n° (\d+)', page.text), [str(i) for i in range(1, 12)])
        self.assertIn('href="?sort=-people"', self.get(A + '/organisations?sort=people').text)
        self.assertEqual(self.order(A + '/organisations?sort=-name', r'Hôpital n° (\d+)')[0], '11')
        self.assertEqual(self.order(A + '/people?sort=email', r'>personne(\d+)@')[:3], ['0', '1', '2'])
        self.assertEqual(self.order(A + '/people?sort=-email&q=tremblay', r'>personne(\d+)@')[:2], ['599', '598'])
        page = self.get(A + '/people?sort=-email&q=tremblay+5')
        self.assertIn('aria-sort=descending', page.text.replace('"', ''))
        self.assertIn('href="?q=tremblay%205&amp;sort=-email&amp;page=2"', page.text)
        self.assertIn('href="?q=tremblay%205&amp;sort=name"', page.text)
        self.assertEqual(self.order(A + '/people?sort=nonsense', r'>personne(\d+)@'), self.order(A + '/people', r'>personne(\d+)@'))

    def test_6_cells_have_the_heads_of_their_columns_for_narrow_screens(self):
        page = self.get(A + '/people')
        self.assertRegex(page.text, r'<table role=table>')
        self.assertRegex(page.text, r'<th scope=row role=rowheader[^>]*><div><a ')
        self.assertIn('<td role=cell data-label=Organisation>Hôpital n° 1 ', page.text)

    def test_6_single_organisations_and_people(self):
        page = submit(self.browser, self.get(A + '/organisations/add'), A + '/organisations/add',
                      {'name': 'Clinique de l’Est', 'headcount': 'many', 'parent': '', 'language': ''})
        self.assertEqual(page.status, 422)
        page = submit(self.browser, page, A + '/organisations/add', {'headcount': '7', 'parent': 'reseau', 'language': 'fr'})
        self.assertIn('“Clinique de l’Est” is saved', plain(page))
        path = A + '/organisations/clinique-de-l-est'
        self.assertEqual(self.rows("SELECT parent, headcount, language FROM organisation WHERE name LIKE 'Clinique%'"),
                         [('reseau', 7, 'fr')])
        page = submit(self.browser, self.get(path), path + '/remove')
        self.assertIn('is removed', plain(page))
        page = submit(self.browser, self.get(A + '/organisations/h1'), A + '/organisations/h1/remove')
        self.assertEqual(page.status, 409)
        self.assertIn('cannot be removed', plain(page))
        page = submit(self.browser, self.get(A + '/organisations/reseau'), A + '/organisations/reseau', {'parent': 'h1'})
        self.assertEqual(page.status, 422, 'nobody is their own ancestor')

        page = submit(self.browser, self.get(A + '/people/add'), A + '/people/add',
                      {'email': 'zoe@hopital.example', 'name': 'Zoé', 'organisation': 'h2', 'language': 'fr'})
        self.assertIn('The person is saved', plain(page))
        link = re.search(r'people/[0-9a-f]{32}', self.get(A + '/people?q=zo%C3%A9').text).group()
        path = A + '/' + link.replace('people/', 'people/')
        page = submit(self.browser, self.get(path), path + '/export')
        self.assertIn('"email":"zoe@hopital.example"', page.text.replace(' ', ''))
        page = submit(self.browser, self.get(path + '/remove'), path + '/remove')
        self.assertIn('The person is removed', plain(page))
        self.get(path, 404)

    def test_7_hostile_and_overlong_texts_stay_texts(self):
        long = 'Organisation ' + 'verylongwordwithoutanyblank' * 6
        page = self.create(CANARY, **{'value.0.0': CANARY})
        self.assertEqual(page.status, 200, plain(page)[:500])
        name = self.rows('SELECT name FROM assessment WHERE title = ?', CANARY)[0][0]
        base = '/assessments/' + name
        table = 'code,name,parent,%s\nevil,"%s",,\nlong,%s,,\n' % (
            '"' + CANARY.replace('"', '""') + '"', CANARY.replace('"', '""'), long)
        page = self.import_file(base + '/organisations/import', table.encode(), CANARY)
        self.check_canary(page)
        page = self.apply(base + '/organisations/import', page)
        roster = 'email,organisation,name,unit\ne@x.example,evil,"%s","%s"\n%s,nowhere,x,y\n' % (
            CANARY.replace('"', '""'), CANARY.replace('"', '""')[:90], '"' + CANARY.replace('"', '""') + '"')
        page = self.import_file(base + '/people/import', roster.encode())
        self.check_canary(page)
        page = self.apply(base + '/people/import', page)
        page = submit(self.browser, self.get(base + '/waves/open'), base + '/waves/open',
                      {'label': CANARY[:60], 'few': 'yes'})
        self.assertEqual(page.status, 200, plain(page)[:500])
        person = re.search(r'people/[0-9a-f]{32}', self.get(base + '/people').text).group()
        for path in ('', '/organisations', '/organisations/evil', '/organisations/import', '/people', '/' + person,
                     '/' + person + '/remove', '/people?q=' + urllib.parse.quote(CANARY), '/waves', '/waves/1/close',
                     '/waves/1/extend', '/waves/1/sheet', '/waves/1/lock', '/settings', '/settings/sharing', '/settings/delete'):
            self.check_canary(self.get(base + path))
        self.check_canary(self.get('/work'))
        page = self.get(base + '/settings/sharing')
        form = form_of(page, base + '/settings/sharing')
        page = submit(self.browser, page, base + '/settings/sharing', {'email': CANARY})
        self.assertEqual(page.status, 422, form)
        self.check_canary(page)

    def check_canary(self, page):
        self.assertNotIn('<script>alert', page.text)
        self.assertNotIn('<img', page.text)
        self.assertNotRegex(page.text, r'onerror=alert\(8\)>[^&]')

    def test_8_sharing_and_reports_for_others(self):
        self.assertEqual(self.other.get(A).status, 404)
        page = self.get(A + '/settings/sharing')
        page = submit(self.browser, page, A + '/settings/sharing', {'email': 'other@example.org'})
        self.assertIn('Shared with other@example.org', plain(page))
        self.assertEqual(self.other.get(A).status, 200)
        page.forms = [f for f in page.forms if any(c['value'] == 'unshare' for c in f['controls'])]
        page = submit(self.browser, page, A + '/settings/sharing')
        self.assertEqual(self.other.get(A).status, 404)
        page.forms = [f for f in page.forms if any(c['value'] == 'grant' for c in f['controls'])]
        page = submit(self.browser, page, A + '/settings/sharing', {'organisation': 'h1', 'remark': 'Director', 'days': '0'})
        self.assertEqual(page.status, 422, 'a link must end')
        page.forms = [f for f in page.forms if any(c['value'] == 'grant' for c in f['controls'])]
        page = submit(self.browser, page, A + '/settings/sharing', {'organisation': 'h1', 'remark': 'Director', 'days': '30'})
        self.assertRegex(page.text, r'/shared/[A-Z0-9a-z]{26}')
        token = re.search(r'/shared/([A-Za-z0-9]{26})', page.text).group(1)
        page = self.get(A + '/settings/sharing')
        self.assertNotIn(token, page.text, 'shown once')
        self.assertIn('data-label=Organisation>Hôpital n° 1 ', page.text, 'the name, not the code')
        page = self.get(A + '/settings/sharing')
        page.forms = [f for f in page.forms if any(c['value'] == 'take' for c in f['controls'])]
        page = submit(self.browser, page, A + '/settings/sharing')
        self.assertIn('Access is taken back', plain(page))

    def test_9_closing_asks_for_the_name_and_deleting_for_the_title(self):
        page = self.get(A + '/waves/1/close')
        self.assertIn('destroyed unopened', plain(page))
        page = submit(self.browser, page, A + '/waves/1/close', {'label': 'yes'})
        self.assertEqual(page.status, 422)
        self.assertIn('That is not the wave’s name', plain(page))
        self.assertEqual(self.rows('SELECT state FROM wave WHERE label = ?', 'État initial'), [(0,)])
        page = submit(self.browser, page, A + '/waves/1/close', {'label': 'État initial'})
        self.assertIn('It had too few answers', plain(page))
        self.assertEqual(self.rows('SELECT state FROM wave WHERE label = ?', 'État initial'), [(2,)])
        self.assertIn('Open another wave', plain(self.get(A + '/waves')))

        page = submit(self.browser, self.get(A + '/settings'), A + '/settings/archive')
        self.assertIn('The assessment is archived', plain(page))
        page = submit(self.browser, self.get(A + '/settings'), A + '/settings/restore')
        self.assertIn('The assessment is back', plain(page))
        page = submit(self.browser, self.get(A + '/settings/delete'), A + '/settings/delete', {'title': 'yes'})
        self.assertEqual(page.status, 422)
        page = submit(self.browser, page, A + '/settings/delete', {'title': 'Chutes'})
        self.assertIn('It can be restored until', plain(page))
        self.assertIn('removed for good on', plain(self.get('/work')))
        page = submit(self.browser, self.get(A + '/settings'), A + '/settings/restore')
        self.assertIn('The assessment is back', plain(page))

    def test_every_page_is_there_in_french(self):
        page = self.browser.get('/account')
        page = submit(self.browser, page, '/account', {'language': 'fr'})
        try:
            for path in ('/work', '/assessments/new', '/assessments/new?instrument=readiness-pulse', A,
                         A + '/organisations', A + '/organisations/import', A + '/people', A + '/people/import',
                         A + '/waves', A + '/settings', A + '/settings/sharing', A + '/settings/delete'):
                page = self.get(path)
                self.assertEqual(page.language, 'fr', path)
                self.assertNotRegex(page.text, r'\b(work|done|finding)\.[a-z_]+')
        finally:
            submit(self.browser, self.browser.get('/account'), '/account', {'language': 'en'})


class Closing(unittest.TestCase):
    def test_closing_makes_the_results_and_only_counts_were_seen_before(self):
        here = scene(staff=6)
        self.addCleanup(here.__exit__)
        administrator = add_user(here, 'admin@example.org')
        links = here.links('tale', 'personal')
        for link in links[:4]:
            Browser(here.url).fill(link['token'], ANSWERS)
        page = administrator.get('/assessments/tale/waves/Baseline/close')
        self.assertIn('Fewer than 5', plain(page))
        self.assertIn('Fewer than 5', plain(administrator.get('/work')))
        for link in links[4:]:
            Browser(here.url).fill(link['token'], ANSWERS)
        page = administrator.get('/assessments/tale/waves/1/close')
        self.assertIn('6 of 6 (100%)', plain(page))
        self.assertNotIn('destroyed unopened', plain(page))
        page = submit(administrator, page, '/assessments/tale/waves/1/close', {'label': 'Baseline'})
        self.assertIn('Answers kept: 6', plain(page))
        self.assertGreater(here.query('SELECT count(*) FROM aggregate')[0][0], 0)
        self.assertGreater(here.query('SELECT count(*) FROM published')[0][0], 0)
        page = administrator.get('/assessments/tale/waves/1/close')
        self.assertIn('Closed', plain(page), 'a closed wave cannot be closed again')
        self.assertIn('Look at the reports', plain(administrator.get('/assessments/tale')))


if __name__ == '__main__':
    unittest.main()
