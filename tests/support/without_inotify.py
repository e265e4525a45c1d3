#!/usr/bin/python3
"""Runs a command to which the kernel refuses inotify, as where its limit is reached: without_inotify.py PROGRAM WORD...
A seccomp filter answers the system call with EMFILE; everything else is let through."""
import ctypes
import os
import platform
import struct
import sys

CALLS = {'x86_64': (253, 294), 'aarch64': (26,)}  # inotify_init, inotify_init1
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7fff0000, 0x00050000 | 24  # EMFILE


def refuse(numbers):
    code = [struct.pack('HBBI', LOAD, 0, 0, 0)]  # the call's number
    for i, number in enumerate(numbers):
        code.append(struct.pack('HBBI', EQUAL, len(numbers) - i, 0, number))
    code += [struct.pack('HBBI', RETURN, 0, 0, ALLOW), struct.pack('HBBI', RETURN, 0, 0, REFUSE)]
    lines = ctypes.create_string_buffer(b''.join(code))
    program = struct.pack('HxxxxxxQ', len(code), ctypes.addressof(lines))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((NO_NEW_PRIVILEGES, 1, 0, 0, 0), (SECCOMP, FILTER, program, 0, 0)):
        if libc.prctl(*words):
            sys.exit('prctl: ' + os.strerror(ctypes.get_errno()))


if __name__ == '__main__':
    refuse(CALLS[platform.machine()])
    os.execv(sys.argv[1], sys.argv[1:])
