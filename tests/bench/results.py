"""Aggregation and reports: 100,000 responses of 1,000 organisations to forty items, some left out, one grouping question."""
import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time

import answering
from machine import DATA, PROGRAM, Row, copy_folder, cost, load, product, product_cost, run, tool, under, write

HERE = os.path.join(DATA, 'results')
ORGANISATIONS, STAFF, CONSTRUCTS, ITEMS = 1000, 100, 10, 4


def instrument():
    """Ten constructs of four items in two domains, three items reversed, a scale with "not applicable", a grouping question."""
    lines = ['[survey]', 'schema = 1', 'name = bench', 'version = 1.0', 'title = "Benchmark"', 'language = en', '',
             '[scale.agree]'] + ['%d = "%d"' % (i, i) for i in range(1, 6)]
    lines += ['na = "Does not apply"', 'favourable = 4, 5', 'unfavourable = 1, 2', '', '[domain.inner]', 'label = "Inner"', '',
              '[domain.people]', 'label = "People"', '', '[question.role]', 'type = choice', 'label = "Your work"', 'group = yes',
              'choices = front: "With clients" | other: "Other" | head: "Head"']
    for c in range(CONSTRUCTS):
        lines += ['', '[construct.c%d]' % c, 'label = "Construct %d"' % c, 'domain = ' + ('inner' if c % 2 else 'people'),
                  'level = organisation', 'answered_by = staff', 'scale = agree']
        for i in range(ITEMS):
            lines.append('item.c%di%d = "Item %d of construct %d"' % (c, i, i, c))
        if c % 4 == 0:
            lines.append('item.c%di3.reverse = yes' % c)
    return '\n'.join(lines) + '\n'


def answer(person):
    """Around the person; three in a hundred are left out."""
    left_out = random.random() < 0.03
    return '' if left_out else str(min(5, max(1, round(random.gauss(person, 0.8)))))


def answers(path, organisations, staff):
    """Each organisation has a level of its own, each person one around it, each answer one around that."""
    random.seed(7)
    names = ['c%di%d' % (c, i) for c in range(CONSTRUCTS) for i in range(ITEMS)]
    with open(path, 'w') as out:
        out.write('organisation,role,' + ','.join(names) + '\n')
        for o in range(organisations):
            level = random.gauss(3.2, 0.5)
            for _ in range(staff):
                person, role = random.gauss(level, 0.6), random.choice(('front', 'front', 'other', 'head'))
                out.write('org%04d,%s,' % (o, role) + ','.join(answer(person) for _ in names) + '\n')


def imported(place, organisations, staff):
    """A folder whose answers.db has the responses and no aggregates; made once."""
    if os.path.exists(os.path.join(place, 'answers.db')):
        return place
    shutil.rmtree(place, ignore_errors=True)
    write(os.path.join(place, 'bench.ini'), instrument())
    answers(os.path.join(place, 'answers.csv'), organisations, staff)
    run(PROGRAM, 'assessment', 'new', 'bench', '--instrument', 'bench.ini', '--title', 'Benchmark', cwd=place)
    run(PROGRAM, 'responses', 'import', 'bench', 'answers.csv', '--create-organisations', cwd=place)
    run(PROGRAM, 'backup', 'copy.db', cwd=place)
    with contextlib.closing(sqlite3.connect(os.path.join(place, 'copy.db'), isolation_level=None)) as database:
        database.executescript('DELETE FROM aggregate; DELETE FROM aggregate_source; DELETE FROM published; VACUUM;')
    os.remove(os.path.join(place, 'answers.csv'))
    os.rename(os.path.join(place, 'copy.db'), os.path.join(place, 'answers.db'))
    return place


