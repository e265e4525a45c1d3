#!/usr/bin/python3
"""First form of the linkage attack. Two hundred people answer, each with a canary; the attacker has the database and its
journals copied after every ten answers and after closing, every link and the log, and tries to pair people with answers by
every order there is. Not more than five of two hundred may be hit."""
import hashlib
import os
import re
import shutil
import sqlite3
import unittest

from support.readiness import Browser
from support.scene import ANSWERS, scene

PEOPLE = 200


def canary(i):
    """An answer that names its giver: item values as digits of i, and a comment."""
    return dict(ANSWERS, role='front', lead1=1 + i % 5, lead2=1 + i // 5 % 5, lead3=1 + i // 25 % 5,
                lead4=1 + i // 125 % 5, obstacle='canary-%03d-comment' % i)


def who(answers):
    """The giver, read from a stored answer."""
    d = [int(v) for v in re.findall(r'"lead[1-4]":(\d)', answers)]
    return d[0] - 1 + 5 * (d[1] - 1) + 25 * (d[2] - 1) + 125 * (d[3] - 1)


class Linkage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = here = scene(staff=PEOPLE)
        cls.links = here.links('tale', 'personal')
        cls.tokens = [k['token'] for k in cls.links]
        cls.key_file = [os.path.join(here.path('var/keys'), f) for f in os.listdir(here.path('var/keys'))]
        cls.copies, cls.order = [], list(range(PEOPLE))
        for n, i in enumerate(cls.order):
            Browser(here.url, cookies=i % 2 == 0).fill(cls.tokens[i], canary(i))
            if n % 10 == 9:
                folder = here.path('copy%d' % n)
                shutil.copytree(here.path('var'), folder, ignore=shutil.ignore_patterns('control'))
                cls.copies.append(folder)
        here.run('wave', 'close', 'tale', '--yes')
        here.stop()
        database = sqlite3.connect(here.path('var/readiness.db'))
        cls.responses = [r[0] for r in database.execute('SELECT answers FROM response')]
        cls.ids = [r[0] for r in database.execute('SELECT id FROM response')]
        cls.comments = [r[0] for r in database.execute('SELECT text FROM comment ORDER BY id')]
        cls.comment_ids = [r[0] for r in database.execute('SELECT id FROM comment ORDER BY id')]
        cls.tickets = database.execute('SELECT hash, state, pseudonym FROM ticket').fetchall()
        database.close()

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def hits(self, guesses):
        """How many people are paired with their own answer when the k-th guess is the k-th response in stored order."""
        return sum(who(answers) == guess for answers, guess in zip(self.responses, guesses))

    def hash_of(self, token):
        return hashlib.blake2b(token.encode(), digest_size=32).digest()

    def test_everybody_is_there_and_the_attack_could_recognise_them(self):
        self.assertEqual(len(self.responses), PEOPLE)
        self.assertEqual(sorted(who(r) for r in self.responses), self.order)
        self.assertEqual(self.hits([who(r) for r in self.responses]), PEOPLE)

    def test_no_order_pairs_people_with_answers(self):
        by_hash = sorted(self.order, key=lambda i: self.hash_of(self.tokens[i]))
        stored_tickets = [h for h, _, _ in self.tickets]
        of_hash = {self.hash_of(t): i for i, t in enumerate(self.tokens)}
        by_mail = sorted(self.order, key=lambda i: self.links[i]['email'])
        alignments = {
            'time of answering': self.order,
            'time of answering, backwards': self.order[::-1],
            'order of the tickets': [of_hash[h] for h in stored_tickets if h in of_hash],
            'order of the hashes': by_hash,
            'order of the hashes, backwards': by_hash[::-1],
            'order of the tokens': sorted(self.order, key=lambda i: self.tokens[i]),
            'order of the addresses': by_mail,
            'order of the link list': list(range(PEOPLE)),
        }
        for copy in (self.copies[0], self.copies[len(self.copies) // 2], self.copies[-1]):
            database = sqlite3.connect(os.path.join(copy, 'readiness.db'))
            keys = [r[0] for r in database.execute('SELECT key FROM ballot')]
            database.close()
            alignments['order of the ballots in ' + os.path.basename(copy)] = [of_hash[k] for k in keys if k in of_hash]
        for name, guesses in alignments.items():
            self.assertLessEqual(self.hits(guesses), 5, name)

    def test_no_block_of_ten_between_two_copies_stays_together(self):
        """Answers of one backup interval must not lie beside each other after closing."""
        blocks = [who(r) // 10 for r in self.responses]
        neighbours = sum(a == b for a, b in zip(blocks, blocks[1:]))
        self.assertLess(neighbours, 30)  # by chance about 9

    def test_comments_do_not_lead_to_scores(self):
        comment_order = [int(re.search(r'canary-(\d+)', c).group(1)) for c in self.comments]
        self.assertEqual(len(comment_order), PEOPLE)
        self.assertLessEqual(self.hits(comment_order), 5)
        self.assertEqual(set(self.ids) & set(self.comment_ids), set())

    def test_nothing_was_readable_before_closing(self):
        for copy in self.copies:
            for folder, _, files in os.walk(copy):
                for name in files:
                    with open(os.path.join(folder, name), 'rb') as file:
                        content = file.read()
                    self.assertNotIn(b'canary-', content, name)
                    self.assertNotIn(b'"lead1"', content, name)

    def test_the_database_knows_no_token(self):
        for copy in self.copies[-1:] + [self.here.path('var')]:
            for name in ('readiness.db', 'readiness.db-wal'):
                path = os.path.join(copy, name)
                if os.path.exists(path):
                    with open(path, 'rb') as file:
                        content = file.read()
                    for token in self.tokens:
                        self.assertNotIn(token.encode(), content)

    def test_tickets_forget_who_answered_and_the_key_is_gone(self):
        self.assertEqual({state for _, state, _ in self.tickets}, {2})
        self.assertEqual({p for _, _, p in self.tickets}, {None})
        for path in self.key_file:
            self.assertFalse(os.path.exists(path), path)

    def test_no_residue_of_ballots_or_drafts_in_any_file(self):
        database = sqlite3.connect(os.path.join(self.copies[-1], 'readiness.db'))
        pieces = [r[0][200:264] for r in database.execute('SELECT sealed FROM ballot')]
        pieces += [r[0][200:264] for r in database.execute('SELECT content FROM draft')]
        database.close()
        self.assertGreaterEqual(len(pieces), PEOPLE)
        for folder, _, files in os.walk(self.here.path('var')):
            for name in files:
                with open(os.path.join(folder, name), 'rb') as file:
                    content = file.read()
                for piece in pieces:
                    self.assertNotIn(piece, content, name)

    def test_the_log_has_no_token_address_or_answer(self):
        with open(self.here.log) as file:
            log = file.read()
        for word in ('canary', '@', 'Mozilla') + tuple(self.tokens):
            self.assertNotIn(word, log)


class ConfidentialLinkage(unittest.TestCase):
    """In confidential mode a pseudonym links a person's waves for whoever holds the key directory, and for nobody else: not
    with the database of the open wave, the closed one, and every link together."""

    PEOPLE = 40

    @classmethod
    def setUpClass(cls):
        cls.here = here = scene(staff=cls.PEOPLE, mode='confidential')
        cls.tokens = [k['token'] for k in here.links('tale', 'personal')]
        for i, token in enumerate(cls.tokens):
            Browser(here.url).fill(token, canary(i))
        shutil.copytree(here.path('var'), here.path('open'), ignore=shutil.ignore_patterns('control', 'keys'))
        here.run('wave', 'close', 'tale', '--yes')
        here.run('wave', 'open', 'tale', '--label', 'Second')
        cls.second = [k['token'] for k in here.links('tale', 'personal')]
        here.stop()

    @classmethod
    def tearDownClass(cls):
        cls.here.__exit__()

    def tickets(self, path):
        database = sqlite3.connect(path)
        found = dict(database.execute('SELECT hash, pseudonym FROM ticket'))
        database.close()
        return found

    def responses(self):
        database = sqlite3.connect(self.here.path('var/readiness.db'))
        found = {p: a for p, a in database.execute('SELECT pseudonym, answers FROM response')}
        database.close()
        return found

    def attack(self, tokens, path):
        """How many tokens lead over a ticket's pseudonym to a response."""
        tickets, responses = self.tickets(path), self.responses()
        marks = [tickets.get(hashlib.blake2b(t.encode(), digest_size=32).digest()) for t in tokens]
        self.assertTrue(all(marks), 'the attack must see what the ticket carries')
        return sum(any(p in m or m in p for p in responses) for m in marks)

    def test_everybody_has_a_pseudonym_of_their_own(self):
        self.assertEqual(len(self.responses()), self.PEOPLE)
        self.assertNotIn(None, self.responses())

    def test_a_copy_of_the_open_wave_leads_to_no_response(self):
        self.assertEqual(self.attack(self.tokens, self.here.path('open/readiness.db')), 0)

    def test_nor_do_the_tickets_of_the_next_wave(self):
        self.assertEqual(self.attack(self.second, self.here.path('var/readiness.db')), 0)

    def test_no_pseudonym_stands_in_clear_in_any_copy_of_the_open_wave(self):
        for folder, _, files in os.walk(self.here.path('open')):
            for name in files:
                with open(os.path.join(folder, name), 'rb') as file:
                    content = file.read()
                for pseudonym in self.responses():
                    self.assertNotIn(pseudonym, content, name)


if __name__ == '__main__':
    unittest.main()
