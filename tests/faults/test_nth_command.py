#!/usr/bin/python3
"""For every command: the n-th allocation, read, write, sync, rename, opening or truncation fails, once or from then on, or is
cut short. Whatever n is, the command ends with a status and a sentence, never by a signal; the database is whole; what was
acknowledged is there; no half file stands under the name that was asked for; and afterwards the same command does its work.

Calls with the same stack (whoever called whom, down to main) are tried once: the second write of a loop fails as the first.
READINESS_SAMPLE says how many of them for each command, two thirds or more of them on files (an allocation that fails ends the
process wherever it is): 4 in the short form, 150 with READINESS_LONG=1, which is nearly all of them but for those that write
workbooks; 0 is really all."""
import collections
import concurrent.futures
import os
import queue
import random
import re
import shutil
import sys
import time
import unittest
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import acts  # noqa: E402
from support.faults import (COUNT, FILES, FROM_THEN_ON, KILL, KILL_HALFWAY, KIND_NAMES, LONG, MEMORY, MODES, ONCE,  # noqa: E402
                            SHORT, Faults, copy_of, needed, whole)

WORKERS = 2
SAMPLE = int(os.environ.get('READINESS_SAMPLE', '150' if LONG else '4'))
SEED = int(os.environ.get('READINESS_SEED', '1'))
OURS = ('readiness.db', 'readiness.db-wal', 'readiness.db-shm', 'readiness.db.lock', 'control')
WRITE, REMOVE = 2, 8  # among KIND_NAMES


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
        self.place = copy_of(here)
        faults.into(self.place)
        self.before = everything(self.place.folder)
        faults.arm(MEMORY | FILES, COUNT, stacks=True)
        self.status, self.out, self.err = acts.run(self.place, act.words, act.stdin)
        self.calls, _ = faults.disarm()
        self.stacks = faults.stacks()
        self.after = everything(self.place.folder)

    def end(self):
        shutil.rmtree(self.place.folder)


class Case:
    def __init__(self, act, model, n, kind, mode):
        self.act, self.model, self.n, self.kind, self.mode = act, model, n, kind, mode

    def __str__(self):
        return '%s: call %d (%s), %s' % (self.act.name, self.n, KIND_NAMES[self.kind], MODES[self.mode])


def modes_for(kind, act):
    if kind == 0:
        return [ONCE]
    found = [ONCE, FROM_THEN_ON]
    if kind == WRITE:
        found.append(SHORT)
    if kind not in (1, 5, 7, 8) and (act.changes or act.outputs):
        found.append(KILL)
    if kind == WRITE and act.outputs:
        found.append(KILL_HALFWAY)
    return found


def check(here, case, faults):
    """What is wrong after the fault; a list of sentences."""
    act, model, wrong = case.act, case.model, []
    place = copy_of(here)
    faults.into(place)
    try:
        faults.arm(MEMORY | FILES, case.mode, case.n)
        status, out, err = acts.run(place, act.words, act.stdin)
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
            litter = [f for f in everything(place.folder) - model.before - model.after if os.path.basename(f) not in OURS]
            if litter and not (act.outputs and os.path.isdir(place.path(act.outputs[0]))):
                wrong.append('left over: %s' % sorted(litter)[:4])
        if not wrong and (act.changes or status != 0):
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
        cls.pool = queue.Queue()
        for _ in range(WORKERS):
            cls.pool.put(Faults())

    @classmethod
    def tearDownClass(cls):
        while not cls.pool.empty():
            cls.pool.get().close()
        cls.here.post.__exit__()
        cls.here.__exit__()

    def cases(self, sample):
        """Each distinct stack once, in the modes that fit; a sample of each act's."""
        chosen, seen, self.models = [], set(), []
        self.distinct = self.calls = 0
        pick, faults = random.Random(SEED), self.pool.get()
        for act in acts.ACTS:
            model = Model(self.here, act, faults)
            self.models.append(model)
            self.assertIn(model.status, (0, 1), (act.name, model.err))
            own = []
            for i, stack in enumerate(model.stacks):
                if stack not in seen:
                    seen.add(stack)
                    own += [Case(act, model, i + 1, stack & 15, mode) for mode in modes_for(stack & 15, act)]
            self.distinct += len(own)
            self.calls += model.calls
            if sample and len(own) > sample:
                memory = [c for c in own if c.kind == 0]
                files = [c for c in own if c.kind != 0]
                few = min(len(memory), sample // 5 + 1)
                own = pick.sample(files, min(len(files), sample - few)) + pick.sample(memory, few)
            chosen += own
        self.pool.put(faults)
        return chosen

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
        for model in self.models:
            model.end()
        print('%d commands, %d calls, %d cases of distinct stacks, %d tried: %s; %d wrong, %.0f s' % (
            len(acts.ACTS), self.calls, self.distinct, len(cases), dict(outcomes), len(wrong), time.time() - begun), flush=True)
        self.assertEqual(wrong, [], '\n' + '\n'.join(wrong[:60]))


if __name__ == '__main__':
    unittest.main()
