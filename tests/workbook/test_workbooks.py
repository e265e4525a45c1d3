#!/usr/bin/python3
"""The demo's workbooks, read as a stranger would: nothing in them that has no place in a report (check_workbook.py)."""
import glob
import os
import subprocess
import unittest
import warnings

import openpyxl

from support.readiness import Installation, ROOT

CHECK = os.path.join(ROOT, 'tests/workbook/check_workbook.py')
SHEETS = {'en': 'Summary|Profile|Items|Staff and organisation|Groups|Change|Strategies|Action plan|Comments|Method|Codebook',
          'all': 'Overview|Response|Ranking|Common barriers|Change|Reliability|Method|Codebook'}
PROFILES = 'Harbour Street Clinic|Millpond Day Centre|Northgate Hospital, Ward 7|Oakfield Community Team|' \
    'Résidence des Tilleuls|Willowbank Care Home'


class Workbooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Installation()
        cls.here.run('demo', '--dir', 'demo', '--stop')
        cls.files = sorted(glob.glob(cls.here.path('demo/reports/*.xlsx')))

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def check(self, path, *more):
        done = subprocess.run(['/usr/bin/python3', CHECK, path] + list(more), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, os.path.basename(path) + '\n' + done.stdout)

    def test_every_workbook_of_the_demo_holds_nothing_that_has_no_place_there(self):
        self.assertEqual(len(self.files), 7)
        for path in self.files:
            self.check(path)

    def test_the_sheets_are_there_in_their_order(self):
        for path in self.files:
            name = os.path.basename(path)
            if name == 'all-organisations.xlsx':
                self.check(path, '--sheets', SHEETS['all'])
            elif name != 'tilleuls.xlsx':  # in French
                self.check(path, '--sheets', SHEETS['en'])

    def test_on_request_every_organisation_has_its_profile_in_the_workbook_over_all(self):
        self.here.environment.update(READINESS_DATA_DB='sqlite:demo/readiness.db', READINESS_DATA_KEYS='demo/keys')
        for language, sheets in (('en', SHEETS['all'] + '|' + PROFILES), ('fr', None)):
            self.here.run('report', 'demo', '--all', '--profiles', '--language', language, '--out', 'profiles.xlsx')
            path = self.here.path('profiles.xlsx')
            self.check(path, *(['--sheets', sheets] if sheets else []))
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')  # openpyxl does not know data bars of 2010
                book = openpyxl.load_workbook(path)
            self.assertEqual(book.sheetnames[8:], PROFILES.split('|'))
            for name in book.sheetnames[8:]:
                self.assertEqual(book[name]['A1'].value, name)
                self.assertGreater(len(book[name]._charts), 10, name)


if __name__ == '__main__':
    unittest.main()
