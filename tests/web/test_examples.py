#!/usr/bin/python3
"""Every example of the file format, in English and French, as people see it: its pages are opened in the preview, and what
it is an example of can be seen to work. Together the examples use every key there is."""
import glob
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation, ROOT  # noqa: E402

FOLDER = os.path.join(ROOT, 'surveys/examples')
NAMES = sorted(os.path.basename(p)[:-4] for p in glob.glob(FOLDER + '/*.ini') if os.path.basename(p).count('.') == 1)


class Walk:
    """One person at the preview of an example."""

    def __init__(self, here, language='en', audience=''):
        self.browser = Browser(here.url)
        self.page = self.browser.get('/preview%s?lang=%s' % (audience, language))

    def press(self, button=None, **answers):
        self.page = self.browser.send(self.page, answers, button)
        return self.page

    def fields(self):
        """Names of what the page asks, in its order."""
        form = self.page.form()
        asked = [c['name'] for c in (form['controls'] if form else []) if c['kind'] in ('radio', 'checkbox', 'text')]
        return list(dict.fromkeys(name for name in asked if not name.startswith('.')))

    def options(self, name):
        return [c['value'] for c in self.page.form()['controls'] if c['name'] == name]

    def text(self):
        return re.sub(r'\s+', ' ', re.sub(r'<[^>]+>', ' ', self.page.text)).replace('&amp;', '&')

    def to_the_end(self, **answers):
        """The fields of each page; a rating that is not in the answers gets the first point of its scale."""
        seen = []
        self.press('start')
        while self.page.form(field='.p'):
            seen.append(self.fields())
            ratings = {c['name']: self.options(c['name'])[0] for c in self.page.form()['controls'] if c['kind'] == 'radio'}
            self.press(None, **dict(ratings, **answers))
            assert len(seen) < 30, 'the form does not end'
        return [fields for fields in seen if fields]


