#!/usr/bin/python3
"""1,000 connections that say nothing and 1,000 that say a byte every two seconds: the others are served as before, the tricklers are
gone within thirty seconds, and the memory they took is small and given back."""
import os
import resource
import socket
import sys
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import wire  # noqa: E402
from support.readiness import PROGRAM  # noqa: E402
from support.served import Served  # noqa: E402

LONG = bool(os.environ.get('READINESS_LONG'))
IDLE = TRICKLING = 1000
STARTS = (b'', b'GET / HTTP/1.1\r\nHost: x\r\n', wire.head('POST /s', wire.FORM, 'Content-Length: 100000').encode(),
          wire.head('POST /s', wire.FORM, 'Transfer-Encoding: chunked').encode() + b'ffff\r\n')


def most_memory():
    """What two thousand connections may take; ThreadSanitizer keeps several bytes about each of the program's."""
    with open(PROGRAM, 'rb') as file:
        return (480 if b'__tsan_init' in file.read() else 160) << 20


def percentile(times, share):
    return sorted(times)[int(len(times) * share) - 1]


class Slow(Served):
    SCENE = {'staff': 6}

    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < 4096:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))

    def probe(self, n, path='/s/'):
        """How long pages take, each on a connection of its own, in milliseconds."""
        times, request = [], wire.head('GET ' + path + self.token if path == '/s/' else 'GET ' + path).encode()
        for _ in range(n):
            started = time.monotonic()
            found = wire.answers(wire.exchange(self.url, request))
            times.append((time.monotonic() - started) * 1000)
            self.assertEqual(found[0].status, 200)
            time.sleep(0.005)
        return times

    def test_others_are_served_while_a_thousand_wait_and_a_thousand_trickle(self):
        self.token = self.here.links('tale', 'personal')[0]['token']
        self.probe(50)
        before, memory = self.probe(400), self.memory()
        place = urllib.parse.urlsplit(self.url)
        idle = [socket.create_connection((place.hostname, place.port)) for _ in range(IDLE)]
        ended, begun = {}, {}
        for i in range(TRICKLING):
            s = socket.create_connection((place.hostname, place.port))
            s.sendall(STARTS[i % len(STARTS)])
            s.setblocking(False)
            begun[s] = time.monotonic()
        stop = threading.Event()

        def trickle():
            while not stop.is_set() and len(ended) < TRICKLING:
                for s in list(begun):
                    if s in ended:
                        continue
                    try:
                        s.send(b'x')
                        if not s.recv(4096):
                            raise ConnectionResetError
                    except BlockingIOError:
                        pass
                    except OSError:
                        ended[s] = time.monotonic() - begun[s]
                stop.wait(2 if time.monotonic() - started < 24 else 0.3)

        started = time.monotonic()
        thread = threading.Thread(target=trickle)
        thread.start()
        during, peak = [], 0
        while time.monotonic() - started < 22:
            during += self.probe(50)
            peak = max(peak, self.memory() - memory)
        thread.join(timeout=30)
        stop.set()
        thread.join()
        self.assertEqual(len(ended), TRICKLING, 'tricklers are still there')
        slowest = max(ended.values())
        for s in idle:
            s.settimeout(15)
            self.assertEqual(s.recv(1), b'')
        for s in idle + list(begun):
            s.close()
        after = self.probe(100)
        quiet, busy = percentile(before, 0.99), percentile(during, 0.99)
        print('slow connections: p99 of others %.1f ms alone, %.1f ms beside %d idle and %d trickling ones (ratio %.1f, median '
              '%.1f and %.1f, worst %.0f, of %d); the last trickler gone after %.1f s; memory rose by %.1f MiB' %
              (quiet, busy, IDLE, TRICKLING, busy / quiet, percentile(before, 0.5), percentile(during, 0.5), max(during),
               len(during), slowest, peak / (1 << 20)))
        self.assertLess(slowest, 31)
        self.assertLess(peak, most_memory())
        self.assertLess(busy, 1000)
        self.assertLess(percentile(after, 0.5), 1000)

    def test_beyond_the_limit_nobody_is_hurt(self):
        """More connections than the server takes: it turns the rest away, and is itself again when they are gone."""
        self.token = self.here.links('tale', 'personal')[0]['token']
        place = urllib.parse.urlsplit(self.url)
        many = []
        try:
            for _ in range(4600 if LONG else 500):
                many.append(socket.create_connection((place.hostname, place.port), timeout=5))
        except OSError:
            pass
        for s in many:
            s.close()
        time.sleep(0.5)
        self.probe(20)


if __name__ == '__main__':
    unittest.main()
