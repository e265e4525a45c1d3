"""Answers sent in and whole interviews with the database on a PostgreSQL server of this machine, beside a limit program that
does with libpq what the other does with SQLite. The server is the benchmark's own, in a temporary folder: every commit
flushed, 128 MB of shared buffers, all else as it comes."""
import contextlib
import os
import shutil

import answering
from machine import ENVIRONMENT, PROGRAM, Row, at_least, limit, load, product, run, under, write
from support import postgres

PEOPLE = 32000


@contextlib.contextmanager
def server():
    """The server, with the scene of all rounds as the template `scene`."""
    with contextlib.ExitStack() as stack:
        database = postgres.Server(fsync='on', shared_buffers='128MB')
        stack.callback(database.remove)
        place = answering.fresh(PEOPLE)
        database.sql('CREATE DATABASE scene')
        run(PROGRAM, 'migrate-store', 'sqlite:var/readiness.db', database.url('scene'), cwd=place)
        yield database


@contextlib.contextmanager
def fresh(database):
    """(folder, the product's server) with a copy of the scene in which nobody has answered."""
    place = answering.fresh(PEOPLE)
    database.sql('DROP DATABASE IF EXISTS run')
    database.sql('CREATE DATABASE run TEMPLATE scene')
    database.sql('CHECKPOINT')
    ENVIRONMENT['READINESS_DATA_DB'] = database.url('run')
    try:
        with product(place) as served:
            yield place, served
    finally:
        del ENVIRONMENT['READINESS_DATA_DB']


def submit_limit(database, connections, n, *words):
    database.sql('DROP DATABASE IF EXISTS least')
    database.sql('CREATE DATABASE least')
    folder = os.path.join(answering.HERE, 'limit')
    shutil.rmtree(folder, ignore_errors=True)
    forms = write(os.path.join(folder, 'forms'), '/s\n%s\n' % answering.form_body('ABCDEFGHJKMNPQRSTVWXYZ0123') + 'x\n' * (n + 200))
    with limit('submit_postgres', 'postgresql://%s@/least?host=%s' % (postgres.USER, database.folder), *words) as served:
        load('submit', served, connections, 200, forms)
        return load('submit', served, connections, n, forms, 'Thank you')


def submissions(database, options):
    rows, n = [], 4000 if options.small else 20000
    for connections in (8, 64, 256):
        aimed = connections == 64
        rate = Row('submit, %d connections' % connections, 'answers/s', 'at least 40 % of the limit' if aimed else '',
                   at_least(0.4) if aimed else None, '%.0f')
        sealed = Row('submit, %d connections, beside a limit that seals' % connections, 'answers/s', form='%.0f')
        p99 = Row('submit, %d connections, p99' % connections, 'ms', 'under 3 x the limit' if aimed else '',
                  under(3) if aimed else None)
        cpu = Row('submit, %d connections, CPU of the service' % connections, 'us', form='%.1f')
        for _ in range(options.rounds):
            least = submit_limit(database, connections, n)
            with fresh(database) as (place, served):
                load('submit', served, connections, 200, answering.submissions(place, n=200), answering.THANKS)
                found = load('submit', served, connections, n, answering.submissions(place, skip=200, n=n), answering.THANKS)
            rate.add(found['rate'], least['rate'])
            p99.add(found['p99'], least['p99'])
            cpu.add(found['cpu'] / n * 1e6, least['cpu'] / n * 1e6)
            if aimed:
                sealed.add(found['rate'], submit_limit(database, connections, n, 'sealed')['rate'])
        rows += [rate, sealed, p99, cpu] if aimed else [rate, p99, cpu]
    return rows


def interviews(database, options):
    n = 500 if options.small else 3000
    cpu = Row('interview, CPU of the service, 32 people at a time', 'ms', form='%.3f')
    rate = Row('interviews, 32 people at a time', '/s', form='%.0f')
    for _ in range(options.rounds):
        with fresh(database) as (place, served):
            some = answering.tokens_of(place)
            load('interview', served, 32, 100, write(os.path.join(place, 'few'), '\n'.join(some[:100]) + '\n'), answering.THANKS)
            found = load('interview', served, 32, n, write(os.path.join(place, 'many'), '\n'.join(some[100:]) + '\n'), answering.THANKS)
        cpu.add(found['cpu'] / n * 1e3)
        rate.add(found['rate'])
    return [cpu, rate]


def postgresql(options):
    """The same on a PostgreSQL server."""
    with server() as database:
        return submissions(database, options) + interviews(database, options)
