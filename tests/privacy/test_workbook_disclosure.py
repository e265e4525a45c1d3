#!/usr/bin/python3
"""The auditor reads the written workbooks of random organisations back and finds nobody (auditor.py, figures.py).

200 organisations; with READINESS_LONG=1 ten thousand (or READINESS_LONG=N), for which a build without sanitizers is better:
    READINESS_LONG=1 READINESS=build/release/readiness tests/privacy/test_workbook_disclosure.py"""
import concurrent.futures
import os
import random
import unittest

import openpyxl

import auditor
import figures
import organisations
import solving
from support import readiness
from support.readiness import Browser, Installation

K = 5
LONG = int(os.environ.get('READINESS_LONG') or 0)
ORGANISATIONS = 200 if not LONG else 10000 if LONG == 1 else LONG
EACH = 40  # organisations of an assessment
FIRST = int(os.environ.get('READINESS_SEED') or 1)
# Counted, and not forbidden here: groups of which all answered on one side ('side'); deviations that who has the reports of
# all organisations can work out ('spread').


def tell(headcount, waves, folders):
    """What the workbooks tell, wave by wave."""
    told = [auditor.Told(number, {o: auditor.Crowd(wave.get(o, [])) for o in headcount}, headcount, K)
            for number, wave in enumerate(waves)]
    labels = {label: number for number, label in enumerate(organisations.WAVES)}
    for number, (folder, together) in enumerate(folders):
        fixed = {}
        books = [(os.path.join(folder, name), name[:-len('.xlsx')]) for name in sorted(os.listdir(folder))]
        for path, organisation in books + [(together, '')]:
            reader = figures.Reader(path, organisation, number, labels)
            for figure in reader.figures:
                told[figure.wave].add(figure)
            for place, text in reader.fixed.items():
                if organisation and fixed.setdefault(place, text) != text:
                    raise figures.Unattributed('%s, %s: says something of its own: %r' % (path, place, text))
    return told


def audit(seed, program=readiness.PROGRAM, flats=solving.FLATS):
    """Makes an assessment, reads its workbooks back and solves: (organisations, figures read, findings, how many of the
    organisations a bare threshold would give away)."""
    readiness.PROGRAM, solving.FLATS = program, flats
    with Installation() as here:
        headcount, waves, folders = organisations.make(here, seed, EACH)
        told = tell(headcount, waves, folders)
        findings = []
        for one in told:
            auditor.check_others(one)
            one.audit()
        auditor.audit_change(told)
        for one in told:
            findings += [('assessment %d' % seed, f.kind, repr(f), f.organisation) for f in one.findings]
        given_away = {o for wave in waves for o, people in wave.items() if auditor.bare_threshold(people, K)}
        return len(headcount), sum(len(f) for one in told for f in one.figures.values()), findings, len(given_away)


class TheAuditorItself(unittest.TestCase):
    def fewest(self, rows, **persons):
        return solving.fewest([dict.fromkeys(row, 1) for row in rows], {c: c for c in persons}, persons, K)

    def test_what_is_left_after_subtracting_is_found(self):
        self.assertEqual(self.fewest(['abc', 'ab'], a=6, b=7, c=2), ['c'])
        self.assertEqual(self.fewest(['ab', 'bc'], a=2, b=9, c=2), ['a', 'c'])  # neither alone, but their difference
        self.assertEqual(self.fewest(['acd', 'bcd'], a=2, b=2, c=3, d=3), ['a', 'b'])

    def test_nothing_is_found_where_every_combination_depends_on_enough(self):
        self.assertIsNone(self.fewest(['abc', 'ab'], a=6, b=7, c=5))
        self.assertIsNone(self.fewest(['ab', 'bc'], a=3, b=9, c=2))
        self.assertIsNone(self.fewest(['abc'], a=2, b=2, c=2))

    def test_a_number_without_a_known_place_is_an_error(self):
        with Installation() as here:
            for name, value in (('Strategies', 4), ('Strategies', '4 of them left'), ('Groups', 0.5), ('News', 'none')):
                book = openpyxl.Workbook()
                book.active.title = name
                book.active['A1'] = 'Group'
                book.active['F9'] = value
                book.save(here.path('book.xlsx'))
                with self.assertRaises(figures.Unattributed):
                    figures.Reader(here.path('book.xlsx'), 'north', 0, {})


