"""PostgreSQL servers for tests, in temporary folders and on sockets of their own: one for each test process, with a new
database for each installation, and pairs of a primary and a standby. With READINESS_TEST_STORE=postgresql every Installation
(support/readiness.py) uses the first."""
import atexit
import contextlib
import csv
import glob
import io
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

USER = 'readiness'
NULL = '<null>'  # as psql shows it
STANDBY = 'standby'  # what a standby calls itself


def programs():
    """The folder of the server's programs; the newest one of what is installed."""
    found = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
    if not found:
        raise RuntimeError('PostgreSQL is not installed: script/setup test')
    return found[-1]


def unprivileged():
    """How to start a program of the server's: it refuses to be root."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam('postgres')
    return {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}


class Server:
    """`of`: the server whose standby it becomes."""

    def __init__(self, of=None, **settings):
        self.folder = tempfile.mkdtemp(prefix='readiness-pg-')
        self.data = os.path.join(self.folder, 'data')
        self.settings = settings
        self.process = None
        self.databases = 0
        if os.getuid() == 0:
            user = pwd.getpwnam('postgres')
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        if of:
            self.copy(of)
        else:
            self.call('initdb', '-D', self.data, '-A', 'trust', '-U', USER, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync')
            self.start()

    def call(self, program, *words):
        done = subprocess.run([os.path.join(programs(), program)] + list(words), cwd='/tmp', stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, **unprivileged())
        if done.returncode:
            raise RuntimeError('%s: %s' % (program, done.stdout[-2000:]))
        return done.stdout

    def copy(self, of):
        """Becomes the standby of that server, whatever it was before, and runs."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.call('pg_basebackup', '-d', 'host=%s user=%s application_name=%s' % (of.folder, USER, STANDBY), '-D', self.data,
                  '-R', '-X', 'stream', '-c', 'fast', '--no-sync')
        self.start()

    def start(self):
        words = ['-D', self.data, '-k', self.folder]
        for name, value in dict({'listen_addresses': '', 'fsync': 'off', 'shared_buffers': '32MB',
                                 'max_connections': '200'}, **self.settings).items():
            words += ['-c', '%s=%s' % (name, value)]
        with open(os.path.join(self.folder, 'log'), 'a') as log:
            self.process = subprocess.Popen([os.path.join(programs(), 'postgres')] + words, cwd='/tmp', stdout=log,
                                            stderr=log, **unprivileged())
        for _ in range(600):
            done = subprocess.run([os.path.join(programs(), 'pg_isready'), '-h', self.folder, '-q'])
            if done.returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        with open(os.path.join(self.folder, 'log'), errors='replace') as log:
            raise RuntimeError('the server did not start: ' + log.read()[-2000:])

    def stop(self, how=signal.SIGINT):
        """SIGINT in order, SIGQUIT as pg_ctl stop -m immediate."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
            self.process = None

    def remove(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database='postgres'):
        """Rows as lists of text."""
        done = subprocess.run([os.path.join(programs(), 'psql'), '-h', self.folder, '-U', USER, '-d', database, '-X', '--csv',
                               '-t', '-P', 'null=' + NULL, '-v', 'ON_ERROR_STOP=1', '-c', text],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [row or [''] for row in csv.reader(io.StringIO(done.stdout, newline=''))]

    def query(self, database, sql, *values):
        """As sqlite3 gives it: parameters in the places of ?, numbers as numbers."""
        def literal(value):
            if isinstance(value, bytes):
                return "'\\x%s'::bytea" % value.hex()
            return str(value) if isinstance(value, int) else "'%s'" % value.replace("'", "''")

        def plain(value):
            if value == NULL:
                return None
            if value.startswith('\\x'):
                return bytes.fromhex(value[2:])
            return int(value) if re.fullmatch(r'-?\d+', value) else value
        parts = sql.split('?')
        text = ''.join(part + (literal(values[i]) if i < len(values) else '') for i, part in enumerate(parts))
        return [tuple(plain(v) for v in row) for row in self.sql(text, database) if not re.match(r'(UPDATE|INSERT|DELETE) ', row[0])]

    def half_read(self, database):
        return self.session(database, 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM ticket;')

    def lock(self, database):
        """Somebody has the database to itself (LOCK_CLASS of engine/store/postgres/engines.c)."""
        return self.session(database, 'SELECT pg_advisory_lock(%d, hashtext(current_schema()::text));' % 0x52444e53)

    @contextlib.contextmanager
    def session(self, database, sql):
        """Another program that has done this and is still there, until what is given here is called."""
        other = subprocess.Popen([os.path.join(programs(), 'psql'), '-h', self.folder, '-U', USER, '-d', database, '-X', '-q'],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

        def end():
            if other.poll() is None:
                other.stdin.close()
                other.wait(timeout=10)
                other.stdout.close()
        try:
            other.stdin.write(sql + '\n')
            other.stdin.flush()
            other.stdout.readline()
            yield end
        finally:
            end()

    def damage(self, database):
        """What is wrong with its tables and indexes, or None."""
        done = subprocess.run([os.path.join(programs(), 'pg_amcheck'), '-h', self.folder, '-U', USER, '-d', database,
                               '--install-missing', '--heapallindexed'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return None if done.returncode == 0 else done.stdout[-2000:]

    def kept(self, database):
        self.sql('CHECKPOINT')
        oid = self.sql("SELECT oid FROM pg_database WHERE datname = '%s'" % database)[0][0]
        found = b''
        for path in glob.glob(os.path.join(self.data, 'base', oid, '*')):
            with contextlib.suppress(FileNotFoundError), open(path, 'rb') as file:
                found += file.read()
        return found

    def set(self, **settings):
        """Settings that a running server takes over."""
        for name, value in settings.items():
            self.sql("ALTER SYSTEM SET %s = '%s'" % (name, value))
        self.sql('SELECT pg_reload_conf()')

    def new_database(self):
        self.databases += 1
        name = 't%d' % self.databases
        self.sql('CREATE DATABASE ' + name)
        return name

    def url(self, database, folder='var'):
        return 'postgresql://%s@/%s?host=%s&folder=%s' % (USER, database, self.folder, folder)


class Pair:
    """A primary, and a standby that has everything before it counts as done; both write to their disks."""

    def __init__(self, **settings):
        self.settings = dict({'fsync': 'on'}, **settings)
        self.primary = Server(**self.settings)
        self.standby = Server(of=self.primary, **self.settings)
        self.require()

    def require(self):
        """From now on a commit waits for the standby."""
        self.primary.set(synchronous_standby_names=STANDBY)
        self.wait(self.primary, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'")

    @staticmethod
    def wait(server, sql):
        """Until there is such a row."""
        for _ in range(600):
            if server.sql(sql):
                return
            time.sleep(0.05)
        raise RuntimeError('never: ' + sql)

    def cut(self):
        """What must never be: the standby gets nothing any more, and nobody waits for it."""
        self.primary.set(synchronous_standby_names='')
        self.standby.set(primary_conninfo='')
        self.wait(self.primary, 'SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_stat_replication)')

    def fail_over(self):
        """The primary is gone from one moment to the next; the standby takes its place, alone."""
        self.primary.stop(signal.SIGQUIT)
        self.primary, self.standby = self.standby, self.primary
        self.primary.sql('SELECT pg_promote()')

    def follow(self):
        """The old primary comes back as the standby of the new one, from a copy."""
        self.standby.copy(self.primary)
        self.require()

    def remove(self):
        for server in (self.standby, self.primary):
            server.remove()

    def new_database(self):
        """One that the standby shows too: whoever asks it for one that it does not know is not sent to the primary."""
        name = self.primary.new_database()
        self.wait(self.standby, "SELECT 1 FROM pg_database WHERE datname = '%s'" % name)
        return name

    def url(self, database, folder='var'):
        folders = sorted(server.folder for server in (self.primary, self.standby))
        return 'postgresql://%s@/%s?host=%s&folder=%s' % (USER, database, ','.join(folders), folder)

    def query(self, database, sql, *values):
        return self.primary.query(database, sql, *values)

    def damage(self, database):
        return self.primary.damage(database)


_shared = None


def shared(**settings):
    """The test process's own; who asks first may say how it is set."""
    global _shared
    if not _shared:
        _shared = Server(**settings)
        atexit.register(_shared.remove)
    return _shared


def wanted():
    return os.environ.get('READINESS_TEST_STORE') == 'postgresql'


def on_sqlite_only(why):
    """For a test that says nothing about a server's database."""
    return unittest.skipIf(wanted(), 'SQLite only: ' + why)
