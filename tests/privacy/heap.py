"""PostgreSQL's files read below SQL: pages of tables and indexes with every version of a row that is still in them, and the
records of its journal. After the formats as PostgreSQL's sources document them (version 15, little-endian, 8 KB pages); only
as much as the attacks need: what is compressed is not unpacked."""
import os
import re
import struct
import subprocess
import tempfile

PAGE = 8192
SEGMENT = 16 << 20  # of the journal
HEAD = 24  # of a page
NORMAL = 1  # a line pointer with a row behind it; else unused, a redirection, or dead
RECORD = re.compile(r'rmgr: (\S+)\s+len \(rec/tot\):\s*\d+/\s*(\d+), tx:\s*(\d+), lsn: (\w+)/(\w+), prev \S+ desc: (.*)')
ALIGNED = {'i': 4, 'd': 8, 's': 2, 'c': 1}


def aligned(at, to):
    return (at + to - 1) // to * to


class Pointer:
    """Where a value lies that is kept in pieces, in the table's TOAST table: the number that all its pieces have."""

    def __init__(self, data):
        self.size, _, self.value, self.table = struct.unpack('<IIII', data)


def varlena(data, at):
    """(value, next place); None for what is compressed."""
    if data[at] == 1:  # two bytes, and a pointer
        return Pointer(data[at + 2:at + 18]), at + 18
    if data[at] & 1:
        size = data[at] >> 1
        return data[at + 1:at + size], at + size
    at = aligned(at, 4)
    word = struct.unpack('<I', data[at:at + 4])[0]
    return (None if word & 3 else data[at + 4:at + (word >> 2)]), at + (word >> 2)


class Row:
    """One version of a row: numbers of the transactions that wrote and removed it, of the command, its place, its values."""

    def __init__(self, place, data, columns):
        self.place = place  # (page, line pointer, offset)
        self.xmin, self.xmax, self.cid = struct.unpack('<III', data[:12])
        self.flags, self.info, head = struct.unpack('<HHB', data[18:23])
        self.values, at = [], head
        for i, (size, alignment) in enumerate(columns[:self.flags & 0x7ff]):
            if self.info & 1 and not data[23 + i // 8] >> i % 8 & 1:
                self.values.append(None)
                continue
            if size > 0:
                at = aligned(at, ALIGNED[alignment])
                self.values.append(int.from_bytes(data[at:at + size], 'little', signed=True))
                at += size
            elif at < len(data):
                if data[at] == 0:  # filling up to a long header; a short one is never 0
                    at = aligned(at, ALIGNED[alignment])
                value, at = varlena(data, at)
                self.values.append(value)


def pages(path):
    """The pages of a relation, from all its files, in order."""
    number = 0
    while os.path.exists(path + ('.%d' % number if number else '')):
        with open(path + ('.%d' % number if number else ''), 'rb') as file:
            content = file.read()
        for at in range(0, len(content) - PAGE + 1, PAGE):
            yield content[at:at + PAGE]
        number += 1


def lines(page):
    """(number, offset, state, length) of every line pointer."""
    lower = struct.unpack('<H', page[12:14])[0]
    for i in range(max(0, lower - HEAD) // 4):
        word = struct.unpack('<I', page[HEAD + 4 * i:HEAD + 4 * i + 4])[0]
        yield i + 1, word & 0x7fff, word >> 15 & 3, word >> 17


def versions(path, columns):
    """Every version of every row that a table's file still has, in the order of its pages and line pointers. columns: a list
    of (size, alignment), size -1 for what has no fixed one."""
    for n, page in enumerate(pages(path)):
        for number, offset, state, length in lines(page):
            if state == NORMAL and length >= HEAD - 1:
                yield Row((n, number, offset), page[offset:offset + length], columns)


def leaves(path):
    """What the leaf pages of a b-tree point to, as its entries lie on them, page by page: [(page, line pointer) of the table].
    An entry for several rows gives the first."""
    found = []
    for n, page in enumerate(pages(path)):
        special = struct.unpack('<H', page[16:18])[0]
        if n == 0 or special > PAGE - 16:
            continue
        flags = struct.unpack('<H', page[special + 12:special + 14])[0]
        right = struct.unpack('<I', page[special + 4:special + 8])[0]
        if flags & 1 and not flags & 4:
            entries = [(offset, number) for number, offset, state, _ in lines(page) if state in (NORMAL, 3) and offset]
            for offset, number in sorted(entries, reverse=True):  # the first that was written lies at the end of the page
                if not (number == 1 and right):  # the upper bound, which is no entry
                    high, low, line = struct.unpack('<HHH', page[offset:offset + 6])
                    found.append((high << 16 | low, line))
    return found


class Record:
    """A record of the journal: its manager, transaction, place, what pg_waldump says of it, and its bytes."""

    def __init__(self, manager, transaction, place, said, data):
        self.manager, self.transaction, self.place, self.said, self.data = manager, transaction, place, said, data

    @property
    def moment(self):
        """Of a commit: as it is written there, to the microsecond."""
        found = re.search(r'COMMIT (\d{4}-\S+ \S+)', self.said)
        return found.group(1) if found else None

    @property
    def committed(self):
        """Of a commit: the transactions that it ends, also parts of it."""
        parts = re.search(r'subxacts: ([\d ]+)', self.said)
        return [self.transaction] + [int(n) for n in (parts.group(1).split() if parts else [])]

    @property
    def relations(self):
        """Files whose pages it changes."""
        return [int(n) for n in re.findall(r'rel \d+/\d+/(\d+)', self.said)]


class Segments:
    """The segments of a journal that lie in some folders; the same one is read once."""

    def __init__(self, *folders):
        self.paths = {}
        for folder in folders:
            for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                if re.fullmatch('[0-9A-F]{24}', name):
                    self.paths.setdefault(name, os.path.join(folder, name))
        self.content = {}

    def bytes_at(self, place, length):
        """So many bytes of records from there on, without the heads of pages."""
        data = b''
        while len(data) < length:
            segment, offset = divmod(place, SEGMENT)
            name = next((n for n in self.paths if int(n[8:16], 16) << 8 | int(n[16:], 16) == segment), None)
            if not name:
                return data
            if name not in self.content:
                with open(self.paths[name], 'rb') as file:
                    self.content[name] = file.read()
            if offset % PAGE == 0:
                place += 40 if offset == 0 else 24
                continue
            step = min(length - len(data), PAGE - offset % PAGE)
            data += self.content[name][offset:offset + step]
            place += step
        return data

    def runs(self):
        """(first, last) of segments that follow each other: a record may go on from one into the next."""
        numbers = {int(name[8:16], 16) << 8 | int(name[16:], 16): name for name in sorted(self.paths)}
        first = last = None
        for number in sorted(numbers):
            if first is not None and number != last + 1:
                yield numbers[first], numbers[last]
                first = None
            first, last = number if first is None else first, number
        if first is not None:
            yield numbers[first], numbers[last]

    def records(self, pg_waldump):
        """All records in their order."""
        with tempfile.TemporaryDirectory() as folder:
            for name, path in self.paths.items():
                os.symlink(path, os.path.join(folder, name))
            for first, last in self.runs():
                done = subprocess.run([pg_waldump, '-p', folder, first, last], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                      text=True, errors='replace')
                for line in done.stdout.splitlines():
                    found = RECORD.match(line)
                    if found:
                        manager, length, transaction, high, low, said = found.groups()
                        place = int(high, 16) << 32 | int(low, 16)
                        yield Record(manager, int(transaction), place, said, self.bytes_at(place, int(length)))