class WorkbookDisclosure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        seeds = range(FIRST, FIRST + (ORGANISATIONS + EACH - 1) // EACH)
        cls.organisations = cls.read = cls.bare = 0
        cls.findings = []
        with concurrent.futures.ProcessPoolExecutor(2) as workers:
            for n, read, findings, bare in workers.map(audit, seeds):
                cls.organisations += n
                cls.read += read
                cls.findings += findings
                cls.bare += bare
        if LONG:
            kinds = {kind: sum(f[1] == kind for f in cls.findings) for kind in auditor.ALL_KINDS}
            print('%d organisations, %d figures, a bare threshold gives %d away, findings: %s' % (
                cls.organisations, cls.read, cls.bare, kinds))

    def none(self, *kinds):
        found = [f for f in self.findings if f[1] in kinds]
        self.assertEqual(len(found), 0, '\n'.join('%s: %s' % (seed, text) for seed, _, text, _ in found[:12]))

    def test_enough_was_read(self):
        self.assertGreaterEqual(self.organisations, ORGANISATIONS)
        self.assertGreater(self.read, 40 * self.organisations)

    def test_every_figure_is_what_it_says(self):
        self.none('wrong')

    def test_no_combination_of_figures_depends_on_fewer_than_the_minimum(self):
        self.none('few')

    def test_figures_of_items_constructs_and_domains_together_tell_on_nobody_who_left_one_out(self):
        self.none('mixed')

    def test_no_count_of_fewer_than_the_minimum_follows(self):
        self.none('count')

    def test_of_no_small_group_the_one_answer_that_all_gave_follows(self):
        self.none('unanimous')

    def test_no_detail_of_fewer_than_twice_the_minimum_follows(self):
        self.none('detail')

    def test_the_auditor_looked_at_everything(self):
        self.none('unsolved')

    def test_a_bare_threshold_would_give_many_away(self):
        self.assertGreater(self.bare, self.organisations / 2)

    def test_the_auditor_finds_out_a_program_without_the_class_rule(self):
        bare = os.path.join(os.path.dirname(readiness.PROGRAM), 'readiness-bare')
        if not os.path.exists(bare):
            self.skipTest('readiness-bare is not built')
        with concurrent.futures.ProcessPoolExecutor(1) as worker:
            n, _, findings, _ = worker.submit(audit, FIRST, bare, 100).result()  # gives so much away that it need not be thorough
        given_away = {organisation for _, kind, _, organisation in findings if kind in ('few', 'count', 'unanimous')}
        print('without the class rule %d of %d organisations are given away' % (len(given_away), n))
        self.assertGreater(len(given_away), n / 2)
        self.assertTrue({'few', 'count', 'unanimous'} <= {f[1] for f in findings})


class Confidential(unittest.TestCase):
    """Two waves of the same people, through the real pages: the change of those who answered twice."""
    SIZES = {'north': (14, 12, 12), 'south': (13, 12, 9), 'east': (10, 10, 10), 'west': (18, 12, 13)}  # people; who answer first; second

    def test_paired_changes_give_nobody_away(self):
        dice = random.Random(FIRST)
        with Installation() as here:
            here.run('assessment', 'new', 'tale', '--instrument', organisations.INSTRUMENT, '--title', 'What is told',
                     '--mode', 'confidential')
            here.write('organisations.csv', 'code,name\n' + ''.join('%s,%s\n' % (o, o.title()) for o in self.SIZES))
            here.run('organisation', 'import', 'tale', 'organisations.csv')
            here.write('people.csv', 'email,organisation\n' + ''.join(
                'p%d@%s.example,%s\n' % (i, o, o) for o, sizes in self.SIZES.items() for i in range(sizes[0])))
            here.run('people', 'import', 'tale', 'people.csv')
            here.serve()
            waves, who = [], []
            for number in (0, 1):
                here.run('wave', 'open', 'tale', '--label', organisations.WAVES[number])
                crowd, ids = self.answer(here, dice, number)
                here.run('wave', 'close', 'tale', '--yes')
                waves.append(crowd)
                who.append(ids)
            folders = []
            for number in (0, 1):
                names = ('each%d' % number, 'all%d.xlsx' % number)
                here.run('report', 'tale', '--wave', organisations.WAVES[number], '--each', '--out', names[0])
                here.run('report', 'tale', '--wave', organisations.WAVES[number], '--all', '--out', names[1])
                folders.append([here.path(n) for n in names])
            before, now = tell({o: sizes[0] for o, sizes in self.SIZES.items()}, waves, folders)
        for one in (before, now):
            one.audit()
        auditor.audit_change([before, now])
        pairs = 0
        for o in self.SIZES:
            link = {i: who[0][o].index(person) for i, person in enumerate(who[1][o]) if person in who[0][o]}
            pairs += auditor.audit_pairs(now, before, o, link)
        found = [repr(f) for f in before.findings + now.findings if f.kind not in ('side', 'spread')]
        self.assertEqual(found, [])
        self.assertGreater(pairs, 0)

    def answer(self, here, dice, number):
        crowd, ids = {o: [] for o in self.SIZES}, {o: [] for o in self.SIZES}
        links = {l['email']: l['token'] for l in here.links('tale', 'personal')}
        for o, sizes in self.SIZES.items():
            first = 0 if number == 0 else sizes[0] - sizes[2]
            for i in range(first, first + sizes[1 + number]):
                codes = {item: dice.randint(1, organisations.HIGHEST[item]) for item in organisations.ITEMS}
                if i % 6 == 5:  # leaves one item out
                    codes[organisations.ITEMS[dice.randrange(5)]] = None
                role, shift = dice.choice(('lead', 'front', 'front')), dice.choice(('day', 'late'))
                given = {item: code for item, code in codes.items() if code}
                Browser(here.url).fill(links['p%d@%s.example' % (i, o)], dict(given, role=role, shift=shift))
                crowd[o].append(organisations.Person('', role, shift, codes))
                ids[o].append(i)
        return crowd, ids


if __name__ == '__main__':
    unittest.main()
