#!/usr/bin/python3
"""Bad input gets a sentence: what is wrong, where, what would be right; all at once; and nothing half done."""
import json
import os
import re
import unittest

from support.readiness import Installation, ROOT
from support.scene import STORY, scene


class Input(unittest.TestCase):
    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)

    def begin(self):
        self.here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale')
        self.here.write('organisations.csv', 'code,name\nnorth,North House\nsouth,South House\n')
        self.here.run('organisation', 'import', 'tale', 'organisations.csv')

    def counts(self, table):
        return self.here.query('SELECT count(*) FROM ' + table)[0][0]

    def test_twenty_mistakes_are_twenty_findings_with_their_lines(self):
        path = os.path.join(ROOT, 'tests/data/instruments/twenty-mistakes.ini')
        _, text = self.here.run('check', path, status=1)
        lines = [int(n) for n in re.findall(r'twenty-mistakes\.ini:(\d+):', text)]
        self.assertGreaterEqual(len(lines), 20)
        self.assertEqual(lines, sorted(lines))
        out, _ = self.here.run('check', path, '--format', 'json', status=1)
        findings = json.loads(out)
        self.assertEqual([f['line'] for f in findings], lines)
        for f in findings:
            self.assertTrue(f['code'] and f['message'] and '{' not in f['message'].replace('${', ''), f)

    def test_an_import_names_every_wrong_cell_and_imports_nothing(self):
        self.begin()
        self.here.write('answers.csv', 'organisation,lead1,leed2,skill1\n'
                        'north,4,3,5\nnorht,4,3,5\nsouth,9,3,5\nsouth,4,3,often\n')
        _, text = self.here.run('responses', 'import', 'tale', 'answers.csv', status=1)
        self.assertRegex(text, r'answers\.csv:1:3: error: .*leed2.*lead2')
        self.assertRegex(text, r'answers\.csv:3:1: error: .*norht.*north')
        self.assertRegex(text, r'answers\.csv:4:2: error: .*9.*1, 2, 3, 4, 5, na, unsure')
        self.assertRegex(text, r'answers\.csv:5:4: error: .*often')
        self.assertEqual(self.counts('wave'), 0)
        self.assertEqual(self.counts('response'), 0)

    def test_bad_rows_can_be_set_aside(self):
        self.begin()
        self.here.write('answers.csv', 'organisation,lead1,skill1\nnorth,4,5\nsouth,9,5\nsouth,3,2\n')
        out, _ = self.here.run('responses', 'import', 'tale', 'answers.csv', '--skip-bad', 'bad.csv')
        self.assertIn('2 of 3', out)
        self.assertEqual([(r['organisation'], r['lead1']) for r in self.here.rows('bad.csv')], [('south', '9')])
        self.assertEqual(self.counts('response'), 2)

    def test_rosters_name_every_wrong_row_and_add_nobody(self):
        self.begin()
        self.here.write('people.csv', 'email,organisation,nmae\nnobody,north,\nstaff@north.example,nowhere,\n'
                        'a@b.example,south,\nA@B.example,south,\n"evil@x.example\nbcc: y@z.example",south,\n')
        _, text = self.here.run('people', 'import', 'tale', 'people.csv', status=1)
        self.assertRegex(text, r'people\.csv:1:3: warning: .*nmae.*name')
        self.assertRegex(text, r'people\.csv:2:1: error: .*nobody')
        self.assertRegex(text, r'people\.csv:3:2: error: .*nowhere')
        self.assertRegex(text, r'people\.csv:5:1: error: .*A@B\.example')
        self.assertRegex(text, r'people\.csv:6:1: error')
        self.assertEqual(self.counts('person'), 0)

    def test_the_same_roster_twice_adds_nobody_twice(self):
        self.begin()
        self.here.write('people.csv', '\ufeffemail;organisation\nstaff1@north.example;north\nstaff2@north.example;north\n')
        for _ in range(2):
            self.here.run('people', 'import', 'tale', 'people.csv')
        self.assertEqual(self.counts('person'), 2)

    def test_organisations_with_mistakes_are_named_row_by_row(self):
        self.here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale')
        self.here.write('o.csv', 'code,name,parent,headcount\nnorth,North,,12\nnorth,Again,,\n bad code,X,,\n'
                        'south,,,\neast,East,nobody,\nwest,West,,many\n')
        _, text = self.here.run('organisation', 'import', 'tale', 'o.csv', status=1)
        for row, word in ((3, 'north'), (4, 'bad code'), (5, 'name'), (6, 'nobody'), (7, 'many')):
            self.assertRegex(text, r'o\.csv:%d:\d+: error: .*%s' % (row, word))
        self.assertEqual(self.counts('organisation'), 0)

    def test_results_are_not_shown_before_the_wave_is_closed(self):
        here = scene(staff=6, serve=False)
        self.addCleanup(here.__exit__)
        for command in (('results', 'tale'), ('report', 'tale', '--all', '--out', 'x.xlsx'),
                        ('results', 'tale', '--wave', 'Baseline')):
            _, text = here.run(*command, status=1)
            self.assertIn('error:', text)
        self.assertFalse(os.path.exists(here.path('x.xlsx')))

    def test_a_wave_is_not_closed_by_accident(self):
        here = scene(staff=6, serve=False)
        self.addCleanup(here.__exit__)
        here.run('wave', 'close', 'tale', stdin='yes\n', status=1)
        out, _ = here.run('wave', 'list', 'tale', '--format', 'csv')
        self.assertIn('open', out)
        here.run('wave', 'close', 'tale', stdin='Baseline\n')

    def test_a_changed_instrument_is_set_against_the_newest_wave(self):
        with open(STORY, encoding='utf-8') as file:
            story = file.read()
        mine = self.here.write('mine.ini', story)
        self.here.run('assessment', 'new', 'tale', '--instrument', self.here.path(mine), '--title', 'A tale')
        self.here.write('organisations.csv', 'code,name\nnorth,North House\n')
        self.here.run('organisation', 'import', 'tale', 'organisations.csv')
        out, _ = self.here.run('check', mine, '--against', 'tale')
        self.assertRegex(out, r'against \S*mine\.ini, because tale has no wave yet: the same')
        self.here.run('wave', 'open', 'tale', '--label', 'Baseline')
        line = re.search(r'item\.lead2 .*"(.*)"\n', story)
        self.here.write(mine, story.replace(line.group(1), 'Altogether other words.'))
        out, _ = self.here.run('check', mine, '--against', 'tale')
        self.assertIn('against wave “Baseline” of tale: wording. Only words have changed', out)
        self.assertIn('lead2 reads “Altogether other words.” instead of “%s”' % line.group(1), out)
        self.here.write(mine, story.replace(line.group(), ''))
        self.here.serve()  # the database is the server's now, which answers in our place
        out, _ = self.here.run('check', mine, '--against', 'tale', '--format', 'json')
        said = json.loads(out)
        self.assertEqual([f for f in said['findings'] if f['severity'] == 'error'], [])
        self.assertEqual([(c['file'], c['wave'], c['change']) for c in said['comparisons']],
                         [('mine.ini', 'Baseline', 'breaking')])
        removed = [d for d in said['comparisons'][0]['differences'] if d['code'] == 'item_removed']
        self.assertEqual([(d['change'], d['subject']) for d in removed], [('breaking', 'lead2')])
        self.assertIn('the item lead2 is gone', removed[0]['message'])
        self.here.write(mine, story.replace('= agree5', '= agree6'))
        self.here.run('check', mine, '--against', 'tale', status=1)
        _, text = self.here.run('check', mine, '--against', 'talle', status=1)
        self.assertIn('talle', text)

    def test_translations_are_checked_with_their_instrument(self):
        for name in ('implementation-readiness.ini', 'implementation-readiness.fr.ini'):
            with open(os.path.join(ROOT, 'surveys', name), encoding='utf-8') as file:
                self.here.write(name, file.read())
        base, french = 'implementation-readiness.ini', 'implementation-readiness.fr.ini'
        for files in ((french, base), (base, french), (french,), (base, './' + base)):
            out, _ = self.here.run('check', *files)
            self.assertEqual(out.count('constructs:'), 1, out)
            self.assertIn(base + ': good', out)
        os.remove(self.here.path(base))
        self.here.run('check', french, status=1)

    def test_a_file_that_is_there_wins_over_the_surveys_folder(self):
        with open(STORY, encoding='utf-8') as file:
            self.here.write('implementation-readiness', file.read())
        surveys, _ = self.here.run('check', os.path.join(ROOT, 'surveys/implementation-readiness.ini'))
        mine, _ = self.here.run('check', 'implementation-readiness')
        os.remove(self.here.path('implementation-readiness'))
        os.mkdir(self.here.path('implementation-readiness'))
        named, _ = self.here.run('check', 'implementation-readiness')
        def counts(text):
            return text.splitlines()[0].split('constructs: ')[1]
        self.assertEqual(counts(named), counts(surveys))
        self.assertNotEqual(counts(mine), counts(surveys))

    def test_formats_that_a_command_does_not_have_are_named(self):
        for words, expected in ((('assessment', 'list', '--format', 'xml'), 'text|json|csv'),
                                (('check', STORY, '--format', 'csv'), 'text|json'),
                                (('results', 'tale', '--format=text'), 'csv|json'), (('routes', '--format', ''), 'text|json|csv')):
            _, text = self.here.run(*words, status=2)
            self.assertIn('possible: %s\n' % expected, text)

    def test_reports_into_nowhere_are_refused(self):
        here = scene(staff=6, serve=False)
        self.addCleanup(here.__exit__)
        here.run('wave', 'close', 'tale', '--yes')
        os.mkdir(here.path('folder'))
        here.write('file', '')
        one = ('report', 'tale', '--organisation', 'north')
        for words, expected in ((('report', 'tale', '--all', '--each', '--out', 'x.xlsx'), 'exclude each other'),
                                (one + ('--all', '--out', 'x.xlsx'), 'exclude each other'),
                                (('report', 'tale', '--out', 'x.xlsx'), 'say which report'),
                                (one + ('--out', 'missing/x.xlsx'), 'missing/x.xlsx.*does not exist'),
                                (one + ('--out', 'file/x.html'), 'file/x.html.*does not exist'),
                                (one + ('--out', 'folder'), 'folder.*is a folder'),
                                (one + ('--out', 'folder/'), 'folder/.*is a folder'),
                                (one + ('--out', 'x.pdf'), 'must end in .xlsx or .html'),
                                (one + ('--out', 'x'), 'must end in .xlsx or .html'),
                                (('report', 'tale', '--each', '--out', 'file'), 'file.*is not a folder'),
                                (one + ('--out', 'x.xlsx', '--language', 'tlh'), 'tlh.*: en, ar, fr')):
            _, text = here.run(*words, status=1)
            self.assertRegex(text, expected)
            self.assertEqual(text.count('error:'), 1, text)
        self.assertFalse({'x.xlsx', 'x.html', 'x.pdf', 'x'} & set(os.listdir(here.folder)))
        self.assertEqual(os.listdir(here.path('folder')), [])
        here.run(*one, '--out', 'folder/x.XLSX', '--language', 'fr')
        here.run(*one, '--out', here.path('folder/x.html'))
        self.assertEqual(sorted(os.listdir(here.path('folder'))), ['x.XLSX', 'x.html'])

    def test_usage_mistakes_end_with_two_and_a_suggestion(self):
        for words, expected in ((('asessment', 'new'), 'assessment new'), (('check',), 'FILE'),
                                (('wave', 'open', 'x', '--untill', '2027-01-01'), '--until'),
                                (('assessment', 'new', 'x', '--title', 'T'), '--instrument')):
            _, text = self.here.run(*words, status=2)
            self.assertIn(expected, text)

    def test_every_command_explains_itself(self):
        out, _ = self.here.run('help')
        commands = re.findall(r'^  ([a-z-]+(?: [a-z-]+)?)  ', out, re.M)
        self.assertGreater(len(commands), 15)
        for command in commands:
            for language in ('C', 'fr_CA.UTF-8'):
                self.here.environment['LC_ALL'] = language
                text, _ = self.here.run(*command.split(), '--help')
                self.assertIn('readiness ' + command, text)
                self.assertNotRegex(text, r'(?<!@)\b(command|option|example)\.[a-z_]+')

    def test_settings_that_make_no_sense_are_named(self):
        self.here.write('wrong.ini', '[server]\nlisten = "127.0.0.1:0"\nthreds = 2\nthreads = many\n')
        _, text = self.here.run('--config', 'wrong.ini', 'assessment', 'list', status=1)
        self.assertRegex(text, r'wrong\.ini:3: error: .*threds.*threads')
        self.assertRegex(text, r'wrong\.ini:4: error: .*many')


if __name__ == '__main__':
    unittest.main()
