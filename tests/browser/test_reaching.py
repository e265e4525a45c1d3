#!/usr/bin/python3
"""The pages for reaching people in a real browser: looked at by axe at both widths, light and dark; figures that change
without a reload; a shared device that returns to its start; posters that fit their sheet."""
import base64
import datetime
import os
import re
import subprocess
import time
import unittest

from support import smtp
from support.chromium import chromium, click, resize
from support.readiness import Browser, Installation, ROOT
from support.workspace import add_user, submit

AXE = os.environ.get('AXE', os.path.join(ROOT, 'build/npm/node_modules/axe-core/axe.min.js'))
RUN = """
const done = arguments[arguments.length - 1];
axe.run({runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
         rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}}})
   .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(
       n => n.html.slice(0, 200) + ' | ' + n.failureSummary.replace(/\\s+/g, ' ').slice(0, 300)).join(' || '))));
"""
LONG = 'The Regional Association for Community Nursing and Rehabilitation Services of the Upper Valley and its Islands'
ORGANISATIONS = ('code,name,language,headcount\nnorth,North House,,\ntiny,Tiny Lodge,,\nopen,%s,en,40\n'
                 'ouvert,Maison Ouverte,fr,25\nar,بيت,ar,25\n' % LONG)
WORK = '/assessments/tale'


