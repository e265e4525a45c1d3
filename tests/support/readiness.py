"""The real program in a folder of its own, for tests: commands, a running server, and a browser without script."""
import contextlib
import csv
import glob
import html.parser
import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import urllib.parse

from support import postgres

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get('READINESS', os.path.join(ROOT, 'build/asan/readiness'))


def content(path):
    with contextlib.suppress(FileNotFoundError), open(path, 'rb') as file:
        return file.read()
    return b''


class Failed(Exception):
    """A command ended with another status than expected."""


def free_port():
    """A port of this machine that nobody listens to just now."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Installation:
    """A folder with a database, keys and files. Use as a context manager; everything is removed at the end. `store`: a
    database server of support/postgres.py to be used."""

    def __init__(self, store=None, **settings):
        self.folder = tempfile.mkdtemp(prefix='readiness-test-')
        self.environment = dict(os.environ, READINESS_SERVER_LISTEN='127.0.0.1:0', LANG='C', LC_ALL='C',
                                READINESS_INSTRUMENTS_FOLDER=os.path.join(ROOT, 'surveys'))
        self.store = store or (postgres.shared() if postgres.wanted() else None)
        self.database = self.store.new_database() if self.store else None
        if self.database:
            self.environment['READINESS_DATA_DB'] = self.store.url(self.database)
        for name, value in settings.items():
            self.environment['READINESS_' + name.upper()] = str(value)
        self.server, self.others = None, []
        self.wrapper = []  # a command that starts the program

    def another(self, **settings):
        """Another engine on the same database, as on another machine: its own folder, the same keys and settings. It is stopped
        and removed with this one."""
        other = Installation.__new__(Installation)
        keys = self.environment.setdefault('READINESS_DATA_KEYS', self.path('var/keys'))
        other.folder = tempfile.mkdtemp(prefix='readiness-test-')
        other.store, other.database = self.store, self.database
        other.environment = dict(self.environment, READINESS_DATA_KEYS=keys)
        for name, value in settings.items():
            other.environment['READINESS_' + name.upper()] = str(value)
        other.server, other.wrapper, other.others = None, self.wrapper, []
        self.others.append(other)
        return other

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for other in self.others:
            other.__exit__()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end_well(self):
        """Stops the server, which must end as it should, and removes everything."""
        status = self.stop()
        assert status == 0, open(self.log).read()[-4000:]
        self.__exit__()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, encoding='utf-8'):
        with open(self.path(name), 'w', encoding=encoding, newline='') as file:
            file.write(text)
        return name

    def run(self, *words, status=0, stdin=''):
        """Runs a command; returns (out, err) as text."""
        done = subprocess.run(self.wrapper + [PROGRAM] + list(words), cwd=self.folder, env=self.environment, input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        if done.returncode != status:
            raise Failed('%s ended with %d instead of %d\n%s\n%s' % (' '.join(words), done.returncode, status,
                                                                    done.stdout[-4000:], done.stderr[-4000:]))
        return done.stdout, done.stderr

    def serve(self, command=('serve',), log='server.log'):
        """Starts the server on a free port; sets self.url."""
        self.log = self.path(log)
        with open(self.log, 'a') as err:
            self.server = subprocess.Popen(self.wrapper + [PROGRAM] + list(command), cwd=self.folder, env=self.environment,
                                           stdout=subprocess.PIPE, stderr=err, text=True)
        for line in self.server.stdout:
            found = re.search(r'http://[^\s/]+', line)
            if found:
                self.url = found.group()
                return self.url
        raise Failed('the server did not start: ' + open(self.log).read()[-4000:])

    def stop(self, how=signal.SIGTERM):
        """Stops the server; returns its exit status."""
        if not self.server:
            return None
        self.server.send_signal(how)
        status = self.server.wait(timeout=60)
        self.server.stdout.close()
        self.server = None
        return status

    def query(self, sql, *values):
        """Rows of the database, as it is, or what a change of it gives: numbers as numbers, bytes and texts as they are."""
        if self.database:
            return self.store.query(self.database, sql, *values)
        with contextlib.closing(sqlite3.connect(self.path('var/readiness.db'), timeout=20)) as database, database:
            return database.execute(sql, values).fetchall()

    def place(self):
        """What the names of the store's own copies begin with."""
        return self.path('var/' + (self.database or 'readiness.db'))

    @contextlib.contextmanager
    def half_read(self):
        """Another program has begun to read the database and does not go on, until what is given here is called."""
        if self.database:
            with self.store.half_read(self.database) as end:
                yield end
            return
        with contextlib.closing(sqlite3.connect(self.path('var/readiness.db'))) as other:
            reading = other.execute('SELECT * FROM ticket')
            assert reading.fetchone()
            yield reading.close

    def kept(self):
        """All bytes of the files in which the database keeps its tables. (A server's journal is another matter.)"""
        if self.database:
            return self.store.kept(self.database)
        return b''.join(content(path) for path in glob.glob(self.path('var/readiness.db*')))

    def is_on_disk(self, needle):
        return needle in self.kept()

    def columns(self, table):
        if self.database:
            return [row[0] for row in self.query('SELECT column_name FROM information_schema.columns WHERE table_name = ?', table)]
        return [row[0] for row in self.query('SELECT name FROM pragma_table_info(?)', table)]

    def tables(self):
        if self.database:
            return [row[0] for row in self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
        return [row[0] for row in self.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]

    def rows(self, name):
        with open(self.path(name), encoding='utf-8-sig', newline='') as file:
            return list(csv.DictReader(file))

    def links(self, assessment, kind=None):
        """Rows of the link list; `token` is the part of the link behind /s/."""
        self.run('links', assessment, '--out', 'links.csv')
        rows = self.rows('links.csv')
        for row in rows:
            row['token'] = row['link'].rsplit('/', 1)[1]
        return [r for r in rows if not kind or r['kind'] == kind]

    def results(self, assessment, *more):
        """{(organisation, group, kind, name, statistic): value} with numbers as floats."""
        self.run('results', assessment, '--format', 'csv', '--out', 'results.csv', *more)
        found = {}
        for row in self.rows('results.csv'):
            value = row['value']
            try:
                value = float(value)
            except ValueError:
                pass
            found[row['organisation'], row['group'], row['kind'], row['name'], row['statistic']] = value
        return found


class Page(html.parser.HTMLParser):
    """A page with its forms, as a browser without script sees them."""

    def __init__(self, status, headers, text):
        super().__init__()
        self.status, self.headers, self.text = status, headers, text
        self.forms, self.title, self.language, self.direction = [], '', None, None
        self._form = self._text = None
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == 'html':
            self.language, self.direction = a.get('lang'), a.get('dir')
        elif tag == 'title' and not self.title:  # a chart has titles too
            self._in_title = True
        elif tag == 'form':
            self._form = {'action': a.get('action', ''), 'method': a.get('method', 'get').lower(), 'controls': []}
            self.forms.append(self._form)
        elif self._form is not None and tag in ('input', 'button', 'textarea') and a.get('name') is not None:
            kind = {'button': 'button', 'textarea': 'text'}.get(tag, (a.get('type') or 'text').replace('date', 'text'))
            control = {'kind': kind, 'name': a['name'], 'value': a.get('value') or '', 'checked': 'checked' in a}
            self._form['controls'].append(control)
            self._text = control if tag == 'textarea' else None

    def handle_endtag(self, tag):
        if tag == 'form':
            self._form = None
        elif tag == 'title':
            self._in_title = False
        elif tag == 'textarea':
            self._text = None

    def handle_data(self, data):
        if self._in_title:
            self.title += data
        elif self._text is not None:
            self._text['value'] += data

    def form(self, action='/s', field=None):
        for form in self.forms:
            if form['action'] == action and (field is None or any(c['name'] == field for c in form['controls'])):
                return form
        return None

    def values(self):
        """What is ticked or typed in the answering form: {name: [values]}."""
        form, found = self.form(), {}
        for c in (form['controls'] if form else []):
            if c['kind'] in ('radio', 'checkbox') and c['checked'] or c['kind'] in ('text', 'hidden') and c['value']:
                found.setdefault(c['name'], []).append(c['value'])
        return found


class Browser:
    """Keeps cookies (unless told not to), sends forms."""

    def __init__(self, url, cookies=True, headers=None):
        self.host = urllib.parse.urlsplit(url).netloc
        self.cookies, self.keep, self.headers = {}, cookies, headers or {}

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        sent = dict(self.headers, **(headers or {}))
        if self.cookies:
            sent['Cookie'] = '; '.join('%s=%s' % pair for pair in self.cookies.items())
        if body is not None and 'Content-Type' not in sent:
            sent['Content-Type'] = 'application/x-www-form-urlencoded'
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode('utf-8', 'replace')
        for line in answer.msg.get_all('Set-Cookie') or []:
            name, value = line.split(';')[0].split('=', 1)
            if not value or 'Max-Age=0' in line:
                self.cookies.pop(name, None)
            elif self.keep:
                self.cookies[name] = value
        connection.close()
        if answer.status in (302, 303) and method != 'HEAD':
            return self.get(answer.headers['Location'])
        return Page(answer.status, answer.headers, text)

    def get(self, path):
        return self.request('GET', path)

    def post(self, path, pairs):
        return self.request('POST', path, urllib.parse.urlencode(pairs))

    def send(self, page, answers=None, button=None):
        """Sends the page's answering form with answers {name: value or [values]} in place of what stands there, pressing the
        first button or the one with this value."""
        form, pairs, pressed = page.form(), [], None
        answers = dict(answers or {})
        for c in form['controls']:
            if c['kind'] == 'button':
                if pressed is None and (button is None or c['value'] == button):
                    pressed = (c['name'], c['value'])
            elif c['kind'] in ('radio', 'checkbox'):
                wanted = answers.get(c['name'])
                wanted = [wanted] if isinstance(wanted, (str, int)) else wanted
                if c['checked'] if wanted is None else c['value'] in [str(w) for w in wanted]:
                    pairs.append((c['name'], c['value']))
            elif c['kind'] == 'text' and c['name'] in answers:
                pairs.append((c['name'], answers[c['name']]))
            else:
                pairs.append((c['name'], c['value']))
        if pressed is None:
            raise Failed('no button %s on the page' % button)
        return self.post(form['action'], pairs + [pressed])

    def fill(self, token, answers, stop_at=None):
        """Opens a link and answers page by page to the end; returns the last page. With stop_at, returns the page of the
        form that shows this field, unsent."""
        page = self.send(self.get('/s/' + token))
        for _ in range(200):
            form = page.form(field='.p')
            if form is None:
                return page
            if stop_at and any(c['name'] == stop_at for c in form['controls']):
                return page
            page = self.send(page, answers)
        raise Failed('the form does not end: ' + page.title)
