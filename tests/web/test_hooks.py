#!/usr/bin/python3
"""Word to other programs: signed, tried again, only where the settings allow, and nothing in it that is nobody's business."""
import hashlib
import hmac
import http.server
import json
import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.api import ALL, Program, tale, token_for  # noqa: E402


class Listener:
    """Writes down what is posted, and answers with the next of `statuses`, then with 200."""

    def __init__(self):
        self.got, self.statuses, self.location = [], [], None
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                listener.got.append((self.path, dict(self.headers), body))
                status = listener.statuses.pop(0) if listener.statuses else 200
                self.send_response(status)
                if status in (301, 307):
                    self.send_header('Location', listener.location)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d/' % self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def wait(self, n, seconds=20):
        until = time.time() + seconds
        while len(self.got) < n and time.time() < until:
            time.sleep(0.05)
        return self.got

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Hooks(unittest.TestCase):
    def setUp(self):
        self.listener = Listener()
        self.addCleanup(self.listener.stop)
        allowed = 'https://hooks.example.org/ https://127.0.0.1:1/ +' + self.listener.url
        self.here = tale(hooks_allowed=allowed, hooks_retry_seconds='1')
        self.addCleanup(self.here.__exit__)
        for who in ('owner', 'stranger'):
            self.here.run('user', 'add', who + '@example.org', '--role', 'practitioner')
        self.here.serve()
        self.owner, self.stranger = (Program(self.here.url, token_for(self.here, w + '@example.org', ALL))
                                     for w in ('owner', 'stranger'))
        made = self.owner.post('/assessments', {'name': 'mine', 'title': 'Mine', 'instrument': 'readiness-pulse'})
        assert made.status == 201, made.content
        self.owner.call('PUT', '/assessments/mine/organisations', {'rows': [{'code': 'a', 'name': 'A'}]})
        assert self.owner.post('/assessments/mine/waves', {'label': 'One'}).status == 201

    def add(self, program, url):
        answer = program.post('/hooks', {'url': url})
        self.assertEqual(answer.status, 201, answer.content)
        return answer.json

    def close(self):
        self.assertEqual(self.owner.post('/assessments/mine/waves/One/close', {'label': 'One'}).status, 200)

    def test_word_of_a_closed_wave_is_signed_and_goes_to_those_who_may_work_with_it(self):
        hook = self.add(self.owner, self.listener.url + 'mine')
        self.add(self.stranger, self.listener.url + 'theirs')
        self.close()
        self.listener.wait(1)
        time.sleep(2)
        self.assertEqual([path for path, _, _ in self.listener.got], ['/mine'])
        _, headers, body = self.listener.got[0]
        said = json.loads(body)
        self.assertEqual((said['event'], said['assessment'], said['wave'], said['label'], said['href']),
                         ('wave.closed', 'mine', 1, 'One', '/api/v1/assessments/mine/waves/1'))
        self.assertEqual(set(said), {'id', 'event', 'assessment', 'wave', 'label', 'href'})  # no figure, no person
        parts = dict(p.split('=', 1) for p in headers['Readiness-Signature'].split(','))
        right = hmac.new(hook['secret'].encode(), parts['t'].encode() + b'.' + body, hashlib.sha256).hexdigest()
        self.assertEqual(parts['v1'], right)
        self.assertLess(abs(int(parts['t']) - time.time()), 60)
        self.assertIsNone(self.owner.get('/hooks').json['items'][0]['trouble'])
        self.assertNotIn(hook['secret'], self.owner.get('/hooks').content.decode())

    def test_a_command_that_closes_a_wave_says_so_too(self):
        self.add(self.owner, self.listener.url)
        self.here.run('wave', 'close', 'mine', '--yes')
        self.assertEqual(json.loads(self.listener.wait(1)[0][2])['event'], 'wave.closed')

    def test_what_does_not_arrive_is_tried_again_and_no_redirection_is_followed(self):
        self.add(self.owner, self.listener.url + 'one')
        self.listener.statuses, self.listener.location = [500, 307], self.listener.url + 'elsewhere'
        self.close()
        got = self.listener.wait(3)
        self.assertEqual([path for path, _, _ in got], ['/one'] * 3)
        self.assertEqual(len({body for _, _, body in got}), 1)

    def test_a_report_that_is_ready_is_told_to_whoever_asked_for_it(self):
        administrator = self.here.run('user', 'add', 'boss@example.org', '--role', 'administrator') and Program(
            self.here.url, token_for(self.here, 'boss@example.org', ALL))
        self.add(administrator, self.listener.url + 'boss')
        self.add(self.owner, self.listener.url + 'owner')
        made = administrator.post('/assessments/tale/waves/Baseline/reports/north').json
        (path, _, body), = self.listener.wait(1)
        said = json.loads(body)
        self.assertEqual((path, said['event'], said['href']), ('/boss', 'report.ready', made['href']))
        self.assertEqual(administrator.call('GET', said['file'], base='').status, 200)

    def test_only_addresses_that_the_settings_allow_are_taken_and_no_private_network_is_reached_by_another_name(self):
        for url in ('https://elsewhere.example/', 'http://hooks.example.org/', 'http://127.0.0.1:22/', 'file:///etc/passwd',
                    'https://hooks.example.org@127.0.0.1/', 'https://hooks.example.org/../x', ''):
            answer = self.owner.post('/hooks', {'url': url})
            self.assertEqual(answer.status, 422, url)
        self.add(self.owner, 'https://127.0.0.1:1/x')  # allowed, but not as a private address
        self.close()
        for _ in range(100):
            trouble = self.owner.get('/hooks').json['items'][0]['trouble']
            if trouble:
                break
            time.sleep(0.1)
        self.assertEqual(trouble, 'private_address')

    def test_an_address_is_removed_by_its_owner_only(self):
        hook = self.add(self.owner, self.listener.url)
        self.assertEqual(self.stranger.call('DELETE', '/hooks/' + hook['id']).status, 404)
        self.assertEqual(self.stranger.get('/hooks').json['items'], [])
        self.assertEqual(self.owner.call('DELETE', '/hooks/' + hook['id']).status, 204)
        self.close()
        time.sleep(2.5)
        self.assertEqual(self.listener.got, [])


if __name__ == '__main__':
    unittest.main()
