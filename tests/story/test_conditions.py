#!/usr/bin/python3
"""Conditions on the real pages, without a script: people go forth and back at random, change their minds, and some send what
they were never asked. What is asked and what is stored at the end is what a plain evaluator says of the final answers."""
import collections
import json
import os
import random
import unittest

from support.readiness import Browser, Installation, ROOT

PEOPLE = 60
FILE = os.path.join(ROOT, 'surveys/examples/conditions.ini')
ORDER = ('tim1', 'years', 'since', 'tools', 'stop', 'new', 'mixed')
POSSIBLE = {'tim1': ['1', '2', '3', '4', 'na'], 'years': ['0', '1', '2', '10', '11', '40.5'],
            'since': ['2025-12-31', '2026-01-01', '2026-06-30', '1999-01-01'],
            'tools': [['paper'], ['paper', 'tablet'], ['tablet', 'other'], ['paper', 'other']],
            'stop': ['Meetings'], 'new': ['Nothing'], 'mixed': ['By hand']}


def rating(answers):
    return int(answers['tim1']) if answers.get('tim1', 'na') != 'na' else None


def years(answers):
    return float(answers['years']) if 'years' in answers else None


# The conditions of the example, in the words of another language.
SHOWN = {
    'stop': lambda a: rating(a) is not None and rating(a) <= 2,
    'new': lambda a: (years(a) is not None and years(a) < 2) or a.get('since', '') >= '2026-01-01',
    'mixed': lambda a: 'paper' in a.get('tools', []) and ('tablet' in a.get('tools', []) or (years(a) or 0) > 10)
    and a.get('tim1') != '4',
}


def kept(answers):
    """Of everything ever sent, what is left when the form is sent off."""
    out = {}
    for name in ORDER:
        if name in answers and (name not in SHOWN or SHOWN[name](out)):
            out[name] = answers[name]
    return out


class Conditions(unittest.TestCase):
    def setUp(self):
        self.here = Installation()
        self.addCleanup(self.here.__exit__)
        self.here.run('assessment', 'new', 'tale', '--instrument', FILE, '--title', 'Tale')
        self.here.write('organisations.csv', 'code,name\nnorth,North House\n')
        self.here.run('organisation', 'import', 'tale', 'organisations.csv')
        self.here.write('people.csv', 'email,organisation\n' + ''.join('p%d@n.example,north\n' % i for i in range(PEOPLE)))
        self.here.run('people', 'import', 'tale', 'people.csv')
        self.here.run('wave', 'open', 'tale', '--label', 'First')
        self.here.serve()
        self.links = [link['token'] for link in self.here.links('tale', 'personal')]

    def fields(self, page):
        form = page.form(field='.p')
        return list(dict.fromkeys(c['name'] for c in form['controls']
                                  if c['kind'] in ('radio', 'checkbox', 'text') and c['name'] in ORDER)) if form else []

    def answer(self, r, token, sly):
        """One person, to the thanks; what they last said of each question that they were asked."""
        browser, said, asked, turns = Browser(self.here.url), {}, [], r.randint(0, 8)
        page = browser.send(browser.get('/s/' + token))
        while page.form(field='.p'):
            names = self.fields(page)
            now = {}
            for name in names:
                asked.append(name)
                self.assertTrue(name not in SHOWN or SHOWN[name](kept(said)), (name, said))
                if r.random() < 0.85:
                    now[name] = r.choice(POSSIBLE[name])
                else:
                    held = page.values().get(name, [])
                    now[name] = [] if POSSIBLE[name] and isinstance(POSSIBLE[name][0], list) else ''
                    if page.form() and held and name == 'tim1':  # a rating cannot be taken back without a script
                        now[name] = held[0]
            for name, value in now.items():
                said.pop(name, None)
                if value:
                    said[name] = value
            sent = dict(now)
            buttons = [c['value'] for c in page.form()['controls'] if c['kind'] == 'button']
            back = turns > 0 and 'back' in buttons and r.random() < 0.4
            turns -= back
            if sly:
                form = page.form()
                form['controls'] += [{'name': n, 'value': POSSIBLE[n][0], 'kind': 'hidden', 'checked': False}
                                     for n in SHOWN if n not in asked and n not in page.values()]
            page = browser.send(page, sent, 'back' if back else None)
        self.assertIn('answers have arrived', page.text)
        return said

    def test_what_is_stored_is_what_was_asked_at_the_end(self):
        r = random.Random(20)
        expected = [kept(self.answer(r, token, False)) for token in self.links]
        self.assertGreater(sum('stop' in e for e in expected), 5)
        self.assertGreater(sum('mixed' in e for e in expected), 3)
        self.compare(expected)

    def test_what_was_never_asked_cannot_be_slipped_in(self):
        r = random.Random(21)
        self.compare([kept(self.answer(r, token, True)) for token in self.links])

    def stored(self, sql):
        return self.here.query(sql)

    def compare(self, expected):
        """Texts are kept apart from the other answers."""
        self.here.run('wave', 'close', 'tale', '--yes')

        def plain(a):
            return tuple(sorted((k, tuple(sorted(v)) if isinstance(v, list) else
                                 '%g' % float(v) if k == 'years' else str(v)) for k, v in a.items() if k not in SHOWN))
        self.assertEqual(sorted(plain(json.loads(a)) for a, in self.stored('SELECT answers FROM response') if a != '{}'),
                         sorted(plain(e) for e in expected if plain(e)))
        self.assertEqual(collections.Counter(q for q, in self.stored('SELECT question FROM comment')),
                         collections.Counter(name for e in expected for name in e if name in SHOWN))


if __name__ == '__main__':
    unittest.main()
