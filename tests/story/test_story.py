#!/usr/bin/python3
"""The whole story against the real program: an instrument file, organisations and people from tables, links, answers
through the pages over HTTP, closing, results and workbooks, compared with an independent computation."""
import math
import os
import random
import re
import statistics
import unittest
import warnings

import openpyxl

from support.readiness import Browser, Installation, Page, ROOT  # noqa: F401

INSTRUMENT = os.path.join(ROOT, 'tests/data/instruments/story.ini')
REVERSED = {'lead3'}
CONSTRUCTS = {'leadership': (['lead1', 'lead2', 'lead3', 'lead4'], 1, 5, False),
              'skill': (['skill1', 'skill2'], 1, 5, False),
              'load': (['load1', 'load2'], 1, 7, True)}
# Student's t at .975, by degrees of freedom, from a printed table
T_975 = {12: 2.178813, 13: 2.160369, 14: 2.144787, 15: 2.131450}
STAFF_ITEMS = [i for items, *_ in CONSTRUCTS.values() for i in items]


def scored(item, raw):
    """The value as it counts: reversed, then turned towards enabler."""
    for items, low, high, barrier in CONSTRUCTS.values():
        if item in items:
            value = low + high - raw if item in REVERSED else raw
            return low + high - value if barrier else value
    raise KeyError(item)


def person_score(person, construct):
    items = CONSTRUCTS[construct][0]
    values = [scored(i, person[i]) for i in items if isinstance(person.get(i), int)]
    return sum(values) / len(values) if len(values) * 2 >= len(items) else None


def favourable(item, raw):
    low, high = (1, 7) if item.startswith('load') else (1, 5)
    value = scored(item, raw)
    top = {5: (4, 5), 7: (6, 7)}[high]
    return value in top if not item.startswith('load') else value >= 6


def make_person(random_, number):
    person = {'role': ['lead', 'front', 'front', 'support'][number % 4]}
    for item in STAFF_ITEMS:
        high = 7 if item.startswith('load') else 5
        chance = random_.random()
        if chance < 0.04:
            person[item] = 'na' if high == 5 else None
        elif chance < 0.07:
            person[item] = None
        else:
            person[item] = random_.randint(1, high)
    if number % 3 == 0:
        person['obstacle'] = 'Not enough time, says number %d.' % number
    if person['role'] == 'lead':
        person['team'] = 'Team meeting %d' % number
    return {k: v for k, v in person.items() if v is not None}


