"""The auditor: knows who is in which group and who answered what, reads what the workbooks tell (figures.py), and solves for
what they withhold (solving.py). All that decides is exact: whole numbers modulo a prime, and fractions.

A figure about a group is a sum over its persons: the mean times n, the favourable share times n. Persons who are alike in
all figures told form a class. What anybody can work out are the linear combinations of the figures; one that depends on
fewer than k persons is a disclosure. The kinds of findings:

    few        a combination of the figures of one construct depends on fewer than k persons (the class rule)
    mixed      the same, with the figures of items, constructs and domains together: people who left an item out
    count      a number of persons from 1 to k - 1 is told, or follows by subtraction
    unanimous  what each of fewer than 2k persons answered follows, because all gave the same answer
    side       all of fewer than 2k persons answered on one side; which answer it was does not follow
    detail     a deviation, an interval, a distribution or agreement about fewer than 2k persons, also by subtraction
    spread     the same about k to 2k - 1 persons, for who has the reports of all organisations and takes them away from
               the figure of all together
    wrong      a figure is not what it says it is
    unsolved   the auditor had to give up

Not looked for: how many left one question out (n of one item against n of another), and what only a bound gives."""
import itertools
import math
from collections import Counter, defaultdict
from fractions import Fraction

from figures import WHOLE
from organisations import CONSTRUCTS, DOMAIN, HIGHEST, ITEMS, scored, side
from solving import PRIME, Unsolved, fewest, follows

ANOVA = ('icc1', 'icc2', 'f', 'p', 'needed')
ALL_KINDS = ('few', 'mixed', 'count', 'unanimous', 'side', 'detail', 'spread', 'wrong', 'unsolved')


class Finding:
    def __init__(self, kind, organisation, wave, variable, text, persons=None):
        self.kind, self.organisation, self.wave, self.variable = kind, organisation, wave, variable
        self.text, self.persons = text, persons

    def __repr__(self):
        return '%s: %s, wave %s, %s: %s' % (self.kind, self.organisation or 'all', self.wave, self.variable, self.text)


# What is true.

class Crowd:
    """The people of an organisation in a wave."""

    def __init__(self, people):
        self.people, self.known = people, {}

    def ids(self, group):
        question, value = group
        return [i for i, p in enumerate(self.people) if not question or p.groups[question] == value]

    def value(self, i, variable):
        """The scored answer, construct or domain score of a person; None without."""
        if (i, variable) not in self.known:
            self.known[i, variable] = self.find_value(i, variable)
        return self.known[i, variable]

    def find_value(self, i, variable):
        codes = self.people[i].codes
        if variable in CONSTRUCTS:
            values = [scored(j, codes[j]) for j in CONSTRUCTS[variable] if isinstance(codes[j], int)]
            return Fraction(sum(values), len(values)) if values and 2 * len(values) >= len(CONSTRUCTS[variable]) else None
        if variable == 'domain':
            values = [v for v in (self.value(i, c) for c in DOMAIN) if v is not None]
            return sum(values) / len(values) if values else None
        return Fraction(scored(variable, codes[variable])) if isinstance(codes[variable], int) else None

    def answered(self, variable, group=WHOLE):
        if variable == 'response':
            return self.ids(group)
        return [i for i in self.ids(group) if self.value(i, variable) is not None]

    def values(self, variable, group=WHOLE):
        return [self.value(i, variable) for i in self.answered(variable, group)]

    def share(self, item, statistic, group=WHOLE):
        wanted = {'favourable': 1, 'neutral': 0, 'unfavourable': -1}[statistic]
        who = self.answered(item, group)
        return Fraction(sum(side(item, self.people[i].codes[item]) == wanted for i in who), len(who)) if who else None


def mean(values):
    return sum(values) / len(values)


def variance(values):
    m = mean(values)
    return float(sum((v - m) ** 2 for v in values) / (len(values) - 1))


def close(figure, truth):
    if truth is None:
        return False
    if figure.decimals is not None:
        return abs(figure.value - float(truth)) <= 0.5000001 * 10 ** -figure.decimals
    return abs(figure.value - float(truth)) <= 1e-9 * max(1, abs(float(truth)))


