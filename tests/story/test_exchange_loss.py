#!/usr/bin/python3
"""Nothing is lost silently: files in which every column of every kind of row holds a word of its own. Each word must be
in the new instrument or in the list with its row, unless the list says that the whole row was left out."""
import csv
import json
import os
import unittest

from support.readiness import Installation

# Findings that say that a row as a whole was left out: its other cells need no lines of their own.
WHOLE = {'exchange.type', 'exchange.metadata', 'exchange.calculation', 'exchange.repeat', 'exchange.array_empty',
         'exchange.record_id', 'exchange.choice_incomplete', 'exchange.class', 'exchange.first_field'}


class Loss(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)

    def bring(self, name, **more):
        out, _ = self.here.run('instrument', 'import', name, '--out', 'x.ini', '--format', 'json', **more)
        made = ''
        for path in sorted(os.listdir(self.here.folder)):
            if path.endswith('.ini'):
                with open(self.here.path(path), encoding='utf-8') as file:
                    made += file.read()
        _, findings = self.here.run('check', 'x.ini')
        self.assertNotIn('error', findings)
        return json.loads(out), made

    def table(self, name, rows, delimiter=',', encoding='utf-8'):
        with open(self.here.path(name), 'w', encoding=encoding, newline='') as file:
            csv.writer(file, delimiter=delimiter).writerows(rows)

    def judge(self, said, made, words):
        """words: (line, word, what it is) of every cell that must not be lost."""
        lost = []
        for line, word, what in words:
            here = [f for f in said if f['line'] == line]
            if word in made or any(word in f['message'] for f in said) or any(f['code'] in WHOLE for f in here):
                continue
            lost.append((line, what, word))
        self.assertEqual(lost, [])

    # --- XLSForm

    SURVEY = ['type', 'name', 'label::English (en)', 'label::French (fr)', 'hint::English (en)', 'hint::French (fr)',
              'guidance_hint::English (en)', 'required', 'required_message', 'relevant', 'constraint',
              'constraint_message', 'appearance', 'default', 'read_only', 'calculation', 'choice_filter', 'parameters',
              'repeat_count', 'trigger', 'rows', 'media::image::English (en)', 'audio', 'video', 'save_to',
              'bind::odd', 'disabled', 'big-image', 'our own column']
    TYPES = ['select_one yn', 'select_multiple yn', 'select_one yn or_other', 'select_multiple yn or_other', 'rank yn',
             'text', 'integer', 'decimal', 'range', 'date', 'time', 'dateTime', 'note', 'acknowledge', 'calculate',
             'hidden', 'geopoint', 'geotrace', 'geoshape', 'barcode', 'image', 'audio', 'video', 'file',
             'background-audio', 'xml-external', 'select_one_from_file a.csv', 'select_multiple_from_file a.csv',
             'select_one_external yn', 'start', 'end', 'today', 'deviceid', 'phonenumber', 'username', 'email',
             'audit', 'begin group', 'begin_group', 'begin repeat', 'select_one agree', 'no such type']

    def test_every_column_of_every_type_of_an_xlsform(self):
        rows, words = [['survey'], [''] + self.SURVEY], []
        for number, kind in enumerate(self.TYPES):
            row = ['', kind, 'name%d' % number]
            for column in self.SURVEY[2:]:
                word = 'w%dc%dz' % (number, len(row))
                if column == 'disabled':
                    row.append('')
                    continue
                row.append(word)
                if column not in ('our own column', 'bind::odd'):  # named once, at the head
                    words.append((len(rows) + 1, word, '%s of %s' % (column, kind)))
            rows.append(row)
            if kind.startswith('begin'):
                inside = 'text' if kind != 'begin repeat' else 'integer'
                rows.append(['', inside, 'in%d' % number, 'Inside', 'Dedans'])
                rows.append(['', kind.replace('begin', 'end'), 'name%d' % number])
        rows += [['choices'], ['', 'list_name', 'name', 'label::English (en)', 'label::French (fr)', 'image', 'audio',
                               'media::video::French (fr)', 'state', 'order']]
        for name in ('yes', 'no', 'perhaps'):
            row = ['', 'yn', name]
            for column in ('label', 'label', 'image', 'audio', 'video', 'state', 'order'):
                word = 'c%s%dz' % (name, len(row))
                row.append(word)
                if column not in ('state', 'order'):
                    words.append((len(rows) + 1, word, column + ' of a choice'))
            rows.append(row)
        rows += [['', 'agree', str(n), 'Agree %d' % n, 'Accord %d' % n] for n in range(1, 6)]
        rows += [['', 'nobody', 'x%d' % n, 'Unused %d' % n, 'Inutile'] for n in range(2)]
        words.append((len(rows) - 1, 'nobody', 'a list that no question uses'))
        keys = ['form_title', 'form_id', 'version', 'default_language', 'style', 'instance_name',
                'allow_choice_duplicates', 'public_key', 'submission_url', 'auto_send', 'auto_delete', 'namespaces',
                'client_editable', 'form_title::French (fr)']
        values = ['Form', 'form', '2', 'English (en)'] + ['s%dz' % n for n in range(len(keys) - 4)]
        rows += [['settings'], [''] + keys, [''] + values]
        words += [(len(rows), word, key) for key, word in list(zip(keys, values))[4:]]
        words += [(2, 'our own column', 'a column'), (2, 'bind::odd', 'a column')]
        words += [(0, column, 'a column of choices') for column in ('“state”', '“order”')]
        self.table('form.csv', rows)
        self.judge(*self.bring('form.csv'), words)

    # --- REDCap

    FIELDS = ['Variable / Field Name', 'Form Name', 'Section Header', 'Field Type', 'Field Label',
              'Choices, Calculations, OR Slider Labels', 'Field Note', 'Text Validation Type OR Show Slider Number',
              'Text Validation Min', 'Text Validation Max', 'Identifier?', 'Branching Logic (Show field only if...)',
              'Required Field?', 'Custom Alignment', 'Question Number (surveys only)', 'Matrix Group Name',
              'Matrix Ranking?', 'Field Annotation']

    def test_every_column_of_every_type_of_a_data_dictionary(self):
        rows = [self.FIELDS, ['record_id', 'one', '', 'text', 'Record'] + [''] * 13]
        words = []
        for number, kind in enumerate(['text', 'notes', 'dropdown', 'radio', 'checkbox', 'calc', 'file', 'descriptive',
                                       'slider', 'yesno', 'truefalse', 'sql', 'signature', 'radio', 'radio']):
            matrix = number >= 13
            row = ['field%d' % number, 'one', '', kind]
            for column in range(4, 18):
                word = 'r%dc%dz' % (number, column)
                if column in (10, 12, 16):
                    word = 'y'
                elif column == 5 and kind in ('dropdown', 'radio', 'checkbox'):
                    word = '1, one | 2, two | 3, three' if matrix else '1, %sa | 2, %sb' % (word, word)
                elif column == 15:
                    word = 'grid' if matrix else 'alone%dz' % number
                row.append(word)
                if column != 13:  # how answers are aligned is said once
                    words.append((len(rows) + 1, word.split(' |')[0].split(', ')[-1],
                                  '%s of %s' % (self.FIELDS[column], kind)))
            row[2] = 'h%dz' % number if number not in (13, 14) else ''
            if row[2]:
                words.append((len(rows) + 1, row[2], 'section header of ' + kind))
            rows.append(row)
        self.table('form.csv', rows)
        said, made = self.bring('form.csv')
        self.judge(said, made, [w for w in words if w[1] != 'y'])
        for line in range(3, len(rows) + 1):
            codes = [f['code'] for f in said if f['line'] == line]
            if not WHOLE.intersection(codes):
                self.assertIn('exchange.identifier', codes, rows[line - 1])
                self.assertIn('exchange.ranking', codes, rows[line - 1])

    # --- LimeSurvey

    def test_every_column_of_every_type_of_a_limesurvey_table(self):
        head = ['id', 'related_id', 'class', 'type/scale', 'name', 'relevance', 'text', 'help', 'language',
                'validation', 'mandatory', 'encrypted', 'other', 'default', 'same_default', 'same_script',
                'assessment_value', 'hidden', 'random_order', 'prefix', 'array_filter', 'other_replace_text']
        rows, words = [head], []

        def add(kind, scale, name, text, **more):
            row = dict(zip(head, [''] * len(head)), **{'class': kind, 'type/scale': scale, 'name': name, 'text': text,
                                                      'language': more.pop('language', 'en')})
            row.update(more)
            rows.append([row[column] for column in head])
            for column in head:
                if row[column].endswith('z'):
                    words.append((len(rows), row[column], '%s of %s %s' % (column, kind, scale)))

        for key in ('language', 'additional_languages', 'format', 'anonymized', 'adminemail', 'expires', 'datestamp'):
            add('S', '', key, {'language': 'en', 'additional_languages': 'fr'}.get(key, 'on'), language='')
            words.append((len(rows), key, 'the setting')) if 'language' not in key else None
        for key in ('title', 'description', 'welcometext', 'endtext', 'policy_notice', 'url', 'urldescription',
                    'email_invite', 'email_invite_subj', 'email_remind', 'email_confirm'):
            add('SL', '', 'surveyls_' + key, 'sl%sz' % key if key in ('title', 'description', 'welcometext', 'endtext')
                else 'text')
            words.append((len(rows), 'surveyls_' + key if 'z' not in rows[-1][6] else rows[-1][6], 'a text'))
            add('SL', '', 'surveyls_' + key, 'fr%sz' % key if key in ('title', 'description', 'welcometext', 'endtext')
                else 'texte', language='fr')
        add('G', '0', 'group1z', 'describedz', relevance='oddgroupz')
        for number, letter in enumerate('L!OFABCEH15MPRNKSTUQYGDX*I|:;Z'):
            name = 'q%dz' % number
            extra = {c: 'e%d%sz' % (number, c.replace('_', '')) for c in
                     ('relevance', 'help', 'validation', 'default', 'random_order', 'prefix', 'array_filter')}
            add('Q', letter, name, 't%dz' % number, **extra)
            if letter in 'FABCEHMPKQ1R:;':
                add('SQ', '0', 's1', 'x%ds1z' % number, relevance='sr%dz' % number, default='sd%dz' % number)
                add('SQ', '0', 's2', 'x%ds2z' % number)
            if letter in 'L!OFHR1':
                for code in ('1', '2', '3'):
                    add('A', '0', code, 'a%d%sz' % (number, code), assessment_value='77%d%s' % (number, code))
                    words.append((len(rows), '77%d%s' % (number, code), 'a score'))
            if letter == '1':
                for code in ('1', '2'):
                    add('A', '1', code, 'b%d%sz' % (number, code))
        for kind in ('AS', 'C', 'QTA', 'QTAM', 'QTALS', 'WHAT'):
            add(kind, '', kind.lower() + 'namez', '')
        self.table('form.txt', rows, '\t')
        left = [line for line, row in enumerate(rows, 1) if row[2] == 'Q' and row[3] in 'R*I|:;Z']
        said, made = self.bring('form.txt')
        gone = [f['line'] for f in said if f['code'] in WHOLE]
        self.assertEqual([line for line in left if line not in gone], [])
        under = set()
        for line in left:  # what belongs to a question that was left out
            under.add(line)
            while line < len(rows) and rows[line][2] in ('SQ', 'A'):
                line += 1
                under.add(line)
        self.judge(said, made, [w for w in words if w[0] not in under])

    def lss(self, tables):
        text = '<?xml version="1.0" encoding="UTF-8"?>\n<document>\n<LimeSurveyDocType>Survey</LimeSurveyDocType>\n'
        for name, rows in tables:
            text += ' <%s><rows>\n' % name
            for row in rows:
                text += '<row>' + ''.join('<%s><![CDATA[%s]]></%s>' % (k, v, k) for k, v in row.items()) + '</row>\n'
            text += ' </rows></%s>\n' % name
        with open(self.here.path('form.lss'), 'w', encoding='utf-8') as file:
            file.write(text + '</document>\n')

    def test_every_table_of_a_limesurvey_structure(self):
        self.lss([
            ('groups', [{'gid': 1, 'group_order': 1, 'grelevance': 'gz()'}]),
            ('group_l10ns', [{'gid': 1, 'group_name': 'groupz', 'description': 'aboutz', 'language': 'en'}]),
            ('questions', [{'qid': 1, 'parent_qid': 0, 'gid': 1, 'type': 'M', 'title': 'q1', 'preg': 'pregz',
                            'mandatory': 'N', 'other': 'Y', 'relevance': 'relz()'},
                           {'qid': 2, 'parent_qid': 0, 'gid': 1, 'type': 'N', 'title': 'q2', 'mandatory': 'S'}]),
            ('subquestions', [{'qid': 10, 'parent_qid': 1, 'gid': 1, 'title': 's1', 'relevance': 'subrelz()'},
                              {'qid': 11, 'parent_qid': 1, 'gid': 1, 'title': 's2'}]),
            ('question_l10ns', [{'qid': 1, 'question': 'onez', 'help': 'helpz', 'language': 'en', 'script': 'jsz'},
                                {'qid': 2, 'question': 'twoz', 'language': 'en'},
                                {'qid': 10, 'question': 'subz', 'language': 'en'},
                                {'qid': 11, 'question': 'sub2z', 'language': 'en'},
                                {'qid': 99, 'question': 'orphanz', 'language': 'en'}]),
            ('question_attributes', [{'qid': 1, 'attribute': 'max_answers', 'value': 'maxz'},
                                     {'qid': 2, 'attribute': 'suffix', 'value': 'suffixz', 'language': 'en'},
                                     {'qid': 10, 'attribute': 'exclusive', 'value': 'exz'}]),
            ('defaultvalues', [{'qid': 2, 'scale_id': 0, 'dvid': 5}]),
            ('defaultvalue_l10ns', [{'dvid': 5, 'language': 'en', 'defaultvalue': 'sevenz'}]),
            ('conditions', [{'qid': 2, 'cqid': 1, 'method': '==', 'value': 'condz'}]),
            ('assessments', [{'id': 1, 'name': 'assessz'}]),
            ('quota', [{'id': 1, 'name': 'quotaz'}]),
            ('quota_members', [{'id': 1, 'qid': 1, 'code': 'memberz'}]),
            ('quota_languagesettings', [{'quotals_id': 1, 'quotals_message': 'fullz'}]),
            ('survey_url_parameters', [{'id': 1, 'parameter': 'paramz'}]),
            ('surveys', [{'sid': 1, 'language': 'en', 'anonymized': 'Y', 'adminemail': 'a@b', 'expires': '2020'}]),
            ('surveys_languagesettings', [{
                'surveyls_language': 'en', 'surveyls_title': 'titlez', 'surveyls_description': 'descz',
                'surveyls_welcometext': 'welcomez', 'surveyls_endtext': 'endz', 'surveyls_policy_notice': 'p',
                'surveyls_url': 'u', 'surveyls_email_invite': 'e'}]),
            ('themes', [{'template_name': 'themez'}]),
        ])
        said, made = self.bring('form.lss')
        all_words = ['gz()', 'groupz', 'aboutz', 'pregz', 'relz()', 'subrelz()', 'onez', 'helpz', 'jsz', 'twoz', 'subz',
                     'sub2z', 'orphanz', 'maxz', 'suffixz', 'exz', 'sevenz', 'condz', 'assessz', 'quotaz',
                     'quota_members', 'quota_languagesettings', 'survey_url_parameters', 'anonymized', 'adminemail', 'expires', 'titlez', 'descz', 'welcomez', 'endz',
                     'surveyls_policy_notice', 'surveyls_url', 'surveyls_email_invite', 'themes']
        messages = ' '.join(f['message'] for f in said)
        self.assertEqual([w for w in all_words if w not in made and w not in messages], [])


if __name__ == '__main__':
    unittest.main()
