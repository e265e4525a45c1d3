"""Closing a wave of 100,000 sealed ballots: all are opened, put into a new order and written as responses; the residue is
removed and the keys are destroyed."""
import os
import shutil

import answering
from machine import DATA, Row, load, product, product_cost, run, under

HERE = os.path.join(DATA, 'closing')


def filled(ballots):
    """A wave with so many ballots, cast through the pages' own address; made once."""
    place = os.path.join(HERE, 'cast-%d' % ballots)
    if os.path.exists(place):
        return place
    part = place + '.part'
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(answering.scene(ballots), part)
    with product(part) as server:
        load('submit', server, 64, ballots, answering.submissions(part), answering.THANKS)
    os.rename(part, place)
    return place


def closing(options):
    n = 5000 if options.small else 100000
    took = Row('closing %d ballots' % n, 's', 'under 20 s', under(20), '%.1f')
    cpu = Row('closing, CPU', 's', form='%.1f')
    memory = Row('closing, memory', 'MB', form='%.0f')
    source, work = filled(n), os.path.join(HERE, 'run')
    for _ in range(options.rounds):
        shutil.rmtree(work, ignore_errors=True)
        run('cp', '-r', '--reflink=auto', source, work)
        used, wall, most = product_cost(work, 'wave', 'close', 'bench', '--yes')
        took.add(wall)
        cpu.add(used)
        memory.add(most)
    shutil.rmtree(work, ignore_errors=True)
    return [took, cpu, memory]
