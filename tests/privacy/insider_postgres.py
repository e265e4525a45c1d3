"""What an insider has of an installation on a PostgreSQL server: its files, copied again and again, read row by row with all
versions that are still in them; the whole journal, archived as it was written; a standby's files and its journal; the server's
log; a dump. Everything but the key folder."""
import atexit
import glob
import os
import re
import shutil
import time

import heap
from attacker import readable
from support import postgres

ARCHIVING = {'archive_mode': 'on', 'archive_command': 'mkdir -p ../archive && cp %p ../archive/%f'}


def begin():
    """A server of its own, its journal archived from the first moment; a standby follows it (Insider). For scene()."""
    server = postgres.Server(**ARCHIVING)
    atexit.register(server.remove)
    return {'store': server}


class Insider:
    def __init__(self, here):
        self.here, self.server, self.copies, self.shapes, self.files, self.rows = here, here.store, [], {}, {}, {}
        self.oid = self.server.sql("SELECT oid FROM pg_database WHERE datname = '%s'" % here.database)[0][0]
        self.standby = postgres.Server(of=self.server, archive_mode='off')
        atexit.register(self.standby.remove)

    def remove(self):
        self.standby.remove()
        self.server.remove()

    def elsewhere(self):
        """Folders of the servers."""
        return [self.server.folder, self.standby.folder]

    def folder(self, name):
        return self.here.path(name)

    def sql(self, text):
        return self.server.sql(text, self.here.database)

    def look(self, name):
        """The catalogue, of which an insider has the files too: where each table lies and what its columns are like."""
        files = {row[0]: (int(row[1]), int(row[2]), row[3]) for row in self.sql(
            "SELECT c.relname, c.relfilenode, coalesce(t.relfilenode, 0), (SELECT string_agg(attlen || attalign::text, ' '"
            " ORDER BY attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0) FROM pg_class c"
            " LEFT JOIN pg_class t ON t.oid = c.reltoastrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i')")}
        self.files[name] = {table: (own, toast) for table, (own, toast, _) in files.items()}
        self.shapes = {table: [(int(s[:-1]), s[-1]) for s in shape.split()] for table, (_, _, shape) in files.items()}

    def copy(self, name, last=False):
        """The database's own files; with the last copy, and after closing, everything else."""
        self.look(name)
        self.server.sql('CHECKPOINT')
        self.copy_database(self.server.data, os.path.join(self.folder(name), 'base'))
        if last:
            self.copy_rest(name)
        self.copies.append(name)

    def copy_database(self, data, to):
        os.makedirs(to)
        for path in glob.glob(os.path.join(data, 'base', self.oid, '*')):
            own = re.match(r'\d+', os.path.basename(path))
            if not own or int(own.group()) >= 16384 or 'closed' in to:  # below: the server's own tables
                with open(path, 'rb') as file, open(os.path.join(to, os.path.basename(path)), 'wb') as copy:
                    shutil.copyfileobj(file, copy)

    def copy_rest(self, name):
        """The journal, and what the server notes beside its tables."""
        self.server.sql('SELECT pg_switch_wal()')
        self.server.sql('CHECKPOINT')
        for part in ('pg_wal', 'pg_xact', 'pg_multixact', 'pg_commit_ts', 'pg_stat', 'pg_subtrans', 'global'):
            shutil.copytree(os.path.join(self.server.data, part), os.path.join(self.folder(name), part), ignore_dangling_symlinks=True)
        for _ in range(200):  # the last segment too
            if not glob.glob(os.path.join(self.server.data, 'pg_wal/archive_status/*.ready')):
                break
            time.sleep(0.05)
        archive = os.path.join(self.server.folder, 'archive')
        if os.path.isdir(archive):
            shutil.copytree(archive, os.path.join(self.folder(name), 'archive'))
        shutil.copy(os.path.join(self.server.folder, 'log'), self.folder(name))

    def close(self):
        for _ in range(200):
            if self.sql('SELECT count(*) FROM wave WHERE state = 1') == [['0']]:
                break
            time.sleep(0.05)
        self.look('closed')
        os.mkdir(self.folder('closed'))
        dump = self.server.call('pg_dump', '-h', self.server.folder, '-U', postgres.USER, self.here.database)
        with open(os.path.join(self.folder('closed'), 'dump.sql'), 'w') as file:
            file.write(dump)
        self.here.stop()  # what it holds of the state is let go, as in any night
        self.server.sql('CHECKPOINT')
        self.copy_database(self.server.data, os.path.join(self.folder('closed'), 'base'))
        self.copy_rest('closed')
        postgres.Pair.wait(self.standby, "SELECT 1 WHERE pg_last_wal_replay_lsn() >= '%s'" %
                           self.server.sql('SELECT pg_current_wal_lsn()')[0][0])
        self.standby.sql('CHECKPOINT')
        self.copy_database(self.standby.data, os.path.join(self.folder('closed'), 'standby'))
        shutil.copytree(os.path.join(self.standby.data, 'pg_wal'), os.path.join(self.folder('closed'), 'standby_wal'))
        for query in ('SELECT id, answers FROM response ORDER BY wave, organisation, id',
                      'SELECT id, text FROM comment ORDER BY wave, organisation, question, id', 'SELECT text FROM comment',
                      'SELECT id FROM comment', 'SELECT state, pseudonym FROM ticket',
                      'SELECT id, email FROM person'):
            self.rows[query] = self.here.query(query)

    def write_together(self, pairs):
        """What stores do that write each answer in the transaction that spends its ticket, with all tables written anew
        afterwards, and in the order of random keys: [(hash, id of the response)]."""
        self.server.sql(''.join("BEGIN; UPDATE ticket SET state = state WHERE hash = '\\x%s'; UPDATE response SET id = id WHERE id ="
                           " '\\x%s'; COMMIT;" % (hash.hex(), id.hex()) for hash, id in pairs), self.here.database)
        for table in ('ticket', 'response', 'ballot'):
            self.sql('CLUSTER %s USING %s_pkey' % (table, table))
        self.look('closed')
        self.server.sql('CHECKPOINT')
        shutil.rmtree(os.path.join(self.folder('closed'), 'base'))
        self.copy_database(self.server.data, os.path.join(self.folder('closed'), 'base'))

    def now(self, query):
        return self.rows[query]

    def versions(self, name, table, where='base'):
        path = os.path.join(self.folder(name), where, str(self.files[name][table][0]))
        return list(heap.versions(path, self.shapes[table]))

    def whole(self, name, table, rows):
        """(key, bytes) of rows of two columns after the wave, put together from their pieces."""
        pieces = {}
        for row in heap.versions(os.path.join(self.folder(name), 'base', str(self.files[name][table][1])),
                                 [(4, 'i'), (4, 'i'), (-1, 'i')]):
            pieces.setdefault(row.values[0], {})[row.values[1]] = row.values[2]
        for row in rows:
            last = row.values[-1]
            if isinstance(last, heap.Pointer):
                of, size = pieces.get(last.value - (last.value >> 31 << 32), {}), last.size - 4
                last = b''.join(of[k] or b'' for k in sorted(of))
                if len(last) != size:  # of an old version, in part gone
                    continue
            yield row.values[1], last or b''

    def is_of(self, table, record):
        """Does a record of the journal change this table (or the pieces of its long values: 'toast of x'), in whichever file it
        lay?"""
        name, part = (table[9:], 1) if table.startswith('toast of ') else (table, 0)
        return any(files[name][part] in record.relations for files in self.files.values())

    def ballots(self, name):
        return list(self.whole(name, 'ballot', self.versions(name, 'ballot')))

    def drafts(self, name):
        return list(self.whole(name, 'draft', self.versions(name, 'draft')))

    def columns(self, table):
        kinds = {'bytea': 'BLOB', 'text': 'TEXT', 'integer': 'INTEGER'}
        return [(name, kinds.get(kind, kind)) for name, kind in self.sql(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '%s'" % table)]

    def kept_in(self, folders):
        """(name, bytes) of every file of the database itself, here and on the standby; each content once."""
        seen = set()
        for folder in folders:
            for place, _, files in os.walk(folder):
                if os.path.relpath(place, folder).split(os.sep)[0] in ('archive', 'pg_wal', 'standby_wal'):
                    continue
                for name in files:
                    with open(os.path.join(place, name), 'rb') as file:
                        content = file.read().rstrip(b'\0')
                    if content not in seen:
                        seen.add(content)
                        yield os.path.join(place, name), content

    def after(self):
        self.server.sql('CHECKPOINT')
        return self.kept_in([os.path.join(self.server.data, 'base', self.oid), self.folder('closed')])

    def journal(self, name):
        """Everything that was ever written to the journal until then."""
        folder = self.folder(name)
        segments = heap.Segments(*[os.path.join(folder, part) for part in ('archive', 'pg_wal', 'standby_wal')])
        return segments.records(os.path.join(postgres.programs(), 'pg_waldump'))

    def commits(self):
        return sum(record.moment is not None for record in self.journal(self.copies[-1]))

    def in_pages(self, e):
        on = {}
        for row in sorted(self.versions('closed', 'response'), key=lambda row: (row.place[0], row.place[2])):
            if row.values[2] in e.place:
                on.setdefault(row.place[0], []).append(e.who(e.answers[e.place[row.values[2]]]))
        return on


def once(order):
    return list(dict.fromkeys(order))


def orders_of_people(e):
    """{what of: people in that order}, from everything that stands beside tickets, ballots and invitations."""
    i, found = e.insider, {'time': e.people, 'hash': e.by_hash()}
    found['token'] = sorted(e.people, key=lambda p: e.tokens[p])
    found['address'] = sorted(e.people, key=lambda p: e.links[p]['email'])
    tickets = [row for row in i.versions('closed', 'ticket') if row.values[1] in e.holder]
    found['tickets as they lie'] = once(e.holder[row.values[1]] for row in sorted(tickets, key=lambda r: (r.place[0], r.place[2])))
    numbers = {}
    for row in tickets:  # of all versions that are left: what was spent when
        numbers.setdefault(e.holder[row.values[1]], []).append((row.xmin, row.cid))
    found['transaction numbers of tickets'] = sorted(numbers, key=lambda p: (sorted(numbers[p]), p))
    last = i.versions(i.copies[-1], 'ballot')
    held = [row for row in last if row.values[1] in e.holder]
    found['ballots as they lay'] = [e.holder[row.values[1]] for row in held]
    found['transaction numbers of ballots'] = [e.holder[row.values[1]] for row in sorted(held, key=lambda r: r.xmin)]
    found['index of the ballots'] = index_order(i, i.copies[-1], 'ballot_pkey', held, lambda row: e.holder[row.values[1]])
    found['index of the tickets'] = index_order(i, 'closed', 'ticket_pkey', tickets, lambda row: e.holder[row.values[1]])
    email = dict(i.now('SELECT id, email FROM person'))
    person = {link['email']: p for p, link in enumerate(e.links)}
    found['people as they lie'] = [person[email[r.values[1]]] for r in i.versions('closed', 'person')
                                   if email.get(r.values[1]) in person]
    found['invitations as they lie'] = once(person[email[v]] for r in i.versions('closed', 'invitation') for v in r.values
                                            if isinstance(v, bytes) and email.get(v) in person)
    return found


def index_order(insider, name, index, rows, of):
    at = {row.place[:2]: of(row) for row in rows}
    path = os.path.join(insider.folder(name), 'base', str(insider.files[name][index][0]))
    return once(at[place] for place in heap.leaves(path) if place in at)


def orders_of_answers(e):
    """{what of: indexes of answers in that order}, from everything that stands beside responses after closing."""
    i, found = e.insider, {}
    for where in ('base', 'standby'):
        rows = [row for row in i.versions('closed', 'response', where) if row.values[2] in e.place]
        of = {row.values[2]: e.place[row.values[2]] for row in rows}
        found[where + ': answers as they lie'] = once(of[r.values[2]] for r in rows)
        found[where + ': answers by their bytes'] = once(of[r.values[2]] for r in sorted(rows, key=lambda r: (r.place[0], r.place[2])))
        found[where + ': numbers of answers'] = once(of[r.values[2]] for r in sorted(rows, key=lambda r: (r.xmin, r.cid)))
    found['index of the answers'] = index_order(i, 'closed', 'response_pkey', i.versions('closed', 'response'),
                                                lambda r: e.place.get(r.values[2], -1))
    with open(os.path.join(i.folder('closed'), 'dump.sql'), encoding='utf-8') as file:
        block = re.search(r'^COPY public\.response .*?^\\\.$', file.read(), re.M | re.S).group()
    ids = {id.hex(): n for id, n in e.place.items()}
    found['dump'] = [ids[h] for h in re.findall(r'\\\\x([0-9a-f]{32})(?=\t)', block) if h in ids]
    return found


def aligned(e):
    """Each order of people beside each order of answers; one that comes again under another name is tried once."""
    seen, of_answers = set(), orders_of_answers(e)
    for name, people in orders_of_people(e).items():
        for other, answers in of_answers.items():
            for words, turned in (('', people), (', backwards', people[::-1])):
                pairs = tuple(zip(turned, answers))
                if pairs not in seen and (not words or name in ('time', 'hash')):
                    seen.add(pairs)
                    yield '%s / %s%s' % (name, other, words), list(pairs)


def same_number(e):
    """A response that one transaction wrote with one ticket, or one ballot, is its owner's."""
    i, by, guesses = e.insider, {}, []
    for name, table in [('closed', 'ticket'), (i.copies[-1], 'ballot'), ('closed', 'ballot')]:
        for row in i.versions(name, table):
            if row.values[1] in e.holder:
                by.setdefault(row.xmin, set()).add(e.holder[row.values[1]])
                by.setdefault(row.xmax, set()).add(e.holder[row.values[1]])
    answers = {}
    for row in i.versions('closed', 'response'):
        answers.setdefault(row.xmin, set()).add(e.place.get(row.values[2], -1))
    for number, people in by.items():
        if len(people) == 1 == len(answers.get(number, ())):
            guesses.append((next(iter(people)), next(iter(answers[number]))))
    yield 'same transaction number', guesses


def left_of_ballots(e):
    """Old versions of ballots in the closed files, whole or in pieces."""
    yield 'ballots read in the closed files', [(e.holder[key], readable(e, sealed))
                                               for key, sealed in e.insider.ballots('closed') if key in e.holder]


def journal(e):
    """Every record of the journal: transaction by transaction, which tickets and which answers; in which order ballots came,
    were removed, and responses came."""
    came, written, people_of, answers_of, whole = [], [], {}, {}, {}
    hashes = re.compile(b'|'.join(re.escape(h) for h in e.holder), re.S)
    keys = re.compile(b'|'.join(re.escape(id) for id in e.place), re.S)
    for record in e.insider.journal('closed'):
        people = [e.holder[h] for h in hashes.findall(record.data)]
        if record.manager == 'Heap' and record.said.startswith('INSERT'):
            if e.insider.is_of('ballot', record):
                came += people[:1]
            written += [e.place[id] for id in keys.findall(record.data) if e.insider.is_of('response', record)]
        people_of.setdefault(record.transaction, set()).update(people)
        if b'"lead1"' in record.data:
            answers_of.setdefault(record.transaction, set()).add(readable(e, record.data))
        whole.update((number, record.transaction) for number in (record.committed if record.moment else []))
    together = {}  # parts of a transaction are numbered by themselves
    for found, n in ((people_of, 0), (answers_of, 1)):
        for number, several in found.items():
            together.setdefault(whole.get(number), (set(), set()))[n].update(several)
    yield 'journal, ballots read', [(min(people), min(answers)) for number, (people, answers) in together.items()
                                    if number and len(people) == 1 == len(answers)]
    yield 'journal, in the order of ballots and responses', list(zip(once(came), once(written)))
    yield 'journal, likewise backwards', list(zip(once(came)[::-1], once(written)))


def pieces_of_comments(e):
    """Long comments lie in pieces, whose numbers are given in order: do they lead to the answers?"""
    i = e.insider
    text = dict(i.now('SELECT id, text FROM comment ORDER BY wave, organisation, question, id'))
    long = [row for row in i.versions('closed', 'comment') if isinstance(row.values[-1], heap.Pointer)]
    givers = [int(re.search(r'canary-(\d+)', text[row.values[3]]).group(1))
              for row in sorted(long, key=lambda r: r.values[-1].value)]
    yield 'numbers of the pieces of comments', list(zip(givers, range(len(e.answers))))
    lengths = sorted(range(len(e.answers)), key=lambda n: -len(e.answers[n]))
    yield 'long comments and long answers', list(zip(givers, lengths))


WAYS = [aligned, same_number, left_of_ballots, journal, pieces_of_comments]
# What finds more than half in a build that does without it all (naive.c).
NAIVE = ['ballots read in the copies', 'journal, ballots read', 'answers beside hashes in what is left',
         'time / base: answers as they lie', 'journal, in the order of ballots and responses', 'place of the comment',
         'id of the comment']
