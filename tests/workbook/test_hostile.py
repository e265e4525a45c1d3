#!/usr/bin/python3
"""Workbooks from the nastiest input that the product accepts: names full of what a sheet's name may not hold, an item of 900
characters, the longest comments with formulas, control characters and emoji, an organisation of three, a construct that
nobody answered, a language written from right to left. They stay whole packages without anything that runs, and
LibreOffice opens, recalculates and saves them without losing a chart or changing a cell."""
import glob
import os
import random
import re
import shutil
import subprocess
import unittest
import warnings
import zipfile

import openpyxl

from support.readiness import Browser, Installation, ROOT
from support.sheets import convert

CHECK = os.path.join(ROOT, 'tests/workbook/check_workbook.py')
ODD = "A/B:[x]*?' "
NAMES = {'evil': (ODD * 6)[:59] + '!', 'twin': (ODD * 6)[:59] + '?', 'third': "'=History'", 'small': '=1+1 & <b>«x»</b> \U0001F600'}
SIZES = {'evil': 24, 'twin': 12, 'third': 11, 'small': 3, 'six': 6}
LONG = ('Has anybody ever asked you, at a time when you could say no, whether the new practice “fits” = helps, '
        'or <b>not</b> & why? ' * 9)[:897] + 'so?'
LIMIT = 4000  # characters of a comment, through every way in
COMMENTS = ('=cmd|\'/c calc\'!A0', '{=1+1}', '@SUM(A1)', '+1', '-2+3', '_x0041_ is not A', '\U0001F389 ]]> <c>&amp;',
            '=HYPERLINK("http://example.org","x")', 'bell \x07 and escape \x1b', 'nan and null', ' \u202eturned round\u202c',
            ('=1+1 \U0001F600 ' + 'word ' * 1000)[:LIMIT])
INSTRUMENT = '''[survey]
schema = 1
name = nasty
version = 1.0
title = "Hostile & <b>texts</b>"
language = en

[scale.five]
1 = "=1"
2 = "Rarely"
3 = "Sometimes"
4 = "Often"
5 = "Always %s"
na = "Does not apply"
favourable = 4, 5
unfavourable = 1, 2

[construct.words]
label = "=Words & [brackets]: */?"
level = team
answered_by = both
scale = five
item.w1 = "%s"
item.w2 = "=1+1"
item.w3 = "@SUM(A1) \U0001F600"
item.w3.reverse = yes

[construct.silent]
label = "Nobody answers this"
level = system
scale = five
item.s1 = "Silence"
item.s2 = "More silence"

[question.role]
type = choice
label = "=Your role"
choices = a: "=cmd|1" | b: "Nurse [x]: 'y'"
group = yes

[question.remark]
type = text
label = "=Remark \U0001F600"
comment = yes
'''
ARABIC = '''[survey]
title = "ما مدى استعدادنا؟"

[scale.five]
1 = "لا أوافق بشدة"
2 = "لا أوافق"
3 = "محايد"
4 = "أوافق"
5 = "أوافق بشدة"
na = "لا ينطبق"

[construct.words]
label = "مشاركة القيادة"
item.w1 = "يخصص القادة هنا وقتاً."
item.w2 = "يزيل القادة هنا العقبات من الطريق."
item.w3 = "يتعامل القادة هنا معها على أنها مهمة غيرهم."

[construct.silent]
label = "صمت"
item.s1 = "صمت"
item.s2 = "صمت آخر"

[question.role]
label = "ما هو دورك؟"
choices = a: "مدير" | b: "موظف"

[question.remark]
label = "بكلماتك"
'''


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def open_book(path):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # openpyxl does not know data bars of 2010
        return openpyxl.load_workbook(path)


def cells(path):
    """{(sheet, row, column): value} of everything that stands in a cell."""
    return {(s.title, c.row, c.column): c.value for s in open_book(path).worksheets for r in s.iter_rows() for c in r
            if c.value is not None}


