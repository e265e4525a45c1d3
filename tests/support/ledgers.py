"""People who answer over HTTP and write down what was acknowledged to them, and what the closed wave says to that: every
acknowledged answer is there exactly once, and no other one twice."""
import collections
import http.client
import re
import urllib.parse

from support.readiness import Installation
from support.scene import ANSWERS, STORY


def answers_of(number):
    return dict(ANSWERS, obstacle='ledger %d.' % number)


def is_thanks(status, text):
    return status == 200 and '<h1>Thank you</h1>' in text


def said(status, text):
    """Another answer than that, in short."""
    return status, re.sub('<[^>]*>', ' ', text)[:200]


class Sender:
    """Sends whole answers over one connection that is kept as long as there is somebody at the other end."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def connect(self):
        return http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)

    def send(self, token, number):
        pairs = [('.t', token), ('.l', 'en'), ('.p', '5'), ('.b', '0')] + list(answers_of(number).items()) + [('.s', 'submit')]
        try:
            if not self.connection:
                self.connection = self.connect()
            self.connection.request('POST', '/s', urllib.parse.urlencode(pairs),
                                    {'Content-Type': 'application/x-www-form-urlencoded'})
            answer = self.connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def prepared(staff, **settings):
    """An open wave with so many people; a table may have 50,000 rows."""
    here = Installation(**settings)
    here.run('assessment', 'new', 'tale', '--instrument', STORY, '--title', 'A tale')
    here.write('organisations.csv', 'code,name\nnorth,North House\nsouth,South House\n')
    here.run('organisation', 'import', 'tale', 'organisations.csv')
    for first in range(0, staff, 40000):
        here.write('people.csv', 'email,organisation\n' + ''.join(
            'staff%d@a.example,%s\n' % (i, ('north', 'south')[i % 2]) for i in range(first, min(staff, first + 40000))))
        here.run('people', 'import', 'tale', 'people.csv')
    here.run('wave', 'open', 'tale', '--label', 'Baseline')
    return here


def answered(here):
    return here.query('SELECT coalesce(sum(answered), 0) FROM invited')[0][0]


def found_after_closing(here):
    """Closes the wave: number of the answer -> how often it is there. What closing said is kept in here.closed."""
    here.closed, _ = here.run('wave', 'close', 'tale', '--yes')
    texts = here.query('SELECT text FROM comment')
    return collections.Counter(int(re.fullmatch(r'ledger (\d+)\.', text).group(1)) for text, in texts)


def lost(ledger, found):
    return sorted(number for number in ledger if number not in found)


def doubled(found):
    return sorted(number for number, times in found.items() if times > 1)
