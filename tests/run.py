#!/usr/bin/python3
"""Runs the test suite, part by part, and ends in one line with the counts.

A part is a function below that lists its jobs: programs that run by themselves, as many at a time as there are cores. Unit
tests are cmocka programs (TAP on their output), the others unittest files, each with folders and ports of its own. Everything
that starts `readiness` uses the build with AddressSanitizer and UndefinedBehaviorSanitizer; coverage is counted by a second
build. Whatever a sanitizer says makes its job fail, also what a server says that the test only asked for pages. Words on the
command line name the parts to run; --long asks for the long forms of the proofs (READINESS_LONG=1), --with-r for a comparison
of the statistics with R. Coverage, tsan, memcheck and analyzer run with --long, or when named: all but the last need builds
of their own.
"""
import concurrent.futures
import fnmatch
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYTHON = '/usr/bin/python3'
LONG = '--long' in sys.argv or bool(os.environ.get('READINESS_LONG'))
SANITIZERS = ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS')
passed, failed = 0, []


def run(words, **options):
    """The exit status and everything printed."""
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors='replace', **options)
    return done.returncode, done.stdout


class Job:
    """A program, and how to count what it printed: `tally(status, output)` gives the number of good and the names of bad."""

    def __init__(self, name, words, tally, env=None, telling=None):
        self.name, self.words, self.tally, self.env, self.telling = name, words, tally, env, telling

    def go(self):
        started = time.time()
        with tempfile.TemporaryDirectory() as folder:
            env = dict(self.env or os.environ)
            for name in SANITIZERS:
                env[name] = '%s:log_path=%s/said' % (env.get(name, ''), folder)
            status, output = run(self.words, env=env)
            said = [open(path, errors='replace').read() for path in sorted(glob.glob(folder + '/said*'))]
        good, bad = self.tally(status, output)
        if any(said):
            bad = bad + ['a sanitizer spoke']
            output += '\n' + '\n'.join(said)[:12000]
        if status != 0 and not bad:
            bad = ['ended with status %d' % status]
        if status == 0 and not good and not bad:
            bad = ['ran no test']
        if self.telling:
            output = '\n'.join(line for line in output.splitlines() if self.telling in line)
        return self, good, bad, output, time.time() - started


def tell(done):
    global passed
    job, good, bad, output, seconds = done
    passed += good
    failed.extend('%s: %s' % (job.name, b) for b in bad)
    print('%-4s %-52s %4d passed %3d failed %6.1f s' % ('FAIL' if bad else 'ok', job.name, good, len(bad), seconds), flush=True)
    if bad:
        print(output[-8000:], flush=True)
    return not bad


def one(name, words, telling=None, env=None):
    """A step that is right when it exits 0. Of a failure's output, only lines with `telling` are shown."""
    return Job(name, words, lambda status, output: (int(status == 0), []), env, telling)


def environment(preset):
    env = dict(os.environ, READINESS=os.path.join(ROOT, 'build', preset, 'readiness'),
               AXE=os.path.join(ROOT, 'build/npm/node_modules/axe-core/axe.min.js'),
               ASAN_OPTIONS='detect_leaks=1:abort_on_error=0', UBSAN_OPTIONS='print_stacktrace=1',
               TSAN_OPTIONS='second_deadlock_stack=1:suppressions=' + os.path.join(ROOT, 'tests/rules/tsan.txt'),
               PYTHONPATH=os.path.join(ROOT, 'tests'), PYTHONDONTWRITEBYTECODE='1')
    for name in [n for n in env if n.startswith('READINESS_')]:
        del env[name]
    if LONG:
        env['READINESS_LONG'] = '1'
    return env


def build(preset):
    return all(tell(job.go()) for job in (one('configure ' + preset, ['cmake', '--preset', preset]),
                                          one('build ' + preset, ['cmake', '--build', '--preset', preset, '--', '--quiet'])))


def tap(status, output):
    return len(re.findall(r'^ok \d+ - ', output, re.M)), re.findall(r'^not ok \d+ - (\S+)', output, re.M)


def unittests(status, output):
    ran = sum(int(n) for n in re.findall(r'^Ran (\d+) tests?', output, re.M))
    bad = re.findall(r'^(?:FAIL|ERROR): (\S+)', output, re.M)
    return max(0, ran - len(bad)), bad


