#!/usr/bin/python3
"""kill -9 under load: people answer over HTTP and keep a ledger of what was acknowledged to them, while the server is killed
at random moments and started again on the same database; on PostgreSQL that one's server too (as pg_ctl stop -m immediate). At
the end the wave is closed, and every acknowledged answer is there exactly once.

The short form kills 50 times; READINESS_LONG=1 kills 1,000 times, with at least 50,000 acknowledged answers. The seed of the
moments is printed, and taken from READINESS_SEED. The same ledgers find out a server that acknowledges too early (hasty.c)."""
import collections
import http.client
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import unittest
import unittest.mock

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import postgres, readiness  # noqa: E402
from support.faults import LONG, damage  # noqa: E402
from support.ledgers import (  # noqa: E402
    Sender, answered, answers_of, doubled, found_after_closing, is_thanks, lost, prepared, said)
from support.readiness import Browser, Failed, PROGRAM, free_port  # noqa: E402

KILLS, ACKNOWLEDGED = (1000, 50000) if LONG else (50, 1500)
CLIENTS, STAFF = 4, 160000 if LONG else 16000
SLOW_ONE_IN = 20  # who goes page by page, with a draft after each; the others send everything at once
SEED = int(os.environ.get('READINESS_SEED', '20270131'))


def answer_all(port, mine, stop, out):
    """One client: its share of the links, one after the other, each until it is acknowledged. Leaves a ledger: number ->
    how often it was tried."""
    sender, ledger, odd, dropped = Sender(port), {}, collections.Counter(), None
    for number, token in mine:
        tries = 0
        browser = Browser('http://127.0.0.1:%d' % port) if number % SLOW_ONE_IN == 0 else None
        while True:
            if stop.is_set() and tries == 0:
                break
            tries += 1
            try:
                if browser:
                    page = browser.fill(token, answers_of(number))
                    status, text = page.status, page.text
                else:
                    status, text = sender.send(token, number)
                if is_thanks(status, text):
                    ledger[number] = tries
                    break
                odd[said(status, text)] += 1
            except (OSError, http.client.HTTPException, Failed, TypeError) as trouble:  # nobody there, or not any more
                dropped = trouble
            if stop.is_set():  # sent but never acknowledged: it may be there or not
                break
            time.sleep(0.01)
        if stop.is_set():
            break
    out.put((ledger, dict(odd), repr(dropped)))


class Killing:
    """Kills a server while people answer, and counts."""

    def __init__(self, program, kills, acknowledged):
        self.program, self.least_kills, self.least_acknowledged = program, kills, acknowledged
        self.moment, self.port, self.kills, self.early = random.Random(SEED), free_port(), 0, 0
        self.databases = 0

    def start(self, here):
        """True when the server came up; a few are killed before."""
        if self.moment.random() < 0.1:
            with open(here.path('early.log'), 'a') as log:
                process = subprocess.Popen([self.program, 'serve'], cwd=here.folder, env=here.environment, stdout=log, stderr=log)
            time.sleep(self.moment.random() * 0.05)
            process.kill()
            process.wait()
            return False
        here.serve()
        return True

    def kill_once(self, here):
        """The server; of a database that is one itself, at times that one, while the server goes on."""
        if here.store and self.moment.random() < 0.2:
            here.store.stop(signal.SIGQUIT)
            here.store.start()
            self.kills, self.databases = self.kills + 1, self.databases + 1
            return
        here.stop(signal.SIGKILL)
        self.kills += 1
        while not self.start(here):
            self.kills, self.early = self.kills + 1, self.early + 1

    def kill(self, here, clients):
        """Until there were enough kills and answers."""
        counted, pause, next_count = 0, 0.06, 25
        while self.kills < self.least_kills or counted < self.least_acknowledged:
            time.sleep(self.moment.random() * 2 * pause)
            self.kill_once(here)
            if self.kills >= next_count:
                next_count = self.kills + 25
                counted = answered(here)
                behind = counted * self.least_kills < self.least_acknowledged * self.kills
                pause = min(1.5, pause * 1.4) if behind else max(0.02, pause / 1.4)
                if not any(c.is_alive() for c in clients):
                    break

    def under_load(self, here):
        """The clients' ledgers, and answers that were none of those that are allowed."""
        here.environment['READINESS_SERVER_LISTEN'] = '127.0.0.1:%d' % self.port
        links = list(enumerate(r['token'] for r in here.links('tale', 'personal')))
        stop, out = multiprocessing.Event(), multiprocessing.Queue()
        clients = [multiprocessing.Process(target=answer_all, args=(self.port, links[i::CLIENTS], stop, out)) for i in range(CLIENTS)]
        here.serve()
        for c in clients:
            c.start()
        self.kill(here, clients)
        stop.set()
        self.ledger, self.odd = {}, collections.Counter()
        for _ in clients:
            ledger, strange, _dropped = out.get(timeout=60)
            self.ledger.update(ledger)
            self.odd.update(strange)
        for c in clients:
            c.join()

    def close(self, here):
        """Closes the wave and compares it with the ledgers."""
        self.found = found_after_closing(here)
        self.lost, self.doubled = lost(self.ledger, self.found), doubled(self.found)
        self.retried = sum(1 for tries in self.ledger.values() if tries > 1)