# What is told.

class Told:
    """Everything told about the organisations of a wave, and the findings from it."""

    def __init__(self, wave, crowds, headcount, k):
        self.wave, self.crowds, self.headcount, self.k = wave, crowds, headcount, k
        self.figures = defaultdict(dict)  # organisation: {(group, variable, statistic): figure}
        self.findings = []

    def find(self, kind, organisation, variable, text, persons=None):
        self.findings.append(Finding(kind, organisation, self.wave, variable, text, persons))

    def add(self, figure):
        """Notes a figure; the same told twice must be the same."""
        key = (figure.group, figure.variable, figure.statistic)
        known = self.figures[figure.organisation].get(key)
        if known is None or known.decimals is not None and figure.decimals is None:
            self.figures[figure.organisation][key] = figure
        if known is not None:
            rough, fine = (known, figure) if known.decimals is not None else (figure, known)
            if rough.decimals is None and abs(rough.value - fine.value) > 1e-12 or \
                    fine.decimals is None and not close(rough, fine.value):
                self.find('wrong', figure.organisation, figure.variable, '%r, but %r' % (known, figure))

    def has(self, organisation, variable, statistic, group=WHOLE):
        return (group, variable, statistic) in self.figures.get(organisation, ())

    def value(self, organisation, variable, statistic):
        figure = self.figures.get(organisation, {}).get((WHOLE, variable, statistic))
        return figure.value if figure else None

    def items_told(self, organisation, construct):
        return [i for i in CONSTRUCTS[construct] if self.has(organisation, i, 'favourable')]

    # Is every figure what it says? Then it is the sum that the auditor takes it for.

    def check(self):
        for organisation, figures in self.figures.items():
            for (group, variable, statistic), figure in figures.items():
                if organisation:
                    truth = self.truth(organisation, group, variable, statistic)
                    if truth is not NotImplemented and not close(figure, truth):
                        self.find('wrong', organisation, variable, '%r; it should be %s' % (
                            figure, None if truth is None else float(truth)))
                if isinstance(figure.value, (int, float)) and statistic in ('n', 'answered', 'pairs') and \
                        0 < figure.value < self.k:
                    self.find('count', organisation, variable, '%r is below %d' % (figure, self.k))
                if statistic == 'rate' and organisation and 0 < len(self.crowds[organisation].people) < self.k:
                    self.find('count', organisation, variable, '%r tells how many answered' % figure)
        self.check_together()

    def truth(self, organisation, group, variable, statistic):
        crowd = self.crowds[organisation]
        if statistic in ('n', 'answered'):
            return len(crowd.answered(variable, group))
        if statistic == 'invited':
            return self.headcount[organisation]
        if statistic == 'rate':
            return Fraction(len(crowd.people), self.headcount[organisation])
        if statistic == 'mean':
            return mean(crowd.values(variable, group))
        if statistic in ('favourable', 'neutral', 'unfavourable'):
            if variable not in CONSTRUCTS:
                return crowd.share(variable, statistic, group)
            items = self.items_of_share(organisation, group, variable)
            return mean([crowd.share(i, statistic, group) for i in items]) if items else None
        if statistic == 'sd':
            return math.sqrt(variance(crowd.values(variable, group)))
        if statistic.startswith('share_'):
            codes = [crowd.people[i].codes[variable] for i in crowd.answered(variable)]
            return Fraction(codes.count(int(statistic[-1])), len(codes))
        if statistic == 'na':
            return sum(p.codes[variable] == 'na' for p in crowd.people)
        if statistic == 'ad':
            return self.agreement(crowd, variable, self.figures[organisation][group, variable, 'ad'])
        if statistic == 'ad_cut':
            return Fraction(HIGHEST[CONSTRUCTS[variable][0]], 6)
        return NotImplemented

    def agreement(self, crowd, construct, figure):
        """Over items of 2k answers, told or veiled; which of them may show detail does not matter here."""
        items = [i for i in CONSTRUCTS[construct] if len(crowd.answered(i)) >= 2 * self.k]
        for size in range(len(items), 0, -1):
            for chosen in itertools.combinations(items, size):
                truth = mean([self.deviation(crowd.values(i)) for i in chosen])
                if close(figure, truth):
                    return truth
        return None

    @staticmethod
    def deviation(values):
        m = mean(values)
        return sum(abs(v - m) for v in values) / len(values)

    def items_of_share(self, organisation, group, construct, rather=()):
        """Over which items a construct's shares are the means: the largest set that gives the numbers told, rather one
        within some items. An item not told for the whole is not among them."""
        told = {s: self.figures[organisation][group, construct, s] for s in ('favourable', 'neutral', 'unfavourable')
                if (group, construct, s) in self.figures[organisation]}
        crowd = self.crowds[organisation]
        items = [i for i in self.items_told(organisation, construct) if len(crowd.answered(i, group)) >= self.k]
        sets = [c for n in range(len(items), 0, -1) for c in itertools.combinations(items, n)] if told else []
        for chosen in sorted(sets, key=lambda c: not set(c) <= set(rather)):
            if all(close(f, mean([crowd.share(i, s, group) for i in chosen])) for s, f in told.items()):
                return list(chosen)
        return []

    def check_together(self):
        """The figures of all together: over which persons are they? Those of the organisations told, with or without
        the rest."""
        for variable in list(CONSTRUCTS) + list(ITEMS):
            n = self.value('', variable, 'n')
            if n is None:
                continue
            statistic = 'mean' if variable in CONSTRUCTS else 'favourable'  # an item's mean may be veiled
            told = [o for o in self.crowds if self.has(o, variable, statistic)]
            shown = sum(len(self.crowds[o].answered(variable)) for o in told)
            rest = [(o, i) for o in self.crowds if o not in told for i in self.crowds[o].answered(variable)]
            figure = self.figures[''].get((WHOLE, variable, 'mean'))
            everybody = told if n == shown else list(self.crowds)
            truth = mean([v for o in everybody for v in self.crowds[o].values(variable)])
            if figure and not close(figure, truth):
                self.find('wrong', '', variable, '%r; it should be %s' % (figure, float(truth)))
            if n == shown:
                continue
            if n != shown + len(rest):
                self.find('wrong', '', variable, 'n is %s, but %d are told and %d are not' % (n, shown, len(rest)))
            self.audit_rest(variable, rest)
        self.check_responses()

    def audit_rest(self, variable, rest):
        """The rest is what is left when all organisations told are taken away."""
        if 0 < len(rest) < self.k:
            self.find('few', '', variable, 'all together less the organisations told leaves %d' % len(rest), len(rest))
            return
        values = {self.crowds[o].value(i, variable) for o, i in rest}
        if len(rest) < 2 * self.k and len(values) == 1:
            self.find('unanimous', '', variable, 'the %d of the organisations not told all gave the same' % len(rest))

    def check_responses(self):
        answered = self.value('', 'response', 'answered')
        if answered is None:
            return
        shown = sum(self.value(o, 'response', 'answered') or 0 for o in self.crowds)
        rest = answered - shown
        if 0 < rest < self.k:
            self.find('count', '', 'response', '%d answered in all, %d in those told' % (answered, shown))
        real = sum(len(c.people) for c in self.crowds.values())
        if answered not in (shown, real):
            self.find('wrong', '', 'response', '%d answered, not %d or %d' % (answered, shown, real))

    # What can be worked out.

    def audit(self):
        self.check()
        for organisation in self.crowds:
            self.audit_counts(organisation)
            for construct in CONSTRUCTS:
                self.audit_groups(organisation, construct)
            self.audit_items(organisation)
            self.audit_values(organisation)
            self.audit_detail(organisation)
        self.audit_detail_together()
        return self.findings

    def groups_told(self, organisation, variable, statistics):
        return sorted({g for (g, v, s) in self.figures.get(organisation, ()) if v == variable and s in statistics})

    def classes(self, crowd, who, groups, pattern=lambda i: None):
        """Persons who are alike: {signature: ids}."""
        members = {g: set(crowd.ids(g)) for g in groups}
        found = defaultdict(list)
        for i in who:
            found[tuple(i in members[g] for g in groups), pattern(i)].append(i)
        return found

    def fewest(self, organisation, variable, rows, class_of, persons):
        try:
            return fewest(rows, class_of, persons, self.k)
        except Unsolved:
            self.find('unsolved', organisation, variable, 'too many combinations to look at')
            return None

    def solve_sets(self, organisation, variable, kind, who, groups, what):
        """Sums over the groups, each person with weight one."""
        crowd = self.crowds[organisation]
        classes = self.classes(crowd, who, groups)
        rows = [{c: 1 for c in classes if c[0][at]} for at, g in enumerate(groups)]
        rows = [r for r in rows if r]
        persons = {c: len(ids) for c, ids in classes.items()}
        found = self.fewest(organisation, variable, rows, {c: c for c in classes}, persons)
        if found:
            n = sum(persons[c] for c in found)
            self.find(kind, organisation, variable, '%s of %s give %d person%s: %s' % (
                what, self.names(groups), n, 's' if n > 1 else '',
                '; '.join('in %s, not in %s' % (self.names([g for g, x in zip(groups, c[0]) if x]),
                                                self.names([g for g, x in zip(groups, c[0]) if not x])) for c in found)), n)
        return classes, rows

    @staticmethod
    def names(groups):
        return ', '.join('='.join(g) if g[0] else 'the whole' for g in groups) or 'nothing'

    def audit_counts(self, organisation):
        groups = self.groups_told(organisation, 'response', ('n', 'answered'))
        if groups:
            self.solve_sets(organisation, 'response', 'count', self.crowds[organisation].answered('response'), groups, 'n')

    def audit_groups(self, organisation, construct):
        """The favourable shares, and means, of a construct's groups."""
        crowd = self.crowds[organisation]
        groups = self.groups_told(organisation, construct, ('favourable', 'mean'))
        if not groups:
            return
        classes, rows = self.solve_sets(organisation, construct, 'few', crowd.answered(construct), groups, 'figures')
        for c, ids in classes.items():
            if len(ids) >= 2 * self.k or len(ids) < self.k or not follows(rows, {c: 1}):
                continue
            values = {crowd.value(i, construct) for i in ids}
            sides = {side(j, crowd.people[i].codes[j]) for i in ids for j in CONSTRUCTS[construct]
                     if isinstance(crowd.people[i].codes[j], int)}
            if len(values) == 1:
                self.find('unanimous', organisation, construct, '%d in %s all gave the same' % (
                    len(ids), self.names([g for g, x in zip(groups, c[0]) if x])), len(ids))
            elif len(sides) == 1 and sides != {0}:
                self.find('side', organisation, construct, '%d in %s all answered on one side' % (
                    len(ids), self.names([g for g, x in zip(groups, c[0]) if x])), len(ids))
        self.audit_shares(organisation, construct, groups)

    def pattern(self, crowd, variables):
        return lambda i: tuple(v for v in variables if crowd.value(i, v) is not None)

    def audit_shares(self, organisation, construct, groups):
        """Favourable shares exactly: a construct's is the mean of its items', each with its own n. Where sets of different
        items would give the same numbers, nobody can know which it was: all must give somebody away."""
        crowd, items, first = self.crowds[organisation], CONSTRUCTS[construct], None
        for rather in [c for n in range(len(items), 0, -1) for c in itertools.combinations(items, n)]:
            rows = []
            for group in groups:
                told = self.items_of_share(organisation, group, construct, rather)
                rows.append((group, {i: Fraction(1, len(told) * len(crowd.answered(i, group))) for i in told}))
            rows += [(WHOLE, {i: Fraction(1)}) for i in self.items_told(organisation, construct)]
            found = self.solve_weighted(organisation, construct, groups, rows, items, 'shares')
            if not found:
                return
            first = first or found
        self.find('mixed', organisation, construct, *first)

    def solve_weighted(self, organisation, variable, groups, rows, items, what):
        """rows: [(group, {item: weight})]; unknown is every answer of every person. What gives somebody away, and how many;
        None."""
        crowd = self.crowds[organisation]
        classes = self.classes(crowd, crowd.ids(WHOLE), groups, self.pattern(crowd, items))
        members = {g: set(crowd.ids(g)) for g in set(groups) | {WHOLE}}
        matrix = []
        for group, weights in rows:
            row = {}
            for c, ids in classes.items():
                if ids[0] not in members[group]:
                    continue
                for item, weight in weights.items():
                    if crowd.value(ids[0], item) is not None:
                        row[c, item] = weight.numerator * pow(weight.denominator, -1, PRIME) % PRIME
            if row:
                matrix.append(row)
        persons = {c: len(ids) for c, ids in classes.items()}
        class_of = {key: key[0] for row in matrix for key in row}
        found = self.fewest(organisation, variable, matrix, class_of, persons)
        if not found:
            return None
        n = sum(persons[c] for c in found)
        return '%s of %s and items give something about %d person%s, who answered %s' % (
            what, self.names(groups), n, 's' if n > 1 else '', '; '.join(', '.join(c[1]) for c in found)), n

    def audit_items(self, organisation):
        """Whole figures that tell what everybody answered."""
        crowd = self.crowds[organisation]
        for item in ITEMS:
            values = crowd.values(item)
            if not self.has(organisation, item, 'mean') or len(values) >= 2 * self.k:
                continue
            if len(set(values)) == 1:
                self.find('unanimous', organisation, item, 'all %d gave the same' % len(values), len(values))
            elif len({side(item, crowd.people[i].codes[item]) for i in crowd.answered(item)}) == 1:
                self.find('side', organisation, item, 'all %d answered on one side' % len(values), len(values))
            if len(values) < self.k:
                self.find('few', organisation, item, 'a figure of %d' % len(values), len(values))

    def audit_values(self, organisation):
        """Means of items, constructs and the domain together; a score is the mean of the items that a person answered."""
        crowd = self.crowds[organisation]
        rows = [('item', i) for i in ITEMS if self.has(organisation, i, 'mean')]
        rows += [('construct', c) for c in CONSTRUCTS if self.has(organisation, c, 'mean')]
        rows += [('domain', 'domain')] if self.has(organisation, 'domain', 'mean') else []
        if not rows:
            return
        classes = self.classes(crowd, crowd.ids(WHOLE), [], self.pattern(crowd, ITEMS))
        matrix = []
        for kind, name in rows:
            row = {}
            for c, ids in classes.items():
                for item, w in self.weights(crowd, ids[0], kind, name).items():
                    row[c, item] = w.numerator * pow(w.denominator, -1, PRIME) % PRIME
            matrix.append(row)
        persons = {c: len(ids) for c, ids in classes.items()}
        found = self.fewest(organisation, 'means', matrix, {key: key[0] for row in matrix for key in row}, persons)
        if found:
            n = sum(persons[c] for c in found)
            self.find('mixed', organisation, 'means', 'means of %s give something about %d person%s, who answered %s' % (
                ', '.join(name for _, name in rows), n, 's' if n > 1 else '', '; '.join(', '.join(c[1]) for c in found)), n)

    def weights(self, crowd, i, kind, name):
        """How a person's answers add up to what the person brings to a mean."""
        if kind == 'item':
            return {name: Fraction(1)} if crowd.value(i, name) is not None else {}
        if kind == 'construct':
            items = [j for j in CONSTRUCTS[name] if crowd.value(i, j) is not None]
            return {j: Fraction(1, len(items)) for j in items} if crowd.value(i, name) is not None else {}
        parts = [self.weights(crowd, i, 'construct', c) for c in DOMAIN]
        parts = [p for p in parts if p]
        return {j: w / len(parts) for p in parts for j, w in p.items()}

    # Detail.

    def audit_detail(self, organisation):
        crowd = self.crowds[organisation]
        for (group, variable, statistic) in sorted(self.figures.get(organisation, ())):
            if statistic in ('sd', 'ci_low', 'ci_high', 'ad', 'rwg', 'rwg_chance', 'na') or statistic.startswith('share_'):
                n = len(crowd.answered(variable, group))
                if n < 2 * self.k:
                    self.find('detail', organisation, variable, '%s of %d' % (statistic, n), n)

    @staticmethod
    def consistency(construct):
        return [(construct, 'alpha'), (construct, 'omega')] + [
            (i, s) for i in CONSTRUCTS[construct] for s in ('item_rest', 'alpha_without')]

    def need_detail(self, organisation, variable, figure):
        """A figure gives away a spread, of an organisation or of all together: that of 2k at least, also by subtraction."""
        n = self.without_detail(variable) if not organisation else len(self.crowds[organisation].answered(variable))
        if n < 2 * self.k and (organisation or n > 0):
            self.find('detail' if organisation or n < self.k else 'spread', organisation, variable,
                      '%r gives the spread of %d' % (figure, n), n)

    def without_detail(self, variable):
        """Persons in the figure of all together whose spread no organisation tells."""
        told = [o for o in self.crowds if self.has(o, variable, 'mean')]
        shown = sum(len(self.crowds[o].answered(variable)) for o in told)
        plain = sum(len(self.crowds[o].answered(variable)) for o in told
                    if not self.has(o, variable, 'ci_low') and not self.has(o, variable, 'sd'))
        return plain + round(self.value('', variable, 'n') or shown) - shown

    def audit_detail_together(self):
        """Reliability rests on the organisations told and the rest; whoever takes away those told in detail has the
        others."""
        for figure in [f for (g, v, s), f in self.figures.get('', {}).items() if s in ('sd', 'ci_low', 'ci_high')]:
            self.need_detail('', figure.variable, figure)
        for construct in CONSTRUCTS:
            for variable, statistic in [(construct, s) for s in ANOVA] + self.consistency(construct):
                figure = self.figures.get('', {}).get((WHOLE, variable, statistic))
                if figure:
                    self.need_detail('', construct, figure)


