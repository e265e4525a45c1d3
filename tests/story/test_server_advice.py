#!/usr/bin/python3
"""What `readiness doctor` says about a PostgreSQL server: one line for each thing that its administrator should set otherwise,
when it is so and only then, asked with no more rights than the program needs. Each is tried on a real server that is set like
that. Where a setting would write down what people send, it is shown that it does."""
import hashlib
import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import postgres  # noqa: E402
from support.readiness import Browser, Installation, ROOT, free_port  # noqa: E402
from support.scene import ANSWERS, scene  # noqa: E402

# As the manual asks for it.
ADVISED = {'wal_recycle': 'off', 'log_error_verbosity': 'terse', 'log_parameter_max_length_on_error': '0', 'fsync': 'on'}
# What the server is set to, and the line that says so.
SETTINGS = [
    ({'track_commit_timestamp': 'on'}, 'server_commit_timestamps'),
    ({'log_statement': 'mod'}, 'server_log_statement'),
    ({'log_statement': 'all'}, 'server_log_statement'),
    ({'log_statement': 'ddl'}, None),
    ({'log_min_duration_statement': '0'}, 'server_log_parameters'),
    ({'log_min_duration_sample': '0'}, 'server_log_parameters'),
    ({'log_transaction_sample_rate': '0.5'}, 'server_log_parameters'),
    ({'log_min_duration_statement': '0', 'log_parameter_max_length': '0'}, None),
    ({'log_parameter_max_length_on_error': '-1'}, 'server_log_parameters'),
    ({'log_error_verbosity': 'default'}, 'server_log_details'),
    ({'shared_preload_libraries': 'auto_explain'}, 'server_extensions'),
    ({'session_preload_libraries': 'auto_explain'}, 'server_extensions'),
    ({'shared_preload_libraries': 'pg_stat_statements'}, None),
    ({'archive_mode': 'on'}, 'server_archive'),
    ({'archive_mode': 'always'}, 'server_archive'),
    ({'wal_recycle': 'on'}, 'server_recycle'),
    ({'wal_keep_size': '64MB'}, 'server_kept'),
    ({'wal_level': 'logical'}, 'server_logical'),
    ({'wal_level': 'minimal', 'max_wal_senders': '0'}, None),
    ({'vacuum_defer_cleanup_age': '1000'}, 'server_deferred'),
    ({'fsync': 'off'}, 'server_durable_not'),
    ({'full_page_writes': 'off'}, 'server_durable_not'),
    ({'synchronous_commit': 'off'}, None),  # we ask for more than that ourselves
]
# What is done in the database, what undoes it, and the line that says so.
DONE = [
    ("ALTER DATABASE {name} SET log_statement = 'all'", 'ALTER DATABASE {name} RESET log_statement', 'server_log_statement'),
    ("ALTER ROLE staff SET log_min_duration_statement = 0", 'ALTER ROLE staff RESET log_min_duration_statement',
     'server_log_parameters'),
    ("SELECT pg_create_physical_replication_slot('left', true)", "SELECT pg_drop_replication_slot('left')", 'server_slots'),
    ('CREATE PUBLICATION all_of_it FOR ALL TABLES', 'DROP PUBLICATION all_of_it', 'server_publications'),
    ('REVOKE EXECUTE ON FUNCTION pg_switch_wal() FROM staff', 'GRANT EXECUTE ON FUNCTION pg_switch_wal() TO staff',
     'server_switch'),
    ('ALTER ROLE staff SUPERUSER', 'ALTER ROLE staff NOSUPERUSER', 'server_superuser'),
]
ELSEWHERE = {'server_checksums', 'server_plain',  # below
             'server_standby', 'server_standby_away'}  # tests/faults/test_standby.py
# What a test of its own is about here, or what this machine is short of.
USUAL = {'server', 'server_durable'}


