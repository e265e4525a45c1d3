#!/usr/bin/python3
"""Statistics beside R's, computed at this moment by tests/with_r/expected.R (base R, multilevel, psych): on the real data, on random
answers with missing ones, on organisations of one, without variance, with a negative ICC, and on two waves. Optional: script/test
--with-r; needs the Debian packages r-base-core, r-cran-multilevel and r-cran-psych."""
import csv
import io
import math
import os
import random
import subprocess
import unittest

from support.readiness import Installation, ROOT

HERE = os.path.dirname(os.path.abspath(__file__))
TOLERANCE = {'omega': 1e-4, 'p': 1e-6}
INSTRUMENT = '''[survey]
schema = 1
name = random
version = 1.0
title = "Random"
language = en

[scale.five]
1 = "1"
2 = "2"
3 = "3"
4 = "4"
5 = "5"
favourable = 4, 5
unfavourable = 1, 2
'''


def instrument(items):
    """A construct for each key: how many items; the second item of each is reversed."""
    text = INSTRUMENT
    for name, n in items.items():
        text += '\n[construct.%s]\nlabel = "%s"\nlevel = organisation\nanswered_by = staff\nscale = five\n' % (name, name)
        for i in range(1, n + 1):
            text += 'item.%s%d = "Item %d"\n' % (name, i, i)
            if i == 2:
                text += 'item.%s%d.reverse = yes\n' % (name, i)
    return text


def person(rng, items, middle, missing, spread):
    row = []
    for n in items.values():
        trait = rng.gauss(middle, 0.6 if spread else 0)
        for i in range(1, n + 1):
            value = min(5, max(1, round(rng.gauss(trait, 0.9 if spread else 0))))
            value = 6 - value if i == 2 else value
            row.append('' if rng.random() < missing else value)
    return row


