#!/usr/bin/python3
"""What a PostgreSQL server keeps besides the tables. After closing, with the settings that `readiness doctor` asks for, nothing
of ballots, drafts and links is in any of its files or a standby's: also not in the journal, after one checkpoint. A wave is not
closed while anything at all makes the server keep old versions of rows. And what the archived journal of an open wave tells:
that somebody answered, when, and in how many steps; never what."""
import contextlib
import datetime
import os
import random
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import attacker  # noqa: E402
import insider_postgres  # noqa: E402
import test_linkage  # noqa: E402
from support import postgres, smtp  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import scene  # noqa: E402

PEOPLE = 30
ADVISED = {'wal_recycle': 'off', 'shared_preload_libraries': 'pg_stat_statements'}


def state(here):
    return here.query('SELECT state FROM wave')[0][0]


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.1)
    return what()


def found_in(folder, pieces):
    """Files below a folder that have one of these pieces."""
    found = set()
    for place, _, files in os.walk(folder):
        for name in files:
            content = b''
            with contextlib.suppress(OSError), open(os.path.join(place, name), 'rb') as file:  # sockets; what is gone again
                content = file.read()
            if any(piece in content for piece in pieces):
                found.add(os.path.relpath(os.path.join(place, name), folder))
    return found


def started(test, **settings):
    """A server that goes with the class, also when something fails before its first test."""
    server = postgres.Server(**settings)
    test.addClassCleanup(server.remove)
    return server


def with_own_role(server):
    """The program has a role that owns its databases, and may finish a segment of the journal; no more."""
    server.sql('CREATE ROLE staff LOGIN')
    make = server.new_database

    def new_database():
        name = make()
        server.sql('ALTER DATABASE %s OWNER TO staff' % name)
        server.sql('GRANT EXECUTE ON FUNCTION pg_switch_wal() TO staff', name)
        return name
    server.new_database = new_database
    server.url = lambda database: 'postgresql://staff@/%s?host=%s&folder=var' % (database, server.folder)
    return server


class Residue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = with_own_role(started(cls, **ADVISED))
        cls.standby = started(cls, of=cls.server, **ADVISED)
        cls.server.sql('CREATE EXTENSION pg_stat_statements')
        cls.here = here = scene(staff=PEOPLE, store=cls.server)
        cls.addClassCleanup(here.__exit__)
        cls.links = here.links('tale', 'personal')
        for n, link in enumerate(cls.links[:-1]):
            Browser(here.url).fill(link['token'], test_linkage.canary(n))
        browser = Browser(here.url)  # somebody who does not come to the end
        browser.fill(cls.links[-1]['token'], test_linkage.canary(PEOPLE - 1), stop_at='skill1')
        cls.pieces = [content[200:264] for table, column in (('ballot', 'sealed'), ('draft', 'content'))
                      for content, in here.query('SELECT %s FROM %s' % (column, table))]
        cls.hashes = [attacker.of_token(link['token']) for link in cls.links]
        cls.follow()
        cls.before = {server: found_in(server.folder, cls.pieces) for server in (cls.server, cls.standby)}
        here.run('wave', 'close', 'tale', '--yes')
        wait_for(lambda: state(here) == 2)
        cls.follow()

    @classmethod
    def follow(cls):
        """As the server and its standby do by themselves every few minutes."""
        cls.server.sql('CHECKPOINT')
        postgres.Pair.wait(cls.standby, "SELECT 1 WHERE pg_last_wal_replay_lsn() >= '%s'" %
                           cls.server.sql('SELECT pg_current_wal_lsn()')[0][0])
        cls.standby.sql('CHECKPOINT')

    def test_the_search_finds_what_is_there(self):
        self.assertEqual(len(self.pieces), PEOPLE)
        for files in self.before.values():
            self.assertTrue(any('base' in name for name in files), files)
            self.assertTrue(any('pg_wal' in name for name in files), files)

    def test_nothing_of_ballots_and_drafts_is_in_any_file_of_the_server_or_of_its_standby(self):
        self.assertEqual(state(self.here), 2)
        for server in (self.server, self.standby):
            self.assertEqual(found_in(server.folder, self.pieces), set())

    def test_nor_is_any_link(self):
        tokens = [link['token'].encode() for link in self.links]
        for server in (self.server, self.standby):
            self.assertEqual(found_in(server.folder, tokens), set())

    def test_the_log_and_the_statistics_of_statements_have_no_value_of_anybody(self):
        told = '\n'.join(row[0] for row in self.server.sql('SELECT query FROM pg_stat_statements'))
        self.assertIn('INSERT INTO ballot', told)
        for server in (self.server, self.standby):
            with open(os.path.join(server.folder, 'log'), encoding='utf-8', errors='replace') as file:
                told += file.read()
        self.assertIn('checkpoint', told)
        for word in ['canary', '@north'] + [h.hex() for h in self.hashes] + [link['token'] for link in self.links]:
            self.assertFalse(word in told, word)