class Story(unittest.TestCase):
    """Played once; the tests look at its parts."""

    @classmethod
    def setUpClass(cls):
        cls.here = here = Installation()
        here.__enter__()
        here.run('assessment', 'new', 'tale', '--instrument', INSTRUMENT, '--title', 'A tale', '--innovation',
                 'the falls plan')
        here.write('organisations.csv', '\ufeffcode;name;headcount\r\nnorth;North House;\r\nsouth;South House;\r\n'
                   'tiny;Tiny House;\r\nmarket;Market Hall;20\r\n')
        here.run('organisation', 'import', 'tale', 'organisations.csv')
        sizes = {'north': 16, 'south': 8, 'tiny': 3}
        rows = ['email,organisation,name,unit']
        for code, n in sizes.items():
            for i in range(n):
                unit = ('Ward A' if i < 10 else 'Ward B') if code == 'north' else ''
                rows.append('staff%d@%s.example,%s,,%s' % (i, code, code, unit))
        here.write('people.csv', '\n'.join(rows))
        here.run('people', 'import', 'tale', 'people.csv')
        here.run('wave', 'open', 'tale', '--label', 'Baseline')
        here.serve()
        cls.links = here.links('tale')
        random_ = random.Random(7)
        cls.people = {'north': [], 'south': [], 'tiny': [], 'market': []}
        cls.thanks = []
        for link in cls.links:
            visits = {'personal': 1, 'open': 6, 'organisation': 0}[link['kind']]
            for _ in range(visits):
                code = link['organisation']
                person = make_person(random_, len(cls.people[code]))
                cookies = len(cls.people[code]) % 2 == 0  # every second browser refuses cookies
                page = Browser(here.url, cookies=cookies).fill(link['token'], person)
                cls.thanks.append(page.text)
                cls.people[code].append(person)
        cls.agreed = {'lead1': 4, 'lead2': 5, 'lead3': 1, 'lead4': 3, 'policy1': 2, 'policy2': 'unsure'}
        for link in cls.links:
            if link['kind'] == 'organisation' and link['organisation'] == 'north':
                cls.agreed_thanks = Browser(here.url).fill(link['token'], cls.agreed)
        cls.close_out, _ = here.run('wave', 'close', 'tale', '--yes')  # while the server runs
        cls.results = here.results('tale')

    @classmethod
    def tearDownClass(cls):
        cls.server_status = cls.here.stop()
        cls.here.__exit__()

    def value(self, organisation, group, kind, name, statistic):
        return self.results[organisation, group, kind, name, statistic]

    def test_every_answer_through_the_pages_is_thanked(self):
        self.assertEqual(len(self.thanks), 33)
        for page in self.thanks:
            self.assertIn('Your answers have arrived.', page)

    def test_all_answers_are_counted_and_the_tiny_organisation_is_not_shown(self):
        self.assertIn('33', self.close_out)
        self.assertEqual(self.value('north', '', 'response', 'responses', 'answered'), 16)
        self.assertEqual(self.value('market', '', 'response', 'responses', 'answered'), 6)
        self.assertAlmostEqual(self.value('market', '', 'response', 'responses', 'rate'), 6 / 20)
        shown = [k for k, v in self.results.items() if k[0] == 'tiny' and isinstance(v, float) and k[2] != 'response']
        self.assertEqual(shown, [])

    def test_construct_means_and_spreads_equal_an_independent_computation(self):
        for construct in CONSTRUCTS:
            for code in ('north', 'south', 'market'):
                scores = [s for p in self.people[code] if (s := person_score(p, construct)) is not None]
                got = self.value(code, '', 'construct', construct, 'mean')
                self.assertAlmostEqual(got, statistics.mean(scores), places=12, msg=(code, construct))
                self.assertEqual(self.value(code, '', 'construct', construct, 'n'), len(scores))
                sd = self.value(code, '', 'construct', construct, 'sd')
                if len(scores) >= 10:
                    self.assertAlmostEqual(sd, statistics.stdev(scores), places=12)
                else:
                    self.assertEqual(sd, 'withheld', (code, construct))

    def test_item_shares_and_construct_shares_follow_the_convention(self):
        shares = []
        for item in CONSTRUCTS['leadership'][0]:
            raws = [p[item] for p in self.people['north'] if isinstance(p.get(item), int)]
            share = sum(favourable(item, r) for r in raws) / len(raws)
            self.assertAlmostEqual(self.value('north', '', 'item', item, 'favourable'), share, places=12)
            mean = self.value('north', '', 'item', item, 'mean')
            if mean != 'withheld':
                self.assertAlmostEqual(mean, statistics.mean(scored(item, r) for r in raws), places=12)
            shares.append(share)
        self.assertAlmostEqual(self.value('north', '', 'construct', 'leadership', 'favourable'),
                               statistics.mean(shares), places=12)

    def test_agreement_equals_its_definition(self):
        people = self.people['north']
        variances, deviations = [], []
        for item in CONSTRUCTS['leadership'][0]:
            values = [scored(item, p[item]) for p in people if isinstance(p.get(item), int)]
            variances.append(statistics.variance(values))
            mean = statistics.mean(values)
            deviations.append(sum(abs(v - mean) for v in values) / len(values))
        s, e = statistics.mean(variances), (25 - 1) / 12
        expected = 4 * (1 - s / e) / (4 * (1 - s / e) + s / e) if s <= e else 0.0
        self.assertAlmostEqual(self.value('north', '', 'construct', 'leadership', 'rwgj'), expected, places=12)
        self.assertAlmostEqual(self.value('north', '', 'construct', 'leadership', 'ad'),
                               statistics.mean(deviations), places=12)

    def test_not_applicable_answers_are_counted_apart(self):
        expected = sum(1 for p in self.people['north'] if p.get('lead1') == 'na')
        self.assertEqual(self.value('north', '', 'item', 'lead1', 'not_applicable'), expected)

    def test_groups_under_the_minimum_are_withheld_everywhere(self):
        for (code, group, kind, name, statistic), value in self.results.items():
            if group and code == 'south' and kind != 'response' and isinstance(value, float):
                self.fail('a group of two to four is shown: %s %s %s' % (group, name, statistic))

    def sheet(self, name, organisation='north'):
        """Rows of a sheet as {header: value}, keyed by the first line of the first cell."""
        path = self.here.path(organisation + '.xlsx')
        if not os.path.exists(path):
            self.here.run('report', 'tale', '--organisation', organisation, '--out', organisation + '.xlsx')
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # openpyxl does not know the newer data bars
            rows = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
        start = next(i for i, r in enumerate(rows) if r[0] in ('Construct', 'Item'))
        head = [str(h).split('\n')[0] for h in rows[start]]
        found = {}
        for r in rows[start + 1:]:
            if r[0] in ('Construct', 'Item'):
                break
            if len(r) > 8 and isinstance(r[8], str) and r[8][0].isdigit():  # the scale in a construct's own line
                head = head[:8] + [str(h).split('\n')[0] for h in r[8:]]
            elif r[0]:
                found[str(r[0]).split('\n')[0]] = dict(zip(head, r))
        return found

    def test_every_figure_of_the_profile_sheet_is_right(self):
        labels = {'leadership': 'Leadership engagement', 'skill': 'Skill', 'load': 'Workload'}
        rows, people = self.sheet('Profile'), self.people['north']
        for construct, label in labels.items():
            row, items = rows[label], CONSTRUCTS[construct][0]
            scores = [s for p in people if (s := person_score(p, construct)) is not None]
            raws = {i: [p[i] for p in people if isinstance(p.get(i), int)] for i in items}
            self.assertEqual(row['People'], len(scores))
            self.assertAlmostEqual(row['Mean'], statistics.mean(scores), places=12)
            half = T_975[len(scores) - 1] * statistics.stdev(scores) / math.sqrt(len(scores))
            self.assertAlmostEqual(row['Lower end'], statistics.mean(scores) - half, places=6)
            self.assertAlmostEqual(row['Upper end'], statistics.mean(scores) + half, places=6)
            share = statistics.mean(sum(favourable(i, r) for r in raws[i]) / len(raws[i]) for i in items)
            self.assertAlmostEqual(row['Favourable'], share, places=12)
            self.assertAlmostEqual(row['Favourable'] + row['Neutral'] + row['Unfavourable'], 1, places=12)

    def test_every_figure_of_the_items_sheet_is_right(self):
        texts = {'lead1': 'Leaders here make time for the falls plan.',
                 'lead3': 'Leaders here see the falls plan as the job of others.',
                 'skill1': 'I know how to do the falls plan.', 'load2': 'Too many things change at once.'}
        rows, people = self.sheet('Items'), self.people['north']
        for item, text in texts.items():
            row, raws = rows[text], [p[item] for p in people if isinstance(p.get(item), int)]
            values = [scored(item, r) for r in raws]
            self.assertEqual(row['People'], len(raws))
            if self.value('north', '', 'item', item, 'mean') == 'withheld':  # veiled, because somebody left one out
                self.assertEqual({row['Mean'], row['Spread (standard deviation)'], row['1']}, {'—'})
                continue
            self.assertAlmostEqual(row['Mean'], statistics.mean(values), places=12)
            self.assertAlmostEqual(row['Spread (standard deviation)'], statistics.stdev(values), places=12)
            for code in range(1, 6 if not item.startswith('load') else 8):
                column = str(code)
                self.assertAlmostEqual(row[column], raws.count(code) / len(raws), places=12, msg=(item, code))

    def test_the_organisations_own_rating_stands_beside_the_staff_mean_and_in_no_mean(self):
        row = self.sheet('Staff and organisation')['Leadership engagement']
        own = statistics.mean([4, 5, 6 - 1, 3])
        self.assertAlmostEqual(row["Organisation's own rating"], own, places=12)
        self.assertAlmostEqual(row['Staff, mean'], self.value('north', '', 'construct', 'leadership', 'mean'), places=12)
        self.assertAlmostEqual(row['Difference'], row['Staff, mean'] - own, places=12)

    def test_an_organisation_of_six_gets_a_workbook_without_what_could_tell(self):
        rows = self.sheet('Items', 'market')
        for row in rows.values():
            for column in ('Spread (standard deviation)', '1', '2', '3', '4', '5'):
                if column in row:
                    self.assertNotIsInstance(row[column], (int, float), column)

    def test_a_spent_link_says_so_and_shows_no_answer(self):
        link = next(k for k in self.links if k['kind'] == 'personal')
        page = Browser(self.here.url).get('/s/' + link['token'])
        self.assertIsNone(page.form(field='.p'))
        for word in ('Not enough time', 'Team meeting'):
            self.assertNotIn(word, page.text)

    def test_the_log_names_nobody(self):
        with open(self.here.log) as file:
            log = file.read()
        self.assertIn('event=', log)
        for link in self.links:
            self.assertNotIn(link['token'], log)
        self.assertNotRegex(log, r'@|\d+\.\d+\.\d+\.\d+(?!:)')


if __name__ == '__main__':
    unittest.main()
