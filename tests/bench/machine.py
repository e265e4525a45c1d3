"""What all benchmarks share: building, running, serving, measuring, and the rows of the table."""
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('BENCH_BUILD', os.path.join(ROOT, 'build', 'bench'))
PROGRAM = os.path.join(BUILD, 'readiness')
FORM = max(name[:3] for name in os.listdir(os.path.join(ROOT, 'engine/store/sqlite')) if name.endswith('.sql'))
DATA = os.path.join(BUILD, 'data', FORM)  # what is made once has today's form: an update at the start would be measured too
os.environ['READINESS'] = PROGRAM  # what the tests' helpers start
sys.path.insert(0, os.path.join(ROOT, 'tests'))
from support.readiness import free_port  # noqa: E402

ENVIRONMENT = dict(os.environ, LANG='C', LC_ALL='C', READINESS_SERVER_LISTEN='127.0.0.1:0', READINESS_LOG_LEVEL='error')


def tool(name):
    return os.path.join(BUILD, 'tests/bench', name)


def run(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          cwd=options.pop('cwd', ROOT), env=ENVIRONMENT, **options)
    if done.returncode:
        sys.exit('%s\n%s' % (' '.join(words), done.stdout[-3000:]))
    return done.stdout


def build():
    run('cmake', '-S', '.', '-B', BUILD, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=RelWithDebInfo', '-DREADINESS_BENCH=ON')
    run('cmake', '--build', BUILD, '--target', 'bench')


# In a process of its own, and a small one: Linux counts what the parent held when it divided among the child's peak.
MEASURE = """
import os, sys, time
begun = time.monotonic()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, time.monotonic() - begun, used.ru_maxrss * 1024 / 1e6)
"""


def cost(folder, *words):
    """(CPU seconds, wall seconds, peak memory in MB) of a command, run in `folder`."""
    done = subprocess.run([sys.executable, '-I', '-S', '-c', MEASURE, *words], cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)
    status, cpu, wall, memory = (done.stdout.split() + ['1'] * 4)[:4]
    if status != '0':
        sys.exit('%s\n%s' % (' '.join(words), done.stderr[-3000:]))
    return float(cpu), float(wall), float(memory)


def product_cost(folder, *words):
    return cost(folder, PROGRAM, *words)


def copy_folder(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


class Served:
    """A server on this machine, the product's or a limit's; ended at the end of the `with`."""

    def __init__(self, folder, *words, slow=False):
        environment = dict(ENVIRONMENT, LD_PRELOAD=tool('libslow_sync.so')) if slow else ENVIRONMENT
        self.begun = time.monotonic()
        self.process = subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.pid = self.process.pid

    def wait(self):
        for line in self.process.stdout:
            found = re.search(r'http://([^\s/]+)|^ready', line)
            if found:
                self.address = found.group(1)
                return self
        sys.exit('a server did not start: ' + self.process.stderr.read()[-3000:])

    def __enter__(self):
        return self.wait()

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.process.stderr.close()

    def memory(self, name='VmRSS'):
        """MB."""
        with open('/proc/%d/status' % self.pid) as status:
            return int(re.search(name + r':\s+(\d+)', status.read()).group(1)) * 1024 / 1e6


def product(folder, slow=False):
    return Served(folder, PROGRAM, 'serve', slow=slow)


class limit(Served):
    """A limit program that serves: limit('page'), limit('submit', DATABASE)."""

    def __init__(self, name, *words, slow=False, threads=2):
        port = free_port()
        super().__init__(DATA, tool('limit_' + name), str(port), str(threads), *words, slow=slow)
        self.port = port

    def wait(self):
        super().wait()
        self.address = '127.0.0.1:%d' % self.port
        return self


def load(mode, server, connections, n, file, *mark):
    """What `load` found; see load.c. Whatever fails ends the benchmark: a figure beside failures says nothing."""
    done = subprocess.run([tool('load'), mode, server.address, str(connections), str(n), str(server.pid), file] + list(mark),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    found = json.loads(done.stdout)
    if found['failed'] or found['done'] != n:
        ended = server.process.poll()
        sys.exit('%s: %d of %d done, %d failed; the server %s\n%s' % (
            server.process.args[0], found['done'], n, found['failed'],
            'goes on' if ended is None else 'ended with %d: %s' % (ended, server.process.stderr.read()[-2000:]), done.stderr[-3000:]))
    return found


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as out:
        out.write(text)
    return path


class Row:
    """One line of the table. `values` are the product's, one a round; `limits` those of the limit program beside it, and
    the aim then speaks of the ratio of each round; without limits, of the value itself."""

    def __init__(self, what, unit, aim='', met=None, form='%.2f', note=''):
        self.what, self.unit, self.aim, self.met, self.form, self.note = what, unit, aim, met, form, note
        self.values, self.limits = [], []

    def add(self, value, of=None):
        self.values.append(value)
        if of is not None:
            self.limits.append(of)

    def ratios(self):
        return [v / l for v, l in zip(self.values, self.limits) if l]

    def judged(self):
        """Is the aim met in the median? None without one."""
        return None if self.met is None else bool(self.met(statistics.median(self.ratios() or self.values)))

    def as_json(self):
        return {'what': self.what, 'unit': self.unit, 'aim': self.aim, 'met': self.judged(), 'form': self.form,
                'values': self.values, 'limits': self.limits, 'ratios': self.ratios(), 'note': self.note}


def under(most):
    return lambda value: value < most


def at_least(least):
    return lambda value: value >= least
