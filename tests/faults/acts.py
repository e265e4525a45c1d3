"""What is done while the machine misbehaves: an installation in use, and one act for each command."""
import contextlib
import os
import re
import select
import sqlite3
import subprocess
import tempfile

from support.faults import memory_folder, rows
from support.readiness import Browser, Installation, PROGRAM
from support.scene import ANSWERS, STORY, import_answers
from support.smtp import Server
from support.workspace import add_user

ANSWERED = 8  # people who have answered the open wave, each with "ledger N." as comment
PEOPLE = 14
TOKEN = '0' * 32


def installation():
    """The assessment `tale`: a closed wave with results, an open one in which ANSWERED people have answered, an
    administrator who is signed in (`here.admin` keeps the cookies), a post office that takes every mail."""
    tempfile.tempdir = memory_folder()
    post = Server().__enter__()
    here = Installation(**post.settings(server_public_url='http://127.0.0.1:8080'))
    here.post = post
    with open(STORY, encoding='utf-8') as file:
        text = file.read()
    here.write('story.ini', text)
    here.run('assessment', 'new', 'tale', '--instrument', 'story.ini', '--title', 'A tale')
    here.write('organisations.csv', 'code,name\nnorth,North House\nsouth,South House\n')
    here.run('organisation', 'import', 'tale', 'organisations.csv')
    here.write('people.csv', 'email,organisation\n' + ''.join('staff%d@north.example,north\n' % i for i in range(PEOPLE)))
    here.run('people', 'import', 'tale', 'people.csv')
    import_answers(here)
    here.run('wave', 'open', 'tale', '--label', 'Second', '--open-links', 'all')
    here.run('assessment', 'new', 'spare', '--instrument', 'story.ini', '--title', 'Spare')
    here.run('organisation', 'import', 'spare', 'organisations.csv')
    here.run('people', 'import', 'spare', 'people.csv')
    here.run('assessment', 'new', 'gone', '--instrument', 'story.ini', '--title', 'Gone')
    here.run('assessment', 'delete', 'gone', '--yes')
    here.tokens = [r['token'] for r in here.links('tale', 'personal')]
    here.open_token = here.links('tale', 'open')[0]['token']
    sheet, _ = here.run('wave', 'recovery-sheet', 'tale')
    here.write('sheet.txt', sheet)
    here.serve()
    for i in range(ANSWERED):
        Browser(here.url).fill(here.tokens[i], dict(ANSWERS, obstacle='ledger %d.' % i))
    here.admin = add_user(here, 'chief@example.org')
    here.run('user', 'add', 'reader@example.org', '--role', 'viewer')
    here.run('user', 'add', 'away@example.org', '--role', 'viewer')
    here.run('user', 'disable', 'away@example.org')
    here.stop()
    here.run('token', 'add', 'chief@example.org', '--for', 'revoking', '--scopes', 'read')
    database = sqlite3.connect(here.path('var/readiness.db'))
    with database:
        database.execute("UPDATE api_token SET id = zeroblob(16)")  # so that its number is known
    database.close()
    here.write('new.csv', 'email,organisation\nfresh@north.example,north\n')
    here.write('reworded.ini', text.replace('Leaders here clear obstacles away.', 'Leaders here take obstacles away.'))
    here.run('backup', 'old.db')
    here.run('instrument', 'export', 'story.ini', '--format', 'redcap', '--out', 'dictionary.csv')
    here.run('instrument', 'export', 'story.ini', '--format', 'xlsform', '--out', 'form.xlsx')
    os.replace(here.path('reworded.ini'), here.path('story.ini'))  # what `wave adopt` is to take over
    for name in ('links.csv', 'server.log'):
        os.unlink(here.path(name))
    return here


class Act:
    """A command with the files it makes. `changes`: done a second time it is refused, or does something else.
    `slow`: it waits a while for a bad disk to get better."""

    def __init__(self, words, outputs=(), changes=False, before=None, stdin='', slow=False, twice=(0, 1)):
        self.words, self.outputs, self.changes, self.before = words.split(), outputs, changes, before
        self.stdin, self.slow, self.twice = stdin, slow, twice

    @property
    def name(self):
        return ' '.join(self.words)


def open_spare(here):
    here.run('wave', 'open', 'spare')


def broken_mailing(here):
    """A mailing that stands still in the middle."""
    here.run('mail', 'pause', 'tale', status=1)