def multiply(path, wave, times):
    """So many times the responses of a wave, with organisations of their own: what no table of 64 MB could bring in."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript('PRAGMA synchronous = OFF; PRAGMA cache_size = -100000; BEGIN;')
        (assessment,) = database.execute('SELECT assessment FROM wave WHERE id = ?', (wave,)).fetchone()
        codes = {'wave': wave, 'assessment': assessment}
        for k in range(1, times):
            codes['k'] = 'x%d' % k
            database.execute('INSERT INTO organisation SELECT assessment, code || :k, name || :k, parent, language, headcount'
                             " FROM organisation WHERE assessment = :assessment AND code NOT LIKE '%x%'", codes)
            database.execute('INSERT INTO invited SELECT wave, organisation || :k, invited, answered, organisation_answered'
                             " FROM invited WHERE wave = :wave AND organisation NOT LIKE '%x%'", codes)
            database.execute('INSERT INTO response SELECT wave, organisation || :k, randomblob(16), unit, pseudonym, answers'
                             " FROM response WHERE wave = :wave AND organisation NOT LIKE '%x%'", codes)
        database.execute('DELETE FROM published WHERE wave = ?', (wave,))
        database.execute('COMMIT')


def without_aggregates(place):
    for end in ('', '-wal', '-shm'):
        if os.path.exists(os.path.join(place, 'var/readiness.db' + end)):
            os.remove(os.path.join(place, 'var/readiness.db' + end))
    shutil.copyfile(os.path.join(place, 'answers.db'), os.path.join(place, 'var/readiness.db'))


ONE = ('report', 'bench', '--organisation', 'org0000', '--out', 'one.html')


def aggregation(options):
    """The first report of a wave makes the aggregates; what it takes more than the second is the aggregation."""
    made = Row('aggregation of 4 million answers, CPU', 's', 'under 8 x the scan limit', under(8), '%.3f')
    memory = Row('the report that aggregates, memory', 'MB', form='%.0f')
    place = imported(HERE, ORGANISATIONS, STAFF)
    for _ in range(options.rounds):
        without_aggregates(place)
        limit = float(run(tool('limit_scan'), os.path.join(place, 'answers.db')).split()[0])
        (making, _, most), (again, _, _) = product_cost(place, *ONE), product_cost(place, *ONE)
        made.add(making - again, limit)
        memory.add(most)
    return [made, memory]


def reports(options):
    """With the aggregates made, 1,000 organisations in the database."""
    place = imported(HERE, ORGANISATIONS, STAFF)
    product_cost(place, *ONE)
    kinds = (('organisation report, .xlsx', ('--organisation', 'org0000', '--out', 'one.xlsx'), 1, 32),
             ('organisation report, .html', ('--organisation', 'org0000', '--out', 'one.html'), 1, 32),
             ('workbook of all 1,000 organisations', ('--all', '--out', 'all.xlsx'), 10, 64))
    rows = []
    for name, words, seconds, most in kinds:
        took = Row(name, 's', 'under %d s' % seconds, under(seconds), '%.2f')
        memory = Row(name + ', memory', 'MB', 'under %d MB' % most, under(most), '%.0f')
        for _ in range(options.rounds):
            _, wall, peak = product_cost(place, 'report', 'bench', *words)
            took.add(wall)
            memory.add(peak)
        rows += [took, memory]
    size = Row('the database with responses and aggregates', 'MB', form='%.1f')
    size.add(os.path.getsize(os.path.join(place, 'var/readiness.db')) / 1e6)
    return rows + [size]


def columns_of(path):
    """Columns of the data sheet: the widest row of the workbook's largest sheet."""
    listed = run('unzip', '-lv', path)
    sheet = max((line.split() for line in listed.splitlines() if 'worksheets/sheet' in line), key=lambda w: int(w[0]))[-1]
    head = subprocess.run('unzip -p %s %s | head -c 300000' % (path, sheet), shell=True, stdout=subprocess.PIPE).stdout
    spans = head.split(b'<row ')[2].split(b'</row>')[0]
    return spans.count(b'<c ')


def data(options):
    """Every answer in its own row, beside the sheet limit with as many rows and columns."""
    place = imported(HERE, ORGANISATIONS, STAFF)
    cpu = Row('data workbook of 100,000 responses, CPU', 's', 'under 1.5 x the sheet limit', under(1.5), '%.2f')
    memory = Row('data workbook, memory', 'MB', form='%.0f')
    product_cost(place, 'report', 'bench', '--data', '--out', 'data.xlsx')
    columns = columns_of(os.path.join(place, 'data.xlsx'))
    for _ in range(options.rounds):
        least = cost(place, tool('limit_sheet'), 'limit.xlsx', str(ORGANISATIONS * STAFF), str(columns))
        used, _, most = product_cost(place, 'report', 'bench', '--data', '--out', 'data.xlsx')
        cpu.add(used, least[0])
        memory.add(most, least[2])
    cpu.note = '%d columns' % columns
    small = imported(os.path.join(DATA, 'ten-thousand'), 100, 100)
    product_cost(small, 'report', 'bench', '--data', '--out', 'data.xlsx')
    took = Row('10,000 responses x %d columns as .xlsx' % columns, 's', 'a tenth of the peer’s 4.4 s', under(0.44))
    busy = Row('10,000 responses x %d columns as .xlsx, CPU' % columns, 's')
    for _ in range(options.rounds):
        least = cost(small, tool('limit_sheet'), 'limit.xlsx', '10000', str(columns))
        used, wall, _ = product_cost(small, 'report', 'bench', '--data', '--out', 'data.xlsx')
        took.add(wall)
        busy.add(used, least[0])
    return [cpu, memory, took, busy]


