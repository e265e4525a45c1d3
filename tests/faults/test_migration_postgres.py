#!/usr/bin/python3
"""An update of a PostgreSQL database, ended before each of its statements: databases of every earlier form, with data in them,
are opened by the program, and before the n-th statement, for every n and before the commit too, its connection is cut, its
process on the server is killed (all others are then ended as well), or the server is stopped as by a power cut. Afterwards the
database is of the old form or of the new one, nothing is gone, and the next start brings it up to date. An update in pieces
(piecemeal.c) is found out. A newer database, and another program's, is refused and not changed."""
import glob
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from support import postgres  # noqa: E402
from support.readiness import Installation, PROGRAM, ROOT  # noqa: E402

LONG = bool(os.environ.get('READINESS_LONG'))
MIGRATIONS = sorted(glob.glob(os.path.join(ROOT, 'engine/store/postgres/[0-9][0-9][0-9]-*.sql')))
FORMS = [int(os.path.basename(path)[:3]) for path in MIGRATIONS]
A, W = "'\\x%s'" % ('0a' * 16), "'\\x%s'" % ('01' * 16)
DATA = {
    5: "INSERT INTO assessment (id, name, title, instrument, mode, min_group, min_comments)"
       " VALUES ({a}, 'north', 'North', 'x.ini', 1, 7, 14);"
       "INSERT INTO organisation VALUES ({a}, 'n1', 'N1', '', 'fr', 12);"
       "INSERT INTO wave (id, assessment, number, label, state, opened, until, closed, mode, min_group, min_comments, imported,"
       " instrument_hash, public_key) VALUES ({w}, {a}, 1, 'Baseline', 0, '2027-01-01', '2027-01-31', '', 1, 7, 14, 0,"
       " sha256('a'), sha256('b'));"
       "INSERT INTO person SELECT {a}, decode(md5(i::text), 'hex'), 'p' || i || '@n1.example', 'A person', 'n1', '', ''"
       " FROM generate_series(1, 120) i;"
       "INSERT INTO ticket SELECT {w}, sha256(i::text::bytea), 1, 'n1', '', '', NULL, 1 FROM generate_series(1, 20) i;"
       "INSERT INTO ballot SELECT {w}, sha256(i::text::bytea), sha256(i::text::bytea) FROM generate_series(1, 20) i;"
       "INSERT INTO invited VALUES ({w}, 'n1', 120, 20, 0);",
}
# Before each statement of an update the server asks arm.step(), which counts and ends what it is told to end.
ARMED = """
CREATE SCHEMA arm;
CREATE SEQUENCE arm.count;
CREATE FUNCTION arm.step() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('arm.count') = {at} THEN {act}; END IF; END $$;
CREATE FUNCTION arm.command() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM arm.step(); END $$;
CREATE FUNCTION arm.row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM arm.step(); RETURN NEW; END $$;
CREATE TRIGGER before_row BEFORE INSERT ON form FOR EACH ROW EXECUTE FUNCTION arm.row();
CREATE CONSTRAINT TRIGGER before_commit AFTER INSERT OR UPDATE ON form DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION arm.row();
CREATE EVENT TRIGGER before_command ON ddl_command_start EXECUTE FUNCTION arm.command();
"""
DISARMED = """
DROP EVENT TRIGGER IF EXISTS before_command;
DROP TRIGGER before_row ON form;
DROP TRIGGER before_commit ON form;
DROP SCHEMA arm CASCADE;
"""
ACTS = {
    'the connection is cut': "PERFORM pg_terminate_backend(pg_backend_pid())",
    'the process is killed': "EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', 'kill -9 ' || pg_backend_pid())",
    'the server is stopped': "COPY (SELECT 1) TO PROGRAM 'kill -QUIT $(head -1 postmaster.pid)'; PERFORM pg_sleep(30)",
}
SHAPE = """
SELECT c.relname, c.relkind, c.reloptions, a.attname, a.atttypid::regtype, a.attnotnull, a.attstattarget, a.attstorage,
  pg_get_expr(d.adbin, d.adrelid), CASE WHEN c.relkind = 'i' THEN pg_get_indexdef(c.oid) WHEN c.relkind = 'v'
  THEN pg_get_viewdef(c.oid) END
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid
  AND d.adnum = a.attnum WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT conrelid::regclass::text, 'c', NULL, conname, 0, NULL, NULL, NULL, NULL, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't' ORDER BY 1, 4, 2, 10
"""


