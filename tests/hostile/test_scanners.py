#!/usr/bin/python3
"""Mail scanners open every link, some press the button, and some press on to the end with nothing answered: GET, HEAD, OPTIONS and
forms as they are, twenty times each, from every link of a wave. The links are as fresh as before, and nobody has begun."""
import concurrent.futures
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS, answered  # noqa: E402
from support.served import Served  # noqa: E402
from support.workspace import add_user  # noqa: E402

TIMES = 20


class Scanners(Served):
    SCENE = {'staff': 8, 'organisations': ('north', 'south')}

    def rows(self, sql):
        return self.here.query(sql)

    def scan(self, path):
        """Returns what is wrong."""
        for i in range(TIMES):
            scanner = Browser(self.url, headers={'User-Agent': 'LinkScanner/%d' % i})
            found = [scanner.request(method, path).status for method in ('GET', 'HEAD', 'OPTIONS')]
            if found != [200, 200, 405]:
                return '%s: %s' % (path, found)
            page = scanner.get(path)
            scanner.post('/s', [])
            scanner.post('/s', [('.s', 'start')])
            for form in page.forms:
                hidden = [(c['name'], c['value']) for c in form['controls'] if c['kind'] == 'hidden']
                scanner.post(form['action'], hidden)
                scanner.post(form['action'], hidden + [(c['name'], '') for c in form['controls'] if c['kind'] == 'text'])
            page = scanner.send(page)
            for _ in range(12 if i == 0 else 0):
                if page.form(field='.p') is None:
                    return path + ': an empty form was taken'
                page = scanner.send(page)
        return None

    def test_scanning_every_link_changes_nothing(self):
        person = add_user(self.here, 'practitioner@example.org')
        watched = person.get('/assessments/tale/watch.json').text
        links, before = self.here.links('tale'), self.rows('SELECT * FROM ticket')
        self.assertEqual({k['kind'] for k in links}, {'personal', 'organisation'})
        self.assertEqual(len(links), 18)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.assertEqual([w for w in pool.map(self.scan, ['/s/' + k['token'] for k in links]) if w], [])
        self.assertEqual(self.rows('SELECT * FROM ticket'), before)
        self.assertEqual(self.rows('SELECT state, count(*) FROM ticket GROUP BY state'), [(0, len(before))])
        self.assertEqual(self.rows('SELECT * FROM ballot'), [])
        self.assertEqual(answered(self.here), 0)
        self.assertEqual(person.get('/assessments/tale/watch.json').text, watched)
        codes = [k['code'] for k in links if k['code']]
        for code in codes:
            for _ in range(TIMES):
                self.assertEqual(Browser(self.url).post('/code', [('.c', code)]).status, 200)
        self.assertEqual(self.rows('SELECT * FROM ticket'), before)
        for token in [k['token'] for k in links if k['kind'] == 'personal']:
            self.assertIn('Your answers have arrived.', Browser(self.url).fill(token, ANSWERS).text)
        self.assertEqual(answered(self.here), 16)
        print('scanners: %d links, %d times each way' % (len(links), TIMES))


if __name__ == '__main__':
    unittest.main()