class Reaching(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mail = smtp.Server()
        cls.mail.refuse = {'staff3@north.example': '550 5.1.1 no such user'}
        here = cls.here = Installation(**cls.mail.settings())
        here.run('assessment', 'new', 'tale', '--instrument',
                 os.path.join(ROOT, 'surveys/implementation-readiness.ini'), '--title', 'Falls prevention', '--innovation',
                 'the regional programme for the prevention of falls in home care and in assisted living')
        here.write('organisations.csv', ORGANISATIONS)
        here.run('organisation', 'import', 'tale', 'organisations.csv')
        here.write('people.csv', 'email,organisation\n' + ''.join(
            'staff%d@%s.example,%s\n' % (i, o, o) for o, n in (('north', 14), ('tiny', 3)) for i in range(n)))
        here.run('people', 'import', 'tale', 'people.csv')
        here.run('wave', 'open', 'tale', '--label', 'Baseline', '--until',
                 (datetime.date.today() + datetime.timedelta(days=9)).isoformat())
        here.serve()
        cls.person = add_user(here, 'claire@support.example')
        cls.driver = chromium()
        cls.driver.set_script_timeout(60)
        cls.driver.get(here.url + '/privacy')
        for name, value in cls.person.cookies.items():
            cls.driver.add_cookie({'name': name, 'value': value, 'path': '/'})
        with open(AXE, encoding='utf-8') as file:
            cls.axe = file.read()

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()
        cls.mail.close()
        cls.here.__exit__()

    def open(self, path):
        self.driver.get(self.here.url + path)

    def look(self, name):
        """Both widths of the page that is open now, light and dark."""
        d = self.driver
        d.execute_script(self.axe)
        for width in (320, 1280):
            resize(d, width, 900)
            for scheme in ('light', 'dark'):
                d.execute_cdp_cmd('Emulation.setEmulatedMedia',
                                  {'features': [{'name': 'prefers-color-scheme', 'value': scheme}]})
                with self.subTest(page=name, width=width, scheme=scheme):
                    self.assertEqual(d.execute_async_script(RUN), [])
            with self.subTest(page=name, width=width):
                self.assertLessEqual(d.execute_script('return document.documentElement.scrollWidth'), width)
        d.execute_cdp_cmd('Emulation.setEmulatedMedia', {'features': [{'name': 'prefers-color-scheme', 'value': 'light'}]})

    def open_token(self, organisation='open'):
        return [r['token'] for r in self.here.links('tale', 'open') if r['organisation'] == organisation][0]

    def test_axe_finds_nothing_on_any_page(self):
        d = self.driver
        self.open(WORK + '/send')
        self.look('send')
        d.execute_script("document.querySelectorAll('details').forEach(e => e.open = true);"
                         "document.querySelector('[name=body]').value = 'no link'")
        click(d, 'button[value=preview]')
        self.assertTrue(d.find_elements('css selector', '.problems'))
        self.look('send with a problem')
        page = submit(self.person, self.person.get(WORK + '/send'), WORK + '/send', {'per_minute': '600'})
        self.open(WORK + '/send')
        click(d, 'button[value=preview]')
        self.look('preview')
        submit(self.person, page, WORK + '/send', button='start')
        address = WORK + '/send/' + re.search(r'/send/([0-9a-f]{32})', self.person.get(WORK + '/send').text).group(1)
        submit(self.person, self.person.get(address), address, button='pause')
        for name, path in (('paused', address), ('send while paused', WORK + '/send')):
            self.open(path)
            self.look(name)
        submit(self.person, self.person.get(address), address, button='resume')
        end = time.time() + 20
        while 'Finished' not in self.person.get(address).text and time.time() < end:
            time.sleep(0.2)
        for name, path in (('finished', address), ('sent', WORK + '/send'), ('links', WORK + '/links'),
                           ('refused', address + '?outcome=refused'), ('bounces', WORK + '/bounces'), ('poster', WORK + '/poster'), ('watch', WORK + '/watch'),
                           ('stop', '/stop/' + self.mail.messages[0].stop),
                           ('shared device', '/s/%s?kiosk=1' % self.open_token())):
            self.open(path)
            d.execute_script("document.querySelectorAll('details').forEach(e => e.open = true)")
            self.look(name)
        click(d, 'button[value=start]')
        self.look('a page on a shared device')

    def test_figures_change_without_a_reload(self):
        d = self.driver
        for organisation, n in (('ouvert', 5), ('open', 3), ('ar', 2)):  # so many that counts are told, and by day
            for _ in range(n):
                Browser(self.here.url).fill(self.open_token(organisation), {'role': 'care', 'lead1': '4'})
        self.open(WORK + '/watch')
        d.execute_script("window.stays = true; document.querySelector('main details').open = true;")
        before = d.find_element('css selector', '[data-watch=total]').text
        Browser(self.here.url).fill(self.open_token('ouvert'), {'role': 'care', 'lead1': '4'})
        d.execute_script("const s = document.querySelector('script[src]').src; const w = document.getElementById('watch');"
                         "w.dataset.watchSeconds = '0.2'; const e = document.createElement('script'); e.src = s;"
                         "document.head.append(e);")  # the same script again, in more of a hurry
        end = time.time() + 10
        while d.find_element('css selector', '[data-watch=total]').text == before and time.time() < end:
            time.sleep(0.1)
        self.assertNotEqual(d.find_element('css selector', '[data-watch=total]').text, before)
        self.assertTrue(d.execute_script('return window.stays'))
        total = int(re.match(r'\d+', d.find_element('css selector', '[data-watch=total]').text).group())
        days = d.execute_script("return Array.from(document.querySelectorAll('[data-watch^=\"day.\"]'), e => +e.textContent)")
        self.assertEqual(sum(days), total)

    def test_a_shared_device_returns_to_its_start(self):
        d, token = self.driver, self.open_token('open')
        self.open('/s/%s?kiosk=1' % token)
        click(d, 'button[value=start]')
        click(d, '.kiosk a')
        self.assertTrue(d.current_url.endswith('/s/%s?kiosk=1' % token))
        click(d, 'button[value=start]')
        for _ in range(40):
            found = d.find_elements('css selector', '[name=".s"]')
            if not found or 'Thank you' in d.title:
                break
            d.execute_script("const seen = {}; document.querySelectorAll('[type=radio]').forEach(e => {"
                             "if (!seen[e.name]) { seen[e.name] = 1; e.checked = true; } })")
            click(d, '[name=".s"]')
        self.assertIn('Thank you', d.title)
        end = time.time() + 25
        while '?kiosk=1' not in d.current_url and time.time() < end:
            time.sleep(0.5)
        self.assertTrue(d.current_url.endswith('/s/%s?kiosk=1' % token))
        self.assertEqual([c['value'] for c in d.get_cookies() if c['name'] == 'rd'], ['0' * 32])

    def test_back_and_sending_anew_on_a_shared_device_show_nobody_elses_answers(self):
        d, token = self.driver, self.open_token('open')
        for steps, where in ((1, 'at the start'), (2, 'in the sitting of the next person')):
            with self.subTest(where=where):
                self.open('/s/%s?kiosk=1' % token)
                click(d, 'button[value=start]')
                d.execute_script("document.querySelectorAll('[type=radio]:first-of-type').forEach(e => e.checked = true)")
                click(d, '[name=".s"]')
                given = {e.get_attribute('name') for e in d.find_elements('css selector', 'form [type=hidden]')}
                given = {n for n in given if not n.startswith('.')}
                self.assertTrue(given, 'the answers travel in the page')
                click(d, '.kiosk a')
                if steps == 2:
                    click(d, 'button[value=start]')
                self.go_back(steps)
                self.assertFalse(self.shown(given), 'from what the browser keeps')
                before = d.execute_script('return performance.timeOrigin')
                d.execute_cdp_cmd('Page.reload', {})  # as whoever confirms that the form is sent anew
                end = time.time() + 10
                while d.execute_script('return performance.timeOrigin') == before and time.time() < end:
                    time.sleep(0.1)
                self.assertFalse(self.shown(given), 'sent anew')
                self.assertTrue(d.find_elements('css selector', 'button[value=start]'))

    def go_back(self, steps):
        history = self.driver.execute_cdp_cmd('Page.getNavigationHistory', {})
        entry = history['entries'][history['currentIndex'] - steps]
        self.driver.execute_cdp_cmd('Page.navigateToHistoryEntry', {'entryId': entry['id']})
        time.sleep(1)

    def shown(self, names):
        """Does the page hold an answer to one of these, hidden or chosen?"""
        return self.driver.execute_script(
            "return arguments[0].filter(n => [...document.getElementsByName(n)].some(e => e.type === 'hidden' || e.checked))",
            sorted(names))

    def test_each_poster_fills_one_sheet_of_either_paper(self):
        self.open(WORK + '/poster')
        resize(self.driver, 1280, 900)
        for name, size in (('A4', (8.27, 11.69)), ('Letter', (8.5, 11))):
            got = self.driver.execute_cdp_cmd('Page.printToPDF', {'paperWidth': size[0], 'paperHeight': size[1]})
            path = self.here.path('poster.pdf')
            with open(path, 'wb') as file:
                file.write(base64.b64decode(got['data']))
            text = subprocess.run(['pdftotext', '-layout', path, '-'], stdout=subprocess.PIPE, text=True).stdout
            sheets = text.rstrip('\f').split('\f')
            self.assertEqual(len(sheets), 3, name)
            codes = [r['code'] for r in self.here.links('tale', 'open')]
            self.assertEqual([[c in s for c in codes].count(True) for s in sheets], [1, 1, 1])
            self.assertTrue(all('Équipe de soutien' in s for s in sheets), name)


if __name__ == '__main__':
    unittest.main()
