#!/usr/bin/python3
"""For every command: the n-th allocation, read, write, sync, rename, opening or truncation fails, once or from then on, or is
cut short. Whatever n is, the command ends with a status and a sentence, never by a signal; the database is whole; what was
acknowledged is there; no half file stands under the name that was asked for; and afterwards the same command does its work.

Of allocations, many are tried in one run of a command: at each, the process divides, and its copy is refused the memory; it
must say so and end with status 3 (faults.c). Such an end leaves on the disk what the last call on a file has left, and that is
tried by killing at those calls. READINESS_EVERY says at which allocations: 0 at the first with each stack (whoever called
whom, down to main), as with READINESS_LONG=1; 1 really at all; 400 at every 400th, as in the short form.

Calls on files with the same stack are tried once, but those that change something once for each command that changes
something. Of those that only fill the buffer of a stream (thousands in a workbook, all of the same few files), one in eight
stacks is taken; all with READINESS_EVERY=1. READINESS_SAMPLE says how many cases for each command: 3 in the short form; 0, as with READINESS_LONG=1, is all."""
import collections
import concurrent.futures
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import time
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import acts  # noqa: E402
from support.faults import (COUNT, FILES, FROM_THEN_ON, KILL, KILL_HALFWAY, KIND_NAMES, LIBRARY, LONG, MEMORY, MODES,  # noqa: E402
                            OF_A_STREAM, ONCE, SHORT, Faults, copy_of, needed, whole)

WORKERS = 4 if LONG else 2  # some only wait for a disk to get better
SAMPLE = int(os.environ.get('READINESS_SAMPLE', '0' if LONG else '3'))
EVERY = int(os.environ.get('READINESS_EVERY', '0' if LONG else '400'))
SEED = int(os.environ.get('READINESS_SEED', '1'))
# The key of a wave that was not opened stays: after a commit that failed, the wave may be there on the next day. And what was
# put aside keeps the journal that could not be brought into it; likewise the new database of a move that failed.
MAY_STAY = {'wave open spare': re.compile(r'var/keys/wave-[0-9a-f]{32}\.key$'),
            'migrate-store sqlite:var/readiness.db sqlite:moved.db': re.compile(r'moved\.db-(journal|wal|shm)$'),
            'restore old.db': re.compile(r'var/readiness\.db\.aside-[0-9-]+-wal$')}
NOTHING = re.compile('(?!)')
OURS = ('readiness.db', 'readiness.db-journal', 'readiness.db-wal', 'readiness.db-shm', 'readiness.db.lock', 'control')
WRITE, REMOVE = 2, 8  # among KIND_NAMES
CHANGING = (2, 3, 4, 6, 8)
STREAMS_ONE_IN, HALFWAY_ONE_IN = 8, 40  # calls that only fill a stream's buffer: to fail, and to be killed after


def everything(folder):
    return {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}


def is_complete(path, model):
    """Is the file as whole as the one of an undisturbed run? Those with random or dated content have the same size."""
    if os.path.isdir(model):  # of the files that are to come, some may be missing; what is there is whole
        there = [n for n in os.listdir(path) if os.path.exists(os.path.join(model, n))]
        return all(is_complete(os.path.join(path, n), os.path.join(model, n)) for n in there)
    if path.endswith('.xlsx'):
        try:
            with zipfile.ZipFile(path) as z, zipfile.ZipFile(model) as m:
                return z.testzip() is None and z.namelist() == m.namelist()
        except (zipfile.BadZipFile, OSError):
            return False
    return os.path.getsize(path) == os.path.getsize(model)


class Model:
    """An undisturbed run of an act: what it says, what it leaves, and which calls it makes."""

    def __init__(self, here, act, faults):
        self.act, self.place = act, copy_of(here)
        faults.into(self.place)
        self.before = everything(self.place.folder)
        faults.arm(FILES, COUNT, stacks=True)
        self.status, self.out, self.err = acts.run(self.place, act.words, act.stdin)
        self.calls, _ = faults.disarm()
        self.stacks = faults.stacks()
        self.after = everything(self.place.folder)

    def end(self):
        shutil.rmtree(self.place.folder)


class Case:
    """One fault: the n-th call on a file, or, of kind 0, the n-th allocation."""

    def __init__(self, act, model, n, kind, mode, stream=False):
        self.act, self.model, self.n, self.kind, self.mode, self.stream = act, model, n, kind, mode, stream

    def __str__(self):
        return '%s: call %d (%s), %s' % (self.act.name, self.n, KIND_NAMES[self.kind], MODES[self.mode])


