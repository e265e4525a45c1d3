"""Reads every number of a report's workbooks back, with what it is about.

A number that has no place here is an error, so that a new column or sentence cannot escape the auditor: teach this file
what it is, and the auditor (auditor.py) what can be worked out from it."""
import configparser
import glob
import html
import os
import re
import warnings
import zipfile

import openpyxl

from organisations import LABELS, QUESTIONS, UNITS
from support.readiness import ROOT

WHOLE = ('', '')
BY_LABEL = {label: name for name, label in LABELS.items()}
GROUPS = {label: (q, value) for q, choices in QUESTIONS.items() for value, label in choices.items()}
GROUPS.update({u: ('unit', u) for u in UNITS})
BREAKDOWNS = {'Unit', 'Role', 'Shift'}
DIGIT = re.compile(r'\d')
# What may stand in a sentence that is the same whatever anybody answered.
FIXED = {'k', 'twice', 'comments', 'fewer', 'enabler', 'barrier', 'strong_enabler', 'strong_barrier', 'most', 'many',
         'chance', 'reliable', 'well', 'version', 'name', 'title'}
DASHES = ('—', 'not shown')


class Unattributed(Exception):
    """A number whose meaning the auditor does not know."""


class Figure:
    """One number: of which organisation ('' all together), group, variable, statistic and wave, and how exactly."""

    def __init__(self, where, organisation, group, variable, statistic, wave, value, decimals=None):
        self.where, self.organisation, self.group, self.variable = where, organisation, group, variable
        self.statistic, self.wave, self.value, self.decimals = statistic, wave, value, decimals

    def __repr__(self):
        return '%s: %s of %s for %s in %s, wave %s = %r' % (
            self.where, self.statistic, self.variable, self.organisation or 'all',
            '='.join(self.group) if self.group[0] else 'the whole', self.wave, self.value)


def templates():
    """The sentences of the reports, as patterns, whose places hold nothing that answers decide."""
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, 'config/texts/en/*.ini'))):
        texts = configparser.ConfigParser(interpolation=None, delimiters=('=',), comment_prefixes=('#', ';'), strict=False)
        texts.read(path, encoding='utf-8')
        for section in texts.sections():
            for text in texts[section].values():
                text = text.strip().strip('"')
                places = {p for p in re.findall(r'\{([\w.]+)\}', text) if not p.lower().startswith('term.')}
                if DIGIT.search(text) and not places or places and places <= FIXED:
                    pattern = re.sub(r'\\\{[\w.\\]+\\\}', r'(?:fewer than \\d+|\\d+(?:\\.\\d+)?%?|[A-Za-z ]+)', re.escape(text))
                    found.append(re.compile(pattern))
    return found


SENTENCES = templates()


def is_fixed(text):
    """Is the text made of sentences that are the same whatever anybody answered?"""
    if not DIGIT.search(text):
        return True
    for sentence in SENTENCES:
        m = sentence.match(text)
        if m and m.end() > 0 and (m.end() == len(text) or text[m.end()] in ' \n'):
            if is_fixed(text[m.end():].lstrip(' \n')):
                return True
    return False


class Sheet:
    """The cells of a sheet; those that nobody asked for are found out at the end."""

    def __init__(self, page, file):
        self.name, self.file, self.cells, self.rows = page.title, file, {}, 0
        for r, row in enumerate(page.iter_rows(values_only=True), 1):
            for c, value in enumerate(row):
                if value is not None and value != '':
                    self.cells[r, c] = value
                    self.rows = r
        self.taken = set()

    def where(self, r, c):
        return '%s, %s, %s%d' % (self.file, self.name, chr(65 + c) if c < 26 else '?', r)

    def text(self, r, c):
        value = self.cells.get((r, c), '')
        return value if isinstance(value, str) else ''

    def number(self, r, c):
        """The number there, taken; None for an empty cell or one that says 'not shown'."""
        value = self.cells.get((r, c))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.taken.add((r, c))
            return value
        if value is None or value in DASHES or value.startswith('fewer than'):
            self.taken.add((r, c))
            return None
        raise Unattributed('%s: %r where a number should be' % (self.where(r, c), value))

    def match(self, r, c, pattern):
        m = re.fullmatch(pattern, self.text(r, c), re.S)
        if m:
            self.taken.add((r, c))
        return m

    def row_of(self, c, text, first=1):
        for r in range(first, self.rows + 1):
            if self.text(r, c) == text:
                return r
        raise Unattributed('%s, %s: nowhere says %r' % (self.file, self.name, text))

    def check_all_taken(self):
        for (r, c), value in self.cells.items():
            if (r, c) in self.taken:
                continue
            if not isinstance(value, str) or not is_fixed(value):
                raise Unattributed('%s: nobody knows what %r is' % (self.where(r, c), value))


