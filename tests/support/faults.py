"""The machine's bad days, on request: the control file of tests/faults/faults.c, and what must hold after each of them."""
import contextlib
import ctypes
import mmap
import os
import shutil
import sqlite3
import tempfile
import unittest

from support.readiness import Installation, PROGRAM

LIBRARY = os.path.join(os.path.dirname(PROGRAM), 'tests', 'libfaults.so')
MEMORY, READ, WRITE, SYNC, RENAME, OPEN, TRUNCATE, MAP, REMOVE = (1 << i for i in range(9))
FILES = READ | WRITE | SYNC | RENAME | OPEN | TRUNCATE | MAP | REMOVE
COUNT, ONCE, FROM_THEN_ON, SHORT, KILL, KILL_HALFWAY, FORK = range(7)
MODES = ('count', 'once', 'from then on', 'short', 'kill', 'kill halfway', 'copies')
KIND_NAMES = ('memory', 'read', 'write', 'sync', 'rename', 'open', 'truncate', 'map', 'remove')
STACKS, OTHERS, SEEN = 1 << 17, 64, 1 << 15
OF_A_STREAM = 1 << 4  # in a stack's hash, above the kind
LONG = bool(os.environ.get('READINESS_LONG'))


class Layout(ctypes.Structure):
    _fields_ = [('armed', ctypes.c_int32), ('mode', ctypes.c_int32), ('error', ctypes.c_int32),
                ('stacks_wanted', ctypes.c_int32), ('kinds', ctypes.c_uint32), ('kind', ctypes.c_uint32),
                ('at', ctypes.c_int64), ('counted', ctypes.c_int64), ('fired', ctypes.c_int64), ('quota', ctypes.c_int64),
                ('clock', ctypes.c_int64), ('of_kind', ctypes.c_int64 * 9), ('every', ctypes.c_int64), ('copies', ctypes.c_int64),
                ('good', ctypes.c_int64), ('n_others', ctypes.c_int64), ('others', ctypes.c_int64 * OTHERS),
                ('seen', ctypes.c_uint64 * SEEN), ('stacks', ctypes.c_uint64 * STACKS)]


def needed():
    if not os.path.exists(LIBRARY):
        raise unittest.SkipTest('the faults are built without sanitizers only: ' + LIBRARY + ' is missing')


class Faults:
    """The control file; `into(here)` makes everything that an installation starts listen to it."""

    def __init__(self):
        needed()
        handle, self.path = tempfile.mkstemp(prefix='readiness-faults-', dir='/dev/shm' if os.path.isdir('/dev/shm') else None)
        os.ftruncate(handle, ctypes.sizeof(Layout))
        self.map = mmap.mmap(handle, ctypes.sizeof(Layout))
        os.close(handle)
        self.layout = Layout.from_buffer(self.map)
        self.layout.quota = -1

    def close(self):
        self.layout = None
        self.map.close()
        os.unlink(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def into(self, here):
        here.environment.update(LD_PRELOAD=LIBRARY, FAULTS_CONTROL=self.path)

    def arm(self, kinds, mode=COUNT, at=0, error=0, stacks=False):
        c = self.layout
        c.armed = 0
        c.kinds, c.mode, c.at, c.error, c.counted, c.fired = kinds, mode, at, error, 0, 0
        c.stacks_wanted = 1 if stacks else 0
        for i in range(9):
            c.of_kind[i] = 0
        c.armed = 1

    def divide(self, every=0, anew=True):
        """Every so manieth allocation fails, or the first with each stack, each in a copy of the process, which itself goes
        on. Not `anew`: stacks that were seen the last time are not new."""
        c = self.layout
        c.armed = 0
        if anew:
            ctypes.memset(c.seen, 0, ctypes.sizeof(c.seen))
        c.every, c.copies, c.good, c.n_others = every, 0, 0, 0
        self.arm(MEMORY, FORK)

    def divided(self):
        """Returns (copies made, those that ended with the sentence and status 3, the numbers of the others)."""
        c = self.layout
        c.armed = 0
        return c.copies, c.good, list(c.others[:min(c.n_others, OTHERS)])

    def disarm(self):
        """Returns (calls counted, faults that happened)."""
        self.layout.armed = 0
        return self.layout.counted, self.layout.fired

    def stacks(self):
        """A hash of who called, for each counted call; the lowest four bits are the kind, the fifth tells of a stream."""
        return list(self.layout.stacks[:min(self.layout.counted, STACKS)])

    def quota(self, left):
        """So many bytes may still be written to files; -1: no end."""
        self.layout.quota = left
        self.layout.armed = 1 if left >= 0 else 0
        self.layout.kinds = 0

    def clock(self, seconds):
        self.layout.clock = seconds


def memory_folder():
    """Where an fsync costs nothing: the faults are ours, not the disk's."""
    return '/dev/shm' if os.path.isdir('/dev/shm') else tempfile.gettempdir()


def copy_of(here, name='copy'):
    """Another installation with the same settings and a copy of all its files."""
    other = Installation.__new__(Installation)
    other.__dict__.update(here.__dict__)
    other.folder = tempfile.mkdtemp(prefix='readiness-test-', dir=os.path.dirname(here.folder))
    shutil.rmtree(other.folder)
    shutil.copytree(here.folder, other.folder, ignore=lambda _, names: [n for n in names if n == 'control'])
    other.environment, other.server = dict(here.environment), None
    return other


@contextlib.contextmanager
def reading(path):
    """The database as it stands, left as it is; one whose journal must first be brought in is read in a copy."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        database = sqlite3.connect('file:%s?mode=ro' % path, uri=True, timeout=20)
        try:
            database.execute('SELECT count(*) FROM sqlite_schema').fetchall()
        except sqlite3.OperationalError:
            database.close()
            for ending in ('', '-wal'):
                if os.path.exists(path + ending):
                    shutil.copy(path + ending, os.path.join(folder, 'r.db' + ending))
            database = sqlite3.connect(os.path.join(folder, 'r.db'))
        with contextlib.closing(database):
            yield database


def whole(path):
    """What is wrong with the database file, or None."""
    with reading(path) as database:
        said = [row[0] for row in database.execute('PRAGMA integrity_check')]
        if said != ['ok']:
            return said
        return database.execute('PRAGMA foreign_key_check').fetchall() or None


def damage(here):
    """What is wrong with an installation's database, or None."""
    return here.store.damage(here.database) if here.store else whole(here.path('var/readiness.db'))


def rows(path, sql, *values):
    with reading(path) as database:
        return database.execute(sql, values).fetchall()
