#!/usr/bin/python3
"""Results and instruments in the browser: the page says what the command says, what is withheld says so, nothing is told
before a wave is closed, and whoever was given one organisation's report sees that one."""
import hashlib
import html.parser
import http.client
import io
import os
import re
import sys
import time
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import openpyxl  # noqa: E402
from support.readiness import Browser, Installation  # noqa: E402
from support.scene import STORY  # noqa: E402
from support.workspace import add_user, submit, token_of  # noqa: E402

REPORTS = '/assessments/tale/reports'
CANARY = '"><svg/onload=1>\'&'
PEOPLE = {'north': 24, 'south': 7, 'tiny': 3}
CONSTRUCTS = {'leadership': 'Leadership engagement', 'skill': 'Skill', 'load': 'Workload'}
ITEMS = {'lead1': 5, 'lead2': 5, 'lead3': 5, 'lead4': 5, 'skill1': 5, 'skill2': 5, 'load1': 7, 'load2': 7}


class Reader(html.parser.HTMLParser):
    """Elements, tables by caption as {caption: [[text, ...], ...]}, and the text of each bar of the charts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.tables, self.charts, self.links = [], {}, [], []
        self._cell = self._row = self._caption = self._chart = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, attributes))
        if tag == 'a':
            self.links.append(dict(attributes).get('href'))
        if tag == 'caption':
            self._caption = ''
        elif tag == 'tr':
            self._row = []
        elif tag in ('td', 'th'):
            self._cell = ''
        elif tag in ('title', 'desc'):
            self._chart = ''

    def handle_endtag(self, tag):
        if tag == 'caption':
            self.rows = self.tables.setdefault(self._caption, [])
            self._caption = None
        elif tag == 'tr':
            self.rows.append(self._row)
        elif tag in ('td', 'th'):
            self._row.append(' '.join(self._cell.split()))
            self._cell = None
        elif tag in ('title', 'desc'):
            self.charts.append(self._chart)
            self._chart = None

    def handle_data(self, data):
        for name in ('_caption', '_cell', '_chart'):
            if getattr(self, name) is not None:
                setattr(self, name, getattr(self, name) + data)

    def row(self, caption, first):
        for row in self.tables[caption]:
            if row and row[0].startswith(first):
                return row
        raise AssertionError('no row %s in %s' % (first, caption))


def read_file(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def percent(share):
    """As the page rounds: to the nearest, halves as the C library does."""
    return '%.0f%%' % (100 * share)


def answers():
    """Different answers for everybody, so that no cell is the same by accident."""
    names = list(ITEMS) + ['role', 'obstacle']
    lines = [','.join(['organisation'] + names)]
    for code, n in PEOPLE.items():
        for i in range(n):
            values = [str(1 + (i * (k + 2) + k + len(code)) % ITEMS[name]) for k, name in enumerate(ITEMS)]
            values += [('lead', 'front', 'support')[i % 3], '"%s says %d"' % (CANARY.replace('"', '""'), i)]
            lines.append(','.join([code] + values))
    return '\n'.join(lines) + '\n'


def story(instrument=STORY, **settings):
    here = Installation(**settings)
    here.run('assessment', 'new', 'tale', '--instrument', instrument, '--title', 'A tale ' + CANARY)
    here.write('organisations.csv', 'code,name,headcount\n' + ''.join(
        '%s,%s House,%d\n' % (code, code.title(), n + 2) for code, n in PEOPLE.items()))
    here.run('organisation', 'import', 'tale', 'organisations.csv')
    here.write('answers.csv', answers())
    here.run('responses', 'import', 'tale', 'answers.csv', '--label', 'Baseline')
    here.run('wave', 'open', 'tale', '--label', 'Second', '--open-links', 'all')
    here.serve()
    return here


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = story()
        cls.boss = add_user(cls.here, 'boss@example.org')
        cls.results = cls.here.results('tale', '--wave', 'Baseline')
        cls.change("UPDATE organisation SET name = name || ? WHERE code = 'north'", CANARY)

    @classmethod
    def tearDownClass(cls):
        status = cls.here.stop()
        assert status == 0, read_file(cls.here.log)[-4000:]
        cls.here.__exit__()

    @classmethod
    def change(cls, sql, *values):
        cls.here.query(sql, *values)

    def value(self, code, kind, name, statistic, group=''):
        return self.results[code, group, kind, name, statistic]

    def fetch(self, browser, path):
        """The bytes of a file."""
        connection = http.client.HTTPConnection(browser.host, timeout=60)
        connection.request('GET', path, headers={'Cookie': '; '.join('%s=%s' % c for c in browser.cookies.items())})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self.assertEqual(answer.status, 200, path)
        return body

    def read(self, path, browser=None, status=200):
        page = (browser or self.boss).get(path)
        self.assertEqual(page.status, status, path)
        return Reader(page.text), page

    def test_the_numbers_on_the_page_are_those_of_the_results(self):
        reader, page = self.read(REPORTS + '/1/north')
        for name, label in CONSTRUCTS.items():
            row = reader.row('Profile', label)
            get = lambda s: self.value('north', 'construct', name, s)  # noqa: E731
            self.assertEqual(row[1], '%.0f' % get('n'))
            self.assertEqual(row[2:5], [percent(get(s)) for s in ('favourable', 'neutral', 'unfavourable')])
            self.assertEqual(row[5], '%.2f' % get('mean'))
            self.assertEqual(row[6], '%.2f to %.2f' % (get('ci_low'), get('ci_high')))
            bar = reader.charts[reader.charts.index(label) + 1]
            self.assertIn(percent(get('favourable')) + ' favourable', bar)
        for name in ITEMS:
            found = [row for rows in reader.tables.values() for row in rows
                     if len(row) > 6 and row[1] == '%.0f' % self.value('north', 'item', name, 'n')
                     and row[3] == '%.2f' % self.value('north', 'item', name, 'mean')
                     and row[2].startswith(percent(self.value('north', 'item', name, 'favourable')))]
            self.assertTrue(found, name)
        self.assertIn('>%d<' % PEOPLE['north'], page.text)

    def test_groups_stand_beside_the_whole(self):
        reader, _ = self.read(REPORTS + '/1/north')
        rows = reader.tables['What is your role?']
        codes = {'I lead others': 'lead', 'I work with clients': 'front', 'I support the others': 'support'}
        self.assertEqual(sorted(rows[0][2:]), sorted(codes))
        for i, head in enumerate(rows[0][2:], 2):
            for name, label in CONSTRUCTS.items():
                share = self.value('north', 'construct', name, 'favourable', 'role=' + codes[head])
                shown = reader.row('What is your role?', label)[i]
                if share == 'withheld':
                    self.assertIn('not shown', shown)
                else:
                    self.assertTrue(shown.startswith(percent(share)), (shown, share))
        for code in ('north', 'south'):  # a number of people may be withheld for another group's sake: nobody says why
            reader, _ = self.read(REPORTS + '/1/' + code)
            cells = [cell for table in reader.tables.values() for row in table for cell in row]
            self.assertNotIn('fewer than 5', cells)

    def test_what_is_withheld_says_so(self):
        reader, page = self.read(REPORTS + '/1/south')
        self.assertEqual(self.value('south', 'construct', 'skill', 'ci_low'), 'withheld')
        self.assertIn('not shown', reader.row('Profile', 'Skill')[6])
        self.assertIn('Comments are shown when at least 10 people wrote one', page.text)
        self.assertNotIn('says 1', page.text)
        reader, page = self.read(REPORTS + '/1/tiny')
        self.assertIn('No results are shown here', page.text)
        self.assertIn('fewer than 5', page.text)
        self.assertEqual([t for t in reader.tables if 'Profile' in t], [])
        self.assertNotRegex(page.text, r'says \d')

    def test_all_organisations_are_compared(self):
        reader, _ = self.read(REPORTS + '/1')
        caption = 'What helps and what hinders, organisation by organisation'
        heads = reader.tables[caption][0]
        for code in ('north', 'south'):
            row = reader.row(caption, code.title() + ' House')
            for name, label in CONSTRUCTS.items():
                at = [i for i, head in enumerate(heads) if head.startswith(label)][0]
                self.assertTrue(row[at].startswith(percent(self.value(code, 'construct', name, 'favourable'))))
        self.assertEqual(reader.row(caption, 'Tiny House')[1], 'fewer than 5')
        self.assertTrue(all('not shown' in cell for cell in reader.row(caption, 'Tiny House')[3:]))
        self.assertIn(REPORTS + '/1/north', reader.links)

    def test_nothing_is_told_before_a_wave_is_closed(self):
        _, page = self.read(REPORTS)
        self.assertIn('Results can be seen after a wave has been closed', page.text)
        self.assertNotIn('href="%s/2"' % REPORTS, page.text)
        for path in ('/2', '/2/north'):
            reader, page = self.read(REPORTS + path, status=409)
            self.assertEqual(reader.tables, {})
            self.assertNotIn('%<', page.text)
            answer = self.boss.post(REPORTS + path, {'token': token_of(page), 'make': 'workbook'})
            self.assertEqual(answer.status, 409)
        self.assertEqual(self.read(REPORTS + '/9', status=404)[0].tables, {})

    def test_what_people_wrote_is_never_markup(self):
        for path in (REPORTS, REPORTS + '/1', REPORTS + '/1/north'):
            reader, page = self.read(path)
            self.assertNotIn('<svg/', page.text)
            for tag, attributes in reader.elements:
                self.assertFalse([a for a in attributes if a[0].startswith('on')], (path, tag))
            self.assertIn('&lt;svg/onload=1&gt;', page.text)
        self.assertIn('&lt;svg/onload=1&gt;&#39;&amp; says 1', page.text)

    def test_a_workbook_and_a_page_can_be_taken_away(self):
        for button, begins in (('workbook', 'PK'), ('page', '<!doctype html>')):
            page = submit(self.boss, self.read(REPORTS + '/1/south')[1], REPORTS + '/1/south', button=button)
            link = re.search(r'/jobs/[0-9a-f]+/file', page.text).group()
            file = self.boss.get(link)
            self.assertEqual(file.status, 200)
            self.assertTrue(file.text.startswith(begins), file.text[:20])
            self.assertIn('attachment; filename="tale-Baseline-south.', file.headers['Content-Disposition'])
            other = add_user(self.here, 'other-%s@example.org' % button)
            self.assertEqual(other.get(link).status, 404)
            self.assertEqual(other.get(link[:-5]).status, 404)
        names = os.listdir(os.path.join(self.here.folder, 'var/jobs'))
        self.assertGreaterEqual(len(names), 2)
        for name in names:
            self.assertEqual(os.stat(os.path.join(self.here.folder, 'var/jobs', name)).st_mode & 0o77, 0)

    def test_all_organisations_as_a_workbook(self):
        page = submit(self.boss, self.read(REPORTS + '/1')[1], REPORTS + '/1')
        file = self.boss.get(re.search(r'/jobs/[0-9a-f]+/file', page.text).group())
        self.assertTrue(file.text.startswith('PK'))

    def test_all_workbooks_come_in_one_file(self):
        page = submit(self.boss, self.read(REPORTS + '/1')[1], REPORTS + '/1', button='bundle')
        link, end = re.search(r'/jobs/[0-9a-f]+', page.text).group(), time.time() + 60
        while '/file' not in page.text:  # a long job shows how far it is meanwhile
            self.assertLess(time.time(), end)
            time.sleep(0.2)
            page = self.boss.get(link)
        file = self.fetch(self.boss, link + '/file')
        packed = zipfile.ZipFile(io.BytesIO(file))
        self.assertIsNone(packed.testzip())
        names = packed.namelist()
        self.assertEqual(sorted(n.split('-')[0] for n in names), sorted({key[0] for key in self.results if key[0]}))
        for name in names:
            self.assertRegex(name, r'^[^<>:"/\\|?*\x00-\x1f]{1,125}\.xlsx$')
            book = openpyxl.load_workbook(io.BytesIO(packed.read(name)))
            self.assertGreater(len(book.sheetnames), 3)
        self.assertFalse([f for f in os.listdir(os.path.join(self.here.folder, 'var/jobs')) if 'part' in f])

    def test_a_link_gives_the_workbook_of_its_organisation_too(self):
        token, stranger = 'ABCDEFGHIJKLMNOPQRSTUVWX24', Browser(self.here.url)
        digest = hashlib.blake2b(token.encode(), digest_size=32).digest()
        self.assertEqual(stranger.get('/shared/%s/workbook' % token).status, 404)
        self.change("INSERT INTO report_grant SELECT ?, id, 'south', NULL, ?, 32503680000, '' FROM assessment",
                    os.urandom(16), digest)
        page = stranger.get('/shared/' + token)
        link = re.search(r'href="(/shared/%s/workbook[^"]*)"' % token, page.text).group(1).replace('&amp;', '&')
        book = openpyxl.load_workbook(io.BytesIO(self.fetch(stranger, link)))
        text = ' '.join(str(c.value) for s in book for row in s.iter_rows() for c in row if c.value is not None)
        self.assertIn('South', text)
        self.assertNotIn('North House', text)
        # the open wave is not among the choices: asked for, the closed one comes
        again = stranger.get('/shared/%s/workbook?wave=2' % token)
        self.assertIn('tale-Baseline-south.xlsx', again.headers['Content-Disposition'])
        self.change('UPDATE report_grant SET expires = 1000 WHERE hash = ?', digest)
        self.assertEqual(stranger.get('/shared/%s/workbook' % token).status, 404)

    def test_a_page_from_the_command_line_stands_alone(self):
        for words in (['--organisation', 'north'], ['--all']):
            self.here.run('report', 'tale', '--wave', 'Baseline', '--out', 'x.html', *words)
            text = read_file(self.here.path('x.html'))
            reader = Reader(text)
            self.assertNotIn('script', [tag for tag, _ in reader.elements])
            for tag, attributes in reader.elements:
                a = dict(attributes)
                self.assertNotIn('src', a)
                self.assertTrue(a.get('href', '#').startswith('#'), a)
            self.assertIn('<style>', text)
            if words[0] == '--organisation':
                share = percent(self.value('north', 'construct', 'skill', 'favourable'))
                self.assertEqual(reader.row('Profile', 'Skill')[2], share)

    def test_a_report_speaks_the_language_that_is_asked_for(self):
        self.assertIn('What helps, and what stands in the way', self.read(REPORTS + '/1/north')[1].text)
        _, page = self.read(REPORTS + '/1/north?report=fr')
        self.assertIn('Ce qui aide, et ce qui freine', page.text)
        self.assertIn('<div lang=fr>', page.text)
        self.assertIn('What helps', self.read(REPORTS + '/1/north?report=xx')[1].text)
        self.here.run('report', 'tale', '--wave', 'Baseline', '--organisation', 'north', '--language', 'fr', '--out', 'f.html')
        text = read_file(self.here.path('f.html'))
        self.assertIn('<html lang=fr>', text)
        self.assertIn('Ce qui aide, et ce qui freine', text)

    def test_a_viewer_sees_the_granted_organisation_only(self):
        viewer = add_user(self.here, 'viewer@example.org', 'viewer')
        _, page = self.read('/shared', viewer)
        self.assertIn('Nobody has given you access', page.text)
        self.change("INSERT INTO report_grant SELECT ?, a.id, 'south', c.id, NULL, 0, ''"
                    " FROM assessment a, account c WHERE c.email = 'viewer@example.org'", os.urandom(16))
        reader, page = self.read('/shared', viewer)
        self.assertIn(REPORTS + '/1/south', reader.links)
        reader, page = self.read(REPORTS + '/1/south', viewer)
        self.assertIn('South House', page.text)
        self.assertNotIn('North House', page.text)
        self.assertNotIn(REPORTS + '/1', reader.links)
        page = submit(viewer, page, REPORTS + '/1/south')
        self.assertEqual(viewer.get(re.search(r'/jobs/[0-9a-f]+/file', page.text).group()).status, 200)
        for path in ('/1/north', '/1', '', '/1/nothing'):
            self.assertIn(viewer.get(REPORTS + path).status, (403, 404), path)
        self.assertEqual(viewer.get(REPORTS + '/2/south').status, 409)
        self.assertEqual(viewer.get('/instruments').status, 403)

    def test_an_expiring_link_shows_its_organisation_until_it_expires(self):
        token, stranger = 'ABCDEFGHIJKLMNOPQRSTUVWX23', Browser(self.here.url)
        digest = hashlib.blake2b(token.encode(), digest_size=32).digest()
        self.assertEqual(stranger.get('/shared/' + token).status, 404)
        self.change("INSERT INTO report_grant SELECT ?, id, 'south', NULL, ?, 32503680000, '' FROM assessment",
                    os.urandom(16), digest)
        reader, page = self.read('/shared/' + token, stranger)
        share = percent(self.value('south', 'construct', 'skill', 'favourable'))
        self.assertEqual(reader.row('Profile', 'Skill')[2], share)
        self.assertNotIn('North House', page.text)
        self.assertEqual([l for l in reader.links if l.startswith('/assessments')], [])
        _, page = self.read('/shared/%s?wave=2' % token, stranger)  # the open wave is not among the choices
        self.assertIn('Baseline', page.text)
        self.change('UPDATE report_grant SET expires = 1000 WHERE hash = ?', digest)
        expired = stranger.get('/shared/' + token)
        self.assertEqual(expired.status, 404)
        self.assertNotIn('House', expired.text)


class Instruments(unittest.TestCase):
    """A folder of instruments of its own, in which files change."""

    def setUp(self):
        self.here = Installation()
        os.mkdir(self.here.path('surveys'))
        self.here.environment['READINESS_INSTRUMENTS_FOLDER'] = self.here.path('surveys')
        self.text = read_file(STORY)
        self.write(self.text)
        self.here.run('assessment', 'new', 'tale', '--instrument', self.here.path('surveys/story.ini'), '--title', 'A tale')
        self.here.write('organisations.csv', 'code,name\nnorth,North House\n')
        self.here.run('organisation', 'import', 'tale', 'organisations.csv')
        self.here.run('wave', 'open', 'tale', '--label', 'Baseline', '--open-links', 'all')
        self.here.serve()
        self.boss = add_user(self.here, 'boss@example.org')

    def tearDown(self):
        status = self.here.stop()
        self.assertEqual(status, 0, read_file(self.here.log)[-4000:])
        self.here.__exit__()

    def write(self, text, name='story.ini'):
        with open(os.path.join(self.here.path('surveys'), name), 'w', encoding='utf-8') as file:
            file.write(text)

    def page(self, path='/instruments/story', status=200):
        page = self.boss.get(path)
        self.assertEqual(page.status, status, path)
        return page

    def test_a_changed_file_shows_at_once_and_says_what_it_means(self):
        self.assertIn('The file is the same as when this wave began.', self.page().text)
        self.write(self.text.replace('clear obstacles away', 'move obstacles away'))
        page = self.page()
        self.assertIn('Only words have changed', page.text)
        self.assertIn('move obstacles away', page.text)
        self.write(self.text.replace('item.skill2', 'item.skill9 = "I dare."\nitem.skill2'))
        self.assertIn('More than words has changed', self.page().text)
        self.write(self.text.replace('item.lead3.reverse = yes\n', ''))
        self.assertIn('Something has changed its meaning or is gone', self.page().text)
        self.assertIn('lead3', self.page().text)

    def test_mistakes_stand_with_their_lines(self):
        self.write(self.text.replace('scale       = agree5\nitem.lead1', 'scale       = agree6\nitem.lead1'))
        line = 1 + self.text[:self.text.index('scale       = agree5\nitem.lead1')].count('\n')
        page = self.page()
        self.assertIn('This file has errors', page.text)
        self.assertIn('story.ini, line %d:' % line, page.text)
        self.assertRegex(page.text, r'<mark> +%d  scale +=  ?agree6</mark>' % line)
        listed = self.page('/instruments')
        self.assertIn('1 error', listed.text)
        self.assertEqual(self.boss.get('/instruments/story/preview').title.split(' – ')[0], 'story')  # sent back
        self.page('/instruments/story/preview/staff', 404)

    def test_a_file_may_hold_anything(self):
        self.write(self.text.replace('"Skill"', CANARY.replace('"', '”')) .replace('label       = ”', 'label = "”')
                   .replace('\'&\ndomain      = people', '\'&"\ndomain      = people'))
        page = self.page()
        self.assertNotIn('<svg/', page.text)
        self.assertIn('&lt;svg/onload=1&gt;', page.text)
        self.assertNotIn('<svg/', self.page('/instruments/story/preview?page=4').text)

    def test_no_other_file_is_an_instrument(self):
        for name in ('nothing', '..%2Fsecret', '.hidden', 'story.fr', '%2e%2e', 'story.ini', 'x' * 300):
            self.assertEqual(self.boss.get('/instruments/' + name).status, 404, name)

    def test_every_page_can_be_looked_at_and_nothing_is_kept(self):
        show = self.page('/instruments/story/preview?form=staff&page=4')
        self.assertIn("frame-src 'self'", show.headers['Content-Security-Policy'])
        self.assertIn("frame-ancestors 'none'", show.headers['Content-Security-Policy'])
        frames = [dict(a)['src'] for tag, a in Reader(show.text).elements if tag == 'iframe']
        self.assertEqual(frames, ['/instruments/story/preview/staff?lang=en&page=4'] * 2)
        form = self.page(frames[0])
        self.assertIn("frame-ancestors 'self'", form.headers['Content-Security-Policy'])
        self.assertEqual(form.headers['X-Frame-Options'], 'SAMEORIGIN')
        self.assertIn('Preview: nothing you enter here is stored.', form.text)
        self.assertIn('I know how to do the new practice.', form.text)
        for path, text in (('/staff', 'Your view counts.'), ('/organisation', 'Your view counts.'),
                           ('/organisation?page=5', 'The rules outside allow it.')):
            self.assertIn(text, self.page('/instruments/story/preview' + path).text)
        self.page('/instruments/story/preview/staff?page=5', 404)  # the organisation's page
        self.page('/instruments/story/preview/nobody', 404)
        self.assertEqual(Browser(self.here.url).get('/instruments/story/preview/staff').title.split(' – ')[0], 'Sign in')

    def test_a_preview_is_answered_to_its_end(self):
        before = self.counts()
        action = '/instruments/story/preview/staff'
        page = self.page(action)
        answers = {'role': 'front', 'lead1': '4', 'lead2': '5', 'lead3': '2', 'lead4': 'na', 'skill1': '3', 'skill2': '4',
                   'load1': '6', 'load2': '2', 'obstacle': 'Not enough hours.'}
        for _ in range(12):
            if not any(f['action'] == action for f in page.forms):
                break
            page = submit(self.boss, page, action, {k: v for k, v in answers.items() if 'name="%s"' % k in page.text
                                                    or 'name=%s' % k in page.text})
            self.assertEqual(page.status, 200)
            self.assertIn('Preview: nothing you enter here is stored.', page.text)
        self.assertIn('Your answers have arrived.', page.text)
        self.assertEqual(self.counts(), before)
        bare = self.boss.post(action, {'.t': 'preview', '.s': 'start'})
        self.assertEqual(bare.status, 403)

    def counts(self):
        return {n: self.here.query('SELECT count(*) FROM ' + n)[0][0] for n in self.here.tables() if n not in ('audit', 'session')}


if __name__ == '__main__':
    unittest.main()
