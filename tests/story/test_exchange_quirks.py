#!/usr/bin/python3
"""What real files of other systems hold, one case each: ways of writing, ways of saving, and what goes wrong."""
import csv
import io
import json
import os
import unittest
import zipfile

from support.readiness import Installation, ROOT

DATA = os.path.join(ROOT, 'tests/data/exchange')


class Quirks(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)

    def bring(self, name, content, *options, encoding='utf-8'):
        """Imports `content` as a file `name`; returns (the instrument, {language: translation}, the list)."""
        for path in os.listdir(self.here.folder):
            if path.startswith('x.'):
                os.remove(self.here.path(path))
        with open(self.here.path(name), 'wb') as file:
            file.write(content if isinstance(content, bytes) else content.encode(encoding))
        out, _ = self.here.run('instrument', 'import', name, '--out', 'x.ini', '--format', 'json', '--replace', *options)
        self.here.run('check', 'x.ini')
        made = {}
        for path in os.listdir(self.here.folder):
            if path.startswith('x.') and path.endswith('.ini'):
                with open(self.here.path(path), encoding='utf-8') as file:
                    made[path[2:-4].rstrip('.')] = file.read()
        return made.pop(''), made, json.loads(out)

    def codes(self, said, line):
        return [f['code'] for f in said if f['line'] == line]

    # --- XLSForm

    def test_start_and_end_are_times_and_no_group(self):
        made, _, said = self.bring('f.csv', 'type,name,label\nstart,start,\nend,end,\nbegin group,g,One\ntext,a,A\n'
                                            'end group,,\ntext,b,B\n')
        self.assertEqual(self.codes(said, 2) + self.codes(said, 3), ['exchange.metadata'] * 2)
        self.assertFalse([f for f in said if f['code'] in ('exchange.end_alone', 'exchange.group_open')])
        self.assertIn('[page.g]\nlabel = "One"\nask = a\n', made)

    def test_a_question_that_is_switched_off_is_left_out_also_from_a_matrix(self):
        made, _, said = self.bring('f.csv', 'survey,,,,\n,type,name,label,disabled\n,text,a,A,yes\n,select_one s,b,B,\n'
                                            ',select_one s,c,C,yes\n,select_one s,d,D,\nchoices,,,,\n'
                                            ',list_name,name,label,\n,s,1,One,\n,s,2,Two,\n,s,3,Three,\n')
        self.assertEqual(self.codes(said, 3) + self.codes(said, 5), ['exchange.disabled'] * 2)
        self.assertIn('item.b = "B"\nitem.d = "D"', made)
        self.assertNotIn('"A"', made)
        self.assertNotIn('"C"', made)

    def test_lists_may_be_called_as_other_files_are(self):
        made, _, _ = self.bring('f.csv', 'survey,,,\n,type,name,label\n,select_one external_partners,a,A\nchoices,,,\n'
                                         ',list_name,name,label\n,external_partners,x,X\n,external_partners,y,Y\n')
        self.assertIn('type = choice\nlabel = "A"\nchoice.x = "X"\nchoice.y = "Y"', made)

    def test_one_question_with_a_remark_below_is_no_matrix(self):
        made, _, said = self.bring('f.csv', 'survey,,,,\n,type,name,label,ours\n,select_one s,a,A,\n,,,,a remark\n'
                                            ',text,b,B,\nchoices,,,,\n,list_name,name,label,\n,s,1,One,\n,s,2,Two,\n'
                                            ',s,3,Three,\n')
        self.assertIn('[question.a]\ntype = choice', made)
        self.assertNotIn('[construct', made)

    def test_a_row_with_a_label_and_no_type_inside_a_matrix_is_listed(self):
        _, _, said = self.bring('f.csv', 'survey,,,\n,type,name,label::English (en)\n,select_one s,a,A\n,,,Forgotten\n'
                                         ',select_one s,b,B\nchoices,,,\n,list_name,name,label\n,s,1,One\n,s,2,Two\n'
                                         ',s,3,Three\n')
        self.assertIn('exchange.no_type', self.codes(said, 4))

    def test_the_row_of_labels_of_a_matrix_gives_its_heading(self):
        rows = ('survey,,,,\n,type,name,label,appearance\n,begin group,g,%s,field-list\n,select_one s,h,Head,label\n'
                ',select_one s,a,A,list-nolabel\n,select_one s,b,B,list-nolabel\n,end group,,,\nchoices,,,,\n'
                ',list_name,name,label,\n,s,never,Never,\n,s,always,Always,\n')
        made, _, _ = self.bring('f.csv', rows % '')
        self.assertIn('label = "Head"', made)
        made, _, said = self.bring('f.csv', rows % 'Group')
        self.assertIn('label = "Group"', made)
        self.assertEqual([f['message'] for f in said if f['line'] == 4 and 'Head' in f['message']],
                         ['“h”: “label” has no place here and was not carried over: Head'])

    def test_a_range_keeps_the_narrower_of_its_two_limits(self):
        made, _, _ = self.bring('f.csv', 'type,name,label,parameters,constraint\nrange,a,A,start=0 end=10,.>=2\n')
        self.assertIn('minimum = 2\nmaximum = 10', made)

    def test_heads_with_blanks_doubled_labels_and_rows_far_below_do_no_harm(self):
        made, _, said = self.bring('f.csv', 'Type , NAME,label,label \ntext,a,,Second\ntext,b,First,Second\n' +
                                            ',,,\n' * 30 + 'text,c,Far below,\n')
        self.assertIn('[question.a]\ntype = text\nlabel = "Second"', made)
        self.assertIn('[question.b]\ntype = text\nlabel = "First"', made)
        self.assertIn('[question.c]\ntype = text\nlabel = "Far below"', made)
        self.assertEqual([f['line'] for f in said if f['code'] == 'exchange.column_twice' and 'Second' in f['message']],
                         [3])

    def test_data_from_elsewhere_is_never_looked_up_and_each_place_is_named(self):
        _, _, said = self.bring('f.csv', 'survey,,,,,,\n,type,name,label,relevant,constraint,calculation\n,text,a,A,,,\n'
                                         ",text,b,B,\"pulldata('x', 'y', 'z', ${a}) = 1\",\"pulldata('x') = .\",\n"
                                         ",calculate,c,,,,\"pulldata('towns', 'n', 'k', ${a})\"\n"
                                         ',select_one_from_file towns.csv,d,D,,,\n,select_one_external l,e,E,,,\n'
                                         'choices,,,,,,\n,list_name,name,label,,,\n,l,x,X,,,\n')
        self.assertEqual(self.codes(said, 4), ['exchange.condition', 'exchange.column'])
        self.assertEqual(self.codes(said, 5), ['exchange.calculation'])
        self.assertEqual(self.codes(said, 6) + self.codes(said, 7), ['exchange.type'] * 2)

    def test_columns_by_their_long_names_are_understood(self):
        made, _, _ = self.bring('f.csv', 'type,name,label,bind::required,bind::relevant,body::appearance\n'
                                         'integer,a,A,yes,,\ntext,b,B,,${a} > 1,multiline\n')
        self.assertIn('required = yes', made)
        self.assertIn('rows = 4\nrelevant = "${a} > 1"', made)

    def test_a_constant_is_a_placeholder_whatever_its_label(self):
        made, _, _ = self.bring('f.csv', 'type,name,label,calculation\ncalculate,thing,What it is called,\'the rounds\'\n'
                                         'text,a,Do you like ${thing}?,\n')
        self.assertIn('[placeholder.thing]\ndefault = "the rounds"', made)
        self.assertIn('label = "Do you like ${thing}?"', made)

    def test_calculations_that_were_left_out_are_listed_with_their_formula(self):
        _, _, said = self.bring('f.csv', 'type,name,label,calculation\ninteger,a,A,\ncalculate,b,,${a} * 2\n')
        self.assertTrue([f for f in said if f['line'] == 3 and '${a} * 2' in f['message']])

    def test_a_language_without_a_tag_is_known_by_its_name_or_listed(self):
        made, others, said = self.bring('f.csv', 'type,name,label::English,label::Kreyòl,label::Tlhingan Hol language\n'
                                                 'text,a,A,Ki sa?,nuq\n')
        self.assertIn('Ki sa?', others['ht'])
        self.assertIn('exchange.language_unknown', self.codes(said, 1))

    def test_texts_in_no_language_are_taken_for_the_one_that_is_named(self):
        made, _, said = self.bring('f.csv', 'type,name,label\ntext,a,Pourquoi ?\n')
        self.assertIn('exchange.language_guess', self.codes(said, 0))
        made, _, said = self.bring('f.csv', 'type,name,label\ntext,a,Pourquoi ?\n', '--language', 'fr')
        self.assertIn('language = fr', made)
        self.assertNotIn('exchange.language_guess', self.codes(said, 0))
        _, err = self.here.run('instrument', 'import', 'f.csv', '--out', 'y.ini', '--language', 'x y', status=1)
        self.assertIn('x y', err)

    def test_translations_without_an_original_are_borrowed_or_listed(self):
        made, others, said = self.bring('f.csv', (
            'survey,,,,,\n,type,name,label::English (en),label::French (fr),hint::French (fr)\n'
            ',begin group,g,,Groupe,Du groupe\n,text,a,A,,Indice\n,text,b,,Bé,\n,end group,,,,\nsettings,,,,,\n'
            ',form_title::French (fr),version,,,\n,Titre,1,,,\n'))
        self.assertIn('label = "Bé"', made)
        self.assertIn('title = "Titre"', made)
        self.assertIn('exchange.text_borrowed', self.codes(said, 0))
        self.assertEqual(self.codes(said, 3) + self.codes(said, 4), ['exchange.translation_alone'] * 3)
        self.assertEqual(self.codes(said, 5), ['exchange.text_borrowed'])
        self.assertNotIn('Groupe', others['fr'])
        self.assertNotIn('Indice', others['fr'])

    def test_every_sentence_is_whole_in_english_and_french(self):
        for language in ('en_GB.UTF-8', 'fr_FR.UTF-8'):
            self.here.environment.update(LANG=language, LC_ALL=language)
            for name in sorted(os.listdir(DATA)):
                if name in ('golden', 'README.md'):
                    continue
                with open(os.path.join(DATA, name), 'rb') as file:
                    made, _, said = self.bring(name, file.read())
                for f in said:
                    with self.subTest(name=name, code=f['code']):
                        sentence = f['message']
                        for foreign in ('{TOKEN:FIRSTNAME}', '{role.shown}', '{years*2}'):  # as they stand in the file
                            sentence = sentence.replace(foreign, '').replace('${', '')
                        self.assertNotRegex(sentence, r'\{[a-z_.]+\}|^exchange\.')
                self.assertNotIn('{term', made)

    # --- Workbooks as programs save them

    STYLES = ('<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;day&quot; dd/mm/yyyy"/>'
              '<numFmt numFmtId="165" formatCode="0.0 &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/>'
              '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
              '<xf numFmtId="20"/></cellXfs></styleSheet>')

    def workbook(self, survey, choices, strings='', more=''):
        parts = {'xl/workbook.xml': '<workbook xmlns:r="r">%s<sheets><sheet name="survey" r:id="a"/>'
                                    '<sheet name="choices" r:id="b"/></sheets></workbook>' % more,
                 'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="a" Target="worksheets/1.xml"/>'
                                               '<Relationship Id="b" Target="/xl/worksheets/2.xml"/></Relationships>',
                 'xl/styles.xml': self.STYLES, 'xl/sharedStrings.xml': '<sst>%s</sst>' % strings,
                 'xl/worksheets/1.xml': '<worksheet><sheetData>%s</sheetData></worksheet>' % survey,
                 'xl/worksheets/2.xml': '<worksheet><sheetData>%s</sheetData></worksheet>' % choices}
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w') as z:
            for name, text in parts.items():
                z.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
        return out.getvalue()

    def row(self, *cells):
        return '<row>%s</row>' % ''.join(c if c.startswith('<') else
                                         '<c t="inlineStr"><is><t>%s</t></is></c>' % c for c in cells)

    def test_texts_shared_rich_with_readings_or_in_place_are_read_alike(self):
        strings = ('<si><t>plain</t></si>'
                   '<si><r><rPr><b/></rPr><t xml:space="preserve">rich </t></r><r><t>text</t></r></si>'
                   '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si>'
                   '<si><t>a_x000D_b_x005F_c</t></si>')
        shared = ['<c t="s"><v>%d</v></c>' % n for n in range(4)]
        survey = self.row('type', 'name', 'label')
        for n, cell in enumerate(shared):
            survey += self.row('text', 'q%d' % n, cell)
        survey += self.row('text', 'q4', '<c t="inlineStr"><is><r><t>in </t></r><r><t>place</t></r></is></c>')
        survey += self.row('text', 'q5', '<c t="str"><f>A1&amp;B1</f><v>computed</v></c>')
        made, _, _ = self.bring('f.xlsx', self.workbook(survey, self.row('list_name', 'name', 'label'), strings))
        for text in ('plain', 'rich text', '東京', 'a b_c', 'in place', 'computed'):
            self.assertIn('label = "%s"' % text, made)
        self.assertNotIn('トウ', made)

    def test_dates_and_numbers_are_read_as_they_are_shown(self):
        survey = self.row('type', 'name', 'label') + self.row('select_one l', 'a', 'A')
        cells = ['<c><v>1</v></c>', '<c><v>2.0</v></c>', '<c><v>0.10000000000000001</v></c>',
                 '<c s="1"><v>46477</v></c>', '<c s="2"><v>46477.5</v></c>', '<c s="3"><v>46477</v></c>',
                 '<c s="4"><v>0.39583333333333331</v></c>', '<c t="b"><v>1</v></c>', '<c s="99"><v>7</v></c>']
        codes = ['1', '2', '0_1', '2027_03_31', '2027_03_31_12_00_00', '46477', '09_30_00', 'true', '7']
        choices = self.row('list_name', 'name', 'label')
        for n, cell in enumerate(cells):
            choices += self.row('l', cell, 'Label %d' % n)
        made, _, said = self.bring('f.xlsx', self.workbook(survey, choices))
        for n, code in enumerate(codes):
            self.assertIn('choice.%s = "Label %d"' % (code, n), made)
        self.assertTrue([f for f in said if '2027-03-31' in f['message'] and f['line'] == 5])
        made, _, _ = self.bring('f.xlsx', self.workbook(survey, choices, more='<workbookPr date1904="1"/>'))
        self.assertIn('choice.2031_04_01 = "Label 3"', made)

    def test_one_sheet_of_any_name_is_the_survey(self):
        survey = self.row('type', 'name', 'label') + self.row('text', 'a', 'A')
        survey += self.row('select_one l', 'b', 'B')
        book = zipfile.ZipFile(io.BytesIO(self.workbook(survey, '')))
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w') as z:
            for name in book.namelist():
                text = book.read(name).replace(b'name="survey"', b'name="Sheet1"')
                z.writestr(name, text.replace(b'<sheet name="choices" r:id="b"/>', b''))
        made, _, said = self.bring('f.xlsx', out.getvalue())
        self.assertIn('[question.a]', made)
        self.assertEqual(self.codes(said, 3), ['exchange.list_missing', 'exchange.choices_none'])

    def test_of_two_sheets_with_one_name_the_first_is_read_and_the_other_listed(self):
        survey = self.row('type', 'name', 'label') + self.row('text', 'a', 'A')
        book = self.workbook(survey, survey)
        book = zipfile.ZipFile(io.BytesIO(book))
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w') as z:
            for name in book.namelist():
                z.writestr(name, book.read(name).replace(b'name="choices"', b'name="SURVEY"'))
        _, _, said = self.bring('f.xlsx', out.getvalue())
        self.assertTrue([f for f in said if f['code'] == 'exchange.sheet_extra' and 'SURVEY' in f['message']])

    # --- REDCap

    def dictionary(self, rows):
        out = io.StringIO()
        head = ['Variable / Field Name', 'Form Name', 'Field Type', 'Field Label',
                'Choices, Calculations, OR Slider Labels', 'Branching Logic (Show field only if...)',
                'Field Annotation', 'Matrix Group Name']
        csv.writer(out).writerows([head] + rows)
        return out.getvalue()

    def test_however_a_dictionary_was_saved_it_says_the_same(self):
        with open(os.path.join(DATA, 'redcap-18.csv'), encoding='utf-8-sig', newline='') as file:
            rows = list(csv.reader(file))
        rows[2][4] = 'Votre rôle – « lequel » ?'
        found = set()
        for encoding, delimiter, end, before in (
                ('utf-8-sig', ',', '\n', ''), ('utf-8', ';', '\r\n', 'sep=;\r\n'), ('cp1252', ';', '\r\n', ''),
                ('utf-16', '\t', '\r\n', ''), ('utf-8', ',', '\r', '')):
            out = io.StringIO()
            csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
            made, _, said = self.bring('f.csv', before + out.getvalue(), encoding=encoding)
            found.add((made.split('\n', 1)[1], len(said)))
            self.assertEqual(len(found), 1, encoding)
        self.assertIn('Votre rôle – « lequel » ?', found.pop()[0])

    def test_hidden_fields_pipes_and_what_redcap_knows_by_itself_are_each_named(self):
        made, _, said = self.bring('f.csv', self.dictionary([
            ['record_id', 'f', 'text', 'Record'],
            ['a', 'f', 'text', 'A', '', '', '@HIDDEN-SURVEY @DEFAULT=\'1\''],
            ['b', 'f', 'text', 'You said [a] on [survey-date-completed:f]. [Optional] [self-report]'],
            ['c', 'f', 'text', 'C', '', '', '@CHARLIMIT=5']]))
        self.assertIn('exchange.hidden', self.codes(said, 3))
        self.assertEqual(self.codes(said, 4), ['exchange.pipe'] * 2)
        self.assertIn('"You said … on …. [Optional] [self-report]"', made)
        self.assertIn('exchange.annotation', self.codes(said, 5))

    def test_the_first_field_is_the_record_and_said_louder_when_it_does_not_look_like_it(self):
        _, _, said = self.bring('f.csv', self.dictionary([['role', 'f', 'text', 'Role?'], ['a', 'f', 'text', 'A']]))
        self.assertEqual([f['severity'] for f in said if f['line'] == 2], ['warning'])
        _, _, said = self.bring('f.csv', self.dictionary([['study_id', 'f', 'text', 'ID'], ['a', 'f', 'text', 'A']]))
        self.assertEqual([f['severity'] for f in said if f['line'] == 2], ['note'])

    def test_choices_stand_behind_bars_or_on_lines_of_their_own(self):
        made, _, _ = self.bring('f.csv', self.dictionary([
            ['record_id', 'f', 'text', 'R'], ['a', 'f', 'radio', 'A', '1, One\n2, Two, too'],
            ['b', 'f', 'checkbox', 'B', '1, One'], ['c', 'f', 'text', 'C', '', '[b(1)] = "1"']]))
        self.assertIn('choice.1 = "One"\nchoice.2 = "Two, too"', made)
        self.assertIn('[question.b]\ntype = choice\nlabel = "B"\nchoice.1 = "One"\nchoice.no = "No"', made)
        self.assertIn('relevant = "selected(${b}, \'1\')"', made)

    def test_a_matrix_of_boxes_becomes_questions_and_says_so(self):
        made, _, said = self.bring('f.csv', self.dictionary([
            ['record_id', 'f', 'text', 'R'], ['a', 'f', 'checkbox', 'A', '1, One | 2, Two', '', '', 'm'],
            ['b', 'f', 'checkbox', 'B', '1, One | 2, Two', '', '', 'm']]))
        self.assertEqual(made.count('type = choices'), 2)
        self.assertIn('exchange.matrix_alone', self.codes(said, 3))

    def test_rows_of_a_matrix_stand_together_and_have_the_same_choices(self):
        choices = '1, No | 2, Perhaps | 3, Yes'
        made, _, _ = self.bring('f.csv', self.dictionary([
            ['record_id', 'f', 'text', 'R'], ['a', 'f', 'radio', 'A', choices, '', '', 'm'],
            ['b', 'f', 'radio', 'B', choices, '', '', 'm'], ['c', 'f', 'text', 'C'],
            ['d', 'f', 'radio', 'D', choices, '', '', 'm'], ['e', 'f', 'radio', 'E', '1, A | 2, B', '', '', 'm']]))
        self.assertIn('item.a = "A"\nitem.b = "B"\n', made)
        self.assertIn('item.d = "D"\n', made)
        self.assertIn('item.e = "E"\n', made)
        self.assertEqual(made.count('[construct.'), 3)

    def test_what_a_spreadsheet_made_of_an_annotation_is_listed(self):
        _, _, said = self.bring('f.csv', self.dictionary([['record_id', 'f', 'text', 'R'],
                                                          ['a', 'f', 'text', 'A', '', '', '#NAME?']]))
        self.assertEqual(self.codes(said, 3), ['exchange.annotation'])

    # --- LimeSurvey

    def test_what_other_is_called_and_the_limits_of_numbers_come_along_in_every_language(self):
        head = 'class\ttype/scale\tname\ttext\tlanguage\tother\tother_replace_text\tmin_num_value_n\tmax_num_value_n\n'
        made, others, said = self.bring('f.txt', head + (
            'S\t\tlanguage\ten\nS\t\tadditional_languages\tfr\nSL\t\tsurveyls_description\tAbout\ten\n'
            'SL\t\tsurveyls_title\tTitle\ten\nSL\t\tsurveyls_title\tTitel\txx-!\nG\t0\t<b>One</b>\t\ten\n'
            'Q\tL\trole\tRole?\ten\tY\tAnother\nA\t0\ta\tA\ten\nA\t0\tb\tB\ten\nQ\tN\tage\tAge?\ten\t\t\t18\t99\n'
            'Q\tA\trate\tRate\ten\nSQ\t0\ts1\tRow\ten\n'
            'G\t0\tUn\t\tfr\nQ\tL\trole\tRôle ?\tfr\tY\tUn autre\nA\t0\ta\tA\tfr\nA\t0\tb\tB\tfr\n'))
        self.assertIn('choice.other = "Another"', made)
        self.assertIn('choice.other = "Un autre"', others['fr'])
        self.assertIn('minimum = 18\nmaximum = 99', made)
        self.assertIn('welcome.1 = "About"', made)
        self.assertIn('title = "Title"', made)
        self.assertIn('5 = "5"', others['fr'])
        self.assertIn('[page.one]', made)
        self.assertTrue([f for f in said if f['code'] == 'exchange.language_strange' and 'xx-!' in f['message']])

    # --- There and back

    def content(self, text):
        """Its lines, but for what is so without being said."""
        given = ('name ', 'answered_by = staff', 'minutes = 10', 'favourable', 'unfavourable')
        return sorted(line for line in text.splitlines() if line and line[0] != ';' and not line.startswith(given))

    def test_what_came_from_elsewhere_goes_out_and_comes_back_the_same(self):
        """Three languages, a matrix on a shared list, every operator; and as much of it as a dictionary can hold."""
        for name in ('three-languages.csv', 'redcap-18.csv', 'limesurvey-2.txt', 'limesurvey-new.lss'):
            with self.subTest(name):
                with open(os.path.join(DATA, name), 'rb') as file:
                    made, others, _ = self.bring(name, file.read(), '--name', 'form')
                self.here.run('instrument', 'export', 'x.ini', '--format', 'xlsform', '--out', name + '.xlsx')
                listed, _ = self.here.run('instrument', 'export', 'x.ini', '--format', 'redcap', '--out', name + '.csv')
                with open(self.here.path(name + '.xlsx'), 'rb') as file:
                    again, translated, _ = self.bring('back.xlsx', file.read(), '--name', 'form')
                self.assertEqual(self.content(made), self.content(again))
                self.assertEqual(sorted(others), sorted(translated))
                for language in others:
                    self.assertEqual(self.content(others[language]), self.content(translated[language]))
                with open(self.here.path(name + '.csv'), 'rb') as file:
                    again, translated, _ = self.bring('back.csv', file.read(), '--name', 'form')
                lost = set(self.content(made)) - set(self.content(again))
                self.assertEqual(sorted(l for l in lost if not l.startswith('relevant') and
                                        not (l.startswith('hint') and l.split('"')[1] in listed)), [])
                # conditions are written otherwise there, so they are compared after the second time round
                self.here.run('instrument', 'export', 'x.ini', '--format', 'redcap', '--out', 'second.csv')
                with open(self.here.path('second.csv'), 'rb') as file:
                    second, _, _ = self.bring('back.csv', file.read(), '--name', 'form')
                os.remove(self.here.path('second.csv'))
                self.assertEqual(self.content(again), self.content(second))

    # --- The command

    def test_the_command_says_what_is_wrong_and_never_that_everything_came_along(self):
        os.mkdir(self.here.path('folder'))
        self.here.write('f.csv', 'type,name,label\ntext,a,A\n')
        self.here.write('x.ini', 'mine')
        for words, sentence in ((('folder', '--out', 'y.ini'), 'not a regular file'),
                                (('none.csv', '--out', 'y.ini'), 'no such file'),
                                (('f.csv', '--out', 'y.txt'), '.ini'), (('f.csv', '--out', 'x.ini'), '--replace'),
                                (('f.csv', '--out', 'no/y.ini'), 'could not be written')):
            with self.subTest(words):
                out, err = self.here.run('instrument', 'import', *words, status=3 if words[2][:3] == 'no/' else 1)
                self.assertIn(sentence, err)
                self.assertNotIn('Everything', out)
        self.here.write('y.fr.ini', 'a translation')
        self.here.write('g.csv', 'type,name,label::English (en),label::French (fr)\ntext,a,A,B\n')
        _, err = self.here.run('instrument', 'import', 'g.csv', '--out', 'y.ini', status=1)
        self.assertIn('y.fr.ini', err)
        self.assertFalse(os.path.exists(self.here.path('y.ini')))
        out, _ = self.here.run('instrument', 'import', 'g.csv', '--out', 'z.ini')
        self.assertIn('z.fr.ini', out)
        self.here.run('instrument', 'export', 'z.ini', '--format', 'redcap', '--out', 'z.csv')
        _, err = self.here.run('instrument', 'export', 'z.ini', '--format', 'redcap', '--out', 'z.csv', status=1)
        self.assertIn('--replace', err)
        self.here.run('instrument', 'export', 'z.ini', '--format', 'redcap', '--out', 'z.csv', '--replace')


if __name__ == '__main__':
    unittest.main()