def named(preset, name):
    return name if preset == 'asan' else preset + ' ' + name


def unit_programs(preset):
    env = dict(environment(preset), CMOCKA_MESSAGE_OUTPUT='TAP')
    programs = sorted(glob.glob(os.path.join(ROOT, 'build', preset, 'tests', 'test_*')))
    return [Job(named(preset, 'unit/' + os.path.basename(p)), [p], tap, env) for p in programs
            if os.access(p, os.X_OK) and not os.path.isdir(p)]


def python_tests(folder, preset='asan'):
    paths = sorted(glob.glob(os.path.join(ROOT, 'tests', folder, 'test_*.py')))
    return [Job(named(preset, folder + '/' + os.path.basename(p)), [PYTHON, p], unittests, environment(preset)) for p in paths]


def rules():
    """The house: include directions, forbidden calls, words, formatting, scripts."""
    sources = sorted(glob.glob(os.path.join(ROOT, '*', '**', '*.[ch]'), recursive=True))
    sources = [s for s in sources if '/build/' not in s]
    scripts = [s for s in sorted(glob.glob(os.path.join(ROOT, 'script/*'))) if open(s).readline().strip().endswith('sh')]
    return [one('rules of the house', [PYTHON, 'tests/rules/check_rules.py']),
            one('clang-format', ['clang-format', '--dry-run', '-Werror'] + sources),
            one('shellcheck', ['shellcheck'] + scripts + ['.ci/run'])]


def hardening():
    """Flags of the compiler and the linker, read off the binary: with --long, off the one that people run."""
    return python_tests('rules', 'release' if LONG else 'asan')


def unit():
    """Each promise of the rooms, by themselves."""
    return unit_programs('asan')


def web():
    """The real server over HTTP."""
    return python_tests('web')


def story():
    """The whole story against the real program: files, links, pages, close, results, workbooks."""
    return python_tests('story')


# What runs once more on the other database. A test that asks the database does so through Installation.query.
ON_BOTH = {'story': ('story', 'waves', 'answering', 'control', 'operations'),
           'web': ('closing', 'once', 'sessions', 'counts', 'api', 'api_schema', 'hooks'),
           'hostile': ('races', 'scanners'), 'mail': (), 'faults': ('kill', 'one_process', 'clock'),
           'privacy': ('linkage', 'locked')}
# These too when there is time, or when the part is asked for. (What several engines do with mail is in mail/test_mailing.py.)
ON_BOTH_AT_LENGTH = {'story': ('users', 'input', 'conditions', 'living_files'),
                     'web': ('audit', 'mail_pages', 'told_in_time', 'routes', 'setup', 'reach', 'reports_pages', 'recovery',
                             'outcomes'),
                     'mail': ('mailing',)}


def postgresql():
    """The story, the pages, mail, races and kills once more, on a PostgreSQL server that each starts for itself."""
    jobs, length = [], LONG or 'postgresql' in sys.argv
    for folder, names in ON_BOTH.items():
        names += ON_BOTH_AT_LENGTH.get(folder, ()) if length else ()
        there = {os.path.basename(job.words[-1]): job for job in python_tests(folder, 'plain' if folder == 'faults' else 'asan')}
        for name in names:
            job = there['test_%s.py' % name]
            job.name, job.env = 'postgresql ' + job.name, dict(job.env, READINESS_TEST_STORE='postgresql')
            jobs.append(job)
    return jobs


def mail():
    """Mailings against an SMTP server of the test."""
    return python_tests('mail')


def workbook():
    """The workbooks, read as a stranger would."""
    return python_tests('workbook')


def faults():
    """Kills, power cuts, faults at every call, full disks, clocks: on a build without sanitizers, which stand in their way."""
    return python_tests('faults', 'plain')


def privacy():
    """Attacks on the promise."""
    return python_tests('privacy')


def hostile():
    """Clients who mean harm: races, scanners, floods, smuggled requests, slow connections, storms, injection."""
    return python_tests('hostile')


def package():
    """Manual pages, completion, the unit; with --long the Debian package in a clean Debian."""
    return python_tests('package')


def browser():
    """Chromium and axe."""
    return python_tests('browser')


def clang_tidy(name, *options):
    """Room by room."""
    rooms = sorted(d for d in glob.glob(os.path.join(ROOT, 'engine/*')) if os.path.isdir(d)) + [os.path.join(ROOT, 'reports')]
    return [one('%s %s' % (name, os.path.relpath(room, ROOT)),
                ['run-clang-tidy', '-quiet', '-j1', '-p', 'build/asan', *options, room + '/.*'], telling='error:') for room in rooms]


