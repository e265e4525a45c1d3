#!/usr/bin/python3
"""Several engines on a primary with a synchronous standby: thirty-two people at a time answer, each with a ledger of what was
acknowledged, and go to another engine when theirs does not answer. One engine is killed, then the primary, and the standby
takes over: whatever was acknowledged is there exactly once, and nothing is there twice.

READINESS_LONG=1 has many rounds: the old primary comes back as the standby of the new one, and everything again, at random
moments. The seed is printed, and taken from READINESS_SEED. The same ledgers find out a standby that nobody waited for."""
import collections
import http.client
import json
import os
import random
import signal
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import LONG, damage  # noqa: E402
from support.front import Nginx  # noqa: E402
from support.ledgers import Sender, answered, doubled, found_after_closing, is_thanks, lost, prepared, said  # noqa: E402
from support.postgres import Pair  # noqa: E402
from support.readiness import Browser, PROGRAM, free_port  # noqa: E402

ENGINES, CLIENTS = 3, 32
ROUNDS, STAFF, PAUSE = (25, 80000, 1.0) if LONG else (1, 6000, 0.2)  # the longest between two answers of one client
SEED = int(os.environ.get('READINESS_SEED', '20261123'))
TWICE_ONE_IN = 10  # who sends what was acknowledged once more, to another engine: nobody knows why
PATIENCE = 120  # seconds without an answer after which a test gives up


class SecureSender(Sender):
    """To the proxy, which everybody else trusts."""

    def connect(self):
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection('127.0.0.1', self.port, timeout=60, context=trusting)


class Client(threading.Thread):
    """Answers with links of its own, one after the other, each until it is acknowledged by one of the engines."""

    def __init__(self, number, senders, links, stop, twice):
        super().__init__(daemon=True)
        self.moment, self.at, self.links, self.stop = random.Random(SEED + number), number, links, stop
        self.senders, self.twice = senders, twice
        self.ledger, self.tried, self.odd = {}, set(), collections.Counter()  # number -> the engine; those sent at all
        self.elsewhere = self.again = 0

    def send(self, token, number):
        """True when it was acknowledged; otherwise the next one is sent to another engine."""
        self.tried.add(number)
        try:
            answer = self.senders[self.at % len(self.senders)].send(token, number)
            if is_thanks(*answer):
                return True
            self.odd[said(*answer)] += 1
        except (OSError, http.client.HTTPException):
            pass
        self.at += 1
        return False

    def run(self):
        for number, token in self.links:
            tries = 0
            while not self.stop.is_set():
                tries += 1
                if self.send(token, number):
                    self.ledger[number] = self.at % len(self.senders)
                    self.elsewhere += tries > 1
                    break
                time.sleep(0.02)
            if self.stop.is_set():
                break
            if self.twice and self.moment.random() * TWICE_ONE_IN < 1:
                self.at += 1
                self.again += self.send(token, number)
            time.sleep(self.moment.random() * PAUSE)
        for sender in self.senders:
            sender.hang_up()