class Examples(unittest.TestCase):
    def serve(self, name):
        here = Installation()
        self.addCleanup(here.__exit__)
        here.serve(('preview', os.path.join(FOLDER, name + '.ini'), '--listen', '127.0.0.1:0'))
        return here

    def start(self, name, language='en', audience=''):
        return Walk(self.serve(name), language, audience)

    def test_about(self):
        walk = self.start('about')
        self.assertIn('It takes about 2 minutes.', walk.text())
        self.assertIn('We want handovers', walk.text())
        self.assertIn('<em>Please answer for the last month.</em>', walk.page.text)
        self.assertIn('href="https://example.org/handovers"', walk.page.text)
        walk.press('start')
        walk.press(None, han1='3')
        self.assertIn('We talk about the results in the May meeting.', walk.text())
        french = self.start('about', 'fr')
        self.assertIn('Le plan se trouve à l’adresse', french.text())

    def test_bipolar_scale(self):
        walk = self.start('bipolar-scale')
        walk.press('start')
        self.assertEqual(walk.options('inf1'), ['-2', '-1', '0', '1', '2', 'na'])

    def test_choices(self):
        walk = self.start('choices')
        walk.press('start')
        self.assertEqual(walk.options('visits'), ['car', 'bus', 'foot'])
        walk.press(None, visits='bus')
        self.assertEqual(walk.options('trouble'), ['traffic', 'parking', 'none'])
        walk.press('back')
        self.assertEqual(walk.page.text.count(' checked'), 1)

    def test_comments(self):
        walk = self.start('comments')
        walk.press('start')
        self.assertRegex(walk.page.text, r'<textarea[^>]*rows="?5')
        self.assertIn('Please name no persons.', walk.text())
        walk.press(None, better='Less paper')
        self.assertNotIn('<textarea', walk.page.text)  # one row is a line
        self.assertEqual(walk.fields(), ['ward'])

    def test_conditions(self):
        here = self.serve('conditions')
        first = [['tim1'], ['years'], ['since'], ['tools']]
        for answers, more in (({'tim1': '2', 'years': '5', 'since': '2025-12-31'}, ['stop']),
                              ({'tim1': 'na', 'years': '1', 'since': '2025-12-31'}, ['new']),
                              ({'tim1': '4', 'years': '5', 'since': '2026-01-01', 'tools': ['paper', 'tablet']}, ['new']),
                              ({'tim1': '3', 'years': '5', 'tools': ['paper', 'tablet']}, ['mixed']),
                              ({'tim1': '1', 'years': '10.5', 'tools': ['paper', 'other']}, ['stop', 'mixed'])):
            with self.subTest(answers=answers):
                self.assertEqual(Walk(here).to_the_end(**answers), first + [[name] for name in more])

    def test_group(self):
        walk = self.start('group')
        self.assertIn(['shift'], walk.to_the_end(shift='night'))

    def test_hints(self):
        walk = self.start('hints')
        walk.press('start')
        text = walk.text()
        order = [text.index(s) for s in ('Think of the last three months.', 'Leaders: the people who supervise teams.',
                                         'Leaders here know our work.', 'The last question is about you.',
                                         'Round to whole years.')]
        self.assertEqual(order, sorted(order))
        self.assertEqual(walk.fields(), ['lea1', 'years'])  # a note asks nothing

    def test_levels(self):
        walk = self.start('levels')
        self.assertEqual(walk.to_the_end(), [['skl1'], ['hlp1'], ['spa1'], ['fun1']])

    def test_min_answered(self):
        here = self.serve('min-answered')
        self.assertEqual(Walk(here).to_the_end(wpl1='1'), [['wpl1', 'wpl2', 'wpl3', 'wpl4']])
        three = [{'wpl1': 4, 'wpl2': 4, 'wpl3': 3 + i % 2} for i in range(14)]
        self.scored('min-answered', three + [{'wpl1': 1, 'wpl2': 1}] * 6, n=14)

    def test_not_applicable(self):
        walk = self.start('not-applicable')
        walk.press('start')
        self.assertEqual(walk.options('rou1'), ['1', '2', '3', '4', 'na', 'early', 'unsure'])

    def test_numbers_and_dates(self):
        here = self.serve('numbers-and-dates')
        self.assertEqual(Walk(here).to_the_end(rounds='3'), [['rounds']])
        walk = Walk(here, audience='/organisation')
        walk.press('start')
        walk.press(None, beds='401')
        self.assertIn('Type a number between 1 and 400', walk.text())
        walk.press(None, beds='40')
        walk.press(None, start='2027-02-30')
        self.assertIn('Type a date', walk.text())
        walk.press(None, start='2027-02-28')
        self.assertIn('This was a preview', walk.text())
        french = Walk(here, 'fr', '/organisation')
        french.press('start')
        self.assertIn('Combien de lits', french.text())

    def test_organisation_answers(self):
        here = self.serve('organisation-answers')
        self.assertEqual(Walk(here).to_the_end(), [['ene1'], ['dir1']])
        self.assertEqual(Walk(here, audience='/organisation').to_the_end(), [['dir1'], ['bud1'], ['size']])

    def test_pages(self):
        self.assertEqual(self.start('pages').to_the_end(), [['ski1'], ['sup1', 'wish']])

    def test_placeholders(self):
        here = self.serve('placeholders')
        walk = Walk(here)
        self.assertIn('What do you think of the morning meeting?', walk.text())
        walk.press('start')
        self.assertIn('For our team, the morning meeting is worth the time.', walk.text())
        french = Walk(here, 'fr')
        french.press('start')
        self.assertIn('Pour notre équipe, la réunion du matin vaut', french.text())

    def test_question_types(self):
        walk = self.start('question-types')
        seen = walk.to_the_end(site='north', tools=['phone', 'paper'], years='4', started='2027-01-31', idea='More light')
        self.assertEqual(sum(seen, []), ['site', 'tools', 'years', 'started', 'idea'])

    def test_relevant(self):
        here = self.serve('relevant')
        self.assertEqual(Walk(here).to_the_end(trained='yes', sources=['course']), [['trained'], ['sources'], ['cou1']])
        self.assertEqual(Walk(here).to_the_end(trained='yes', sources=['other']), [['trained'], ['sources']])
        self.assertEqual(Walk(here).to_the_end(trained='no'), [['trained'], ['reason']])

    def test_relevant_page(self):
        here = self.serve('relevant-page')
        self.assertEqual(Walk(here).to_the_end(role='leader'), [['role'], ['ldg1'], ['tea1']])
        self.assertEqual(Walk(here).to_the_end(role='member'), [['role'], ['tea1']])

    def test_required(self):
        walk = self.start('required')
        walk.press('start')
        walk.press()
        walk.press()
        self.assertIn('Choose an answer', walk.text())  # as often as one tries
        walk.press(None, site='north')
        self.assertEqual(walk.fields(), ['clm1'])
        walk.press()
        self.assertIn('Did you mean to leave this open?', walk.text())
        walk.press()
        self.assertEqual(walk.fields(), ['wish'])  # once
        walk.press()
        self.assertIn('This was a preview', walk.text())

    def test_reverse(self):
        self.assertEqual(self.start('reverse').to_the_end(), [['tru1', 'tru2'], ['loa1', 'loa2']])
        answers = [{'tru1': 3 + i % 2, 'tru2': 2, 'loa1': 3 + i % 2, 'loa2': 1} for i in range(20)]
        self.scored('reverse', answers, construct='trust', mean=3.25)  # 2 counts as 3
        self.scored('reverse', answers, construct='workload', mean=1.25)  # turned round besides: high helps

    def test_several_scales(self):
        walk = self.start('several-scales')
        walk.press('start')
        self.assertEqual(walk.options('use1'), ['0', '1', '2'])
        walk.press(None, use1='1')
        self.assertEqual(walk.options('cfd1'), [str(n) for n in range(11)])

    def test_strategies(self):
        self.assertEqual(self.start('strategies').to_the_end(), [['lea1']])
        sheets = self.workbook('strategies', [{'lea1': 1}] * 8 + [{'lea1': 2}] * 4)
        self.assertIn('Involve executive boards', sheets)
        self.assertIn('Recruit, designate, and train for leadership', sheets)

    def test_thresholds(self):
        self.assertEqual(self.start('thresholds').to_the_end(), [['too1']])
        answers = [{'too1': 4}] * 9 + [{'too1': 1}] * 11  # 45 % favourable: a barrier elsewhere, mixed here
        sheets = self.workbook('thresholds', answers)
        self.assertIn('at least 80% favourable', sheets)
        self.assertIn('at most 40% favourable', sheets)

    def test_translation(self):
        here = self.serve('translation')
        french = Walk(here, 'fr')
        self.assertEqual(french.page.language, 'fr')
        french.press('start')
        self.assertIn('Désormais, le lavage des mains est une habitude pour moi.', french.text())
        self.assertIn('I remind others of le lavage des mains.', french.text())  # left out: as in the instrument
        self.assertRegex(french.page.text, r'<legend lang="?en')

    # --- what shows only in results

    def closed(self, name, answers):
        here = Installation()
        self.addCleanup(here.__exit__)
        here.write('organisations.csv', 'code,name\nnorth,North House\n')
        fields = sorted({field for a in answers for field in a})
        here.write('answers.csv', '\n'.join([','.join(['organisation'] + fields)] + [
            ','.join(['north'] + [str(a.get(f, '')) for f in fields]) for a in answers]) + '\n')
        here.run('assessment', 'new', 'tale', '--instrument', os.path.join(FOLDER, name + '.ini'), '--title', 'A tale')
        here.run('organisation', 'import', 'tale', 'organisations.csv')
        here.run('responses', 'import', 'tale', 'answers.csv', '--label', 'Baseline')
        return here

    def scored(self, name, answers, construct='workplace', **statistics):
        found = self.closed(name, answers).results('tale')
        for statistic, value in statistics.items():
            self.assertAlmostEqual(found['north', '', 'construct', construct, statistic], value)

    def workbook(self, name, answers):
        """All texts of the organisation's workbook."""
        import openpyxl
        here = self.closed(name, answers)
        here.run('report', 'tale', '--organisation', 'north', '--out', 'north.xlsx')
        book = openpyxl.load_workbook(here.path('north.xlsx'))
        return ' | '.join(str(c) for sheet in book for row in sheet.iter_rows(values_only=True)
                          for c in row if c is not None)


