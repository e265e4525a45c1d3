"""Random organisations for the auditor of what reports give away, of the nasty kind: small ones beside large ones, units and
groups of a few people, groups that agree in everything, answers left out here and there, organisations that come and go."""
import csv
import os
import random

from support.readiness import ROOT

INSTRUMENT = os.path.join(ROOT, 'tests/data/instruments/disclosure.ini')
ITEMS = ('lead_time', 'lead_clear', 'lead_other', 'climate_help', 'climate_open', 'load_work')
CONSTRUCTS = {'lead': ITEMS[:3], 'climate': ITEMS[3:5], 'load': ITEMS[5:]}
LABELS = {'lead_time': 'Leaders make time.', 'lead_clear': 'Leaders clear obstacles.',
          'lead_other': 'Leaders see it as the job of others.', 'climate_help': 'People help each other.',
          'climate_open': 'People speak openly.', 'load_work': 'Other work stops us.',
          'lead': 'Leaders', 'climate': 'Climate', 'load': 'Workload'}
DOMAIN = ('lead', 'climate')  # the constructs that the profile sums up in one figure
QUESTIONS = {'role': {'lead': 'Leading', 'front': 'With clients', 'support': 'Supporting'},
             'shift': {'day': 'By day', 'late': 'Late', 'night': 'By night', 'free': 'Free'}}
UNITS = ('Ash', 'Beech', 'Cedar', 'Date', 'Elm', 'Fir', 'Gum')
WAVES = ('Spring', 'Summer', 'Autumn')
HIGHEST = {i: 4 if i == 'load_work' else 5 for i in ITEMS}
TURNED = ('lead_other', 'load_work')


def scored(item, code):
    """The value of a code, higher helping."""
    return HIGHEST[item] + 1 - code if item in TURNED else code


def side(item, code):
    """1 favourable, -1 unfavourable, 0 between."""
    value = scored(item, code)
    if item == 'load_work':
        return 1 if value >= 3 else -1
    return (value >= 4) - (value <= 2)


def name_of(n):
    """Letters only, so that digits in a workbook are figures."""
    word = ''
    for _ in range(4):
        n, letter = divmod(n, 20)
        word = 'bcdfghjklmnpqrstvwxz'[letter] + word
    return word


class Person:
    """Memberships and codes: None left out, 'na' does not apply."""

    def __init__(self, unit, role, shift, codes):
        self.groups = {'unit': unit, 'role': role, 'shift': shift}
        self.codes = codes


