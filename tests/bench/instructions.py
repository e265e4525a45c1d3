"""Instructions of the hot paths, counted by callgrind: the same on a busy machine and a quiet one, so that two versions can
be compared where times cannot. A count, no time: a flush of the disk has none."""
import os
import re
import shutil
import subprocess

import answering
from machine import DATA, PROGRAM, Row, Served, load, write


def counted(folder, out, mode, warm, file, n, *mark):
    """Thousands of instructions of one thing done, in the whole server."""
    server = Served(folder, 'valgrind', '--tool=callgrind', '--callgrind-out-file=' + out, '--instr-atstart=no', PROGRAM, 'serve')
    with server:
        load('page', server, 4, 20, warm)
        for state in ('on', 'off'):
            if state == 'off':
                load(mode, server, 4, n, file, *mark)
            subprocess.run(['callgrind_control', '-i', state, str(server.pid)], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=True)
    with open(out) as counts:
        total = re.search(r'^totals: (\d+)', counts.read(), re.M)
    return int(total.group(1)) / n / 1000


def instructions(options):
    if not shutil.which('valgrind'):
        print('  no valgrind here: no instruction counts')
        return []
    rows = []
    for name, mode in (('start page', 'page'), ('page of ten items', 'submit'), ('submit', 'submit'), ('interview', 'interview')):
        folder = answering.fresh(2000)
        some = answering.tokens_of(folder)
        starts = write(os.path.join(folder, 'starts'), ''.join('/s/%s\n' % t for t in some))
        turns = write(os.path.join(folder, 'turns'), '/s\n.t={token}&.l=en&.p=0&.s=again\n' + '\n'.join(some) + '\n')
        file = {'start page': starts, 'page of ten items': turns, 'submit': answering.submissions(folder),
                'interview': write(os.path.join(folder, 'many'), '\n'.join(some) + '\n')}[name]
        mark = [answering.THANKS] if name in ('submit', 'interview') else []
        row = Row(name, '1,000 instructions', form='%.0f')
        row.add(counted(folder, os.path.join(DATA, 'callgrind.out'), mode, starts, file, 100 if options.small else 300, *mark))
        rows.append(row)
    return rows
