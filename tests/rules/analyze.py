#!/usr/bin/python3
"""gcc's static analyser over every file of engine/ and reports/, as many at a time as there are cores.

All its checkers are on but two. gcc 12 takes every malloc for one that can return NULL, and so does not know
engine/base/memory.c, which ends the program instead: -Wanalyzer-possible-null-dereference and -possible-null-argument speak
of that alone. A finding that is false is answered where it is found, by a comment in its line: "analyzer: why it is false".
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORDS = ['gcc', '-std=c17', '-D_GNU_SOURCE', '-DREADINESS_VERSION=""', '-Iengine', '-I.', '-I/usr/include/iniparser', '-S', '-o',
         '/dev/null', '-fanalyzer', '-Wno-analyzer-possible-null-dereference', '-Wno-analyzer-possible-null-argument',
         '-fdiagnostics-plain-output']


def answered(path, line):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return re.search(r'/\* analyzer: \w+', file.read().splitlines()[int(line) - 1])


def analyze(path):
    """What is wrong with the file, as the analyser prints it: each finding with the way that leads to it."""
    done = subprocess.run(WORDS + [path], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    found = re.split(r'^(?=\S+:\d+:\d+: (?:warning|error):)', done.stdout, flags=re.M)
    bad = [f for f in found if re.match(r'\S+:\d+:\d+: (?:warning|error):', f) and not answered(*f.split(':')[:2])]
    if done.returncode and not bad:
        bad = [done.stdout or 'gcc ended with %d' % done.returncode]
    return path, bad


def main():
    paths = sys.argv[1:] or sorted(glob.glob('engine/**/*.c', root_dir=ROOT, recursive=True) +
                                   glob.glob('reports/**/*.c', root_dir=ROOT, recursive=True))
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, bad in pool.map(analyze, paths):
            print('%s %s' % ('FAIL' if bad else 'ok', path))
            print(''.join(bad), end='')
            wrong += bool(bad)
    print('%d passed, %d failed' % (len(paths) - wrong, wrong))
    return wrong > 0


sys.exit(main())
