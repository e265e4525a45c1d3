"""A rehearsal at national scale: 5,000 organisations, 1,000,000 invitations, 600,000 answers in one database."""
import os
import re
import shutil
import sys
import time

import answering
from growing import WATCHED, signed_in
from machine import DATA, ENVIRONMENT, PROGRAM, Row, load, product, product_cost, run, write

HERE = os.path.join(DATA, 'national')
NOBODY = {'READINESS_MAIL_SERVER': 'smtp://127.0.0.1:9', 'READINESS_MAIL_SECURITY': 'none',
          'READINESS_MAIL_FROM': 'survey@example.org'}  # choosing whom to remind wants settings, and sends nothing


def one(what, value, unit, form='%.1f', note=''):
    row = Row(what, unit, form=form, note=note)
    row.add(value)
    print('  %-70s %s %s' % (what, form % value, unit), flush=True)
    return row


def timed(rows, what, *words):
    cpu, wall, most = product_cost(HERE, *words)
    rows += [one(what, wall, 's'), one(what + ', CPU', cpu, 's'), one(what + ', memory', most, 'MB', '%.0f')]


def size(rows, what):
    total = sum(os.path.getsize(os.path.join(HERE, 'var', f)) for f in os.listdir(os.path.join(HERE, 'var')) if 'readiness.db' in f)
    rows.append(one(what, total / 1e6, 'MB', '%.0f'))


def begin(organisations):
    shutil.rmtree(HERE, ignore_errors=True)
    write(os.path.join(HERE, 'bench.ini'), answering.instrument())
    with open(os.path.join(HERE, 'organisations.csv'), 'w') as out:
        out.write('code,name\n')
        out.writelines('org%05d,Organisation %d\n' % (o, o) for o in range(organisations))


def people(rows, organisations, n):
    begun = time.monotonic()
    tables = answering.import_people(HERE, ['org%05d,person%d@example.org\n' % (i * organisations // n, i) for i in range(n)])
    rows.append(one('people: %d in %d tables' % (n, tables), time.monotonic() - begun, 's'))


def national(options):
    organisations, invited, answers = (50, 10000, 6000) if options.small else (5000, 1000000, 600000)
    if shutil.disk_usage(DATA).free < 25e9 and not options.small:
        sys.exit('the rehearsal needs 25 GB of disk')
    rows = []
    ENVIRONMENT.update(NOBODY)
    begin(organisations)
    run(PROGRAM, 'assessment', 'new', 'bench', '--instrument', 'bench.ini', '--title', 'How ready are we?', cwd=HERE)
    timed(rows, 'organisations: %d' % organisations, 'organisation', 'import', 'bench', 'organisations.csv')
    people(rows, organisations, invited)
    timed(rows, 'opening the wave, %d invitations' % invited, 'wave', 'open', 'bench')
    size(rows, 'the database with the wave open')
    timed(rows, 'link list, .csv', 'links', 'bench', '--out', 'links.csv')
    with open(os.path.join(HERE, 'links.csv'), encoding='utf-8-sig') as links:
        tokens = re.findall(r'/s/([0-9A-Z]+)', links.read())
    write(os.path.join(HERE, 'tokens'), '\n'.join(tokens[i * 7919 % len(tokens)] for i in range(answers)) + '\n')
    with product(HERE) as server:
        batch = answers // 6
        for at in range(0, answers, batch):
            found = load('submit', server, 64, batch, answering.submissions(HERE, skip=at, n=batch), answering.THANKS)
            rows.append(one('submitting answer %d to %d' % (at + 1, at + batch), found['rate'], '/s', '%.0f',
                            'p99 %.0f ms, %.0f us CPU' % (found['p99'], found['cpu'] / batch * 1e6)))
        rows.append(one('the server’s memory meanwhile', server.memory('VmHWM'), 'MB', '%.0f'))
        browser = signed_in(HERE, server)
        for path in WATCHED:
            begun = time.monotonic()
            if browser.get(path).status != 200:
                sys.exit('no page at ' + path)
            rows.append(one('%s, a page of the open wave' % path, time.monotonic() - begun, 's', '%.2f'))
        rows.append(one('the server’s memory after these', server.memory('VmHWM'), 'MB', '%.0f'))
        size(rows, 'the database with its ballots and its journal')
    timed(rows, 'choosing whom to remind (nothing sent)', 'send', 'bench', 'reminders', '--dry-run')
    timed(rows, 'backup', 'backup', 'copy.db')
    rows.append(one('the backup', os.path.getsize(os.path.join(HERE, 'copy.db')) / 1e6, 'MB', '%.0f'))
    os.remove(os.path.join(HERE, 'copy.db'))
    timed(rows, 'closing with aggregation: %d ballots' % answers, 'wave', 'close', 'bench', '--yes')
    size(rows, 'the database after the closing')
    timed(rows, 'first report', 'report', 'bench', '--organisation', 'org00000', '--out', 'one.xlsx')
    timed(rows, 'a report afterwards', 'report', 'bench', '--organisation', 'org00001', '--out', 'one.xlsx')
    timed(rows, 'workbook of all organisations', 'report', 'bench', '--all', '--out', 'all.xlsx')
    timed(rows, 'data workbook', 'report', 'bench', '--data', '--out', 'data.xlsx')
    timed(rows, 'export, .csv', 'export', 'bench', '--format', 'csv', '--out', 'data.csv')
    shutil.rmtree(HERE)
    return rows
