#!/usr/bin/python3
"""From barriers to action: the sheets Strategies, Action plan and Common barriers of the demo's workbooks against the
figures of the same workbooks, the instrument and the matrix; what `check` says of strategies that are not there."""
import collections
import configparser
import csv
import glob
import os
import re
import unittest

import openpyxl

from support.readiness import Installation, ROOT

ROWS, STATES = 15, ['Not begun', 'Under way', 'Done', 'Dropped']
PRINTED = os.path.join(ROOT, 'tests/data/strategies')


def ini(path):
    found = configparser.ConfigParser(interpolation=None, comment_prefixes=(';',), strict=True)
    found.optionxform = str
    found.read(os.path.join(ROOT, path), encoding='utf-8')
    return found


def text(value):
    return value.strip('"')


def label(cell):
    """The first line: the name over its cluster or level."""
    return str(cell).split('\n')[0]


ERIC = ini('config/strategies/eric.ini')
NAMES = {'eric.' + s.split('.')[1]: text(ERIC[s]['label']) for s in ERIC if s.startswith('strategy.')}
SURVEY = ini('surveys/implementation-readiness.ini')
CONSTRUCTS = {text(SURVEY[s]['label']): SURVEY[s] for s in SURVEY if s.startswith('construct.')}


def chosen(construct):
    return [c.strip() for c in CONSTRUCTS[construct]['strategies'].split(',')]


def determinants(construct):
    section = CONSTRUCTS[construct]
    return [d.strip() for d in section.get('determinants', section.name.split('.')[1]).split(',')]


def table(sheet, first):
    """The rows under the head whose first cell is `first`, up to an empty one."""
    rows, inside = [], False
    for row in sheet.iter_rows():
        value = row[0].value
        if inside and value is None:
            break
        if inside:
            rows.append(row)
        inside = inside or value == first
    return rows


def barriers(book):
    """{construct: (favourable share, mean)} of what the Profile calls a barrier."""
    found = {}
    for row in table(book['Profile'], 'Construct'):
        if row[9].value and 'arrier' in str(row[9].value):
            found[label(row[0].value)] = (row[3].value, row[6].value)
    return found


