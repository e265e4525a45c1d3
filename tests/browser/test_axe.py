#!/usr/bin/python3
"""Every page a respondent can meet, looked at by axe in Chromium: English, French and Arabic (right to left), at the width of
a phone and of a desktop, light and dark. Text contrast is held to 7:1."""
import os
import re
import unittest

from selenium.webdriver.common.keys import Keys

from support.chromium import chromium, click, picture, resize
from support.look import Looking
from support.readiness import Browser, Installation, ROOT
from support.scene import scene

PAGES = os.path.join(ROOT, 'tests/data/instruments/pages.ini')
ANSWERS = {'role': 'frontline', 'years': '4', 'lead1': '4', 'conf1': '7', 'conf2': 'na'}


class PreviewPages(Looking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = Installation()
        cls.url = cls.here.serve(('preview', PAGES, '--listen', '127.0.0.1:0'))

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.here.__exit__()

    def walk(self, language, error):
        """From the start page to the thanks, through every kind of problem."""
        d = self.driver
        d.get(self.url + '/preview?lang=' + language)
        self.look('start', dark=True)
        self.assertEqual(d.execute_script('return document.documentElement.lang'), language)
        self.assertEqual(d.execute_script("return getComputedStyle(document.body).direction"),
                         'rtl' if language == 'ar' else 'ltr')
        self.press('start')
        self.look('about you')
        self.enter(years='abc', tools='app')
        self.press('next')
        self.assertTrue(d.title.startswith(error), d.title)
        self.look('errors', dark=True)
        self.summary_has_focus()
        self.assertEqual(self.at('[name=years]').get_attribute('value'), 'abc')
        self.assertTrue(self.at('[name=tools][value=app]').is_selected())
        self.enter(years='4')
        self.press('next')
        self.look('rating', dark=True)
        self.press('next')
        self.assertFalse(d.title.startswith(error), d.title)
        self.look('rating, asked once', dark=True)
        self.summary_has_focus()
        self.enter(lead1='4')
        self.press('next')
        self.look('long scale')
        self.press('next')
        self.assertTrue(d.title.startswith(error), d.title)
        self.look('long scale, required')
        self.enter(conf1='7', conf2='na')
        self.press('next')
        self.look('date')
        self.press('next')
        self.look('text')
        self.enter(obstacle='<b>Time</b> & “money”')
        self.press('back')
        self.press('next')
        self.assertEqual(self.at('[name=obstacle]').get_attribute('value'), '<b>Time</b> & “money”')
        self.press('submit')
        self.look('thanks', dark=True)

    def test_english(self):
        self.walk('en', 'Error:')

    def test_french(self):
        self.walk('fr', 'Erreur')

    def test_right_to_left(self):
        self.walk('ar', 'خطأ:')

    def test_every_word_of_an_arabic_page_is_arabic(self):
        """Latin letters only where a translation of the instrument leaves a text out, said to be in another language."""
        d = self.driver
        d.get(self.url + '/preview?lang=ar')
        for _ in range(12):
            latin = d.execute_script("""
                const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                for (let n = walk.nextNode(); n; n = walk.nextNode())
                    if (/[A-Za-z]{2}/.test(n.data) && n.parentElement.closest('[lang]').lang === 'ar')
                        found.push(n.data);
                return found;""")
            self.assertEqual(latin, [])
            buttons = d.find_elements('css selector', 'button[value=start], button[value=next], button[value=submit]')
            if not buttons:
                break
            self.enter(**dict(ANSWERS, role='frontline'))
            click(d, 'button[value=start], button[value=next], button[value=submit]')
        self.assertIn('شكراً لكم', d.find_element('css selector', 'main').text)

    def test_the_organisations_form(self):
        self.driver.get(self.url + '/preview/organisation')
        self.look('organisation start')
        self.press('start')
        self.look('organisation page')

    def test_page_numbers_never_go_backwards(self):
        d, numbers = self.driver, []
        d.get(self.url + '/preview')
        self.press('start')
        self.enter(**dict(ANSWERS, role='manager'))  # the page about leaders does not apply
        while d.find_elements('css selector', '.where'):
            numbers.append([int(n) for n in re.findall(r'\d+', self.at('.where').text)])
            self.enter(**ANSWERS if len(numbers) > 1 else {'years': '4'})
            self.press('submit' if d.find_elements('css selector', 'button[value=submit]') else 'next')
        self.assertEqual([n for n, _ in numbers], list(range(1, len(numbers) + 1)))
        totals = [t for _, t in numbers]
        self.assertEqual(totals, sorted(totals, reverse=True))
        self.assertEqual(numbers[-1][0], numbers[-1][1])

    def test_an_answer_needs_no_mouse_and_no_script(self):
        d = chromium(javascript=False)
        d.implicitly_wait(10)
        try:
            d.get(self.url + '/preview')
            d.find_element('css selector', 'button[value=start]').send_keys(Keys.ENTER)
            d.find_element('css selector', '[name=role]').send_keys(Keys.SPACE)
            years = d.find_element('name', 'years')
            years.send_keys('4', Keys.ENTER)  # Enter presses the way forward
            self.assertTrue(d.find_elements('name', 'conf1'), d.title)  # a manager is not asked about leaders
        finally:
            d.quit()


class ShippedInstruments(Looking):
    """Every page of what ships, in every language it has; both widths."""

    def walk(self, name, language, audience='', **answers):
        here = Installation()
        self.addCleanup(here.__exit__)
        here.serve(('preview', os.path.join(ROOT, 'surveys', name + '.ini'), '--listen', '127.0.0.1:0'))
        d, pages = self.driver, 0
        d.get('%s/preview%s?lang=%s' % (here.url, audience, language))
        self.view(name, language, audience, 0)
        self.press('start')
        while d.find_elements('css selector', '.where'):
            pages += 1
            self.view(name, language, audience, pages)
            self.enter(**answers)
            for group in d.find_elements('css selector', 'fieldset'):
                first = group.find_element('css selector', 'input[type=radio]')
                if not group.find_elements('css selector', 'input:checked'):
                    d.execute_script('arguments[0].click()', first)
            self.press('submit' if d.find_elements('css selector', 'button[value=submit]') else 'next')
        self.look(name + ', thanks')
        return pages

    def view(self, name, language, audience, page):
        self.look('%s%s, %s, page %d' % (name, audience, language, page))
        if os.environ.get('READINESS_PICTURES'):
            for width in (360, 1280):
                picture(self.driver, os.path.join(os.environ['READINESS_PICTURES'], '%s%s-%s-%d-%d.png' % (
                    name, audience.replace('/', '-'), language, page, width)), width)

    def each_language(self, name, languages, pages, audience='', **answers):
        for language in languages:
            with self.subTest(instrument=name, language=language, audience=audience):
                self.assertEqual(self.walk(name, language, audience, **answers), pages)

    def test_the_flagship(self):
        self.each_language('implementation-readiness', ('en', 'fr'), 10)

    def test_the_flagship_by_the_organisation(self):
        self.each_language('implementation-readiness', ('en', 'fr'), 4, '/organisation')

    def test_the_pulse(self):
        self.each_language('readiness-pulse', ('en', 'fr', 'ar'), 2)

    def test_a_practitioner(self):
        self.each_language('support-practitioner', ('en', 'fr'), 9, part='practitioner')

    def test_a_person_supported(self):
        self.each_language('support-practitioner', ('en', 'fr'), 8, part='supported')

    def test_outcomes(self):
        self.each_language('support-outcomes', ('en', 'fr'), 8)

    def test_outcomes_by_the_organisation(self):
        self.each_language('support-outcomes', ('en', 'fr'), 5, '/organisation')


class RealPages(Looking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = scene(staff=6, instrument=PAGES)
        cls.url = cls.here.url
        cls.tokens = [k['token'] for k in cls.here.links('tale', 'personal')]

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.here.__exit__()

    def test_the_form_of_an_organisation_names_it(self):
        token = self.here.links('tale', 'organisation')[0]['token']
        self.open_page('/s/' + token, 'organisation link')
        self.assertIn('under the name of North House', self.at('main').text)

    def open_page(self, path, name):
        self.driver.get(self.url + path)
        self.look(name)

    def test_pages_before_a_link(self):
        for language in ('en', 'fr', 'ar'):
            for path in ('/', '/s', '/privacy', '/resume', '/stop/none'):
                self.open_page(path + '?lang=' + language, path)
                self.assertEqual(self.driver.execute_script('return document.documentElement.lang'), language)
        self.open_page('/s/unknown', 'unknown')
        self.driver.get(self.url + '/')
        self.enter(**{'.c': 'ABCD-EFGH-JKMN-P'})
        click(self.driver, 'main button')
        self.look('unknown code')
        self.assertTrue(self.driver.title.startswith('Error:'))

    def test_saving_and_coming_back(self):
        d = self.driver
        d.delete_all_cookies()
        self.open_page('/s/' + self.tokens[0], 'start')
        self.press('start')
        self.enter(**ANSWERS)
        self.press('next')
        self.press('save')
        self.look('saved', dark=True)
        code = self.at('.resume').text
        self.open_page('/s/' + self.tokens[0], 'start with a draft')
        d.delete_all_cookies()
        self.open_page('/s/' + self.tokens[0], 'start again')
        self.at('main summary').click()
        self.look('start with the code field')
        self.enter(**{'.c': '00000-00000'})
        click(d, 'details button')
        self.look('wrong code')
        self.assertTrue(d.title.startswith('Error:'))
        self.enter(**{'.c': code.lower()})
        click(d, 'main button')
        self.look('resumed')
        self.assertTrue(d.find_elements('name', 'lead1'), d.title)

    def test_the_next_person_on_a_shared_computer(self):
        here = scene(staff=0, instrument=PAGES, organisations=('market',))
        self.addCleanup(here.__exit__)
        d, link = self.driver, here.url + '/s/' + here.links('tale', 'open')[0]['token']
        d.get(link)
        d.delete_all_cookies()
        self.press('start')
        self.enter(**ANSWERS)
        self.press('next')
        d.get(link)  # walked away; somebody else comes
        self.look('whose draft?')
        self.press('afresh')
        self.assertFalse(self.at('[name=role][value=frontline]').is_selected())
        self.assertEqual(self.at('[name=years]').get_attribute('value'), '')
        for _ in range(10):
            if not d.find_elements('css selector', '.where'):
                break
            self.enter(**ANSWERS)
            self.press('submit' if d.find_elements('css selector', 'button[value=submit]') else 'next')
        self.look('thanks, next person')
        self.assertEqual(d.get_cookies(), [])
        click(d, 'a.button')
        self.assertTrue(d.find_elements('css selector', 'button[value=start]'))

    def test_answered_and_closed_links(self):
        for token in self.tokens[1:]:
            Browser(self.url).fill(token, dict(ANSWERS, lead2='3'))
        self.open_page('/s/' + self.tokens[1], 'answered')
        self.assertNotIn('frontline', self.driver.page_source)
        here = scene(staff=1, instrument=PAGES, serve=False)
        try:
            token = here.links('tale', 'personal')[0]['token']
            here.run('wave', 'close', 'tale', '--yes')
            self.driver.get(here.serve() + '/s/' + token)
            self.look('closed')
            self.assertIn('has ended', self.driver.title)
        finally:
            here.__exit__()


del Looking  # only what it is for has tests

if __name__ == '__main__':
    unittest.main()
