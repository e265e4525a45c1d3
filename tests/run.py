#!/usr/bin/python3
"""Runs the test suite, part by part, and ends in one line with the counts.

A part is a function below. Unit tests are cmocka programs (TAP on their output), the others unittest files. Everything that
starts `readiness` uses the build with AddressSanitizer and UndefinedBehaviorSanitizer; coverage is counted by a second
build. Words on the command line name the parts to run; --long asks for the long forms of the proofs (READINESS_LONG=1),
--with-r for a comparison of the statistics with R. The fuzzers and coverage run with --long, or when named: they
need builds of their own.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYTHON = '/usr/bin/python3'
passed, failed = 0, []


def run(words, **options):
    """The exit status and everything printed."""
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors='replace', **options)
    return done.returncode, done.stdout


def one(name, words, telling=None, **options):
    """A step that is right when it exits 0. Of a failure's output, only lines with `telling` are shown."""
    global passed
    started = time.time()
    status, output = run(words, **options)
    print('%-4s %-44s %5.1f s' % ('ok' if status == 0 else 'FAIL', name, time.time() - started), flush=True)
    if status == 0:
        passed += 1
    else:
        failed.append(name)
        if telling:
            output = '\n'.join(line for line in output.splitlines() if telling in line)
        print(output[-8000:], flush=True)
    return status == 0


def count(name, output, status, good, bad):
    """Adds the counts of a program that runs several tests."""
    global passed
    if status != 0 and not bad:
        bad = ['ended with status %d' % status]
    if status == 0 and not good and not bad:
        bad = ['ran no test']
    passed += good
    failed.extend('%s: %s' % (name, b) for b in bad)
    print('%-4s %-44s %d passed, %d failed' % ('FAIL' if bad else 'ok', name, good, len(bad)), flush=True)
    if bad:
        print(output[-8000:], flush=True)


def environment(preset):
    env = dict(os.environ, READINESS=os.path.join(ROOT, 'build', preset, 'readiness'),
               AXE=os.path.join(ROOT, 'build/npm/node_modules/axe-core/axe.min.js'),
               ASAN_OPTIONS='detect_leaks=1:abort_on_error=0', UBSAN_OPTIONS='print_stacktrace=1',
               PYTHONPATH=os.path.join(ROOT, 'tests'), PYTHONDONTWRITEBYTECODE='1')
    for name in [n for n in env if n.startswith('READINESS_') and n != 'READINESS_LONG']:
        del env[name]
    return env


def build(preset):
    return (one('configure ' + preset, ['cmake', '--preset', preset]) and
            one('build ' + preset, ['cmake', '--build', '--preset', preset, '--', '--quiet']))


def unit(preset='asan'):
    """Each promise of the rooms, by themselves."""
    env = dict(environment(preset), CMOCKA_MESSAGE_OUTPUT='TAP')
    for program in sorted(glob.glob(os.path.join(ROOT, 'build', preset, 'tests', 'test_*'))):
        if not os.access(program, os.X_OK) or os.path.isdir(program):
            continue
        status, output = run([program], env=env)
        bad = re.findall(r'^not ok \d+ - (\S+)', output, re.M)
        good = len(re.findall(r'^ok \d+ - ', output, re.M))
        count(os.path.basename(program), output, status, good, bad)


def timed(path, preset):
    started = time.time()
    status, output = run([PYTHON, path], env=environment(preset))
    return path, status, output, time.time() - started


def python_tests(folder, preset='asan', side_by_side=2):
    """Every file has folders and ports of its own, so that two can run at a time."""
    paths = sorted(glob.glob(os.path.join(ROOT, 'tests', folder, 'test_*.py')))
    with concurrent.futures.ThreadPoolExecutor(side_by_side) as pool:
        done = pool.map(lambda path: timed(path, preset), paths)
    for path, status, output, seconds in done:
        ran = sum(int(n) for n in re.findall(r'^Ran (\d+) tests?', output, re.M))
        bad = re.findall(r'^(?:FAIL|ERROR): (\S+)', output, re.M)
        count('%s/%s (%.0f s)' % (folder, os.path.basename(path), seconds), output, status,
              max(0, ran - len(bad)), bad)


