"""SQLite files read below SQL: pages, cells where they lie, journal frames one by one, and what nobody refers to any more.
After the file format as SQLite documents it; only as much as the attacks need (WITHOUT ROWID tables are index b-trees)."""
import struct


def varint(data, at):
    value = 0
    for i in range(9):
        byte = data[at + i]
        if i == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7f
        if byte < 0x80:
            return value, at + i + 1


def column(kind, data, at):
    """(value, next place) of one column of a record; text stays bytes."""
    if kind == 0:
        return None, at
    if kind <= 6:
        size = (1, 2, 3, 4, 6, 8)[kind - 1]
        return int.from_bytes(data[at:at + size], 'big', signed=True), at + size
    if kind == 7:
        return struct.unpack('>d', data[at:at + 8])[0], at + 8
    if kind in (8, 9):
        return kind - 8, at
    size = (kind - 12) // 2
    return data[at:at + size], at + size


def record(data):
    head, at = varint(data, 0)
    kinds, values, place = [], [], head
    while at < head:
        kind, at = varint(data, at)
        kinds.append(kind)
    for kind in kinds:
        value, place = column(kind, data, place)
        values.append(value)
    return values


class Database:
    """One state of a database file: a list of pages (bytes), page 1 first."""

    def __init__(self, pages, size):
        self.pages, self.size = pages, size

    @classmethod
    def read(cls, path):
        with open(path, 'rb') as file:
            content = file.read()
        size = struct.unpack('>H', content[16:18])[0]
        size = 65536 if size == 1 else size
        return cls([content[i:i + size] for i in range(0, len(content), size)], size)

    def payload(self, page, at):
        """The record of an index cell, from its overflow pages too."""
        n, at = varint(page, at)
        most = (self.size - 12) * 64 // 255 - 23
        least = (self.size - 12) * 32 // 255 - 23
        if n <= most:
            return page[at:at + n]
        local = least + (n - least) % (self.size - 4)
        local = least if local > most else local
        data = page[at:at + local]
        number = struct.unpack('>I', page[at + local:at + local + 4])[0]
        while number and len(data) < n and number <= len(self.pages):
            over = self.pages[number - 1]
            number = struct.unpack('>I', over[:4])[0]
            data += over[4:]
        return data[:n]

    def cells(self, root):
        """(page number, offset, record) of every cell of an index b-tree, interior ones included, page by page."""
        found, waiting, seen = [], [root], set()
        while waiting:
            number = waiting.pop()
            if number in seen or not 0 < number <= len(self.pages):
                continue
            seen.add(number)
            page = self.pages[number - 1]
            head = 100 if number == 1 else 0
            kind, count = page[head], struct.unpack('>H', page[head + 3:head + 5])[0]
            interior = kind in (2, 5)
            if interior:
                waiting.append(struct.unpack('>I', page[head + 8:head + 12])[0])
            for i in range(count):
                place = head + (12 if interior else 8) + 2 * i
                at = struct.unpack('>H', page[place:place + 2])[0]
                if interior:
                    waiting.append(struct.unpack('>I', page[at:at + 4])[0])
                if kind in (2, 10):
                    found.append((number, at, record(self.payload(page, at + 4 if interior else at))))
        return sorted(found, key=lambda cell: cell[:2])

    def tables(self):
        """{name: root page} from the schema, a rowid table on page 1 (and its children)."""
        found, waiting = {}, [1]
        while waiting:
            number = waiting.pop()
            page = self.pages[number - 1]
            head = 100 if number == 1 else 0
            kind, count = page[head], struct.unpack('>H', page[head + 3:head + 5])[0]
            if kind == 5:
                waiting.append(struct.unpack('>I', page[head + 8:head + 12])[0])
            for i in range(count):
                place = head + (12 if kind == 5 else 8) + 2 * i
                at = struct.unpack('>H', page[place:place + 2])[0]
                if kind == 5:
                    waiting.append(struct.unpack('>I', page[at:at + 4])[0])
                    continue
                _, at = varint(page, at)
                _, at = varint(page, at)
                kind_of, name, _, root = record(page[at:at + self.size])[:4]
                if kind_of == b'table' and root:
                    found[name.decode()] = root
        return found


def journal(path):
    """The commits of a -wal file, in their order: each a list of (page number, bytes). Old frames behind the end of the
    last round are left out, as recovery would."""
    with open(path, 'rb') as file:
        content = file.read()
    if len(content) < 32:
        return [], 0
    size = struct.unpack('>I', content[8:12])[0]
    salt, commits, frames, at = content[16:24], [], [], 32
    while at + 24 + size <= len(content) and content[at + 8:at + 16] == salt:
        number, end = struct.unpack('>II', content[at:at + 8])
        frames.append((number, content[at + 24:at + 24 + size]))
        if end:
            commits.append(frames)
            frames = []
        at += 24 + size
    return commits, size


def states(database, wal):
    """The database after each commit of the journal."""
    commits, _ = journal(wal)
    now = list(database.pages)
    for frames in commits:
        for number, page in frames:
            now.extend([bytes(database.size)] * (number - len(now)))
            now[number - 1] = page
        yield Database(now, database.size)