class Crowd:
    """Thirty-two clients, and what is written in their ledgers."""

    def __init__(self, urls, links, twice=True, sender=Sender):
        self.stop = threading.Event()
        ports = [int(url.rsplit(':', 1)[1]) for url in urls]
        self.clients = [Client(i, [sender(port) for port in ports], links[i::CLIENTS], self.stop, twice)
                        for i in range(CLIENTS)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for client in self.clients:
            client.join()

    def ledger(self):
        return {number: engine for client in self.clients for number, engine in list(client.ledger.items())}

    def sum(self, what):
        return sum(getattr(client, what) for client in self.clients)

    def odd(self):
        return sum((client.odd for client in self.clients), collections.Counter())

    def wait_for(self, n, engine=None):
        """So many more are acknowledged (by this engine)."""
        def count():
            return sum(engine is None or by == engine for by in self.ledger().values())
        wanted, end = count() + n, time.time() + PATIENCE
        while count() < wanted:
            if time.time() > end:
                raise AssertionError('%d of %d were acknowledged; %s' % (count(), wanted, self.odd()))
            time.sleep(0.02)


class Standby(unittest.TestCase):
    def setUp(self):
        self.moment = random.Random(SEED)
        self.pair = Pair()
        self.addCleanup(self.pair.remove)
        self.here = prepared(STAFF, store=self.pair)
        self.addCleanup(self.here.__exit__)
        self.engines = [self.here] + [self.here.another() for _ in range(ENGINES - 1)]
        for engine in self.engines:
            engine.environment['READINESS_SERVER_LISTEN'] = '127.0.0.1:%d' % free_port()
            engine.serve()
        self.urls = [engine.url for engine in self.engines]
        self.links = list(enumerate(row['token'] for row in self.here.links('tale', 'personal')))

    def pause(self, longest):
        time.sleep(self.moment.random() * longest)

    def wait_for_health(self, word):
        """What a monitor is told by each engine."""
        end = time.time() + PATIENCE
        for engine in self.engines:
            while Browser(engine.url).get('/healthz').text.strip() != word:
                self.assertLess(time.time(), end, word)
                time.sleep(0.2)

    def doctor(self, engine=None):
        """What it finds wanting."""
        engine = engine or self.here
        done = subprocess.run([PROGRAM, 'doctor', '--format', 'json'], cwd=engine.folder, env=engine.environment,
                              stdout=subprocess.PIPE, text=True)
        return {line['code'] for line in json.loads(done.stdout) if line['state'] in ('wrong', 'attention')}

    def busiest(self):
        """The engine that has worked most in this moment."""
        def used(engine):
            with open('/proc/%d/stat' % engine.server.pid) as file:
                return sum(int(n) for n in file.read().rsplit(')', 1)[1].split()[11:13])
        alive = [engine for engine in self.engines if engine.server]
        before = [used(engine) for engine in alive]
        time.sleep(0.5)
        return max(zip(alive, before), key=lambda e: used(e[0]) - e[1])[0]

    def check(self, crowd, refusals=(503,), closing=None):
        """Before and after the wave is closed, through one of the engines."""
        ledger, closing = crowd.ledger(), closing or self.engines[1]
        stored = answered(self.here)
        ballots, spent = self.here.query('SELECT (SELECT count(*) FROM ballot), (SELECT count(*) FROM ticket WHERE state = 1)')[0]
        self.assertEqual((ballots, spent), (stored, stored))
        closing.run('verify')
        found = found_after_closing(closing)
        tried = set().union(*(client.tried for client in crowd.clients))
        self.figures = ('acknowledged %d (by each engine %s), lost %d, doubled %d, stored but never acknowledged %d, acknowledged'
                        ' elsewhere %d, sent again though acknowledged %d, refused %d, seed %d' % (
                            len(ledger), sorted(collections.Counter(ledger.values()).values()), len(lost(ledger, found)),
                            len(doubled(found)), len(set(found) - set(ledger)), crowd.sum('elsewhere'), crowd.sum('again'),
                            sum(crowd.odd().values()), SEED))
        print(self.figures, flush=True)
        self.assertEqual(doubled(found), [])
        self.assertLessEqual(set(found), tried)
        self.assertEqual((len(found), self.here.query('SELECT count(*) FROM response')[0][0]), (stored, stored),
                         closing.closed + self.figures)
        self.assertEqual([odd for odd in crowd.odd() if odd[0] not in refusals], [], crowd.odd())
        closing.run('verify')
        self.assertIsNone(damage(self.here))
        return ledger, found

    def test_with_an_engine_and_then_the_primary_killed_every_acknowledged_answer_is_there_exactly_once(self):
        with Crowd(self.urls, self.links) as crowd:
            for i in range(ROUNDS):
                victim = i % ENGINES
                crowd.wait_for(200)
                self.pause(1)
                self.engines[victim].stop(signal.SIGKILL)
                crowd.wait_for(200)
                self.pause(1)
                self.pair.fail_over()
                crowd.wait_for(200)
                self.engines[victim].serve()  # it finds out by itself which of the two is the primary now
                crowd.wait_for(50, engine=victim)
                if i + 1 < ROUNDS:
                    self.pair.follow()
            for i in range(ENGINES):
                crowd.wait_for(20, engine=i)
        ledger, found = self.check(crowd)
        self.assertEqual(lost(ledger, found), [])
        self.assertGreater(crowd.sum('elsewhere'), 0, 'the kills met nobody')
        self.assertGreater(crowd.sum('again'), 0)

    def test_behind_the_proxy_nobody_needs_to_know_of_the_engines(self):
        proxy = Nginx(*[url.split('/')[2] for url in self.urls])
        self.addCleanup(proxy.stop)
        with Crowd([proxy.url], self.links, sender=SecureSender) as crowd:
            for _ in range(ENGINES - 1):  # all who come from one place go to one engine
                crowd.wait_for(100)
                self.busiest().stop(signal.SIGKILL)
            crowd.wait_for(100)
        ledger, found = self.check(crowd, refusals=(502, 503), closing=self.busiest())
        self.assertEqual(lost(ledger, found), [])

    def test_while_the_standby_is_away_nothing_is_acknowledged_and_then_everything_is(self):
        with Crowd(self.urls, self.links) as crowd:
            crowd.wait_for(100)
            self.pair.standby.stop(signal.SIGQUIT)
            time.sleep(1)
            before = crowd.ledger()
            self.wait_for_health('failing: database')
            self.assertEqual(Browser(self.here.url).get('/privacy').status, 200)  # who only reads is not disturbed
            self.assertIn('server_standby_away', self.doctor())
            self.assertIn('server_standby_away', self.doctor(self.here.another()))  # without an engine of its own
            self.assertEqual(crowd.ledger(), before)
            self.pair.standby.start()
            crowd.wait_for(200)
            self.wait_for_health('ok')
            self.assertFalse({'server_standby_away', 'server_standby'} & self.doctor())
            self.pair.fail_over()  # and the standby has it
            self.assertIn('server_standby', self.doctor())
            crowd.wait_for(100)
        ledger, found = self.check(crowd)
        self.assertEqual(lost(ledger, found), [])

    @unittest.skipUnless(LONG, 'it takes half a minute until the server gives it up')
    def test_an_engine_that_stands_still_with_the_turn_loses_it_and_comes_back(self):
        with Crowd(self.urls, self.links) as crowd:
            crowd.wait_for(100)
            frozen, counted = self.engines[0].server, -1
            while counted != len(crowd.ledger()):  # until it has the turn: nobody else gets on
                frozen.send_signal(signal.SIGCONT)
                time.sleep(0.2)
                frozen.send_signal(signal.SIGSTOP)
                time.sleep(0.5)
                counted = len(crowd.ledger())
                time.sleep(1)
            crowd.wait_for(100)
            frozen.send_signal(signal.SIGCONT)
            crowd.wait_for(50, engine=0)
        ledger, found = self.check(crowd)
        self.assertEqual(lost(ledger, found), [])

    def test_the_ledgers_find_out_a_standby_that_nobody_waited_for(self):
        with Crowd(self.urls, self.links, twice=False) as crowd:
            crowd.wait_for(100)
            self.pair.cut()
            crowd.wait_for(200)
            self.pair.fail_over()
            crowd.wait_for(50)
        ledger, found = self.check(crowd)
        self.assertGreater(len(lost(ledger, found)), 100)


if __name__ == '__main__':
    unittest.main()
