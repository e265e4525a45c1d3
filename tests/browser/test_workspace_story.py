#!/usr/bin/python3
"""The practitioner's whole story in Chromium, with and without JavaScript: sign in with a second factor, create, import twelve
organisations and six hundred people as Excel wrote them, send six hundred mails, people answer on a phone, remind, close, look
at the page and download. With PICTURES=FOLDER each page is kept as a picture, for the guide."""
import io
import os
import random
import re
import time
import unittest
import urllib.request

import openpyxl
from selenium.webdriver.common.by import By

from support.chromium import chromium, click, picture
from support.readiness import Browser, Installation, ROOT
from support.smtp import Server
from support.workspace import totp

INSTRUMENT = 'implementation-readiness'
PASSWORD = 'violet gravel umbrella seventeen'
FOLDER = os.environ.get('PICTURES')
PEOPLE = 600
ORGANISATIONS = 'Code;Établissement;Effectif\r\n' + ''.join('h%d;Hôpital n° %d;\r\n' % (i, i) for i in range(1, 13))


def people():
    return 'Nom;Courriel;Établissement;Unité\r\n' + ''.join(
        'Personne %d;personne%d@hopital.example;h%d;%s\r\n' % (i, i, i % 12 + 1, ('Soins', 'Été')[i % 2])
        for i in range(PEOPLE))


class Story:
    """Drives one browser through the pages by what a person sees: labels' fields, and buttons."""

    def __init__(self, here, driver, shoot):
        self.here, self.driver, self.shoot = here, driver, shoot

    def go(self, path):
        self.driver.get(self.here.url + path)

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def keep(self, name, width=1280, height=None):
        if FOLDER and self.shoot:
            picture(self.driver, os.path.join(FOLDER, name + '.png'), width, height)

    def type(self, **fields):
        for name, value in fields.items():
            field = self.driver.find_element(By.NAME, name)
            if field.get_attribute('type') not in ('file', 'date'):
                field.clear()
            field.send_keys(value)

    def press(self, action, value=None):
        """The button (with this value) of the form that posts to this path."""
        selector = 'form[action^="%s"] button' % action + ('[value="%s"]' % value if value else '')
        click(self.driver, selector)

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, 'main').text