def analysis():
    """cppcheck and clang-tidy without the checks that follow paths, which are in `analyzer`: they take twenty times as long."""
    cppcheck = one('cppcheck', ['cppcheck', '--quiet', '--std=c11', '--enable=warning,portability', '--inline-suppr',
                                '--suppressions-list=tests/rules/cppcheck.txt', '--error-exitcode=1', '-Iengine', '-I.',
                                '--library=posix', '-D_GNU_SOURCE', 'engine', 'reports'])
    return clang_tidy('clang-tidy', '-checks=-clang-analyzer-*') + [cppcheck]


def fuzz():
    """Made-up bytes for whatever reads bytes from outside: thirty seconds each, one after the other beside everything else;
    ten minutes each with --long."""
    def tally(status, output):
        return len(re.findall(r'^ok +(\S+) +\d+ +\d+', output, re.M)), re.findall(r'^FAIL (\S+)', output, re.M)
    return [Job('fuzz', ['script/fuzz', '600'] if LONG else ['script/fuzz', '--jobs', '1', '30'], tally)]


def tsan():
    """Data races, in a build with ThreadSanitizer (of libraries: rules/tsan.txt)."""
    folders = ('privacy', 'story', 'hostile', 'web', 'mail')
    return unit_programs('tsan') + [job for folder in folders for job in python_tests(folder, 'tsan')]


# More than ten minutes each under valgrind, which takes thirty times as long; AddressSanitizer runs them.
NOT_UNDER_VALGRIND = {
    'test_results_veil': 'random organisations, many of them',
    'test_ballot_trouble': 'every act once for each call that can fail',
}


def memcheck():
    """Memory that was never written, beyond its end, or lost: the unit tests under valgrind (of libraries: rules/valgrind.txt)."""
    words = ['valgrind', '--quiet', '--error-exitcode=9', '--leak-check=full', '--show-leak-kinds=definite,possible',
             '--errors-for-leak-kinds=definite,possible', '--child-silent-after-fork=yes',
             '--suppressions=tests/rules/valgrind.txt']
    jobs = [job for job in unit_programs('valgrind') if os.path.basename(job.words[-1]) not in NOT_UNDER_VALGRIND]
    return [Job(job.name, words + job.words, job.tally, job.env) for job in jobs]


def analyzer():
    """What follows the paths through a function: gcc's analyser, file by file, and clang's."""
    def tally(status, output):
        return (len(re.findall(r'^ok ', output, re.M)), re.findall(r'^FAIL (\S+)', output, re.M))
    return clang_tidy('clang analyzer') + [Job('gcc -fanalyzer', [PYTHON, 'tests/rules/analyze.py'], tally)]


def with_r():
    """Statistics beside R's (only with --with-r)."""
    return python_tests('with_r')


# Where no branch may be left out, and why: whoever is let in, whatever keeps answers and gives them back.
CRITICAL = [
    ('disclosure', 'what a table may show', ['engine/aggregate/disclose.c']),
    ('tokens', 'links, codes, pseudonyms and the keys behind them', ['engine/collect/keys.c', 'engine/collect/safekeeping.c']),
    ('ballots', 'from the answer to the closed wave', ['engine/collect/%s.c' % name for name in (
        'ballot', 'content', 'sitting', 'close', 'sheet', 'coarsen')]),
    ('authentication', 'who is let in', ['engine/access/*.c'] + ['engine/web/workspace/%s.c' % name for name in (
        'sign_in', 'gate', 'again', 'tries', 'welcome', 'account_password', 'account_totp')]),
    ('store', 'everything that is kept', ['engine/store/*.c']),
]
LEAST = {'line': 90, 'branch': 80}


