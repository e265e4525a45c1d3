#!/usr/bin/python3
"""Taking the key of a wave away, and closing it with its sheet, in a browser, in English and French: axe finds nothing, and
nothing scrolls sideways on a phone."""
import os
import unittest

from support.chromium import picture
from support.look import Looking
from support.scene import scene
from support.workspace import add_user, submit

WAVES = '/assessments/tale/waves'


class LockedLook(Looking):
    def see(self, path, name):
        self.driver.get(self.here.url + path)
        self.look_at(name)

    def look_at(self, name):
        name += '-' + self.language
        self.look(name)
        if os.environ.get('READINESS_PICTURES'):
            for width in (360, 1280):
                picture(self.driver, os.path.join(os.environ['READINESS_PICTURES'], '%s-%d.png' % (name, width)), width)

    def type_in(self, button, **fields):
        for name, value in fields.items():
            field = self.at('main [name=%s]' % name)
            field.clear()
            field.send_keys(value)
        self.driver.execute_script('document.querySelector("main form %s").click()' % button)

    def states(self, language):
        self.language = language
        with scene(6) as here:
            self.here = here
            browser = add_user(here, 'ada@example.org')
            submit(browser, browser.get('/account'), '/account', {'language': language, 'name': 'Ada', 'timezone': 'UTC'})
            self.driver.get(here.url + '/sign-in')
            self.driver.delete_all_cookies()
            for name, value in browser.cookies.items():
                self.driver.add_cookie({'name': name, 'value': value, 'path': '/'})
            self.see(WAVES + '/1/sheet', 'sheet')
            figures = self.at('.key').text
            self.see(WAVES + '/1/lock', 'lock')
            self.type_in('button', sheet='AB12 CD34')
            self.look_at('lock-wrong')
            self.type_in('button', sheet=figures)
            self.look_at('waves-locked')
            self.assertEqual(self.driver.find_elements('css selector', 'a[href$="/sheet"]'), [])
            self.see(WAVES + '/1/close', 'close-locked')
            self.type_in('button', sheet='AB12', label='Baseline')
            self.look_at('close-wrong')

    def test_in_english(self):
        self.states('en')

    def test_in_french(self):
        self.states('fr')


if __name__ == '__main__':
    unittest.main()
