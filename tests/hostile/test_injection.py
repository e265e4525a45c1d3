#!/usr/bin/python3
"""Every parameter of every row of the route table, with what tools for SQL injection and scripting try: segments of paths, what is
asked behind the question mark, fields of forms. Nothing fails, nothing takes long, nothing of a bystander's changes, no table
grows by more than one row for what was sent or shrinks at all, and nothing comes back as markup."""
import contextlib
import hashlib
import json
import os
import re
import sqlite3
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import wire  # noqa: E402
from support.canaries import Reader, World  # noqa: E402
from support.readiness import Page  # noqa: E402
from support.scene import STORY  # noqa: E402
from support.workspace import token_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LONG = bool(os.environ.get('READINESS_LONG'))
EACH = 1000 if LONG else 2  # payloads for each parameter, in turn
PAYLOADS = [p for name in ('sql', 'markup') for p in wire.words(os.path.join(HERE, 'corpus', name + '.txt'))]
TAKES_AWAY = ('/sign-out', '/account/sessions', '/account/totp/off', '/account/recovery', '/remove', '/delete', '/close', '/archive')
ASKED = ('q', 'sort', 'page', 'lang', 'next', 'wave', 'about', 'after', 'form', 'instrument', 'outcome', 'report', 'kiosk', 'x')
PASSING = {'audit', 'session', 'draft'}  # kept of what anybody does; not asked here


