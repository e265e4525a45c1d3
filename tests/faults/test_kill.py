#!/usr/bin/python3
"""kill -9 under load: people answer over HTTP and keep a ledger of what was acknowledged to them, while the server is killed
at random moments and started again on the same database. At the end the wave is closed, and every acknowledged answer is
there exactly once.

The short form kills 50 times; READINESS_LONG=1 kills 1,000 times, with at least 50,000 acknowledged answers. The seed of the
moments is printed, and taken from READINESS_SEED. The same ledgers find out a server that acknowledges too early (hasty.c)."""
import collections
import http.client
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import time
import unittest
import unittest.mock
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import LONG, rows, whole  # noqa: E402
from support import readiness  # noqa: E402
from support.readiness import Browser, Failed, Installation, PROGRAM, free_port  # noqa: E402
from support.scene import ANSWERS, STORY  # noqa: E402

KILLS, ACKNOWLEDGED = (1000, 50000) if LONG else (50, 1500)
CLIENTS, STAFF = 4, 160000 if LONG else 16000
SLOW_ONE_IN = 20  # who goes page by page, with a draft after each; the others send everything at once
SEED = int(os.environ.get('READINESS_SEED', '20270131'))


def answers_of(number):
    return dict(ANSWERS, obstacle='ledger %d.' % number)


def is_thanks(status, text):
    return status == 200 and '<h1>Thank you</h1>' in text


class Sender:
    """Sends whole answers over one connection that is kept as long as there is somebody at the other end."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def send(self, token, number):
        pairs = [('.t', token), ('.l', 'en'), ('.p', '5'), ('.b', '0')] + list(answers_of(number).items()) + [('.s', 'submit')]
        try:
            if not self.connection:
                self.connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=20)
            self.connection.request('POST', '/s', urllib.parse.urlencode(pairs),
                                    {'Content-Type': 'application/x-www-form-urlencoded'})
            answer = self.connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            if self.connection:
                self.connection.close()
            self.connection = None
            raise


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
                odd[status, re.sub('<[^>]*>', ' ', text)[:200]] += 1
            except (OSError, http.client.HTTPException, Failed, TypeError) as trouble:  # nobody there, or not any more
                dropped = trouble
            if stop.is_set():  # sent but never acknowledged: it may be there or not
                break
            time.sleep(0.01)
        if stop.is_set():
            break
    out.put((ledger, dict(odd), repr(dropped)))


def prepared():
    """An open wave with STAFF people; a table may have 50,000 rows."""
    here = Installation()
    here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale')
    here.write('organisations.csv', 'code,name\nnorth,North House\nsouth,South House\n')
    here.run('organisation', 'import', 'tale', 'organisations.csv')
    for first in range(0, STAFF, 40000):
        here.write('people.csv', 'email,organisation\n' + ''.join(
            'staff%d@a.example,%s\n' % (i, ('north', 'south')[i % 2]) for i in range(first, min(STAFF, first + 40000))))
        here.run('people', 'import', 'tale', 'people.csv')
    here.run('wave', 'open', 'tale', '--label', 'Baseline')
    return here


class Killing:
    """Kills a server while people answer, and counts."""

    def __init__(self, program, kills, acknowledged):
        self.program, self.least_kills, self.least_acknowledged = program, kills, acknowledged
        self.moment, self.port, self.kills, self.early = random.Random(SEED), free_port(), 0, 0

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

    def kill(self, here, clients):
        """Until there were enough kills and answers."""
        counted, pause = 0, 0.06
        while self.kills < self.least_kills or counted < self.least_acknowledged:
            time.sleep(self.moment.random() * 2 * pause)
            here.stop(signal.SIGKILL)
            self.kills += 1
            while not self.start(here):
                self.kills, self.early = self.kills + 1, self.early + 1
            if self.kills % 25 == 0:
                counted = one(here, 'SELECT coalesce(sum(answered), 0) FROM invited')
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
        here.run('wave', 'close', 'tale', '--yes')
        texts = rows(here.path('var/readiness.db'), 'SELECT text FROM comment')
        self.found = collections.Counter(int(re.fullmatch(r'ledger (\d+)\.', text).group(1)) for text, in texts)
        self.lost = [n for n in self.ledger if n not in self.found]
        self.doubled = [n for n, times in self.found.items() if times > 1]
        self.retried = sum(1 for tries in self.ledger.values() if tries > 1)


def one(here, query):
    return rows(here.path('var/readiness.db'), query)[0][0]


class KilledUnderLoad(unittest.TestCase):
    def test_every_acknowledged_answer_is_there_exactly_once(self):
        begun, killing = time.time(), Killing(PROGRAM, KILLS, ACKNOWLEDGED)
        with prepared() as here:
            killing.under_load(here)
            stored = one(here, 'SELECT coalesce(sum(answered), 0) FROM invited')
            ballots, spent = one(here, 'SELECT count(*) FROM ballot'), one(here, 'SELECT count(*) FROM ticket WHERE state = 1')
            here.stop(signal.SIGKILL)
            self.assertIsNone(whole(here.path('var/readiness.db')))
            self.assertEqual((ballots, spent), (stored, stored))
            killing.close(here)
            print('kills %d (%d of them while starting), acknowledged %d, lost %d, doubled %d, stored but never acknowledged %d,'
                  ' sent more than once %d, seed %d, %.0f s' % (
                      killing.kills, killing.early, len(killing.ledger), len(killing.lost), len(killing.doubled),
                      len(set(killing.found) - set(killing.ledger)), killing.retried, SEED, time.time() - begun), flush=True)
            self.assertEqual((killing.lost, killing.doubled), ([], []))
            self.assertEqual(one(here, 'SELECT count(*) FROM response'), stored)
            self.assertGreaterEqual(killing.kills, KILLS)
            self.assertGreaterEqual(len(killing.ledger), ACKNOWLEDGED * 9 // 10)
            self.assertGreater(killing.retried, KILLS // 10, 'the kills met nobody')
            self.assertEqual([o for o in killing.odd if o[0] != 503], [], killing.odd)
            self.assertIsNone(whole(here.path('var/readiness.db')))
            self.assertEqual([f for f in os.listdir(here.path('var/keys')) if f.startswith('wave')], [])

    def test_a_server_that_says_thank_you_too_early_is_found_out(self):
        program = os.path.join(os.path.dirname(PROGRAM), 'readiness-hasty')
        with prepared() as here, unittest.mock.patch.object(readiness, 'PROGRAM', program):
            killing = Killing(program, 20, 500)
            killing.under_load(here)
            here.stop(signal.SIGKILL)
            killing.close(here)
            print('too early: kills %d, acknowledged %d, lost %d' % (killing.kills, len(killing.ledger), len(killing.lost)), flush=True)
            self.assertGreater(len(killing.lost), 0)


if __name__ == '__main__':
    unittest.main()
