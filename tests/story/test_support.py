#!/usr/bin/python3
"""The two instruments about support, from both sides: who gives it and who gets it answer the same sentences, and what only
one of them can know besides; the gap between them comes out as a difference of groups."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Browser, Installation, ROOT  # noqa: E402

PRACTITIONER = os.path.join(ROOT, 'surveys/support-practitioner.ini')
OUTCOMES = os.path.join(ROOT, 'surveys/support-outcomes.ini')
RECEIVED = ('Through this support, people meet others', 'In this support, both sides learn from each other.')


def items(path):
    """The items, and which of them are reversed."""
    with open(path, encoding='utf-8') as file:
        text = file.read()
    return re.findall(r'^item\.(\w+) *=', text, re.M), set(re.findall(r'^item\.(\w+)\.reverse *= *yes', text, re.M))


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Installation()
        cls.here.serve(('preview', PRACTITIONER, '--listen', '127.0.0.1:0'))

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def walk(self, audience, **answers):
        """Everything that was asked, up to the thanks."""
        browser, asked, text = Browser(self.here.url), [], ''
        page = browser.send(browser.get('/preview%s?lang=en' % audience))
        for _ in range(40):
            if not page.form(field='.p'):
                return asked, text
            asked += [c['name'] for c in page.form()['controls'] if c['kind'] in ('radio', 'text')]
            text += page.text
            ratings = {c['name']: '4' for c in page.form()['controls'] if c['kind'] == 'radio'}
            page = browser.send(page, dict(ratings, **answers))
        raise AssertionError('the form does not end')

    def test_both_sides_are_asked_the_same_and_each_what_only_it_can_know(self):
        giving, text = self.walk('', part='practitioner')
        getting, other = self.walk('', part='supported')
        ratings = set(items(PRACTITIONER)[0])
        both = ratings & set(giving) & set(getting)
        self.assertEqual(len(both), 30)
        self.assertEqual({re.sub(r'\d', '', n) for n in ratings & set(giving) - both}, {'kno', 'ski', 'att', 'con'})
        self.assertEqual({re.sub(r'\d', '', n) for n in ratings & set(getting) - both}, {'rec'})
        for sentence in RECEIVED:
            self.assertIn(sentence, text)
            self.assertIn(sentence, other)

    def test_the_organisation_is_asked_what_it_does_for_the_support(self):
        asked, _ = self.walk('/organisation')
        self.assertTrue({'hos1', 'hos2', 'hos3', 'hos4', 'bui1', 'nee1'} <= set(asked))
        self.assertNotIn('part', asked)


class Results(unittest.TestCase):
    def closed(self, instrument, rows):
        here = Installation()
        self.addCleanup(here.__exit__)
        here.run('assessment', 'new', 'tale', '--instrument', instrument, '--title', 'A tale')
        here.write('organisations.csv', 'code,name\nnorth,North House\n')
        here.run('organisation', 'import', 'tale', 'organisations.csv')
        fields = list(rows[0])
        here.write('answers.csv', '\n'.join([','.join(['organisation'] + fields)] + [
            ','.join(['north'] + [str(row.get(f, '')) for f in fields]) for row in rows]) + '\n')
        here.run('responses', 'import', 'tale', 'answers.csv', '--label', 'Baseline')
        return here

    def test_the_gap_between_giving_and_getting_is_a_difference_of_groups(self):
        names, reversed_items = items(PRACTITIONER)
        alone = {'kno', 'ski', 'att', 'con', 'rec', 'hos'}
        common = [n for n in names if n[:3] not in alone]
        rows = []
        for part, n, level in (('practitioner', 12, 4), ('supported', 20, 2)):
            for i in range(n):
                score = {name: level + (i + k) % 2 for k, name in enumerate(common)}
                rows.append(dict({name: 6 - s if name in reversed_items else s for name, s in score.items()}, part=part))
        found = self.closed(PRACTITIONER, rows).results('tale')
        for construct in ('co_learning', 'power', 'building', 'champions'):
            self.assertEqual(found['north', 'part=practitioner', 'construct', construct, 'mean'], 4.5)
            self.assertEqual(found['north', 'part=supported', 'construct', construct, 'mean'], 2.5)

    def test_too_early_to_say_is_counted_and_is_in_no_mean(self):
        names, _ = items(OUTCOMES)
        staff = [n for n in names if not n.startswith('str')]
        rows = [dict({n: 3 + (i + k) % 2 for k, n in enumerate(staff)}, doi1='early' if i < 8 else 4) for i in range(24)]
        found = self.closed(OUTCOMES, rows).results('tale')
        self.assertEqual(found['north', '', 'item', 'doi1', 'n'], 16)
        self.assertEqual(found['north', '', 'item', 'doi2', 'n'], 24)


if __name__ == '__main__':
    unittest.main()
