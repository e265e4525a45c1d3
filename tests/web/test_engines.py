#!/usr/bin/python3
"""Several engines on one PostgreSQL database, as behind a proxy that asks now this one, now that one: what one has done holds
at the others with the next request."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

os.environ['READINESS_TEST_STORE'] = 'postgresql'
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.api import Program, token_for  # noqa: E402
from support.readiness import PROGRAM, Browser, content  # noqa: E402
from support.scene import ANSWERS, STORY, answered, scene  # noqa: E402
from support.workspace import PASSWORD, add_user, sign_in, submit, totp, upload, welcome_path  # noqa: E402

WORK = '/assessments/tale'


class Turns(Browser):
    """Behind a proxy that asks one engine after the other."""

    def __init__(self, engines):
        super().__init__(engines[0].url)
        self.hosts, self.asked = [Browser(e.url).host for e in engines], 0

    def request(self, *words, **more):
        self.host = self.hosts[self.asked % len(self.hosts)]
        self.asked += 1
        return super().request(*words, **more)


class Engines(unittest.TestCase):
    STAFF = 8

    def setUp(self):
        self.surveys = tempfile.mkdtemp(prefix='readiness-test-')
        self.addCleanup(shutil.rmtree, self.surveys)
        self.file = os.path.join(self.surveys, 'story.ini')
        shutil.copy(STORY, self.file)
        self.a = scene(staff=self.STAFF, instrument=self.file, instruments_folder=self.surveys)
        self.addCleanup(self.a.__exit__)
        self.b = self.a.another()
        self.b.serve()
        self.engines = [self.a, self.b]

    def tearDown(self):
        for engine in self.engines:
            if engine.server:
                self.assertEqual(engine.stop(), 0, content(engine.log)[-4000:])

    def at(self, engine, browser):
        """The same browser, asking this engine."""
        browser.host = Browser(engine.url).host
        return browser

    def is_in(self, engine, browser):
        return self.at(engine, browser).get('/account').title.startswith('Your account')

    def state(self):
        return self.a.query('SELECT state FROM wave')[0][0]


class Answering(Engines):
    def test_a_form_is_answered_page_by_page_at_whichever_engine_is_asked(self):
        for row in self.a.links('tale', 'personal'):
            browser = Turns(self.engines)
            self.assertIn('answers have arrived', browser.fill(row['token'], ANSWERS).text)
            self.assertGreater(browser.asked, 3)
            for engine in self.engines:
                self.assertNotIn('.p', str(self.at(engine, Browser(engine.url)).get('/s/' + row['token']).form()))
        self.assertEqual(answered(self.a), self.STAFF)

    def test_a_wave_closed_at_one_is_closed_at_the_other_for_whoever_is_in_the_middle_of_it(self):
        rows = self.a.links('tale', 'personal')
        for row in rows[:6]:
            Turns(self.engines).fill(row['token'], ANSWERS)
        browser = Browser(self.b.url)
        page = browser.fill(rows[6]['token'], ANSWERS, stop_at='load1')
        self.a.run('wave', 'close', 'tale', '--yes')
        page = browser.send(page, ANSWERS)
        self.assertIsNone(page.form(field='.p'))
        self.assertNotIn('answers have arrived', page.text)
        self.assertEqual(self.a.query('SELECT count(*) FROM response'), [(6,)])
        person = add_user(self.b, 'claire@north.example')
        self.assertEqual(self.at(self.b, person).get(WORK + '/results/1').status, self.at(self.a, person).get(
            WORK + '/results/1').status)

    def test_of_two_that_close_at_once_one_does_and_the_other_says_that_it_is_closed(self):
        for row in self.a.links('tale', 'personal'):
            Turns(self.engines).fill(row['token'], ANSWERS)
        running = [subprocess.Popen([PROGRAM, 'wave', 'close', 'tale', '--wave', 'Baseline', '--yes'], cwd=e.folder,
                                    env=e.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                   for e in self.engines]
        done = [(p.communicate(timeout=120), p.returncode) for p in running]
        self.assertEqual(sorted(status for _, status in done), [0, 1], done)
        said = [err for (_, err), status in done if status == 1][0]
        self.assertIn('is not open', said)
        self.assertNotIn('key', said)
        self.assertEqual(self.a.query('SELECT count(*) FROM response'), [(self.STAFF,)])
        self.assertEqual(self.a.query('SELECT count(*) FROM ballot'), [(0,)])
        self.assertEqual(self.state(), 2)

    def test_words_adopted_at_one_are_asked_at_the_other_with_the_next_page(self):
        browser = Browser(self.b.url)
        row = self.a.links('tale', 'personal')[0]
        page = browser.send(browser.get('/s/' + row['token']))
        with open(self.file, encoding='utf-8') as file:
            text = file.read()
        self.assertNotIn('I guide others', page.text)
        with open(self.file, 'w', encoding='utf-8') as file:
            file.write(text.replace('I lead others', 'I guide others'))
        self.a.run('wave', 'adopt', 'tale', '--yes')
        page = browser.get('/s/' + row['token'])
        self.assertIn('I guide others', browser.send(page).text)

    def test_a_title_changed_at_one_is_soon_shown_at_the_other(self):
        row = self.a.links('tale', 'personal')[0]
        for engine in self.engines:
            self.assertIn('A tale', Browser(engine.url).get('/s/' + row['token']).text)
        boss = add_user(self.a, 'boss@support.example')
        page = submit(boss, boss.get(WORK + '/settings'), WORK + '/settings', {'title': 'Another tale'})
        self.assertEqual(page.status, 200)
        waiting, end = list(self.engines), time.time() + 120
        while waiting and time.time() < end:
            waiting = [e for e in waiting if 'Another tale' not in Browser(e.url).get('/s/' + row['token']).text]
            time.sleep(0.5)
        self.assertEqual(waiting, [])

    def test_an_engine_that_is_killed_is_missed_by_nobody(self):
        rows = self.a.links('tale', 'personal')
        browser = Browser(self.a.url)
        page = browser.fill(rows[0]['token'], ANSWERS, stop_at='load1')
        self.a.server.kill()
        self.a.server.wait()
        self.a.server.stdout.close()
        self.a.server = None
        page = self.at(self.b, browser).send(page, ANSWERS)
        for _ in range(20):
            if page.form(field='.p') is None:
                break
            page = browser.send(page, ANSWERS)
        self.assertIn('answers have arrived', page.text)
        self.assertEqual(answered(self.b), 1)


class Working(Engines):
    STAFF = 6

    def test_people_work_at_whichever_engine_is_asked(self):
        out, _ = self.a.run('user', 'add', 'claire@north.example', '--role', 'administrator')
        browser = Turns(self.engines)
        page = browser.get(welcome_path(out))
        page = submit(browser, page, '/welcome', {'new': PASSWORD, 'repeated': PASSWORD})
        for i in range(5):
            page = submit(browser, browser.get('/account'), '/account', {'name': 'Claire %d' % i})
            self.assertEqual(page.status, 200)
        page = browser.get('/account/totp')  # the secret in the page of one is the one that the other takes
        secret = re.search(r'<code class=secret>([A-Z2-7 ]+)</code>', page.text).group(1)
        page = submit(browser, page, '/account/totp', {'code': totp(secret)})
        self.assertEqual(page.status, 200, page.title)
        code = re.findall(r'<li><code>([^<]+)</code>', page.text)[0]
        visitor = Turns(self.engines)
        page = submit(visitor, visitor.get('/sign-in'), '/sign-in', {'email': 'claire@north.example', 'password': PASSWORD})
        self.assertTrue(page.title.startswith('One more step'), page.title)
        submit(visitor, page, '/sign-in', {'code': code})
        for engine in self.engines:
            self.assertTrue(self.is_in(engine, visitor))

    def test_a_form_that_is_sent_to_two_engines_makes_one_thing(self):
        boss = add_user(self.a, 'claire@north.example')
        page = boss.get('/assessments/new?instrument=story')
        for engine in self.engines:
            submit(self.at(engine, boss), page, '/assessments/new', {'title': 'A second tale', 'v-innovation-en': 'x'})
        self.assertEqual(self.a.query("SELECT count(*) FROM assessment WHERE title = 'A second tale'"), [(1,)])

    def test_what_one_takes_away_is_gone_at_the_other(self):
        claire = add_user(self.a, 'claire@north.example')
        self.assertTrue(self.is_in(self.b, claire))
        copy = Browser(self.b.url)
        copy.cookies = dict(claire.cookies)
        submit(self.at(self.a, claire), claire.get('/account'), '/sign-out')
        self.assertFalse(self.is_in(self.b, copy))

        eve = add_user(self.b, 'eve@north.example')
        self.assertTrue(self.is_in(self.a, eve))
        self.a.run('user', 'disable', 'eve@north.example')
        self.assertFalse(self.is_in(self.b, eve))
        self.assertEqual(sign_in(self.b, Browser(self.b.url), 'eve@north.example').status, 422)
        self.b.run('user', 'enable', 'eve@north.example')
        browser = Browser(self.a.url)
        sign_in(self.a, browser, 'eve@north.example')
        self.assertTrue(self.is_in(self.a, browser))

    def test_a_grant_revoked_at_one_opens_nothing_at_the_other(self):
        for row in self.a.links('tale', 'personal'):
            Browser(self.a.url).fill(row['token'], ANSWERS)
        self.a.run('wave', 'close', 'tale', '--yes')
        add_user(self.a, 'boss@support.example')
        vera = add_user(self.a, 'vera@north.example', 'viewer')
        self.assertEqual(self.at(self.b, vera).get(WORK + '/reports/1/north').status, 404)
        account = self.a.query("SELECT id FROM account WHERE email = 'vera@north.example'")[0][0]
        self.a.query("INSERT INTO report_grant SELECT ?, id, 'north', ?, NULL, 0, '' FROM assessment", b'g' * 16, account)
        for engine in self.engines:
            self.assertIn('A tale', self.at(engine, vera).get('/shared').text)
            self.assertEqual(self.at(engine, vera).get(WORK + '/reports/1/north').status, 200)
        boss = Browser(self.b.url)
        sign_in(self.b, boss, 'boss@support.example')
        page = boss.get(WORK + '/settings/sharing')
        page.forms = [f for f in page.forms if any(c['value'] == 'take' for c in f['controls'])]
        submit(boss, page, WORK + '/settings/sharing')
        for engine in self.engines:
            self.assertIn(self.at(engine, vera).get(WORK + '/reports/1/north').status, (403, 404))
            self.assertNotIn('A tale', self.at(engine, vera).get('/shared').text)

    def test_another_program_is_known_at_both_and_at_neither(self):
        add_user(self.a, 'boss@support.example')
        token = token_for(self.a, 'boss@support.example')
        programs = [Program(e.url, token) for e in self.engines]
        body = {'name': 'made', 'title': 'Made', 'instrument': 'story'}
        first, again = [p.post('/assessments', body, Idempotency_Key='k1') for p in programs]
        self.assertEqual((first.status, again.status), (201, 201), again.content)
        self.assertEqual(first.content, again.content)
        listed, _ = self.a.run('token', 'list', '--format', 'json')
        word = [w for row in json.loads(listed) for w in row.values() if re.fullmatch(r'[0-9a-f]{8,32}', str(w))]
        self.a.run('token', 'revoke', word[0] if word else token)
        self.assertEqual([p.get('/assessments').status for p in programs], [401, 401])

    def test_a_file_that_is_made_by_one_engine_is_not_known_to_the_other_which_says_so_calmly(self):
        for row in self.a.links('tale', 'personal'):
            Browser(self.a.url).fill(row['token'], ANSWERS)
        self.a.run('wave', 'close', 'tale', '--yes')
        boss = add_user(self.a, 'boss@support.example')
        page = boss.get(WORK + '/reports/1')
        forms = [f['action'] for f in page.forms if f['method'] == 'post' and 'report' in f['action']]
        self.assertTrue(forms, [f['action'] for f in page.forms])
        page = submit(boss, page, forms[0])
        link = re.search(r'/jobs/[0-9a-f]+', page.text).group()
        self.assertEqual(self.at(self.a, boss).get(link).status, 200)
        self.assertEqual(self.at(self.b, boss).get(link).status, 404)


class Running(Engines):
    STAFF = 6

    def doctor(self, engine):
        done = subprocess.run([PROGRAM, 'doctor', '--format', 'json'], cwd=engine.folder, env=engine.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        return {row['code']: row['message'] for row in json.loads(done.stdout)}

    def test_the_doctor_names_the_engines_and_compares_them(self):
        elsewhere = self.a.another()  # where none serves: the command runs beside them
        said = self.doctor(elsewhere)
        for engine in self.engines:
            self.assertIn(':%d (' % engine.server.pid, said['engines'])
        self.assertNotIn('engines_instruments', said)
        self.assertNotIn('engines_versions', said)
        self.assertNotIn('not_served', said)
        other = tempfile.mkdtemp(prefix='readiness-test-')
        self.addCleanup(shutil.rmtree, other)
        shutil.copy(STORY, os.path.join(other, 'another.ini'))
        third = self.a.another(instruments_folder=other)
        third.serve()
        self.engines.append(third)
        said = self.doctor(elsewhere)
        self.assertIn(':%d (' % third.server.pid, said['engines_instruments'])
        self.a.query("UPDATE engine SET version = '0.0' WHERE name LIKE '%:" + str(self.b.server.pid) + "'")
        self.assertIn('engines_versions', self.doctor(elsewhere))
        for engine in self.engines:  # each says in its log what it serves
            self.assertRegex(content(engine.log).decode(), r'event=instruments reason=[0-9a-f]{64}')

    def test_commands_work_beside_engines_but_what_needs_the_database_alone_does_not(self):
        elsewhere = self.a.another()
        self.assertIn('tale', elsewhere.run('assessment', 'list')[0])
        elsewhere.run('assessment', 'new', 'second', '--instrument', self.file, '--title', 'Second')
        self.assertIn('second', self.b.run('assessment', 'list')[0])
        elsewhere.run('backup', 'copy.db')
        _, err = elsewhere.run('restore', 'copy.db', status=1)
        self.assertIn('another readiness process', err)
        _, err = elsewhere.run('migrate-store', self.a.environment['READINESS_DATA_DB'], 'sqlite:moved.db', status=1)
        self.assertIn('another readiness process', err)
        for engine in self.engines:
            self.assertEqual(engine.stop(), 0)
        elsewhere.run('restore', 'copy.db')
        self.assertIn('second', elsewhere.run('assessment', 'list')[0])

    def test_two_engines_do_not_share_a_folder(self):
        _, err = self.a.run('serve', status=1)
        self.assertIn('another engine uses this folder', err)
        self.assertEqual(Browser(self.a.url).get('/healthz').status, 200)
        self.assertIn('tale', self.a.run('assessment', 'list')[0])

    def test_an_engine_without_the_waves_key_takes_answers_and_says_what_it_cannot_do(self):
        empty = tempfile.mkdtemp(prefix='readiness-test-')
        self.addCleanup(shutil.rmtree, empty)
        third = self.a.another(data_keys=empty)
        third.serve()
        self.engines.append(third)
        rows = self.a.links('tale', 'personal')
        self.assertIn('answers have arrived', Browser(third.url).fill(rows[0]['token'], ANSWERS).text)
        log = content(third.log).decode()
        self.assertIn('event=wave_key_missing wave=Baseline', log)
        stop = Browser(third.url).post('/stop/' + 'A' * 48, [('stop', 'yes')])
        self.assertEqual(stop.status, 503)  # another engine may know it; nobody is told that the link is none
        self.assertIn('<h1', stop.text)
        _, err = third.run('links', 'tale', '--out', 'l.csv', status=3)
        self.assertIn('key', err)
        _, err = third.run('wave', 'close', 'tale', '--yes', status=1)
        self.assertIn('key', err)
        self.assertEqual(self.state(), 0)


del Engines

if __name__ == '__main__':
    unittest.main()
