"""What an insider has of an installation on SQLite: copies of its folder, read by SQL and below it."""
import contextlib
import os
import shutil
import sqlite3

import pages
from attacker import readable


def rows(path, query):
    with contextlib.closing(sqlite3.connect('file:%s?mode=ro' % path, uri=True)) as database:
        return database.execute(query).fetchall()


def begin():
    """What scene() is to be told."""
    return {}


class Insider:
    """copies: names, in the order of time; `closed` is the one after closing."""

    def __init__(self, here):
        self.here, self.copies = here, []

    def remove(self):
        pass

    def elsewhere(self):
        """Folders that belong to the installation besides its own."""
        return []

    def folder(self, name):
        return self.here.path(name)

    def path(self, name):
        return os.path.join(self.folder(name), 'readiness.db')

    def copy(self, name, last=False):
        shutil.copytree(self.here.path('var'), self.folder(name), ignore=shutil.ignore_patterns('control', 'keys'))
        if name != 'closed':
            self.copies.append(name)

    def close(self):
        self.copy('closed')

    def ballots(self, name):
        """(key, what is sealed), as they are given out."""
        return rows(self.path(name), 'SELECT key, sealed FROM ballot')

    def drafts(self, name):
        return rows(self.path(name), 'SELECT key, content FROM draft')

    def now(self, query):
        """Rows of the closed copy. Other stores look them up before anything goes on: those that the tests ask for."""
        return rows(self.path('closed'), query)

    def columns(self, table):
        return [(name, kind) for _, name, kind, *_ in self.now('PRAGMA table_info(%s)' % table)]

    def kept_in(self, folders):
        """(name, bytes) of every file that must be without residue."""
        for folder in folders:
            for place, _, files in os.walk(folder):
                for name in files:
                    with open(os.path.join(place, name), 'rb') as file:
                        yield name, file.read()

    def after(self):
        """The files of today, and those of after closing."""
        return self.kept_in([self.here.path('var'), self.folder('closed')])

    def commits(self):
        """How many commits the journals of the copies show."""
        return sum(len(pages.journal(self.path(name) + '-wal')[0]) for name in self.copies)

    def table(self, name):
        """The cells of a table of the closed copy where they lie in the file: [(page, offset, record)]."""
        path = self.path('closed')
        database = pages.Database.read(path)
        if os.path.exists(path + '-wal'):
            for database in pages.states(database, path + '-wal'):
                pass
        return database.cells(database.tables()[name])

    def in_pages(self, e):
        """{page: givers of its answers, in the order in which the cells lie in it}"""
        on = {}
        for page, _, record in self.table('response'):  # by place
            if record[2] in e.place:
                on.setdefault(page, []).append(e.who(e.answers[e.place[record[2]]]))
        return on


def page_cells(e):
    """Within a page, cells lie in the order in which they were written, from its end to its head."""
    cells = [record for _, _, record in sorted(e.insider.table('response'), key=lambda cell: (cell[0], -cell[1]))]
    order = [e.place[r[2]] for r in cells if r[2] in e.place]
    for name, people in (('time', e.people), ('hash', e.by_hash())):
        yield 'cells as they lie, by ' + name, list(zip(people, order))
        yield 'cells as they lie, backwards, by ' + name, list(zip(people, order[::-1]))


def journal_replayed(e):
    """Each commit of the journal by itself: which ticket was spent, which ballot came."""
    order, known, shown = [], set(), []
    for copy in e.insider.copies:
        path = e.insider.path(copy)
        if not os.path.exists(path + '-wal'):
            continue
        for state in pages.states(pages.Database.read(path), path + '-wal'):
            for _, _, record in state.cells(state.tables()['ballot']):
                key, sealed = record[1], record[2]
                if key in e.holder and key not in known:
                    known.add(key)
                    order.append(e.holder[key])
                    shown.append((e.holder[key], readable(e, sealed)))
    yield 'journal replayed, order of commits', e.in_order(order)
    yield 'journal replayed, ballots read', shown


WAYS = [page_cells, journal_replayed]
# What finds more than half in a build that does without it all (naive.c).
NAIVE = ['order of the hashes', 'ballots read in the copies', 'journal replayed, ballots read',
         'answers beside hashes in what is left', 'place of the comment', 'id of the comment']