def audit_change(waves):
    """Changes: their intervals rest on the deviations of both waves; the differences are those of the means."""
    for now, before in zip(waves[1:], waves):
        for organisation, figures in now.figures.items():
            for (group, variable, statistic), figure in list(figures.items()):
                if statistic == 'change' and before.has(organisation, variable, 'mean') and \
                        now.has(organisation, variable, 'mean') and not now.has(organisation, variable, 'pairs'):
                    truth = now.value(organisation, variable, 'mean') - before.value(organisation, variable, 'mean')
                    nothing = figure.value == 0 and abs(truth) < 0.005  # never "-0.00"
                    if not close(figure, truth) and not nothing:
                        now.find('wrong', organisation, variable, '%r; it should be %s' % (figure, truth))
                if statistic in ('change_low', 'change_high', 'g') and not now.has(organisation, variable, 'pairs'):
                    for wave in (now, before):
                        wave.need_detail(organisation, variable, figure)


def pair_rows(waves, organisation, construct, people, pairs):
    """The persons who are alike in all figures of a construct and its items in two waves, and those figures: the unknowns
    are everybody's answers to each item in each wave."""
    crowds = [w.crowds[organisation] for w in waves]
    groups = [w.groups_told(organisation, construct, ('favourable', 'mean')) for w in waves]
    members = [[set(c.ids(g)) for g in told] for c, told in zip(crowds, groups)]
    alike = defaultdict(list)  # everybody, in either wave: in which groups, what was answered, and in the pairs or not
    for who in people:
        signature = tuple(None if x is None else (
            tuple(x in m for m in told), tuple(i for i in CONSTRUCTS[construct] if c.value(x, i) is not None),
            c.value(x, construct) is not None) for x, c, told in zip(who, crowds, members))
        alike[signature, who[0] in pairs].append(who)
    rows = []

    def score(c, wave, sign=1):
        """A person's score: each of the items answered weighs as much."""
        _, items, scored_at_all = c[0][wave]
        return {(c, wave, i): sign * pow(len(items), -1, PRIME) % PRIME for i in items} if scored_at_all else {}

    for wave in (0, 1):
        there = [c for c in alike if c[0][wave]]
        for at in range(len(groups[wave])):
            rows.append({key: x for c in there if c[0][wave][0][at] for key, x in score(c, wave).items()})
        for item in CONSTRUCTS[construct]:
            if waves[wave].has(organisation, item, 'mean'):
                rows.append({(c, wave, item): 1 for c in there if item in c[0][wave][1]})
    rows.append({key: x for c in alike if c[1] for wave in (0, 1) for key, x in score(c, wave, 1 - 2 * wave).items()})
    return alike, rows