def setUpModule():
    if postgres.wanted():
        postgres.shared(fsync='on')


class KilledUnderLoad(unittest.TestCase):
    def test_every_acknowledged_answer_is_there_exactly_once(self):
        begun, killing = time.time(), Killing(PROGRAM, KILLS, ACKNOWLEDGED)
        with prepared(STAFF) as here:
            killing.under_load(here)
            stored = answered(here)
            ballots, spent = here.query('SELECT (SELECT count(*) FROM ballot), (SELECT count(*) FROM ticket WHERE state = 1)')[0]
            here.stop(signal.SIGKILL)
            self.assertIsNone(damage(here))
            self.assertEqual((ballots, spent), (stored, stored))
            killing.close(here)
            print('kills %d (%d of them while starting, %d of the database server), acknowledged %d, lost %d, doubled %d,'
                  ' stored but never acknowledged %d, sent more than once %d, seed %d, %.0f s' % (
                      killing.kills, killing.early, killing.databases, len(killing.ledger), len(killing.lost), len(killing.doubled),
                      len(set(killing.found) - set(killing.ledger)), killing.retried, SEED, time.time() - begun), flush=True)
            self.assertEqual((killing.lost, killing.doubled), ([], []))
            self.assertEqual(here.query('SELECT count(*) FROM response')[0][0], stored)
            self.assertGreaterEqual(killing.kills, KILLS)
            self.assertGreaterEqual(len(killing.ledger), ACKNOWLEDGED * 9 // 10)
            self.assertGreater(killing.retried, KILLS // 10, 'the kills met nobody')
            self.assertEqual([o for o in killing.odd if o[0] != 503], [], killing.odd)
            self.assertIsNone(damage(here))
            self.assertEqual([f for f in os.listdir(here.path('var/keys')) if f.startswith('wave')], [])

    def test_a_server_that_says_thank_you_too_early_is_found_out(self):
        program = os.path.join(os.path.dirname(PROGRAM), 'readiness-hasty')
        with prepared(STAFF) as here, unittest.mock.patch.object(readiness, 'PROGRAM', program):
            killing = Killing(program, 20, 500)
            killing.under_load(here)
            here.stop(signal.SIGKILL)
            killing.close(here)
            print('too early: kills %d, acknowledged %d, lost %d' % (killing.kills, len(killing.ledger), len(killing.lost)), flush=True)
            self.assertGreater(len(killing.lost), 0)


if __name__ == '__main__':
    unittest.main()
