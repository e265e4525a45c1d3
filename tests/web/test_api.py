#!/usr/bin/python3
"""The interface for other programs, promise by promise: who may, with which token; the same figures as everywhere; what is
wrong in problem details; requests sent twice; pages of lists."""
import json
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.api import ALL, SCOPES, Program, tale, token_for  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS  # noqa: E402
from support.workspace import add_user, submit  # noqa: E402

PARAMETERS = {'assessment': 'tale', 'organisation': 'north', 'wave': 'Baseline', 'person': '0' * 32, 'job': '0' * 32,
              'hook': '0' * 32}
RANK = {'anyone': 0, 'viewer': 1, 'practitioner': 2, 'administrator': 3}


def path_of(row, **others):
    path = re.sub(r'\{(\w+)\}', lambda m: dict(PARAMETERS, **others)[m.group(1)], row['path'])
    return path[len('/api/v1'):]


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = tale()
        for email, role in (('owner', 'practitioner'), ('stranger', 'practitioner'), ('viewer', 'viewer'),
                            ('administrator', 'administrator')):
            cls.here.run('user', 'add', email + '@example.org', '--role', role)
        cls.here.serve()
        cls.here.query("UPDATE assessment SET owner = (SELECT id FROM account WHERE email = 'owner@example.org')")
        cls.here.query("INSERT INTO report_grant SELECT ?, assessment.id, 'north', account.id, NULL, 0, '' FROM assessment, account"
                       " WHERE account.email = 'viewer@example.org' AND assessment.name = 'tale'", os.urandom(16))
        out, _ = cls.here.run('routes', '--format', 'json')
        cls.rows = [r for r in json.loads(out) if r['path'].startswith('/api/')]
        cls.programs = {name: cls.program(name + '@example.org', 'results' if name == 'viewer' else ALL)
                        for name in ('owner', 'stranger', 'viewer', 'administrator')}

    @classmethod
    def tearDownClass(cls):
        cls.here.end_well()

    @classmethod
    def program(cls, email='owner@example.org', scopes=ALL, days='30'):
        before = cls.tokens()
        program = Program(cls.here.url, token_for(cls.here, email, scopes, days))
        program.id, = cls.tokens() - before
        return program

    @classmethod
    def tokens(cls):
        return {t['id'] for t in json.loads(cls.here.run('token', 'list', '--format', 'json')[0])}

    def problem(self, answer, status, code):
        self.assertEqual((answer.status, answer.type), (status, 'application/problem+json'), answer.content[:400])
        self.assertEqual(answer.json['code'], code)
        self.assertEqual(answer.json['status'], status)
        self.assertEqual(answer.json['type'], 'urn:readiness:problem:' + code)
        self.assertNotEqual(answer.json['title'], 'problem.' + code)
        return answer.json['findings']

    # Who may

    def test_every_row_for_programs_asks_for_a_token_and_has_a_scope(self):
        self.assertGreater(len(self.rows), 20)
        nobody = Program(self.here.url)
        for row in self.rows:
            with self.subTest(method=row['method'], path=row['path']):
                answer = nobody.call(row['method'], path_of(row))
                if row['access'] == 'anyone':
                    self.assertEqual(answer.status, 200)
                else:
                    self.assertEqual(row['forgery'], 'bearer')
                    self.assertTrue(set(row['scope'].split(',')) <= set(SCOPES), row)
                    self.problem(answer, 401, 'token_missing')
                    self.assertEqual(answer.headers['WWW-Authenticate'], 'Bearer')

    def test_a_scope_that_the_token_lacks_is_refused_on_every_row(self):
        for scope in SCOPES:
            program = self.program(scopes=scope)
            for row in self.rows:
                if row['access'] == 'anyone' or scope in row['scope'].split(','):
                    continue
                with self.subTest(scope=scope, method=row['method'], path=row['path']):
                    self.problem(program.call(row['method'], path_of(row)), 403, 'scope')
            self.revoke(program)

    def revoke(self, program):
        self.here.run('token', 'revoke', program.id)

    def test_a_role_below_the_rows_is_refused(self):
        for row in self.rows:
            if RANK[row['access']] > RANK['viewer']:
                with self.subTest(method=row['method'], path=row['path']):
                    self.problem(self.programs['viewer'].call(row['method'], path_of(row)), 403, 'role')

    def test_somebody_elses_assessment_looks_like_one_that_is_not_there(self):
        for row in self.rows:
            if '{assessment}' not in row['path']:
                continue
            with self.subTest(method=row['method'], path=row['path']):
                body = None if row['method'] in ('GET', 'DELETE') else {}
                answer = self.programs['stranger'].call(row['method'], path_of(row), body)
                other = self.programs['stranger'].call(row['method'], path_of(row, assessment='nothing'), body)
                self.problem(answer, 404, 'not_found')
                self.assertEqual(answer.content, other.content)

    def test_a_viewer_has_the_granted_organisation_only(self):
        viewer = self.programs['viewer']
        answer = viewer.get('/assessments/tale/waves/Baseline/results/north')
        self.assertEqual(answer.status, 200)
        self.assertEqual({r['organisation'] for r in answer.json['items']}, {'north'})
        self.problem(viewer.get('/assessments/tale/waves/Baseline/results/south'), 404, 'not_found')
        self.problem(viewer.post('/assessments/tale/waves/Baseline/reports/south'), 404, 'not_found')
        self.assertEqual(viewer.post('/assessments/tale/waves/Baseline/reports/north').status, 202)

    def test_what_a_browser_adds_by_itself_lets_nobody_in(self):
        browser = add_user(self.here, 'browsing@example.org')
        page = browser.get('/api/v1/assessments')
        self.assertEqual(page.status, 401)
        cookies = '; '.join('%s=%s' % c for c in browser.cookies.items())
        program = Program(self.here.url)
        self.problem(program.get('/assessments', Cookie=cookies), 401, 'token_missing')
        self.problem(program.get('/nothing', Cookie=cookies), 404, 'not_found')
        for site in ('cross-site', 'same-site'):
            self.problem(self.programs['owner'].get('/assessments', Sec_Fetch_Site=site), 403, 'forbidden')

    def test_a_token_opens_no_page_of_the_workspace_and_counts_in_no_address(self):
        token = self.programs['owner'].token
        for path in ('/work', '/account', '/assessments/tale'):
            answer = self.programs['owner'].call('GET', path, base='')
            self.assertEqual(answer.status, 303, path)
        self.problem(Program(self.here.url).get('/assessments?access_token=' + token), 401, 'token_missing')
        self.problem(self.programs['owner'].get('/assessments?access_token=' + token), 400, 'query')

    def test_a_token_that_is_revoked_expired_or_wrong_is_refused_in_the_same_words(self):
        program, again = self.program(), self.program()
        self.assertEqual(program.get('/assessments').status, 200)
        self.revoke(program)
        self.here.query('UPDATE api_token SET expires = 1 WHERE id = ?', bytes.fromhex(again.id))
        found = [p.get('/assessments') for p in (program, again, Program(self.here.url, 'readiness_' + 'A' * 26),
                                                 Program(self.here.url, 'x'))]
        for answer in found:
            self.problem(answer, 401, 'token_wrong')
        self.assertEqual(len({a.content for a in found}), 1)

    def test_a_disabled_account_or_a_lost_role_takes_its_tokens_rights_at_once(self):
        self.here.run('user', 'add', 'leaving@example.org', '--role', 'practitioner')
        program = self.program('leaving@example.org')
        self.assertEqual(program.get('/assessments').status, 200)
        self.here.query("UPDATE account SET role = 0 WHERE email = 'leaving@example.org'")
        self.problem(program.get('/assessments'), 403, 'role')
        self.here.query("UPDATE account SET role = 1 WHERE email = 'leaving@example.org'")
        self.here.run('user', 'disable', 'leaving@example.org')
        self.problem(program.get('/assessments'), 401, 'token_wrong')
        self.here.run('user', 'enable', 'leaving@example.org')
        self.assertEqual(program.get('/assessments').status, 200)
        self.here.run('user', 'reset', 'leaving@example.org')
        self.problem(program.get('/assessments'), 401, 'token_wrong')

    def test_only_a_hash_of_a_token_is_kept(self):
        token = self.programs['owner'].token
        for folder, _, names in os.walk(self.here.folder):
            for name in (n for n in names if os.path.isfile(os.path.join(folder, n))):
                with open(os.path.join(folder, name), 'rb') as file:
                    self.assertNotIn(token[-26:].encode(), file.read(), name)

    def test_a_token_is_made_and_revoked_on_the_account_page(self):
        browser = add_user(self.here, 'paging@example.org', 'practitioner')
        page = browser.get('/account/tokens')
        page = submit(browser, page, '/account/tokens', {'name': 'dashboard', 'scope_read': 'yes', 'days': '7'})
        token = re.search(r'readiness_[A-Z2-7]{26}', page.text).group()
        program = Program(self.here.url, token)
        self.assertEqual(program.get('/assessments').json, {'items': [], 'next': None})
        self.problem(program.get('/hooks'), 403, 'scope')
        page = browser.get('/account/tokens')
        self.assertNotIn(token, page.text)
        revoke = [f['action'] for f in page.forms if re.search(r'/account/tokens/[0-9a-f]{32}$', f['action'])]
        submit(browser, page, revoke[0])
        self.problem(program.get('/assessments'), 401, 'token_wrong')
        page = submit(browser, browser.get('/account/tokens'), '/account/tokens', {'name': 'none', 'days': '7'})
        self.assertEqual(page.status, 422)

    def test_making_revoking_and_what_a_token_does_stand_in_the_audit_log(self):
        program = self.program()
        program.call('PUT', '/assessments/tale/organisations', {'rows': [{'code': 'north', 'name': 'North House'}]})
        self.revoke(program)
        said = [(r['act'], r['object']) for r in json.loads(self.here.run('audit', '--format', 'json')[0])]
        for act in ('token_made', 'token_revoked', 'organisations_imported'):
            self.assertIn(act, [a for a, _ in said])

    def test_a_viewers_token_cannot_have_scopes_that_the_role_has_no_use_for(self):
        _, err = self.here.run('token', 'add', 'viewer@example.org', '--for', 'x', '--scopes', 'read', status=1)
        self.assertIn('read', err)
        self.here.run('token', 'add', 'owner@example.org', '--for', 'x', '--scopes', 'everything', status=1)
        self.here.run('token', 'add', 'owner@example.org', '--for', 'x', '--scopes', 'read', '--days', '9999', status=1)

    # What is told

    def test_results_are_those_of_the_command_line(self):
        out, _ = self.here.run('results', 'tale', '--wave', 'Baseline', '--format', 'json')
        rows, cursor, pages = [], '', 0
        while cursor is not None:
            answer = self.programs['owner'].get('/assessments/tale/waves/1/results?limit=1' + (cursor and '&cursor=' + cursor))
            self.assertEqual(answer.status, 200)
            rows, cursor, pages = rows + answer.json['items'], answer.json['next'], pages + 1
        self.assertEqual(rows, json.loads(out))
        self.assertGreater(pages, 2)

    def test_an_open_wave_has_no_results_reports_or_exports(self):
        owner = self.programs['owner']
        base = '/assessments/tale/waves/Second'
        for answer in (owner.get(base + '/results'), owner.get(base + '/results/north'), owner.post(base + '/reports'),
                       owner.post(base + '/reports/north'), owner.post(base + '/exports', {'format': 'csv'})):
            self.problem(answer, 409, 'wave_is_open')

    def test_counts_hold_nothing_below_the_minimum(self):
        token = self.here.links('tale', 'open')[0]['token']
        for _ in range(3):
            Browser(self.here.url).fill(token, ANSWERS)
        counts = self.programs['owner'].get('/assessments/tale/waves/Second/counts').json
        self.assertIsNone(counts['answered'])
        self.assertEqual({o['answered'] for o in counts['organisations']}, {None})
        self.assertEqual({o['rate'] for o in counts['organisations']}, {None})
        self.assertNotIn('"answered":3', json.dumps(counts).replace(' ', ''))

    def test_links_are_those_of_the_command_line_and_stand_in_the_audit_log(self):
        found = self.programs['owner'].get('/assessments/tale/waves/Second/links').json['items']
        self.assertEqual(sorted(link['url'].rsplit('/', 1)[1] for link in found), sorted(r['token'] for r in self.here.links('tale')))
        self.assertTrue(all(link['url'].startswith(self.here.url + '/s/') for link in found))
        self.problem(self.programs['owner'].get('/assessments/tale/waves/Baseline/links'), 409, 'wave_not_open')
        self.assertIn('links_written', self.here.run('audit', 'tale', '--format', 'csv')[0])

    # Writing

    def test_an_assessment_is_made_and_belongs_to_the_account(self):
        owner = self.programs['owner']
        answer = owner.post('/assessments', {'name': 'fresh', 'title': 'Fresh', 'instrument': 'story'})
        self.problem(answer, 422, 'input')  # the folder of the tests has no such file
        answer = owner.post('/assessments', {'name': 'fresh', 'title': 'Fresh', 'instrument': 'readiness-pulse', 'minimum': 6})
        self.assertEqual((answer.status, answer.headers['Location']), (201, '/api/v1/assessments/fresh'))
        self.assertEqual(answer.json['minimum'], 6)
        self.assertEqual(self.programs['stranger'].get('/assessments/fresh').status, 404)
        self.problem(owner.post('/assessments', {'name': 'fresh', 'title': 'F', 'instrument': 'readiness-pulse'}), 409, 'exists')
        wrong = owner.post('/assessments', {'name': 'a b', 'title': ' ', 'instrument': 'readiness-pulse', 'timezone': 'Mars/Sea'})
        fields = {f['field'] for f in self.problem(wrong, 422, 'input')}
        self.assertTrue({'name', 'timezone'} <= fields, fields)

    def test_a_table_comes_as_json_or_csv_and_has_the_same_findings_as_on_the_command_line(self):
        owner, path = self.programs['owner'], '/assessments/other/people'
        rows = [{'email': 'one@x.example', 'organisation': 'nowhere'}, {'email': 'bad', 'organisation': 'nowhere'}]
        found = self.problem(owner.post(path, {'rows': rows}), 422, 'input')
        text = 'email,organisation\n' + ''.join('%s,%s\n' % (r['email'], r['organisation']) for r in rows)
        csv = self.problem(owner.call('POST', path, text, {'Content-Type': 'text/csv'}), 422, 'input')
        self.here.write('bad.csv', text)
        _, err = self.here.run('people', 'import', 'other', 'bad.csv', status=1)
        self.assertEqual([f['code'] for f in found], [f['code'] for f in csv])
        for f in csv:
            self.assertIn(f['message'], err)
            self.assertIn(f['column'], (1, 2))
        self.assertEqual([f['row'] for f in found], [f['row'] - 1 for f in csv])
        self.assertEqual(owner.get(path).json['items'], [])

    def test_organisations_are_put_and_people_imported_listed_and_removed(self):
        owner = self.programs['owner']
        rows = {'rows': [{'code': 'a', 'name': 'A', 'headcount': 40}, {'code': 'b', 'name': 'B', 'parent': 'a'}]}
        dry = owner.call('PUT', '/assessments/other/organisations?dry_run=true', rows)
        self.assertEqual((dry.status, dry.json['new'], dry.json['applied']), (200, 2, False))
        self.assertEqual(owner.get('/assessments/other/organisations').json['items'], [])
        done = owner.call('PUT', '/assessments/other/organisations', rows)
        self.assertEqual((done.status, done.json['new'], done.json['applied']), (200, 2, True))
        listed = owner.get('/assessments/other/organisations')
        self.assertEqual([(o['code'], o['headcount'], o['parent']) for o in listed.json['items']],
                         [('a', 40, None), ('b', None, 'a')])
        again = owner.call('PUT', '/assessments/other/organisations', rows)
        self.assertEqual((again.json['unchanged'], again.json['new']), (2, 0))
        tag = listed.headers['ETag']
        self.assertEqual(owner.get('/assessments/other/organisations', If_None_Match=tag).status, 304)
        changed = {'rows': [{'code': 'a', 'name': 'AA'}]}
        self.assertEqual(owner.call('PUT', '/assessments/other/organisations', changed, {'If-Match': tag}).status, 200)
        self.problem(owner.call('PUT', '/assessments/other/organisations', changed, {'If-Match': tag}), 412, 'changed')
        csv = owner.call('POST', '/assessments/other/people', 'email,organisation\nz@x.example,a\n', {'Content-Type': 'text/csv'})
        self.assertEqual((csv.status, csv.json['new']), (200, 1), csv.content)
        person = owner.get('/assessments/other/people').json['items'][0]
        self.assertEqual(person['email'], 'z@x.example')
        gone = owner.call('DELETE', '/assessments/other/people/' + person['id'])
        self.assertEqual((gone.status, gone.content), (204, b''))
        self.problem(owner.call('DELETE', '/assessments/other/people/' + person['id']), 404, 'not_found')

    def test_a_wave_is_opened_extended_and_closed_by_the_same_rules_as_on_the_pages(self):
        owner = self.programs['owner']
        made = owner.post('/assessments', {'name': 'turns', 'title': 'Turns', 'instrument': 'readiness-pulse'})
        self.assertEqual(made.status, 201)
        base = '/assessments/turns/waves'
        self.assertEqual(owner.post(base, {'label': 'One'}).status, 422)  # no organisations
        owner.call('PUT', '/assessments/turns/organisations', {'rows': [{'code': 'a', 'name': 'A', 'headcount': 2}]})
        few = self.problem(owner.post(base, {'label': 'One'}), 422, 'input')
        self.assertEqual([f['field'] for f in few], ['confirm_few'])
        past = self.problem(owner.post(base, {'label': 'One', 'until': '2001-01-31', 'confirm_few': True}), 422, 'input')
        self.assertEqual([f['code'] for f in past], ['day_is_past'])
        opened = owner.post(base, {'label': 'One', 'until': '2999-01-31', 'confirm_few': True})
        self.assertEqual((opened.status, opened.json['state'], opened.headers['Location']),
                         (201, 'open', '/api/v1/assessments/turns/waves/1'))
        self.assertEqual(owner.post(base, {'label': 'Two', 'confirm_few': True}).status, 422)
        self.problem(owner.post(base + '/One/extend', {'until': '2001-01-31'}), 422, 'input')
        self.assertEqual(owner.post(base + '/One/extend', {'until': '2999-12-31'}).json['until'], '2999-12-31')
        self.problem(owner.post(base + '/1/close', {'label': 'Two'}), 422, 'input')
        closed = owner.post(base + '/1/close', {'label': 'One'})
        self.assertEqual(closed.status, 200, closed.content)
        self.assertIn(closed.json['state'], ('destroyed', 'emptied'))
        self.problem(owner.post(base + '/1/close', {'label': 'One'}), 409, 'wave_not_open')

    def test_a_wave_whose_key_was_taken_away_is_closed_with_its_sheet(self):
        owner = self.programs['owner']
        owner.post('/assessments', {'name': 'kept', 'title': 'Kept', 'instrument': 'readiness-pulse'})
        owner.call('PUT', '/assessments/kept/organisations', {'rows': [{'code': 'a', 'name': 'A', 'headcount': 2}]})
        wave = '/assessments/kept/waves/1'
        opened = owner.post('/assessments/kept/waves', {'label': 'One', 'confirm_few': True})
        self.assertEqual((opened.status, opened.json['locked']), (201, False))
        sheet, _ = self.here.run('wave', 'recovery-sheet', 'kept')
        self.here.write('sheet.txt', sheet)
        self.here.run('wave', 'lock', 'kept', 'sheet.txt')
        self.assertTrue(owner.get(wave).json['locked'])
        for more, code in (({}, 'key_taken'), ({'sheet': 'AB12'}, 'recovery_wrong')):
            found = self.problem(owner.post(wave + '/close', dict({'label': 'One'}, **more)), 422, 'input')
            self.assertEqual([f['code'] for f in found], [code])
        figures = ' '.join(sheet.split('\n\n')[1].split())
        closed = owner.post(wave + '/close', {'label': 'One', 'sheet': figures})
        self.assertEqual((closed.status, closed.json['locked']), (200, False), closed.content)

    # Requests sent twice

    def test_a_request_with_the_same_key_is_done_once_and_answered_the_same(self):
        owner, body = self.programs['owner'], {'name': 'once', 'title': 'Once', 'instrument': 'readiness-pulse'}
        first = owner.post('/assessments', body, Idempotency_Key='k1')
        again = owner.post('/assessments', body, Idempotency_Key='k1')
        self.assertEqual((first.status, again.status), (201, 201), first.content)
        self.assertEqual((first.content, first.headers['Location']), (again.content, again.headers['Location']))
        self.problem(owner.post('/assessments', dict(body, title='X'), Idempotency_Key='k1'), 422, 'key_reused')
        self.problem(owner.post('/assessments', body, Idempotency_Key='k2'), 409, 'exists')
        self.problem(owner.post('/assessments', body, Idempotency_Key='x' * 201), 400, 'key_wrong')
        other = self.programs['administrator'].post('/assessments', dict(body, name='once-2'), Idempotency_Key='k1')
        self.assertEqual(other.status, 201)  # another account's key is another key
        self.here.query('UPDATE api_reply SET made = made - 86401')
        self.problem(owner.post('/assessments', body, Idempotency_Key='k1'), 409, 'exists')

    def test_what_was_refused_may_be_tried_again_with_the_same_key(self):
        owner, body = self.programs['owner'], {'name': 'later', 'title': 'Later', 'instrument': 'nothing'}
        self.assertEqual(owner.post('/assessments', body, Idempotency_Key='k3').status, 422)
        self.assertEqual(owner.post('/assessments', dict(body, instrument='readiness-pulse'), Idempotency_Key='k3').status, 201)

    # Lists, languages, problems

    def test_a_list_comes_in_pages_that_lose_and_double_nothing(self):
        owner, seen, cursor = self.programs['owner'], [], ''
        while cursor is not None:
            page = owner.get('/assessments/tale/people?limit=5' + (cursor and '&cursor=' + cursor)).json
            self.assertLessEqual(len(page['items']), 5)
            seen, cursor = seen + [p['id'] for p in page['items']], page['next']
        self.assertEqual(sorted(seen), sorted(p['id'] for p in owner.get('/assessments/tale/people').json['items']))
        self.assertEqual(len(set(seen)), 12)
        for query in ('cursor=zz', 'limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'nothing=1'):
            self.problem(owner.get('/assessments/tale/people?' + query), 400, 'query')

    def test_messages_come_in_the_language_that_is_asked_for(self):
        owner = self.programs['owner']
        english = owner.get('/assessments/nothing')
        french = owner.get('/assessments/nothing', Accept_Language='fr-CA, fr;q=0.9')
        self.assertEqual((english.headers['Content-Language'], french.headers['Content-Language']), ('en', 'fr'))
        self.assertNotEqual(english.json['title'], french.json['title'])
        self.assertEqual(english.json['code'], french.json['code'])

    def test_what_cannot_be_understood_is_said_in_problem_details(self):
        owner, path = self.programs['owner'], '/assessments'
        raw = {'Content-Type': 'application/json'}
        for body in (b'{', b'[1', b'{"a":1,}', b'{"name":"\xff"}', b'\x00', b'nul', b'{"a":' * 40 + b'1' + b'}' * 40, b'{} x'):
            self.problem(owner.call('POST', path, body, raw), 400, 'malformed')
        self.problem(owner.call('POST', path, b'[]', raw), 422, 'input')
        self.problem(owner.call('POST', path, 'a=b', {'Content-Type': 'application/x-www-form-urlencoded'}), 415, 'media_type')
        self.problem(owner.call('POST', path, 'name\nx\n', {'Content-Type': 'text/csv'}), 415, 'media_type')
        self.problem(owner.call('POST', path, b'{"title":"' + b'x' * 300000 + b'"}', raw), 413, 'too_large')
        found = self.problem(owner.post(path, {'name': 5, 'title': 'x' * 201, 'mode': 'open', 'extra': 1, 'minimum': 2.5}), 422, 'input')
        self.assertEqual({(f['code'], f['field']) for f in found},
                         {('api_type_text', 'name'), ('api_too_long', 'title'), ('api_not_one_of', 'mode'),
                          ('api_member_unknown', 'extra'), ('api_type_integer', 'minimum'), ('api_member_missing', 'instrument')})
        twice = self.problem(owner.call('POST', path, b'{"name":"a","name":"b","title":"t","instrument":"i"}', raw), 422, 'input')
        self.assertEqual([f['code'] for f in twice], ['api_member_twice'])

    def test_an_unknown_address_or_method_is_a_problem_too(self):
        owner = self.programs['owner']
        self.problem(owner.get('/nothing'), 404, 'not_found')
        answer = owner.call('DELETE', '/assessments')
        self.problem(answer, 405, 'method')
        self.assertEqual(answer.headers['Allow'], 'GET, HEAD, POST')
        self.assertEqual(owner.call('PATCH', '/assessments').status, 405)
        self.assertEqual(owner.call('DELETE', '/account', base='').status, 405)

    def test_no_other_site_is_let_in_by_headers(self):
        answer = self.programs['owner'].get('/assessments', Origin='https://elsewhere.example')
        self.assertFalse([h for h in answer.headers if h.lower().startswith('access-control')])
        self.assertEqual(answer.headers['Cache-Control'], 'no-store')

    # Files

    def wait(self, job):
        for _ in range(200):
            answer = self.programs['owner'].get('/jobs/' + job)
            if answer.json['state'] in ('done', 'failed'):
                return answer.json
            time.sleep(0.1)
        self.fail('the job does not end')

    def made(self, path, body, key=None):
        owner = self.programs['owner']
        answer = owner.post(path, body, **({'Idempotency_Key': key} if key else {}))
        self.assertEqual((answer.status, answer.headers['Location']), (202, answer.json['href']), answer.content)
        job = self.wait(answer.json['id'])
        self.assertEqual(job['state'], 'done')
        return answer.json['id'], owner.call('GET', job['file'], base='')

    def test_reports_and_exports_are_files_made_by_a_job(self):
        base = '/assessments/tale/waves/Baseline'
        for path, body, begins in ((base + '/reports', {'format': 'xlsx'}, b'PK'), (base + '/reports/north', {}, b'PK'),
                                   (base + '/reports/north', {'format': 'html', 'language': 'fr'}, b'<!'),
                                   (base + '/exports', {'format': 'csv'}, b'PK'), (base + '/exports', {'format': 'sav'}, b'PK'),
                                   (base + '/exports', {'format': 'json'}, b'[')):
            with self.subTest(path=path, body=body):
                _, file = self.made(path, body)
                self.assertEqual(file.status, 200)
                self.assertTrue(file.content.startswith(begins), file.content[:20])
                self.assertIn('attachment', file.headers['Content-Disposition'])
        figures = json.loads(self.made(base + '/exports', {'format': 'json'})[1].content)
        self.assertEqual(figures, json.loads(self.here.run('results', 'tale', '--wave', 'Baseline', '--format', 'json')[0]))

    def test_a_file_of_answers_is_there_for_tokens_with_that_scope_only_and_for_its_owner(self):
        job, _ = self.made('/assessments/tale/waves/Baseline/exports', {'format': 'csv'})
        results = self.program(scopes='results')
        for path in ('/jobs/' + job, '/jobs/' + job + '/file'):
            self.problem(results.get(path), 404, 'not_found')
            self.problem(self.programs['administrator'].get(path), 404, 'not_found')
        self.revoke(results)

    def test_the_same_key_makes_one_file(self):
        base = '/assessments/tale/waves/Baseline/reports'
        owner = self.programs['owner']
        first, again = (owner.post(base, {}, Idempotency_Key='file-1') for _ in range(2))
        self.assertEqual(first.json['id'], again.json['id'])

    # The document

    def test_the_document_is_the_same_from_the_server_and_the_command_and_names_every_row(self):
        served = Program(self.here.url).get('/openapi.json').json
        out, _ = self.here.run('routes', '--openapi')
        printed = json.loads(out)
        self.assertEqual(served.pop('servers')[0]['url'], self.here.url)
        self.assertEqual(served, printed)
        named = {(method.upper(), path) for path, methods in printed['paths'].items() for method in methods}
        self.assertEqual(named, {(r['method'], r['path']) for r in self.rows})

    # A server that is reached without https

    def test_tokens_count_over_https_or_on_this_machine_only(self):
        token = self.programs['owner'].token
        env = dict(self.here.environment, READINESS_SERVER_PUBLIC_URL='http://survey.example.org')
        self.here.stop()
        old = self.here.environment
        self.here.environment = env
        try:
            self.here.serve()
            self.problem(Program(self.here.url, token).get('/assessments'), 403, 'not_safe')
        finally:
            self.here.stop()
            self.here.environment = old
            self.here.serve()
            for program in self.programs.values():
                program.host = Program(self.here.url).host


if __name__ == '__main__':
    unittest.main()
