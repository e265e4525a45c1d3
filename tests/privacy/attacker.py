"""The attacker of the linkage test. He holds what the promise grants him: the database with its journals, copied again and
again while people answered and after closing; every link with the address it went to; every log line. Not the key folder.
Each attack pairs people with answers in its own way and says, for every person, which answer it takes for theirs."""
import contextlib
import hashlib
import os
import re
import sqlite3

import pages


def of_token(token):
    return hashlib.blake2b(token.encode(), digest_size=32).digest()


def rows(path, query):
    with contextlib.closing(sqlite3.connect('file:%s?mode=ro' % path, uri=True)) as database:
        return database.execute(query).fetchall()


class Evidence:
    """`links`: the link list of the wave, in the order in which people answered; `copies`: folders with copies of the data,
    in the order of time; `closed`: the folder after closing; `who(answers)`: tells the giver of a stored answer, by what was
    planted in it. Only hits() asks that."""

    def __init__(self, links, copies, closed, who):
        self.links, self.copies, self.who = links, copies, who
        self.tokens = [link['token'] for link in links]
        self.people = list(range(len(links)))
        self.holder = {of_token(token): i for i, token in enumerate(self.tokens)}
        self.closed = os.path.join(closed, 'readiness.db')
        found = rows(self.closed, 'SELECT id, answers FROM response ORDER BY wave, organisation, id')
        self.ids, self.answers = [r[0] for r in found], [r[1] for r in found]
        self.place = {id: i for i, id in enumerate(self.ids)}

    def hits(self, guesses):
        """How many of (person, index of an answer) are right; only a person's first guess counts."""
        first = {}
        for person, answer in guesses:
            first.setdefault(person, answer)
        return sum(0 <= answer < len(self.answers) and self.who(self.answers[answer]) == person
                   for person, answer in first.items())

    def in_order(self, people):
        """The k-th of these people gave the k-th answer."""
        return list(zip(people, range(len(self.answers))))


def table(path, name):
    """The cells of a table where they lie in the file: [(page, offset, record)]."""
    database = pages.Database.read(path)
    if os.path.exists(path + '-wal'):
        for database in pages.states(database, path + '-wal'):
            pass
    return database.cells(database.tables()[name])


def time_of_answering(e):
    yield 'order of answering, forwards', e.in_order(e.people)
    yield 'order of answering, backwards', e.in_order(e.people[::-1])


def order_of_keys(e):
    by_hash = sorted(e.people, key=lambda i: of_token(e.tokens[i]))
    yield 'order of the hashes', e.in_order(by_hash)
    yield 'order of the hashes, backwards', e.in_order(by_hash[::-1])
    yield 'order of the tokens', e.in_order(sorted(e.people, key=lambda i: e.tokens[i]))
    yield 'order of the addresses', e.in_order(sorted(e.people, key=lambda i: e.links[i]['email']))


def page_cells(e):
    """Within a page, cells lie in the order in which they were written, from its end to its head."""
    cells = [record for _, _, record in sorted(table(e.closed, 'response'), key=lambda cell: (cell[0], -cell[1]))]
    order = [e.place[r[2]] for r in cells if r[2] in e.place]
    by_hash = sorted(e.people, key=lambda i: of_token(e.tokens[i]))
    for name, people in (('time', e.people), ('hash', by_hash)):
        yield 'cells as they lie, by ' + name, list(zip(people, order))
        yield 'cells as they lie, backwards, by ' + name, list(zip(people, order[::-1]))


def order_within_pages(e):
    """{by what: correlation, 0 to 1, between the order in which cells lie in their page and an order the attacker knows};
    the mean over pages, by rank (Spearman)."""
    by_hash = {person: i for i, person in enumerate(sorted(e.people, key=lambda i: of_token(e.tokens[i])))}
    on = {}
    for page, at, record in table(e.closed, 'response'):
        if record[2] in e.place:
            on.setdefault(page, []).append((at, e.who(e.answers[e.place[record[2]]])))
    found = {'time': [], 'hash': []}
    for cells in on.values():
        people = [person for _, person in sorted(cells)]
        for name, rank in (('time', lambda i: i), ('hash', by_hash.get)):
            order = sorted(range(len(people)), key=lambda k: rank(people[k]))
            n = len(order)
            if n > 4:
                d = sum((k - place) ** 2 for place, k in enumerate(order))
                found[name].append(abs(1 - 6 * d / (n * (n * n - 1))))
    return {name: sum(rho) / len(rho) for name, rho in found.items()}


def readable(e, content):
    """The index of the answer that a ballot or draft shows in clear, or -1."""
    values = re.findall(rb'"(lead\d)":(\d)', content)
    for i, answers in enumerate(e.answers):
        if values and all('"%s":%s' % (k.decode(), v.decode()) in answers for k, v in values):
            return i
    return -1