def audit_pairs(now, before, organisation, link):
    """Paired changes: the sum of the pairs' scores now less that before. `link`: who now is who before."""
    here, there = now.crowds[organisation], before.crowds[organisation]
    told = 0
    for construct in CONSTRUCTS:
        figure = now.figures[organisation].get((WHOLE, construct, 'change'))
        if not figure or not now.has(organisation, construct, 'pairs'):
            continue
        told += 1
        pairs = {i: j for i, j in link.items()
                 if here.value(i, construct) is not None and there.value(j, construct) is not None}
        differences = [here.value(i, construct) - there.value(j, construct) for i, j in pairs.items()]
        if not close(figure, mean(differences)) or now.value(organisation, construct, 'pairs') != len(pairs):
            now.find('wrong', organisation, construct, '%r of %d pairs; it should be %s' % (
                figure, len(pairs), float(mean(differences))))
        if now.has(organisation, construct, 'change_low') and len(pairs) < 2 * now.k:
            now.find('detail', organisation, construct, 'the interval of %d pairs' % len(pairs), len(pairs))
        people = [(i, link.get(i)) for i in range(len(here.people))]
        people += [(None, j) for j in range(len(there.people)) if j not in link.values()]
        alike, rows = pair_rows((now, before), organisation, construct, people, pairs)
        persons = {c: len(who) for c, who in alike.items()}
        found = now.fewest(organisation, construct, [r for r in rows if r], {k: k[0] for r in rows for k in r}, persons)
        if found:
            now.find('few', organisation, construct, 'the change of the pairs and the figures of both waves give %d' % (
                sum(persons[c] for c in found)), sum(persons[c] for c in found))
    return told