class Workspace(unittest.TestCase):
    def play(self, javascript):
        os.makedirs(FOLDER, exist_ok=True) if FOLDER else None
        with Server() as mail, Installation(mail_server='smtp://127.0.0.1:%d' % mail.port, mail_security='none',
                                            mail_from='survey@example.org', mail_per_minute='60000') as here:
            here.serve()
            driver = chromium(1280, 900, javascript=javascript)
            try:
                self.whole(here, mail, Story(here, driver, javascript))
            finally:
                driver.quit()
            self.assertEqual(here.stop(), 0)

    def whole(self, here, mail, s):
        secret = self.sign_in(here, s)
        self.set_up(here, s)
        self.invite(mail, s)
        self.answer(here, mail)
        self.watch_and_remind(mail, s)
        self.close_and_read(s, secret)

    def sign_in(self, here, s):
        out, _ = here.run('user', 'add', 'practitioner@example.org', '--role', 'practitioner')
        s.go('/welcome/' + re.search(r'/welcome/(\w+)', out).group(1))
        s.keep('01-welcome')
        s.type(new=PASSWORD, repeated=PASSWORD)
        s.press('/welcome')
        secret = re.search(r'\b(?:[A-Z2-7]{4} ?){8}\b', s.text).group(0).replace(' ', '')
        s.keep('02-second-factor')
        s.type(code=totp(secret))
        s.press('/account/totp')
        self.assertRegex(s.text, r'[0-9a-z]{5}-[0-9a-z]{5}')  # the recovery codes, shown once
        click(s.driver, 'form[action="/sign-out"] button')
        s.go('/sign-in')
        s.keep('03-sign-in')
        s.type(email='practitioner@example.org', password=PASSWORD)
        s.press('/sign-in')
        s.type(code=totp(secret, time.time() + 30))  # the code of this half minute was used already
        s.press('/sign-in')
        s.go('/work')
        self.assertIn('Begin with the first one', s.text)
        s.keep('04-assessments-empty')
        return secret

    def set_up(self, here, s):
        s.go('/assessments/new?instrument=' + INSTRUMENT)
        s.type(**{'title': 'Chutes au Nord', 'value.0.0': 'the falls programme', 'value.0.1': 'la prévention des chutes'})
        s.keep('05-new-assessment')
        s.press('/assessments/new')
        self.assertIn('/assessments/chutes-au-nord', s.driver.current_url)
        for path, name, table, wanted in (('organisations', 'o.csv', ORGANISATIONS, 'Organisations written: 12'),
                                          ('people', 'p.csv', people(), 'People written: 600')):
            here.write(name, table, encoding='cp1252')
            s.go('/assessments/chutes-au-nord/%s/import' % path)
            s.type(file=here.path(name))
            s.press('/assessments/chutes-au-nord/%s/import' % path)
            self.assertIn('Windows-1252', s.text)
            s.keep('06-preview-' + path, height=900)
            click(s.driver, 'button[name=apply]')
            self.assertIn(wanted, s.text)
        s.go('/assessments/chutes-au-nord/waves/open')
        s.type(label='Départ')
        s.keep('07-open-wave')
        s.press('/assessments/chutes-au-nord/waves/open')
        self.assertIn('is open', s.driver.page_source)

    def wait_for_mails(self, mail, n):
        end = time.time() + 120
        while len(mail.messages) < n and time.time() < end:
            time.sleep(0.1)
        self.assertEqual(len(mail.messages), n)

    def invite(self, mail, s):
        s.go('/assessments/chutes-au-nord/send')
        s.keep('08-write')
        s.press('/assessments/chutes-au-nord/send', 'preview')
        self.assertIn('600', s.text)
        s.keep('09-mail-preview')
        s.press('/assessments/chutes-au-nord/send', 'start')
        self.wait_for_mails(mail, PEOPLE)
        self.assertEqual(len({m.to for m in mail.messages}), PEOPLE)
        self.assertEqual(len({m.token for m in mail.messages}), PEOPLE)
        time.sleep(1)
        s.go(s.driver.current_url[len(s.here.url):])
        s.keep('10-mailing')

    def answer(self, here, mail):
        """Five on a phone, in Chromium; twenty more of the same organisation by plain requests."""
        mine = [m for m in mail.messages if int(re.match(r'personne(\d+)@', m.to).group(1)) % 12 == 0]
        phone = chromium(360, 780)
        try:
            for message in mine[:5]:
                phone.get(here.url + '/s/' + message.token)
                click(phone, 'button[value=start]')
                while phone.find_elements(By.CSS_SELECTOR, 'button[value=next], button[value=submit]'):
                    for group in phone.find_elements(By.CSS_SELECTOR, 'fieldset'):
                        buttons = group.find_elements(By.CSS_SELECTOR, 'input[type=radio]')
                        if buttons:
                            phone.execute_script('arguments[0].click()', buttons[len(mine) % 4])
                    click(phone, 'button[value=next], button[value=submit]')
                self.assertIn('Thank you', phone.page_source)
        finally:
            phone.quit()
        with open(os.path.join(ROOT, 'surveys', INSTRUMENT + '.ini'), encoding='utf-8') as file:
            items = re.findall(r'^item\.(\w+) =', file.read(), re.M)
        chance = random.Random(7)
        for message in mine[5:25]:
            answers = {item: min(5, max(1, round(chance.gauss(1.5 + len(item) % 2 + n % 7 / 2.5, 0.9))))
                       for n, item in enumerate(items)}
            Browser(here.url).fill(message.token, dict(answers, role='frontline'))
        self.answered = {m.to for m in mine[:25]}

    def watch_and_remind(self, mail, s):
        s.go('/assessments/chutes-au-nord/watch')
        self.assertIn('25', s.text)
        self.assertNotIn('personne', s.text)
        s.keep('11-watch')
        before = len(mail.messages)
        s.go('/assessments/chutes-au-nord/send')
        for choice in s.find('input[name=kind]'):
            if choice.get_attribute('value') == 'reminders':
                choice.click()
        s.press('/assessments/chutes-au-nord/send', 'preview')
        s.press('/assessments/chutes-au-nord/send', 'start')
        self.wait_for_mails(mail, before + PEOPLE - 25)
        self.assertFalse(self.answered & {m.to for m in mail.messages[before:]})

    def close_and_read(self, s, secret):
        s.go('/assessments/chutes-au-nord/waves/1/close')
        s.keep('12-close')
        s.type(label='Départ')
        s.press('/assessments/chutes-au-nord/waves/1/close')
        self.assertNotIn('still open', s.text)
        s.go('/assessments/chutes-au-nord/reports')
        s.keep('13-reports')
        s.go('/assessments/chutes-au-nord/reports/1/h1')
        self.assertIn('Hôpital n° 1', s.text)
        s.keep('14-report', height=1400)
        self.download(s)
        s.go('/assessments/chutes-au-nord')
        s.keep('15-overview')

    def download(self, s):
        """The workbook is made while the page waits; what its link gives opens as a workbook."""
        click(s.driver, 'button[name=make][value=workbook]')
        end = time.time() + 30
        while not s.find('a[href$="/file"]') and time.time() < end:
            time.sleep(0.3)
            s.go(s.driver.current_url[len(s.here.url):])
        link = s.find('a[href$="/file"]')[0].get_attribute('href')
        cookies = '; '.join('%s=%s' % (c['name'], c['value']) for c in s.driver.get_cookies())
        with urllib.request.urlopen(urllib.request.Request(link, headers={'Cookie': cookies})) as answer:
            workbook = openpyxl.load_workbook(io.BytesIO(answer.read()), read_only=True)
        self.assertIn('Summary', workbook.sheetnames)

    def test_the_whole_story(self):
        self.play(javascript=True)

    def test_the_whole_story_without_javascript(self):
        self.play(javascript=False)


if __name__ == '__main__':
    unittest.main()