def modes_for(stack, act):
    """What is to happen to a call. A stream that has failed stays so, and cutting it short is the same."""
    kind, works = stack & 15, act.changes or act.outputs
    if stack & OF_A_STREAM:
        halfway = kind == WRITE and act.outputs and stack // 32 % HALFWAY_ONE_IN == 0
        chosen = EVERY == 1 or stack // 32 % STREAMS_ONE_IN == 0
        return ([ONCE] if chosen else []) + ([KILL_HALFWAY] if halfway else [])
    found = [ONCE, FROM_THEN_ON]
    if kind == WRITE:
        found.append(SHORT)
    if kind in CHANGING and works:
        found.append(KILL)
    if kind == WRITE and works:
        found.append(KILL_HALFWAY)
    return found


def check(here, case, faults):
    """What is wrong after the fault; a list of sentences."""
    act, model, wrong = case.act, case.model, []
    place = copy_of(here)
    faults.into(place)
    try:
        faults.arm(FILES if case.kind else MEMORY, case.mode, case.n)
        status, out, err = acts.run(place, act.words, act.stdin, limit=200 if act.slow else 40)
        _, fired = faults.disarm()
        case.kind = faults.layout.kind
        if not fired:
            return 'missed', wrong
        killed = case.mode in (KILL, KILL_HALFWAY)
        over = b'out of memory' in err  # as sudden as a kill, but with a sentence
        outcome = 'killed' if killed else 'status %d' % status
        if (status == -9) != killed or (status < 0 and status != -9) or status > 3:
            wrong.append('ended with %d: %s' % (status, err[-300:]))
        if status > 0 and not err.strip() and not (act.words[0] in ('doctor', 'verify') and out.strip()):
            wrong.append('status %d without a sentence' % status)
        if status == 0 and (model.status != 0 or len(out) != len(model.out)) and 'user' not in act.words:
            wrong.append('status 0, but said %d bytes instead of %d: %s' % (len(out), len(model.out), out[-200:]))
        path = place.path('var/readiness.db')
        broken = whole(path)
        if broken:
            wrong.append('database: %s' % broken)
        for found in (acts.ballots_are_there(place), acts.waves_have_keys(place)):
            if found:
                wrong.append('lost: %s' % found)
        for name in act.outputs:
            there = os.path.exists(place.path(name))
            if there and not is_complete(place.path(name), model.place.path(name)):
                wrong.append('a half file: ' + name)
            if status == 0 and not there:
                wrong.append('status 0 without ' + name)
        if not killed and status != 0 and case.kind != REMOVE and not over:
            litter = [f for f in everything(place.folder) - model.before - model.after
                      if os.path.basename(f) not in OURS and not MAY_STAY.get(act.name, NOTHING).search(f)]
            if litter and not (act.outputs and os.path.isdir(place.path(act.outputs[0]))):
                wrong.append('left over: %s' % sorted(litter)[:4])
        if not wrong and (act.changes or status != 0 and not case.stream):
            again, _, err = acts.run(place, act.words, act.stdin)
            made = killed or over or all(os.path.exists(place.path(name)) for name in act.outputs)  # it need not do it twice
            if again not in act.twice or (again != 0 and not act.changes and model.status == 0 and not (made and act.outputs)):
                wrong.append('afterwards: status %d: %s' % (again, err[-200:]))
            broken = whole(path) or acts.ballots_are_there(place) or acts.waves_have_keys(place)
            if broken:
                wrong.append('afterwards: %s' % broken)
        return outcome, wrong
    finally:
        shutil.rmtree(place.folder, ignore_errors=True)


class NthCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needed()
        cls.here = acts.installation()
        cls.pool, cls.models = queue.Queue(), []
        for _ in range(WORKERS):
            cls.pool.put(Faults())

    @classmethod
    def tearDownClass(cls):
        for model in cls.models:
            model.end()
        while not cls.pool.empty():
            cls.pool.get().close()
        cls.here.post.__exit__()
        cls.here.__exit__()

    @classmethod
    def undisturbed(cls):
        """An undisturbed run of each act; done once."""
        if not cls.models:
            faults = cls.pool.get()
            for act in acts.ACTS:
                cls.models.append(Model(cls.here, act, faults))
            cls.pool.put(faults)
        return cls.models

    def cases(self, sample):
        """The cases on files; a sample of each act's."""
        chosen, everywhere, self.distinct, self.calls = [], set(), 0, 0
        pick = random.Random(SEED)
        for model in self.undisturbed():
            act, own, here = model.act, [], set()
            self.assertIn(model.status, (0, 1), (act.name, model.err))
            for i, stack in enumerate(model.stacks):
                known = here if act.changes and stack & 15 in CHANGING else everywhere
                if stack not in known:
                    known.add(stack)
                    own += [Case(act, model, i + 1, stack & 15, mode, bool(stack & OF_A_STREAM)) for mode in modes_for(stack, act)]
            self.distinct += len(own)
            self.calls += model.calls
            chosen += pick.sample(own, sample) if sample and len(own) > sample else own
        return chosen

    def divide(self, model):
        """A run in which copies of the process are refused memory: (act, allocations, copies, what is wrong)."""
        faults, act, wrong = self.pool.get(), model.act, []
        place = copy_of(self.here)
        faults.into(place)
        try:
            faults.divide(EVERY)
            status, out, err = acts.run(place, act.words, act.stdin, limit=3600)
            copies, good, others = faults.divided()
            if status != model.status or (len(out) != len(model.out) and 'user' not in act.words):
                wrong.append('status %d instead of %d, %d bytes instead of %d: %s' % (
                    status, model.status, len(out), len(model.out), err[-200:]))
            if good + len(others) != copies:
                wrong.append('%d of %d copies ended otherwise' % (copies - good, copies))
            for n in others:  # these may go on, so they are tried one by one
                _, found = check(self.here, Case(act, model, n, 0, ONCE), faults)
                wrong += ['allocation %d: %s' % (n, f) for f in found]
            path = place.path('var/readiness.db')
            wrong += ['afterwards: %s' % (f,) for f in (whole(path), acts.ballots_are_there(place), acts.waves_have_keys(place)) if f]
            return act, faults.layout.counted, copies, wrong
        finally:
            self.pool.put(faults)
            shutil.rmtree(place.folder, ignore_errors=True)

    def test_without_memory_it_says_so_and_ends_wherever_that_is(self):
        begun, wrong, calls, tried = time.time(), [], 0, 0
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for act, counted, copies, found in pool.map(self.divide, self.undisturbed()):
                calls, tried = calls + counted, tried + copies
                wrong += ['%s: %s' % (act.name, f) for f in found]
                if copies < 10:
                    wrong.append('%s: only %d copies' % (act.name, copies))
        print('%d commands, %d allocations, %d refused: %d wrong, %.0f s' % (
            len(acts.ACTS), calls, tried, len(wrong), time.time() - begun), flush=True)
        self.assertEqual(wrong, [], '\n' + '\n'.join(wrong[:60]))

    def test_a_program_that_goes_on_without_memory_is_found_out(self):
        faults = self.pool.get()
        try:
            faults.divide(1)
            environment = dict(os.environ)
            environment.update(LD_PRELOAD=LIBRARY, FAULTS_CONTROL=faults.path)
            subprocess.run(['/usr/bin/sort', '/etc/passwd'], env=environment, stdout=subprocess.DEVNULL, check=True)
            copies, good, others = faults.divided()
            self.assertGreater(copies, 0)
            self.assertEqual((good, len(others) > 0), (0, True))
        finally:
            faults.disarm()
            self.pool.put(faults)

    def test_every_command_of_the_help_is_tried(self):
        out, _ = self.here.run('help')
        known = {m.group(1) for m in re.finditer(r'^  (\S+(?: \S+)?) {2,}\S', out, re.M)}
        tried = {' '.join(a.words[:n]) for a in acts.ACTS for n in (1, 2)} | acts.SERVERS
        self.assertEqual(known - tried, set())

    def one(self, case):
        faults = self.pool.get()
        try:
            return case, check(self.here, case, faults)
        except Exception as trouble:  # a command that never ends, for one
            return case, ('trouble', ['%s: %s' % (type(trouble).__name__, trouble)])
        finally:
            self.pool.put(faults)

    def test_whatever_fails_there_is_a_status_and_a_sentence_and_nothing_is_lost(self):
        begun = time.time()
        cases = self.cases(SAMPLE)
        outcomes, wrong = collections.Counter(), []
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for case, (outcome, found) in pool.map(self.one, cases):
                outcomes[outcome] += 1
                if found:
                    wrong.append('%s: %s' % (case, '; '.join(found)))
                    if os.environ.get('READINESS_LOUD'):
                        print(wrong[-1], flush=True)
        print('%d commands, %d calls on files, %d cases of distinct stacks, %d tried: %s; %d wrong, %.0f s' % (
            len(acts.ACTS), self.calls, self.distinct, len(cases), dict(outcomes), len(wrong), time.time() - begun), flush=True)
        self.assertEqual(wrong, [], '\n' + '\n'.join(wrong[:60]))


if __name__ == '__main__':
    unittest.main()