def table(rng, items, organisations, missing=0.0, between=0.4, spread=True):
    """CSV text; `organisations`: name -> persons."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(['organisation'] + ['%s%d' % (c, i) for c, n in items.items() for i in range(1, n + 1)])
    for name, n in organisations.items():
        middle = rng.gauss(3.3, between) if between else 3.3
        for _ in range(n):
            writer.writerow([name] + person(rng, items, middle, missing, spread))
    return out.getvalue()


class WithR(unittest.TestCase):
    def expected(self, here, answers, reversed_items, before=''):
        done = subprocess.run(['Rscript', '--vanilla', os.path.join(HERE, 'expected.R'), here.path(answers), '5',
                               ','.join(reversed_items), before and here.path(before)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def compare(self, here, want, assessment='a', least=1):
        got = here.results(assessment)
        compared = withheld = 0
        few = {k[0] for k, v in got.items() if k[2] == 'item' and k[4] == 'n' and (v == 'withheld' or v < 10)}
        for row in want:
            if row['statistic'] in ('rwgj', 'ad') and row['organisation'] in few:
                continue  # over the items that are told in detail only
            key = (row['organisation'], '', row['kind'], row['name'], row['statistic'])
            value = got.get(key)
            if value == 'withheld':
                withheld += 1
                continue
            expected = float(row['value'])
            self.assertIsInstance(value, float, (row, value))
            tolerance = TOLERANCE.get(row['statistic'], 1e-9)
            self.assertLessEqual(abs(value - expected), tolerance * max(abs(expected), 1e-3), (row, value))
            compared += 1
        self.assertGreaterEqual(compared, least)
        return compared, withheld, got

    def fill(self, here, items, tables):
        here.write('random.ini', instrument(items))
        here.run('assessment', 'new', 'a', '--instrument', here.path('random.ini'), '--title', 'A')
        for i, text in enumerate(tables):
            here.write('wave%d.csv' % i, text)
            words = ['--create-organisations'] if i == 0 else []
            here.run('responses', 'import', 'a', 'wave%d.csv' % i, '--label', 'W%d' % i, *words)
        return [c + '2' for c, n in items.items() if n > 1]

    def test_real_data(self):
        with Installation() as here:
            data = os.path.join(ROOT, 'tests/data')
            here.run('assessment', 'new', 'a', '--instrument', os.path.join(data, 'instruments/leadership.ini'),
                     '--title', 'Leadership')
            with open(os.path.join(data, 'leadership/answers.csv'), encoding='utf-8') as file:
                text = file.read()
            here.run('responses', 'import', 'a', os.path.join(data, 'leadership/answers.csv'), '--create-organisations')
            head, _, rest = text.partition('\n')
            # R's script takes a construct from the letters before an item's number: one construct here
            names = head.strip().split(',')
            renamed = [n if n == 'organisation' else 'lead%d' % i for i, n in enumerate(names)]
            here.write('r.csv', ','.join(renamed) + '\n' + rest)
            want = self.expected(here, 'r.csv', [])
            for row in want:
                if row['kind'] == 'item':
                    row['name'] = names[renamed.index(row['name'])]
            self.compare(here, want, least=700)

    def test_random_answers_with_missing_ones(self):
        for seed in range(3):
            rng = random.Random(seed)
            items = {'aa': 4, 'bb': 3, 'cc': 1}
            organisations = {'o%02d' % i: rng.randint(6, 60) for i in range(14)}
            with Installation() as here, self.subTest(seed=seed):
                reverse = self.fill(here, items, [table(rng, items, organisations, missing=0.15)])
                self.compare(here, self.expected(here, 'wave0.csv', reverse), least=150)

    def test_organisations_of_one(self):
        """Together they are enough to be counted in the whole; none is shown by itself."""
        rng = random.Random(11)
        items = {'aa': 3, 'bb': 5}
        organisations = dict({'o%02d' % i: 20 for i in range(6)}, **{'single%02d' % i: 1 for i in range(12)})
        with Installation() as here:
            reverse = self.fill(here, items, [table(rng, items, organisations)])
            want = self.expected(here, 'wave0.csv', reverse)
            compared, withheld, got = self.compare(here, want, least=60)
            self.assertEqual(got['single00', '', 'construct', 'aa', 'mean'], 'withheld')

    def test_without_variance(self):
        """Everybody gives the same answer: nothing that divides by the variance has a value."""
        rng = random.Random(12)
        items = {'aa': 4}
        with Installation() as here:
            reverse = self.fill(here, items, [table(rng, items, {'x': 40, 'y': 30}, between=0, spread=False)])
            want = [r for r in self.expected(here, 'wave0.csv', reverse)
                    if r['statistic'] not in ('f', 'p', 'icc1', 'icc2')]
            _, _, got = self.compare(here, want, least=6)
            self.assertEqual(got['', '', 'construct', 'aa', 'sd'], 0)
            for statistic in ('f', 'p', 'icc1', 'icc2', 'alpha', 'omega'):
                self.assertEqual(got['', '', 'construct', 'aa', statistic], '', statistic)

    def test_negative_icc(self):
        """More alike between organisations than by chance: shown as computed."""
        rng = random.Random(13)
        items = {'aa': 4}
        rows = [person(rng, items, 3.3, 0, True) for _ in range(200)]
        rows.sort(key=lambda r: sum(6 - v if i == 1 else v for i, v in enumerate(r)))
        text = 'organisation,aa1,aa2,aa3,aa4\n' + ''.join(
            'o%d,%s\n' % (i % 10 if i // 10 % 2 else 9 - i % 10, ','.join(map(str, r))) for i, r in enumerate(rows))
        with Installation() as here:
            reverse = self.fill(here, items, [text])
            _, _, got = self.compare(here, self.expected(here, 'wave0.csv', reverse), least=40)
            self.assertLess(got['', '', 'construct', 'aa', 'icc1'], 0)

    def test_two_waves(self):
        rng = random.Random(14)
        items = {'aa': 4, 'bb': 2}
        organisations = {'o%d' % i: rng.randint(12, 40) for i in range(6)}
        tables = [table(rng, items, organisations), table(rng, items, organisations, missing=0.1)]
        with Installation() as here:
            reverse = self.fill(here, items, tables)
            want = self.expected(here, 'wave1.csv', reverse, 'wave0.csv')
            self.assertTrue(any(r['statistic'] == 'g' for r in want))
            compared, _, got = self.compare(here, want, least=100)
            self.assertTrue(math.isfinite(got['', '', 'construct', 'aa', 'change_low']))


if __name__ == '__main__':
    unittest.main()
