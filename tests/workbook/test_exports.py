#!/usr/bin/python3
"""The data of a wave as files: what was answered is what is read back (CSV by Python, SPSS by PSPP, workbook by
openpyxl), with hostile names and texts, and nobody alone by organisation, unit and groups."""
import collections
import csv
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import unittest
import warnings
import zipfile

import openpyxl

from support.readiness import Installation, ROOT
from support.workspace import add_user, submit

LEADERSHIP = os.path.join(ROOT, 'tests/data/leadership/answers.csv')
LONG = 'A sentence that goes on and on, with “quotes”, = signs and 😀 in it. ' * 12  # 900 characters
HOSTILE = '''[survey]
schema  = 1
name    = hostile
version = 1.0
title   = "Hostile & <b>texts</b>"

[scale.five]
1 = "Never"
2 = "Rarely"
3 = "Sometimes"
4 = "Often"
5 = "Always %s"
na = "Does not apply"
unsure = "I don't know"
unseen = "Not seen"
unasked = "Nobody asked"
favourable = 4, 5
unfavourable = 1, 2

[scale.bipolar]
-1 = "Worse"
0 = "Same"
1 = "Better"
none = "No view"
favourable = 1
unfavourable = -1

[construct.words]
label = "=Words that are taken"
level = team
scale = five
item.taken = "=1+1"
item.tools_a = "@SUM(A1) 😀"
item.communication_in_teams_1 = "%s"
item.communication_in_teams_2 = "Communication, reversed"
item.communication_in_teams_2.reverse = yes

[construct.better]
label = "Better or worse"
level = team
scale = bipolar
item.bi = "-5 is a text"

[question.role]
type = choice
label = "=Your role"
choices = with: "=cmd|1" | 2: "Nurse" | other: "Other"
group = yes

[question.shift]
type = choice
label = "Shift"
choices = day: "Day" | night: "Night"
group = yes

[question.tools]
type = choices
label = "Tools"
choices = a: "Tool A" | b: "Tool B"

[question.years]
type = number
label = "Years"

[question.remark]
type = text
label = "Remark"
''' % ('very long ' * 20, LONG)
KEYS = ('organisation', 'unit', 'role', 'shift')
FIELDS = ('taken', 'tools_a', 'communication_in_teams_1', 'communication_in_teams_2', 'bi', 'tools')


def invented(rows, seed):
    """Answers with organisations and units of many sizes."""
    draw = random.Random(seed)
    out = []
    for _ in range(rows):
        organisation = draw.choice(['a'] * 8 + ['b'] * 5 + ['c'] * 2 + ['d'])
        out.append({'organisation': organisation, 'unit': draw.choice(['', 'North', '=X+1', 'Équipe 😀'])
                    if organisation in 'ab' else '', 'role': draw.choice(['with', '2', '2', 'other', '']),
                    'shift': draw.choice(['day', 'day', 'day', 'night', '']),
                    'taken': draw.choice(['1', '5', 'na', 'unsure', 'unseen', 'unasked', '']),
                    'tools_a': draw.choice('12345'), 'communication_in_teams_1': draw.choice('12345'),
                    'communication_in_teams_2': draw.choice('12345'), 'bi': draw.choice(['-1', '0', '1', 'none', '']),
                    'tools': draw.choice(['', 'a', 'b', 'a b']), 'years': str(draw.randint(0, 40)),
                    'remark': 'canary-%d' % draw.randint(0, 10 ** 9)})
    return out


def write_csv(path, rows):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read_csv(path):
    with open(path, 'rb') as file:
        assert file.read(3) == b'\xef\xbb\xbf', 'no byte order mark'
    with open(path, encoding='utf-8-sig', newline='') as file:
        return list(csv.DictReader(file))


def read_sheets(path):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return openpyxl.load_workbook(path)


def table(sheet):
    rows = list(sheet.iter_rows(values_only=True))
    return [dict(zip(rows[0], ['' if v is None else str(v) for v in row])) for row in rows[1:]]


def answers(row, fields=FIELDS):
    return tuple(row[f] for f in fields)