class Update(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server()
        cls.addClassCleanup(cls.server.remove)

    def place(self, form):
        """An installation with a database as the program of that form made it, in use."""
        here = Installation(store=self.server)
        text = ''
        for path, number in zip(MIGRATIONS, FORMS):
            if number <= form:
                with open(path, encoding='utf-8') as file:
                    text += file.read() + DATA.get(number, '').format(a=A, w=W)
        self.server.sql(text + "INSERT INTO form VALUES ('readiness', %d)" % form, here.database)
        return here

    def leave(self, here):
        here.__exit__()
        self.server.sql('DROP DATABASE %s WITH (FORCE)' % here.database)

    def open(self, here, program=PROGRAM):
        return subprocess.run([program, 'assessment', 'list'], cwd=here.folder, env=here.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).returncode

    def shape(self, here):
        return self.server.sql(SHAPE, here.database)

    def held(self, here):
        return [self.server.sql('SELECT count(*) FROM ' + name, here.database)[0][0] for name in
                ('assessment', 'organisation', 'wave', 'person', 'ticket', 'ballot', 'invited')]

    def version(self, here):
        return int(self.server.sql('SELECT version FROM form', here.database)[0][0])

    def revive(self):
        """The server again, if it has ended, and as soon as it lets anybody in."""
        if self.server.process.poll() is not None or not os.path.exists(os.path.join(self.server.data, 'postmaster.pid')):
            self.server.process.wait()
            self.server.start()
        for _ in range(200):
            try:
                return self.server.sql('SELECT 1')
            except RuntimeError:
                if self.server.process.poll() is not None:
                    self.server.start()
                time.sleep(0.05)
        raise RuntimeError('the server does not come back')

    def ended_at(self, form, at, act, shapes, program):
        """(whether it came to that statement, what was wrong afterwards)"""
        here, said = self.place(form), []
        before = self.held(here)
        self.server.sql(ARMED.format(at=at, act=ACTS[act]), here.database)
        reached = self.open(here, program) != 0
        self.revive()
        self.server.sql(DISARMED, here.database)
        found = self.version(here)
        if found not in (form, FORMS[-1]) or self.shape(here) != shapes[found]:
            said.append('neither old nor new: %d' % found)
        if self.held(here) != before:
            said.append('something is gone')
        if self.open(here, program) != 0:
            said.append('does not open again')
        elif self.version(here) != FORMS[-1] or self.shape(here) != shapes[FORMS[-1]] or self.held(here) != before:
            said.append('not updated afterwards')
        self.leave(here)
        return reached, ['from %d, statement %d, %s: %s' % (form, at, act, what) for what in said]

    def shapes(self):
        """Each form as it is when nothing happens to it; the newest one from nothing, too."""
        shapes = {}
        for form in FORMS:
            here = self.place(form)
            shapes[form] = self.shape(here)
            self.leave(here)
        with Installation(store=self.server) as fresh:
            self.assertEqual(self.open(fresh), 0)
            self.assertEqual(self.shape(fresh), shapes[FORMS[-1]])
        return shapes

    def ended_everywhere(self, program, acts):
        shapes, ends, wrong = self.shapes(), 0, []
        for form in FORMS[:-1]:
            statements, reached = 0, True
            while reached:
                statements += 1
                reached, said = self.ended_at(form, statements, acts[0], shapes, program)
                ends, wrong = ends + reached, wrong + said
            for act in acts[1:]:
                for at in range(1, statements, 1 if LONG else 4):
                    reached, said = self.ended_at(form, at, act, shapes, program)
                    self.assertTrue(reached, (act, at))
                    ends, wrong = ends + 1, wrong + said
        return ends, wrong

    def test_ended_before_every_statement_of_every_update(self):
        begun = time.time()
        ends, wrong = self.ended_everywhere(PROGRAM, list(ACTS))
        print('PostgreSQL: %d earlier forms, %d ends, %d wrong, %.0f s' % (len(FORMS) - 1, ends, len(wrong), time.time() - begun),
              flush=True)
        self.assertGreater(ends, 10)
        self.assertEqual(wrong, [], '\n'.join(wrong[:20]))

    def test_an_update_in_pieces_is_found_out(self):
        program = os.path.join(os.path.dirname(PROGRAM), 'readiness-piecemeal')
        _, wrong = self.ended_everywhere(program, ['the connection is cut'])
        self.assertTrue([w for w in wrong if 'neither' in w], wrong)
        self.assertTrue([w for w in wrong if 'does not open' in w], wrong)

    def dump(self, here):
        """Without the word that pg_dump makes up each time."""
        text = self.server.call('pg_dump', '-h', self.server.folder, '-U', postgres.USER, here.database)
        return [line for line in text.splitlines() if 'restrict ' not in line]

    def unchanged(self, here, say):
        before = self.dump(here)
        _, err = here.run('assessment', 'list', status=1)
        self.assertIn(say, err)
        self.assertEqual(self.dump(here), before)
        self.leave(here)

    def test_a_newer_database_is_refused_and_stays_as_it_is(self):
        here = self.place(FORMS[-1])
        self.server.sql('UPDATE form SET version = 999', here.database)
        self.unchanged(here, 'newer')

    def test_a_database_that_is_another_programs_stays_as_it_is(self):
        here = Installation(store=self.server)
        self.server.sql('CREATE TABLE theirs (x INTEGER); INSERT INTO theirs VALUES (1)', here.database)
        self.unchanged(here, 'another program')


if __name__ == '__main__':
    unittest.main()
