#!/usr/bin/python3
"""Long names in the heads of the pages: two lines at most on a phone, nothing pushed aside, and whole where they lead to."""
import unittest

from support.chromium import click, resize
from support.look import Looking
from support.scene import scene
from support.workspace import add_user, submit

LONG = ('The Regional Association for Community Nursing, Rehabilitation and the Prevention of Falls in the Upper Valley and '
        'Islands')
NAME = 'Wilhelmina-Konstantina Oberlandesgerichtsdirektorin von und zu Hohenzollern-Sigmaringen und der Oberen Täler, Abt. 4'
WORK = '/assessments/tale'


class Heads(Looking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = scene(6)
        cls.person = add_user(cls.here, 'ada@example.org', 'administrator')
        submit(cls.person, cls.person.get(WORK + '/settings'), WORK + '/settings', {'title': LONG})
        submit(cls.person, cls.person.get('/account'), '/account', {'name': NAME[:100]})
        cls.token = cls.here.links('tale', 'personal')[0]['token']
        cls.driver.get(cls.here.url + '/privacy')
        for name, value in cls.person.cookies.items():
            cls.driver.add_cookie({'name': name, 'value': value, 'path': '/'})

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.here.__exit__()

    def lines(self, selector):
        """How many lines of text an element takes."""
        return self.driver.execute_script(
            "const e = document.querySelector(arguments[0]), r = e.getBoundingClientRect();"
            "const probe = document.createElement('span'); probe.textContent = 'x'; probe.style.display = 'block';"
            "e.parentNode.append(probe); const one = probe.getBoundingClientRect().height; probe.remove();"
            "return r.height / one", selector)

    def open(self, path, width):
        self.driver.get(self.here.url + path)
        resize(self.driver, width, 740)

    def test_a_long_name_takes_two_lines_at_most_and_is_whole_where_it_leads_to(self):
        for width in (320, 360, 1280):
            self.open(WORK + '/organisations', width)
            for selector in ('.tabs p .clip', '.person .clip'):
                with self.subTest(width=width, selector=selector):
                    self.assertLess(self.lines(selector), 2.3)
            self.assertLessEqual(self.driver.execute_script('return document.documentElement.scrollWidth'), width)
            self.open('/s/' + self.token, width)
            self.assertIn(LONG, self.driver.title)
            click(self.driver, 'button[name=".s"]')
            with self.subTest(width=width, selector='respondent'):
                self.assertLess(self.lines('header .clip'), 2.3)
                self.assertLess(self.at('header').size['height'], 90)
        self.open(WORK, 360)
        self.assertEqual(self.at('.tabs p').text, LONG)
        self.assertFalse(self.driver.find_elements('css selector', '.tabs .clip'))
        self.open('/account', 360)
        self.assertEqual(self.at('[name=name]').get_attribute('value'), NAME[:100])

    def test_axe_finds_nothing(self):
        for path in (WORK + '/organisations', '/audit', '/work/nothing', '/s/' + self.token):
            self.open(path, 360)
            self.look(path)


if __name__ == '__main__':
    unittest.main()
