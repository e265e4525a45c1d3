#!/usr/bin/python3
"""Signing in and out: sessions, second factors, links, and what stands against guessing."""
import http.client
import os
import re
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation  # noqa: E402
from support.workspace import (PASSWORD, add_user, form_of, sign_in, submit, token_of, totp, upload,  # noqa: E402
                               welcome_path)

OTHER = 'seven quiet herons waiting'


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Installation()
        cls.here.serve()

    @classmethod
    def tearDownClass(cls):
        cls.here.end_well()

    def setUp(self):
        self.email = self._testMethodName[5:40].replace('_', '.').strip('.') + '@example.org'

    def person(self, role='practitioner'):
        return add_user(self.here, self.email, role)

    def again(self, password=PASSWORD):
        browser = Browser(self.here.url)
        return browser, sign_in(self.here, browser, self.email, password=password)

    def is_in(self, browser):
        return browser.get('/account').title.startswith('Your account')

    def copy(self, browser):
        other = Browser(self.here.url)
        other.cookies = dict(browser.cookies)
        return other

    def change(self, sql):
        self.here.query(sql)

    def test_a_session_is_over_after_signing_out(self):
        browser = self.person()
        stolen = self.copy(browser)
        page = browser.get('/account')
        answer = submit(browser, page, '/sign-out')
        self.assertIn('signed out', answer.text)
        self.assertNotIn('sid', browser.cookies)
        self.assertFalse(self.is_in(stolen))

    def test_a_new_password_ends_the_other_sessions(self):
        browser = self.person()
        elsewhere, _ = self.again()
        before = self.copy(browser)
        page = browser.get('/account/password')
        page = submit(browser, page, '/account/password', {'password': PASSWORD, 'new': OTHER, 'repeated': OTHER})
        self.assertIn('password is changed', page.text)
        self.assertTrue(self.is_in(browser))
        self.assertFalse(self.is_in(elsewhere))
        self.assertFalse(self.is_in(before), 'the cookie of before the change still works')
        self.assertEqual(self.again()[1].status, 422)
        self.assertTrue(self.is_in(self.again(OTHER)[0]))

    def test_a_wrong_present_password_changes_nothing(self):
        browser = self.person()
        page = browser.get('/account/password')
        page = submit(browser, page, '/account/password', {'password': OTHER, 'new': OTHER, 'repeated': OTHER})
        self.assertEqual(page.status, 422)
        self.assertTrue(page.title.startswith('Error: '))
        self.assertTrue(self.is_in(self.again()[0]))

    def test_passwords_that_are_easy_to_guess_are_refused(self):
        browser = self.person()
        for bad in ('short', 'password1234', self.email.split('@')[0] + 'xx', 'aaaaaaaaaaaaaa'):
            page = browser.get('/account/password')
            page = submit(browser, page, '/account/password', {'password': PASSWORD, 'new': bad, 'repeated': bad})
            self.assertEqual(page.status, 422, bad)
            self.assertNotIn(bad, page.text.replace(self.email, ''))

    def test_an_id_from_before_signing_in_is_not_taken_over(self):
        self.person()
        browser = Browser(self.here.url)
        planted = 'ab' * 32
        browser.cookies['sid'] = planted
        sign_in(self.here, browser, self.email)
        self.assertTrue(self.is_in(browser))
        self.assertNotEqual(browser.cookies['sid'], planted)
        attacker = Browser(self.here.url)
        attacker.cookies['sid'] = planted
        self.assertFalse(self.is_in(attacker))

    def test_proving_anew_gives_a_new_id(self):
        browser = self.person('administrator')
        before = self.copy(browser)
        page = browser.get('/sign-in/again?next=/accounts')
        page = submit(browser, page, '/sign-in/again', {'password': PASSWORD})
        self.assertTrue(page.title.startswith('Accounts'), page.title)
        self.assertNotEqual(browser.cookies['sid'], before.cookies['sid'])
        self.assertFalse(self.is_in(before))

    def test_cookies_are_for_this_server_only(self):
        self.person()
        connection = http.client.HTTPConnection(Browser(self.here.url).host, timeout=60)
        connection.request('POST', '/sign-in', urllib.parse.urlencode({'email': self.email, 'password': PASSWORD}),
                           {'Content-Type': 'application/x-www-form-urlencoded'})
        answer = connection.getresponse()
        answer.read()
        cookie = answer.headers['Set-Cookie']
        connection.close()
        for part in ('HttpOnly', 'SameSite=Strict', 'Path=/'):
            self.assertIn(part, cookie)
        self.assertNotIn('Domain', cookie)
        self.assertRegex(cookie, r'^sid=[0-9a-f]{64};')

    def test_sessions_end_when_idle_and_when_old(self):
        browser = self.person()
        mine = "WHERE account = (SELECT id FROM account WHERE email = '%s')" % self.email
        self.change('UPDATE session SET seen = seen - 1700 ' + mine)
        self.assertTrue(self.is_in(browser))
        self.change('UPDATE session SET seen = seen - 1900 ' + mine)
        self.assertFalse(self.is_in(browser))
        browser, _ = self.again()
        self.change('UPDATE session SET created = created - 43300 ' + mine)
        self.assertFalse(self.is_in(browser))

    def test_a_page_that_asks_again_by_itself_is_no_sign_of_somebody(self):
        browser = self.person()
        mine = "WHERE account = (SELECT id FROM account WHERE email = '%s')" % self.email
        self.change('UPDATE session SET seen = seen - 1700 ' + mine)
        browser.get('/jobs/00000000000000000000000000000000/progress')  # what its script asks for: does not count
        self.change('UPDATE session SET seen = seen - 200 ' + mine)
        self.assertFalse(self.is_in(browser))

    def test_the_sixth_session_ends_the_first(self):
        first = self.person()
        time.sleep(1.1)  # the store counts in seconds
        rest = [self.again()[0] for _ in range(4)]
        self.assertTrue(self.is_in(first))
        rest.append(self.again()[0])
        self.assertFalse(self.is_in(first))
        self.assertTrue(all(self.is_in(b) for b in rest))

    def test_signing_out_everywhere_ends_all(self):
        browser = self.person()
        other, _ = self.again()
        submit(browser, browser.get('/account'), '/account/sessions')
        self.assertFalse(self.is_in(browser))
        self.assertFalse(self.is_in(other))

    def test_an_unknown_address_is_answered_like_a_wrong_password(self):
        self.person()
        pages, times = {}, {}
        for email in (self.email, 'nobody.at.all@example.org'):
            browser = Browser(self.here.url)
            page = browser.get('/sign-in')
            started = time.monotonic()
            pages[email] = submit(browser, page, '/sign-in', {'email': email, 'password': OTHER})
            times[email] = time.monotonic() - started
        known, unknown = pages.values()
        self.assertEqual(known.status, unknown.status)
        self.assertEqual(known.text.replace(self.email, 'X'), unknown.text.replace('nobody.at.all@example.org', 'X'))
        known, unknown = times.values()
        self.assertGreater(unknown / known, 0.3, 'no password hash is computed for an unknown address')
        self.assertGreater(known / unknown, 0.3)

    def test_failed_tries_wait_longer_and_longer_but_are_never_locked_out(self):
        self.person()
        statuses = []
        for _ in range(7):
            browser = Browser(self.here.url)
            page = submit(browser, browser.get('/sign-in'), '/sign-in', {'email': self.email, 'password': OTHER})
            statuses.append(page.status)
        self.assertEqual(statuses[:5], [422] * 5)
        self.assertIn(429, statuses[5:])
        self.assertRegex(page.text, r'try again in \d+ second')
        for _ in range(10):  # the right password comes in as soon as the wait is over
            browser, page = self.again()
            if page.status != 429:
                break
            time.sleep(1)
        self.assertTrue(self.is_in(browser))

    def test_a_welcome_link_works_once(self):
        out, _ = self.here.run('user', 'add', self.email, '--role', 'viewer')
        path, browser = welcome_path(out), Browser(self.here.url)
        for _ in range(3):  # looking changes nothing
            self.assertEqual(browser.get(path).status, 200)
        page = submit(browser, browser.get(path), '/welcome', {'new': PASSWORD, 'repeated': OTHER})
        self.assertEqual(page.status, 422)
        page = submit(browser, page, '/welcome', {'new': PASSWORD, 'repeated': PASSWORD})
        self.assertTrue(page.title.startswith('Second factor'), page.title)
        self.assertEqual(browser.get(path).status, 404)
        late = Browser(self.here.url)
        answer = late.post('/welcome', [('welcome', path.split('/')[-1]), ('new', OTHER), ('repeated', OTHER)])
        self.assertEqual(answer.status, 404)

    def second_factor(self, browser):
        page = browser.get('/account/totp')
        secret = re.search(r'<code class=secret>([A-Z2-7 ]+)</code>', page.text).group(1)
        page = submit(browser, page, '/account/totp', {'code': totp(secret)})
        codes = re.findall(r'<li><code>([^<]+)</code>', page.text)
        self.assertEqual(len(set(codes)), 10)
        return secret, codes

    def test_a_second_factor_is_asked_for_and_a_code_counts_once(self):
        browser = self.person()
        other, _ = self.again()
        page = browser.get('/account/totp')
        self.assertIn('<svg', page.text)
        self.assertEqual(submit(browser, page, '/account/totp', {'code': '000000'}).status, 422)
        secret, codes = self.second_factor(browser)
        self.assertTrue(self.is_in(browser))
        self.assertFalse(self.is_in(other), 'a session from before the second factor goes on')
        used = totp(secret)
        visitor, page = self.again()
        self.assertFalse(self.is_in(visitor), 'the password alone signs in')
        self.assertTrue(page.title.startswith('One more step'), page.title)
        self.assertEqual(submit(visitor, page, '/sign-in', {'code': used}).status, 422, 'the code was used to set it up')
        page = submit(visitor, page, '/sign-in', {'code': codes[0].upper().replace('-', ' ')})
        self.assertTrue(self.is_in(visitor))
        visitor, page = self.again()
        self.assertEqual(submit(visitor, page, '/sign-in', {'code': codes[0]}).status, 422, 'a recovery code twice')
        page = submit(visitor, page, '/sign-in', {'code': totp(secret, time.time() + 30)})
        self.assertTrue(self.is_in(visitor))

    def test_a_proof_of_another_account_opens_nothing(self):
        browser = self.person()
        self.second_factor(browser)
        visitor, page = self.again()
        proof = [c['value'] for c in form_of(page, '/sign-in')['controls'] if c['name'] == 'proof'][0]
        for bad in (proof[:-1] + ('0' if proof[-1] != '0' else '1'), '00' * 56, proof[:40], 'x'):
            answer = visitor.post('/sign-in', [('proof', bad), ('code', '000000')])
            self.assertEqual(answer.status, 422)
            self.assertTrue(answer.form('/sign-in', 'email'))

    def test_giving_up_the_second_factor(self):
        browser = self.person()
        _, codes = self.second_factor(browser)
        page = browser.get('/account/totp')
        fresh = submit(browser, page, '/account/recovery')
        self.assertNotEqual(re.findall(r'<li><code>([^<]+)</code>', fresh.text), codes)
        page = submit(browser, browser.get('/account/totp'), '/account/totp/off')
        self.assertIn('is removed', page.text)
        self.assertTrue(self.is_in(self.again()[0]))

    def test_an_administrator_adds_disables_and_resets(self):
        browser = self.person('administrator')
        page = submit(browser, browser.get('/accounts'), '/accounts',
                      {'email': 'new.colleague@example.org', 'name': '<b>Zoë</b> & Co', 'role': 'practitioner'})
        link = welcome_path(page.text)
        colleague = Browser(self.here.url)
        submit(colleague, colleague.get(link), '/welcome', {'new': PASSWORD, 'repeated': PASSWORD})
        self.assertTrue(self.is_in(colleague))
        page = browser.get('/accounts')
        self.assertIn('&lt;b&gt;Zoë', page.text)
        self.assertNotIn('<b>Zoë', page.text)
        self.assertEqual(submit(browser, page, '/accounts', {'email': 'NEW.colleague@example.org', 'role': 'viewer'}).status, 422)
        self.assertEqual(submit(browser, page, '/accounts', {'email': 'no address', 'role': 'viewer'}).status, 422)
        one = re.search(r'href="(/accounts/[0-9a-f]{32})">new.colleague', page.text).group(1)
        page = submit(browser, browser.get(one), one, {'disabled': 'yes'})
        self.assertIn('disabled', page.text)
        self.assertFalse(self.is_in(colleague))
        self.assertEqual(sign_in(self.here, colleague, 'new.colleague@example.org').status, 422)
        submit(browser, browser.get(one), one, {'disabled': None, 'role': 'viewer'})
        page = submit(browser, browser.get(one), one + '/reset')
        submit(colleague, colleague.get(welcome_path(page.text)), '/welcome', {'new': OTHER, 'repeated': OTHER})
        self.assertTrue(self.is_in(colleague))
        self.assertEqual(colleague.get('/accounts').status, 403)
        audit = browser.get('/audit').text
        for words in ('account added', 'account disabled', 'link for a new password made', 'password set'):
            self.assertIn(words, audit)

    def test_administrators_cannot_shut_themselves_out(self):
        browser = self.person('administrator')
        page = browser.get('/accounts')
        one = re.search(r'href="(/accounts/[0-9a-f]{32})">' + re.escape(self.email), page.text).group(1)
        page = browser.get(one)
        self.assertFalse(any(c['name'] in ('disabled', 'role') for f in page.forms for c in f['controls']))
        browser.post(one, [('token', token_of(page)), ('name', 'Me'), ('disabled', 'yes'), ('role', 'viewer')])
        self.assertTrue(browser.get('/accounts').title.startswith('Accounts'))

    def test_language_and_time_zone_are_the_persons_own(self):
        browser = self.person()
        page = submit(browser, browser.get('/account'), '/account', {'name': 'Ana', 'language': 'fr', 'timezone': 'Europe/Paris'})
        self.assertEqual(page.language, 'fr')
        self.assertIn('Ana', page.text)
        page = submit(browser, page, '/account', {'timezone': 'Europe/Atlantis'})
        self.assertEqual(page.status, 422)
        self.assertIn('Europe/Atlantis', page.text)

    def test_after_signing_in_one_lands_where_one_wanted_to(self):
        self.person('administrator')
        for wanted, arrives in (('/audit', 'Audit log'), ('//evil.example/', None), ('https://evil.example/', None),
                                ('/\\evil.example', None), ('/sign-in', None), ('/nowhere', None)):
            browser = Browser(self.here.url)
            page = browser.get('/sign-in?next=' + wanted)
            self.assertNotIn('evil', page.text)
            page = submit(browser, page, '/sign-in', {'email': self.email, 'password': PASSWORD})
            if arrives:
                self.assertTrue(page.title.startswith(arrives), page.title)

    def test_nobody_signs_in_over_a_network_without_https(self):
        with Installation(server_public_url='http://survey.example.org') as here:
            here.serve()
            browser = Browser(here.url)
            self.assertEqual(browser.get('/sign-in').status, 403)
            self.assertEqual(browser.post('/sign-in', [('email', 'a@b.example'), ('password', PASSWORD)]).status, 403)
            self.assertEqual(browser.get('/').status, 200)
            here.stop()

    def test_behind_https_the_cookie_is_bound_to_the_host(self):
        with Installation(server_public_url='https://survey.example.org') as here:
            here.serve()
            out, _ = here.run('user', 'add', 'ada@example.org', '--role', 'viewer')
            browser = Browser(here.url)
            submit(browser, browser.get(welcome_path(out)), '/welcome', {'new': PASSWORD, 'repeated': PASSWORD})
            self.assertIn('__Host-sid', browser.cookies)
            self.assertTrue(browser.get('/account').title.startswith('Your account'))
            here.stop()

    def test_nothing_secret_reaches_the_log(self):
        browser = self.person('administrator')
        browser.get('/welcome/' + 'a' * 26)
        with open(self.here.log) as file:
            log = file.read()
        for secret in (browser.cookies['sid'], self.email, PASSWORD, 'a' * 26):
            self.assertNotIn(secret, log)

    def test_a_file_is_taken_only_where_a_row_says_so(self):
        browser = self.person()
        page = browser.get('/account')
        answer = upload(browser, page, '/account', 'file', 'x.csv', b'a,b\n')
        self.assertEqual(answer.status, 415)


if __name__ == '__main__':
    unittest.main()
