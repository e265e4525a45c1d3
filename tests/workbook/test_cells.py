#!/usr/bin/python3
"""Every number of every cell, attributed: it is a figure of `readiness results`, or follows from figures (differences,
quartiles of the others, cut-offs, how many are needed), or from the answers given (distributions, the organisation's own
rating). A number that nobody expects there fails, and so does one that is missing or withheld."""
import math
import os
import random
import unittest
import warnings

import numpy
import openpyxl

from support.readiness import Browser, Installation, ROOT

STORY = os.path.join(ROOT, 'tests/data/instruments/story.ini')
LABELS = {'Leadership engagement': 'leadership', 'Skill': 'skill', 'Workload': 'load', 'Policy': 'policy'}
ITEMS = {'Leaders here make time for the new practice.': 'lead1', 'Leaders here clear obstacles away.': 'lead2',
         'Leaders here see the new practice as the job of others.': 'lead3', 'Leaders here ask how it is going.': 'lead4',
         'I know how to do the new practice.': 'skill1', 'I have practised it.': 'skill2', 'Other work stops us.': 'load1',
         'Too many things change at once.': 'load2'}
POINTS = {'leadership': 5, 'skill': 5, 'load': 7, 'policy': 5}
NOT_APPLICABLE = {'Does not apply to me': 'na', 'I do not know': 'unsure'}
ROLES = {'I lead others': 'lead', 'I work with clients': 'front', 'I support the others': 'support'}
UNITS = ('Day', 'Night')
WAVES = ('Spring', 'Autumn')
SIZES = {'ash': 26, 'beech': 14, 'cedar': 12, 'date': 13, 'elm': 15, 'fir': 7, 'gum': 4}  # gum: everything withheld
OWN = {'lead1': 4, 'lead2': 4, 'lead3': 2, 'lead4': 'unsure', 'policy1': 2, 'policy2': 3}
OWN_RATING = {'leadership': 4.0, 'policy': 2.5}  # lead3 is reversed
RELIABLE = 0.70


def person(draw, tilt):
    """Answers, as the pages and the import take them."""
    found = {'role': draw.choice(('lead', 'front', 'front', 'support', 'support'))}
    for item in ITEMS.values():
        highest = 7 if item.startswith('load') else 5
        code = min(max(draw.randint(1, highest) + tilt, 1), highest)
        found[item] = draw.choice(('na', 'unsure')) if highest == 5 and draw.random() < 0.08 else code
    return found