class Injection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(text=' plain')
        cls.here, cls.boss = cls.world.here, cls.world.boss
        run = cls.here.run
        run('assessment', 'new', 'bystander', '--instrument', STORY, '--title', 'A bystander')
        cls.here.write('o.csv', 'code,name\neast,East House\n')
        run('organisation', 'import', 'bystander', 'o.csv')
        cls.here.write('p.csv', 'email,organisation\n' + ''.join('p%d@east.example,east\n' % i for i in range(9)))
        run('people', 'import', 'bystander', 'p.csv')
        run('wave', 'open', 'bystander', '--label', 'One')
        out, _ = run('routes', '--format', 'json')
        cls.rows = [r for r in json.loads(out) if not r['path'].startswith(('/preview', '/api'))]
        cls.turn, cls.sent, cls.slowest = 0, 0, 0

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__()
        print('injection: %d rows, %d payloads, %d requests, the slowest %.0f ms' %
              (len(cls.rows), len(PAYLOADS), cls.sent, cls.slowest * 1000))

    def payloads(self):
        """The next few in turn, so that all together have been everywhere."""
        for _ in range(min(EACH, len(PAYLOADS))):
            type(self).turn += 1
            yield PAYLOADS[self.turn % len(PAYLOADS)]

    def sql(self, words):
        with contextlib.closing(sqlite3.connect(self.here.path('var/readiness.db'), timeout=20)) as database:
            return database.execute(words).fetchall()

    def counts(self):
        tables = [t for t, in self.sql("SELECT name FROM sqlite_master WHERE type = 'table'") if t not in PASSING]
        return {t: self.sql('SELECT count(*) FROM "%s"' % t)[0][0] for t in tables}

    def bystander(self):
        """Everything of the other assessment, and of all accounts, as one hash."""
        which = "(SELECT id FROM assessment WHERE name = 'bystander')"
        wave = '(SELECT id FROM wave WHERE assessment = %s)' % which
        rows = [self.sql('SELECT * FROM assessment WHERE id = ' + which), self.sql('SELECT * FROM wave WHERE assessment = ' + which),
                self.sql('SELECT * FROM organisation WHERE assessment = %s ORDER BY 1, 2' % which),
                self.sql('SELECT * FROM person WHERE assessment = %s ORDER BY 1, 2' % which),
                self.sql('SELECT * FROM ticket WHERE wave = %s ORDER BY hash' % wave),
                self.sql('SELECT email, role, password FROM account ORDER BY 1'),
                self.sql('SELECT name, sql FROM sqlite_master ORDER BY 1'),
                self.sql('SELECT wave, organisation, id, answers FROM response ORDER BY 1, 2, 3')]
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    def ask(self, method, path, pairs=None):
        """`path` and the values are bytes or text; what is not a plain character is escaped as a browser would."""
        cookie = 'Cookie: ' + '; '.join('%s=%s' % pair for pair in self.boss.cookies.items())
        if method == 'POST':
            request = wire.form(urllib.parse.urlencode(pairs), path, cookie)
        else:
            request = wire.head('GET ' + path, cookie).encode()
        started = time.monotonic()
        found = wire.answers(wire.exchange(self.here.url, request, timeout=60))
        took = time.monotonic() - started
        type(self).sent += 1
        type(self).slowest = max(self.slowest, took)
        what = (method, path, pairs)
        self.assertLess(took, 10, what)
        self.assertEqual(len(found), 1, what)
        answer = found[0]
        self.assertLess(answer.status, 500, what)
        for line in answer.all('Set-Cookie'):
            name, value = line.split(';')[0].split('=', 1)
            if name == 'sid' and value:
                self.boss.cookies['sid'] = value
        if (answer.all('Content-Type') or [''])[0].startswith('text/html'):
            if not answer.all('Content-Disposition'):
                self.assertEqual(Reader(answer.text).wrong, [], what)
        else:
            self.assertEqual(answer.all('X-Content-Type-Options'), ['nosniff'])
        self.assertNotRegex(answer.text, r'(?i)near &quot;|no such (table|column)|SQL logic|argon2id\$v|CREATE TABLE account')
        return answer

    def names(self):
        person = self.sql("SELECT lower(hex(id)) FROM person WHERE assessment = (SELECT id FROM assessment WHERE name = 'tale')")[0][0]
        account = self.sql("SELECT lower(hex(id)) FROM account")[0][0]
        return {'assessment': 'tale', 'organisation': 'north', 'code': 'north', 'wave': '1', 'person': person, 'account': account,
                'name': 'canary', 'form': 'staff', 'mailing': '0' * 32, 'job': '0' * 32, 'token': '0' * 26}

    def test_1_segments_of_paths_and_what_is_asked(self):
        before, bystander, names = self.counts(), self.bystander(), self.names()
        for row in self.rows:
            if row['method'] != 'GET':
                continue
            parts = re.findall(r'\{(\w+)\}', row['path'])
            plain = re.sub(r'\{(\w+)\}', lambda m: names[m.group(1)], row['path'])
            for part in parts:
                for payload in self.payloads():
                    values = dict(names, **{part: urllib.parse.quote(payload, '')})
                    self.ask('GET', re.sub(r'\{(\w+)\}', lambda m, v=values: v[m.group(1)], row['path']))
            for asked in ASKED:
                for payload in list(self.payloads())[:3 if LONG else 1]:
                    self.ask('GET', '%s?%s=%s' % (plain, asked, urllib.parse.quote(payload, '')))
        self.assertEqual(self.counts(), before)
        self.assertEqual(self.bystander(), bystander)

    def fields(self):
        """{(path of the row's form): [(page, control names with their values)]} of all pages of the table, as they stand."""
        names, found = self.names(), {}
        for row in self.rows:
            if row['method'] != 'GET' or row['path'] in ('/s/{token}', '/stop/{token}', '/welcome/{token}', '/shared/{token}'):
                continue
            known = dict(names, wave='2') if '/waves/' in row['path'] else names  # the open one
            path = re.sub(r'\{(\w+)\}', lambda m, known=known: known[m.group(1)], row['path'])
            answer = self.ask('GET', path + ('?instrument=canary' if path == '/assessments/new' else ''))
            for form in Page(answer.status, None, answer.text).forms if answer.status == 200 else ():
                if form['method'] == 'post':
                    extra = re.findall(r'<select[^>]* name="?([\w.]+)', answer.text)
                    found.setdefault(form['action'], {c['name']: c for c in form['controls'] if c['name']})
                    for name in extra:
                        found[form['action']].setdefault(name, {'name': name, 'value': '', 'kind': 'text'})
        for path, more in (('/sign-in', 'email password next proof code kept.x'), ('/welcome', '.t token new repeated'),
                           ('/accounts/%s/reset' % names['account'], 'password'), ('/stop/' + '0' * 48, 'stop'),
                           ('/assessments/tale/send/' + '0' * 32, 'act pause'), ('/assessments/tale/settings/restore', 'x'),
                           ('/assessments/tale/waves/2/adopt', 'version adopt')):
            found.setdefault(path, {n: {'name': n, 'value': '', 'kind': 'text'} for n in more.split()})
        token = self.here.links('tale', 'personal')[0]['token']
        page = self.boss.get('/s/' + token)
        page = self.boss.send(page)
        found['/s'] = {c['name']: c for c in page.form()['controls'] if c['name']}
        return found

    def test_2_fields_of_forms(self):
        bystander, forms = self.bystander(), self.fields()
        rows = {re.sub(r'\{\w+\}', '*', r['path']) for r in self.rows if r['method'] == 'POST'}
        reached = set()
        for action, controls in sorted(forms.items(), key=lambda f: f[0].endswith(TAKES_AWAY)):
            path = urllib.parse.urlsplit(action).path
            reached |= {r for r in rows if re.fullmatch(r.replace('*', '[^/]+'), path)}
            for name, control in controls.items():
                if name == 'token' and path.startswith(('/account', '/assessments', '/instruments', '/sign')):
                    continue  # tests/web/test_routes.py sends wrong ones to each row
                if path.endswith(TAKES_AWAY) and control['kind'] in ('hidden', 'button'):
                    continue
                token = token_of(self.boss.get('/account'))
                for payload in self.payloads():
                    pairs = [(n, c['value']) for n, c in controls.items() if n != name and n != 'token' and
                             (c['kind'] in ('hidden', 'text') or c.get('checked'))]
                    before = self.counts()
                    self.ask('POST', path, [('token', token)] + pairs + [(name, payload)])
                    for table, n in self.counts().items():
                        self.assertIn(n - before.get(table, 0), (0, 1), (table, path, name, payload))
        self.assertEqual(self.bystander(), bystander)
        self.assertGreater(len(reached), 20)
        print('injection: forms of %d of %d rows that take one; not %s' % (len(reached), len(rows), sorted(rows - reached)))

    def test_3_names_and_passwords_at_the_door(self):
        bystander = self.bystander()
        for payload in PAYLOADS:
            if not payload.isascii() and not LONG:
                continue
            for email, password in ((payload, b'x'), (b'boss@example.org' + payload, payload)):
                pairs = [('email', email), ('password', password), ('next', payload), ('proof', b''), ('kept.x', payload)]
                answer = self.ask('POST', '/sign-in', pairs)
                self.assertIn(answer.status, (422, 429, 400))
                self.assertFalse([c for c in answer.all('Set-Cookie') if c.startswith('sid=') and 'sid=;' not in c])
        self.assertEqual(self.bystander(), bystander)
        self.assertFalse(os.path.exists('/tmp/readiness-attached.db') or os.path.exists('/tmp/readiness-written'))
        self.assertIn('Assessments', self.boss.get('/work').title)


if __name__ == '__main__':
    unittest.main()
