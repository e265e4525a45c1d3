"""Another program at the interface: calls with a token, and an installation with something to ask for."""
import http.client
import json
import re
import urllib.parse

from support.readiness import Installation
from support.scene import STORY, import_answers

SCOPES = ('read', 'manage', 'people', 'waves', 'links', 'results', 'data')
ALL = ','.join(SCOPES)


class Answer:
    def __init__(self, status, headers, content):
        self.status, self.headers, self.content = status, headers, content
        self.type = (headers.get('Content-Type') or '').split(';')[0]
        self.json = json.loads(content) if content and self.type.endswith('json') else None

    def codes(self):
        return [f['code'] for f in self.json['findings']]


class Program:
    """Speaks for whoever the token is of; keeps no cookies."""

    def __init__(self, url, token=None):
        self.host, self.token = urllib.parse.urlsplit(url).netloc, token

    def call(self, method, path, body=None, headers=None, base='/api/v1'):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        sent = dict(headers or {})
        if self.token and 'Authorization' not in sent:
            sent['Authorization'] = 'Bearer ' + self.token
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            sent.setdefault('Content-Type', 'application/json')
        if isinstance(body, str):
            body = body.encode()
        try:
            connection.request(method, base + path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.call('GET', path, headers={k.replace('_', '-'): v for k, v in headers.items()})

    def post(self, path, body=None, **headers):
        return self.call('POST', path, {} if body is None else body, {k.replace('_', '-'): v for k, v in headers.items()})


def token_for(here, email, scopes=ALL, days='30'):
    """A token from the command line; also one that the account's role has no use for is refused there."""
    out, _ = here.run('token', 'add', email, '--for', 'test', '--scopes', scopes, '--days', days)
    return re.search(r'readiness_[A-Z2-7]{26}', out).group()


def tale(**settings):
    """The assessment `tale` with a closed wave that has results and an open one; `other` with nothing in it. Not serving."""
    here = Installation(**settings)
    for name in ('tale', 'other'):
        here.run('assessment', 'new', name, '--instrument', STORY, '--title', name.title())
    here.write('organisations.csv', 'code,name\nnorth,North House\nsouth,South House\ntiny,Tiny House\n')
    here.run('organisation', 'import', 'tale', 'organisations.csv')
    here.write('people.csv', 'email,organisation\n' + ''.join('staff%d@north.example,north\n' % i for i in range(12)))
    here.run('people', 'import', 'tale', 'people.csv')
    import_answers(here)
    here.run('wave', 'open', 'tale', '--label', 'Second', '--open-links', 'all')
    return here