def variable_of(text):
    """The construct or item of a label that may be followed by a mark or an explanation."""
    return BY_LABEL.get(re.split(r'\n|   ?', text)[0])


class Reader:
    """Collects the figures of one workbook."""

    def __init__(self, path, organisation, wave, waves):
        self.file, self.organisation, self.wave, self.waves = os.path.basename(path), organisation, wave, waves
        self.figures, self.fixed, self.comments = [], {}, 0
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # openpyxl does not know data bars of 2010
            book = openpyxl.load_workbook(path, read_only=True)
            sheets = [Sheet(page, self.file) for page in book.worksheets]
            book.close()
        for sheet in sheets:
            read = READERS.get(sheet.name)
            if not read:
                raise Unattributed('%s: nobody knows the sheet %s' % (self.file, sheet.name))
            read(self, sheet)
            sheet.check_all_taken()
        self.check_drawings(path, sheets)

    def add(self, sheet, r, c, variable, statistic, organisation=None, group=WHOLE, wave=None):
        value = sheet.number(r, c)
        if value is not None:
            self.figures.append(Figure(sheet.where(r, c), self.organisation if organisation is None else organisation,
                                       group, variable, statistic, self.wave if wave is None else wave, value))
        return value

    def told(self, sheet, r, c, variable, statistic, text, group=WHOLE):
        """A number in a sentence, as exact as it is written."""
        text = text.replace('−', '-')
        decimals = len(text.partition('.')[2].rstrip('%'))
        value = float(text.rstrip('%')) / (100 if text.endswith('%') else 1)
        self.figures.append(Figure(sheet.where(r, c), self.organisation, group, variable, statistic, self.wave, value,
                                   decimals + (2 if text.endswith('%') else 0)))

    def check_drawings(self, path, sheets):
        """Charts and their descriptions say nothing that no cell says."""
        known = {repr(float(v)) for s in sheets for v in s.cells.values() if isinstance(v, (int, float))}
        known.add('0.0')  # stands for a cell that says "not shown"
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.startswith('xl/charts/chart'):
                    text = package.read(name).decode('utf-8')
                    for cache in re.findall(r'<c:numCache>(.*?)</c:numCache>', text, re.S):
                        for value in re.findall(r'<c:v>(.*?)</c:v>', cache):
                            if repr(float(value)) not in known:
                                raise Unattributed('%s, %s: %s is in no cell' % (self.file, name, value))
                elif name.startswith('xl/drawings/drawing'):
                    for text in re.findall(r'descr="(.*?)"', package.read(name).decode('utf-8')):
                        self.check_description(html.unescape(text), name)
                elif re.search(r'comments|vml|embed|media|pivot|table\d', name):
                    raise Unattributed('%s: nobody knows the part %s' % (self.file, name))

    def check_description(self, text, name):
        m = re.fullmatch(r'(.+): (\d+%) favourable, (\d+%) unfavourable', text)
        if not m:
            if not is_fixed(text):
                raise Unattributed('%s, %s: %r' % (self.file, name, text))
            return
        for share, statistic in ((m[2], 'favourable'), (m[3], 'unfavourable')):
            self.figures.append(Figure('%s, %s' % (self.file, name), self.organisation, WHOLE, BY_LABEL[m[1]], statistic,
                                       self.wave, float(share[:-1]) / 100, 2))

    # One organisation's workbook.

    def summary(self, s):
        s.match(3, 1, r'\w+, \d+ \w+ \d{4} to \d+ \w+ \d{4}')
        s.match(3, 1, r'\w+, closed on \d+ \w+ \d{4}')
        for c, statistic in ((1, 'invited'), (2, 'answered'), (4, 'rate')):
            if s.text(5, c) != 'not known':
                self.add(s, 5, c, 'response', statistic)
        for r in range(8, s.rows + 1):
            construct = variable_of(s.text(r, 1))
            if construct and not s.text(r, 2):
                for c, statistic in ((2, 'favourable'), (3, 'neutral'), (4, 'unfavourable')):
                    if not s.text(r, 4) or s.text(r, 4) in DASHES:
                        self.add(s, r, c, construct, statistic)
            for c in (1, 4):
                m = s.match(r, c, r'(\d+%) favourable, mean (\d\.\d) on a scale from \d to \d')
                if m:
                    about = BY_LABEL[s.text(r - 1, c).split('  ')[1]]
                    self.told(s, r, c, about, 'favourable', m[1])
                    self.told(s, r, c, about, 'mean', m[2])
            self.talk(s, r)

    def talk(self, s, r):
        m = s.match(r, 2, r'(.+): an answer lies (\d\.\d) points from the average, on a scale from \d to \d\. Ask .*') or \
            s.match(r, 2, r'Views are close .* on “(.+)”, where an answer lies (\d\.\d) points .* from \d to \d\.')
        if m:
            self.told(s, r, 2, BY_LABEL[m[1]], 'ad', m[2])
            return
        two = r'(.+) (\d\.\d), (.+) (\d\.\d) \((\w+)\)\.'
        m = s.match(r, 2, r'No large differences\. The largest is on “(.+)”: ' + two) or s.match(r, 2, '([A-Z][a-z]+): ' + two)
        if m:
            for label, mean in ((m[2], m[3]), (m[4], m[5])):
                self.told(s, r, 2, BY_LABEL[m[1]], 'mean', mean, GROUPS[label])

    def profile(self, s):
        head, second = s.row_of(0, 'Construct'), s.row_of(0, 'How far staff agree, and how others stand')
        columns = ((1, 'n'), (3, 'favourable'), (4, 'neutral'), (5, 'unfavourable'), (6, 'mean'), (7, 'ci_low'),
                   (8, 'ci_high'))
        for r in range(head + 1, second):
            construct = variable_of(s.text(r, 0))
            if construct:
                for c, statistic in columns:
                    self.add(s, r, c, construct, statistic)
                m = s.match(r, 11, r'([+−]?\d\.\d\d)  .*')
                if m:
                    self.told(s, r, 11, construct, 'change', m[1])
            elif s.text(r, 3) == 'mean of these constructs':
                self.add(s, r, 6, 'domain', 'mean')
        columns = ((1, 'n'), (3, 'ad'), (4, 'ad_cut'), (5, 'rwg'), (6, 'rwg_chance'), (7, 'mean'), (8, 'others_low'),
                   (9, 'others_median'), (10, 'others_high'))
        for r in range(s.row_of(0, 'Construct', second) + 1, s.rows + 1):
            construct = variable_of(s.text(r, 0))
            if construct:
                for c, statistic in columns:
                    self.add(s, r, c, construct, statistic)

    def items(self, s):
        head = s.row_of(0, 'Item')
        columns = ((2, 'n'), (3, 'favourable'), (4, 'neutral'), (5, 'unfavourable'), (6, 'mean'), (7, 'sd'))
        points = {}
        for r in range(head, s.rows + 1):
            item = variable_of(s.text(r, 0))
            heads = [c for c in range(8, 14) if s.match(r, c, r'\d\n[A-Z][a-z ]+')]  # as "1\nNot at all"
            if heads:
                points = {c: s.text(r, c)[0] for c in heads}
            if '_' in (item or ''):
                for c, statistic in columns:
                    self.add(s, r, c, item, statistic)
                for c in range(8, 14):
                    self.add(s, r, c, item, 'share_' + points[c] if c in points else 'na')

    def own(self, s):
        for r in range(1, s.rows + 1):
            construct = variable_of(s.text(r, 0))
            s.match(r, 0, r'[A-Z][a-z]+\n[A-Z][a-z]+, \d to \d\. .*')
            if construct:
                self.add(s, r, 5, construct, 'mean')
                self.add(s, r, 8, construct, 'n')

    def groups(self, s):
        head, names = s.row_of(0, 'Group'), {}
        for c in range(2, 5):
            names[c] = variable_of(s.text(head, c))
        for r in range(head + 1, s.rows + 1):
            label = s.text(r, 0)
            if label in BREAKDOWNS and not s.cells.get((r, 1)):
                continue
            group = WHOLE if label == 'Whole organisation' else GROUPS.get(label)
            if group is None:
                raise Unattributed('%s: nobody knows the group %r' % (s.where(r, 0), label))
            self.add(s, r, 1, 'response', 'n', group=group)
            for c, construct in names.items():
                self.add(s, r, c, construct, 'favourable', group=group)

    def change(self, s):
        if not any(s.text(r, 0) == 'Wave by wave' for r in range(1, s.rows + 1)):
            return
        head, second = s.row_of(0, 'Construct'), s.row_of(0, 'Wave by wave')
        before = self.waves[s.text(head - 1, 0).rpartition(': ')[2]]
        columns = ((2, 'mean'), (3, 'change'), (4, 'change_low'), (5, 'change_high'), (6, 'g'), (7, 'pairs'))
        for r in range(head + 1, second):
            construct = variable_of(s.text(r, 0))
            if construct:
                self.add(s, r, 1, construct, 'mean', wave=before)
                for c, statistic in columns:
                    self.add(s, r, c, construct, statistic)
        construct = None
        for r in range(s.row_of(0, 'Wave', second) + 1, s.rows + 1):
            label = s.text(r, 0)
            if label in self.waves:
                for c, statistic in ((1, 'n'), (2, 'mean'), (3, 'ci_low'), (4, 'ci_high'), (5, 'mean'), (6, 'ci_low'),
                                     (7, 'ci_high')):
                    self.add(s, r, c, construct, statistic, wave=self.waves[label])
            else:
                construct = BY_LABEL.get(label.rpartition(': ')[2], construct)

    def comments_sheet(self, s):
        for r in range(1, s.rows + 1):
            for c in range(0, 3):
                m = s.match(r, c, r'(\d+) comments?')
                if m:
                    self.figures.append(Figure(s.where(r, c), self.organisation, WHOLE, 'word', 'comments', self.wave,
                                               int(m[1])))
                s.match(r, c, r'Comments are shown when at least \d+ people wrote one; here there were fewer\.')

    def fixed_sheet(self, s):
        """A sheet that says the same in every workbook of the wave; how many figures were left out is counted."""
        for r in range(1, s.rows + 1):
            m = s.match(r, 1, r'(\d+) groups were not shown, or not for everything; (\d+) figures were left out .*') or \
                s.match(r, 1, r'(\d+) figures of organisations were left out by these rules\.')
            if not m:
                for c in range(0, 16):
                    if (r, c) in s.cells:
                        s.taken.add((r, c))
                        self.fixed[s.name, r, c] = s.cells[r, c]

    def nothing(self, s):
        """A sheet without a figure."""

    # The workbook of all together.

    def overview(self, s):
        together = s.row_of(0, 'All organisations')
        names = {c: variable_of(s.text(together - 1, c)) for c in range(3, 6)}
        for r in range(together, s.rows + 1):
            if s.text(r, 0) in ('A barrier in', 'An enabler in'):
                for c in names:
                    s.match(r, c, r'\d+ of \d+')  # calls; every one of them is in the rows below
                continue
            if s.text(r, 0) == 'Organisation':
                continue
            organisation = '' if r == together else s.text(r, 0).lower()
            self.add(s, r, 1, 'response', 'answered', organisation)
            self.add(s, r, 2, 'response', 'rate', organisation)
            for c, construct in names.items():
                self.add(s, r, c, construct, 'favourable', organisation)

    def response(self, s):
        for r in range(s.row_of(0, 'All organisations'), s.rows + 1):
            organisation = '' if s.text(r, 0) == 'All organisations' else s.text(r, 0).lower()
            if s.text(r, 0) != 'Organisation':
                for c, statistic in ((2, 'invited'), (3, 'answered'), (4, 'rate')):
                    self.add(s, r, c, 'response', statistic, organisation)

    def ranking(self, s):
        construct, rank = None, 0
        for r in range(3, s.rows + 1):
            m = s.match(r, 0, r'([A-Z][a-z]+)   [A-Z][a-z]+, \d to \d\. .*')
            if m:
                construct, rank = BY_LABEL[m[1]], 0
            s.match(r, 1, r'\d+ organisations? (is|are) not shown: too few answers\.')
            if isinstance(s.cells.get((r, 0)), (int, float)):
                rank += 1
                if s.number(r, 0) != rank:
                    raise Unattributed('%s: not the rank' % s.where(r, 0))
                organisation = s.text(r, 1).lower()
                shown = [self.add(s, r, c, construct, statistic, organisation) for c, statistic in (
                    (2, 'n'), (3, 'mean'), (4, 'ci_low'), (5, 'ci_high'), (6, 'favourable'))]
                self.widths(s, r, shown)

    def widths(self, s, r, shown):
        """Three widths of a bar: from the scale's beginning, the interval's halves. They repeat the cells beside."""
        low, lower, upper = [s.number(r, c) for c in (8, 9, 10)]
        mean = shown[1]
        if shown[2] is None:
            good = lower < 0.05 and upper < 0.05 and abs(low + lower - mean) < 1e-9
        else:
            good = abs(low - max(shown[2], 1)) < 1e-9 and abs(low + lower - mean) < 1e-9 and \
                mean + upper <= shown[3] + 1e-9
        if not good:
            raise Unattributed('%s: widths that are not those of the interval' % s.where(r, 8))

    def reliability(self, s):
        head, items = s.row_of(0, 'Construct'), s.row_of(0, 'Items')
        columns = ((2, 'n'), (3, 'icc1'), (4, 'icc2'), (5, 'f'), (6, 'p'), (7, 'needed'), (8, 'alpha'), (9, 'omega'))
        for r in range(head + 1, items):
            construct = variable_of(s.text(r, 0))
            if construct:
                for c, statistic in columns:
                    self.add(s, r, c, construct, statistic, '')
        for r in range(items + 1, s.rows + 1):
            item = variable_of(s.text(r, 0))
            if item and '_' in item:
                for c, statistic in ((2, 'n'), (3, 'item_rest'), (4, 'alpha_without')):
                    self.add(s, r, c, item, statistic, '')

    def common(self, s):
        for r in range(3, s.rows + 1):
            if variable_of(s.text(r, 0)):
                m = s.match(r, 1, r'(\d+) of (\d+)')
                if not m or abs(s.number(r, 2) - int(m[1]) / int(m[2])) > 1e-12:
                    raise Unattributed('%s: not the share of organisations' % s.where(r, 2))
                s.match(r, 3, r'[A-Za-z; ]+(and \d+ more|and one more)?')


READERS = {'Summary': Reader.summary, 'Profile': Reader.profile, 'Items': Reader.items, 'Staff and organisation': Reader.own,
           'Groups': Reader.groups, 'Change': Reader.change, 'Strategies': Reader.nothing, 'Action plan': Reader.nothing,
           'Comments': Reader.comments_sheet, 'Method': Reader.fixed_sheet, 'Codebook': Reader.fixed_sheet,
           'Overview': Reader.overview, 'Response': Reader.response, 'Ranking': Reader.ranking,
           'Reliability': Reader.reliability, 'Common barriers': Reader.common}
