#!/usr/bin/python3
"""What the server refuses, how it says so, and that nobody can keep it from the others. Raw sockets, since no client library
would send most of this."""
import os
import re
import socket
import time
import unittest
import urllib.parse

from support.readiness import Browser, Installation
from support.scene import ANSWERS, STORY, answered, scene

POLICY = ("default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
          "object-src 'none'; frame-ancestors 'none'")
HEADERS = {
    'Content-Security-Policy': POLICY,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
    'X-Robots-Tag': 'noindex, nofollow',
}
FORM = 'Content-Type: application/x-www-form-urlencoded\r\n'


def text_of(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def connect(url):
    place = urllib.parse.urlsplit(url)
    return socket.create_connection((place.hostname, place.port), timeout=20)


def read_all(s):
    data = b''
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            data += piece
    except ConnectionResetError:
        pass
    return data


def status_of(data):
    found = re.match(rb'HTTP/1\.1 (\d{3})', data)
    return int(found.group(1)) if found else None


def raw(url, text, *pieces):
    """Sends bytes as they are; returns the status and everything received."""
    with connect(url) as s:
        try:
            s.sendall(text if isinstance(text, bytes) else text.encode())
            for piece in pieces:
                s.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        data = read_all(s)
    return status_of(data), data.decode('utf-8', 'replace')


def head(line, *more):
    return line + ' HTTP/1.1\r\nHost: x\r\nConnection: close\r\n' + ''.join(m + '\r\n' for m in more) + '\r\n'


def form(body, path='/s', *more):
    return head('POST ' + path, FORM.strip(), 'Content-Length: %d' % len(body), *more).encode() + body


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = scene(staff=12, server_total_seconds=2, server_idle_seconds=2)
        cls.url = cls.here.url
        cls.links = cls.here.links('tale')
        cls.tokens = [k['token'] for k in cls.links if k['kind'] == 'personal']

    @classmethod
    def tearDownClass(cls):
        status = cls.here.stop()
        log = text_of(cls.here.log)
        cls.here.__exit__()
        assert status == 0, log[-4000:]
        assert 'AddressSanitizer' not in log and 'runtime error' not in log, log[-4000:]

    def alive(self):
        self.assertEqual(Browser(self.url).get('/healthz').text, 'ok\n')

    def test_a_form_above_the_limit_is_refused_with_a_sentence(self):
        status, text = raw(self.url, form(b'a=' + b'x' * 300_000))
        self.assertEqual(status, 413)
        self.assertIn('That is too much text', text)

    def test_so_is_one_sent_in_chunks(self):
        chunk = b'4000\r\n' + b'x' * 0x4000 + b'\r\n'
        status, text = raw(self.url, head('POST /s', FORM.strip(), 'Transfer-Encoding: chunked'), *([chunk] * 20),
                           b'0\r\n\r\n')
        self.assertEqual(status, 413)
        self.assertIn('That is too much text', text)

    def test_a_gigabyte_announced_is_refused_at_once(self):
        started = time.time()
        status, _ = raw(self.url, head('POST /s', FORM.strip(), 'Content-Length: 1073741824'))
        self.assertEqual(status, 413)
        self.assertLess(time.time() - started, 1)

    def test_a_gigabyte_in_chunks_ends_early(self):
        chunk, sent = b'10000\r\n' + b'x' * 0x10000 + b'\r\n', 0
        with connect(self.url) as s:
            s.sendall(head('POST /s', FORM.strip(), 'Transfer-Encoding: chunked').encode())
            with self.assertRaises((BrokenPipeError, ConnectionResetError)):
                while sent < 1 << 30:
                    s.sendall(chunk)
                    sent += len(chunk)
        self.assertLess(sent, 64 << 20)
        self.alive()

    def test_two_thousand_fields_are_refused(self):
        status, _ = raw(self.url, form(b'&'.join(b'f%d=1' % i for i in range(2000))))
        self.assertEqual(status, 400)

    def test_text_that_is_not_utf8_or_holds_a_zero_byte_is_refused(self):
        for body in (b'.t=a&x=%C3%28', b'.t=a&x=\xff', b'.t=a&x=%00', b'.t=a&x=%', b'.t=a&x=%zz'):
            self.assertEqual(raw(self.url, form(body))[0], 400, body)

    def test_a_missing_or_malformed_token_gets_the_page_of_an_unknown_one(self):
        pages = [Browser(self.url).post('/s', pairs) for pairs in
                 ([], [('.t', '')], [('.t', 'x' * 40)], [('.t', 'x' * 5000)], [('.t', 'a'), ('.t', 'b')],
                  [('.t', "' OR 1=1 --")])]
        pages += [Browser(self.url).get('/s/' + t) for t in ('0' * 26, 'x', '%2e%2e%2fetc', 'a' * 500, '%0d%0aX:y')]
        self.assertEqual({p.status for p in pages}, {404})
        self.assertEqual(len({p.text for p in pages}), 1)

    def test_ambiguous_requests_are_refused_and_the_connection_ends(self):
        body = FORM + 'Content-Length: 3\r\n'
        for lines in (body + 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n', body + 'Content-Length: 3\r\n\r\na=1',
                      body + 'Content-Length: 4\r\n\r\na=12', body + 'Host: y\r\n\r\na=1',
                      body + 'Host: x\r\n\r\na=1'):
            status, text = raw(self.url, 'POST /s HTTP/1.1\r\nHost: x\r\n' + lines +
                               'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
            self.assertEqual(status, 400, lines)
            self.assertNotIn('\r\nok', text)
        self.assertEqual(raw(self.url, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n')[0], 400, 'no Host')
        self.assertEqual(raw(self.url, 'GET / HTTP/1.1\r\nHost : x\r\nConnection: close\r\n\r\n')[0], 400)

    def test_an_encoded_zero_byte_in_the_address_is_refused(self):
        for path in ('/%00', '/s/abc%00def', '/healthz%00.css', '/?lang=%00'):
            self.assertEqual(raw(self.url, head('GET ' + path))[0], 400, path)

    def test_paths_lead_nowhere_else(self):
        for path in ('/../etc/passwd', '/assets/../x', '/assets/%2e%2e%2fx', '/assets/x/y', '//', '/s/', '/S', '/healthz/',
                     '/preview', '/assets/respondent.css'):
            self.assertEqual(raw(self.url, head('GET ' + path))[0], 404, path)

    def test_other_methods_are_refused_with_what_is_allowed(self):
        for method in ('OPTIONS', 'PUT', 'DELETE', 'TRACE', 'PATCH', 'PROPFIND', 'get', 'X' * 20):
            status, text = raw(self.url, head(method + ' /s'))
            self.assertEqual(status, 405, method)
            self.assertIn('Allow: GET, HEAD, POST\r\n', text)
        self.assertIn('Allow: POST\r\n', raw(self.url, head('GET /code'))[1])
        self.assertIn('Allow: GET, HEAD\r\n', raw(self.url, form(b'', '/healthz'))[1])

    def test_head_is_get_without_the_body(self):
        for path, expected in (('/', 200), ('/s/' + self.tokens[0], 200), ('/s/unknown', 404), ('/privacy', 200)):
            status, text = raw(self.url, head('HEAD ' + path))
            _, whole = raw(self.url, head('GET ' + path))
            self.assertEqual(status, expected)
            self.assertEqual(text.split('\r\n\r\n', 1)[1], '')
            length = re.search(r'Content-Length: (\d+)', whole).group()
            self.assertIn(length, text)

    def test_a_form_from_another_site_is_refused(self):
        body = b'.t=' + self.tokens[1].encode() + b'&.s=start'
        for site, expected in (('cross-site', 403), ('same-site', 403), ('same-origin', 200), ('none', 200)):
            self.assertEqual(raw(self.url, form(body, '/s', 'Sec-Fetch-Site: ' + site))[0], expected, site)

    def test_another_content_type_is_refused(self):
        for kind in ('application/json', 'text/plain', 'multipart/form-data; boundary=x',
                     'application/x-www-form-urlencodedx'):
            status, _ = raw(self.url, head('POST /s', 'Content-Type: ' + kind, 'Content-Length: 3').encode() + b'a=1')
            self.assertEqual(status, 415, kind)
        self.assertEqual(raw(self.url, head('POST /s', 'Content-Length: 3').encode() + b'a=1')[0], 415)

    def test_every_answer_carries_the_headers(self):
        token = self.tokens[2]
        start = Browser(self.url).get('/s/' + token)
        style = re.search(r'/assets/[^"]+', start.text).group()
        requests = [('GET', p, None) for p in ('/', '/s', '/s/' + token, '/resume', '/privacy', '/healthz', '/nothing',
                                               '/s/unknown', style, '/code')]
        requests += [('POST', '/s', b'.t=%s&.s=start' % token.encode()), ('POST', '/code', b'.c=zzz'), ('POST', '/s', b'%')]
        for method, path, body in requests:
            page = Browser(self.url).request(method, path, body)
            for name, value in HEADERS.items():
                self.assertEqual(page.headers.get_all(name), [value], (method, path, name))
            cached = 'public, max-age=31536000, immutable' if path == style else 'no-store'
            self.assertEqual(page.headers['Cache-Control'], cached, path)
            self.assertIsNone(page.headers['Strict-Transport-Security'])
            self.assertNotRegex(page.text, r'(?i)<script|javascript:| on[a-z]+=|style="')

    def test_the_cookie_is_the_browsers_alone_and_goes_at_the_end(self):
        browser = Browser(self.url)
        start = browser.get('/s/' + self.tokens[3])
        self.assertIsNone(start.headers['Set-Cookie'], 'looking sets no cookie')
        page = browser.send(start)
        self.assertRegex(page.headers['Set-Cookie'],
                         r'^rd=[0-9a-f]{32}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Strict$')
        while page.form(field='.p'):
            page = browser.send(page, ANSWERS)
        self.assertRegex(page.headers['Set-Cookie'], r'^rd=; Path=/; Max-Age=0; ')
        self.assertEqual(browser.cookies, {})

    def test_a_trickler_is_ended_by_age(self):
        for start in ('', 'GET / HTTP/1.1\r\nHost: x\r\n', head('POST /s', FORM.strip(), 'Content-Length: 1000')):
            started = time.time()
            with connect(self.url) as s:
                s.sendall(start.encode())
                with self.assertRaises((BrokenPipeError, ConnectionResetError)):
                    for _ in range(200):
                        s.sendall(b'x')
                        time.sleep(0.1)
            self.assertLess(time.time() - started, 6, start)

    def test_others_are_served_while_many_trickle(self):
        idle = [connect(self.url) for _ in range(200)]
        for s in idle:
            s.sendall(b'GET / HTTP/1.1\r\nX: ')
        slowest = 0
        for _ in range(50):
            started = time.time()
            self.alive()
            slowest = max(slowest, time.time() - started)
        self.assertLess(slowest, 1)
        time.sleep(4.5)
        for s in idle:
            self.assertEqual(read_all(s)[:0], b'')  # ended; a reset or an empty read, no hanging
            s.close()

    def test_a_pause_between_two_requests_is_held_against_nobody(self):
        with connect(self.url) as s:
            for _ in range(3):
                s.sendall(b'GET /healthz HTTP/1.1\r\n')
                time.sleep(1)
                s.sendall(b'Host: x\r\n\r\n')
                data = b''
                while not data.endswith(b'ok\n'):
                    piece = s.recv(4096)
                    self.assertTrue(piece, 'the connection was ended')
                    data += piece
                time.sleep(1.4)  # together more than the two seconds that one request may take

    def test_no_address_token_or_answer_is_in_the_log(self):
        browser = Browser(self.url, headers={'User-Agent': 'CanaryAgent/1'})
        page = browser.fill(self.tokens[4], dict(ANSWERS, obstacle='CanaryAnswer'))
        self.assertEqual(page.status, 200)
        log = text_of(self.here.log)
        self.assertIn('event=listening', log)
        for canary in ('CanaryAgent', 'CanaryAnswer', self.tokens[4]):
            self.assertNotIn(canary, log)

    def test_pages_are_small_on_the_wire(self):
        def size(page):
            return len(page.text.encode()) + len(str(page.headers))
        browser = Browser(self.url)
        page = browser.get('/s/' + self.tokens[5])
        style = browser.get(re.search(r'/assets/[^"]+', page.text).group())
        self.assertLess(size(page) + size(style), 14 * 1024)
        page = browser.send(page)
        while page.form(field='.p'):
            self.assertLess(size(page), 10 * 1024)
            page = browser.send(page, ANSWERS)


class Misses(unittest.TestCase):
    """A server of its own, because these tests use up its patience."""

    def test_only_failed_links_are_slowed_down(self):
        here = scene(staff=3)
        try:
            token = here.links('tale', 'personal')[0]['token']
            found = [Browser(here.url).get('/s/' + '0' * 25 + str(i % 10)).status for i in range(40)]
            self.assertEqual(found[:30], [404] * 30)
            self.assertIn(429, found)
            slowed = Browser(here.url).get('/s/unknown')
            self.assertEqual(slowed.status, 429)
            self.assertIn('Too many attempts', slowed.text)
            self.assertEqual(slowed.headers['Retry-After'], '60')
            for _ in range(40):
                self.assertEqual(Browser(here.url).get('/s/' + token).status, 200)
            self.assertIn('Your answers have arrived.', Browser(here.url).fill(token, ANSWERS).text)
            self.assertEqual(answered(here), 1)
        finally:
            here.__exit__()

    def test_behind_https_the_cookie_is_locked_to_this_host(self):
        here = scene(staff=3, server_public_url='https://survey.example')
        try:
            browser = Browser(here.url)
            page = browser.get('/s/' + here.links('tale', 'personal')[0]['token'])
            self.assertEqual(page.headers['Strict-Transport-Security'], 'max-age=31536000; includeSubDomains')
            page = browser.send(page)
            self.assertRegex(page.headers['Set-Cookie'], r'^__Host-rd=[0-9a-f]{32}; Path=/; Max-Age=1209600; HttpOnly; '
                                                         r'SameSite=Strict; Secure$')
        finally:
            here.__exit__()


class Preview(unittest.TestCase):
    def test_a_preview_stores_nothing_and_says_so_on_every_page(self):
        with Installation() as here:
            here.serve(('preview', STORY, '--listen', '127.0.0.1:0'))
            browser = Browser(here.url)
            page = browser.get('/')
            self.assertIn('nothing you enter here is stored', page.text)
            page = browser.send(page)
            while page.form(field='.p'):
                self.assertIn('nothing you enter here is stored', page.text)
                page = browser.send(page, ANSWERS)
            self.assertIn('This was a preview.', page.text)
            self.assertEqual(browser.cookies, {})
            self.assertEqual(browser.get('/preview/organisation').status, 200)
            self.assertEqual(browser.get('/s/0000').status, 404)
            self.assertEqual(here.stop(), 0)
            self.assertEqual([f for f in os.listdir(here.folder) if f != 'server.log'], [])


if __name__ == '__main__':
    unittest.main()