ACTS = [
    Act('check story.ini'), Act('check --against tale story.ini'), Act('check --explain unknown_key'),
    Act('instrument import dictionary.csv --out imported.ini --replace', ['imported.ini']),
    Act('instrument import form.xlsx --out imported.ini --replace', ['imported.ini']),
    Act('instrument export story.ini --format xlsform --out out.xlsx', ['out.xlsx']),
    Act('instrument export story.ini --format redcap --out out.csv', ['out.csv']),
    Act('instrument translate story.ini fr --out story.fr.ini', ['story.fr.ini']),
    Act('instrument reference'), Act('texts translate de --out texts', ['texts']), Act('routes'), Act('routes --openapi'), Act('audit'), Act('manual'), Act('completion'),
    Act('wave wordings tale'),
    Act('token add chief@example.org --for dashboard --scopes read', changes=True, twice=(0,)), Act('token list'),
    Act('token revoke ' + TOKEN, changes=True),
    Act('assessment new fresh --instrument story.ini --title Fresh', changes=True),
    Act('assessment list'), Act('assessment show tale'), Act('assessment archive spare', changes=True),
    Act('assessment restore gone', changes=True), Act('assessment delete spare --yes', changes=True),
    Act('organisation import tale organisations.csv', changes=True), Act('organisation list tale'),
    Act('people import tale new.csv', changes=True), Act('people contact tale staff9@north.example --bounced', changes=True),
    Act('people export tale staff9@north.example'), Act('people delete tale staff13@north.example --yes', changes=True),
    Act('wave open spare', changes=True), Act('wave close tale --yes', changes=True),
    Act('wave adopt tale --yes', changes=True), Act('wave extend tale --until 2099-01-01', changes=True),
    Act('wave list tale'), Act('wave recovery-sheet tale'), Act('wave recover tale sheet.txt', changes=True), Act('wave lock tale sheet.txt', changes=True),
    Act('links tale --out links.csv', ['links.csv']), Act('links tale --out links.xlsx', ['links.xlsx']),
    Act('send tale invitations --dry-run'), Act('send tale reminders --per-minute 6000', changes=True, slow=True),
    Act('mail test tale me@example.org'), Act('mail list tale'), Act('mail pause tale'), Act('mail resume tale'),
    Act('responses import tale answers.csv --label Again', changes=True),
    Act('results tale --wave Baseline'), Act('results tale --wave Baseline --format csv --out results.csv', ['results.csv']),
    Act('results tale --wave Baseline --format json --out results.json', ['results.json']),
    Act('report tale --wave Baseline --organisation north --out north.xlsx', ['north.xlsx']),
    Act('report tale --wave Baseline --organisation north --out north.html', ['north.html']),
    Act('report tale --wave Baseline --all --out all.xlsx', ['all.xlsx']),
    Act('report tale --wave Baseline --each --out each', ['each']),
    Act('export tale --wave Baseline --format csv --out data.csv', ['data.csv']),
    Act('export tale --wave Baseline --format sav --out data.sav', ['data.sav']),
    Act('export tale --wave Baseline --format json --out data.json', ['data.json']),
    Act('user add new@example.org --role viewer', changes=True), Act('user list'),
    Act('user disable reader@example.org', changes=True), Act('user enable away@example.org', changes=True),
    Act('user reset reader@example.org', changes=True),
    Act('backup copy.db', ['copy.db']), Act('verify'), Act('verify old.db'), Act('doctor'),
    Act('restore old.db', changes=True), Act('migrate-store sqlite:var/readiness.db sqlite:moved.db', changes=True),
    Act('serve'), Act('preview story.ini'),
]
SERVERS = {'serve', 'preview', 'demo'}  # they run until they are told to stop; the demonstration is made of the other acts


def run(here, words, stdin='', apart=True, limit=40):
    """(status, out, err) of a command, with its memory always in the same place, so that stacks can be compared."""
    command = (['setarch', '-R'] if apart else []) + [PROGRAM] + words
    if words[0] in SERVERS:
        return run_server(here, command, limit)
    done = subprocess.run(command, cwd=here.folder, env=here.environment, input=stdin.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=limit)
    return done.returncode, done.stdout, done.stderr


def run_server(here, command, limit):
    """From the start until it listens or gives up; then it is told to stop."""
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=here.folder, env=here.environment, stdout=subprocess.PIPE, stderr=err)
        try:
            ready, _, _ = select.select([process.stdout], [], [], limit)
            out = os.read(process.stdout.fileno(), 4096) if ready else b''
            if not out:  # it gives up, or goes on though it cannot say where it listens
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=3)
            process.terminate()
            more, _ = process.communicate(timeout=limit)
            err.seek(0)
            return process.returncode, re.sub(rb':\d+', b':0', out + more), err.read()
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()


def ballots_are_there(here):
    """What was acknowledged: the ballots of the open wave, or the responses they became. What is wrong, or None."""
    path = here.path('var/readiness.db')
    (state, wave), = rows(path, "SELECT state, hex(id) FROM wave WHERE label = 'Second'")
    ballots, = rows(path, "SELECT count(*) FROM ballot WHERE wave = (SELECT id FROM wave WHERE label = 'Second')")[0]
    if state == 0:
        key = has_key(here, wave)
        return None if ballots >= ANSWERED and key else '%d ballots, key %s' % (ballots, key)
    comments = [text for text, in rows(path, "SELECT text FROM comment WHERE text LIKE 'ledger%' ORDER BY text")]
    wanted = ['ledger %d.' % i for i in range(ANSWERED)]
    return None if [c for c in comments if c in wanted] == wanted and ballots == 0 else '%d ballots, %s' % (ballots, comments)


def waves_have_keys(here):
    """Every open wave has its key on the disk. The name of one that has not, or None."""
    for label, wave in rows(here.path('var/readiness.db'), 'SELECT label, hex(id) FROM wave WHERE state = 0'):
        if not has_key(here, wave):
            return label
    return None


def has_key(here, wave):
    """A key that was half removed is none; one that was taken away (wave lock) has its first half."""
    try:
        with open(here.path('var/keys/wave-%s.key' % wave.lower()), 'rb') as file:
            found = file.read()
        return len(found) in (32, 64) and any(found[:32])
    except OSError:
        return False


__all__ = ['ACTS', 'SERVERS', 'Act', 'ANSWERED', 'installation', 'run', 'copy_of', 'ballots_are_there', 'waves_have_keys']
