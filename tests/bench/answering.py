"""While people answer: a page, a submission, a whole interview; memory, start, bytes. The form is the peer's: forty
five-point items on four pages, anonymous."""
import os
import re
import shutil

from machine import DATA, PROGRAM, Row, at_least, copy_folder, limit, load, product, run, under, write

HERE = os.path.join(DATA, 'answering')
PAGES, ITEMS = 4, 10
PEER_MILLISECONDS = 212.5  # CPU of an interview, the middle of 198 to 227
PEER_MEMORY = 200
THANKS = '<h1>Thank you'


def instrument():
    """Four pages of ten items, no question of any other kind."""
    words = ['Not at all', 'A little', 'Somewhat', 'Mostly', 'Completely']
    lines = ['[survey]', 'schema = 1', 'name = bench', 'version = 1.0', 'title = "How ready are we?"', 'language = en', '',
             '[scale.agree]'] + ['%d = "%s"' % (i + 1, w) for i, w in enumerate(words)] + \
            ['favourable = 4, 5', 'unfavourable = 1, 2']
    for c in range(PAGES):
        lines += ['', '[construct.c%d]' % c, 'label = "Part %d of the form"' % (c + 1), 'level = organisation',
                  'answered_by = staff', 'scale = agree']
        lines += ['item.c%di%d = "In our organisation, item %d of part %d is something that people can rely on."'
                  % (c, i, i + 1, c + 1) for i in range(ITEMS)]
    return '\n'.join(lines) + '\n'


def import_people(folder, rows):
    """A table has at most 50,000 rows: the roster comes in pieces, as from the parts of a country. How many there were."""
    pieces = range(0, len(rows), 40000)
    for at in pieces:
        write(os.path.join(folder, 'people.csv'), 'organisation,email\n' + ''.join(rows[at:at + 40000]))
        run(PROGRAM, 'people', 'import', 'bench', 'people.csv', cwd=folder)
    return len(pieces)