def parts(path, pattern):
    with zipfile.ZipFile(path) as package:
        return [n for n in package.namelist() if re.search(pattern, n)]


class Nasty(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = here = Installation()
        draw = random.Random(3)
        here.write('nasty.ini', INSTRUMENT % ('very long ' * 8, LONG))
        here.write('nasty.ar.ini', ARABIC)
        here.run('assessment', 'new', 'n', '--instrument', 'nasty.ini', '--title', "=T & <i>'[x]'</i> \U0001F600")
        here.write('organisations.csv', 'code,name\n' + ''.join('%s,%s\n' % (c, quoted(NAMES.get(c, c))) for c in SIZES))
        here.run('organisation', 'import', 'n', 'organisations.csv')
        lines = ['organisation,unit,w1,w2,w3,s1,s2,role,remark']
        for organisation, size in SIZES.items():
            for i in range(size):
                lines.append(','.join([organisation, quoted(("=U/[1]:*?'", 'B & <C>')[i % 2])] +
                                      [str(draw.randint(1, 5)) for _ in range(3)] +
                                      ['na', '', 'ab'[i % 2], quoted(COMMENTS[i % len(COMMENTS)].replace('\x07', '').replace('\x1b', ''))]))
        here.write('answers.csv', '\n'.join(lines) + '\n')
        for label in ('=First', 'Wave [2]: */?'):
            here.run('responses', 'import', 'n', 'answers.csv', '--label', label)
        cls.files = []
        for language in ('en', 'fr', 'ar'):
            here.run('report', 'n', '--each', '--language', language, '--out', language)
            here.run('report', 'n', '--all', '--profiles', '--language', language, '--out', language + '/all.xlsx')
            cls.files += sorted(glob.glob(here.path(language + '/*.xlsx')))

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def check(self, path, *more):
        done = subprocess.run(['/usr/bin/python3', CHECK, path] + list(more), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, path + '\n' + done.stdout)

    def test_every_package_is_whole_and_holds_nothing_that_runs(self):
        self.assertEqual(len(self.files), 3 * (len(SIZES) + 1))
        for path in self.files:
            self.check(path)

    def test_texts_stand_in_the_cells_as_they_were_given(self):
        texts = set(cells(self.here.path('en/evil.xlsx')).values())
        for text in [c for c in COMMENTS if len(c) < 100 and '\x07' not in c] + [NAMES['evil'], LONG, '=1+1']:
            self.assertIn(text.strip(), texts)

    def test_the_longest_comment_is_there_to_its_end(self):
        long = COMMENTS[-1]
        self.assertEqual(len(long), LIMIT)
        pieces = [v for (sheet, _, _), v in sorted(cells(self.here.path('en/evil.xlsx')).items())
                  if sheet == 'Comments' and isinstance(v, str) and 'word word' in v]
        together = ' '.join(p.strip('… ') for p in pieces)
        self.assertEqual(together.count('word'), 2 * long.count('word'))  # two people wrote it

    def test_names_that_clash_after_cutting_have_sheets_of_their_own(self):
        book = open_book(self.here.path('en/all.xlsx'))
        profiles = book.sheetnames[8:]
        self.assertEqual(len(profiles), len(SIZES))
        self.assertEqual({book[p]['A1'].value for p in profiles}, {NAMES.get(c, c) for c in SIZES})
        cut = [p for p in profiles if p.startswith('A B')]
        self.assertEqual(len(cut), 2)
        self.assertNotEqual(cut[0].lower(), cut[1].lower())

    def test_an_organisation_of_three_shows_no_number_and_a_silent_construct_none_of_its_own(self):
        path = self.here.path('en/small.xlsx')
        for sheet in ('Summary', 'Profile', 'Items', 'Groups'):
            numbers = [v for (s, r, _), v in cells(path).items() if s == sheet and isinstance(v, (int, float))]
            self.assertEqual([n for n in numbers if n], [], sheet)
        for row in open_book(self.here.path('en/evil.xlsx'))['Profile'].iter_rows(values_only=True):
            if str(row[0]).startswith('Nobody answers this'):
                self.assertFalse(any(isinstance(v, float) or v for v in row[1:10] if isinstance(v, (int, float))), row)

    def test_sheets_of_a_language_from_right_to_left_are_turned(self):
        for path in self.files:
            arabic = os.sep + 'ar' + os.sep in path
            for sheet in open_book(path).worksheets:
                self.assertEqual(bool(sheet.sheet_view.rightToLeft), arabic, (path, sheet.title))
        self.assertTrue(any('يخصص القادة' in str(v) for v in cells(self.here.path('ar/evil.xlsx')).values()))

    @unittest.skipUnless(shutil.which('soffice'), 'LibreOffice is not installed')
    def test_libreoffice_saves_them_without_losing_a_chart_or_changing_a_cell(self):
        for name in ('en/evil', 'en/all', 'en/small', 'fr/twin', 'ar/evil'):
            path = self.here.path(name + '.xlsx')
            folder = self.here.path('saved/' + os.path.dirname(name))
            os.makedirs(folder, exist_ok=True)
            saved = convert(path, 'xlsx', folder)
            charts = r'^xl/charts/chart\d+\.xml$'
            self.assertEqual(len(parts(saved, charts)), len(parts(path, charts)), name)
            self.assertEqual(parts(saved, r'vba|externalLink|embeddings|\.bin$'), [], name)
            before, after = cells(path), cells(saved)
            self.assertEqual([s.title for s in open_book(saved).worksheets], [s.title for s in open_book(path).worksheets])
            self.assertEqual(set(after), set(before), name)
            for place, value in before.items():
                if isinstance(value, (int, float)):
                    self.assertAlmostEqual(after[place], value, delta=1e-12 * max(1, abs(value)), msg=(name, place))
                else:
                    self.assertEqual(after[place], value, (name, place))


class Pages(unittest.TestCase):
    def test_control_characters_and_emoji_typed_on_a_page_arrive_in_the_sheet_as_harmless_text(self):
        with Installation() as here:
            here.write('nasty.ini', INSTRUMENT % ('very long ' * 8, LONG))
            here.run('assessment', 'new', 'n', '--instrument', 'nasty.ini', '--title', 'T')
            here.write('organisations.csv', 'code,name\n%s\n' % ('evil,' + quoted(NAMES['evil'])))
            here.run('organisation', 'import', 'n', 'organisations.csv')
            here.write('people.csv', 'email,organisation\n' + ''.join('p%d@example.org,evil\n' % i for i in range(len(COMMENTS))))
            here.run('people', 'import', 'n', 'people.csv')
            here.run('wave', 'open', 'n', '--label', 'One')
            here.serve()
            for link, comment in zip(here.links('n', 'personal'), COMMENTS):
                Browser(here.url).fill(link['token'], {'w1': 4, 'w2': 2, 'w3': 1, 'role': 'a', 'remark': comment})
            here.run('wave', 'close', 'n', '--yes')
            here.run('report', 'n', '--organisation', 'evil', '--out', 'e.xlsx')
            done = subprocess.run(['/usr/bin/python3', CHECK, here.path('e.xlsx')], stdout=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)
            texts = [v for (s, _, _), v in cells(here.path('e.xlsx')).items() if s == 'Comments' and isinstance(v, str)]
            self.assertIn('=cmd|\'/c calc\'!A0', texts)
            self.assertIn('\U0001F389 ]]> <c>&amp;', texts)
            self.assertTrue(any(t.startswith('bell') and 'escape' in t and not re.search('[\x00-\x08\x0b-\x1f]', t) for t in texts),
                            [t[:40] for t in texts])


if __name__ == '__main__':
    unittest.main()
