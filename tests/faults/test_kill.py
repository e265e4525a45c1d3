#!/usr/bin/python3
"""kill -9 under load: people answer over HTTP and keep a ledger of what was acknowledged to them, while the server is killed
at random moments and started again on the same database. At the end the wave is closed, and every acknowledged answer is
there exactly once.

The short form kills 50 times; READINESS_LONG=1 kills 1,000 times, with at least 50,000 acknowledged answers. The seed of the
moments is printed, and taken from READINESS_SEED."""
import collections
import http.client
import multiprocessing
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.faults import LONG, rows, whole  # noqa: E402
from support.readiness import Browser, Failed, Installation, PROGRAM  # noqa: E402
from support.scene import ANSWERS, STORY  # noqa: E402

KILLS, ACKNOWLEDGED = (1000, 50000) if LONG else (50, 1500)
CLIENTS, STAFF = 4, 160000 if LONG else 16000
SLOW_ONE_IN = 20  # who goes page by page, with a draft after each; the others send everything at once
SEED = int(os.environ.get('READINESS_SEED', '20270131'))


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


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


class KilledUnderLoad(unittest.TestCase):
    def start(self, here, moment):
        """True when the server came up; a few are killed before."""
        if moment.random() < 0.1:
            with open(here.path('early.log'), 'a') as log:
                process = subprocess.Popen([PROGRAM, 'serve'], cwd=here.folder, env=here.environment, stdout=log, stderr=log)
            time.sleep(moment.random() * 0.05)
            process.kill()
            process.wait()
            return False
        here.serve()
        return True

    def test_every_acknowledged_answer_is_there_exactly_once(self):
        begun, moment, port = time.time(), random.Random(SEED), free_port()
        with prepared() as here:
            here.environment['READINESS_SERVER_LISTEN'] = '127.0.0.1:%d' % port
            links = list(enumerate(r['token'] for r in here.links('tale', 'personal')))
            stop, out = multiprocessing.Event(), multiprocessing.Queue()
            clients = [multiprocessing.Process(target=answer_all, args=(port, links[i::CLIENTS], stop, out)) for i in range(CLIENTS)]
            here.serve()
            for c in clients:
                c.start()
            kills = early = 0
            counted, pause = 0, 0.06
            while kills < KILLS or counted < ACKNOWLEDGED:
                time.sleep(moment.random() * 2 * pause)
                here.stop(signal.SIGKILL)
                kills += 1
                while not self.start(here, moment):
                    kills, early = kills + 1, early + 1
                if kills % 25 == 0:
                    counted = rows(here.path('var/readiness.db'), 'SELECT coalesce(sum(answered), 0) FROM invited')[0][0]
                    pause = min(1.5, pause * 1.4) if counted * KILLS < ACKNOWLEDGED * kills else max(0.02, pause / 1.4)
                    if not any(c.is_alive() for c in clients):
                        break
            stop.set()
            ledger, odd, alive = {}, collections.Counter(), 0
            for _ in clients:
                one, strange, _dropped = out.get(timeout=60)
                ledger.update(one)
                odd.update(strange)
            for c in clients:
                c.join()
            stored = rows(here.path('var/readiness.db'), 'SELECT coalesce(sum(answered), 0) FROM invited')[0][0]
            ballots = rows(here.path('var/readiness.db'), 'SELECT count(*) FROM ballot')[0][0]
            spent = rows(here.path('var/readiness.db'), 'SELECT count(*) FROM ticket WHERE state = 1')[0][0]
            here.stop(signal.SIGKILL)
            self.assertIsNone(whole(here.path('var/readiness.db')))
            self.assertEqual((ballots, spent), (stored, stored))
            here.run('wave', 'close', 'tale', '--yes')
            found = collections.Counter(int(re.fullmatch(r'ledger (\d+)\.', text).group(1)) for text, in rows(
                here.path('var/readiness.db'), 'SELECT text FROM comment'))
            responses = rows(here.path('var/readiness.db'), 'SELECT count(*) FROM response')[0][0]
            lost = [n for n in ledger if n not in found]
            doubled = [n for n, times in found.items() if times > 1]
            retried = sum(1 for tries in ledger.values() if tries > 1)
            print('kills %d (%d of them while starting), acknowledged %d, lost %d, doubled %d, stored but never acknowledged %d,'
                  ' sent more than once %d, seed %d, %.0f s' % (kills, early, len(ledger), len(lost), len(doubled),
                                                               len(set(found) - set(ledger)), retried, SEED, time.time() - begun), flush=True)
            self.assertEqual((lost, doubled), ([], []))
            self.assertEqual(responses, stored)
            self.assertGreaterEqual(kills, KILLS)
            self.assertGreaterEqual(len(ledger), ACKNOWLEDGED * 9 // 10)
            self.assertGreater(retried, KILLS // 10, 'the kills met nobody')
            self.assertEqual([o for o in odd if o[0] != 503], [], odd)
            self.assertIsNone(whole(here.path('var/readiness.db')))
            self.assertEqual([f for f in os.listdir(here.path('var/keys')) if f.startswith('wave')], [])


if __name__ == '__main__':
    unittest.main()
