#!/usr/bin/python3
"""A link counts once, whatever is sent how often, at once, late, or from several places: 50 posts of one ticket at the same
moment, for 40 tickets (1,000 in the long form), counted after the wave is closed."""
import concurrent.futures
import os
import socket
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import wire  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.scene import ANSWERS, answered  # noqa: E402
from support.served import Served  # noqa: E402

LONG = bool(os.environ.get('READINESS_LONG'))
TICKETS, AT_ONCE = (1000 if LONG else 40), 50
THANKS = 'Your answers have arrived.'


class Recording(Browser):
    """Keeps everything it posts."""

    def __init__(self, *words, **options):
        super().__init__(*words, **options)
        self.posted = []

    def request(self, method, path, body=None, headers=None):
        if method == 'POST':
            self.posted.append((path, body, dict(self.cookies)))
        return super().request(method, path, body, headers)


def last_form(url, token, answers):
    """The body of the post that sends the answers in, with everything typed; nothing is sent yet."""
    browser = Recording(url, cookies=False)
    page = browser.fill(token, answers, stop_at='obstacle')
    form = page.form()
    pairs = [(c['name'], c['value']) for c in form['controls'] if c['kind'] == 'hidden']
    pairs += [('obstacle', answers['obstacle']), next((c['name'], c['value']) for c in form['controls'] if c['kind'] == 'button')]
    return urllib.parse.urlencode(pairs)


def at_once(url, requests):
    """All but the last byte of each request waits at the server; then the last bytes go together. The answers."""
    place = urllib.parse.urlsplit(url)
    sockets = []
    for request in requests:
        s = socket.create_connection((place.hostname, place.port), timeout=60)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        s.sendall(request[:-1])
        sockets.append(s)
    for s, request in zip(sockets, requests):
        s.sendall(request[-1:])
    found = [wire.answers(wire.read_all(s)) for s in sockets]
    for s in sockets:
        s.close()
    return [answer for answers in found for answer in answers]


class Tickets(Served):
    SCENE = {'staff': TICKETS + 5}

    def test_fifty_posts_of_one_ticket_at_the_same_moment_are_one_answer(self):
        tokens = [k['token'] for k in self.here.links('tale', 'personal')]
        tokens, spare, slowest, recorded = tokens[:TICKETS], tokens[TICKETS:], 0, []
        for i, token in enumerate(tokens):
            answers = dict(ANSWERS, obstacle='Ticket %d.' % i)
            post = wire.form(last_form(self.url, token, answers))
            started = time.monotonic()
            found = at_once(self.url, [post] * AT_ONCE)
            slowest = max(slowest, time.monotonic() - started)
            self.assertEqual([a.status for a in found], [200] * AT_ONCE, token)
            self.assertEqual(sum(THANKS in a.text for a in found), AT_ONCE, token)
            self.assertEqual(answered(self.here), i + 1)
            recorded.append(post)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:  # and all of them once more, across the tickets
            again = list(pool.map(lambda post: wire.answers(wire.exchange(self.url, post))[0], recorded))
        self.assertEqual(sum(THANKS in a.text for a in again), TICKETS)
        self.assertEqual(answered(self.here), TICKETS)
        self.replay_a_session(spare[0])
        self.on_two_devices(spare[1])
        self.two_different_answers_at_once(spare[2])
        self.close_and_count(TICKETS + 3, recorded)
        print('races: %d tickets, %d posts each at once: %d answers after closing; slowest fifty %.0f ms'
              % (TICKETS, AT_ONCE, TICKETS + 3, slowest * 1000))

    def replay_a_session(self, token):
        """Somebody wrote down everything that was sent, and sends it all again, in order and backwards."""
        before, browser = answered(self.here), Recording(self.url)
        self.assertIn(THANKS, browser.fill(token, ANSWERS).text)
        self.assertEqual(answered(self.here), before + 1)
        for posts in (browser.posted, browser.posted[::-1]):
            for path, body, cookies in posts:
                thief = Browser(self.url)
                thief.cookies = dict(cookies)
                page = thief.request('POST', path, body)
                self.assertLess(page.status, 500)
                self.assertIsNone(page.form(field='.p'), 'a spent link shows no form')
                self.assertNotIn(ANSWERS['obstacle'], page.text)
        self.assertEqual(answered(self.here), before + 1)

    def on_two_devices(self, token):
        before, first, second = answered(self.here), Browser(self.url), Browser(self.url)
        one = first.fill(token, dict(ANSWERS, obstacle='The first.'), stop_at='obstacle')
        other = second.fill(token, dict(ANSWERS, obstacle='The second.'), stop_at='obstacle')
        self.assertIn(THANKS, first.send(one, {'obstacle': 'The first.'}).text)
        late = second.send(other, {'obstacle': 'The second.'})
        self.assertEqual(late.status, 200)
        self.assertNotIn('The first.', late.text)
        self.assertIsNone(Browser(self.url).get('/s/' + token).form(field='.s'), 'the link is spent')
        self.assertEqual(answered(self.here), before + 1)

    def two_different_answers_at_once(self, token):
        before = answered(self.here)
        posts = [wire.form(last_form(self.url, token, dict(ANSWERS, obstacle='Version %d.' % i))) for i in range(10)]
        self.assertEqual({a.status for a in at_once(self.url, posts * 3)}, {200})
        self.assertEqual(answered(self.here), before + 1)

    def close_and_count(self, expected, recorded):
        self.here.run('wave', 'close', 'tale', '--wave', 'Baseline', '--yes')
        self.assertEqual(stored(self.here), expected)
        late = [wire.answers(wire.exchange(self.url, post))[0] for post in recorded[:5]]
        self.assertTrue(all(a.status < 500 for a in late))
        self.assertEqual(stored(self.here), expected)


class Closing(Served):
    """People send while somebody closes the wave: who was thanked is in it, who was not is told, and nobody is there twice."""
    ROUNDS = 10 if LONG else 2
    SCENE = {'staff': 40}

    def test_sending_against_closing(self):
        for number in range(self.ROUNDS):
            label = 'Baseline' if number == 0 else 'Wave %d' % (number + 1)
            if number:
                self.here.run('wave', 'open', 'tale', '--label', label)
            tokens = [k['token'] for k in self.here.links('tale', 'personal')]
            before = stored(self.here)
            posts = [wire.form(last_form(self.url, token, ANSWERS)) for token in tokens]
            at_once(self.url, posts[:12])  # so that there are enough for a wave
            found, closed = [], threading.Thread(target=self.here.run, args=('wave', 'close', 'tale', '--wave', label, '--yes'))
            closed.start()
            for post in posts[12:]:
                found += wire.answers(wire.exchange(self.url, post))
                time.sleep(0.01)
            closed.join()
            thanked = sum(THANKS in a.text for a in found)
            self.assertEqual({a.status for a in found} - {200, 410, 404, 503}, set())
            self.assertTrue(all(THANKS in a.text or a.status != 200 for a in found))
            self.assertEqual(stored(self.here) - before, 12 + thanked, label)
            print('closing: %d of %d came in time' % (12 + thanked, len(posts)))


def stored(here):
    """Answers in the database, as closing left them."""
    return here.query('SELECT count(*) FROM response')[0][0]


if __name__ == '__main__':
    unittest.main()