@unittest.skipUnless(shutil.which('pspp'), 'pspp is not installed')
class Spss(unittest.TestCase):
    def pspp(self, here, *lines):
        here.write('read.sps', '\n'.join(lines) + '\n')
        done = subprocess.run(['pspp', '-b', '-O', 'format=csv', 'read.sps'], cwd=here.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=dict(os.environ, LC_ALL='C.UTF-8'))
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])
        self.assertNotIn('error', done.stdout.lower())
        self.assertNotIn('warning', done.stdout.lower())
        return done.stdout

    def test_pspp_reads_values_labels_missing_codes_and_levels(self):
        with Hostile.made() as here:
            out, _ = here.run('export', 'h', '--format', 'sav', '--out', 'h.sav')
            here.run('export', 'h', '--format', 'csv', '--out', 'h.csv')
            shown = self.pspp(here, "GET FILE='h.sav'.", 'DISPLAY DICTIONARY.',
                              "SAVE TRANSLATE /OUTFILE='back.csv' /TYPE=CSV /REPLACE /FIELDNAMES /CELLS=VALUES.")
            wanted = read_csv(here.path('h.csv'))
            with open(here.path('back.csv'), encoding='utf-8', newline='') as file:
                got = list(csv.DictReader(file))
            self.assertEqual(len(got), len(wanted))
            self.assertIn('Rows: %d' % len(got), out)
            self.assertEqual(list(got[0]), ['organisation', 'unit', 'taken', 'tools_a', 'communication_in_teams_1',
                                            'communication_in_teams_2', 'bi', 'role', 'shift', 'tools_a_2', 'tools_b'])
            numbers = {'taken': {'na': '-1', 'unsure': '-2', 'unseen': '-3', 'unasked': '-4'}, 'bi': {'none': '-2'},
                       'role': {'with': '1', '2': '2', 'other': '3'}, 'shift': {'day': '1', 'night': '2'}}

            def coded(row):
                row = {k: v.lstrip("'") if v[:2] in ("'=",) else v for k, v in row.items()}
                tools = [str(int(t in row['tools'].split())) if row['tools'] else '' for t in 'ab']
                return tuple([row['organisation'], row['unit']] +
                             [numbers.get(f, {}).get(row[f], row[f]) for f in
                              ('taken', 'tools_a', 'communication_in_teams_1', 'communication_in_teams_2', 'bi', 'role',
                               'shift')] + tools)

            self.assertEqual(collections.Counter(tuple('' if v.strip() == '.' else v.strip() for v in r.values()) for r in got),
                             collections.Counter(coded(r) for r in wanted))
            self.assertRegex(shown, r'taken,\d+,=1\+1,Ordinal,Input,8,Right,F8.0,F8.0,-4( THRU |–| thru )-1')
            self.assertRegex(shown, r'bi,\d+,-5 is a text,Ordinal,.*,-2\n')
            self.assertRegex(shown, r'role,\d+,=Your role,Nominal')
            self.assertRegex(shown, r'(?m)^organisation,1,.*Nominal')
            for label in ('Does not apply', '=cmd|1', 'not chosen', 'Worse'):
                self.assertIn(label, shown)
            label = re.search(r'communication_in_teams_1,\d+,"((?:[^"]|"")*)"', shown).group(1)
            self.assertTrue(label.endswith('…') and 200 < len(label.encode()) <= 256, label)
            codebook = read_csv(here.path('h-sav-codebook.csv'))
            by_name = {r['Variable']: r for r in codebook if r['Variable']}
            self.assertEqual(by_name['taken']['Not applicable'].split('; ')[0], "'-1 = na: Does not apply")
            self.assertEqual(by_name['tools_a_2']['Code'], 'tools')
            self.assertEqual(by_name['communication_in_teams_1']['Wording'].strip(), LONG.strip())
            self.assertEqual(by_name['communication_in_teams_2']['Reversed'], 'yes')


