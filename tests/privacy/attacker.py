"""The attacker of the linkage test. He holds what the promise grants him: the database with its journals, copied again and
again while people answered and after closing; every link with the address it went to; every log line. Not the key folder.
Each attack pairs people with answers in its own way and says, for every person, which answer it takes for theirs. What he has
of the files, and the ways that go below SQL, are the stores' own: insider_sqlite.py, insider_postgres.py."""
import hashlib
import re


def of_token(token):
    return hashlib.blake2b(token.encode(), digest_size=32).digest()


class Evidence:
    """`links`: the link list of the wave, in the order in which people answered; `insider`: the copies; `who(answers)`: tells
    the giver of a stored answer, by what was planted in it. Only hits() asks that."""

    def __init__(self, links, insider, who, wave=None):
        self.links, self.insider, self.who = links, insider, who
        self.tokens = [link['token'] for link in links]
        self.people = list(range(len(links)))
        self.holder = {of_token(token): i for i, token in enumerate(self.tokens)}
        found = wave or insider.now('SELECT id, answers FROM response ORDER BY wave, organisation, id')
        self.ids, self.answers = [r[0] for r in found], [r[1] for r in found]
        self.place = {id: i for i, id in enumerate(self.ids)}

    def by_hash(self):
        return sorted(self.people, key=lambda i: of_token(self.tokens[i]))

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


def time_of_answering(e):
    yield 'order of answering, forwards', e.in_order(e.people)
    yield 'order of answering, backwards', e.in_order(e.people[::-1])


def order_of_keys(e):
    yield 'order of the hashes', e.in_order(e.by_hash())
    yield 'order of the hashes, backwards', e.in_order(e.by_hash()[::-1])
    yield 'order of the tokens', e.in_order(sorted(e.people, key=lambda i: e.tokens[i]))
    yield 'order of the addresses', e.in_order(sorted(e.people, key=lambda i: e.links[i]['email']))


def order_within_pages(e):
    """{by what: correlation, 0 to 1, between the order in which answers lie in their page and an order the attacker knows};
    the mean over pages, by rank (Spearman)."""
    by_hash = {person: i for i, person in enumerate(e.by_hash())}
    found = {'time': [], 'hash': []}
    for people in e.insider.in_pages(e).values():
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
    for copy in e.insider.copies:
        found = e.insider.ballots(copy)
        guesses += [(e.holder[key], readable(e, sealed)) for key, sealed in found if key in e.holder]
        orders[copy] = [e.holder[key] for key, _ in found if key in e.holder]
    yield 'ballots read in the copies', guesses
    for copy in (e.insider.copies[len(e.insider.copies) // 2], e.insider.copies[-1]):
        yield 'order of the ballots in ' + copy, e.in_order(orders[copy])


def sizes_of_ballots(e):
    return {e.holder[key]: len(sealed) for key, sealed in e.insider.ballots(e.insider.copies[-1]) if key in e.holder}


def sizes(e):
    """The longest ballot belongs to the longest answer, and the next, and the next."""
    found = sizes_of_ballots(e)
    answers = sorted(range(len(e.answers)), key=lambda i: len(e.answers[i]))
    people = sorted(found, key=lambda i: found[i])
    yield 'sizes of ballots and answers', list(zip(people, answers)) if len(set(found.values())) > 1 else []


def sizes_and_comments(e):
    """The longest ballot belongs to the longest comment, and so on; scored as the comment's giver."""
    found = sizes_of_ballots(e)
    texts = sorted((r[0] for r in e.insider.now('SELECT text FROM comment')), key=len)
    people = sorted(found, key=lambda i: found[i])
    if len(set(found.values())) > 1:
        return sum(bool(re.search(r'canary-%03d-' % p, t)) for p, t in zip(people, texts))
    return 0


def drafts(e):
    """What people had typed before they sent it, and in which order they began."""
    shown, order = [], []
    for copy in e.insider.copies:
        for key, content in e.insider.drafts(copy):
            if key in e.holder:
                shown.append((e.holder[key], readable(e, content)))
                order.append(e.holder[key])
    yield 'drafts under a key that is known', shown
    yield 'order of the drafts', e.in_order(order)


def left_over(e):
    """Whatever still stands anywhere in the files after closing: a hash beside an answer, in the order of the file."""
    guesses = []
    for _, content in e.insider.kept_in([e.insider.folder('closed')]):
        spots = sorted((m.start(), person) for h, person in e.holder.items() for m in re.finditer(re.escape(h), content))
        texts = [(m.start(), m.group()) for m in re.finditer(rb'\{"(?:role|lead1)":[^}]*\}', content)]
        at = 0
        for spot, person in spots:
            while at < len(texts) and texts[at][0] < spot:
                at += 1
            if at < len(texts) and texts[at][0] - spot < 600:
                guesses.append((person, readable(e, texts[at][1])))
    yield 'answers beside hashes in what is left', guesses


def comments_to_scores(e):
    """A comment's giver is known by its words: does its id, or its place, lead to the answer?"""
    found = e.insider.now('SELECT id, text FROM comment ORDER BY wave, organisation, question, id')
    givers = [int(re.search(r'canary-(\d+)', text).group(1)) for _, text in found]
    yield 'place of the comment', e.in_order(givers)
    yield 'id of the comment', [(g, e.place.get(id, -1)) for g, (id, _) in zip(givers, found)]
    nearest = sorted(range(len(e.ids)), key=lambda i: e.ids[i])
    order = sorted(range(len(found)), key=lambda i: found[i][0])
    yield 'rank of the comment\'s id', [(givers[c], a) for c, a in zip(order, nearest)]


ATTACKS = [time_of_answering, order_of_keys, ballots_in_copies, sizes, drafts, left_over, comments_to_scores]


def attack(e, ways):
    """{name of the alignment: hits}; `ways` are the store's own."""
    return {name: e.hits(guesses) for attack in ATTACKS + ways for name, guesses in attack(e)}


def wave_to_wave(first, second):
    """Does an answer of one wave lead to the same person's in the next? {name: pairs that are one person's}"""
    order = list(zip(range(len(first.answers)), range(len(second.answers))))
    by_id = [(a, b) for a, i in enumerate(first.ids) for b, j in enumerate(second.ids) if i == j]
    keyed = {'order': order, 'order, backwards': [(a, len(second.answers) - 1 - b) for a, b in order], 'same id': by_id}
    return {name: sum(first.who(first.answers[a]) == second.who(second.answers[b]) for a, b in pairs)
            for name, pairs in keyed.items()}
