#!/usr/bin/python3
"""A tester that knows nothing but the OpenAPI document: for every operation it makes up valid and invalid calls, and looks at
what comes back. No 5xx, no status and no shape that the document does not name, and whoever has less (a viewer, a stranger,
a token with one scope) never gets more; no figure of fewer than the minimum. READINESS_SEED chooses other calls."""
import json
import os
import random
import re
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.api import ALL, Program, tale, token_for  # noqa: E402

SEED = int(os.environ.get('READINESS_SEED', '1'))
SECONDS = 300 if os.environ.get('READINESS_LONG') else 40
KEYWORDS = {'type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'format', 'minLength', 'maxLength',
            'minimum', 'maximum', 'minItems', 'maxItems', '$ref'}
TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'null': type(None)}
GOOD = {'assessment': ['tale', 'other'], 'organisation': ['north', 'south'], 'wave': ['Baseline', '1', 'Second', '2']}
NASTY = ['', ' ', "'", '"><script>', '../../etc/passwd', '%00', 'é', '\u202e', 'x' * 300, '-1', '0', '99999999999999999999', 'null',
         'true', '\ud83d\ude00', '{}', 'A,B;C', '=1+1', 'a\nb', '\x07']


def is_type(value, name):
    if name == 'integer':
        return isinstance(value, int) and not isinstance(value, bool)
    if name == 'number':
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Document:
    """The document, and what of JSON Schema 2020-12 stands in it."""

    def __init__(self, document):
        self.all = document
        self.operations = [(method.upper(), path, o) for path, methods in document['paths'].items() for method, o in methods.items()]

    def resolve(self, schema):
        while '$ref' in schema:
            schema = self.all['components']['schemas'][re.fullmatch(r'#/components/schemas/(\w+)', schema['$ref']).group(1)]
        return schema

    def wrong(self, schema, value, at='$'):
        """What is wrong with a value, or None."""
        schema = self.resolve(schema)
        types = schema.get('type', [])
        types = [types] if isinstance(types, str) else types
        if types and not any(is_type(value, t) for t in types):
            return '%s: %r is no %s' % (at, value, types)
        if 'enum' in schema and value not in schema['enum']:
            return '%s: %r is none of %s' % (at, value, schema['enum'])
        if isinstance(value, str) and value is not None:
            if not schema.get('minLength', 0) <= len(value) <= schema.get('maxLength', len(value)):
                return '%s: length of %r' % (at, value)
            if schema.get('format') == 'date' and not re.fullmatch(r'\d{4}-\d\d-\d\d', value):
                return '%s: %r is no date' % (at, value)
            if schema.get('format') == 'date-time' and not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', value):
                return '%s: %r is no time' % (at, value)
        if is_type(value, 'number') and not schema.get('minimum', value) <= value <= schema.get('maximum', value):
            return '%s: %r is out of range' % (at, value)
        if isinstance(value, list):
            for i, element in enumerate(value):
                found = self.wrong(schema['items'], element, '%s[%d]' % (at, i))
                if found:
                    return found
        if isinstance(value, dict) and 'properties' in schema:
            known = schema['properties']
            for name in schema.get('required', []):
                if name not in value:
                    return '%s: %s is missing' % (at, name)
            for name, member in value.items():
                if name not in known:
                    return '%s: %s is not known' % (at, name)
                found = self.wrong(known[name], member, at + '.' + name)
                if found:
                    return found
        return None

    def make(self, schema, dice, name='', wild=0.0):
        """A value of a schema; with `wild`, now and then one that is not."""
        schema = self.resolve(schema)
        if dice.random() < wild:
            return dice.choice(NASTY + [None, 5, -1, 2.5, 1e300, True, [], {}, [[]], {'a': 1}])
        types = schema.get('type', 'string')
        kind = types if isinstance(types, str) else dice.choice(types)
        if 'enum' in schema:
            return dice.choice(schema['enum'])
        if kind == 'object':
            members = {n: self.make(s, dice, n, wild) for n, s in schema.get('properties', {}).items()
                       if n in schema.get('required', []) or dice.random() < 0.5}
            if dice.random() < wild and members:
                members.pop(dice.choice(sorted(members)))
            if dice.random() < wild:
                members[dice.choice(NASTY[1:])] = 1
            return members
        if kind == 'array':
            return [self.make(schema['items'], dice, name, wild) for _ in range(dice.randint(0, 3))]
        if kind == 'integer':
            return dice.randint(schema.get('minimum', 0), min(schema.get('maximum', 50), 100000))
        if kind in ('boolean', 'null', 'number'):
            return {'boolean': dice.random() < 0.5, 'null': None, 'number': dice.random()}[kind]
        good = {'label': ['Second', 'Third'], 'instrument': ['readiness-pulse'], 'until': ['2999-01-31'], 'timezone': ['UTC'],
                'language': ['en', 'fr'], 'email': ['someone%d@x.example' % dice.randint(0, 9)], 'organisation': ['north'],
                'code': ['north', 'new-%d' % dice.randint(0, 9)], 'url': ['https://hooks.example.org/x'],
                'name': ['n%d' % dice.randint(0, 10 ** 6)]}
        if schema.get('format') == 'date':
            return dice.choice(['2999-01-31', '2000-02-29', '2999-02-30'])
        text = dice.choice(good.get(name, ['some text']))
        return text[:schema.get('maxLength', len(text))]


