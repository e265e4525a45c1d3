#!/usr/bin/python3
"""Requests that two programs might take apart differently: straight to the program, and through nginx as it is shipped. Nobody is
ever given the answer to somebody else's request, and what nginx passes on is read as nginx meant it."""
import collections
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import wire  # noqa: E402
from support.front import Nginx, Recorder  # noqa: E402
from support.readiness import Browser, Page  # noqa: E402
from support.scene import ANSWERS, answered  # noqa: E402
from support.served import Served  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = wire.corpus(os.path.join(HERE, 'corpus/smuggling.txt'))
PROBE = wire.head('GET /healthz').encode()
TIMES = 20 if os.environ.get('READINESS_LONG') else 2


def heads_in(data):
    """Which answers have no body: the requests of the stream that begin a line with HEAD."""
    methods = re.findall(rb'(?:^|\n)(GET|POST|HEAD|OPTIONS|CONNECT|PRI|GETGET)[ \t]+\S+', data)
    return [i for i, method in enumerate(methods) if method == b'HEAD']


class Direct(Served):
    SCENE = {'staff': 3}

    def test_each_request_has_the_answers_it_should_have_and_no_more(self):
        self.assertGreater(len(CORPUS), 60)
        for name, expected, data in CORPUS:
            with self.subTest(name):
                received = wire.exchange(self.here.url, data + PROBE, timeout=5)
                found = wire.answers(received, heads_in(data))
                self.assertEqual(' '.join(str(a.status) for a in found) or 'none', expected)
                self.assertEqual(found and found[-1].body == b'ok\n', expected.endswith('200') or expected == 'none' and found)

    def test_arriving_in_pieces_makes_no_difference(self):
        for name, expected, data in CORPUS:
            stream = data + PROBE
            for cut in range(1, len(stream) - 2, 3 if TIMES > 2 else 31):
                with self.subTest(name, cut=cut):
                    received = wire.exchange(self.here.url, stream[:cut], stream[cut:cut + 2], stream[cut + 2:], timeout=5)
                    found = wire.answers(received, heads_in(data))
                    self.assertEqual(' '.join(str(a.status) for a in found) or 'none', expected)


class Request:
    """One request of a stream, read by the letter of RFC 9112: anything that leaves a choice is an error."""

    def __init__(self, data):
        head, blank, self.rest = data.partition(b'\r\n\r\n')
        lines = head.split(b'\r\n')
        first = re.fullmatch(rb"([A-Z]+) (/[!-~\x80-\xff]*) HTTP/1\.1", lines[0])
        assert blank and first, data[:200]
        self.method, self.path = first.group(1).decode(), first.group(2).decode('latin-1')
        names = collections.Counter()
        for line in lines[1:]:
            found = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([^\r\n\0]*)", line)
            assert found, line
            names[found.group(1).lower()] += 1
            if found.group(1).lower() == b'content-length':
                assert re.fullmatch(rb'\d+', found.group(2)), line
                length = int(found.group(2))
        assert names[b'host'] == 1 and names[b'content-length'] < 2 and not names[b'transfer-encoding'], head
        assert names[b'x-forwarded-for'] == 1, head
        n = length if names[b'content-length'] else 0
        assert len(self.rest) >= n, (n, self.rest[:200])
        self.body, self.rest = self.rest[:n], self.rest[n:]


class BehindNginx(Served):
    SCENE = {'staff': 12, 'server_public_url': 'https://survey.example.org', 'server_trusted_proxies': '127.0.0.1'}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.recorder = Recorder(cls.url)
        cls.nginx = Nginx('127.0.0.1:%d' % cls.recorder.port)
        cls.tokens = [k['token'] for k in cls.here.links('tale', 'personal')]

    @classmethod
    def tearDownClass(cls):
        cls.nginx.stop()
        cls.recorder.stop()
        super().tearDownClass()

    def ask(self, path):
        found = wire.answers(wire.exchange(self.nginx.url, wire.head('GET ' + path, host='survey.example.org')))
        self.assertEqual(len(found), 1, path)
        return found[0]

    def victims(self):
        """Others, meanwhile: each gets their own page."""
        self.assertEqual(self.ask('/healthz').body, b'ok\n')
        self.assertIn('<form method=post action=/code>', self.ask('/').text)
        self.assertIn('How this server treats answers', self.ask('/privacy').text)
        self.assertIn(self.tokens[0], self.ask('/s/' + self.tokens[0]).text)

    def test_nobody_gets_anothers_answer_and_the_program_reads_what_nginx_meant(self):
        self.victims()
        for name, _, data in CORPUS * TIMES:
            with self.subTest(name):
                with wire.dial(self.nginx.url, timeout=30) as s:
                    wire.send(s, data.replace(b'Host: x', b'Host: survey.example.org') + PROBE)
                    wire.read_all(s)
                self.victims()
        connections, requests = 0, 0
        for asked, told in list(self.recorder.spoken):
            asked, heads, n = bytes(asked), [], 0
            while asked:
                one = Request(asked)
                if one.method == 'HEAD':
                    heads.append(n)
                n, asked = n + 1, one.rest
            connections += 1
            requests += n
            self.assertEqual(len(wire.answers(bytes(told), heads)), n, 'more or fewer answers than requests')
        self.assertGreater(requests, len(CORPUS) * TIMES * 4)
        print('smuggling through nginx: %d requests on %d connections to the program, each with its one answer' %
              (requests, connections))

    def test_somebody_answers_through_it_and_nginx_keeps_nothing(self):
        class Through(Browser):
            """Speaks TLS, whoever signed for it."""

            def request(browser, method, path, body=None, headers=None):
                cookies = '; '.join('%s=%s' % pair for pair in browser.cookies.items())
                more = ['Cookie: ' + cookies] if cookies else []
                sent = wire.form(body or '', path, *more) if method == 'POST' else wire.head('GET ' + path, *more).encode()
                sent = sent.replace(b'Host: x', b'Host: survey.example.org')
                answer = wire.answers(wire.exchange(self.nginx.url, sent))[0]
                for line in answer.all('Set-Cookie'):
                    name, value = line.split(';')[0].split('=', 1)
                    self.assertTrue(name.startswith('__Host-') and '; Secure' in line, line)
                    browser.cookies[name] = value
                self.assertEqual(answer.all('Content-Encoding'), [])
                self.assertEqual(answer.all('Strict-Transport-Security'), ['max-age=31536000; includeSubDomains'])
                return Page(answer.status, None, answer.text)

        before, token = answered(self.here), self.tokens[1]
        page = Through(self.nginx.url).fill(token, dict(ANSWERS, obstacle='CanaryAnswer ' * 300))
        self.assertIn('Your answers have arrived.', page.text)
        self.assertEqual(answered(self.here), before + 1)
        wire.exchange(self.nginx.url, wire.head('GET /s/%s' % token, 'Accept-Encoding: gzip', 'User-Agent: CanaryAgent'))
        wire.exchange(self.nginx.url, b'GET /s/' + token.encode() + b'\0 HTTP/1.1\r\n\r\n')  # an error, which is logged elsewhere
        plain = wire.answers(wire.exchange(self.nginx.plain, wire.head('GET /s/' + token)))[0]
        self.assertEqual((plain.status, plain.all('Location')), (308, ['https://survey.example.org/s/' + token]))
        kept = self.nginx.logged()
        for canary in (token.encode(), b'CanaryAnswer', b'CanaryAgent', b'client: 127.0.0.1'):
            self.assertNotIn(canary, kept)


if __name__ == '__main__':
    unittest.main()
