#!/usr/bin/python3
"""The list of what did not come along, in a browser: a form is chosen, looked at and put into the folder; axe finds nothing,
and nothing scrolls sideways on a phone."""
import os
import unittest

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from support.chromium import picture, resize
from support.look import Looking
from support.readiness import Installation, ROOT
from support.workspace import add_user, submit

FORM = os.path.join(ROOT, 'tests/data/exchange/three-languages.csv')


class ExchangeLook(Looking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = Installation()
        os.mkdir(cls.here.path('surveys'))
        cls.here.environment['READINESS_INSTRUMENTS_FOLDER'] = cls.here.path('surveys')
        cls.here.serve()
        cls.browser = browser = add_user(cls.here, 'boss@example.org')
        cls.driver.get(cls.here.url + '/sign-in')
        for name, value in browser.cookies.items():
            cls.driver.add_cookie({'name': name, 'value': value, 'path': '/'})

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.here.__exit__()

    def bring(self, language, name, done):
        submit(self.browser, self.browser.get('/account'), '/account',
               {'language': language, 'name': 'Bo', 'timezone': 'UTC'})
        self.driver.get(self.here.url + '/instruments/import')
        self.look('empty ' + language)
        self.driver.find_element(By.NAME, 'file').send_keys(FORM)
        self.driver.find_element(By.NAME, 'name').send_keys(name)
        self.driver.find_element(By.CSS_SELECTOR, 'main form button').click()
        WebDriverWait(self.driver, 20).until(lambda d: d.find_elements(By.CSS_SELECTOR, 'details summary'))
        self.assertIn('geopoint', self.driver.page_source)
        self.driver.find_element(By.CSS_SELECTOR, 'details summary').click()
        self.look('list ' + language)
        for width in (320, 640, 1280):
            resize(self.driver, width, 900)
            self.assertLessEqual(self.driver.execute_script('return document.documentElement.scrollWidth'), width)
            if os.environ.get('READINESS_PICTURES'):
                picture(self.driver, os.path.join(os.environ['READINESS_PICTURES'], 'exchange-%s-%d.png' % (language, width)), width)
        self.driver.find_element(By.NAME, 'save').click()
        WebDriverWait(self.driver, 20).until(lambda d: done in d.page_source)
        self.assertEqual(sorted(f for f in os.listdir(self.here.path('surveys')) if f.startswith(name)),
                         [name + '.fr.ini', name + '.ini', name + '.sw.ini'])

    def test_a_form_is_looked_at_and_put_into_the_folder(self):
        self.bring('en', 'staff', 'The instrument is in the folder')

    def test_in_french(self):
        self.bring('fr', 'equipe', 'L’instrument est dans le dossier')


if __name__ == '__main__':
    unittest.main()