class Strategies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Installation()
        cls.here.run('demo', '--dir', 'demo', '--stop')
        cls.here.environment.update(READINESS_DATA_DB='sqlite:demo/readiness.db', READINESS_DATA_KEYS='demo/keys')
        cls.books = {}
        for path in sorted(glob.glob(cls.here.path('demo/reports/*.xlsx'))):
            name = os.path.basename(path)[:-5]
            if name != 'tilleuls':  # in French
                cls.books[name] = openpyxl.load_workbook(path)
        cls.all = cls.books.pop('all-organisations')

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def report(self, *words, name='r.xlsx', **settings):
        before = dict(self.here.environment)
        self.here.environment.update(settings)
        try:
            done = self.here.run('report', 'demo', '--wave', 'Baseline', '--out', name, *words)
        finally:
            self.here.environment = before
        return done, self.here.path(name)

    def test_the_plan_begins_with_the_barriers_strongest_first_and_their_first_strategy(self):
        for name, book in self.books.items():
            found = sorted(barriers(book), key=lambda c: barriers(book)[c])
            offered = [label(r[0].value) for r in table(book['Strategies'], 'Strategy')]
            rows = table(book['Action plan'], 'Barrier')
            self.assertEqual([r[0].value for r in rows], found, name)
            for row in rows:
                serving = [o for o in offered if o in [NAMES[c] for c in chosen(row[0].value)]]
                self.assertEqual(row[1].value, serving[0], name)
                self.assertEqual(row[6].value, STATES[0])
        self.assertGreater(sum(len(barriers(b)) for b in self.books.values()), 10)

    def test_the_strategies_stand_by_how_many_barriers_they_serve_then_as_in_the_list(self):
        order = list(NAMES.values())
        for name, book in self.books.items():
            serves = collections.Counter(NAMES[c] for b in barriers(book) for c in chosen(b))
            expected = sorted(serves, key=lambda s: (-serves[s], order.index(s)))
            rows = table(book['Strategies'], 'Strategy')
            self.assertEqual([label(r[0].value) for r in rows], expected[:30], name)
            for row in rows:
                self.assertEqual(row[1].value, serves[label(row[0].value)])
                for barrier in row[3].value.split('\n'):
                    self.assertIn(label(row[0].value), [NAMES[c] for c in chosen(barrier)])

    def test_the_plan_has_drop_downs_from_its_own_cells_and_takes_days_only(self):
        for name, book in self.books.items():
            sheet = book['Action plan']
            head = next(r[0].row for r in sheet.iter_rows() if r[0].value == 'Barrier')
            rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
            last = head + max(ROWS, len(barriers(book)) + 3)
            self.assertEqual(set(rules), {'%s%d:%s%d' % (c, head + 1, c, last) for c in 'AEG'}, name)
            for column, expected in (('A', None), ('G', STATES)):
                rule = rules['%s%d:%s%d' % (column, head + 1, column, last)]
                self.assertEqual(rule.type, 'list')
                place = re.fullmatch(r"'Action plan'!\$([A-Z])\$(\d+):\$([A-Z])\$(\d+)", rule.formula1)
                cells = [row[0].value for row in sheet['%s%s:%s%s' % place.groups()]]
                staff = [label(r[0].value) for r in table(book['Profile'], 'Construct') if r[1].value is not None]
                self.assertEqual(cells if expected else sorted(cells), expected or sorted(staff), name)
                self.assertIsNone(rule.formula2)
            self.assertEqual(rules['E%d:E%d' % (head + 1, last)].type, 'date')
            self.assertEqual(rules['E%d:E%d' % (head + 1, last)].operator, 'greaterThanOrEqual')
            self.assertEqual(sheet.cell(head + 1, 5).number_format, 'yyyy-mm-dd')
            self.assertEqual((sheet.page_setup.orientation, sheet.page_setup.fitToHeight or 1), ('landscape', 1))
            self.assertRegex(str(sheet.print_area), r'\$A\$1:\$G\$%d\b' % last)
        for book in list(self.books.values()) + [self.all]:
            for sheet in book:
                if sheet.title != 'Action plan':
                    self.assertEqual(len(sheet.data_validations.dataValidation), 0)

    def test_common_barriers_are_counted_as_in_the_overview(self):
        overview = list(self.all['Overview'].iter_rows(values_only=True))
        heads = next(r for r in overview if any(str(c).startswith('Capability') for c in r))
        counts = next(r for r in overview if r[0] == 'Barrier in' or 'arrier in' in str(r[0]))
        expected = {label(h): c for h, c in zip(heads, counts) if h and c and not str(c).startswith('0')}
        rows = table(self.all['Common barriers'], 'Construct')
        self.assertEqual({label(r[0].value): r[1].value for r in rows}, expected)
        hits = [int(r[1].value.split()[0]) for r in rows]
        self.assertEqual(hits, sorted(hits, reverse=True))
        for row, n in zip(rows, hits):
            self.assertEqual(len(row[3].value.split('; ')), n)
            self.assertAlmostEqual(row[2].value, n / int(row[1].value.split()[-1]), 12)

    def test_a_strategy_is_counted_for_the_organisations_that_it_would_serve(self):
        where = {label(r[0].value): set(r[3].value.split('; ')) for r in table(self.all['Common barriers'], 'Construct')}
        rows = [r for r in table(self.all['Common barriers'], 'Strategy') if r[1].value is not None]
        self.assertGreater(len(rows), 10)
        for row in rows:
            served = set().union(*(where[b] for b in where if label(row[0].value) in [NAMES[c] for c in chosen(b)]))
            self.assertEqual(row[1].value, len(served), row[0].value)

    def test_with_a_matrix_the_sums_are_those_of_the_file_and_small_matches_are_no_offer(self):
        cells = collections.defaultdict(float)
        with open(os.path.join(PRINTED, 'printed.csv'), encoding='utf-8') as file:
            for row in csv.DictReader(file):
                cells[row['construct'], row['strategy']] = float(row['percent'])
        _, path = self.report('--organisation', 'northgate', READINESS_STRATEGIES_FOLDER=PRINTED)
        book = openpyxl.load_workbook(path)
        rows = {label(r[0].value): r for r in table(book['Strategies'], 'Strategy')}
        found = barriers(book)
        reached = 0
        for code, name in NAMES.items():
            best = {b: max(cells[d, code] for d in determinants(b)) for b in found}
            serves = [b for b in found if code in chosen(b) or best[b] >= 20]
            if name not in rows:
                self.assertTrue(not serves or len(rows) == 30, name)
                continue
            self.assertEqual(rows[name][1].value, len(serves), name)
            self.assertAlmostEqual(rows[name][2].value or 0, sum(best.values()), 9, name)
            lines = rows[name][3].value.split('\n')
            for b in serves:
                line = next(x for x in lines if x.startswith(b + ':'))
                self.assertEqual('of 25 experts' in line, best[b] >= 20)
                self.assertEqual('level 1' in line, best[b] >= 50)
                self.assertEqual('author' in line, code in chosen(b))
                reached += best[b] >= 20
        self.assertGreater(reached, 5)
        self.assertTrue(any('Waltz et al. 2019' in str(c.value) for r in book['Strategies'] for c in r))

    def test_a_broken_matrix_is_told_and_the_report_is_written_without_it(self):
        os.makedirs(self.here.path('mine'), exist_ok=True)
        self.here.write('mine/bad.csv', 'construct,strategy,percent,n,source\ncomplexity,eric.15,140,25,Me\n')
        (_, err), path = self.report('--organisation', 'northgate', READINESS_STRATEGIES_FOLDER='mine')
        self.assertRegex(err, r'mine/bad\.csv:2(:3)?: error: .*140')
        sheet = openpyxl.load_workbook(path)['Strategies']
        self.assertGreater(len(table(sheet, 'Strategy')), 10)

    def test_a_broken_list_is_told_when_the_server_starts(self):
        os.makedirs(self.here.path('ours'), exist_ok=True)
        self.here.write('ours/ours.ini', '[list]\ntitle = "Ours"\n[strategy.1]\nlabel = "One"\ncluster = 7\n')
        self.here.environment['READINESS_STRATEGIES_FOLDER'] = 'ours'
        try:
            self.here.serve()
            with open(self.here.path('server.log'), encoding='utf-8') as file:
                self.assertIn('ours/ours.ini:5: error: ', file.read())
        finally:
            self.here.stop()
            del self.here.environment['READINESS_STRATEGIES_FOLDER']

    def test_check_warns_of_a_strategy_that_is_in_no_list(self):
        with open(os.path.join(ROOT, 'surveys/readiness-pulse.ini'), encoding='utf-8') as file:
            lines = file.read().replace('eric.38, eric.42', 'erik.38, ours.lunch').split('\n')
        self.here.write('mine.ini', '\n'.join(lines))
        line = next(i for i, x in enumerate(lines, 1) if 'erik.38' in x)
        _, err = self.here.run('check', 'mine.ini')
        self.assertIn('mine.ini:%d: warning: ' % line, err)
        self.assertRegex(err, r'erik\.38.*did you mean “eric\.\d+”')
        self.assertIn('ours.lunch', err)
        _, err = self.here.run('check', os.path.join(ROOT, 'surveys/implementation-readiness.ini'))
        self.assertNotIn('warning', err)

    def test_the_page_offers_the_same(self):
        _, path = self.report('--organisation', 'northgate', name='r.html')
        with open(path, encoding='utf-8') as file:
            page = file.read()
        part = page[re.search('<section id="?strategies', page).start():]
        part = part[:part.index('</section>')]
        shown = re.findall(r'<th scope=row><b>([^<]+)</b>', part)
        sheet = [label(r[0].value) for r in table(self.books['northgate']['Strategies'], 'Strategy')]
        self.assertEqual([s.replace('&amp;', '&') for s in shown], sheet)
        _, path = self.report('--all', name='all.html')
        with open(path, encoding='utf-8') as file:
            page = file.read()
        rows = table(self.all['Common barriers'], 'Construct')
        part = page[re.search('<section id="?common', page).start():]
        for row in rows:
            self.assertIn('<td class=number>%s</td>' % row[1].value, part)


if __name__ == '__main__':
    unittest.main()
