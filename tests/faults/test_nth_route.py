#!/usr/bin/python3
"""For every row of the route table: while the server works on the request, the n-th allocation, read, write, sync, rename,
opening or truncation fails, once or from then on. Whatever n is, the server answers with a page (the one of every day, or 503
with a sentence, and what somebody has typed is still in it) or, for want of memory, ends with a sentence and status 3, never
by a signal; the database is whole, and what was acknowledged is there afterwards.

Of allocations, many are tried during one request: at each, the server divides, and its copy is refused the memory; it must say
so and end with status 3, while the server itself answers as ever. READINESS_EVERY says at which allocations: 0 at the first
with each stack, as with READINESS_LONG=1; 1 really at all; 50 at every 50th, as in the short form. A few are refused to the
server itself.

Calls on files with the same stack are tried once. READINESS_SAMPLE says how many of them for each row: 2 in the short form; 0,
as with READINESS_LONG=1, is all."""
import collections
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import acts  # noqa: E402
from support.faults import (COUNT, FILES, FROM_THEN_ON, KIND_NAMES, LONG, MEMORY, MODES, OF_A_STREAM, ONCE, Faults,  # noqa: E402
                            copy_of, needed, rows, whole)
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS  # noqa: E402
from support.workspace import token_of  # noqa: E402

SEED = int(os.environ.get('READINESS_SEED', '1'))
SAMPLE = int(os.environ.get('READINESS_SAMPLE', '0' if LONG else '2'))
EVERY = int(os.environ.get('READINESS_EVERY', '0' if LONG else '50'))
REFUSED_ONE_IN = 10  # rows at which the server itself is refused memory
PARAMETERS = {'assessment': 'tale', 'organisation': 'north', 'code': 'north', 'wave': '1', 'number': '1'}
TYPED = 'What I typed with care.'


def path_of(row, token):
    return re.sub(r'\{(\w+)\}', lambda m: dict(PARAMETERS, token=token, link=token).get(m.group(1), 'x'), row['path'])


