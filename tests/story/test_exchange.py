#!/usr/bin/python3
"""Instruments come from other systems' files and go there, through the real commands. What comes out is compared with
files that were read by a person (tests/data/exchange; READINESS_WRITE_GOLDEN=1 writes them anew, to be read again)."""
import csv
import glob
import json
import os
import shutil
import unittest
import zipfile

import openpyxl

from support.readiness import Installation, ROOT

DATA = os.path.join(ROOT, 'tests/data/exchange')
GOLDEN = os.path.join(DATA, 'golden')
WRITE = bool(os.environ.get('READINESS_WRITE_GOLDEN'))
SOURCES = ['three-languages.csv', 'markdown.md', 'redcap-18.csv', 'redcap-17.csv', 'limesurvey-1.txt',
           'limesurvey-2.txt', 'limesurvey-3.txt', 'limesurvey-new.lss', 'limesurvey-old.lss']


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def table(path):
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.reader(file))


class Exchange(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)

    def bring(self, source, name, *options):
        """Imports a file of the installation's folder; returns what was printed."""
        out, _ = self.here.run('instrument', 'import', source, '--out', name + '.ini', *options)
        return out

    def compare(self, golden, text):
        path = os.path.join(GOLDEN, golden)
        if WRITE:
            os.makedirs(GOLDEN, exist_ok=True)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
        self.assertEqual(read(path), text, golden)

    def test_every_documented_layout_becomes_the_instrument_it_should_with_the_list_of_what_was_lost(self):
        for source in SOURCES:
            with self.subTest(source):
                shutil.copy(os.path.join(DATA, source), self.here.folder)
                name = source.replace('.', '-')
                out = self.bring(source, name)
                self.compare(name + '.list', out)
                for path in sorted(glob.glob(self.here.path(name + '*.ini'))):
                    self.compare(os.path.basename(path), read(path))
                _, findings = self.here.run('check', name + '.ini')
                self.assertNotIn('error', findings)

    def test_nothing_that_was_left_out_is_missing_from_the_list(self):
        shutil.copy(os.path.join(DATA, 'three-languages.csv'), self.here.folder)
        out = self.bring('three-languages.csv', 'form', '--format', 'json')
        said = json.loads(out)
        there = read(self.here.path('form.ini'))
        rows = table(os.path.join(DATA, 'three-languages.csv'))
        survey = rows[2:[row[0] for row in rows].index('choices')]
        asked = 0
        for line, row in enumerate(survey, 3):
            name = row[2].lower().replace(' ', '_')
            if not row[2] or row[1].startswith('#') or row[1].startswith('begin_group') or row[2] == 'innovation':
                continue
            listed = any(f['line'] == line and f['severity'] == 'warning' for f in said)
            carried = '[question.%s]' % name in there or 'item.%s =' % name in there
            asked += carried
            self.assertTrue(carried or listed, row)
        self.assertGreater(asked, 30)

    def workbook(self, name, change=None, titles={}):
        """The form in three languages as Excel has it: three sheets, numbers as numbers, truths as truths."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        sheet = None
        for row in table(os.path.join(DATA, 'three-languages.csv')):
            if row[0]:
                sheet = book.create_sheet(titles.get(row[0], row[0]))
                continue
            cells = [None if c == '' else float(c) if c.replace('.', '', 1).isdigit() else c for c in row[1:]]
            sheet.append([True if c == 'yes' else c for c in cells])
        if change:
            change(book)
        book.save(self.here.path(name))

    def test_a_workbook_says_the_same_as_its_table(self):
        shutil.copy(os.path.join(DATA, 'three-languages.csv'), self.here.folder)
        self.workbook('form.xlsx')
        self.bring('three-languages.csv', 'a', '--name', 'form')
        self.bring('form.xlsx', 'b', '--name', 'form')
        for language in ('', '.fr', '.sw'):
            a, b = (read(self.here.path(x + language + '.ini')).split('\n', 1)[1] for x in 'ab')
            self.assertEqual(a, b)

    def test_sheets_in_capitals_blank_rows_and_strangers_do_no_harm(self):
        def change(book):
            book['SURVEY'].insert_rows(1, 3)
            book['SURVEY']['AZ60'] = None
            book['SURVEY']['A200'] = '#'
            book.create_sheet('notes of ours').append(['anything'])
            book.create_sheet('empty')
        self.workbook('plain.xlsx')
        self.workbook('odd.xlsx', change, {'survey': 'SURVEY', 'choices': ' Choices '})
        self.bring('plain.xlsx', 'a', '--name', 'form')
        out = self.bring('odd.xlsx', 'b', '--name', 'form')
        self.assertIn('notes of ours', out)
        a, b = (read(self.here.path(x + '.ini')).split('\n', 1)[1] for x in 'ab')
        self.assertEqual(a, b)

    def test_what_goes_out_comes_back_as_the_same_instrument(self):
        """XLSForm keeps everything, in all languages."""
        for path in sorted(glob.glob(os.path.join(ROOT, 'surveys/*.ini')) +
                           glob.glob(os.path.join(ROOT, 'surveys/examples/*.ini'))):
            if os.path.basename(path).count('.') > 1:
                continue
            name = os.path.basename(path)[:-4]
            with self.subTest(name):
                languages = sorted(glob.glob(path[:-4] + '.??.ini'))
                self.here.run('instrument', 'export', path, '--format', 'xlsform', '--out', name + '.xlsx')
                self.bring(name + '.xlsx', name)
                back = sorted(glob.glob(self.here.path(name) + '.??.ini'))
                self.assertEqual([os.path.basename(p) for p in languages], [os.path.basename(p) for p in back])
                for one, other in zip([path] + languages, [self.here.path(name + '.ini')] + back):
                    self.assertEqual(self.content(one), self.content(other))

    def content(self, path):
        """Every section, key and value of an INI file but order, the file's language and values that are the default."""
        found, section = {}, ''
        for line in read(path).splitlines():
            line = line.strip()
            if not line or line[0] in ';#':
                continue
            if line[0] == '[':
                section = line.strip('[]')
                continue
            key, _, value = (part.strip() for part in line.partition('='))
            if not value.startswith('"'):
                value = value.split(' ;')[0].strip()
            value = value.split('"')[1] if value.startswith('"') else value
            if key == 'choices':
                for part in line.partition('=')[2].split('|'):
                    code, _, label = part.strip().partition(':')
                    label = label.strip()
                    found[section, 'choice.' + code.strip()] = label.strip('"')
                continue
            if (key, value) in (('answered_by', 'staff'), ('higher', 'enabler'), ('required', 'no'),
                                ('min_answered', '0.5'), ('rows', '1'), ('language', 'en'), ('minutes', '10'),
                                ('enabler_share', '0.75'), ('barrier_share', '0.5'), ('group', 'no'), ('comment', 'no'),
                                ('schema', '1')) or key.endswith('favourable') or key == 'language':
                continue
            if key in ('strategies', 'determinants', 'ask'):
                value = [part.strip() for part in value.split(',')]
            if key == 'relevant':
                value = value.replace("'", '')
            found[section, key] = value
        return found

    def test_a_dictionary_for_redcap_comes_back_but_for_what_it_cannot_hold(self):
        for name in ('implementation-readiness', 'examples/bipolar-scale', 'examples/relevant', 'examples/question-types'):
            with self.subTest(name):
                path = os.path.join(ROOT, 'surveys', name + '.ini')
                base = os.path.basename(name)
                out, _ = self.here.run('instrument', 'export', path, '--format', 'redcap', '--out', base + '.csv')
                self.assertIn('“fr”', out)
                rows = table(self.here.path(base + '.csv'))
                self.assertEqual(len(rows[0]), 18)
                self.assertEqual(rows[0][0], 'Variable / Field Name')
                names = [row[0] for row in rows[1:]]
                self.assertEqual(len(names), len(set(names)))
                self.bring(base + '.csv', base)
                was, now = self.content(path), self.content(self.here.path(base + '.ini'))
                pages = {k for k in now if k[0].startswith('page.')} - set(was)
                self.assertEqual(was, {k: v for k, v in now.items() if k not in pages or k in was})

    def test_a_file_that_cannot_be_read_has_its_sentence(self):
        self.workbook('form.xlsx')
        with open(self.here.path('form.xlsx'), 'rb') as file:
            whole = file.read()
        with zipfile.ZipFile(self.here.path('plain.zip'), 'w') as z:
            z.writestr('a.txt', 'a')
        with open(self.here.path('plain.zip'), 'rb') as file:
            other = file.read()
        cases = {
            'cut.xlsx': (whole[:len(whole) // 2], 'damaged'),
            'plain.xlsx': (other, 'no Excel workbook'),
            'old.xls': (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 600, 'save it as .xlsx'),
            'empty.csv': (b'', 'empty'),
            'large.csv': (b'type,name\n' + b'x' * (11 << 20), '10'),
            'long.csv': (b'type,name,label\n' + b'select_one l,q,Q\n' * 5000, 'divide the form'),
            'letter.txt': (b'Dear all,\nthis is a letter.\n', 'none of the files'),
            'page.lss': (b'<html><body>hello</body></html>', 'no LimeSurvey'),
            'open.lss': (b'<document><groups><rows>', 'broken'),
            'bomb.lss': (b'<!DOCTYPE a [<!ENTITY b "c">]><document>&b;</document>', 'document type'),
            'half.csv': (b'Variable / Field Name,Form Name,Field Type\nx,y,text\n', 'field_label'),
            'nothing.csv': (b'type,name,label\ngeopoint,x,Where?\n', 'nothing is asked'),
        }
        for name, (content, sentence) in cases.items():
            with self.subTest(name):
                with open(self.here.path(name), 'wb') as file:
                    file.write(content)
                _, err = self.here.run('instrument', 'import', name, '--out', 'x.ini', status=1)
                self.assertIn(sentence, err)
                self.assertFalse(os.path.exists(self.here.path('x.ini')))

    def test_nothing_is_written_over_unless_one_says_so(self):
        shutil.copy(os.path.join(DATA, 'redcap-17.csv'), self.here.folder)
        self.bring('redcap-17.csv', 'form')
        self.here.write('form.ini', 'mine')
        _, err = self.here.run('instrument', 'import', 'redcap-17.csv', '--out', 'form.ini', status=1)
        self.assertIn('--replace', err)
        self.assertEqual(read(self.here.path('form.ini')), 'mine')
        self.bring('redcap-17.csv', 'form', '--replace')
        self.assertIn('[question.q1]', read(self.here.path('form.ini')))


if __name__ == '__main__':
    unittest.main()
