#!/usr/bin/python3
"""Every text that anybody may write holds markup: titles, names, units, labels, answers, instruments, rosters with mistakes, file
names. All pages there are links to, for everybody who may see some, every report and every mail: no element and no attribute
comes of it."""
import html
import os
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.canaries import CANARY, SHORT, Reader, World, instrument  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS  # noqa: E402
from support.workspace import add_user, submit, upload  # noqa: E402

BASE = '/assessments/tale'
PAGES_MAX = 400


class Markup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.here, cls.boss = cls.world.here, cls.world.boss
        cls.seen = 0

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()
        print('markup: %d pages read, canaries in each kind of text' % cls.seen)

    def check(self, page, path, shown=True):
        self.assertLess(page.status, 500, path)
        if not (page.headers['Content-Type'] or '').startswith('text/html'):  # a file: no browser takes it for a page
            self.assertEqual(page.headers['X-Content-Type-Options'], 'nosniff')
            return None
        reader = Reader(page.text)
        self.assertEqual(reader.wrong, [], path)
        self.assertNotRegex(page.text, r'<(xss7|img src=xss7|script>xss7)', path)
        # shown as it was written: escaped once, and with nothing filled in
        if shown:
            self.assertIn('xss7&gt;{term.barrier}&amp;lt;xss7&amp;gt;', page.text, path)
        type(self).seen += 1
        return reader

    def crawl(self, browser, *starts):
        """Follows every link of ours; returns the paths."""
        waiting, found = list(starts), {}
        while waiting and len(found) < PAGES_MAX:
            path = waiting.pop(0)
            if path in found:
                continue
            page = browser.get(path)
            found[path] = page
            if not (page.headers['Content-Type'] or '').startswith('text/html'):
                continue
            for link in self.check(page, path, shown=False).links:
                link = urllib.parse.urldefrag(urllib.parse.urljoin(path, html.unescape(link)))[0]
                if link.startswith('/') and not link.startswith('/assets/') and link not in found:
                    waiting.append(link)
        self.assertLess(len(found), PAGES_MAX)
        return found

    def test_1_every_page_of_the_workspace(self):
        found = self.crawl(self.boss, '/work', '/accounts', '/audit', '/instruments', '/account', '/account/totp', BASE + '/poster')
        self.assertGreater(len(found), 60)
        for path in ('', '/people', '/organisations', '/organisations/north', '/waves', '/settings', '/reports', '/reports/1',
                     '/reports/1/north', '/send', '/links', '/watch', '/poster/north'):
            self.assertIn(BASE + path, found)
            self.assertIn('&lt;xss7', found[BASE + path].text, path)
        self.check(found[BASE], BASE)
        self.check(found[BASE + '/reports/1/north'], 'report')

    def test_7_what_is_typed_comes_back_as_text(self):
        """Every form of every page, all its fields filled with markup: what is refused is shown again."""
        for path in [p for p, page in self.crawl(self.boss, '/work').items() if page.forms]:
            page = self.boss.get(path)
            for form in page.forms:
                target = urllib.parse.urlsplit(form['action']).path
                if form['method'] != 'post' or target.endswith(('/sign-out', '/sessions', '/totp/off', '/recovery')):
                    continue
                fields = [(c['name'], c['value'] if c['kind'] == 'hidden' or c['kind'] == 'button' else CANARY)
                          for c in form['controls'] if c['name']]
                self.check(self.boss.post(form['action'], fields), '%s > %s' % (path, form['action']), shown=False)

    def test_3_files_with_mistakes(self):
        for name, content in (('x.csv', 'code,name,%s\n%s,%s,%s\n' % (('"' + CANARY.replace('"', '""') + '"',) * 4)),
                              ('y.csv', CANARY), (SHORT + '.csv', 'code,name\nnorth,' + SHORT.replace(',', '') + '\n')):
            for kind in ('organisations', 'people'):
                path = BASE + '/' + kind + '/import'
                page = self.boss.get(path)
                field = [c['name'] for f in page.forms for c in f['controls'] if c['name'] == 'file'] or ['file']
                self.check(upload(self.boss, page, path, field[0], name.replace('"', '%22'), content.encode()), path, shown=False)
        broken = instrument() + '\n[construct.%s]\nlabel = "x"\nscale = %s\n[page.x]\nask = %s\n' % ((SHORT.replace('\n', ' '),) * 3)
        for name, content in (('x.ini', broken), ('x.csv', 'type,name,label\n%s,%s,%s\n' % ((CANARY,) * 3)),
                              ('x.lss', '<?xml version="1.0"?><document><xss7>%s</xss7></document>' % html.escape(CANARY)),
                              ('x.txt', 'id\tclass\ttext\n' + '\t'.join([CANARY] * 3) + '\n')):
            page = self.boss.get('/instruments/import')
            self.check(upload(self.boss, page, '/instruments/import', 'file', name, content.encode(), {'name': CANARY}), name, shown=False)

    def test_6_what_respondents_see(self):
        for link in self.here.links('tale')[::5]:
            browser = Browser(self.here.url, headers={'Accept-Language': 'en, ' + SHORT})
            page = browser.get('/s/' + link['token'])
            self.check(page, link['kind'])
            page = browser.send(page)
            for _ in range(20):
                if page.form(field='.p') is None:
                    break
                self.check(page, page.title)
                answers = {c['name']: CANARY for c in page.form()['controls'] if c['kind'] == 'text' and not c['name'].startswith('.')}
                page = browser.send(page, dict(ANSWERS, **dict.fromkeys(answers, CANARY)))
            self.check(page, 'the end', shown=False)
        for path in ('/', '/privacy', '/resume', '/s/' + urllib.parse.quote(CANARY, ''), '/?lang=' + urllib.parse.quote(SHORT)):
            self.check(Browser(self.here.url).get(path), path, shown=False)
        self.check(Browser(self.here.url).post('/code', [('.c', CANARY)]), '/code', shown=False)

    def test_5_reports_to_take_away_and_for_others(self):
        for path, button in ((BASE + '/reports/1/north', 'page'), (BASE + '/reports/1/south', 'page')):
            page = submit(self.boss, self.boss.get(path), path, button=button)
            file = self.boss.get(re.search(r'/jobs/[0-9a-f]+/file', page.text).group())
            self.assertEqual([w for w in Reader(file.text).wrong if '<style' not in w], [])
            self.assertIn('&lt;xss7', file.text)
        out, _ = self.here.run('report', 'tale', '--organisation', 'north', '--wave', 'W1' + CANARY[:50], '--out', 'report.html')
        with open(self.here.path('report.html'), encoding='utf-8') as file:
            text = file.read()
        self.assertEqual(Reader(text).wrong, [])
        self.assertIn('&lt;xss7', text)
        viewer = add_user(self.here, 'viewer@example.org', 'viewer')
        page = self.boss.get(BASE + '/settings/sharing')
        submit(self.boss, page, BASE + '/settings/sharing', {'email': 'viewer@example.org', 'organisation': 'north'})
        self.crawl(viewer, '/shared', '/account')

    def test_4_mails_hold_it_as_text_and_gain_no_header(self):
        page = self.boss.get(BASE + '/send')
        page = submit(self.boss, page, BASE + '/send', {'kind': 'invitations', 'per_minute': '60000'}, button='preview')
        self.check(page, 'preview of a mail', shown=False)
        self.assertIn('xss7', page.text)
        submit(self.boss, page, BASE + '/send', button='start')
        self.world.mail.wait(24)
        for message in self.world.mail.messages:
            self.assertEqual(message.parsed.get_content_type(), 'text/plain')
            self.assertIn('<xss7 onxss7=1>', str(message['Subject']) + message.text)
            self.assertEqual([len(message.parsed.get_all(h) or []) for h in ('To', 'From', 'Subject', 'Date', 'Message-ID')], [1] * 5)
            self.assertIsNone(message['Bcc'])
            self.assertNotRegex(message.raw, rb'(?<!\r)\n|\r(?!\n)')
            self.assertRegex(message.to, r'^[a-z0-9]+@[a-z]+\.example$')
        self.assertEqual({m.to for m in self.world.mail.messages}, {k['email'] for k in self.here.links('tale', 'personal')})
        stop = self.world.mail.messages[0].stop
        self.check(Browser(self.here.url).get('/stop/' + stop), '/stop', shown=False)
        self.crawl(self.boss, BASE + '/send')


if __name__ == '__main__':
    unittest.main()
