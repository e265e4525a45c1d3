#!/usr/bin/python3
"""Too much of everything: endless bodies, lengths that lie, parts within parts, headers by the thousand, paths without an end. It is
refused soon, in the words for it, and the server's memory stays where it was."""
import os
import select
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import wire  # noqa: E402
from support.readiness import Browser  # noqa: E402
from support.served import Served  # noqa: E402
from support.workspace import add_user, token_of  # noqa: E402

LONG = bool(os.environ.get('READINESS_LONG'))
MIB = 1 << 20
SOON = 5  # seconds; the program under AddressSanitizer on a busy machine


class Bodies(Served):
    SCENE = {'staff': 6, 'server_total_seconds': 10}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.token = cls.here.links('tale', 'personal')[0]['token']
        cls.person = add_user(cls.here, 'practitioner@example.org')
        cls.form_token = token_of(cls.person.get('/account'))

    def answer(self, *pieces):
        started = time.monotonic()
        found = wire.answers(wire.exchange(self.url, *pieces))
        self.assertLess(time.monotonic() - started, SOON)
        self.alive()
        return found[0].status if found else None

    def signed_in(self, *more):
        return ('Cookie: ' + '; '.join('%s=%s' % pair for pair in self.person.cookies.items()),) + more

    def test_two_hundred_gigabytes_in_chunks_leave_the_memory_flat(self):
        """200 connections, each ready to send 1 GiB: form bodies to the respondents' pages, files to the workspace's."""
        chunk, before, peak, sent = b'10000\r\n' + b'x' * 65536 + b'\r\n', self.memory(), 0, 0
        heads = [wire.head('POST /s', wire.FORM, 'Transfer-Encoding: chunked', close=False),
                 wire.head('POST /assessments/tale/people/import', *self.signed_in(
                     'Content-Type: multipart/form-data; boundary=b', 'Transfer-Encoding: chunked'), close=False),
                 wire.head('POST /nowhere', wire.FORM, 'Transfer-Encoding: chunked', close=False)]
        open_ones, room = {}, {}
        for i in range(200):
            s = wire.dial(self.url)
            s.sendall(heads[i % 3].encode())
            s.setblocking(False)
            open_ones[s], room[s] = b'', 1 << 30
        started = time.monotonic()
        while open_ones and time.monotonic() - started < 60:
            for s in select.select([], list(open_ones), [], 0.1)[1]:
                try:
                    left = open_ones[s] or chunk
                    n = s.send(left)
                    open_ones[s], room[s], sent = left[n:], room[s] - n, sent + n
                    done = room[s] <= 0
                except BlockingIOError:
                    continue
                except OSError:
                    done = True
                if done:
                    del open_ones[s]
                    s.close()
            peak = max(peak, self.memory() - before)
        for s in open_ones:
            s.close()
        self.assertEqual(len(open_ones), 0, 'they were listened to for a minute')
        self.assertGreater(min(room.values()), (1 << 30) - 64 * MIB)
        self.assertLess(peak, 192 * MIB)
        self.alive()
        print('endless bodies: 200 connections ended after %.0f s and %.0f MiB in all; memory rose by %.0f MiB at most' %
              (time.monotonic() - started, sent / MIB, peak / MIB))

    def test_a_length_that_lies(self):
        for announced, body in ((5, b'a=1'), (3, b'a=1&b=2&c=3'), (0, b'a=1')):
            with wire.dial(self.url) as s:
                s.sendall(wire.head('POST /code', wire.FORM, 'Content-Length: %d' % announced).encode() + body)
                s.shutdown(socket.SHUT_WR)
                found = wire.answers(wire.read_all(s))
                self.assertIn(found[0].status if found else None, (None, 200, 400, 404), announced)
                self.assertLessEqual(len(found), 1)
        self.alive()
        with wire.dial(self.url) as s:  # announced and never sent: ended by its age
            started = time.monotonic()
            s.sendall(wire.head('POST /code', wire.FORM, 'Content-Length: 100000').encode() + b'a')
            self.assertEqual(wire.read_all(s), b'')
            self.assertLess(time.monotonic() - started, 12.5)

    def test_lengths_up_to_the_largest_number_are_refused_at_once(self):
        for length in (256 * 1024 + 1, 4 * MIB + 1, 1 << 31, 1 << 32, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
            self.assertEqual(self.answer(wire.head('POST /s', wire.FORM, 'Content-Length: %d' % length),
                                         b'x' * min(length, 4 * MIB)), 413, length)

    def test_fields_by_the_thousand_and_deep_names_are_refused_or_do_nothing(self):
        secret = b'.t=' + self.token.encode() + b'&.s=start'
        for body, expected in ((b'&'.join(b'f%d=' % i for i in range(1001)), 400), (b'a' * 260_000, 404), (b'&' * 250_000, 404),
                               (b'a[b]' + b'[c]' * 60_000 + b'=1', 404), (b'=&' * 900, 404), (b'%41' * 80_000 + b'=1', 404),
                               (secret + b'&x=1' * 990, 200), (secret + b'&.a=' + b'1,' * 100_000, 200),
                               (secret + b'&.b=' + b'9' * 200_000, 200), (secret + b'&.p=99999999999999999999', 200)):
            self.assertEqual(self.answer(wire.form(body)), expected, body[:60])

    def test_parts_within_parts_and_broken_ones_are_refused(self):
        head = 'POST /assessments/tale/people/import'

        def post(body, kind='multipart/form-data; boundary=b'):
            return self.answer(wire.head(head, *self.signed_in('Content-Type: ' + kind, 'Content-Length: %d' % len(body))), body)

        def part(name, value, more=b''):
            return b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name, more, value)
        token = part(b'token', self.form_token.encode())
        nested = b'end'
        for depth in range(2000):
            nested = b'--n%d\r\nContent-Type: multipart/mixed; boundary=n%d\r\n\r\n' % (depth, depth + 1) + nested
        cases = {
            'nested': (token + part(b'file', nested, b'; filename="x.csv"') + b'--b--\r\n', (200, 422)),
            'too many': (token + part(b'x', b'') * 1001 + b'--b--\r\n', (400,)),
            'no end': (token + part(b'x', b'y'), (400,)),
            'no parts': (b'--b--\r\n', (403,)),
            'nothing': (b'', (400, 403)),
            'a header without an end': (b'--b\r\nContent-Disposition: form-data; name="' + b'x' * 200_000, (400,)),
            'a name with a zero byte': (part(b'to\0ken', b'x') + b'--b--\r\n', (400,)),
            'no name': (b'--b\r\n\r\nx\r\n--b--\r\n', (400,)),
            'ten thousand headers': (b'--b\r\n' + b'X: y\r\n' * 10_000 + b'\r\n\r\n--b--\r\n', (400,)),
            'a path for a name': (token + part(b'file', b'email\n', b'; filename="../../../../etc/cron.d/x"') + b'--b--\r\n', (200, 422)),
        }
        for name, (body, expected) in cases.items():
            with self.subTest(name):
                self.assertIn(post(body), expected)
        for kind in ('multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary="a\0b"',
                     'multipart/form-data; boundary=' + 'b' * 71, 'multipart/mixed; boundary=b', 'multipart/form-data; boundary="b'):
            self.assertIn(post(token + b'--b--\r\n', kind), (400, 403, 415), kind)
        self.assertFalse(os.path.exists('/etc/cron.d/x'))

    def test_floods_of_headers_and_long_paths_are_refused(self):
        for name, request, expected in (
                ('ten thousand headers', wire.head('GET /', *['X-%d: y' % i for i in range(10_000)]), (431, 413, None)),
                ('one header of a megabyte', wire.head('GET /', 'X: ' + 'y' * MIB), (431, 413, None)),
                ('a name of a megabyte', wire.head('GET /', 'x' * MIB + ': y'), (431, 413, None)),
                ('a path of 20,000', wire.head('GET /' + 'a' * 20_000), (404, 414)),
                ('a path of a megabyte', wire.head('GET /' + 'a' * MIB), (414, 431, None)),
                ('five thousand slashes', wire.head('GET ' + '/a' * 5000), (404,)),
                ('two thousand things asked', wire.head('GET /?' + '&'.join('a%d=1' % i for i in range(2000))), (414, None)),
                ('a hundred things asked', wire.head('GET /?' + '&'.join('a%d=1' % i for i in range(100))), (200,)),
                ('a thousand cookies', wire.head('GET /', 'Cookie: ' + '; '.join('c%d=1' % i for i in range(1000))), (200, 431, None)),
                ('the longest method', wire.head('A' * 10_000 + ' /'), (405, 431, 413, None))):
            with self.subTest(name):
                self.assertIn(self.answer(request), expected)

    def test_who_takes_no_answers_is_not_waited_for(self):
        """Asks without a pause and reads nothing, until the server has no room for more answers."""
        with wire.dial(self.url) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            request, before, started = wire.head('GET /privacy', close=False).encode() * 100, self.memory(), time.monotonic()
            s.setblocking(False)
            with self.assertRaises((BrokenPipeError, ConnectionResetError), msg='still listened to'):
                while time.monotonic() - started < 60:
                    try:
                        s.send(request)
                    except BlockingIOError:
                        time.sleep(0.05)
            self.assertLess(self.memory() - before, 64 * MIB)
            self.alive()
            print('who takes no answers: ended after %.0f s' % (time.monotonic() - started))

    def test_requests_that_the_library_gives_up_leave_nothing_behind(self):
        """Each is heard of once by the program and then dropped, for want of memory in the connection's own pool."""
        flood = (wire.head('GET /?' + '&'.join('a%d=1' % i for i in range(99)), 'Cookie: ' + '; '.join('c%d=1' % i for i in range(1000))),
                 wire.head('GET /', *['X-%d: y' % i for i in range(10_000)]))
        for i in range(500):
            if i == 200:  # by then whatever is only kept for the next request is there
                before = self.memory()
            wire.exchange(self.url, flood[i % 2])
        self.assertLess(self.memory() - before, 3 * MIB)


if __name__ == '__main__':
    unittest.main()