class Hostile(unittest.TestCase):
    rows = invented(400, 1)

    @classmethod
    def made(cls, rows=None, *more):
        here = Installation()
        here.write('hostile.ini', HOSTILE)
        here.run('assessment', 'new', 'h', '--instrument', here.path('hostile.ini'), '--title', '=Hostile', *more)
        write_csv(here.path('in.csv'), rows or cls.rows)
        here.run('responses', 'import', 'h', 'in.csv', '--create-organisations')
        return here

    def setUp(self):
        self.here = self.made()

    def tearDown(self):
        self.here.__exit__()

    def unescaped(self, rows):
        return [{k: v[1:] if v.startswith("'=") else v for k, v in r.items()} for r in rows]

    def check_cells(self, rows, k=5):
        cells = collections.Counter(answers(r, KEYS) for r in rows)
        self.assertGreaterEqual(min(cells.values()), k)

    def test_csv_holds_every_answer_once_and_no_small_combination(self):
        out, _ = self.here.run('export', 'h', '--format', 'csv', '--out', 'h.csv')
        raw = read_csv(self.here.path('h.csv'))
        rows = self.unescaped(raw)
        self.assertEqual(list(rows[0]), ['organisation', 'unit', 'taken', 'tools_a', 'communication_in_teams_1',
                                         'communication_in_teams_2', 'bi', 'role', 'shift', 'tools'])
        self.assertEqual(collections.Counter(map(answers, rows)), collections.Counter(map(answers, self.rows)))
        self.assertIn('Rows: 400', out)
        self.check_cells(rows)
        # what is told is true: for every value of the keys, no more rows than there are
        for key in KEYS:
            told = collections.Counter((r[key],) + answers(r) for r in rows if r[key])
            self.assertFalse(told - collections.Counter((r[key],) + answers(r) for r in self.rows))
        self.assertTrue(any(r['unit'] and r['organisation'] for r in rows), 'everything was given up')
        self.assertTrue(all(not v[:1] in '=+@' or not v for r in raw for v in r.values()))
        self.assertIn('-1', {r['bi'] for r in raw}, 'a number was touched')
        self.assertFalse([v for r in raw for v in r.values() if 'canary' in v])

    def test_the_codebook_says_what_is_not_there(self):
        self.here.run('export', 'h', '--format', 'csv', '--out', 'h.csv')
        book = {r['Code'] or r['Variable']: r for r in read_csv(self.here.path('h-codebook.csv'))}
        for name in ('years', 'remark'):
            self.assertEqual(book[name]['Variable'], '')
            self.assertIn('could tell who wrote', book[name]['Note'])
        self.assertTrue(book['taken']['Wording'].startswith("'=1+1"))
        self.assertIn('at least 5 rows', book['role']['Note'])

    def test_the_workbook_holds_the_same_and_no_formula(self):
        self.here.run('report', 'h', '--data', '--out', 'h.xlsx')
        book = read_sheets(self.here.path('h.xlsx'))
        self.assertEqual(book.sheetnames, ['Data', 'Codebook', 'About'])
        rows = table(book['Data'])
        self.assertEqual(collections.Counter(map(answers, rows)), collections.Counter(map(answers, self.rows)))
        self.check_cells(rows)
        for sheet in book:
            for cells in sheet.iter_rows():
                self.assertFalse([c for c in cells if c.data_type == 'f'])
        self.assertEqual(book['Data'].freeze_panes, 'A2')
        self.assertEqual(book['Data'].auto_filter.ref, 'A1:J401')
        about = {r[0].value: r[1].value for r in book['About'].iter_rows()}
        self.assertEqual(about['Rows'], '400')
        self.assertIn('at least 5 rows', about['Coarsened'])
        self.here.run('report', 'h', '--data', '--out', 'fr.xlsx', '--language', 'fr')
        self.assertEqual(read_sheets(self.here.path('fr.xlsx')).sheetnames[0], 'Données')

    def test_two_exports_tell_no_more_than_one_and_differ_in_order(self):
        for name in ('one', 'two'):
            self.here.run('export', 'h', '--format', 'csv', '--out', name + '.csv')
        one, two = (read_csv(self.here.path(n + '.csv')) for n in ('one', 'two'))
        self.assertEqual(collections.Counter(tuple(r.items()) for r in one),
                         collections.Counter(tuple(r.items()) for r in two))
        self.assertNotEqual(one, two)
        # the order does not go by organisation
        changes = sum(a['organisation'] != b['organisation'] for a, b in zip(one, one[1:]))
        self.assertGreater(changes, 100)

    def test_json_is_what_results_gives(self):
        self.here.run('results', 'h', '--format', 'json', '--out', 'r.json')
        self.here.run('export', 'h', '--format', 'json', '--out', 'e.json')
        with open(self.here.path('r.json')) as a, open(self.here.path('e.json')) as b:
            self.assertEqual(json.load(a), json.load(b))
        self.assertIn('taken', {r['Code'] for r in read_csv(self.here.path('e-json-codebook.csv'))})

    def test_an_export_is_in_the_audit_log(self):
        self.here.run('export', 'h', '--format', 'csv', '--out', 'h.csv')
        out, _ = self.here.run('audit', 'h', '--format', 'json')
        self.assertEqual([(r['act'], r['object']) for r in json.loads(out)][0], ('data_written', 'h/imported'))

    def test_a_wrong_ending_or_folder_is_refused_and_nothing_is_left(self):
        for out in ('h.sav', 'missing/h.csv', '.'):
            self.here.run('export', 'h', '--format', 'csv', '--out', out, status=1)
        self.here.run('report', 'h', '--data', '--out', 'h.html', status=1)
        self.here.run('report', 'h', '--data', '--all', '--out', 'h.xlsx', status=1)
        self.assertFalse([n for n in os.listdir(self.here.folder) if n.startswith('h.') and n != 'hostile.ini'])

    def test_a_few_of_a_small_organisation_are_in_no_file_and_it_is_said(self):
        rows = [r for r in self.rows if r['organisation'] in 'ab'] + [dict(r, organisation='z') for r in self.rows[:3]]
        with self.made(rows) as here:
            out, _ = here.run('export', 'h', '--format', 'csv', '--out', 'h.csv')
            got = read_csv(here.path('h.csv'))
        self.assertEqual(len(got), len(rows) - 3)
        self.assertIn('Left out: responses of fewer than 5 people', out)
        self.assertIn('Rows: %d' % len(got), out)

    def test_a_raised_minimum_is_held(self):
        with self.made(None, '--min-group', '12') as here:
            here.run('export', 'h', '--format', 'csv', '--out', 'h.csv')
            self.check_cells(self.unescaped(read_csv(here.path('h.csv'))), 12)


