#!/usr/bin/python3
"""What the workspace says of instrument files that people edit, in a browser, in English and French: the list with a broken
file, its findings, the differences to a running wave, the page that takes over other words, and what was worded otherwise
before. axe finds nothing; nothing scrolls sideways on a phone."""
import os
import unittest

from support.chromium import picture
from support.look import Looking
from support.readiness import Installation
from support.scene import STORY
from support.workspace import add_user, submit

with open(STORY, encoding='utf-8') as file:
    TEXT = file.read()
WORDING = TEXT.replace('"Leaders here clear obstacles away."', '"Leaders here clear obstacles out of the way."')
BREAKING = WORDING.replace('item.load2  = "Too many things change at once."\n', '').replace(
    'item.skill2 =', 'item.skill3 = "I could teach it."\nitem.skill2 =')
BROKEN = TEXT.replace('scale       = hinder7', 'scale       = hinder8').replace(
    'item.skill2 =', 'item.skill3 = I could teach it; on a good day.\nfoo = 3\nitem.skill2 =')
FRENCH = '[survey]\nlanguage = fr\ntitle = "Une histoire"\n[construct.leadershp]\nlabel = "Direction"\n'


class LivingLook(Looking):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = here = Installation()
        os.mkdir(here.path('shelf'))
        here.environment['READINESS_INSTRUMENTS_FOLDER'] = here.path('shelf')
        cls.save('living', TEXT)
        here.serve()
        cls.browser = add_user(here, 'ada@support.example')
        cls.driver.get(here.url + '/sign-in')
        for name, value in cls.browser.cookies.items():
            cls.driver.add_cookie({'name': name, 'value': value, 'path': '/'})
        for name in ('tale', 'past'):
            here.run('assessment', 'new', name, '--instrument', 'living', '--title', name.title())
            here.write('organisations.csv', 'code,name\nnorth,North House\n')
            here.run('organisation', 'import', name, 'organisations.csv')
            here.write('people.csv', 'email,organisation\n' + ''.join('p%d@n.example,north\n' % i for i in range(6)))
            here.run('people', 'import', name, 'people.csv')
            here.run('wave', 'open', name, '--label', 'Baseline')
        cls.save('living', WORDING)
        here.run('wave', 'adopt', 'past', '--yes')

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.here.__exit__()

    @classmethod
    def save(cls, name, text):
        cls.here.write('shelf/%s.ini' % name, text)

    def see(self, path, name, words=()):
        self.driver.get(self.here.url + path)
        for word in words:
            self.assertIn(word, self.driver.page_source)
        for summary in self.driver.find_elements('css selector', 'main details summary'):
            summary.click()
        self.look(name)
        if os.environ.get('READINESS_PICTURES'):
            for width in (360, 1280):
                picture(self.driver, os.path.join(os.environ['READINESS_PICTURES'], '%s-%d.png' % (name, width)), width)

    def states(self, language):
        submit(self.browser, self.browser.get('/account'), '/account',
               {'language': language, 'name': 'Ada', 'timezone': 'UTC'})
        self.save('living', WORDING)
        self.save('broken', BROKEN)
        self.save('warned', TEXT)
        self.save('warned.fr', FRENCH)
        self.see('/instruments', 'list-' + language, ['broken'])
        self.see('/instruments/broken', 'broken-' + language, ['hinder8'])
        self.see('/instruments/warned', 'warned-' + language, ['leadershp'])
        self.see('/instruments/living', 'wording-' + language, ['out of the way'])
        self.see('/instruments/living/preview', 'preview-' + language)
        self.see('/assessments/tale', 'overview-' + language)
        self.see('/assessments/tale/waves/1/adopt', 'adopt-' + language, ['out of the way'])
        self.see('/assessments/past/waves', 'wordings-' + language, ['out of the way'])
        self.save('living', BREAKING)
        self.see('/instruments/living', 'breaking-' + language, ['load2'])
        self.see('/assessments/tale/waves/1/adopt', 'refused-' + language, ['load2'])
        os.remove(self.here.path('shelf/living.ini'))
        self.see('/assessments/tale', 'gone-' + language)

    def test_in_english(self):
        self.states('en')

    def test_in_french(self):
        self.states('fr')


if __name__ == '__main__':
    unittest.main()
