#!/usr/bin/python3
"""Guessing: links that do not exist and passwords that are wrong are counted by where they come from. A whole employer behind one
address is served, a proxy's word is taken only from a proxy that the settings name, and nobody keeps anybody else out."""
import math
import os
import statistics
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import wire  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS, answered, scene  # noqa: E402
from support.served import Served  # noqa: E402
from support.workspace import PASSWORD, add_user  # noqa: E402

LONG = bool(os.environ.get('READINESS_LONG'))
ATTEMPTS, ACCOUNTS = (10_000, 500) if LONG else (200, 20)
TIMINGS = 1000 if LONG else 40
WRONG = 'some other passphrase'


def seen_as(address):
    return 'X-Forwarded-For: ' + address


def sign_in(url, email, password, *more, source=None):
    body = urllib.parse.urlencode([('email', email), ('password', password)])
    return wire.answers(wire.exchange(url, wire.form(body, '/sign-in', *more), timeout=60, source=source))[0]


def look(url, token, *more, source=None):
    return wire.answers(wire.exchange(url, wire.head('GET /s/' + token, *more), source=source))[0].status


class Direct(Served):
    """No proxy: what X-Forwarded-For says is anybody's invention."""
    SCENE = {'staff': 40, 'server_listen': '0.0.0.0:0', 'server_public_url': 'http://127.0.0.1:1'}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.url = cls.here.url.replace('0.0.0.0', '127.0.0.1')

    def test_misses_are_counted_by_address_and_only_they(self):
        tokens = [k['token'] for k in self.here.links('tale', 'personal')]
        misses = [look(self.url, '0' * 26, source='127.0.0.2') for _ in range(40)]
        self.assertEqual((misses[:30].count(404), misses[-1]), (30, 429))
        # a name that the sender makes up changes nothing
        self.assertEqual(look(self.url, '0' * 26, seen_as('203.0.113.9'), source='127.0.0.2'), 429)
        # others are not held responsible
        self.assertEqual(look(self.url, '0' * 26, source='127.0.0.3'), 404)
        # a whole employer behind the same address opens and answers
        self.assertEqual({look(self.url, token, source='127.0.0.2') for token in tokens}, {200})
        self.assertEqual(answered(self.here), 0)


