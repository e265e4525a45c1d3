"""Reads a QR code back from the SVG that a page shows: versions 1 to 9, error correction M, bytes; no errors to mend."""
import re

# version: (blocks of the first kind, their data bytes, blocks of the second kind, their data bytes, correction bytes)
BLOCKS_M = {1: (1, 16, 0, 0, 10), 2: (1, 28, 0, 0, 16), 3: (1, 44, 0, 0, 26), 4: (2, 32, 0, 0, 18), 5: (2, 43, 0, 0, 24),
            6: (4, 27, 0, 0, 16), 7: (4, 31, 0, 0, 18), 8: (2, 38, 2, 39, 22), 9: (3, 36, 2, 37, 22)}
ALIGNMENT = {1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42],
             9: [6, 26, 46]}
MASKS = [lambda r, c: (r + c) % 2, lambda r, c: r % 2, lambda r, c: c % 3, lambda r, c: (r + c) % 3,
         lambda r, c: (r // 2 + c // 3) % 2, lambda r, c: r * c % 2 + r * c % 3, lambda r, c: (r * c % 2 + r * c % 3) % 2,
         lambda r, c: ((r + c) % 2 + r * c % 3) % 2]


def codes(text):
    """The texts of all QR codes on a page."""
    return [read(svg) for svg in re.findall(r'<svg class=qr .*?</svg>', text, re.S)]


def modules(svg):
    """The rows of modules, True for dark, without the quiet zone, which must be four wide."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg).group(1))
    grid = [[False] * size for _ in range(size)]
    for x, y, n, back in re.findall(r'M(\d+) (\d+)h(\d+)v1h-(\d+)z', svg):
        assert n == back
        for i in range(int(n)):
            grid[int(y)][int(x) + i] = True
    quiet = grid[:4] + grid[-4:] + [row[:4] + row[-4:] for row in grid]
    assert not any(any(row) for row in quiet), 'the quiet zone is not quiet'
    return [row[4:-4] for row in grid[4:-4]]


def is_function(r, c, n, version):
    """Finder, timing, alignment, format and version patterns carry no data."""
    if (r < 9 and c < 9) or (r < 9 and c >= n - 8) or (r >= n - 8 and c < 9) or r == 6 or c == 6:
        return True
    if version >= 7 and ((r < 6 and c >= n - 11) or (c < 6 and r >= n - 11)):
        return True
    at = ALIGNMENT[version]
    corners = {(6, 6), (6, at[-1]), (at[-1], 6)} if at else set()
    return any((a, b) not in corners and abs(r - a) <= 2 and abs(c - b) <= 2 for a in at for b in at)


def bits(grid, version, mask):
    n, up, c = len(grid), True, len(grid) - 1
    while c > 0:
        if c == 6:
            c -= 1
        for r in (range(n - 1, -1, -1) if up else range(n)):
            for column in (c, c - 1):
                if not is_function(r, column, n, version):
                    yield grid[r][column] ^ (MASKS[mask](r, column) == 0)
        up, c = not up, c - 2


def read(svg):
    grid = modules(svg)
    n = len(grid)
    version = (n - 17) // 4
    form = 0
    for c in (0, 1, 2, 3, 4):
        form = form << 1 | grid[8][c]
    form ^= 0b10101
    assert form >> 3 == 0, 'error correction is not M'
    stream = list(bits(grid, version, form & 7))
    words = [int(''.join('1' if b else '0' for b in stream[i:i + 8]), 2) for i in range(0, len(stream) - 7, 8)]
    n1, size1, n2, size2, _ = BLOCKS_M[version]
    sizes = [size1] * n1 + [size2] * n2
    blocks, at = [[] for _ in sizes], 0
    for i in range(max(sizes)):
        for b, size in enumerate(sizes):
            if i < size:
                blocks[b].append(words[at])
                at += 1
    data = ''.join('%08d' % int(bin(w)[2:]) for block in blocks for w in block)
    assert data[:4] == '0100', 'not bytes'
    length = int(data[4:12], 2)
    return bytes(int(data[12 + 8 * i:20 + 8 * i], 2) for i in range(length)).decode()