def scene(people):
    """A folder with an open wave: 100 people in each organisation, and the links; made once and copied for each run."""
    place = os.path.join(HERE, 'scene-%d' % people)
    if os.path.exists(os.path.join(place, 'tokens')):
        return place
    shutil.rmtree(place, ignore_errors=True)
    write(os.path.join(place, 'bench.ini'), instrument())
    write(os.path.join(place, 'organisations.csv'),
          'code,name\n' + ''.join('org%05d,Organisation %d\n' % (o, o) for o in range((people + 99) // 100)))
    for words in (('assessment', 'new', 'bench', '--instrument', 'bench.ini', '--title', 'How ready are we?'),
                  ('organisation', 'import', 'bench', 'organisations.csv')):
        run(PROGRAM, *words, cwd=place)
    import_people(place, ['org%05d,person%d@example.org\n' % (i // 100, i) for i in range(people)])
    run(PROGRAM, 'wave', 'open', 'bench', cwd=place)
    run(PROGRAM, 'links', 'bench', '--out', 'links.csv', cwd=place)
    with open(os.path.join(place, 'links.csv'), encoding='utf-8-sig') as links:
        tokens = re.findall(r'/s/([0-9A-Z]+)', links.read())
    write(os.path.join(place, 'tokens'), '\n'.join(tokens) + '\n')
    return place


def fresh(people):
    """A copy of the scene in which nobody has answered."""
    copy_folder(scene(people), os.path.join(HERE, 'run'))
    return os.path.join(HERE, 'run')


def tokens_of(folder):
    """Of the personal links, in their order."""
    with open(os.path.join(folder, 'tokens')) as tokens:
        return tokens.read().split()


def form_body(token):
    """The last page as it comes from a browser that keeps no cookies: all forty answers in the form."""
    answers = '&'.join('c%di%d=#' % (c, i) for c in range(PAGES) for i in range(ITEMS))
    return '.t=%s&.l=en&.p=%d&.b=0&%s&.s=submit' % (token, PAGES - 1, answers)


def submissions(folder, skip=0, n=None):
    """The file for `load submit`: a personal link of its own for each."""
    some = tokens_of(folder)[skip:][:n]
    return write(os.path.join(folder, 'submissions'), '/s\n' + form_body('{token}') + '\n' + '\n'.join(some) + '\n')


def page(options):
    """Start page and a page of ten items, beside the page limit, 64 connections."""
    n = 5000 if options.small else 40000
    first = Row('start page, 64 connections', 'pages/s', 'at least 50 % of the limit', at_least(0.5), '%.0f')
    later = Row('page of ten items, 64 connections', 'pages/s', 'at least 50 % of the limit', at_least(0.5), '%.0f')
    cpu_first = Row('start page, server CPU', 'us', form='%.1f')
    cpu_later = Row('page of ten items, server CPU', 'us', form='%.1f')
    p99 = Row('page of ten items, p99', 'ms', form='%.2f')
    folder = fresh(2000)
    token = tokens_of(folder)[:1000]
    starts = write(os.path.join(folder, 'starts'), ''.join('/s/%s\n' % t for t in token))
    ones = write(os.path.join(folder, 'ones'), '/\n')
    turns = write(os.path.join(folder, 'turns'), '/s\n.t={token}&.l=en&.p=0&.s=again\n' + ''.join(t + '\n' for t in token * (n // 1000)))
    with limit('page') as bare, product(folder) as served:
        for server, mode, file in ((bare, 'page', ones), (served, 'page', starts), (served, 'submit', turns)):
            load(mode, server, 64, 1000, file)
        for _ in range(options.rounds):
            least = load('page', bare, 64, n, ones)
            found = load('page', served, 64, n, starts)
            form = load('submit', served, 64, n, turns)
            first.add(found['rate'], least['rate'])
            later.add(form['rate'], least['rate'])
            cpu_first.add(found['cpu'] / n * 1e6, least['cpu'] / n * 1e6)
            cpu_later.add(form['cpu'] / n * 1e6, least['cpu'] / n * 1e6)
            p99.add(form['p99'], least['p99'])
    return [first, later, cpu_first, cpu_later, p99]


def submit(options):
    """Acknowledged submissions, sealed and durable, each with a personal link of its own, beside the submit limit."""
    rows = []
    for slow in (False, True):
        n = (1000 if options.small else 6000) if slow else (4000 if options.small else 30000)
        disk = ', flushes 8 ms longer' if slow else ''
        for connections in (8, 64, 256):
            least = 0.8 if slow else 0.4
            aimed = connections == 64
            rate = Row('submit, %d connections%s' % (connections, disk), 'answers/s',
                       'at least %d %% of the limit' % (100 * least) if aimed else '',
                       at_least(least) if aimed else None, '%.0f')
            p99 = Row('submit, %d connections%s, p99' % (connections, disk), 'ms',
                      'under 3 x the limit' if aimed else '', under(3) if aimed else None)
            cpu = Row('submit, %d connections%s, server CPU' % (connections, disk), 'us', form='%.1f')
            sealed = Row('submit, %d connections%s, beside a limit that seals' % (connections, disk), 'answers/s', form='%.0f')
            for _ in range(options.rounds):
                submit_once(connections, n, slow, rate, p99, cpu)
                if aimed:
                    sealed.add(rate.values[-1], submit_limit(connections, n, slow, 'sealed')['rate'])
            rows += ([rate, sealed] if aimed else [rate]) + ([p99] if slow else [p99, cpu])
    return rows


def submit_limit(connections, n, slow, *words):
    folder = os.path.join(HERE, 'limit')
    shutil.rmtree(folder, ignore_errors=True)
    body = form_body('ABCDEFGHJKMNPQRSTVWXYZ0123')
    forms = write(os.path.join(folder, 'forms'), '/s\n%s\n' % body + 'x\n' * (n + 200))
    with limit('submit', os.path.join(folder, 'limit.db'), *words, slow=slow) as server:
        load('submit', server, connections, 200, forms)
        return load('submit', server, connections, n, forms, 'Thank you')


def submit_once(connections, n, slow, rate, p99, cpu):
    least, folder = submit_limit(connections, n, slow), fresh(32000)
    with product(folder, slow=slow) as server:
        load('submit', server, connections, 200, submissions(folder, n=200), THANKS)
        found = load('submit', server, connections, n, submissions(folder, skip=200), THANKS)
    rate.add(found['rate'], least['rate'])
    p99.add(found['p99'], least['p99'])
    cpu.add(found['cpu'] / n * 1e6, least['cpu'] / n * 1e6)


def interview(options):
    """Start page, four pages with the draft saved at each, submit: 32 people at a time."""
    n = 500 if options.small else 5000
    cpu = Row('interview, server CPU, 32 people at a time', 'ms', 'under 0.6 ms', under(0.6), '%.3f',
              'the peer: 198 to 227 ms')
    factor = Row('interview, times less CPU than the peer', '', 'at least 350', at_least(350), '%.0f')
    rate = Row('interviews, 32 people at a time', '/s', form='%.0f', note='the peer: 8.5 to 9.8 /s')
    p95 = Row('a request of an interview, p95', 'ms', form='%.2f', note='the peer: 889 ms with 32 people')
    memory = Row('memory while 32 people answer', 'MB', 'a tenth of the peer’s 200 MB', under(PEER_MEMORY / 10), '%.1f')
    for _ in range(options.rounds):
        folder = fresh(32000)
        with product(folder) as server:
            some = tokens_of(folder)
            load('interview', server, 32, 100, write(os.path.join(folder, 'few'), '\n'.join(some[:100]) + '\n'), THANKS)
            found = load('interview', server, 32, n, write(os.path.join(folder, 'many'), '\n'.join(some[100:]) + '\n'), THANKS)
            if found['requests'] != n * (PAGES + 2):
                raise SystemExit('an interview has %.2f requests' % (found['requests'] / n))
            cpu.add(found['cpu'] / n * 1e3)
            factor.add(PEER_MILLISECONDS / (found['cpu'] / n * 1e3))
            rate.add(found['rate'])
            p95.add(found['p95'])
            memory.add(server.memory('VmHWM'))
    return [cpu, factor, rate, p95, memory]
