"""Bytes on a connection as they are, since no client library would send most of what hostile clients do."""
import re
import socket
import ssl
import urllib.parse

FORM = 'Content-Type: application/x-www-form-urlencoded'


def dial(url, timeout=20, source=None):
    """A connection to the server; over TLS, whatever the certificate says, when the URL begins with https."""
    place = urllib.parse.urlsplit(url)
    s = socket.create_connection((place.hostname, place.port), timeout=timeout, source_address=(source, 0) if source else None)
    if place.scheme == 'https':
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        s = context.wrap_socket(s, server_hostname='survey.example.org')
    return s


def send(s, data):
    """False when the other end no longer wants to hear it."""
    try:
        s.sendall(data if isinstance(data, bytes) else data.encode())
        return True
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        return False


def read_all(s):
    """Everything up to the end of the connection; what came before a reset counts. A silent one is an error."""
    data = b''
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            data += piece
    except (ConnectionResetError, ssl.SSLError):
        pass
    return data


def exchange(url, *pieces, timeout=20, source=None):
    """Sends the pieces and returns everything that comes back until the server ends the connection."""
    with dial(url, timeout, source) as s:
        for piece in pieces:
            if not send(s, piece):
                break
        return read_all(s)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def text(self):
        return self.body.decode('utf-8', 'replace')


def answers(data, heads=()):
    """The answers in a stream, taken apart as strictly as a proxy would. `heads` are the numbers (from 0) of those without
    a body, being answers to HEAD. Nothing counts behind an answer that ends the connection."""
    found = []
    while data:
        head, blank, rest = data.partition(b'\r\n\r\n')
        lines = head.split(b'\r\n')
        status = re.fullmatch(rb'HTTP/1\.[01] (\d{3})( [^\r\n]*)?', lines[0])
        if not blank or not status:
            raise AssertionError('no answer: %r' % data[:200])
        headers = []
        for line in lines[1:]:
            name, colon, value = line.decode('latin-1').partition(':')
            if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or re.search(r'[\r\n\0]', value):
                raise AssertionError('no header: %r' % line)
            headers.append((name, value.strip()))
        answer = Answer(int(status.group(1)), headers, b'')
        lengths = answer.all('Content-Length')
        if len(lengths) > 1:
            raise AssertionError('two lengths: %r' % head)
        if len(found) not in heads and answer.status not in (100, 204, 304):
            if answer.all('Transfer-Encoding'):
                answer.body, rest = unchunked(rest)
            else:
                n = int(lengths[0]) if lengths else len(rest)
                if len(rest) < n:
                    raise AssertionError('%d bytes of %d: %r' % (len(rest), n, head))
                answer.body, rest = rest[:n], rest[n:]
        found.append(answer)
        if 'close' in [v.lower() for v in answer.all('Connection')]:
            break
        data = rest
    return found


def unchunked(data):
    body = b''
    while True:
        size, _, data = data.partition(b'\r\n')
        n = int(size, 16)
        if n == 0:
            return body, data[2:]
        body, data = body + data[:n], data[n + 2:]


def head(line, *more, host='x', close=True):
    return line + ' HTTP/1.1\r\nHost: %s\r\n' % host + ('Connection: close\r\n' if close else '') + \
        ''.join(m + '\r\n' for m in more) + '\r\n'


def form(body, path='/s', *more, close=True):
    body = body if isinstance(body, bytes) else body.encode()
    return head('POST ' + path, FORM, 'Content-Length: %d' % len(body), *more, close=close).encode() + body


def unescaped(line):
    r"""\r \n \0 \t \v \\ \xNN as bytes."""
    simple = {'r': b'\r', 'n': b'\n', '0': b'\0', 't': b'\t', 'v': b'\v', '\\': b'\\'}
    return b''.join(simple[m.group(2)] if m.group(2) else bytes([int(m.group(1), 16)]) if m.group(1)
                    else m.group().encode() for m in re.finditer(r'\\(?:x([0-9a-f]{2})|([rn0tv\\]))|[^\\]|\\', line))


def corpus(path):
    """[(name, expected, bytes)] of a file of requests; corpus/smuggling.txt says how they are written."""
    entries = []
    for block in re.split(r'^== ', open(path, encoding='utf-8').read(), flags=re.M)[1:]:
        title, _, body = block.partition('\n')
        name, _, expected = title.rpartition(': ')
        lines = [line for line in body.split('\n') if not line.startswith('#')]
        if lines[-1] == '':
            lines.pop()
        data = b''.join(unescaped(line[:-1]) if line.endswith('\\') else unescaped(line) + b'\r\n' for line in lines)
        entries.append((name, expected, data))
    return entries


def words(path):
    """The lines of a corpus of single values, with their escapes; a line that begins with # is a remark."""
    with open(path, encoding='utf-8') as file:
        return [unescaped(line.rstrip('\n')) for line in file if line.strip() and not line.startswith('#')]
