"""How many have answered: every page and command tells the same, and nothing that a subtraction would turn into a hidden
number."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser
from support.scene import ANSWERS, answered, scene
from support.workspace import add_user, submit

K, STAFF = 5, 12


class Counts(unittest.TestCase):
    """Two organisations of twelve people; the counts grow from nobody to six in both."""

    @classmethod
    def setUpClass(cls):
        cls.here = scene(staff=STAFF, organisations=('north', 'south'))
        cls.browser = add_user(cls.here, 'claire@support.example')
        cls.tokens = {'north': [], 'south': []}
        for row in cls.here.links('tale', 'personal'):
            cls.tokens[row['organisation']].append(row['token'])
        cls.given = {'north': 0, 'south': 0}

    @classmethod
    def tearDownClass(cls):
        status = cls.here.stop()
        cls.here.__exit__()
        assert status == 0, status

    def answer(self, organisation, n):
        while self.given[organisation] < n:
            Browser(self.here.url).fill(self.tokens[organisation][self.given[organisation]], ANSWERS)
            self.given[organisation] += 1

    def get(self, page):
        return self.browser.get('/assessments/tale' + page).text

    def command(self):
        """(invited, answered) of `wave list`, as texts."""
        out, _ = self.here.run('wave', 'list', 'tale', '--format', 'csv')
        return tuple(out.strip().splitlines()[-1].split(',')[-2:])

    def fact(self, text):
        """What a page of facts says under “Answered”."""
        return re.search(r'<dt>Answered</dt><dd>(.*?)</dd>', text).group(1)

    def expected(self):
        """The rule of engine/store/counts.h, in its own words."""
        hidden = [n for n in self.given.values() if n < K]
        told = [n for n in self.given.values() if n >= K]
        everybody = not told or not hidden or sum(hidden) >= K
        total = sum(told) + (sum(hidden) if everybody else 0)
        return everybody, total if total >= K else None, STAFF * (2 if everybody else len(told))

    def check(self):
        everybody, total, invited = self.expected()
        page, texts = self.get('/watch'), json.loads(self.get('/watch.json'))['texts']
        for i, organisation in enumerate(('north', 'south')):
            n = self.given[organisation]
            self.assertEqual(texts['answered.%d' % i], str(n) if n >= K else 'not shown')
            self.assertEqual(texts['rate.%d' % i] != '', n >= K)
        for name, text in texts.items():
            if not name.startswith('rating'):
                self.assertIn('data-watch=%s>%s<' % (name, text), page.replace('"', ''))
        self.assertEqual('data-watch=column.0' in page.replace('"', ''), everybody and total is not None)
        self.assertEqual(any(name.startswith('day.') for name in texts), everybody and total is not None)
        if total is None:
            self.assertIn('Fewer than 5 people have answered', texts['total'])
            self.assertNotRegex(texts['remind'], r'\d+ of the \d+')
        else:
            self.assertIn('%d of %d people' % (total, invited), texts['total'])
            self.assertEqual('are not counted in this' in texts['total'], not everybody)
            self.assertIn('%d of the %d people' % (invited - total, invited), texts['remind'])
        words = 'Fewer than 5' if total is None else '%d of %d (' % (total, invited)
        for page in ('', '/waves', '/waves/1/close'):
            fact = self.fact(self.get(page))
            self.assertTrue(fact.startswith(words), (page, fact, self.given))
            self.assertEqual('without organisations of fewer than 5' in fact, not everybody, (page, fact))
        self.assertIn(words, self.browser.get('/work').text)
        self.assertEqual(self.command(), (str(invited), '' if total is None else str(total)))
        self.assertEqual('destroyed unopened and there will be no results' in self.get('/waves/1/close'), total is None)

    def test_all_places_tell_the_same(self):
        for north, south in ((0, 0), (1, 0), (4, 0), (4, 1), (5, 1), (6, 1), (6, 4), (6, 5), (6, 6)):  # they only grow
            with self.subTest(north=north, south=south):
                self.answer('north', north)
                self.answer('south', south)
                self.assertEqual(answered(self.here), north + south)
                self.check()


class Closed(unittest.TestCase):
    def test_a_closed_wave_tells_what_it_told_when_it_was_open(self):
        for north, south, fact in ((6, 1, '6 of 12 (50%), without organisations of fewer than 5 answers'),
                                   (4, 4, '8 of 24 (33%)'), (6, 5, '11 of 24 (46%)'), (4, 0, 'Fewer than 5')):
            with self.subTest(north=north, south=south), scene(staff=STAFF, organisations=('north', 'south')) as here:
                browser = add_user(here, 'claire@support.example')
                for row in here.links('tale', 'personal'):
                    n = int(re.search(r'\d+', row['email']).group())
                    if n < {'north': north, 'south': south}[row['organisation']]:
                        Browser(here.url).fill(row['token'], ANSWERS)
                seen = []
                for _ in ('open', 'closed'):
                    listed, _ = here.run('wave', 'list', 'tale', '--format', 'csv')
                    seen.append([re.search(r'<dt>Answered</dt><dd>(.*?)</dd>', browser.get('/assessments/tale' + page).text)
                                 .group(1).replace('\u202f', '').replace('\u00a0', '') for page in ('', '/waves')] +
                                [listed.strip().splitlines()[-1].split(',')[-2:]])
                    if len(seen) == 1:
                        here.run('wave', 'close', 'tale', '--yes')
                self.assertEqual(seen[0], seen[1])
                self.assertEqual(seen[0][0], fact)
                self.assertEqual(seen[0][1], fact)

    def test_an_imported_wave_says_nothing_about_who_was_invited(self):
        with scene(staff=0) as here:
            here.run('wave', 'close', 'tale', '--yes')
            names = sorted(ANSWERS)
            here.write('answers.csv', ','.join(['organisation'] + names) + '\n' + ''.join(
                ','.join(['north'] + [str(ANSWERS[n]) for n in names]) + '\n' for _ in range(7)))
            here.run('responses', 'import', 'tale', 'answers.csv', '--label', 'Earlier')
            out, _ = here.run('wave', 'list', 'tale', '--format', 'csv')
            rows = [line.split(',') for line in out.strip().splitlines()]
            self.assertEqual([r[-2:] for r in rows if r[0] == 'Earlier'], [['', '7']])


if __name__ == '__main__':
    unittest.main()