class Request:
    """One request as bytes are to be sent, for a row of the table."""

    def __init__(self, method, path, pairs=(), name=None):
        self.method, self.path, self.pairs = method, path, list(pairs)
        self.name = name or '%s %s' % (method, path)

    def send(self, url, cookies, limit=30):
        connection = http.client.HTTPConnection(url, timeout=limit)
        headers = {'Cookie': '; '.join('%s=%s' % c for c in cookies.items())} if cookies else {}
        body = None
        if self.method == 'POST':
            headers['Content-Type'] = 'application/x-www-form-urlencoded'
            body = urllib.parse.urlencode(self.pairs)
        try:
            connection.request(self.method, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode('utf-8', 'replace')
        except (OSError, http.client.HTTPException) as trouble:
            return None, type(trouble).__name__
        finally:
            connection.close()


def submit(token):
    return [('.t', token), ('.l', 'en'), ('.p', '5'), ('.b', '0')] + [(k, v) for k, v in ANSWERS.items() if k != 'obstacle'] + [
        ('obstacle', TYPED), ('.s', 'submit')]


# Forms that do something when they are sent as they should be; the others are sent with their token alone.
FIELDS = {
    '/assessments/new': [('name', 'fresh'), ('title', 'Fresh'), ('instrument', 'story.ini')],
    '/account': [('name', 'The chief')],
    '/assessments/{assessment}/people/add': [('email', 'late@north.example'), ('organisation', 'north')],
}


class Place:
    """A copy of the installation with its server, made anew when something in it has changed."""

    def __init__(self, model, faults):
        self.model, self.faults, self.here = model, faults, None

    def fresh(self):
        self.end()
        self.here = copy_of(self.model)
        self.faults.disarm()
        self.faults.into(self.here)
        self.here.wrapper = ['setarch', '-R']  # memory always in the same place, so that stacks can be compared
        self.here.serve(command=('serve',))
        self.host = self.here.url.split('/')[2]
        return self.here

    def end(self):
        if self.here:
            if self.here.server:
                self.here.stop(signal.SIGKILL)
            shutil.rmtree(self.here.folder, ignore_errors=True)
            self.here = None


class NthCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needed()
        cls.model = acts.installation()
        cls.model.environment['READINESS_LOG'] = 'error'
        cls.places = [Place(cls.model, Faults()) for _ in range(2)]

    @classmethod
    def tearDownClass(cls):
        for place in cls.places:
            place.end()
            place.faults.close()
        cls.model.post.__exit__()
        cls.model.__exit__()

    def requests(self):
        out, _ = self.model.run('routes', '--format', 'json')
        here = self.places[0].fresh()
        browser = Browser(here.url)
        browser.cookies = dict(self.model.admin.cookies)
        token, fresh = token_of(browser.get('/account')), self.model.tokens[acts.ANSWERED]
        found = [Request('POST', '/s', submit(fresh), 'POST /s (submit)'),
                 Request('POST', '/s', [('.t', fresh), ('.l', 'en'), ('.s', 'start')], 'POST /s (start)'),
                 Request('POST', '/s', [('.t', fresh), ('.l', 'en'), ('.p', '0'), ('.b', '0'), ('.k', 'a' * 32), ('role', 'front'),
                                        ('.s', 'next')], 'POST /s (next)'),
                 Request('POST', '/s', submit(self.model.open_token + 'X'), 'POST /s (open link)')]
        for row in json.loads(out):
            path = path_of(row, fresh)
            if row['forgery'] == 'bearer':
                continue
            pairs = [('token', token)] if row['forgery'] == 'session' else []
            found.append(Request(row['method'], path, pairs + FIELDS.get(row['path'], []), '%s %s' % (row['method'], row['path'])))
        return found

    def check_page(self, request, plain, status, text):
        """What is wrong with an answer."""
        if status == 503:
            if request.path == '/healthz':  # read by a program
                return [] if text.startswith('failing: ') else ['a 503 without its reason: ' + text[:100]]
            if '<h1>' not in text and request.method == 'GET' and not request.path.startswith('/assets'):
                return ['a 503 without a page: ' + text[:100]]
            if request.name == 'POST /s (submit)' and TYPED not in text:
                return ['a 503 without what was typed']
            return []
        if status == 500:
            return ['500: ' + text[:100]]
        if status != plain and not (plain in (200, 303) and status in (200, 303, 400, 404, 409, 422)):
            return ['%s instead of %s: %s' % (status, plain, re.sub('<[^>]*>', ' ', text)[:120])]
        return []

    def check_after(self, place, request, status, text, ends=False):
        """What is wrong with the server and its database after the request. `ends`: it must end, if perhaps a moment after
        the answer, which another thread gives."""
        here, wrong = place.here, []
        ended = here.server.poll()
        if (status is None or ends) and ended is None:
            try:
                ended = here.server.wait(timeout=5 if ends else 0.3)
            except subprocess.TimeoutExpired:
                wrong += ['goes on without memory'] if ends else []
        if ended is not None:
            here.server.stdout.close()
            here.server = None
            with open(here.log, encoding='utf-8', errors='replace') as file:
                log = file.read()
            if ended != 3 or 'out of memory' not in log:
                wrong.append('the server ended with %d: %s' % (ended, log[-200:]))
        path = here.path('var/readiness.db')
        for found in (whole(path), acts.ballots_are_there(here), acts.waves_have_keys(here)):
            if found:
                wrong.append('database: %s' % (found,))
        if request.name == 'POST /s (submit)':
            ballots = rows(path, 'SELECT count(*) FROM ballot')[0][0]
            spent = rows(path, 'SELECT count(*) FROM ticket WHERE state = 1')[0][0]
            counted = rows(path, "SELECT sum(answered) FROM invited WHERE wave = (SELECT id FROM wave WHERE label = 'Second')")[0][0]
            if len({ballots, spent, counted}) != 1:
                wrong.append('%d ballots, %d tickets spent, %d counted' % (ballots, spent, counted))
            thanked = status == 200 and '<h1>Thank you</h1>' in text
            if thanked and ballots != acts.ANSWERED + 1:
                wrong.append('thanked, but not stored')
            if here.server and not wrong:
                again, page = request.send(place.host, {})
                if again != 200 or '<h1>Thank you</h1>' not in page:
                    wrong.append('sent again: %s %s' % (again, re.sub('<[^>]*>', ' ', page)[:100]))
        return wrong

    def one(self, place, request, plain, kinds, mode, n):
        place.fresh()
        time.sleep(0.02)
        place.faults.arm(kinds, mode, n)
        status, text = request.send(place.host, self.cookies)
        _, fired = place.faults.disarm()
        if not fired:
            return 'missed', []
        kind = place.faults.layout.kind
        wrong = self.check_page(request, plain, status, text) if status else []
        wrong += self.check_after(place, request, status, text, kinds == MEMORY)
        outcome = ('no answer, %s' % ('ended' if place.here.server is None else 'goes on')) if status is None else str(status)
        return outcome, ['%s: call %d (%s), %s: %s' % (request.name, n, KIND_NAMES[kind], MODES[mode], w) for w in wrong]

    def divide(self, place, request, plain, counts):
        """A request during which copies of the server are refused memory. What is wrong."""
        place.fresh()
        time.sleep(0.05)
        place.faults.divide(EVERY)
        status, text = request.send(place.host, self.cookies, 1200)
        copies, good, others = place.faults.divided()
        counts['allocations'] += place.faults.layout.counted
        counts['refused'] += copies
        wrong = [] if status == plain else ['%s instead of %s: %s' % (status, plain, text[:100])]
        if good + len(others) != copies:
            wrong.append('%d of %d copies ended otherwise' % (copies - good, copies))
        wrong += self.check_after(place, request, status, text)
        wrong = ['%s: copies without memory: %s' % (request.name, w) for w in wrong]
        for n in others:  # these may go on, so they are tried one by one
            wrong += self.one(place, request, plain, MEMORY, ONCE, n)[1]
        return wrong, place.faults.layout.counted

    def files(self, place, request, counts):
        """(The status of a good day, the cases on files.)"""
        place.fresh()
        time.sleep(0.05)  # what follows the start is over
        place.faults.arm(FILES, COUNT, stacks=True)
        plain, _ = request.send(place.host, self.cookies)
        calls, _ = place.faults.disarm()
        cases = []
        for i, stack in enumerate(place.faults.stacks()):
            if stack not in self.seen:
                self.seen.add(stack)
                cases += [(FILES, mode, i + 1) for mode in ([ONCE] if stack & OF_A_STREAM else [ONCE, FROM_THEN_ON])]
        counts['calls'] += calls
        counts['cases'] += len(cases)
        many = SAMPLE * (6 if 'submit' in request.name else 1)
        return plain, random.Random(SEED).sample(cases, many) if SAMPLE and len(cases) > many else cases

    def walk(self, place, work, outcomes, wrong, counts):
        """A thread's share of the requests."""
        while True:
            try:
                request = work.pop()
            except IndexError:
                return
            try:
                plain, cases = self.files(place, request, counts)
                found, allocations = self.divide(place, request, plain, counts)
                if plain is None:
                    found.append('%s: no answer on a good day' % request.name)
                if len(work) % REFUSED_ONE_IN == 0 and allocations:
                    cases.append((MEMORY, ONCE, allocations // 2 + 1))
                for kinds, mode, n in cases:
                    outcome, more = self.one(place, request, plain, kinds, mode, n)
                    outcomes[outcome] += 1
                    counts['tried'] += 1
                    found += more
            except Exception as trouble:  # a thread's own trouble is a failure too
                found = ['%s: %s: %s' % (request.name, type(trouble).__name__, trouble)]
            wrong += found
            if found and os.environ.get('READINESS_LOUD'):
                print('\n'.join(found), flush=True)

    def test_whatever_fails_there_is_a_page_and_nothing_is_lost(self):
        begun, outcomes, wrong, counts = time.time(), collections.Counter(), [], collections.Counter()
        self.cookies, self.seen = dict(self.model.admin.cookies), set()
        work = self.requests()
        n = len(work)
        work.reverse()
        threads = [threading.Thread(target=self.walk, args=(place, work, outcomes, wrong, counts)) for place in self.places]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        print('%d requests; %d allocations, %d refused; %d calls on files, %d cases of distinct stacks, %d tried: %s; %d wrong, %.0f s' % (
            n, counts['allocations'], counts['refused'], counts['calls'], counts['cases'], counts['tried'], dict(outcomes), len(wrong),
            time.time() - begun), flush=True)
        self.assertGreater(counts['tried'], 60)
        self.assertGreater(counts['refused'], n * 10)
        self.assertEqual(wrong, [], '\n' + '\n'.join(wrong[:60]))


if __name__ == '__main__':
    unittest.main()
