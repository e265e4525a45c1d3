#!/usr/bin/python3
"""The socket through which commands reach the running server, and what arrives there that is no command."""
import array
import glob
import os
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support.readiness import Installation  # noqa: E402


class Control(unittest.TestCase):
    def open_files(self):
        return len(os.listdir('/proc/%d/fd' % self.here.server.pid))

    def say(self, message, streams):
        """Sends bytes with descriptors, as a command does, and waits until the server hangs up."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(60)
            s.connect(self.socket)
            s.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', streams))] if streams else [])
            try:
                return s.recv(1)
            except ConnectionResetError:
                return b''

    def test_nonsense_is_hung_up_on_and_leaves_nothing_open(self):
        with Installation() as self.here, open(os.devnull, 'r+') as nothing:
            self.here.serve()
            n = nothing.fileno()
            self.socket = glob.glob(self.here.path('var/control*'))[0]  # a server's database is in its name
            self.say(b'\0', [])
            before = self.open_files()
            for message, streams in ((b'x\0assessment', [n, n, n]), (b'x\0assessment\0list\0', [n]), (b'x\0', [n, n]),
                                     (b'\0', [n] * 4), (b'\xff' * 100, [n] * 3), (b'x', [n] * 4)) * 10:
                self.assertEqual(self.say(message, streams), b'', message)
            for _ in range(100):
                if self.open_files() <= before:
                    break
                time.sleep(0.1)
            self.assertLessEqual(self.open_files(), before)
            self.here.run('assessment', 'list')
            self.assertEqual(self.here.stop(), 0)


if __name__ == '__main__':
    unittest.main()
