#!/usr/bin/python3
"""Line ends, zero bytes and addresses that want to be others: in every text that reaches a header of an answer or a mail, and in
the address of a request. No answer gains a header, no mail a recipient, and no path leads out of the table of routes."""
import os
import re
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import wire  # noqa: E402
from support.canaries import World  # noqa: E402
from support.workspace import submit, token_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = '/assessments/tale'
ENDS = ('\r\n', '\n', '\r', '%0d%0a', '%0a', '\u560d\u560a', '\u2028', '\x85', '\r\n\t', '\\r\\n', '\x0b', '\x0c', '\x00')
INJECTED = 'Injected: yes'
KNOWN = {'date', 'connection', 'content-length', 'referrer-policy', 'x-content-type-options', 'cross-origin-opener-policy',
         'cross-origin-resource-policy', 'permissions-policy', 'x-robots-tag', 'content-security-policy', 'x-frame-options',
         'content-type', 'cache-control', 'refresh', 'location', 'set-cookie', 'clear-site-data', 'content-disposition', 'allow',
         'retry-after'}


class HeaderInjection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(text=' plain')
        cls.here, cls.boss = cls.world.here, cls.world.boss
        cls.cookie = 'Cookie: ' + '; '.join('%s=%s' % pair for pair in cls.boss.cookies.items())
        cls.token = token_of(cls.boss.get('/account'))

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()

    def one(self, request):
        """The only answer to a request, with no header that we do not know."""
        found = wire.answers(wire.exchange(self.here.url, request))
        self.assertLessEqual(len(found), 1)
        if not found:
            return None
        answer = found[0]
        self.assertLess(answer.status, 500)
        self.assertEqual({name.lower() for name, _ in answer.headers} - KNOWN, set())
        for name in ('Location', 'Content-Disposition', 'Content-Type', 'Content-Length', 'Refresh'):
            self.assertLessEqual(len(answer.all(name)), 1, name)
        for cookie in answer.all('Set-Cookie'):
            self.assertRegex(cookie, r'^(rd|sid|note)=[0-9A-Za-z._-]*; Path=/; (Max-Age=\d+; )?HttpOnly; SameSite=Strict(; Max-Age=0)?$')
        for location in answer.all('Location'):
            self.assertRegex(location, r'^/(?![/\\])[!-~]*$')
        return answer

    def post(self, path, pairs):
        return self.one(wire.form(urllib.parse.urlencode(pairs), path, self.cookie))

    def test_what_reaches_location_cookie_and_refresh(self):
        for end in ENDS:
            evil = end + INJECTED
            self.post('/code', [('.c', 'AAAA' + evil)])
            for next_path in ('/work' + evil, evil, '/work?x=' + evil, '//evil' + end, '/\\evil', 'https://evil.example/' + end):
                self.one(wire.form(urllib.parse.urlencode([('email', 'boss@example.org'), ('password', 'lantern meadow quartz'),
                                                           ('next', next_path)]), '/sign-in'))
            for path in ('/s/', '/shared/', '/welcome/', '/stop/', '/jobs/', '/instruments/', '/assessments/', BASE + '/people/'):
                self.one(wire.head('GET ' + path + urllib.parse.quote('x' + evil, ''), self.cookie))
            self.one(wire.head('GET /?lang=' + urllib.parse.quote('en' + evil, '')))
            self.one(wire.head('GET /s/%s?kiosk=%s' % (self.here.links('tale', 'open')[0]['token'] if end == '\r\n' else 'x',
                                                       urllib.parse.quote('1' + evil, ''))))
            if '\r' not in end and '\n' not in end and '\0' not in end:
                for name in ('rd', 'sid', 'note', '__Host-rd'):
                    self.one(wire.head('GET /work', 'Cookie: %s=%s' % (name, 'x' + evil)).encode())
                self.one(wire.head('GET /', 'Accept-Language: en' + evil).encode())

    def test_names_of_files_to_download(self):
        """Title, label and organisation stand in the names of files."""
        for i, end in enumerate(ENDS):
            evil = 'x"; filename="evil.exe%s%s%sName' % (end, INJECTED, end)
            page = self.boss.get('/assessments/new')
            fields = {'title': evil, 'name': 'file-%d' % i, 'instrument': 'canary'}
            answer = self.post('/assessments/new', [('token', self.token)] + list(fields.items()))
            self.assertIn(answer.status, (200, 303, 400, 422))
            self.post(BASE + '/organisations/add', [('token', self.token), ('code', 'c%d%s' % (i, evil)), ('name', evil)])
            self.post(BASE + '/settings', [('token', self.token), ('title', evil)])
            for path, form in (('/links.csv', None), ('/links.xlsx', None), ('/reports/1/north', 'workbook'), ('/data/1', 'csv')):
                if form is None:
                    found = self.one(wire.head('GET ' + BASE + path, self.cookie))
                else:
                    answer = self.post(BASE + path, [('token', self.token), ('make', form), ('format', form)])
                    job = re.search(r'/jobs/[0-9a-f]+', ''.join(answer.all('Location')) + answer.text)
                    found = self.one(wire.head('GET ' + job.group() + '/file', self.cookie)) if job else None
                for disposition in found.all('Content-Disposition') if found else ():
                    self.assertRegex(disposition, r'^attachment; filename="[A-Za-z0-9._-]+"; filename\*=UTF-8\'\'[A-Za-z0-9._%-]+$')
            self.assertLess(page.status, 500)

    def retitle(self, title):
        self.here.query("UPDATE assessment SET title = ? WHERE name = 'tale'", title)

    def test_mails(self):
        """Title, sender's words, names and addresses of people: line ends are refused or become blanks, and no mail leaves with one. The
        mails that do leave are read in test_markup.py."""
        evil = 'Title\r\nBcc: victim@evil.example\r\n\r\nBody'
        self.post(BASE + '/settings', [('token', self.token), ('title', evil), ('innovation', evil)])
        for i, end in enumerate(ENDS):
            for address in ('a%d@x.example%sBcc: victim@evil.example' % (i, end), 'a%d@x.example%s' % (i, end), '%sa@x.example' % end,
                            '"a%sb"@x.example' % end, 'a@x.example, victim@evil.example', 'a@x.example> RCPT TO:<victim@evil.example',
                            '<a@x.example>', 'a@x.example\tb', 'a b@x.example', 'a@[127.0.0.1]', 'a@x..example', '-oQ/tmp@x.example'):
                self.post(BASE + '/people/add', [('token', self.token), ('email', address), ('organisation', 'north'),
                                                 ('name', 'Name%sBcc: victim@evil.example' % end)])
        for email, name in self.here.query('SELECT email, name FROM person'):
            self.assertRegex(email, r'^[!-~]+@[a-z]+\.example$')
            self.assertNotIn('victim', email)
            self.assertNotRegex(name, r'[\x00-\x1f\x7f]')
        (title,), = self.here.query("SELECT title FROM assessment WHERE name = 'tale'")
        self.assertNotRegex(title, r'[\x00-\x1f\x7f]')
        path = BASE + '/send'
        page = self.boss.get(path)
        evil = {'subject': 'Hello\r\nBcc: victim@evil.example', 'body': 'x {link} {opt_out}'}
        page = submit(self.boss, page, path, dict(evil, kind='invitations', per_minute='60000'), button='preview')
        self.assertIn('must be one line', page.text)
        for words in (('--title', 'T\r\nBcc: victim@evil.example'), ('--title', 'T', '--innovation', 'I\nBcc: victim@evil.example')):
            _, err = self.here.run('assessment', 'new', 'lines', '--instrument', 'canary', *words, status=1)
            self.assertIn('one line', err)
        # no way in lets a line end through; should one ever, then no mail leaves, and it is said why
        self.retitle('T\r\nBcc: victim@evil.example\r\n\r\nX')
        page = submit(self.boss, self.boss.get(path), path, {'kind': 'invitations', 'per_minute': '60000'}, button='preview')
        submit(self.boss, page, path, button='start')
        end, out = time.monotonic() + 60, ''
        while out.count('cannot stand in a mail') < 24 and time.monotonic() < end:
            out, _ = self.here.run('mail', 'list', 'tale')
        self.assertEqual(out.count('cannot stand in a mail'), 24, out[:1000])
        self.assertEqual(self.world.mail.messages, [])

    def test_paths(self):
        """Nothing but what the table has: no file's content, no server's trouble, no header."""
        paths = wire.words(os.path.join(HERE, 'corpus/paths.txt'))
        self.assertGreater(len(paths), 200)
        counted = {}
        for path in paths:
            for more in ((), (self.cookie,)):
                with self.subTest(path=path):
                    answer = self.one(wire.head('X', *more).encode().replace(b'X HTTP/1.1', b'GET ' + path + b' HTTP/1.1', 1))
                    status = answer.status if answer else 0
                    counted[status] = counted.get(status, 0) + 1
                    body = answer.body if answer else b''
                    self.assertNotRegex(body, rb'root:.*:0:0|SQLite format 3|\[server\]|PATH=/|\[survey\]|ref: refs/')
                    plain = urllib.parse.urlsplit(path.decode('latin-1')).path
                    if status == 200 and not plain.startswith('/stop/'):  # which looks the same for every link
                        self.assertNotIn('%', plain, path)
                        self.assertNotIn('..', plain, path)
                    if '%00' in plain:
                        self.assertEqual(status, 400)
        print('paths: %d addresses: %s' % (len(paths), counted))


if __name__ == '__main__':
    unittest.main()
