#!/usr/bin/python3
"""Another system's form, uploaded in the workspace: its list, its files, and the instruments folder."""
import os
import shutil
import unittest

from support.readiness import Installation, ROOT
from support.workspace import add_user, submit, upload

DATA = os.path.join(ROOT, 'tests/data/exchange')
PAGE = '/instruments/import'


def content(name):
    with open(os.path.join(DATA, name), 'rb') as file:
        return file.read()


class ExchangePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Installation()
        cls.addClassCleanup(cls.here.__exit__)
        cls.shelf = cls.here.path('surveys')
        os.mkdir(cls.shelf)
        cls.here.environment['READINESS_INSTRUMENTS_FOLDER'] = cls.shelf
        cls.here.serve()
        cls.boss = add_user(cls.here, 'boss@example.org')
        cls.helper = add_user(cls.here, 'helper@example.org', 'practitioner')

    def look(self, browser, name, answers=None):
        page = browser.get(PAGE)
        return upload(browser, page, PAGE, 'file', name, content(name), answers)

    def test_the_list_says_what_did_not_come_along_and_where(self):
        page = self.look(self.helper, 'three-languages.csv')
        self.assertEqual(page.status, 200)
        self.assertIn('XLSForm', page.text)
        self.assertIn('geopoint', page.text)
        self.assertIn('>47<', page.text)
        self.assertNotIn('Put into the instruments folder', page.text)

    def test_each_file_can_be_downloaded_as_the_command_writes_it(self):
        shutil.copy(os.path.join(DATA, 'limesurvey-new.lss'), self.here.folder)
        self.here.run('instrument', 'import', 'limesurvey-new.lss', '--out', 'limesurvey-new.ini', '--replace')
        page = self.look(self.helper, 'limesurvey-new.lss')
        for index, name in enumerate(('limesurvey-new.ini', 'limesurvey-new.fr.ini')):
            got = self.press(self.helper, page, {'download': str(index)})
            self.assertEqual(got.status, 200)
            self.assertIn(name, got.headers.get('Content-Disposition', ''))
            with open(self.here.path(name), encoding='utf-8') as file:
                self.assertEqual(got.text, file.read())

    def test_a_file_that_does_not_say_its_language_is_read_in_the_one_that_is_named(self):
        page = self.look(self.helper, 'redcap-17.csv')
        self.assertIn('in which language', page.text)
        page = self.look(self.helper, 'redcap-17.csv', {'language': 'fr'})
        self.assertNotIn('in which language', page.text)
        self.assertIn('language = fr', page.text)
        page = self.look(self.helper, 'redcap-17.csv', {'language': 'x y'})
        self.assertEqual(page.status, 422)
        self.assertIn('x y', page.text)

    def test_the_new_files_are_one_step_away_from_the_top(self):
        page = self.look(self.helper, 'three-languages.csv')
        self.assertIn('href="#new-files"', page.text)
        self.assertIn('id=new-files', page.text)

    def press(self, browser, page, button):
        """Sends the page's form with its files back, as a browser does: line ends as CR LF."""
        form = [f for f in page.forms if any(c['name'] == 'text.0' for c in f['controls'])][0]
        page.forms[:] = [form]
        for c in form['controls']:
            c['value'] = c['value'].replace('\r', '').replace('\n', '\r\n') if c['kind'] == 'hidden' else c['value']
        return upload(browser, page, PAGE, 'file', '', b'', button)

    def test_an_administrator_puts_it_into_the_folder_and_nothing_is_written_over(self):
        page = self.look(self.boss, 'redcap-17.csv', {'name': 'brought'})
        done = self.press(self.boss, page, {'save': 'yes'})
        self.assertEqual(done.status, 200)
        self.assertIn('brought', done.title)
        self.assertTrue(os.path.exists(os.path.join(self.shelf, 'brought.ini')))
        self.assertEqual(self.boss.get('/instruments/brought/preview/staff').status, 200)
        again = self.press(self.boss, self.look(self.boss, 'redcap-17.csv', {'name': 'brought'}), {'save': 'yes'})
        self.assertEqual(again.status, 409)
        self.assertIn('brought.ini', again.text)
        out, _ = self.here.run('audit')
        self.assertIn('brought', out)

    def test_a_practitioner_cannot_write_and_nobody_can_write_elsewhere(self):
        page = self.look(self.helper, 'redcap-17.csv', {'name': 'theirs'})
        self.assertEqual(self.press(self.helper, page, {'save': 'yes'}).status, 403)
        for name in ('../evil', '/tmp/evil', '.hidden', 'a/b'):
            page = self.look(self.boss, 'redcap-17.csv')
            self.assertEqual(self.press(self.boss, page, {'save': 'yes', 'name': name}).status, 422, name)
        page = self.look(self.boss, 'redcap-17.csv')
        self.assertEqual(self.press(self.boss, page, {'save': 'yes', 'text.0': '[survey]\r\nbroken'}).status, 422)
        self.assertEqual([f for f in os.listdir(self.shelf) if 'brought' not in f], [])

    def test_what_cannot_be_read_is_said_at_the_form(self):
        page = self.helper.get(PAGE)
        bad = upload(self.helper, page, PAGE, 'file', 'x.xlsx', b'PK\x03\x04 not a workbook')
        self.assertEqual(bad.status, 422)
        self.assertIn('damaged', bad.text)
        self.assertNotIn('<ul class=findings id=findings></ul>', bad.text)
        broken = upload(self.helper, self.helper.get(PAGE), PAGE, 'file', 'x.lss', b'<document>\n<a></b>')
        self.assertIn('character', broken.text)
        none = upload(self.helper, self.helper.get(PAGE), PAGE, 'file', '', b'')
        self.assertEqual(none.status, 422)
        self.assertIn('Choose a file', none.text)


if __name__ == '__main__':
    unittest.main()