class Nature:
    """What an organisation is like, wave after wave."""

    def __init__(self, dice):
        kind = dice.random()
        self.sizes = [dice.randint(1, 12) for _ in range(dice.randint(2, 7))] if kind < 0.5 else \
            [dice.randint(1, 9)] if kind < 0.65 else [dice.randint(10, 40)] if kind < 0.8 else \
            [dice.randint(4, 20) for _ in range(dice.randint(1, 7))]
        self.without_unit = dice.choice((0, 0, 0, 0.1, 0.5))
        self.silent = dice.choice((0, 0, 0.05, 0.2))  # about the questions
        self.weights = {q: [dice.choice((0, 1, 1, 2, 8)) for _ in c] for q, c in QUESTIONS.items()}
        for weights in self.weights.values():
            weights[dice.randrange(len(weights))] += 1
        self.missing = {i: dice.choice((0, 0, 0, 0, 0.03, 0.1, 0.6)) for i in ITEMS}
        self.na = {i: dice.choice((0, 0, 0, 0.1)) if HIGHEST[i] == 5 else 0 for i in ITEMS}
        self.agree = dice.choice((0, 0, 0, 0.3, 0.7))  # of groups that speak with one voice
        self.tilt = dice.choice((0, 0, 0, 1, -1))
        self.headcount = dice.choice((0, 1, 1.2, 2))

    def people(self, dice):
        people = []
        for unit, size in zip(dice.sample(UNITS, len(self.sizes)), self.sizes):
            for _ in range(max(1, size + dice.choice((-1, 0, 0, 0, 1)))):
                people.append(self.person(dice, unit if dice.random() >= self.without_unit else ''))
        self.let_agree(dice, people)
        return people

    def person(self, dice, unit):
        group = {}
        for question, choices in QUESTIONS.items():
            silent = dice.random() < self.silent
            group[question] = '' if silent else dice.choices(list(choices), self.weights[question])[0]
        codes = {}
        for item in ITEMS:
            chance = dice.random()
            code = dice.randint(1, HIGHEST[item]) + self.tilt
            codes[item] = None if chance < self.missing[item] else \
                'na' if chance < self.missing[item] + self.na[item] else min(max(code, 1), HIGHEST[item])
        if all(c is None for c in codes.values()):
            codes[ITEMS[0]] = 3
        return Person(unit, group['role'], group['shift'], codes)

    def let_agree(self, dice, people):
        """Some groups, or everybody, give one answer."""
        groups = {(q, p.groups[q]) for p in people for q in p.groups} | {('', '')}
        for question, value in sorted(groups):
            if dice.random() < self.agree / 3:
                item = dice.choice(ITEMS)
                code = dice.choice((1, HIGHEST[item], dice.randint(1, HIGHEST[item])))
                for p in people:
                    if (not question or p.groups[question] == value) and isinstance(p.codes[item], int):
                        for i in [i for c in CONSTRUCTS.values() if item in c for i in c]:
                            p.codes[i] = code if isinstance(p.codes[i], int) and (i in TURNED) == (item in TURNED) else p.codes[i]


def draw(seed, n):
    """An assessment: ({organisation: headcount or None}, [{organisation: people} per wave])."""
    dice = random.Random(seed)
    natures = {name_of(i): Nature(dice) for i in range(n)}
    waves = [{o: nature.people(dice) for o, nature in natures.items() if dice.random() < 0.85}
             for _ in range(dice.randint(1, 3))]
    headcount = {}
    for o, nature in natures.items():
        most = max([len(w[o]) for w in waves if o in w] or [1])
        headcount[o] = int(most * nature.headcount) or None
    return headcount, [w for w in waves if w]


def write_wave(path, wave):
    with open(path, 'w', newline='') as file:
        table = csv.writer(file)
        table.writerow(('organisation', 'unit', 'role', 'shift') + ITEMS)
        for organisation, people in wave.items():
            for p in people:
                table.writerow([organisation, p.groups['unit'], p.groups['role'], p.groups['shift']] +
                               ['' if p.codes[i] is None else p.codes[i] for i in ITEMS])


def make(here, seed, n):
    """Puts a random assessment into an installation and writes every workbook of its waves; returns (headcount, waves,
    [(folder of the organisations' workbooks, workbook of all) per wave])."""
    headcount, waves = draw(seed, n)
    name, folders = 'a%d' % seed, []
    here.run('assessment', 'new', name, '--instrument', INSTRUMENT, '--title', 'What is told')
    parents = [o for i, o in enumerate(headcount) if i % 5 == 0]
    here.write('organisations.csv', 'code,name,parent,headcount\n' + ''.join(
        '%s,%s,%s,%s\n' % (o, o.title(), '' if o in parents else parents[i // 5], h or '')
        for i, (o, h) in enumerate(headcount.items())))
    here.run('organisation', 'import', name, 'organisations.csv')
    for number, wave in enumerate(waves):
        write_wave(here.path('answers.csv'), wave)
        here.run('responses', 'import', name, 'answers.csv', '--label', WAVES[number])
    for number, wave in enumerate(waves):
        folder, together = '%s-%d' % (name, number), '%s-%d.xlsx' % (name, number)
        here.run('report', name, '--wave', WAVES[number], '--each', '--out', folder)
        here.run('report', name, '--wave', WAVES[number], '--all', '--out', together)
        folders.append((here.path(folder), here.path(together)))
    return headcount, waves, folders
