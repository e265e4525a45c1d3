"""A test case with a small assessment and its running server, for whoever attacks them: afterwards the server is well."""
import os
import unittest

from support.readiness import Browser
from support.scene import scene


class Served(unittest.TestCase):
    SCENE = {}
    # more of the server's environment; what AddressSanitizer keeps of memory that was given back, is no memory of ours
    SERVER = {'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', 'detect_leaks=1') + ':quarantine_size_mb=8'}

    @classmethod
    def setUpClass(cls):
        cls.here = scene(serve=False, **cls.SCENE)
        cls.here.environment.update(cls.SERVER)
        cls.here.serve()
        cls.url = cls.here.url

    @classmethod
    def tearDownClass(cls):
        status = cls.here.stop() if cls.here.server else 0
        with open(cls.here.log, encoding='utf-8', errors='replace') as file:
            log = file.read()
        cls.here.__exit__()
        assert status == 0, log[-4000:]
        assert 'Sanitizer' not in log and 'runtime error' not in log, log[-4000:]

    def alive(self):
        self.assertEqual(Browser(self.url).get('/healthz').text, 'ok\n')

    @classmethod
    def memory(cls):
        """Resident bytes of the server."""
        with open('/proc/%d/statm' % cls.here.server.pid) as file:
            return int(file.read().split()[1]) * 4096