def coverage_table(files):
    """The lines of build/coverage.txt, and what is below its limit; `files` as gcovr's summary has them."""
    def row(name, chosen, limits):
        figures = []
        for kind in ('line', 'branch'):
            total, covered = (sum(f['%s_%s' % (kind, what)] for f in chosen) for what in ('total', 'covered'))
            share = 100 * covered / total if total else 100
            figures.append('%6d of %6d %6.2f %%' % (covered, total, share))
            if share < limits.get(kind, 0):
                below.append('%s: %.2f %% of %s, at least %d %%' % (name, share, kind, limits[kind]))
        return '%-46s %s %s' % (name, *figures)

    below = []
    lines = ['%-46s %-27s branches' % ('', 'lines'), row('everything', files, LEAST), '']
    for room in sorted(set(os.path.dirname(f['filename']) for f in files)):
        lines.append(row(room, [f for f in files if os.path.dirname(f['filename']) == room], {}))
    for name, why, patterns in CRITICAL:
        lines += ['', '%s (%s)' % (name, why)]
        for f in files:
            if any(fnmatch.fnmatch(f['filename'], pattern) for pattern in patterns):
                lines.append(row(f['filename'], [f], {'branch': 100}))
    return lines, below


def coverage(pool):
    """Lines and branches, over the unit tests and the short forms of those that drive the program; a table of them in
    build/coverage.txt. Programs that are killed or that fail on purpose are not counted: they leave no counters."""
    if not build('dev'):
        return
    for counters in glob.glob(os.path.join(ROOT, 'build/dev/**/*.gcda'), recursive=True):
        os.remove(counters)
    jobs = [job for folder in ('story', 'web', 'mail', 'privacy', 'workbook') for job in python_tests(folder, 'dev')] + unit_programs('dev')
    for job in jobs:
        job.env.pop('READINESS_LONG', None)
    for done in concurrent.futures.as_completed([pool.submit(job.go) for job in jobs]):
        job, good, bad, output, seconds = done.result()
        failed.extend('coverage of %s: %s' % (job.name, b) for b in bad)
    summary = os.path.join(ROOT, 'build/coverage.json')
    status, output = run(['gcovr', '-r', ROOT, '--object-directory', 'build/dev', '-f', 'engine/', '-f', 'reports/',
                          '--exclude-throw-branches', '--exclude-unreachable-branches', '--gcov-ignore-parse-errors',
                          '--json-summary', summary, 'build/dev'])
    if status != 0:
        failed.append('coverage: ' + output[-2000:])
        return
    with open(summary) as file:
        lines, below = coverage_table(json.load(file)['files'])
    with open(os.path.join(ROOT, 'build/coverage.txt'), 'w') as file:
        file.write('\n'.join(lines) + '\n')
    print('\n'.join(lines))
    failed.extend('coverage of ' + what for what in below)


# The long ones first, so that no core waits at the end.
PARTS = [analysis, analyzer, memcheck, tsan, mail, browser, faults, privacy, hostile, package, workbook, story, postgresql, web, unit, rules, hardening, with_r]
ASKED = {coverage: LONG, tsan: LONG, memcheck: LONG, analyzer: LONG, with_r: '--with-r' in sys.argv}
BUILDS = {faults: ['plain'], postgresql: ['asan', 'plain'], tsan: ['tsan'], memcheck: ['valgrind'],
          hardening: ['release' if LONG else 'asan']}


def main():
    words = [w for w in sys.argv[1:] if not w.startswith('--')]

    def wanted(part):
        return part.__name__ in words or not words and ASKED.get(part, True)

    unknown = [w for w in words if w not in [part.__name__ for part in PARTS + [fuzz, coverage]]]
    if unknown:
        sys.exit('There is no part %s. There are: %s' % (', '.join(unknown), ' '.join(p.__name__ for p in PARTS + [fuzz, coverage])))
    started = time.time()
    needed = {preset for part in PARTS if wanted(part) for preset in BUILDS.get(part, ['asan'])}
    if all([build(preset) for preset in sorted(needed)]):
        # two more than there are cores: many tests wait for a clock, a disk or a page
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() + 2) as pool, concurrent.futures.ThreadPoolExecutor(1) as beside:
            fuzzing = [beside.submit(job.go) for job in (fuzz() if wanted(fuzz) else [])]
            jobs = [job for part in PARTS if wanted(part) for job in part()]
            for done in concurrent.futures.as_completed([pool.submit(job.go) for job in jobs]):
                tell(done.result())
            for done in fuzzing:
                tell(done.result())
            if wanted(coverage):
                coverage(pool)
    print()
    for name in failed:
        print('failed: ' + name)
    print('%.0f s' % (time.time() - started))
    print('%d passed, %d failed' % (passed, len(failed)))
    return 1 if failed else 0


sys.exit(main())
