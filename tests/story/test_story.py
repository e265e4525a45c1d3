#!/usr/bin/python3
"""The whole story against the real program: an instrument file, organisations and people from tables, links, answers
through the pages over HTTP, closing, results and workbooks, compared with an independent computation."""
import math
import os
import random
import re
import statistics
import unittest

from support.readiness import Browser, Installation, Page, ROOT  # noqa: F401

INSTRUMENT = os.path.join(ROOT, 'tests/data/instruments/story.ini')
REVERSED = {'lead3'}
CONSTRUCTS = {'leadership': (['lead1', 'lead2', 'lead3', 'lead4'], 1, 5, False),
              'skill': (['skill1', 'skill2'], 1, 5, False),
              'load': (['load1', 'load2'], 1, 7, True)}
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
            self.assertAlmostEqual(self.value('north', '', 'item', item, 'mean'),
                                   statistics.mean(scored(item, r) for r in raws), places=12)
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
