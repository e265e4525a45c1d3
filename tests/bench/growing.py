"""From a thousand responses to a million: what grows with them, and what does not."""
import contextlib
import os
import shutil
import sqlite3

import answering
from machine import DATA, PROGRAM, Row, load, product, product_cost, run
from results import HERE, ONE, ORGANISATIONS, STAFF, imported, multiply
from support.readiness import Browser
from support.workspace import PASSWORD, submit, welcome_path

FEW = 100  # organisations that stay as many


def keep_only(database, organisations):
    for table, column in (('response', 'organisation'), ('invited', 'organisation'), ('organisation', 'code')):
        database.execute('DELETE FROM %s WHERE %s >= ?' % (table, column), ('org%04d' % organisations,))
    database.execute('VACUUM')


def repeat_people(database, times):
    """So many times the responses, of the same organisations."""
    database.execute('CREATE TEMP TABLE once AS SELECT * FROM response')
    database.execute('BEGIN')
    for _ in range(times - 1):
        database.execute('INSERT INTO response SELECT wave, organisation, randomblob(16), unit, pseudonym, answers FROM once')
    database.execute('UPDATE invited SET invited = invited * ?1, answered = answered * ?1', (times,))
    database.execute('COMMIT')


def grown(n, of):
    """A folder with n responses and no aggregates: `of` more organisations of 100 people, or of more people in each of 100."""
    base, place = imported(HERE, ORGANISATIONS, STAFF), os.path.join(DATA, 'growth-%s-%d' % (of, n))
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(os.path.join(place, 'var'))
    path = os.path.join(place, 'var/readiness.db')
    shutil.copyfile(os.path.join(base, 'bench.ini'), os.path.join(place, 'bench.ini'))
    shutil.copyfile(os.path.join(base, 'answers.db'), path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute('PRAGMA synchronous = OFF')
        (wave,) = database.execute('SELECT id FROM wave').fetchone()
        keep_only(database, min(n // STAFF, FEW if of == 'people' else ORGANISATIONS))
        if of == 'people' and n > FEW * STAFF:
            repeat_people(database, n // (FEW * STAFF))
    if of == 'organisations' and n > ORGANISATIONS * STAFF:
        multiply(path, wave, n // (ORGANISATIONS * STAFF))
    return place


WATCHED = ('/assessments/bench', '/assessments/bench/watch')
READ = ('/assessments/bench/reports/1', '/assessments/bench/reports/1/org0000')
KINDS = (('aggregation and first report', ONE), ('a report afterwards', ONE),
         ('data workbook', ('report', 'bench', '--data', '--out', 'data.xlsx')))


def measure(of, sizes):
    """{kind: {responses: (CPU seconds, MB)}}"""
    found = {name: {} for name, _ in KINDS}
    for n in sizes:
        place = grown(n, of)
        for name, words in KINDS:
            used, _, most = product_cost(place, *words)
            found[name][n] = (used, most)
        shutil.rmtree(place)
    return found


def row(what, unit, value, form, aim='', met=None):
    made = Row(what, unit, aim, met, form)
    made.add(value)
    return made


def growth(options):
    """From a thousand responses to a million: does double the responses take at most double the time, in constant memory?"""
    sizes = (1000, 10000, 20000) if options.small else (1000, 10000, 100000, 200000, 500000, 1000000)
    rows = []
    for of, words in (('people', 'responses'), ('organisations', 'responses in ever more organisations')):
        for name, points in measure(of, sizes).items():
            for n, (used, most) in points.items():
                rows += [row('%s, %d %s' % (name, n, words), 's CPU', used, '%.2f'),
                         row('%s, %d %s' % (name, n, words), 'MB', most, '%.0f')]
            doubled = max(points[2 * n][0] / points[n][0] for n in sizes if 2 * n in points)
            rows.append(row('%s, times longer for double the %s' % (name, words), '', doubled, '%.1f', 'at most double',
                            lambda x: round(x, 1) <= 2))
            if of == 'people':
                rows.append(row('%s, times the memory for %d times the responses' % (name, sizes[-1] // sizes[-3]), '',
                                points[sizes[-1]][1] / points[sizes[-3]][1], '%.1f', 'constant', lambda x: round(x, 1) <= 1.1))
    return rows


def signed_in(place, server):
    """A practitioner's browser."""
    told = run(PROGRAM, 'user', 'add', 'admin@example.org', '--role', 'administrator', cwd=place)
    browser = Browser('http://' + server.address)
    submit(browser, browser.get(welcome_path(told)), '/welcome', {'new': PASSWORD, 'repeated': PASSWORD})
    return browser


def processor(server):
    """Seconds of it that the server has had."""
    with open('/proc/%d/stat' % server.pid) as stat:
        words = stat.read().rsplit(')', 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf('SC_CLK_TCK')


def page_cost(place, paths, times):
    """{path: milliseconds of processor time} of pages of the workspace."""
    with product(place) as server:
        browser, found = signed_in(place, server), {}
        for path in paths:
            if browser.get(path).status != 200:
                raise SystemExit('no page at ' + path)
            begun = processor(server)
            for _ in range(times):
                browser.get(path)
            found[path] = (processor(server) - begun) / times * 1e3
    return found


def answered(people, ballots):
    """A folder with an open wave of so many people, of whom so many have answered."""
    place = os.path.join(DATA, 'dashboards')
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(answering.scene(people), place)
    with product(place) as server:
        load('submit', server, 64, ballots, answering.submissions(place, n=ballots), answering.THANKS)
    return place


def dashboards(options):
    """The pages on which a practitioner looks at a wave."""
    few, many, times = (1000, 9000, 20) if options.small else (1000, 99000, 50)
    people, most, rows, found = (10000 if options.small else 100000), (20000 if options.small else 1000000), [], {}
    scenes = [('open', n, answered, (people, n), WATCHED) for n in (few, many)] + \
             [('closed', n, grown, (n, 'people'), READ) for n in (10000, most)]
    for state, n, make, words, paths in scenes:
        place = make(*words)
        if state == 'closed':
            product_cost(place, *ONE)
        for path, cost in page_cost(place, paths, times).items():
            found.setdefault(path, []).append(cost)
            rows.append(row('%s, %s wave, %d answers' % (path, state, n), 'ms', cost, '%.2f'))
        shutil.rmtree(place)
    for path, (less, more) in found.items():
        rows.append(row('%s, times longer with many answers' % path, '', more / less, '%.1f', 'independent of the number',
                        lambda x: round(x, 1) <= 1.2))
    return rows