def wide_instrument(items):
    lines = ['[survey]', 'schema = 1', 'name = wide', 'version = 1.0', 'title = "Wide"', 'language = en', '',
             '[scale.agree]'] + ['%d = "%d"' % (i, i) for i in range(1, 6)] + ['favourable = 4, 5', 'unfavourable = 1, 2']
    for c in range(0, items, 20):
        lines += ['', '[construct.c%d]' % c, 'label = "Construct %d"' % c, 'level = organisation', 'answered_by = staff',
                  'scale = agree'] + ['item.c%di%d = "Item %d of construct %d"' % (c, i, i, c) for i in range(min(20, items - c))]
    return '\n'.join(lines) + '\n'


def wide_answers(path, rows, items):
    random.seed(7)
    some = [','.join(random.choice('12345') for _ in range(items)) for _ in range(997)]
    names = ['c%di%d' % (c, i) for c in range(0, items, 20) for i in range(min(20, items - c))]
    with open(path, 'w') as out:
        out.write('organisation,' + ','.join(names) + '\n')
        for row in range(rows):
            out.write('org%04d,%s\n' % (row // 100, some[row % 997]))


def wide(options):
    """The largest that was asked for: 132,000 x 510, from the running server, while 50 people submit to another wave."""
    rows, items = (2000, 508) if options.small else (132000, 508)
    place = os.path.join(DATA, 'wide-%d' % rows)
    if not os.path.exists(os.path.join(place, 'whole')):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(answering.scene(32000), place)
        write(os.path.join(place, 'wide.ini'), wide_instrument(items))
        wide_answers(os.path.join(place, 'wide.csv'), 1000, items)
        run(PROGRAM, 'assessment', 'new', 'wide', '--instrument', 'wide.ini', '--title', 'Wide', cwd=place)
        run(PROGRAM, 'responses', 'import', 'wide', 'wide.csv', '--create-organisations', cwd=place)
        path = os.path.join(place, 'var/readiness.db')
        with contextlib.closing(sqlite3.connect(path)) as database:
            (wave,) = database.execute('SELECT id FROM wave WHERE imported').fetchone()
            database.executescript('DELETE FROM aggregate; DELETE FROM aggregate_source;')
        multiply(path, wave, rows // 1000)
        write(os.path.join(place, 'whole'), '')
    copy_folder(place, place + '-run')
    place += '-run'
    took = Row('data workbook of %d x 510 from the server, 50 people submitting' % rows, 's', form='%.1f')
    memory = Row('the server’s memory meanwhile', 'MB', 'under 300 MB', under(300), '%.0f')
    failed = Row('submissions that failed meanwhile', '', 'none', lambda n: n == 0, '%.0f')
    rate = Row('submissions meanwhile', '/s', form='%.0f')
    p99 = Row('their p99', 'ms', form='%.1f')
    with product(place) as server:
        ended, found = threading.Event(), []

        def visit():
            for begin in range(0, 31000, 500):
                if ended.is_set():
                    return
                file = answering.submissions(place, skip=begin, n=500)
                found.append(load('submit', server, 50, 500, file, answering.THANKS))
                time.sleep(1.5)
        visitors = threading.Thread(target=visit)
        visitors.start()
        begun = time.monotonic()
        run(PROGRAM, 'report', 'wide', '--data', '--out', 'wide.xlsx', cwd=place)
        took.add(time.monotonic() - begun)
        ended.set()
        visitors.join()
        memory.add(server.memory('VmHWM'))
    failed.add(sum(f['failed'] for f in found))
    rate.add(sum(f['done'] for f in found) / sum(f['seconds'] for f in found))
    p99.add(max(f['p99'] for f in found))
    shutil.rmtree(place)
    return [took, memory, failed, rate, p99]