def quartile(values, p):
    values = sorted(values)
    at = (len(values) - 1) * p
    low = int(at)
    return values[low] + (at - low) * (values[low + 1] - values[low]) if low + 1 < len(values) else values[-1]


def check_others(told):
    """The quartiles of the others are those of means that the ranking tells."""
    for organisation, figures in told.figures.items():
        for (group, variable, statistic), figure in list(figures.items()):
            if statistic.startswith('others_'):
                means = [told.value(o, variable, 'mean') for o in told.crowds
                         if o != organisation and told.has(o, variable, 'mean')]
                p = {'others_low': 0.25, 'others_median': 0.5, 'others_high': 0.75}[statistic]
                if len(means) < 5 or abs(quartile(means, p) - figure.value) > 1e-9:
                    told.find('wrong', organisation, variable, '%r is not a quartile of what is told' % figure)


def bare_threshold(people, k):
    """Would a report with nothing but a threshold, that tells every group of k who answered, give somebody away? For
    comparison only; a disclosure that is not seen at once is not counted."""
    crowd = Crowd(people)
    for construct in CONSTRUCTS:
        answered = set(crowd.answered(construct))
        rows = []
        for group in {(q, p.groups[q]) for p in people for q in p.groups if p.groups[q]} | {WHOLE}:
            who = answered & set(crowd.ids(group))
            rows += [who] if len(who) >= k else []
        signatures = {i: tuple(i in r for r in rows) for i in answered}
        persons = Counter(signatures.values())
        matrix = [{s: 1 for s in persons if s[at]} for at in range(len(rows))]
        if fewest(matrix, {s: s for s in persons}, persons, k, thorough=False):
            return True
    return False


def summary(findings):
    return Counter(f.kind for f in findings)