class Valid(unittest.TestCase):
    """The document itself."""

    @classmethod
    def setUpClass(cls):
        cls.here = tale()
        cls.document = Document(json.loads(cls.here.run('routes', '--openapi')[0]))

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def test_it_is_openapi_3_1_as_far_as_its_parts_go(self):
        d = self.document.all
        self.assertEqual(d['openapi'], '3.1.0')
        self.assertLessEqual(set(d), {'openapi', 'info', 'servers', 'paths', 'components'})
        self.assertTrue(d['info']['title'] and d['info']['version'])
        ids = [o['operationId'] for _, _, o in self.document.operations]
        self.assertEqual(len(ids), len(set(ids)))
        for method, path, o in self.document.operations:
            with self.subTest(method=method, path=path):
                self.assertLessEqual(set(o), {'operationId', 'summary', 'security', 'x-role', 'parameters', 'requestBody', 'responses'})
                self.assertIn(method, ('GET', 'POST', 'PUT', 'DELETE'))
                self.assertEqual(re.findall(r'\{(\w+)\}', path), [p['name'] for p in o['parameters'] if p['in'] == 'path'])
                self.assertEqual(len({(p['in'], p['name']) for p in o['parameters']}), len(o['parameters']))
                self.assertFalse(o['summary'].startswith('api.') or '{term' in o['summary'] or '{Term' in o['summary'], o['summary'])
                for p in o['parameters']:
                    self.assertIn(p['in'], ('path', 'query', 'header'))
                    self.assertTrue(p['required'] or p['in'] != 'path')
                self.assertNotEqual('requestBody' in o, method in ('GET', 'DELETE'))
                for status, answer in o['responses'].items():
                    self.assertRegex(status, r'^[2345]\d\d$')
                    self.assertTrue(answer['description'] and not answer['description'].startswith('api.'))

    def test_every_schema_uses_known_words_and_names_schemas_that_are_there(self):
        def walk(schema, at):
            self.assertLessEqual(set(schema), KEYWORDS, at)
            if '$ref' in schema:
                self.assertEqual(list(schema), ['$ref'], at)
                self.document.resolve(schema)
                return
            for name, member in schema.get('properties', {}).items():
                walk(member, at + '.' + name)
            self.assertLessEqual(set(schema.get('required', [])), set(schema.get('properties', {})), at)
            if 'items' in schema:
                walk(schema['items'], at + '[]')
        used = set(re.findall(r'#/components/schemas/(\w+)', json.dumps(self.document.all)))
        self.assertEqual(used, set(self.document.all['components']['schemas']))
        for name, schema in self.document.all['components']['schemas'].items():
            walk(schema, name)
        for _, path, o in self.document.operations:
            for p in o['parameters']:
                walk(p['schema'], path)
            for answer in list(o['responses'].values()) + [o.get('requestBody', {})]:
                for content in answer.get('content', {}).values():
                    walk(content['schema'], path)


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = tale(hooks_allowed='https://hooks.example.org/')
        for who, role in (('owner', 'practitioner'), ('stranger', 'practitioner'), ('viewer', 'viewer')):
            cls.here.run('user', 'add', who + '@example.org', '--role', role)
        cls.here.serve()
        cls.here.query("UPDATE assessment SET owner = (SELECT id FROM account WHERE email = 'owner@example.org')")
        cls.here.query("INSERT INTO report_grant SELECT ?, assessment.id, 'north', account.id, NULL, 0, '' FROM assessment, account"
                       " WHERE account.email = 'viewer@example.org' AND assessment.name = 'tale'", os.urandom(16))
        cls.document = Document(Program(cls.here.url).get('/openapi.json').json)
        cls.here.tokens = {who: [token_for(cls.here, who + '@example.org', scopes) for _ in range(5)] for who, scopes in (
            ('owner', ALL), ('stranger', ALL), ('viewer', 'results'))}
        cls.dice = random.Random(SEED)

    @classmethod
    def tearDownClass(cls):
        status = cls.here.stop()
        with open(cls.here.log) as file:
            log = file.read()
        cls.here.__exit__()
        assert status == 0, log[-4000:]

    def program(self, who):
        """Any of their tokens: each has only so many calls a minute."""
        return Program(self.here.url, self.dice.choice(self.here.tokens[who]))

    def path(self, path, o, wild, good=None):
        def segment(m):
            if self.dice.random() < wild:
                return self.quoted(self.dice.choice(NASTY[2:])) or 'x'
            return self.quoted(self.dice.choice((good or GOOD).get(m.group(1), ['0' * 32])))
        made, query = re.sub(r'\{(\w+)\}', segment, path)[len('/api/v1'):], []
        for p in o['parameters']:
            if p['in'] == 'query' and self.dice.random() < 0.3:
                value = self.document.make(p['schema'], self.dice, p['name'], wild)
                if p['name'] == 'cursor' and self.dice.random() < 0.5:
                    value = ''
                query.append('%s=%s' % (p['name'], self.quoted(str(value).lower() if isinstance(value, bool) else str(value))))
        if self.dice.random() < wild / 2:
            query.append('%s=1' % self.quoted(self.dice.choice(NASTY[2:8])))
        return made + ('?' + '&'.join(query) if query else '')

    @staticmethod
    def quoted(text):
        return urllib.parse.quote(text.encode('utf-8', 'surrogatepass'), safe='')

    def call(self, who, method, path, o, wild, good=None):
        body, headers = None, {}
        if 'requestBody' in o:
            schema = o['requestBody']['content']['application/json']['schema']
            body = json.dumps(self.document.make(schema, self.dice, '', wild)).encode()
            headers['Content-Type'] = 'application/json'
            if self.dice.random() < wild / 4:
                cut = self.dice.randint(0, len(body))
                body = self.dice.choice([body[:cut], body + b'}', b'', body[:cut] + b'\xff' + body[cut:]])
            if self.dice.random() < wild / 8:
                headers['Content-Type'] = self.dice.choice(['text/csv', 'text/plain', 'application/x-www-form-urlencoded'])
        if self.dice.random() < 0.1:
            headers['Idempotency-Key'] = 'k%d' % self.dice.randint(0, 5)
        if self.dice.random() < 0.2:
            headers['Accept-Language'] = self.dice.choice(['fr', 'ar', 'x', 'en;q=0', '*'])
        return self.program(who).call(method, self.path(path, o, wild, good), body, headers)

    def look(self, method, path, o, answer):
        what = '%s %s: %d %s' % (method, path, answer.status, answer.content[:300])
        self.assertLess(answer.status, 500, what)
        if answer.status == 404 and '{' in path and str(answer.status) not in o['responses']:
            self.fail(what)
        self.assertIn(str(answer.status), o['responses'], what)
        content = o['responses'][str(answer.status)].get('content')
        if answer.status in (204, 304):
            self.assertEqual(answer.content, b'', what)
        elif content and '*/*' not in content:
            self.assertIn(answer.type, content, what)
            wrong = self.document.wrong(content[answer.type]['schema'], answer.json)
            self.assertIsNone(wrong, '%s\n%s' % (wrong, what))

    def test_generated_calls_find_no_undocumented_answer(self):
        seen, until, calls = {}, time.time() + SECONDS / 2, 0
        while time.time() < until:
            for method, path, o in self.document.operations:
                if o['operationId'] == 'waves_close' and calls < 500:
                    continue  # would end the open wave too early
                answer = self.call('owner', method, path, o, self.dice.choice([0, 0, 0.1, 0.4]))
                if answer.status == 429:
                    continue
                self.look(method, path, o, answer)
                seen.setdefault(o['operationId'], set()).add(answer.status)
                calls += 1
            if all(any(200 <= s < 300 for s in seen.get(o['operationId'], ())) for _, _, o in self.document.operations
                   if o['operationId'] not in ('people_delete', 'hooks_remove', 'jobs_show', 'jobs_file', 'waves_open')) and calls > 1500:
                break
        self.assertGreater(calls, 200)
        never = [i for i in seen if not any(200 <= s < 300 for s in seen[i])]
        self.assertLessEqual(set(never), {'people_delete', 'hooks_remove', 'jobs_show', 'jobs_file', 'waves_open', 'waves_close',
                                          'waves_extend', 'links_list'})

    def test_generated_calls_of_others_get_nothing(self):
        until, north = time.time() + SECONDS / 4, {'organisation': ['north', 'south']}
        while time.time() < until:
            for method, path, o in self.document.operations:
                if '{assessment}' not in path:
                    continue
                for who in ('stranger', 'viewer'):
                    good = dict(GOOD, **north)
                    answer = self.call(who, method, path, o, self.dice.choice([0, 0.2]), good)
                    granted = who == 'viewer' and o['operationId'] in ('results_of', 'reports_of')
                    if not granted:
                        self.assertIn(answer.status, (400, 403, 404, 413, 415, 429), '%s %s %s %s' % (who, method, path, answer.content[:200]))
                    elif answer.status == 200:
                        self.assertEqual({r['organisation'] for r in answer.json['items']}, {'north'})
                    if answer.status != 429:
                        self.look(method, path, o, answer)

    def test_no_answer_holds_a_figure_of_fewer_than_the_minimum(self):
        owner = self.program('owner')
        for wave in ('Baseline', 'Second'):
            counts = owner.get('/assessments/tale/waves/%s/counts' % wave).json
            for row in counts['organisations'] + [counts]:
                self.assertTrue(row['answered'] is None or row['answered'] >= counts['minimum'])
        for row in owner.get('/assessments/tale/waves/Baseline/results?limit=1000').json['items']:
            if row['n'] is not None and isinstance(row['value'], (int, float)):
                self.assertTrue(row['n'] == 0 or row['n'] >= 5, row)


if __name__ == '__main__':
    unittest.main()