class Expected:
    """What the cells of one sheet should hold, by (row, column): a number, or None for one that is not told."""

    def __init__(self, sheet):
        self.sheet, self.cells = sheet, {}
        self.texts = {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        self.rows = sheet.max_row

    def text(self, row, column):
        value = self.texts.get((row, column), '')
        return value if isinstance(value, str) else ''

    def label(self, row, column=1, names=LABELS):
        """What the cell names: the part before an explanation or a mark."""
        first = self.text(row, column).split('\n')[0].split('  ')[0]
        return names.get(first.rpartition(': ')[2], names.get(first))

    def row_of(self, text, column=1, after=0):
        return next(r for r in range(after + 1, self.rows + 1) if self.text(r, column) == text)

    def add(self, row, column, value):
        self.cells[row, column] = value if isinstance(value, (int, float)) else None


class Figures:
    """The published figures of an assessment, wave by wave, and the answers behind them."""

    def __init__(self, here, name, answers):
        self.waves = [here.results(name, '--wave', wave) for wave in WAVES]
        self.answers = answers  # [wave][organisation] = list of persons

    def of(self, wave, organisation, kind, name, statistic, group=''):
        return self.waves[wave].get((organisation, group, kind, name, statistic))

    def others(self, wave, organisation, construct):
        """Quartiles of the other organisations' means."""
        means = [self.of(wave, o, 'construct', construct, 'mean') for o in SIZES if o != organisation]
        means = [m for m in means if isinstance(m, float)]
        if len(means) < 5:
            return None
        return [float(numpy.percentile(means, q)) for q in (25, 50, 75)]

    def count(self, wave, organisation, item, code):
        return sum(p[item] == code for p in self.answers[wave][organisation])


def rounded(value):
    """A change that would be shown as 0.00 is 0."""
    return 0.0 if isinstance(value, float) and abs(value) < 0.005 else value


class Reader:
    """Says of each sheet what its cells should hold."""

    def __init__(self, figures, wave, organisation, own):
        self.f, self.wave, self.organisation, self.own = figures, wave, organisation, own

    def figure(self, kind, name, statistic, group='', organisation=None, wave=None):
        return self.f.of(self.wave if wave is None else wave, self.organisation if organisation is None else organisation,
                         kind, name, statistic, group)

    def row(self, e, row, columns, kind, name, **more):
        for column, statistic in columns.items():
            e.add(row, column, self.figure(kind, name, statistic, **more))

    def summary(self, e):
        for column, statistic in ((2, 'invited'), (3, 'answered'), (5, 'rate')):
            e.add(5, column, self.figure('response', 'responses', statistic))
        for r in range(8, e.rows + 1):
            construct = e.label(r, 2)
            if construct and not e.text(r, 5):
                self.row(e, r, {3: 'favourable', 4: 'neutral', 5: 'unfavourable'}, 'construct', construct)

    def profile(self, e):
        second = e.row_of('How far staff agree, and how others stand')
        for r in range(e.row_of('Construct') + 1, second):
            construct = e.label(r)
            if construct and not e.text(r, 4).startswith('mean of'):
                self.row(e, r, {2: 'n', 4: 'favourable', 5: 'neutral', 6: 'unfavourable', 7: 'mean', 8: 'ci_low',
                                9: 'ci_high'}, 'construct', construct)
        for r in range(e.row_of('Construct', after=second) + 1, e.rows + 1):
            construct = e.label(r)
            if construct and (r, 2) in e.texts:
                self.row(e, r, {2: 'n', 4: 'ad', 6: 'rwgj', 7: 'rwgj_chance', 8: 'mean'}, 'construct', construct)
                told = isinstance(self.figure('construct', construct, 'ad'), float)
                e.add(r, 5, POINTS[construct] / 6 if told else None)
                for column, quartile in zip((9, 10, 11), self.f.others(self.wave, self.organisation, construct) or ()):
                    e.add(r, column, quartile)

    def items(self, e):
        columns = {}
        for r in range(e.row_of('Item') + 1, e.rows + 1):
            if e.label(r):
                points = POINTS[e.label(r)]
                columns = {c: int(e.text(r, c).split('\n')[0]) for c in range(9, 9 + points)}
                columns.update({c: NOT_APPLICABLE[e.text(r, c)] for c in range(9 + points, 20) if e.text(r, c)})
            item = e.label(r, names=ITEMS)
            if not item:
                continue
            self.row(e, r, {3: 'n', 4: 'favourable', 5: 'neutral', 6: 'unfavourable', 7: 'mean', 8: 'sd'}, 'item', item)
            told = isinstance(self.figure('item', item, 'sd'), float)
            n = sum(self.f.count(self.wave, self.organisation, item, c) for c in range(1, 8))
            for c, code in columns.items():
                count = self.f.count(self.wave, self.organisation, item, code)
                e.add(r, c, None if not told else count / n if isinstance(code, int) else float(count))

    def own_sheet(self, e):
        for r in range(e.row_of('Construct') + 1, e.rows + 1):
            construct = e.label(r)
            if not construct:
                continue
            own = OWN_RATING[construct] if self.own else None
            e.add(r, 7, own)
            if construct == 'policy':
                continue
            mean = self.figure('construct', construct, 'mean')
            e.add(r, 6, mean)
            e.add(r, 9, self.figure('construct', construct, 'n'))
            if own and isinstance(mean, float):
                e.add(r, 8, mean - own if abs(mean - own) >= 0.05 else 0.0)
                for c in (2, 3, 5):  # heights that the chart over these cells needs
                    e.add(r, c, 1.0)

    def groups(self, e):
        head = e.row_of('Group')
        names = {c: e.label(head, c) for c in range(3, 6)}
        groups = {'Whole organisation': ''}
        groups.update({label: 'role=' + code for label, code in ROLES.items()})
        groups.update({unit: 'unit=' + unit for unit in UNITS})
        for r in range(head + 1, e.rows + 1):
            if e.text(r, 1) in groups:
                group = groups[e.text(r, 1)]
                e.add(r, 2, self.figure('response', 'responses', 'n', group))
                for c, construct in names.items():
                    e.add(r, c, self.figure('construct', construct, 'favourable', group))

    def change(self, e):
        if self.wave == 0:
            return
        second = e.row_of('Wave by wave')
        for r in range(e.row_of('Construct') + 1, second):
            construct = e.label(r)
            if construct:
                e.add(r, 2, self.figure('construct', construct, 'mean', wave=0))
                e.add(r, 3, self.figure('construct', construct, 'mean'))
                for c, statistic in ((4, 'change'), (5, 'change_low'), (6, 'change_high'), (7, 'g')):
                    e.add(r, c, rounded(self.figure('construct', construct, statistic)))
                e.add(r, 8, self.figure('construct', construct, 'change_pairs'))
        construct = None
        for r in range(second + 1, e.rows + 1):
            construct = e.label(r) or construct
            if e.text(r, 1) in WAVES:
                self.row(e, r, {2: 'n', 3: 'mean', 4: 'ci_low', 5: 'ci_high', 6: 'mean', 7: 'ci_low', 8: 'ci_high'},
                         'construct', construct, wave=WAVES.index(e.text(r, 1)))

    def nothing(self, e):
        """No number at all."""

    # All organisations.

    def overview(self, e):
        together = e.row_of('All organisations')
        names = {c: e.label(together - 1, c) for c in range(4, 7)}
        for r in range(together, e.rows + 1):
            organisation = '' if r == together else e.text(r, 1).lower()
            if organisation == '' or organisation in SIZES:
                e.add(r, 2, self.figure('response', 'responses', 'answered', organisation=organisation))
                e.add(r, 3, self.figure('response', 'responses', 'rate', organisation=organisation))
                for c, construct in names.items():
                    e.add(r, c, self.figure('construct', construct, 'favourable', organisation=organisation))

    def response(self, e):
        for r in range(e.row_of('All organisations'), e.rows + 1):
            organisation = '' if e.text(r, 1) == 'All organisations' else e.text(r, 1).lower()
            if organisation == '' or organisation in SIZES:
                for c, statistic in ((3, 'invited'), (4, 'answered'), (5, 'rate')):
                    e.add(r, c, self.figure('response', 'responses', statistic, organisation=organisation))

    def ranking(self, e):
        construct, above = None, []
        for r in range(4, e.rows + 1):
            if e.label(r):
                construct, above = e.label(r), []
            organisation = e.text(r, 2).lower()
            if organisation not in SIZES:
                continue
            shown = {s: self.figure('construct', construct, s, organisation=organisation)
                     for s in ('n', 'mean', 'ci_low', 'ci_high', 'favourable')}
            above.append(shown['mean'])
            assert above == sorted(above, reverse=True), 'not in the order of the means'
            e.add(r, 1, len(above))
            for c, statistic in zip(range(3, 8), ('n', 'mean', 'ci_low', 'ci_high', 'favourable')):
                e.add(r, c, shown[statistic])
            low, high, mean = 1, POINTS[construct], shown['mean']
            tick = (high - low) / 200
            told = isinstance(shown['ci_low'], float)
            begin, end = (shown['ci_low'], shown['ci_high']) if told else (mean - tick, mean + tick)
            begin, end = max(begin, low), min(end, high)
            for c, width in ((9, begin), (10, max(mean - begin, 0)), (11, max(end - mean, 0))):
                e.add(r, c, width)

    def common(self, e):
        for r in range(e.row_of('Construct') + 1 if 'Construct' in e.texts.values() else e.rows + 1, e.rows + 1):
            if e.label(r):
                hits, shown = e.text(r, 2).split(' of ')
                assert int(hits) == len(e.text(r, 4).split('; ')), 'as many names as barriers'
                published = [self.figure('construct', e.label(r), 'favourable', organisation=o) for o in SIZES]
                assert int(shown) == sum(isinstance(v, float) for v in published), 'of those that are shown'
                e.add(r, 3, int(hits) / int(shown))

    def reliability(self, e):
        items = e.row_of('Items')
        for r in range(e.row_of('Construct') + 1, items):
            construct = e.label(r)
            if construct:
                self.row(e, r, {3: 'n', 4: 'icc1', 5: 'icc2', 6: 'f', 7: 'p', 9: 'alpha', 10: 'omega'}, 'construct', construct)
                icc = self.figure('construct', construct, 'icc1')
                if isinstance(icc, float) and 0 < icc < 1:
                    e.add(r, 8, math.ceil(RELIABLE * (1 - icc) / (icc * (1 - RELIABLE)) - 1e-9))
        for r in range(items + 1, e.rows + 1):
            item = e.label(r, names=ITEMS)
            if item:
                self.row(e, r, {3: 'n', 4: 'item_rest', 5: 'alpha_without'}, 'item', item)


ONE = {'Summary': Reader.summary, 'Profile': Reader.profile, 'Items': Reader.items,
       'Staff and organisation': Reader.own_sheet, 'Groups': Reader.groups, 'Change': Reader.change}
ALL = {'Overview': Reader.overview, 'Response': Reader.response, 'Ranking': Reader.ranking,
       'Common barriers': Reader.common, 'Change': Reader.change, 'Reliability': Reader.reliability}
TEXT_ONLY = ('Strategies', 'Action plan', 'Comments', 'Method', 'Codebook')


class Cells(unittest.TestCase):
    """Two assessments: one answered through the pages, confidential, with the organisations' own answers; one imported,
    anonymous. Both have two waves, units, groups, and organisations of which little or nothing may be shown."""

    @classmethod
    def setUpClass(cls):
        draw = random.Random(7)
        cls.here = here = Installation()
        cls.answers = {name: [{o: [person(draw, (n % 3) - 1 + wave) for _ in range(size)]
                               for n, (o, size) in enumerate(SIZES.items())} for wave in range(2)] for name in ('pages', 'imported')}
        here.write('organisations.csv', 'code,name,headcount\n' + ''.join('%s,%s,%d\n' % (o, o.title(), n + 3)
                                                                         for o, n in SIZES.items()))
        for name, mode in (('pages', 'confidential'), ('imported', 'anonymous')):
            here.run('assessment', 'new', name, '--instrument', STORY, '--title', 'A tale', '--mode', mode)
            here.run('organisation', 'import', name, 'organisations.csv')
        cls.by_import()
        cls.through_pages()
        cls.books = {}
        for name in cls.answers:
            figures = Figures(here, name, cls.answers[name])
            for wave, label in enumerate(WAVES):
                folder, together = '%s-%d' % (name, wave), '%s-%d.xlsx' % (name, wave)
                here.run('report', name, '--wave', label, '--each', '--out', folder)
                here.run('report', name, '--wave', label, '--all', '--profiles', '--out', together)
                cls.books[name, wave] = (figures, here.path(folder), here.path(together))

    @classmethod
    def by_import(cls):
        for wave, label in enumerate(WAVES):
            lines = ['organisation,unit,role,' + ','.join(ITEMS.values())]
            for o, people in cls.answers['imported'][wave].items():
                for i, p in enumerate(people):
                    lines.append(','.join([o, UNITS[i % 2], p['role']] + [str(p[item]) for item in ITEMS.values()]))
            cls.here.write('answers.csv', '\n'.join(lines) + '\n')
            cls.here.run('responses', 'import', 'imported', 'answers.csv', '--label', label)

    @classmethod
    def through_pages(cls):
        here = cls.here
        here.write('people.csv', 'email,organisation,unit\n' + ''.join(
            '%s%d@example.org,%s,%s\n' % (o, i, o, UNITS[i % 2]) for o, n in SIZES.items() for i in range(n)))
        here.run('people', 'import', 'pages', 'people.csv')
        here.serve()
        for wave, label in enumerate(WAVES):
            here.run('wave', 'open', 'pages', '--label', label)
            left = {o: list(people) for o, people in cls.answers['pages'][wave].items()}
            for link in here.links('pages', 'personal'):
                Browser(here.url).fill(link['token'], left[link['organisation']].pop())
            for link in here.links('pages', 'organisation'):
                if link['organisation'] != 'beech':
                    Browser(here.url).fill(link['token'], OWN)
            here.run('wave', 'close', 'pages', '--yes')
        here.stop()

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def open(self, path):
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # openpyxl does not know data bars of 2010
            return openpyxl.load_workbook(path)

    def check(self, path, reader, sheets):
        """Compares every numeric cell; returns how many there were, and how many were not told."""
        seen = hidden = 0
        for sheet in self.open(path).worksheets:
            e = Expected(sheet)
            if sheet.title in sheets:
                sheets[sheet.title](reader, e)
            elif sheet.title.lower() in SIZES:  # an organisation's profile
                Reader(reader.f, reader.wave, sheet.title.lower(), reader.own).profile(e)
            else:
                self.assertIn(sheet.title, TEXT_ONLY)
            where = '%s, %s, row %%d, column %%d' % (os.path.relpath(path, self.here.folder), sheet.title)
            for place, value in e.texts.items():
                if isinstance(value, (int, float)):
                    self.assertIn(place, e.cells, where % place + ': nobody expects %r' % value)
                    self.assertIsNotNone(e.cells[place], where % place + ': %r should not be told' % value)
                    self.assertAlmostEqual(value, e.cells[place], delta=1e-12 * max(1, abs(value)), msg=where % place)
                    seen += 1
            for place, value in e.cells.items():
                if value is None:
                    hidden += 1
                else:
                    self.assertIsInstance(e.texts.get(place), (int, float), where % place + ': there should be %r' % value)
        return seen, hidden

    def test_every_number_of_an_organisations_workbook_is_a_figure_or_follows_from_figures(self):
        seen = hidden = 0
        for (name, wave), (figures, folder, _) in self.books.items():
            for file in sorted(os.listdir(folder)):
                organisation = file[:-len('.xlsx')]
                self.assertIn(organisation, SIZES)
                reader = Reader(figures, wave, organisation, name == 'pages' and organisation != 'beech')
                counts = self.check(os.path.join(folder, file), reader, ONE)
                seen, hidden = seen + counts[0], hidden + counts[1]
        self.assertGreater(seen, 4000)
        self.assertGreater(hidden, 1000)

    def test_every_number_of_the_workbook_over_all_is_a_figure_or_follows_from_figures(self):
        seen = 0
        for (_, wave), (figures, _, together) in self.books.items():
            seen += self.check(together, Reader(figures, wave, '', False), ALL)[0]
        self.assertGreater(seen, 1200)

    def test_there_are_paired_changes_and_unpaired_ones_quartiles_and_reliabilities(self):
        for name, other, one in (('pages', 'g', 'change_pairs'), ('imported', 'change_pairs', 'g')):
            figures = self.books[name, 1][0]
            told = [figures.of(1, o, 'construct', c, one) for o in SIZES for c in ('leadership', 'skill', 'load')]
            self.assertGreater(sum(isinstance(v, float) for v in told), 4, name)
            self.assertFalse(any(isinstance(figures.of(1, o, 'construct', 'skill', other), float) for o in SIZES), name)
            self.assertIsNotNone(figures.others(1, 'ash', 'skill'))

    def test_what_is_withheld_is_nowhere_a_number(self):
        """The means of the organisation of four, as who has the answers can work them out."""
        for (name, wave), (figures, folder, together) in self.books.items():
            people = self.answers[name][wave]['gum']
            self.assertEqual(figures.of(wave, 'gum', 'construct', 'load', 'mean'), 'withheld')
            secret = sum(8 - p[i] for p in people for i in ('load1', 'load2')) / 8
            shares = sum((8 - p[i]) >= 6 for p in people for i in ('load1', 'load2')) / 8
            numbers = [c.value for s in self.open(os.path.join(folder, 'gum.xlsx')) for r in s.iter_rows() for c in r
                       if isinstance(c.value, (int, float))]
            for value in (secret, shares):
                self.assertFalse(any(abs(n - value) < 1e-9 for n in numbers), (name, wave, value))
            profile = [c for r in self.open(together)['Gum'].iter_rows() for c in r if isinstance(c.value, (int, float))]
            others = [q for c in POINTS for q in figures.others(wave, 'gum', c) or ()]
            for cell in profile:  # nothing but how the others stand
                self.assertTrue(any(abs(cell.value - q) < 1e-12 for q in others), cell.coordinate)

    def test_a_number_in_a_wrong_place_would_be_found(self):
        figures, folder, _ = self.books['imported', 1]
        book = self.open(os.path.join(folder, 'ash.xlsx'))
        book['Groups']['H9'] = 0.5
        path = self.here.path('changed.xlsx')
        book.save(path)
        with self.assertRaises(AssertionError):
            self.check(path, Reader(figures, 1, 'ash', False), ONE)


if __name__ == '__main__':
    unittest.main()