class Held(unittest.TestCase):
    """Whatever makes the server keep old versions of rows keeps the wave from counting as closed, and only so long."""

    @classmethod
    def setUpClass(cls):
        cls.server = with_own_role(started(cls))

    def close_one(self):
        here = scene(staff=6, store=self.server)
        self.addCleanup(here.__exit__)
        for n, link in enumerate(here.links('tale', 'personal')):
            Browser(here.url).fill(link['token'], test_linkage.canary(n))
        pieces = [sealed[200:264] for sealed, in here.query('SELECT sealed FROM ballot')]
        return here, pieces

    def stays_open_until(self, here, pieces, end):
        """It is emptied, and not closed until `end` has been called; then nothing of it is left."""
        here.run('wave', 'close', 'tale', '--yes')
        time.sleep(1)
        self.server.sql('CHECKPOINT')
        left = found_in(os.path.join(self.server.data, 'base'), pieces)
        self.assertEqual(state(here), 1, left)
        end()
        self.assertTrue(wait_for(lambda: state(here) == 2))
        self.server.sql('CHECKPOINT')
        self.assertEqual(found_in(os.path.join(self.server.data, 'base'), pieces), set())

    def test_somebody_who_reads_on_a_standby_that_says_so(self):
        standby = postgres.Server(of=self.server, hot_standby_feedback='on', wal_receiver_status_interval='1s')
        self.addCleanup(standby.remove)
        here, pieces = self.close_one()
        postgres.Pair.wait(standby, "SELECT 1 WHERE pg_last_wal_replay_lsn() >= '%s'" %
                           self.server.sql('SELECT pg_current_wal_lsn()')[0][0])
        with standby.half_read(here.database) as end:
            postgres.Pair.wait(self.server, 'SELECT 1 FROM pg_stat_replication WHERE backend_xmin IS NOT NULL')
            time.sleep(2)
            self.stays_open_until(here, pieces, end)

    def test_a_server_that_is_told_to_put_cleaning_off(self):
        if not self.server.sql("SELECT 1 FROM pg_settings WHERE name = 'vacuum_defer_cleanup_age'"):
            self.skipTest('this version has no such setting')
        self.server.set(vacuum_defer_cleanup_age='100000')
        self.addCleanup(self.server.set, vacuum_defer_cleanup_age='0')
        here, pieces = self.close_one()
        self.stays_open_until(here, pieces, lambda: self.server.set(vacuum_defer_cleanup_age='0'))

    def test_a_slot_that_a_standby_has_left(self):
        standby = postgres.Server(of=self.server, hot_standby_feedback='on', wal_receiver_status_interval='1s',
                                  primary_slot_name='left')
        self.server.sql("SELECT pg_create_physical_replication_slot('left', true)")
        postgres.Pair.wait(self.server, "SELECT 1 FROM pg_replication_slots WHERE xmin IS NOT NULL")
        standby.remove()
        here, pieces = self.close_one()
        postgres.Pair.wait(self.server, 'SELECT 1 FROM pg_replication_slots WHERE NOT active')
        self.stays_open_until(here, pieces, lambda: self.server.sql("SELECT pg_drop_replication_slot('left')"))