class TheSetOfThem(unittest.TestCase):
    def test_each_has_a_test_a_purpose_and_a_translation(self):
        for name in NAMES:
            with self.subTest(example=name):
                self.assertTrue(hasattr(Examples, 'test_' + name.replace('-', '_')))
                with open(os.path.join(FOLDER, name + '.ini'), encoding='utf-8') as file:
                    text = file.read()
                self.assertTrue(text.startswith(';'), 'says first what it shows')
                self.assertLessEqual(text.count('\n'), 50)
                self.assertTrue(os.path.exists(os.path.join(FOLDER, name + '.fr.ini')))

    def test_a_check_finds_nothing_in_them(self):
        with Installation() as here:
            out, _ = here.run('check', *[os.path.join(FOLDER, name + '.ini') for name in NAMES])
        for name in NAMES:
            self.assertIn('examples/%s.ini: good' % name, out)
        partly = re.findall(r'fr: (\d+) %', out)
        self.assertEqual(len(partly), len(NAMES))
        self.assertEqual([p for p in partly if p != '100'], ['89'])  # "translation" leaves one text out, to show it

    def test_together_they_use_every_key(self):
        with open(os.path.join(ROOT, 'engine/instrument/keys.c'), encoding='utf-8') as file:
            keys = re.findall(r'\{SECTION_([A-Z]+), "([^"]+)"', file.read())
        self.assertGreater(len(keys), 40)
        used, section = set(), ''
        for path in (os.path.join(FOLDER, name + '.ini') for name in NAMES):
            with open(path, encoding='utf-8') as file:
                lines = file.read().splitlines()
            for line in lines:
                head, key = re.match(r'\[(\w+)', line), re.match(r'([\w.-]+) *=', line)
                section = head.group(1).upper() if head else section
                used |= {(section, key.group(1))} if key else set()
        forms = {'N': r'\d+', 'POINT': r'-?\d+', 'NAME': r'[a-z]\w*', 'CODE': r'[a-z]\w*'}
        for section, key in keys:
            pattern = r'\.'.join(forms.get(part, re.escape(part)) for part in key.split('.'))
            self.assertTrue(any(s == section and re.fullmatch(pattern, k) for s, k in used), (section, key))


if __name__ == '__main__':
    unittest.main()
