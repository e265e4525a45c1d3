"""Running the server for real: backup, verify, restore, doctor, updates, what is kept no longer, the log, stopping, and
settings that change while it runs."""
import contextlib
import glob
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from support import postgres, smtp
from support.postgres import on_sqlite_only
from support.readiness import PROGRAM, ROOT, Browser, Failed, Installation
from support.scene import ANSWERS, scene
from support.workspace import sign_in, submit

DATABASE = 'var/readiness.db'


def setUpModule():
    if postgres.wanted():
        postgres.shared(fsync='on')


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def bytes_of(path):
    with open(path, 'rb') as file:
        return file.read()


def tree(folder):
    """Every file of a folder with its bytes."""
    return {os.path.join(d, f): bytes_of(os.path.join(d, f)) for d, _, files in os.walk(folder) for f in files}


def change(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(*statement) if isinstance(statement, tuple) else db.execute(statement)


def value(path, sql):
    with contextlib.closing(sqlite3.connect('file:%s?mode=ro' % path, uri=True)) as db:
        return db.execute(sql).fetchone()[0]


def say(here, *words, status=0):
    """The findings of `verify --format json`, or the lines of `doctor`."""
    return json.loads(here.run(*words, '--format', 'json', status=status)[0])


def kept(here, table='ballot'):
    """How many answers the database has; no command tells."""
    return here.query('SELECT count(*) FROM ' + table)[0][0]


def answer(here, n, first=0):
    for link in here.links('tale', 'personal')[first:first + n]:
        Browser(here.url).fill(link['token'], ANSWERS)


class Elsewhere(unittest.TestCase):
    """A test with a folder that is not the installation's, as a backup medium is."""

    def setUp(self):
        self.elsewhere = tempfile.mkdtemp(prefix='readiness-elsewhere-')
        self.addCleanup(shutil.rmtree, self.elsewhere, ignore_errors=True)

    def there(self, name):
        return os.path.join(self.elsewhere, name)

    def safe(self, name=''):
        """A place away from both."""
        if not hasattr(self, 'away'):
            self.away = tempfile.mkdtemp(prefix='readiness-safe-')
            self.addCleanup(shutil.rmtree, self.away, ignore_errors=True)
        return os.path.join(self.away, 'keys', name).rstrip('/')


class Backup(Elsewhere):
    def test_a_backup_is_made_while_people_answer_and_holds_what_was_acknowledged(self):
        with scene(staff=40) as here:
            links = here.links('tale', 'personal')
            before, acknowledged, going = 10, [], True

            def go_on():
                for link in links[before:]:
                    if going and Browser(here.url).fill(link['token'], ANSWERS).status == 200:
                        acknowledged.append(link)

            answer(here, before)
            thread = threading.Thread(target=go_on)
            thread.start()
            for i in range(3):
                known = before + len(acknowledged)
                here.run('backup', self.there('%d.db' % i))
                self.assertGreaterEqual(value(self.there('%d.db' % i), 'SELECT count(*) FROM ballot'), known)
                self.assertTrue(say(here, 'verify', self.there('%d.db' % i))['good'])
            going = False
            thread.join()
            self.assertEqual(mode(self.there('0.db')), 0o600)
            self.assertEqual(sorted(os.listdir(self.elsewhere)), ['0.db', '1.db', '2.db'])  # nothing half-made

    def test_nothing_is_ever_written_over(self):
        with scene(serve=False) as here:
            for name in ('there', 'link'):
                with open(self.there('there'), 'w') as file:
                    file.write('mine')
                if name == 'link':
                    os.symlink(self.there('nowhere'), self.there('link'))
                out, err = here.run('backup', self.there(name), status=1)
                self.assertIn('already', err)
            self.assertEqual(bytes_of(self.there('there')), b'mine')
            self.assertEqual(sorted(os.listdir(self.elsewhere)), ['link', 'there'])

    def test_two_backups_at_a_time_onto_one_name_make_one(self):
        with scene() as here:
            answer(here, 3)
            runs = [subprocess.Popen([PROGRAM, 'backup', self.there('b.db')], cwd=here.folder, env=here.environment,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
            self.assertEqual(sum(r.wait() == 0 for r in runs), 1)
            self.assertTrue(say(here, 'verify', self.there('b.db'))['good'])
            self.assertEqual(os.listdir(self.elsewhere), ['b.db'])

    def test_keys_are_not_in_it_and_it_says_where_they_are(self):
        with scene() as here:
            answer(here, 2)
            out, _ = here.run('backup', self.there('b.db'))
            keys = glob.glob(here.path('var/keys/wave-*.key'))
            self.assertEqual(len(keys), 1)
            self.assertIn(os.path.realpath(here.path('var/keys')), out)
            self.assertIn('Baseline', out)
            copy = bytes_of(self.there('b.db'))
            for at in (0, 32):
                self.assertNotIn(bytes_of(keys[0])[at:at + 32], copy)

    def test_what_a_killed_backup_left_is_in_nobodys_way(self):
        with scene(serve=False) as here:
            with open(self.there('b.db.part'), 'wb') as file:
                file.write(b'half' * 10000)
            here.run('backup', self.there('b.db'))
            self.assertEqual(os.listdir(self.elsewhere), ['b.db'])
            self.assertTrue(say(here, 'verify', self.there('b.db'))['good'])

    def test_closing_reminds_of_copies_of_the_key(self):
        with scene() as here:
            answer(here, 5)
            here.run('backup', self.there('b.db'), '--keys', self.safe())
            self.assertIn('Destroy them', here.run('wave', 'close', 'tale', '--yes')[0])
        with scene() as here:
            answer(here, 5)
            self.assertNotIn('estroy', here.run('wave', 'close', 'tale', '--yes')[0])

    def test_keys_are_copied_on_request_but_never_beside_the_data(self):
        with scene(mode='confidential') as here:
            for place in (here.path('var'), here.path('var/keys/more'), self.there('b'), self.there('b/keys'),
                          here.path('var/keys')):
                os.makedirs(self.there('b'), exist_ok=True)
                _, err = here.run('backup', self.there('b/b.db'), '--keys', place, status=1)
                self.assertRegex(err, 'lies with|already')
                self.assertEqual(os.listdir(self.there('b')), [])
            out, _ = here.run('backup', self.there('b/b.db'), '--keys', self.safe())
            self.assertEqual(tree(self.safe()), {
                p.replace(here.path('var/keys'), self.safe()): b for p, b in tree(here.path('var/keys')).items()
                if os.path.basename(p) != 'engines.key'})  # that of the pages' forms: a new one is as good
            self.assertEqual(len(os.listdir(self.safe())), 2)  # the wave's, and the one that links waves
            for path in glob.glob(self.safe('*')):
                self.assertEqual(mode(path), 0o600)
            self.assertEqual(mode(self.safe()), 0o700)
            here.run('backup', self.there('b/c.db'), '--keys', self.safe())  # the same keys again
            with open(glob.glob(self.safe('wave-*'))[0], 'wb') as file:
                file.write(b'x' * 64)
            here.run('backup', self.there('b/d.db'), '--keys', self.safe(), status=1)

    def test_without_room_there_is_no_backup_and_no_half_of_one(self):
        with scene(serve=False) as here:
            def no_room():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000))
            done = subprocess.run([PROGRAM, 'backup', self.there('b.db')], cwd=here.folder, env=here.environment,
                                  preexec_fn=no_room, capture_output=True, text=True)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn('copy', done.stderr)
            self.assertEqual(os.listdir(self.elsewhere), [])


class Verify(Elsewhere):
    def codes(self, here, *words, status=1):
        return sorted({f['code'] for f in say(here, 'verify', *words, status=status)['findings']})

    def test_a_sound_database_is_good_open_and_closed_served_or_not(self):
        with scene(organisations=('north', 'south')) as here:
            answer(here, 12)
            found = say(here, 'verify')
            self.assertEqual((found['good'], found['open_waves'], found['keys_good'], found['findings']), (True, 1, 1, []))
            out, _ = here.run('verify')
            self.assertIn('good', out)
            for said in (out, json.dumps(found), here.run('doctor')[0], here.run('backup', self.there('b.db'))[0]):
                said = re.sub(r'people"?: 12|\S*[/-]\S*', '', said)
                self.assertNotRegex(said, r'(?<![\d.])12(?![\d.])')
            here.run('wave', 'close', 'tale', '--yes')
            found = say(here, 'verify')
            self.assertEqual((found['good'], found['open_waves'], kept(here), kept(here, 'response')), (True, 0, 0, 12))
            here.stop()
            self.assertTrue(say(here, 'verify')['good'])

    def test_every_count_that_must_agree_is_looked_at(self):
        ballot = "(SELECT key FROM ballot LIMIT 1)"
        damage = {
            'check_ballot_lost': ["DELETE FROM ballot WHERE key = " + ballot],
            'check_ticket_unspent': ["UPDATE ticket SET state = 0 WHERE hash = " + ballot],
            'check_answered': ["UPDATE invited SET answered = answered + 1"],
            'check_days': ["UPDATE day_count SET n = n - 1"],
            'check_organisation_answers': ["UPDATE invited SET organisation_answered = 1"],
            'check_ballot_size': ["UPDATE ballot SET sealed = x'00' WHERE key = " + ballot],
            'check_open_response': ["INSERT INTO response SELECT id, 'north', randomblob(16), '', NULL, '{}' FROM wave"],
            'check_ticket_missing': ["DELETE FROM ticket WHERE state = 0"],
            'check_instrument_missing': ["DELETE FROM wave_file"],
            'check_invitation_person': ["DELETE FROM person"],
            'check_reference': ["UPDATE wave_file SET wave = randomblob(16)"],
        }
        closed = {
            'check_sealed_left': ["INSERT INTO ballot SELECT id, randomblob(32), zeroblob(4144) FROM wave"],
            'check_ticket_left': ["UPDATE ticket SET state = 1"],
            'check_responses_many': ["UPDATE invited SET answered = 1"],
            'check_responses_counted': ["DELETE FROM response WHERE id = (SELECT id FROM response LIMIT 1)"],
            'check_aggregates_source': ["UPDATE aggregate_source SET instrument_hash = zeroblob(32)"],
            'check_aggregates_orphaned': ["DELETE FROM aggregate_source"],
            'check_published': ["UPDATE published SET groups = groups || ' '"],
        }
        with scene() as here:
            answer(here, 6)
            for part, rows in (('open', damage), ('closed', closed)):
                if part == 'closed':
                    here.run('wave', 'close', 'tale', '--yes')
                here.run('backup', self.there(part))
                for code, statements in rows.items():
                    with self.subTest(code):
                        shutil.copy(self.there(part), self.there('damaged'))
                        change(self.there('damaged'), *statements)
                        self.assertIn(code, self.codes(here, self.there('damaged')))
                        out, err = here.run('verify', self.there('damaged'), status=1)
                        self.assertNotIn(code, err)  # it is a sentence

    def test_the_instrument_of_a_wave_is_read_as_its_pages_read_it(self):
        with scene(serve=False) as here:
            here.query("UPDATE wave_file SET text = replace(text, '[', '') WHERE language = ''")
            self.assertEqual(self.codes(here), ['check_instrument_changed'])

    @on_sqlite_only('a file beside its journal; the others are read by the same code')
    def test_broken_foreign_newer_and_hand_made_copies_are_told_apart(self):
        with scene() as here:
            answer(here, 6)
            here.run('backup', self.there('b.db'))
            good = bytes_of(self.there('b.db'))
            for name, content, code in (('zeros', good[:8192] + b'\0' * 4096 + good[12288:], 'check_damaged'),
                                        ('short', good[:len(good) // 2], 'check_damaged'),
                                        ('text', b'hello' * 1000, 'copy_no_database'),
                                        ('empty', b'', 'store_foreign')):
                with open(self.there(name), 'wb') as file:
                    file.write(content)
                with self.subTest(name):
                    self.assertIn(self.codes(here, self.there(name))[0], (code, 'copy_no_database'))
            self.assertEqual(self.codes(here, self.there('missing')), ['file_missing'])
            shutil.copy(self.there('b.db'), self.there('newer'))
            change(self.there('newer'), 'PRAGMA user_version = 999')
            self.assertEqual(self.codes(here, self.there('newer')), ['store_newer'])
            shutil.copy(here.path(DATABASE), self.there('raw'))
            shutil.copy(here.path(DATABASE + '-wal'), self.there('raw-wal'))
            self.assertEqual(self.codes(here, self.there('raw')), ['copy_with_journal'])

    def test_checking_a_backup_leaves_no_trace_beside_it(self):
        with scene(serve=False) as here:
            here.run('backup', self.there('b.db'))
            os.chmod(self.there('b.db'), 0o400)
            before = tree(self.elsewhere), os.stat(self.there('b.db')).st_mtime_ns
            here.run('verify', self.there('b.db'))
            self.assertEqual((tree(self.elsewhere), os.stat(self.there('b.db')).st_mtime_ns), before)
            shutil.rmtree(here.path('var'))  # on another machine, there is no database, and none is made
            if here.database:
                here.environment['READINESS_DATA_DB'] = here.store.url('not_there')
            here.run('verify', self.there('b.db'))
            self.assertFalse(os.path.exists(here.path('var/readiness.db')))
            _, err = here.run('verify', status=1)
            self.assertIn('no database', err)
            self.assertFalse(os.path.exists(here.path('var/readiness.db')))

    def test_the_key_of_an_open_wave_must_be_there_private_and_the_right_one(self):
        with scene(serve=False) as here:
            key, = glob.glob(here.path('var/keys/wave-*.key'))
            good = bytes_of(key)
            os.chmod(key, 0o644)
            self.assertEqual(self.codes(here), ['key_for_others'])
            os.chmod(key, 0o600)
            with open(key, 'r+b') as file:
                file.seek(40)
                file.write(b'\0\0\0')
            self.assertEqual(self.codes(here), ['key_of_another'])
            with open(key, 'wb') as file:
                file.write(good[:63])
            self.assertEqual(self.codes(here), ['key_unreadable'])
            os.unlink(key)
            self.assertEqual(self.codes(here), ['key_not_there'])
            here.run('backup', self.there('c.db'))
            # of a backup, a key that is not here may be elsewhere, or rightly gone: said, but no fault
            self.assertEqual(self.codes(here, self.there('c.db'), status=0), ['copy_key_not_there'])
            self.assertEqual(self.codes(here, self.there('c.db'), '--keys', self.elsewhere), ['key_not_there'])
            with open(key, 'wb') as file:
                file.write(good)
            os.chmod(key, 0o600)
            self.assertEqual(say(here, 'verify', self.there('c.db'))['keys_good'], 1)


class Restore(Elsewhere):
    def test_what_was_lost_comes_back_and_can_be_answered_closed_and_read(self):
        with scene() as here:
            answer(here, 5)
            here.run('backup', self.there('b.db'), '--keys', self.safe())
            here.stop()
            shutil.rmtree(here.path('var'))
            if here.database:
                here.database = here.store.new_database()
                here.environment['READINESS_DATA_DB'] = here.store.url(here.database)
            out, _ = here.run('restore', self.there('b.db'), '--keys', self.safe())
            self.assertNotIn('.aside-', out)
            if not here.database:
                self.assertEqual(mode(here.path(DATABASE)), 0o600)
            self.assertTrue(say(here, 'verify')['good'])
            here.serve()
            answer(here, 1, first=5)
            out, _ = here.run('wave', 'close', 'tale', '--yes')
            self.assertIn('6', out)
            self.assertEqual({v for k, v in here.results('tale').items() if k[0] == '' and k[4] == 'answered'}, {6})

    def test_a_served_database_is_left_alone(self):
        with scene() as here:
            here.run('backup', self.there('b.db'))
            answer(here, 3)
            _, err = here.run('restore', self.there('b.db'), status=1)
            self.assertIn('another readiness process', err)
            self.assertEqual(kept(here), 3)

    def test_the_database_of_before_is_kept_with_its_journal_and_can_be_put_back(self):
        with scene() as here:
            answer(here, 2)
            here.run('backup', self.there('b.db'))
            answer(here, 2, first=2)
            here.stop(signal.SIGKILL)  # the last answers are only in the journal
            out, _ = here.run('restore', self.there('b.db'))
            aside = re.search(r'\S+\.aside-\S+?(?=\.\s)', out).group()
            self.assertEqual(kept(here), 2)
            self.assertEqual(mode(aside), 0o600)
            self.assertTrue(say(here, 'verify', aside)['good'])
            self.assertEqual(value(aside, 'SELECT count(*) FROM ballot'), 4)
            self.assertEqual(glob.glob(here.path('var/*.fresh*')), [])
            out, _ = here.run('restore', aside)
            self.assertEqual(kept(here), 4)
            second, = glob.glob(here.path('var/*.aside-*-2'))
            self.assertEqual(value(second, 'SELECT count(*) FROM ballot'), 2)

    @on_sqlite_only('a file that is damaged; a server that cannot read its own is not there')
    def test_even_a_broken_database_is_kept(self):
        with scene() as here:
            answer(here, 2)
            here.run('backup', self.there('b.db'))
            here.stop()
            with open(here.path(DATABASE), 'r+b') as file:
                file.write(b'broken' * 100)
            broken = bytes_of(here.path(DATABASE))
            here.run('verify', status=3)
            here.run('restore', self.there('b.db'))
            self.assertEqual(bytes_of(glob.glob(here.path('var/*.aside-*'))[0]), broken)
            self.assertEqual(kept(here), 2)

    def test_a_bad_backup_changes_nothing(self):
        with scene(serve=False) as here:
            here.run('backup', self.there('b.db'))
            change(self.there('b.db'), "UPDATE invited SET answered = 7")
            before = tree(here.path('var'))
            for bad in (self.there('b.db'), self.there('missing'), here.path('people.csv')):
                here.run('restore', bad, status=1)
                self.assertEqual(tree(here.path('var')), before)

    def test_a_backup_of_an_older_version_is_brought_up_to_date(self):
        with Installation() as here:
            make_first_version(self.there('old.db'))
            out, _ = here.run('verify', self.there('old.db'))
            self.assertIn('older', out)
            here.run('restore', self.there('old.db'))
            self.assertIn('old', here.run('assessment', 'list')[0])
            self.assertEqual(value(self.there('old.db'), 'PRAGMA user_version'), 1)

    def test_nothing_that_had_ended_comes_to_life_again(self):
        with scene() as here:
            browser = Browser(here.url)
            sign_in(here, browser, 'boss@example.org')
            self.assertEqual(browser.get('/work').title.count('Sign in'), 0)
            here.query('INSERT INTO mailing (id, wave, kind, state, everyone, per_minute, subject, body, started, spared)'
                       " SELECT ?, id, 0, 0, 1, 30, 's', 'b', 0, 0 FROM wave", b'a mail of ours..')
            here.run('backup', self.there('b.db'))
            here.stop()
            out, _ = here.run('restore', self.there('b.db'))
            self.assertIn('paused: 1', out)
            here.serve()
            browser.host = urllib.parse.urlsplit(here.url).netloc
            self.assertIn('Sign in', browser.get('/work').title)

    def test_a_wave_whose_key_is_gone_is_named_with_what_that_means(self):
        with scene() as here:
            answer(here, 6)
            here.run('backup', self.there('b.db'), '--keys', self.safe())
            here.run('wave', 'close', 'tale', '--yes')
            here.stop()
            _, err = here.run('restore', self.there('b.db'))
            self.assertRegex(err, 'Baseline.*tale.*key is missing')
            self.assertEqual([f['code'] for f in say(here, 'verify', status=1)['findings']], ['key_not_there'])
            _, err = here.run('restore', self.there('b.db'), '--keys', self.safe())
            self.assertEqual(err, '')
            self.assertTrue(say(here, 'verify')['good'])


class Doctor(Elsewhere):
    def states(self, here, *words, status=0):
        lines = say(here, 'doctor', *words, status=status)
        for line in lines:
            self.assertNotRegex(line['message'], r'doctor\.|\{\w')  # every line has its words
        return {line['code']: line['state'] for line in lines}

    def test_a_sound_installation_has_nothing_wrong_served_or_not(self):
        with scene() as here:
            answer(here, 1)
            found = self.states(here)
            self.assertNotIn('wrong', found.values())
            for code in ('version', 'served', 'database', 'contents', 'keys', 'private', 'core_off', 'instruments', 'languages',
                         'mailings') + (('server', 'server_durable') if here.database else ('disk', 'overwrites', 'durable')):
                self.assertEqual(found[code], 'ok', code)
            for code in ('backup_never', 'mail_none', 'address_here') + (() if here.database else ('keys_inside',)):
                self.assertEqual(found[code], 'attention', code)
            here.run('backup', self.there('b.db'))
            self.assertEqual(self.states(here)['backup'], 'ok')
            here.stop()
            found = self.states(here)
            self.assertEqual(found['not_served'], 'ok')
            here.query("UPDATE audit SET time = time - 864000 WHERE act = 'backup_made'")
            self.assertEqual(self.states(here)['backup_old'], 'attention')
            here.environment['LANG'] = here.environment['LC_ALL'] = 'fr_FR.UTF-8'
            self.assertIn('attention', here.run('doctor')[0])

    def test_what_is_wrong_is_said_with_what_to_do(self):
        with scene(serve=False) as here:
            key, = glob.glob(here.path('var/keys/wave-*.key'))
            os.chmod(key, 0o640)
            if not here.database:
                os.chmod(here.path(DATABASE), 0o644)
            os.chmod(here.path('var'), 0o777)
            here.environment['READINESS_SERVER_PUBLIC_URL'] = 'http://survey.example.org'
            found = self.states(here, status=1)
            for code in ('key_for_others', 'address_plain') + (() if here.database else ('mode',)):
                self.assertEqual(found[code], 'wrong', code)
            os.chmod(here.path('var'), 0o700)
            here.environment['READINESS_SERVER_PUBLIC_URL'] = 'https://survey.example.org'
            here.query('UPDATE invited SET answered = 3')
            here.query("INSERT INTO audit VALUES (?, 1, '', 'backup_made', '')", int(time.time() + 10 * 86400))
            found = self.states(here, status=1)
            self.assertEqual((found['check_answered'], found['clock_back'], found['proxy_logs']),
                             ('wrong', 'wrong', 'note'))
            here.query('UPDATE form SET version = 999' if here.database else 'PRAGMA user_version = 999')
            self.assertEqual(self.states(here, status=1)['store_newer'], 'wrong')
            os.makedirs(here.path('surveys'))
            here.write('surveys/bad.ini', 'nonsense')
            here.environment['READINESS_INSTRUMENTS_FOLDER'] = 'surveys'
            self.assertEqual(self.states(here, status=1)['instrument_bad'], 'wrong')

    def test_it_makes_no_database(self):
        with Installation() as here:
            if here.database:
                here.environment['READINESS_DATA_DB'] = here.store.url('not_there')
            self.assertEqual(self.states(here)['no_database'], 'attention')
            self.assertEqual(os.listdir(here.folder), [])

    def test_the_mail_server_is_tried_without_a_mail(self):
        with smtp.Server() as server, scene(serve=False) as here:
            here.environment.update({'READINESS_' + k.upper(): str(v) for k, v in server.settings().items()})
            self.assertEqual(self.states(here)['mail'], 'ok')
            self.assertEqual(self.states(here, '--mail')['mail_reached'], 'ok')
            self.assertEqual(server.messages, [])
            server.close()
            self.assertEqual(self.states(here, '--mail', status=1)['mail_not_reached'], 'wrong')


def make_first_version(path):
    """A database as the first version made it, with an assessment in it."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, 'w'):
        os.chmod(path, 0o600)
    with open(os.path.join(ROOT, 'engine/store/sqlite/001-first.sql')) as file, \
            contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(file.read() + 'PRAGMA application_id = 1380208211; PRAGMA user_version = 1;'
                         "INSERT INTO assessment VALUES (x'00112233445566778899aabbccddeeff', 'old', 'Old', 'x.ini', 0,"
                         " 5, 10);")


@on_sqlite_only('there is no older form of the other, and no copy before an update: its administrator makes those')
class Update(unittest.TestCase):
    def copies(self, here):
        return sorted(glob.glob(here.path(DATABASE) + '.before-*'))

    def test_the_copy_of_before_is_whole_private_and_alone(self):
        with Installation() as here:
            make_first_version(here.path(DATABASE))
            here.run('assessment', 'list')
            copy, = self.copies(here)
            self.assertEqual(mode(copy), 0o600)
            self.assertEqual(value(copy, 'PRAGMA user_version'), 1)
            self.assertTrue(say(here, 'verify', copy)['good'])
            self.assertIn('copy_update', [line['code'] for line in say(here, 'doctor')])

    def test_without_room_for_the_copy_nothing_is_updated(self):
        with Installation() as here:
            make_first_version(here.path(DATABASE))

            def no_room():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))
            done = subprocess.run([PROGRAM, 'assessment', 'list'], cwd=here.folder, env=here.environment,
                                  preexec_fn=no_room, capture_output=True, text=True)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn('copied', done.stderr)
            self.assertEqual(self.copies(here), [])
            self.assertEqual(value(here.path(DATABASE), 'PRAGMA user_version'), 1)
            here.run('assessment', 'list')  # with room, it goes on
            self.assertEqual(len(self.copies(here)), 1)

    def test_an_update_that_was_cut_short_keeps_the_copy_from_before_it(self):
        with Installation() as here:
            make_first_version(here.path(DATABASE))
            here.run('assessment', 'list')
            first, = self.copies(here)
            newest = value(here.path(DATABASE), 'PRAGMA user_version')
            here.run('audit')
            with contextlib.closing(sqlite3.connect(here.path(DATABASE))) as db:  # as if the last step had not been taken
                steps = sorted(glob.glob(os.path.join(ROOT, 'engine/store/sqlite/0*.sql')))
                with open(steps[-1]) as file:
                    made = re.findall(r'CREATE TABLE (\w+)', file.read())
                self.assertTrue(made, 'the test needs a last step that makes a table')
                for table in made:
                    db.execute('DROP TABLE ' + table)
                db.execute('PRAGMA user_version = %d' % (newest - 1))
            here.run('assessment', 'list')
            self.assertEqual(value(first, 'PRAGMA user_version'), 1)
            self.assertEqual(self.copies(here), [first, '%s-from-%d' % (first, newest - 1)])

    def test_the_copy_goes_when_something_is_deleted_for_good(self):
        with scene(serve=False) as here:
            with open(here.path(DATABASE) + '.before-9', 'wb') as file:
                file.write(b'staff1@north.example')
            here.run('people', 'delete', 'tale', 'staff1@north.example', '--yes')
            self.assertEqual(self.copies(here), [])


class Kept(unittest.TestCase):
    def test_the_server_removes_what_is_over_when_it_starts_and_once_an_hour(self):
        def day(days):
            return time.strftime('%Y-%m-%d', time.gmtime(time.time() - days * 86400))
        with scene(staff=6) as here:
            answer(here, 6)
            here.run('wave', 'close', 'tale', '--yes')
            here.run('assessment', 'new', 'gone', '--instrument', 'implementation-readiness', '--title', 'Gone',
                     '--innovation', 'x')
            here.run('assessment', 'delete', 'gone', '--yes')
            here.stop()
            here.query("UPDATE assessment SET deleted = ? WHERE name = 'gone'", day(40))
            here.query("UPDATE assessment SET roster_days = 30, response_days = 90 WHERE name = 'tale'")
            here.query('UPDATE wave SET closed = ?', day(60))
            copies = [('.before-4', 31), ('.before-5', 2), ('.aside-%s' % day(31), 0), ('.aside-%s' % day(3), 99)]
            for name, age in copies[2:] if here.database else copies:
                with open(here.place() + name, 'w') as file:
                    file.write('a copy')
                os.utime(here.place() + name, (time.time() - age * 86400,) * 2)
            here.serve()
            end = time.time() + 30
            while (kept(here, 'person') or kept(here, 'assessment') > 1) and time.time() < end:
                time.sleep(0.1)
            self.assertEqual(kept(here, 'person'), 0)
            self.assertEqual(kept(here, 'response'), 6)  # their time is not over
            self.assertEqual(kept(here, 'assessment'), 1)
            here.stop()
            # .before-5 went with what was deleted
            self.assertEqual(glob.glob(here.place() + '.[ab]*'), [here.place() + '.aside-' + day(3)])
            here.query('UPDATE wave SET closed = ?', day(91))
            here.serve()
            end = time.time() + 30
            while kept(here, 'response') and time.time() < end:
                time.sleep(0.1)
            self.assertEqual(kept(here, 'response'), 0)
            self.assertTrue(say(here, 'verify')['good'])
            acts = here.run('audit', '--format', 'csv')[0]
            for act in ('roster_dropped', 'responses_dropped', 'assessment_removed'):
                self.assertIn(act, acts)


class Log(unittest.TestCase):
    LINE = re.compile(r'<[3467]>event=[a-z_]+((?: [a-z]+=(?:[\w./:{}\[\]-]*|"[^"]*"))*)$')
    REFUSING = [
        ["CREATE TRIGGER refuse_%s BEFORE INSERT ON %s BEGIN SELECT raise(%s, 'staff2@north.example'); END" % words
         for words in (('draft', 'draft', 'abort'), ('ballot', 'ballot', 'fail'))],
        ["CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'staff2@north.example'; END $$"]
        + ['CREATE TRIGGER refuse_%s BEFORE INSERT ON %s EXECUTE FUNCTION refuse()' % (table, table)
           for table in ('draft', 'ballot')]]
    FIELDS = {'route', 'status', 'ms', 'wave', 'count', 'version', 'reason', 'listen', 'line'}

    def test_the_whole_story_at_debug_level_tells_of_nobody(self):
        with smtp.Server() as server, scene(staff=8, serve=False, log_level='debug', **server.settings()) as here:
            errors, tokens = [], []
            plain = here.run

            def run(*words, **options):
                out, err = plain(*words, **options)
                errors.append(err)
                return out, err
            here.run = run
            here.serve()
            browser = Browser(here.url, headers={'User-Agent': 'Agent-of-Somebody/7.5', 'X-Forwarded-For': '203.0.113.77'})
            sign_in(here, browser, 'boss@example.org')
            server.refuse['staff7@north.example'] = '550 5.1.1 staff7@north.example is unknown here'
            here.run('send', 'tale', 'invitations')
            for link in here.links('tale'):
                tokens.append(link['token'])
            for token in tokens[:6]:
                Browser(here.url, headers={'User-Agent': 'Agent-of-Somebody/7.5'}).fill(token, ANSWERS)
            for path in ('/s/' + tokens[7], '/s/NOSUCHTOKEN', '/work', '/nothing/staff1@north.example', '/healthz',
                         '/s/' + tokens[0] + '?lang=%00'):
                browser.get(path)
            browser.post('/code', [('code', 'ABCD-EFGH-JKLM-N')])
            browser.request('DELETE', '/s/' + tokens[7])
            for statement in self.REFUSING[bool(here.database)]:  # changes that cannot be made
                here.query(statement)
            with self.assertRaises(Failed):  # the page comes back and back
                Browser(here.url).fill(tokens[6], ANSWERS)
            for table in ('draft', 'ballot'):
                here.query('DROP TRIGGER refuse_%s%s' % (table, ' ON ' + table if here.database else ''))
            server.close()
            here.run('mail', 'test', 'tale', 'boss@example.org', status=3)
            here.run('wave', 'close', 'tale', '--yes')
            here.run('export', 'tale', '--format', 'csv', '--out', 'data.csv')
            here.run('backup', 'b.db')
            here.stop()
            with open(here.log) as file:
                log = file.read()
            lines = [line for line in (log + ''.join(errors)).splitlines() if 'event=' in line]
            self.assertGreater(len(lines), 5)
            for line in lines:
                found = self.LINE.match(line)
                self.assertTrue(found, line)
                self.assertLessEqual(set(re.findall(r' ([a-z]+)=', re.sub(r'"[^"]*"', '', found.group(1)))), self.FIELDS)
            self.assertEqual([line for line in log.splitlines() if 'event=' not in line], [])
            text = '\n'.join(lines)
            self.assertNotRegex(re.sub(r'listen=\S+', '', text), r'\d+\.\d+\.\d+')
            self.assertRegex(text, 'event=failed route=/s status=503')  # it was said that something failed
            for token in tokens:
                self.assertNotIn(token[:10].lower(), text.lower())
            for never in ('@', 'example', '127.0.0.1 ', '203.0.113', 'Agent', 'Not enough hours', 'staff', 'ABCD', 'boss'):
                self.assertNotIn(never, text)


class Stop(unittest.TestCase):
    def post_slowly(self, here, pieces, pause):
        """A connection that has sent part of a form."""
        s = socket.create_connection(urllib.parse.urlsplit(here.url).netloc.split(':'))
        s.sendall(b'POST /s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
                  b'Content-Length: 100000\r\n\r\n')

        def trickle():
            with contextlib.suppress(OSError):
                for _ in range(pieces):
                    s.sendall(b'a')
                    time.sleep(pause)
        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        return s

    def test_with_submissions_in_flight_every_acknowledged_one_is_kept(self):
        with scene(staff=60) as here:
            acknowledged, closes = [], []

            def go_on(links):
                for link in links:
                    try:
                        page = Browser(here.url).fill(link['token'], ANSWERS)
                    except (OSError, http.client.HTTPException, Failed, TypeError, AttributeError):
                        return
                    if page.status == 200 and page.form(field='.p') is None and 'Thank' in page.text:
                        acknowledged.append(link['token'])
                        closes.append(page.headers.get('Connection'))
            links = here.links('tale', 'personal')
            threads = [threading.Thread(target=go_on, args=(links[i::6],)) for i in range(6)]
            for thread in threads:
                thread.start()
            while len(acknowledged) < 12:
                time.sleep(0.02)
            began = time.time()
            self.assertEqual(here.stop(), 0)
            self.assertLess(time.time() - began, 10)
            for thread in threads:
                thread.join()
            n = kept(here)
            self.assertGreaterEqual(n, len(acknowledged))
            self.assertLess(n, 60)  # it did stop in the middle
            here.serve()
            for token in acknowledged:
                self.assertIn('already', Browser(here.url).get('/s/' + token).text)
            self.assertTrue(say(here, 'verify')['good'])

    def test_an_idle_connection_is_told_and_a_trickler_does_not_hold_it_up(self):
        with scene() as here:
            host = urllib.parse.urlsplit(here.url).netloc
            idle = http.client.HTTPConnection(host)
            idle.request('GET', '/privacy')
            answer_before = idle.getresponse()
            answer_before.read()
            self.assertNotEqual(answer_before.headers.get('Connection'), 'close')
            slow = self.post_slowly(here, 400, 0.2)
            time.sleep(0.5)
            began = time.time()
            here.server.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            with self.assertRaises(OSError):  # nobody queues in front of a closed door
                socket.create_connection(host.split(':'), timeout=5).close()
            idle.request('GET', '/privacy')
            told = idle.getresponse()
            told.read()
            self.assertEqual((told.status, told.headers['Connection']), (200, 'close'))
            self.assertEqual(here.server.wait(timeout=30), 0)
            self.assertLess(time.time() - began, 9)
            here.server.stdout.close()
            here.server = None
            slow.close()
            idle.close()

    def test_work_that_does_not_end_ends_with_the_server(self):
        """A command of another terminal that waits for its reader, as a report for a stopped pager."""
        with scene(staff=3) as here:
            waiting, other = os.pipe()
            command = subprocess.Popen([PROGRAM, 'people', 'delete', 'tale', 'staff1@north.example'], cwd=here.folder,
                                       env=here.environment, stdin=waiting, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(1.5)
            self.assertIsNone(command.poll())  # it asks, and nobody answers
            began = time.time()
            self.assertEqual(here.stop(), 0)
            self.assertLess(time.time() - began, 23)
            self.assertGreater(time.time() - began, 15)
            command.wait(timeout=10)
            os.close(other)
            os.close(waiting)
            self.assertTrue(say(here, 'verify')['good'])
            with open(here.log) as file:
                self.assertIn('event=stopped reason=time_is_over', file.read())


    def test_a_report_that_is_being_made_does_not_hold_it_up_for_long(self):
        with scene(staff=0, serve=False) as here:
            names = ['organisation'] + sorted(set(ANSWERS) - {'obstacle'})
            here.write('rows.csv', ','.join(names) + '\n' + ''.join(
                ','.join(['house%d' % o] + [str(ANSWERS[n]) for n in names[1:]]) + '\n'
                for o in range(240) for _ in range(6)))  # more than are made while the first page waits for them
            here.run('responses', 'import', 'tale', 'rows.csv', '--label', 'Paper', '--create-organisations')
            here.serve()
            boss = Browser(here.url)
            sign_in(here, boss, 'boss@example.org')
            where = '/assessments/tale/reports/2'
            page = submit(boss, boss.get(where), where, button='bundle')
            self.assertIn('/jobs/', page.text)
            self.assertNotIn('/file', page.text)  # it is not done yet
            began = time.time()
            self.assertEqual(here.stop(), 0)
            self.assertLess(time.time() - began, 23)
            here.serve()
            self.assertEqual(os.listdir(here.path('var/jobs')), [])
            self.assertTrue(say(here, 'verify')['good'])


class Reload(unittest.TestCase):
    def wait_for(self, here, what, n=1):
        end = time.time() + 20
        while time.time() < end:
            with open(here.log) as file:
                text = file.read()
            if len(re.findall(what, text)) >= n:
                return text
            time.sleep(0.05)
        raise AssertionError('%s is not in the log:\n%s' % (what, text))

    def test_what_may_change_changes_and_a_broken_file_disturbs_nobody(self):
        with scene(serve=False) as here:
            os.makedirs(here.path('config'))
            here.write('config/readiness.ini', '[log]\nlevel = info\n')
            here.serve()
            token = here.links('tale', 'personal')[0]['token']
            browser = Browser(here.url)
            page = browser.send(browser.get('/s/' + token))
            here.write('config/readiness.ini', '[log]\nlevel = debug\n[server]\nthreads = 1\n\n[mail]\nper_minute = 7\n')
            here.server.send_signal(signal.SIGHUP)
            text = self.wait_for(here, 'event=settings_reloaded')
            self.assertIn('event=setting_waits_for_restart reason=server.threads', text)
            self.wait_for(here, 'event=housekeeping_done')  # the new level holds
            here.write('config/readiness.ini', '[log]\nlevel = error\n[server]\nlisten = "127.0.0.1:1"\nlisten2 = "x"\n')
            here.server.send_signal(signal.SIGHUP)
            self.wait_for(here, r'event=settings_refused reason=setting_unknown\w* line=5')
            here.write('config/readiness.ini', 'nonsense " \n')
            here.server.send_signal(signal.SIGHUP)
            self.wait_for(here, 'event=settings_refused', 2)
            self.wait_for(here, 'event=housekeeping_done', 3)  # still at that level: nothing of a broken file counts
            here.write('config/readiness.ini', '[server]\ntotal_seconds = 1\n[log]\nlevel = info\n')
            here.server.send_signal(signal.SIGHUP)
            self.wait_for(here, 'event=settings_reloaded', 2)
            host = urllib.parse.urlsplit(here.url).netloc
            with socket.create_connection(host.split(':')) as s:
                s.sendall(b'GET / HTTP/1.1\r\n')
                began = time.time()
                s.settimeout(15)
                with contextlib.suppress(ConnectionError):
                    s.recv(1)
                self.assertLess(time.time() - began, 10)  # 30 seconds by default
            self.assertEqual(browser.send(page, ANSWERS).status, 200)  # whoever was answering goes on
            self.assertEqual(here.stop(), 0)


if __name__ == '__main__':
    unittest.main()