class Film(unittest.TestCase):
    """The archived journal of a wave that is open, with all links and all tables beside it. What it tells is written in
    docs/operator.md, and is tested here in both directions: that it is so, and that it is all."""

    @classmethod
    def setUpClass(cls):
        cls.mail = smtp.Server()
        cls.mail.delay = 0.03  # seconds, as a server elsewhere needs
        settings = dict(cls.mail.settings(), server_public_url='http://127.0.0.1:9')
        cls.addClassCleanup(cls.mail.close)
        cls.server = started(cls, **insider_postgres.ARCHIVING)
        cls.here = here = scene(staff=PEOPLE, store=cls.server, **settings)
        cls.addClassCleanup(here.__exit__)
        here.run('send', 'tale', 'invitations', '--per-minute', '60000')
        cls.insider = insider_postgres.Insider(here)
        cls.addClassCleanup(cls.insider.remove)
        cls.links = here.links('tale', 'personal')
        cls.holders = {attacker.of_token(link['token']): n for n, link in enumerate(cls.links)}
        cls.order = list(range(PEOPLE))
        random.Random(4).shuffle(cls.order)
        cls.answer(cls.order[:PEOPLE // 2])
        here.run('send', 'tale', 'reminders', '--per-minute', '6000')
        cls.answer(cls.order[PEOPLE // 2:-4])
        cls.insider.copy('open', last=True)
        cls.film = list(cls.insider.journal('open'))
        cls.moments = {number: record.moment for record in cls.film if record.moment for number in record.committed}
        cls.whole = {number: record.transaction for record in cls.film if record.moment for number in record.committed}
        cls.invitations = [email for email, in here.query(
            'SELECT p.email FROM invitation i JOIN person p ON p.id = i.person WHERE i.kind = 1 ORDER BY i.id')]
        here.run('wave', 'close', 'tale', '--yes')
        cls.insider.close()

    @classmethod
    def answer(cls, people):
        for n in people:
            Browser(cls.here.url).fill(cls.links[n]['token'], dict(test_linkage.canary(n), role='front' if n % 3 else 'lead'))

    def of(self, table):
        return [record for record in self.film if self.insider.is_of(table, record)]

    def test_it_tells_who_answered_in_which_order_and_when(self):
        seen = sorted((self.moments[record.transaction], self.holder(record)) for record in self.of('ballot')
                      if record.manager == 'Heap' and record.said.startswith('INSERT'))
        self.assertEqual([n for _, n in seen], self.order[:-4])

    def test_it_tells_nothing_of_what_was_answered(self):
        self.assertGreater(sum(len(record.data) for record in self.film), PEOPLE * 8192)
        for record in self.film:
            self.assertFalse(b'canary-' in record.data or b'"lead1"' in record.data, record.said)

    def test_all_ballots_leave_the_same_records(self):
        """But for whole pages, which the server writes when it touches one for the first time after a checkpoint."""
        shapes = {}
        for record in self.of('ballot') + self.of('toast of ballot'):
            if record.transaction and record.manager == 'Heap' and record.said.startswith('INSERT') and 'FPW' not in record.said:
                shapes.setdefault(record.transaction, []).append(len(record.data))
        whole = [tuple(sorted(lengths)) for lengths in shapes.values() if len(lengths) == max(map(len, shapes.values()))]
        self.assertGreater(len(whole), PEOPLE // 3)
        self.assertGreater(len(whole[0]), 1)
        self.assertEqual(len({lengths[:-1] for lengths in whole}), 1)  # the last one may open a new page
        self.assertEqual(len({lengths[-1] for lengths in whole}), 1)

    def test_it_tells_how_many_pages_each_person_sent(self):
        """A draft is kept after each page, under a key that names nobody, and is removed with the ballot. So it tells who was
        shown a page that depends on an earlier answer, here by those who lead: docs/operator.md says what follows."""
        people = {self.whole[record.transaction]: self.holder(record) for record in self.of('ballot')
                  if record.said.startswith('INSERT') and self.holder(record) is not None}
        saves, steps = set(), {}
        for record in self.of('draft'):
            number = self.whole.get(record.transaction)
            if record.said.startswith('DELETE') and number in people:
                steps[people[number]], saves = len(saves), set()  # one after the other here; else by the place of the row
            elif record.manager == 'Heap' and number:
                saves.add(number)
        self.assertEqual(set(steps), set(self.order[:-4]))
        self.assertEqual({n for n in steps if steps[n] > min(steps.values())}, {n for n in steps if n % 3 == 0})

    def holder(self, record):
        return next((n for key, n in self.holders.items() if key in record.data), None)

    def test_it_tells_by_the_clock_whom_a_reminder_spared(self):
        """Each delivery is claimed in one commit and ended in another; where no mail had to be sent, at once. The server of the
        mails knows the same. Afterwards nothing of it is in the tables."""
        commits = []
        for record in self.of('delivery'):
            if record.manager == 'Heap' and 'UPDATE' in record.said and self.moments.get(record.transaction) not in commits:
                commits.append(self.moments[record.transaction])
        moments = [datetime.datetime.fromisoformat(m[:26]).timestamp() for m in commits[-2 * PEOPLE - 1:-1]]
        gaps = {email: moments[2 * k + 1] - moments[2 * k] for k, email in enumerate(self.invitations)}
        answered = {self.links[n]['email'] for n in self.order[:PEOPLE // 2]}
        guessed = set(sorted(gaps, key=gaps.get)[:len(answered)])
        print('film: %d of %d whom a reminder spared are known by its clock' % (len(guessed & answered), len(answered)), flush=True)
        self.assertGreater(len(guessed & answered), len(answered) * 2 // 3)
        rows = self.here.query('SELECT DISTINCT d.xmin, d.state, d.attempts, d.sentence, d.moment FROM delivery d JOIN mailing m'
                               ' ON m.id = d.mailing WHERE m.kind = 1')
        self.assertEqual(len(rows), 1, rows)

    def test_who_answered_before_the_reminder_is_not_told_by_the_closed_tables(self):
        """Answers of those who came early do not lie, and are not numbered, apart from those who came late."""
        early = set(self.order[:PEOPLE // 2])
        for where in ('base', 'standby'):
            rows = self.insider.versions('closed', 'response', where)
            self.assertEqual(len({row.xmin for row in rows}), 1)
            answers = dict(self.insider.now('SELECT id, answers FROM response ORDER BY wave, organisation, id'))
            came = [test_linkage.who(answers[row.values[2]]) in early for row in rows]
            self.assertEqual(len(came), PEOPLE - 4)
            changes = sum(a != b for a, b in zip(came, came[1:]))
            self.assertGreater(changes, 4)  # by chance about 12; 1 if they lay apart


if __name__ == '__main__':
    unittest.main()