class Workspace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Hostile.made()
        cls.here.serve()

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def made(self, browser, button):
        """The names and bytes of the files in what the button makes."""
        path = '/assessments/h/data/1'
        page = submit(browser, browser.get(path), path, button=button)
        link = re.search(r'/jobs/[0-9a-f]+/file', page.text).group()
        self.assertEqual(browser.get(link).status, 200)
        folder = self.here.path('var/jobs')
        newest = max((os.path.join(folder, n) for n in os.listdir(folder)), key=os.path.getmtime)
        with zipfile.ZipFile(newest) as file:
            self.assertIsNone(file.testzip())
            return {name: file.read(name) for name in file.namelist()}

    def test_those_who_work_with_it_take_the_data_with_their_codebook(self):
        boss = add_user(self.here, 'boss@example.org')
        self.assertRegex(boss.get('/assessments/h/data/1').text, 'value="?csv')
        self.assertIn('href="/assessments/h/data/1"', boss.get('/assessments/h/reports/1').text)
        text = self.made(boss, 'csv')
        self.assertEqual(sorted(text), ['codebook.csv', 'data.csv'])
        rows = list(csv.DictReader(text['data.csv'].decode('utf-8-sig').splitlines()))
        self.assertEqual(collections.Counter(map(answers, rows)), collections.Counter(map(answers, Hostile.rows)))
        self.assertTrue(self.made(boss, 'sav')['data.sav'].startswith(b'$FL2@(#)'))
        self.assertIn('xl/workbook.xml', self.made(boss, 'workbook'))
        self.assertEqual([n for n in os.listdir(self.here.path('var/jobs')) if 'part' in n], [])
        out, _ = self.here.run('audit', 'h', '--format', 'json')
        self.assertEqual([(r['account'], r['object']) for r in json.loads(out) if r['act'] == 'data_written'],
                         [('boss@example.org', 'h/imported')] * 3)

    def test_a_viewer_and_another_practitioner_get_nothing(self):
        for role, status in (('viewer', 403), ('practitioner', 404)):
            browser = add_user(self.here, role + '@example.org', role)
            self.assertEqual(browser.get('/assessments/h/data/1').status, status)

    def test_removed_answers_are_said_and_not_made(self):
        with Hostile.made() as here:
            here.run('export', 'h', '--format', 'csv', '--out', 'h.csv')
            database = sqlite3.connect(here.path('var/readiness.db'))
            database.execute('DELETE FROM response')
            database.commit()
            database.close()
            _, err = here.run('export', 'h', '--format', 'sav', '--out', 'none.sav', status=1)
            self.assertIn('were removed', err)
            self.assertFalse([n for n in os.listdir(here.folder) if n.startswith('none')])
            here.serve()
            page = add_user(here, 'boss@example.org').get('/assessments/h/data/1')
            self.assertIn('There are no answers to take away', page.text)
            self.assertNotRegex(page.text, 'value="?csv')


class RealData(unittest.TestCase):
    def test_5400_real_answers_come_back_as_they_went_in(self):
        with Installation() as here:
            here.run('assessment', 'new', 'lead', '--instrument',
                     os.path.join(ROOT, 'tests/data/instruments/leadership.ini'), '--title', 'Leadership')
            here.run('responses', 'import', 'lead', LEADERSHIP, '--create-organisations')
            here.run('export', 'lead', '--format', 'csv', '--out', 'lead.csv')
            here.run('report', 'lead', '--data', '--out', 'lead.xlsx')
            got = [{k: v for k, v in r.items() if k != 'unit'} for r in read_csv(here.path('lead.csv'))]
            sheet = [{k: v for k, v in r.items() if k != 'unit'}
                     for r in table(read_sheets(here.path('lead.xlsx'))['Data'])]
        with open(LEADERSHIP, newline='') as file:
            wanted = list(csv.DictReader(file))
        self.assertEqual(collections.Counter(tuple(r.items()) for r in got),
                         collections.Counter(tuple(r.items()) for r in wanted))
        self.assertEqual(collections.Counter(tuple(r.items()) for r in sheet),
                         collections.Counter(tuple(r.items()) for r in wanted))


if __name__ == '__main__':
    unittest.main()
