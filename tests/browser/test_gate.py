#!/usr/bin/python3
"""Signing in, the account's pages and the accounts, as a person sees them: axe on every page, at the width of a phone and of a
desktop, light and dark, in English and French; by keyboard alone; and at 320 px."""
import re
import unittest

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from support.chromium import click, resize
from support.look import Looking
from support.readiness import Installation
from support.workspace import PASSWORD, add_user, totp, welcome_path

LONG = ('wilhelmina-konstantina.oberlandesgerichtsdirektorin@department.of.an.organisation.with.a.long.name.example.org',
        'Wilhelmina-Konstantina Oberlandesgerichtsdirektorin von und zu Hohenzollern-Sigmaringen')


class Gate(Looking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = Installation()
        cls.here.serve()
        add_user(cls.here, 'ada@example.org')
        cls.here.run('user', 'add', LONG[0], '--role', 'viewer', '--name', LONG[1])

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.here.stop()
        cls.here.__exit__()

    def open(self, path):
        self.driver.get(self.here.url + path)

    def type(self, **values):
        for name, value in values.items():
            control = self.at('[name=%s]' % name)
            control.clear()
            control.send_keys(value)

    def arrive(self, title):
        self.assertTrue(self.driver.title.startswith(title), self.driver.title)

    def sign_in(self):
        self.driver.delete_all_cookies()
        self.open('/sign-in')
        self.type(email='ada@example.org', password=PASSWORD)
        click(self.driver, 'main button')

    def speak(self, language):
        self.open('/account')
        self.driver.execute_script('arguments[0].click()', self.at('[name=language][value="%s"]' % language))
        click(self.driver, 'main form button')

    def test_signing_in_and_what_is_said_when_it_fails(self):
        self.driver.delete_all_cookies()
        self.open('/sign-in')
        self.look('sign in', dark=True)
        self.type(email='ada@example.org', password='not this one')
        click(self.driver, 'main button')
        self.arrive('Error: ')
        self.assertEqual(self.driver.switch_to.active_element.get_attribute('class'), 'problems')
        self.look('sign in, wrong', dark=True)
        self.assertEqual(self.at('[name=email]').get_attribute('value'), 'ada@example.org')
        self.assertEqual(self.at('[name=password]').get_attribute('value'), '')

    def test_every_page_in_both_languages(self):
        self.sign_in()
        self.open('/accounts')
        one = self.at('tbody tr:last-child a').get_attribute('href')[len(self.here.url):]
        for language in ('en', 'fr'):
            self.speak(language)
            self.look('saved ' + language, dark=True)
            for path in ('/account', '/account/password', '/account/totp', '/accounts', one, '/audit', '/accounts/x',
                         '/sign-in/again?next=/audit'):
                self.open(path)
                self.assertEqual(self.at('html').get_attribute('lang'), language)
                self.look(path + ' ' + language, dark=language == 'en')
                resize(self.driver, 320, 900)
                wide = self.driver.execute_script('return document.documentElement.scrollWidth')
                self.assertLessEqual(wide, 320, path)
            self.open('/account/password')
            click(self.driver, 'main button')
            self.look('password, wrong ' + language, dark=True)
            self.open(one)
            click(self.driver, 'main form:last-of-type button')
            self.look('link ' + language)
        self.speak('en')

    def test_a_new_person_sets_up_a_second_factor(self):
        self.driver.delete_all_cookies()
        out, _ = self.here.run('user', 'add', 'grace@example.org', '--role', 'practitioner')
        self.open(welcome_path(out))
        self.look('welcome', dark=True)
        self.type(new='short', repeated='shorter')
        click(self.driver, 'main button')
        self.arrive('Error: ')
        self.look('welcome, wrong')
        self.type(new=PASSWORD, repeated=PASSWORD)
        click(self.driver, 'main button')
        self.arrive('Second factor')
        self.look('second factor', dark=True)
        secret = self.at('code.secret').text
        self.type(code='000000')
        click(self.driver, 'main button')
        self.arrive('Error: ')
        self.assertEqual(self.at('code.secret').text, secret)
        self.type(code=totp(secret))
        click(self.driver, 'main button')
        self.arrive('Your recovery codes')
        self.look('recovery codes', dark=True)
        code = self.at('.codes code').text
        self.open('/account/totp')
        self.look('second factor is on', dark=True)
        click(self.driver, '.top button')
        self.arrive('Sign in')
        self.look('signed out')
        self.type(email='grace@example.org', password=PASSWORD)
        click(self.driver, 'main button')
        self.arrive('One more step')
        self.look('one more step', dark=True)
        self.type(code=code)
        click(self.driver, 'main button')
        self.open('/account')
        self.arrive('Your account')
        self.assertIn('9 recovery codes', self.at('main').text)

    def test_by_keyboard_alone(self):
        self.driver.delete_all_cookies()
        self.open('/sign-in')
        seen = []
        for _ in range(6):
            self.driver.switch_to.active_element.send_keys(Keys.TAB)
            seen.append(self.driver.execute_script(
                'const e = document.activeElement, s = getComputedStyle(e); return [e.name || e.className || e.tagName,'
                ' s.outlineStyle, parseFloat(s.outlineWidth)]'))
        self.assertEqual([s[0] for s in seen][:4], ['skip', 'home', 'email', 'password'])
        for name, style, width in seen[:4]:
            self.assertTrue(style != 'none' and width >= 3, (name, style, width))
        self.type(email='ada@example.org')
        before = self.at('html')
        self.at('[name=password]').send_keys(PASSWORD, Keys.ENTER)
        WebDriverWait(self.driver, 20, ignored_exceptions=(WebDriverException,)).until(staleness_of(before))
        self.open('/account')
        self.arrive('Your account')

    def test_pages_keep_within_their_own_policy(self):
        self.sign_in()
        for path in ('/account', '/account/totp', '/accounts', '/audit'):
            self.open(path)
        bad = [e for e in self.driver.get_log('browser') if re.search('Content Security|Refused', e['message'])]
        self.assertEqual(bad, [])


if __name__ == '__main__':
    unittest.main()
