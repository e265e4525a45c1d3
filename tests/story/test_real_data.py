#!/usr/bin/python3
"""Real input: 5,400 answers of 99 organisations to eleven leadership items, from the file to the workbook, against what R
computes from them (tests/data/leadership)."""
import csv
import os
import unittest
import warnings

import openpyxl

from support.readiness import Installation, ROOT

DATA = os.path.join(ROOT, 'tests/data/leadership')
STATISTICS = {('group', 'mean'): 'mean', ('group', 'sd'): 'sd', ('group', 'rwgj_uniform'): 'rwgj',
              ('group', 'adm_mean'): 'ad', ('overall', 'mean'): 'mean', ('overall', 'sd'): 'sd',
              ('overall', 'alpha_listwise'): 'alpha', ('overall', 'F'): 'f', ('overall', 'p_F'): 'p',
              ('overall', 'ICC1_n0'): 'icc1', ('overall', 'ICC2'): 'icc2', ('overall', 'omega_ml_std'): 'omega',
              ('item', 'item_mean'): 'mean', ('item', 'item_sd'): 'sd', ('item', 'r_drop_listwise'): 'item_rest',
              ('item', 'alpha_drop_listwise'): 'alpha_without'}
TOLERANCE = {'omega': 1e-4, 'p': 1e-6}


class RealData(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = here = Installation()
        here.run('assessment', 'new', 'lead', '--instrument', os.path.join(ROOT, 'tests/data/instruments/leadership.ini'),
                 '--title', 'Leadership')
        cls.out, _ = here.run('responses', 'import', 'lead', os.path.join(DATA, 'answers.csv'),
                              '--create-organisations')
        cls.results = here.results('lead')
        here.run('report', 'lead', '--all', '--out', 'all.xlsx')
        with open(os.path.join(DATA, 'expected.csv'), newline='') as file:
            cls.expected = list(csv.DictReader(file))

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def test_every_published_figure_agrees_with_r(self):
        compared = withheld = 0
        for row in self.expected:
            statistic = STATISTICS.get((row['level'], row['statistic']))
            item = row['scale'].partition(':')[2].lower()
            if not statistic or (row['level'] == 'item') != bool(item):
                continue
            got = self.results[row['organisation'], '', 'item' if item else 'construct', item or 'lead', statistic]
            # One organisation has fewer than ten answers.
            if row['level'] == 'group' and int(row['n']) < 10 and statistic != 'mean':
                self.assertEqual(got, 'withheld')
                withheld += 1
                continue
            want, tolerance = float(row['value']), TOLERANCE.get(statistic, 1e-9)
            self.assertLessEqual(abs(got - want), tolerance * abs(want), (row, got))
            compared += 1
        self.assertEqual((compared, withheld), (445, 3))

    def test_all_rows_are_imported(self):
        self.assertIn('5400 of 5400', self.out)

    def sheet(self, path, name):
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return list(openpyxl.load_workbook(self.here.path(path))[name].iter_rows(values_only=True))

    def test_the_reliability_sheet_shows_the_same_numbers(self):
        rows = self.sheet('all.xlsx', 'Reliability')
        head = next(r for r in rows if r[0] == 'Construct')
        row = dict(zip(head, next(r for r in rows if str(r[0]).startswith('Leadership'))))
        for column, statistic in (('Between organisations, ICC(1)', 'icc1'), ('Reliability of the means, ICC(2)', 'icc2'),
                                  ('F', 'f'), ('Alpha', 'alpha'), ('Omega', 'omega'), ('People', 'n')):
            want = self.results['', '', 'construct', 'lead', statistic]
            self.assertAlmostEqual(row[column] / want, 1, places=12, msg=column)

    def test_the_ranking_sheet_shows_every_mean(self):
        means = {r[1]: r[3] for r in self.sheet('all.xlsx', 'Ranking') if isinstance(r[0], (int, float))}
        self.assertEqual(len(means), 99)
        for code, mean in means.items():
            self.assertAlmostEqual(mean, self.results[str(code), '', 'construct', 'lead', 'mean'], places=12)

    def test_an_organisations_workbook_shows_its_numbers(self):
        self.here.run('report', 'lead', '--organisation', '10', '--out', 'ten.xlsx')
        rows = self.sheet('ten.xlsx', 'Profile')
        profile = next(r for r in rows if str(r[0]).startswith('Leadership\n') or r[0] == 'Leadership')
        want = self.results['10', '', 'construct', 'lead', 'mean']
        self.assertTrue(any(isinstance(v, float) and abs(v - want) < 1e-12 for v in profile), profile)
        flat = [v for r in rows for v in r if isinstance(v, float)]
        for statistic in ('rwgj', 'ad', 'favourable', 'ci_low', 'ci_high'):
            want = self.results['10', '', 'construct', 'lead', statistic]
            self.assertTrue(any(abs(v - want) < 1e-12 for v in flat), (statistic, want))


if __name__ == '__main__':
    unittest.main()
