#!/usr/bin/python3
"""Every page of the workspace, taken from the program's own route table and opened with the demo's data: axe finds nothing, at the
width of a phone and of a desktop; nothing scrolls sideways at 320 px or at twice the size; English and French have no hole."""
import json
import re
import subprocess
import unittest

from support.chromium import resize
from support.look import RUN, RUN_IN_COLOUR, Looking
from support.readiness import Installation, PROGRAM
from support.workspace import add_user, submit


DEMO = '/assessments/demo'
PUBLIC = ('/', '/resume', '/privacy')


class EveryPage(Looking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = here = Installation(data_db='sqlite:demo/readiness.db', data_keys='demo/keys')
        here.run('demo', '--dir', 'demo', '--stop')
        here.serve()
        cls.browser = add_user(here, 'operator@example.org')
        cls.driver.get(here.url + '/sign-in')
        for name, value in cls.browser.cookies.items():
            cls.driver.add_cookie({'name': name, 'value': value, 'path': '/'})
        cls.parameters = cls.find_parameters()
        cls.pages = cls.list_pages()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.here.stop()
        cls.here.__exit__()

    @classmethod
    def find_parameters(cls):
        """What stands in for each parameter of a path."""
        def first(path, pattern):
            found = re.search(pattern, cls.browser.get(path).text)
            return found.group(1) if found else None

        return {'{assessment}': 'demo', '{wave}': '1', '{organisation}': 'northgate', '{code}': 'millpond',
                '{name}': 'implementation-readiness', '{form}': 'staff',
                '{account}': first('/accounts', r'/accounts/([0-9a-f]{32})'),
                '{person}': first(DEMO + '/people', r'/people/([0-9a-f]{32})')}

    @classmethod
    def list_pages(cls):
        out = subprocess.run([PROGRAM, 'routes', '--format', 'json'], capture_output=True, text=True, check=True).stdout
        pages = []
        for row in json.loads(out):
            path = row['path']
            if row['method'] != 'GET' or row['access'] == 'link' or path in ('/s', '/preview', '/preview/organisation') \
                    or path.startswith(('/assets', '/favicon', '/healthz', '/jobs', '/api')) or '{mailing}' in path \
                    or path.endswith(('.csv', '.xlsx', '.json')):
                continue
            if '{wave}/' in path and 'waves' in path:
                path = path.replace('{wave}', '2')  # the open one
            for name, value in cls.parameters.items():
                path = path.replace(name, value or '')
            assert '{' not in path, path
            pages.append(path)
        return pages

    def set_language(self, language):
        page = self.browser.get('/account')
        submit(self.browser, page, '/account', {'language': language, 'name': 'Claire', 'timezone': 'America/Toronto'})

    def walk(self, language):
        self.set_language(language)
        for path in self.pages:
            with self.subTest(page=path):
                self.driver.get(self.here.url + path)
                if path not in PUBLIC and not path.endswith('/preview/staff'):  # those follow the browser, or a choice
                    self.assertEqual(self.driver.execute_script('return document.documentElement.lang'), language)
                self.assertNotIn('nothing at this address', self.driver.page_source)
                self.assertNotRegex(self.driver.page_source, r'>\s*(?:work|web|done|finding|audit)\.[a-z_]+')
                self.look(path + ' ' + language, run=RUN_IN_COLOUR if '/reports/' in path else RUN)
                resize(self.driver, 320, 900)
                self.assertLessEqual(self.driver.execute_script('return document.documentElement.scrollWidth'), 320)
                resize(self.driver, 640, 450)  # 1280 at twice the size
                self.assertLessEqual(self.driver.execute_script('return document.documentElement.scrollWidth'), 640)
        self.assertGreater(len(self.pages), 35)

    def test_in_english(self):
        self.walk('en')

    def test_in_french(self):
        self.walk('fr')


if __name__ == '__main__':
    unittest.main()
