"""Exact solving of sums over persons: is there a combination of them that depends on few? All numbers are whole ones modulo
a prime."""
PRIME = (1 << 61) - 1
FLATS = 20000  # looked at before the solver gives up, and says so


def reduce_rows(rows, order):
    """Row echelon form modulo the prime, pivots in the order of the columns; rows are {column: number}."""
    rows, done = [dict(r) for r in rows], []
    for column in order:
        at = next((i for i, r in enumerate(rows) if r.get(column)), None)
        if at is None:
            continue
        pivot = rows.pop(at)
        inverse = pow(pivot[column], -1, PRIME)
        pivot = {c: v * inverse % PRIME for c, v in pivot.items()}
        for r in rows:
            factor = r.get(column)
            if factor:
                for c, v in pivot.items():
                    value = (r.get(c, 0) - factor * v) % PRIME
                    if value:
                        r[c] = value
                    else:
                        r.pop(c, None)
        done.append((column, pivot))
    return done


def rank(rows, columns):
    return len(reduce_rows([{c: r[c] for c in columns if c in r} for r in rows], columns))


class Unsolved(Exception):
    """Too many flats to look at."""


def parts_of(rows):
    """Rows in reduced form, in parts that share no column: a combination with the fewest persons lies in one of them."""
    parts = []
    for row in rows:
        joined = [row]
        for part in [p for p in parts if any(set(r) & set(row) for r in p)]:
            parts.remove(part)
            joined += part
        parts.append(joined)
    return parts


def combined(rows, column):
    """The combinations of the rows (of numbers) that are 0 in a column: one dimension less."""
    pivot = next(r for r in rows if r[column])
    inverse, left = pow(pivot[column], -1, PRIME), []
    for r in rows:
        if r is not pivot:
            factor = r[column] * inverse % PRIME
            left.append([(x - factor * y) % PRIME for x, y in zip(r, pivot)] if factor else r)
    return left


def small_support(rows, columns, class_of, persons, limit):
    """A combination of the rows that depends on fewer than `limit` persons. It is looked for among those that no other
    one lies within: such a combination is alone, but for a factor, in being 0 where it is 0. So all flats are walked
    through, each once."""
    directions = {}  # columns that are the same but for a factor are 0 together
    for column in columns:
        entries = [r.get(column, 0) for r in rows]
        first = next(e for e in entries if e)
        directions.setdefault(tuple(e * pow(first, -1, PRIME) % PRIME for e in entries), set()).add(class_of[column])
    vectors, classes = list(zip(*directions)), list(directions.values())
    seen, todo = set(), [[list(v) for v in vectors]]
    while todo:
        space = todo.pop()
        alive = [d for d in range(len(classes)) if any(v[d] for v in space)]
        if len(space) == 1:
            support = set().union(*(classes[d] for d in alive))
            if sum(persons[c] for c in support) < limit:
                return support
            continue
        for d in alive:
            less = combined(space, d)
            flat = frozenset(x for x in range(len(classes)) if not any(v[x] for v in less))
            if flat not in seen:
                seen.add(flat)
                todo.append(less)
        if len(seen) > FLATS:
            raise Unsolved
    return None


def back(done):
    """Reduced rows: no row has anything in the pivot column of another."""
    for at in range(len(done) - 1, -1, -1):
        column, pivot = done[at]
        for _, row in done[:at]:
            factor = row.get(column)
            if factor:
                for c, v in pivot.items():
                    row[c] = (row.get(c, 0) - factor * v) % PRIME
                    if not row[c]:
                        del row[c]
    return [row for _, row in done]


def fewest(rows, class_of, persons, limit, thorough=True):
    """A set of classes with fewer than `limit` persons in all on which a combination of the rows depends and on nobody
    else; None: there is none. Columns belong to classes (class_of), classes have
    so many persons. Not thorough: what is seen at once."""
    columns = sorted({c for r in rows for c in r}, key=lambda c: (-persons[class_of[c]], str(c)))

    def size(classes):
        return sum(persons[c] for c in classes)

    # Every combination with something left in a large class depends on it: only those that have nothing there matter.
    left = back([d for d in reduce_rows(rows, columns) if persons[class_of[d[0]]] < limit])
    found = [{class_of[c] for c in row} for row in left]
    if thorough and not any(size(f) < limit for f in found):
        found = [small_support(part, sorted({c for r in part for c in r}, key=str), class_of, persons, limit)
                 for part in parts_of(left) if len(part) > 1]
    found = min([f for f in found if f], key=size, default=None)
    return sorted(found, key=str) if found and size(found) < limit else None


def follows(rows, target):
    """Is the target (a row) a combination of the rows?"""
    columns = sorted({c for r in rows + [target] for c in r}, key=str)
    return rank(rows + [target], columns) == rank(rows, columns)