class Advice(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server(**ADVISED)
        cls.addClassCleanup(cls.server.remove)
        cls.name = cls.server.new_database()
        cls.server.sql('CREATE ROLE staff LOGIN')
        cls.server.sql('ALTER DATABASE %s OWNER TO staff' % cls.name)
        cls.server.sql('GRANT EXECUTE ON FUNCTION pg_switch_wal() TO staff', cls.name)
        cls.server.stop()
        cls.server.call('pg_checksums', '--enable', '-D', cls.server.data)
        cls.here = Installation()
        cls.addClassCleanup(cls.here.__exit__)
        cls.address = cls.here.environment['READINESS_DATA_DB'] = 'postgresql://staff@/%s?host=%s' % (
            cls.name, cls.server.folder)
        cls.server.start()
        cls.here.run('assessment', 'list')  # which makes the tables

    def run_with(self, settings):
        self.server.stop()
        self.server.settings = dict(ADVISED, **settings)
        self.server.start()

    def said(self):
        """Codes of what doctor says about the server, but for those that say that all is well."""
        done = subprocess.run([os.environ.get('READINESS', os.path.join(ROOT, 'build/asan/readiness')), 'doctor', '--format', 'json'],
                              cwd=self.here.folder, env=self.here.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        codes = [line['code'] for line in json.loads(done.stdout)]
        self.assertIn('server', codes)
        self.assertNotIn('database_trouble', done.stderr)
        return {code for code in codes if code.startswith('server')} - USUAL

    def test_each_setting_has_its_line_and_no_other(self):
        known = {row[0] for row in self.all_settings()}
        for settings, code in SETTINGS:
            if set(settings) <= known:  # else another version's
                self.run_with(settings)
                self.assertEqual(self.said(), {code} if code else set(), settings)

    def all_settings(self):
        self.run_with({})
        return self.server.sql('SELECT name FROM pg_settings')

    def test_so_has_what_is_done_in_the_database_or_to_the_role(self):
        self.run_with({})
        self.assertEqual(self.said(), set())
        for done, undone, code in DONE:
            self.server.sql(done.format(name=self.name), self.name)
            self.assertEqual(self.said(), {code}, done)
            self.server.sql(undone.format(name=self.name), self.name)
        self.assertEqual(self.said(), set())

    def test_files_that_are_not_checked_for_damage(self):
        for how, expected in (('--disable', {'server_checksums'}), ('--enable', set())):
            self.server.stop()
            self.server.call('pg_checksums', how, '-D', self.server.data)
            self.server.start()
            self.assertEqual(self.said(), expected)

    def test_a_connection_over_a_network_without_tls(self):
        port = str(free_port())
        key, certificate = (os.path.join(self.server.folder, name) for name in ('key.pem', 'certificate.pem'))
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days',
                        '2', '-subj', '/CN=db.example.org'], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        owner = os.stat(self.server.folder)
        for path in (key, certificate):
            os.chown(path, owner.st_uid, owner.st_gid)
        os.environ['PGPORT'] = self.here.environment['PGPORT'] = port
        try:
            self.run_with({'listen_addresses': '127.0.0.1', 'ssl': 'on', 'ssl_key_file': key, 'ssl_cert_file': certificate})
            for mode, host, expected in (('disable', 'db.example.org', {'server_plain'}), ('require', 'db.example.org', set()),
                                         ('disable', 'localhost', set())):
                self.here.environment['READINESS_DATA_DB'] = (
                    'postgresql://staff@%s/%s?hostaddr=127.0.0.1&sslmode=%s' % (host, self.name, mode))
                self.assertEqual(self.said(), expected, (mode, host))
        finally:
            self.here.environment['READINESS_DATA_DB'] = self.address
            del os.environ['PGPORT'], self.here.environment['PGPORT']

    def test_every_piece_of_advice_is_tried_here(self):
        with open(os.path.join(ROOT, 'engine/store/postgres/advice.c'), encoding='utf-8') as file:
            given = {'server_' + code for code in re.findall(r'(?:\{|SETTING\()"(\w+)", (?:true|false)', file.read())}
        tried = {code for _, code in SETTINGS if code} | {code for *_, code in DONE} | ELSEWHERE
        self.assertEqual(given, tried - {'server_durable_not'})


class Real(unittest.TestCase):
    """That what is warned of is no fancy."""

    def log_after_an_answer(self, **settings):
        server = postgres.Server(**settings)
        self.addCleanup(server.remove)
        with scene(staff=1, store=server) as here:
            token = here.links('tale', 'personal')[0]['token']
            Browser(here.url).fill(token, ANSWERS)
            self.assertEqual(here.query('SELECT count(*) FROM ballot'), [(1,)])
        with open(os.path.join(server.folder, 'log'), encoding='utf-8', errors='replace') as file:
            return hashlib.blake2b(token.encode(), digest_size=32).hexdigest(), file.read(), server, here

    def test_a_log_of_statements_has_what_was_sent(self):
        for settings in ({'log_statement': 'mod'}, {'log_min_duration_statement': '0'}):
            ticket, log, *_ = self.log_after_an_answer(**settings)
            self.assertIn(ticket, log, settings)

    def test_without_parameters_it_has_not(self):
        ticket, log, *_ = self.log_after_an_answer(log_min_duration_statement='0', log_parameter_max_length='0')
        self.assertIn('INSERT INTO ballot', log)
        self.assertNotIn(ticket, log)

    def test_the_server_knows_the_moment_of_each_answer_when_it_keeps_them(self):
        _, _, server, here = self.log_after_an_answer(track_commit_timestamp='on')
        moments = server.sql('SELECT pg_xact_commit_timestamp(xmin) FROM ballot', here.database)
        self.assertRegex(moments[0][0], r'\d{4}-')


if __name__ == '__main__':
    unittest.main()