def ballots_in_copies(e):
    """A ballot lies under the hash of its ticket: whoever can read it is done."""
    guesses, orders = [], {}
    for copy in e.copies:
        found = rows(os.path.join(copy, 'readiness.db'), 'SELECT key, sealed FROM ballot')
        guesses += [(e.holder[key], readable(e, sealed)) for key, sealed in found if key in e.holder]
        orders[copy] = [e.holder[key] for key, _ in found if key in e.holder]
    yield 'ballots read in the copies', guesses
    for copy in (e.copies[len(e.copies) // 2], e.copies[-1]):
        yield 'order of the ballots in ' + os.path.basename(copy), e.in_order(orders[copy])


def journal_replayed(e):
    """Each commit of the journal by itself: which ticket was spent, which ballot came."""
    order, known, shown = [], set(), []
    for copy in e.copies:
        path = os.path.join(copy, 'readiness.db')
        if not os.path.exists(path + '-wal'):
            continue
        for state in pages.states(pages.Database.read(path), path + '-wal'):
            for _, _, record in state.cells(state.tables()['ballot']):
                key, sealed = record[1], record[2]
                if key in e.holder and key not in known:
                    known.add(key)
                    order.append(e.holder[key])
                    shown.append((e.holder[key], readable(e, sealed)))
    yield 'journal replayed, order of commits', e.in_order(order)
    yield 'journal replayed, ballots read', shown


def sizes(e):
    """The longest ballot belongs to the longest answer, and the next, and the next."""
    found = {e.holder[key]: len(sealed) for key, sealed in
             rows(os.path.join(e.copies[-1], 'readiness.db'), 'SELECT key, sealed FROM ballot') if key in e.holder}
    total = len({n for n in found.values()})
    answers = sorted(range(len(e.answers)), key=lambda i: len(e.answers[i]))
    people = sorted(found, key=lambda i: found[i])
    yield 'sizes of ballots and answers', list(zip(people, answers)) if total > 1 else []


def sizes_and_comments(e):
    """The longest ballot belongs to the longest comment, and so on; scored as the comment's giver."""
    found = {e.holder[key]: len(sealed) for key, sealed in
             rows(os.path.join(e.copies[-1], 'readiness.db'), 'SELECT key, sealed FROM ballot') if key in e.holder}
    texts = sorted((r[0] for r in rows(e.closed, 'SELECT text FROM comment')), key=len)
    people = sorted(found, key=lambda i: found[i])
    if len(set(found.values())) > 1:
        return sum(bool(re.search(r'canary-%03d-' % p, t)) for p, t in zip(people, texts))
    return 0


def drafts(e):
    """What people had typed before they sent it, and in which order they began."""
    shown, order = [], []
    for copy in e.copies:
        for key, content in rows(os.path.join(copy, 'readiness.db'), 'SELECT key, content FROM draft'):
            if key in e.holder:
                shown.append((e.holder[key], readable(e, content)))
                order.append(e.holder[key])
    yield 'drafts under a key that is known', shown
    yield 'order of the drafts', e.in_order(order)


def free_space(e):
    """Whatever still stands anywhere in the closed file: a hash beside an answer, in the order of the file."""
    with open(e.closed, 'rb') as file:
        content = file.read()
    journal = e.closed + '-wal'
    if os.path.exists(journal):
        with open(journal, 'rb') as file:
            content += file.read()
    spots = sorted((m.start(), person) for h, person in e.holder.items() for m in re.finditer(re.escape(h), content))
    texts = [(m.start(), m.group()) for m in re.finditer(rb'\{"(?:role|lead1)":[^}]*\}', content)]
    guesses = []
    for at, person in spots:
        near = next((text for place, text in texts if place >= at and place - at < 600), b'')
        if near:
            guesses.append((person, readable(e, near)))
    yield 'answers beside hashes in what is left', guesses


def comments_to_scores(e):
    """A comment's giver is known by its words: does its id, or its place, lead to the answer?"""
    found = rows(e.closed, 'SELECT id, text FROM comment ORDER BY wave, organisation, question, id')
    givers = [int(re.search(r'canary-(\d+)', text).group(1)) for _, text in found]
    yield 'place of the comment', e.in_order(givers)
    yield 'id of the comment', [(g, e.place.get(id, -1)) for g, (id, _) in zip(givers, found)]
    nearest = sorted(range(len(e.ids)), key=lambda i: e.ids[i])
    order = sorted(range(len(found)), key=lambda i: found[i][0])
    yield 'rank of the comment\'s id', [(givers[c], a) for c, a in zip(order, nearest)]


ATTACKS = [time_of_answering, order_of_keys, page_cells, ballots_in_copies, journal_replayed, sizes, drafts, free_space,
           comments_to_scores]


def attack(e):
    """{name of the alignment: hits}"""
    return {name: e.hits(guesses) for attack in ATTACKS for name, guesses in attack(e)}


def wave_to_wave(first, second):
    """Does an answer of one wave lead to the same person's in the next? {name: pairs that are one person's}"""
    order = list(zip(range(len(first.answers)), range(len(second.answers))))
    by_id = [(a, b) for a, i in enumerate(first.ids) for b, j in enumerate(second.ids) if i == j]
    keyed = {'order': order, 'order, backwards': [(a, len(second.answers) - 1 - b) for a, b in order], 'same id': by_id}
    return {name: sum(first.who(first.answers[a]) == second.who(second.answers[b]) for a, b in pairs)
            for name, pairs in keyed.items()}