class BehindProxy(Served):
    SCENE = {'staff': 40, 'server_trusted_proxies': '127.0.0.1 ::1, 127.0.0.7'}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ('victim', 'other'):
            add_user(cls.here, name + '@example.org')
        cls.tokens = [k['token'] for k in cls.here.links('tale', 'personal')]

    def test_a_named_proxy_tells_addresses_apart(self):
        for _ in range(31):
            look(self.url, '0' * 26, seen_as('198.51.100.1'))
        self.assertEqual(look(self.url, '0' * 26, seen_as('198.51.100.1')), 429)
        self.assertEqual(look(self.url, '0' * 26, seen_as('198.51.100.2')), 404)
        # the last name counts, since the visitor wrote the others; names of proxies are passed over; several headers are one
        for same in ('203.0.113.1, 198.51.100.1', '127.0.0.7 ,198.51.100.1', '198.51.100.1, 127.0.0.7', '198.51.100.1,127.0.0.1,::1',
                     '203.0.113.77\r\nX-Forwarded-For: 198.51.100.1', ' 198.51.100.1 ', '::ffff:198.51.100.1'):
            self.assertEqual(look(self.url, '0' * 26, seen_as(same)), 429, same)
        for other in ('198.51.100.1, 203.0.113.1', '198.51.100.1\r\nX-Forwarded-For: 203.0.113.2', '198.51.100.1x', '', ',', '198.51.100.300',
                      '198.51.100.1:80', 'unknown', '-1', "198.51.100.1' OR 1=1", 'a' * 5000):
            self.assertEqual(look(self.url, '0' * 26, seen_as(other)), 404, other)
        # of IPv6, one household has a whole network
        for i in range(31):
            look(self.url, '0' * 26, seen_as('2001:db8:1:2::%x' % i))
        self.assertEqual(look(self.url, '0' * 26, seen_as('2001:db8:1:2:ffff::1')), 429)
        self.assertEqual(look(self.url, '0' * 26, seen_as('2001:db8:1:3::1')), 404)
        # and the employer
        self.assertEqual({look(self.url, t, seen_as('198.51.100.1')) for t in self.tokens}, {200})
        employer = Browser(self.url, headers={'X-Forwarded-For': '198.51.100.1'})
        self.assertIn('Your answers have arrived.', employer.fill(self.tokens[0], ANSWERS).text)

    def test_who_comes_past_the_proxy_names_nobody(self):
        for i in range(31):
            look(self.url, '0' * 26, seen_as('192.0.2.%d' % i), source='127.0.0.5')
        self.assertEqual(look(self.url, '0' * 26, seen_as('192.0.2.200'), source='127.0.0.5'), 429)
        self.assertEqual(look(self.url, '0' * 26, seen_as('192.0.2.200')), 404)

    def test_a_storm_on_one_account_makes_only_its_own_sender_wait(self):
        storm, victim = seen_as('203.0.113.50'), seen_as('198.51.100.20')
        stop, found = threading.Event(), []

        def attack():
            while not stop.is_set():
                found.append(sign_in(self.url, 'victim@example.org', WRONG, storm).status)

        threads = [threading.Thread(target=attack) for _ in range(4)]
        for t in threads:
            t.start()
        time.sleep(3)
        times = []
        for _ in range(5):
            started = time.monotonic()
            answer = sign_in(self.url, 'victim@example.org', PASSWORD, victim)
            times.append(time.monotonic() - started)
            self.assertEqual(answer.status, 303, answer.text)
            self.assertTrue(any('sid=' in c for c in answer.all('Set-Cookie')))
        stop.set()
        for t in threads:
            t.join()
        self.assertEqual(set(found) - {422, 429}, set())
        self.assertLessEqual(found.count(422), 5 + 3)  # five are free; then 1, 2, 4, ... seconds
        self.assertEqual(sign_in(self.url, 'victim@example.org', PASSWORD, storm).status, 429)
        print('a storm on one account: %d tries, %d of them looked at; the owner signed in from elsewhere within %.1f s' %
              (len(found), found.count(422), max(times)))

    def test_a_storm_over_many_accounts_is_cut_off_at_its_address(self):
        """From one address; and from many, where two hashes at a time are all there is."""
        counts, lock, before = {}, threading.Lock(), self.memory()
        peak, began = [0], time.monotonic()

        def attack(which):
            for i in range(which, ATTEMPTS, 8):
                address = '203.0.113.99' if i % 2 else '10.%d.%d.%d' % (i >> 16, i >> 8 & 255, i & 255)
                status = sign_in(self.url, 'nobody%d@example.org' % (i % ACCOUNTS), WRONG, seen_as(address)).status
                with lock:
                    counts[i % 2, status] = counts.get((i % 2, status), 0) + 1
                    peak[0] = max(peak[0], self.memory() - before)

        threads = [threading.Thread(target=attack, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        others, owner = [], []
        while any(t.is_alive() for t in threads):
            started = time.monotonic()
            self.assertEqual(look(self.url, self.tokens[1], seen_as('198.51.100.40')), 200)
            others.append((time.monotonic() - started) * 1000)
            if len(owner) < 10:
                started = time.monotonic()
                owner.append((sign_in(self.url, 'other@example.org', PASSWORD, seen_as('198.51.100.41')).status,
                              time.monotonic() - started))
            time.sleep(0.05)
        minutes = math.ceil((time.monotonic() - began) / 60) + 1
        one = counts.get((1, 422), 0)
        self.assertLessEqual(one, (20 + 10) * minutes)  # twenty a minute, and who is on the way at that moment
        self.assertEqual({status for _, status in counts} - {422, 429, 503}, set())
        self.assertIn(303, [status for status, _ in owner])
        self.assertLess(sorted(others)[len(others) // 2], 1000)
        self.assertLess(peak[0], (512 if not LONG else 640) << 20)
        print('a storm of %d tries over %d accounts in %.0f s: of one address %d looked at; of many %s; a page of the others took '
              '%.0f ms in the middle, %.0f ms at worst; signing in took %.1f s at worst (%d of %d at once); memory rose by %.0f MiB' %
              (ATTEMPTS, ACCOUNTS, time.monotonic() - began, one, {s: n for (k, s), n in counts.items() if not k},
               sorted(others)[len(others) // 2], max(others), max(t for _, t in owner), [s for s, _ in owner].count(303), len(owner),
               peak[0] / (1 << 20)))

    def test_an_address_with_an_account_takes_as_long_as_one_without(self):
        """Welch's t over the times, in turn; and the same words."""
        times, texts = {True: [], False: []}, {True: set(), False: set()}
        for i in range(TIMINGS):
            for there in (True, False) if i % 2 else (False, True):
                email = 'victim@example.org' if there else 'victin@example.org'
                address = '10.%d.%d.%d' % (200 + there, i >> 8, i & 255)
                started = time.monotonic()
                answer = sign_in(self.url, email, WRONG, seen_as(address))
                times[there].append(time.monotonic() - started)
                self.assertEqual(answer.status, 422)
                texts[there].add(answer.text.replace(email, 'X'))
        self.assertEqual(len(texts[True] | texts[False]), 1)
        kept = {k: sorted(v)[:int(len(v) * 0.9)] for k, v in times.items()}  # what the machine did meanwhile is left out
        means = {k: statistics.mean(v) for k, v in kept.items()}
        error = math.sqrt(sum(statistics.variance(v) / len(v) for v in kept.values()))
        t = (means[True] - means[False]) / error
        print('enumeration: %d timings each, %.1f ms with an account, %.1f ms without, Welch t = %.2f' %
              (TIMINGS, means[True] * 1000, means[False] * 1000, t))
        # several tests share the machine, so that the gate is on the size of the difference, and on t where there are enough
        self.assertLess(abs(means[True] - means[False]), 0.1 * means[False])
        if LONG:
            self.assertLess(abs(t), 3)


class Settings(unittest.TestCase):
    def test_what_is_no_list_of_addresses_is_named(self):
        for wrong in ('localhost', '10.0.0.0/8', '127.0.0.1;::1', ' '.join('10.0.0.%d' % i for i in range(17)), '127.0.0.1 x'):
            with scene(staff=0, serve=False, server_trusted_proxies=wrong) as here:
                _, err = here.run('serve', status=1)
                self.assertIn('does not name proxies', err, wrong)


if __name__ == '__main__':
    unittest.main()