def rules():
    """The house: include directions, forbidden calls, words, formatting, scripts."""
    one('rules of the house', [PYTHON, 'tests/rules/check_rules.py'])
    sources = sorted(glob.glob(os.path.join(ROOT, '*', '**', '*.[ch]'), recursive=True))
    sources = [s for s in sources if '/build/' not in s]
    one('clang-format', ['clang-format', '--dry-run', '-Werror'] + sources)
    scripts = [s for s in sorted(glob.glob(os.path.join(ROOT, 'script/*'))) if open(s).readline().strip().endswith('sh')]
    one('shellcheck', ['shellcheck'] + scripts + ['.ci/run'])


def analysis():
    """cppcheck and clang-tidy."""
    one('cppcheck', ['cppcheck', '--quiet', '--std=c11', '--enable=warning,portability', '--inline-suppr',
                     '--suppressions-list=tests/rules/cppcheck.txt', '--error-exitcode=1', '-j2', '-Iengine', '-I.',
                     '--library=posix', '-D_GNU_SOURCE', 'engine', 'reports'])
    one('clang-tidy', ['run-clang-tidy', '-quiet', '-j2', '-p', 'build/asan', ROOT + '/(engine|reports)/.*'],
        telling='error:')


def coverage():
    """Lines and branches, over the unit tests and the tests through the pages."""
    build('dev')
    env = dict(environment('dev'), CMOCKA_MESSAGE_OUTPUT='TAP')
    for program in sorted(glob.glob(os.path.join(ROOT, 'build/dev/tests/test_*'))):
        if os.access(program, os.X_OK) and not os.path.isdir(program):
            run([program], env=env)
    paths = [p for folder in ('web', 'story') for p in sorted(glob.glob(os.path.join(ROOT, 'tests', folder, 'test_*.py')))]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda path: timed(path, 'dev'), paths))
    status, output = run(['gcovr', '-r', ROOT, '--object-directory', 'build/dev', '-f', 'engine/', '-f', 'reports/',
                          '--print-summary', '--exclude-throw-branches', '--gcov-ignore-parse-errors', '-s'])
    summary = [line for line in output.splitlines() if line.startswith(('lines', 'functions', 'branches'))]
    print('\n'.join(summary) if summary else output[-4000:])
    if not summary:
        failed.append('coverage')


def web():
    """The real server over HTTP."""
    python_tests('web')


def story():
    """The whole story against the real program: files, links, pages, close, results, workbooks."""
    python_tests('story')


def mail():
    """Mailings against an SMTP server of the test."""
    python_tests('mail')


def workbook():
    """The workbooks, read as a stranger would."""
    python_tests('workbook')


def privacy():
    """Attacks on the promise."""
    python_tests('privacy')


def browser():
    """Chromium and axe."""
    python_tests('browser', side_by_side=1)


def fuzz():
    """Made-up bytes for whatever reads bytes from outside: briefly each; ten minutes each with --long."""
    status, output = run(['script/fuzz', '600' if os.environ.get('READINESS_LONG') else '5'])
    good = re.findall(r'^ok +(\S+) +\d+ +\d+', output, re.M)
    bad = re.findall(r'^FAIL (\S+)', output, re.M)
    count('fuzz (%s)' % output.rstrip().split('\n')[-1], output, status, len(good), bad)


def with_r():
    """Statistics beside R's (only with --with-r)."""
    python_tests('with_r')


PARTS = [rules, unit, web, story, mail, workbook, privacy, browser, fuzz, analysis, with_r, coverage]


def main():
    words = [w for w in sys.argv[1:] if not w.startswith('--')]
    if '--long' in sys.argv:
        os.environ['READINESS_LONG'] = '1'
    started = time.time()
    if build('asan'):
        for part in PARTS:
            wanted = {with_r: '--with-r' in sys.argv, fuzz: '--long' in sys.argv, coverage: '--long' in sys.argv}.get(part, True)
            if part.__name__ in words or not words and wanted:
                print('\n== %s: %s' % (part.__name__, (part.__doc__ or part.__name__).strip()), flush=True)
                part()
    print()
    for name in failed:
        print('failed: ' + name)
    print('%.0f s' % (time.time() - started))
    print('%d passed, %d failed' % (passed, len(failed)))
    return 1 if failed else 0


sys.exit(main())
