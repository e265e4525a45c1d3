-- The tables of store/sqlite up to 005, for PostgreSQL. What differs, and why:
--
-- A row's place in the file and the number of the transaction that wrote it (xmin) are part of every row here. Rows that
-- must not be told apart by them are written in one transaction, in the order of random keys; closing a wave rewrites all
-- that its answering had touched, and cleaning puts each table into the order of its key (postgres/cleaning.c).
-- No triggers and no sequences near answers: tables that grow while people answer refer to their wave by its id alone
-- (PostgreSQL checks references by triggers, which lock the wave's row each time); `readiness check` looks after that.
-- No statistics are kept of columns with answers, names, addresses or secrets: ANALYZE copies values out of the tables
-- into its own, where they would outlive their deletion.
-- Text has the collation C everywhere, so that both stores have the same order.

CREATE TABLE form (                        -- how we know the database again; one row
  program TEXT NOT NULL PRIMARY KEY CHECK (program = 'readiness'),
  version INTEGER NOT NULL
);

CREATE TABLE engine (                      -- one row for each process that has this database open
  id          BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  mark        BYTEA NOT NULL,              -- random, of its last group: has it been put on disk?
  serving     INTEGER NOT NULL DEFAULT 0,  -- 1 for an engine, 0 for a command
  name        TEXT COLLATE "C" NOT NULL DEFAULT '',
  version     TEXT COLLATE "C" NOT NULL DEFAULT '',  -- of the program
  instruments BYTEA NOT NULL DEFAULT '',   -- hash of its folder of instruments
  seen        BIGINT NOT NULL              -- the minute of its last group, by the server's clock
) WITH (fillfactor = 50);

CREATE TABLE turn (                        -- one row for good: who has it locked may write (postgres/group.c)
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1)
);

CREATE TABLE lease (                       -- work that one engine at a time does, and until when it has it
  work   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  engine BYTEA NOT NULL CHECK (length(engine) = 16),
  until  BIGINT NOT NULL                   -- ms, by the server's clock
) WITH (fillfactor = 50);

CREATE TABLE account (
  id        BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  email     TEXT COLLATE "C" NOT NULL,
  name      TEXT COLLATE "C" NOT NULL,
  role      INTEGER NOT NULL CHECK (role IN (0, 1, 2)),
  language  TEXT COLLATE "C" NOT NULL,
  timezone  TEXT COLLATE "C" NOT NULL,
  disabled  INTEGER NOT NULL,
  password  TEXT COLLATE "C" NOT NULL,
  has_totp  INTEGER NOT NULL,
  totp      BYTEA NOT NULL CHECK (length(totp) = 20),
  totp_step BIGINT NOT NULL,
  created   BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (lower(email)); -- in C: without the case of ASCII's letters

CREATE TABLE assessment (
  id            BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name          TEXT COLLATE "C" NOT NULL UNIQUE,
  title         TEXT COLLATE "C" NOT NULL,
  instrument    TEXT COLLATE "C" NOT NULL,
  mode          INTEGER NOT NULL CHECK (mode IN (0, 1)),
  min_group     INTEGER NOT NULL CHECK (min_group BETWEEN 3 AND 20),
  min_comments  INTEGER NOT NULL,
  owner         BYTEA NOT NULL DEFAULT '\x00000000000000000000000000000000' CHECK (length(owner) = 16),
  state         INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
  deleted       TEXT COLLATE "C" NOT NULL DEFAULT '',
  timezone      TEXT COLLATE "C" NOT NULL DEFAULT 'UTC',
  languages     TEXT COLLATE "C" NOT NULL DEFAULT '',
  roster_days   INTEGER NOT NULL DEFAULT 0,
  response_days INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE placeholder (
  assessment BYTEA NOT NULL REFERENCES assessment (id),
  name       TEXT COLLATE "C" NOT NULL,
  language   TEXT COLLATE "C" NOT NULL,
  value      TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (assessment, name, language)
);

CREATE TABLE organisation (
  assessment BYTEA NOT NULL REFERENCES assessment (id),
  code       TEXT COLLATE "C" NOT NULL,
  name       TEXT COLLATE "C" NOT NULL,
  parent     TEXT COLLATE "C" NOT NULL,
  language   TEXT COLLATE "C" NOT NULL,
  headcount  INTEGER NOT NULL,
  PRIMARY KEY (assessment, code)
);

CREATE TABLE person (
  assessment   BYTEA NOT NULL REFERENCES assessment (id),
  id           BYTEA NOT NULL CHECK (length(id) = 16),
  email        TEXT COLLATE "C" NOT NULL,
  name         TEXT COLLATE "C" NOT NULL,
  organisation TEXT COLLATE "C" NOT NULL,
  unit         TEXT COLLATE "C" NOT NULL,
  language     TEXT COLLATE "C" NOT NULL,
  contact      INTEGER NOT NULL DEFAULT 0 CHECK (contact IN (0, 1, 2)),
  PRIMARY KEY (assessment, id)
);
CREATE UNIQUE INDEX person_email ON person (assessment, lower(email));

CREATE TABLE wave (
  id              BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  assessment      BYTEA NOT NULL REFERENCES assessment (id),
  number          INTEGER NOT NULL,
  label           TEXT COLLATE "C" NOT NULL,
  state           INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  opened          TEXT COLLATE "C" NOT NULL,
  until           TEXT COLLATE "C" NOT NULL,
  closed          TEXT COLLATE "C" NOT NULL,
  mode            INTEGER NOT NULL,
  min_group       INTEGER NOT NULL,
  min_comments    INTEGER NOT NULL,
  imported        INTEGER NOT NULL,
  instrument_hash BYTEA NOT NULL CHECK (length(instrument_hash) = 32),
  public_key      BYTEA NOT NULL CHECK (length(public_key) = 32),
  timezone        TEXT COLLATE "C" NOT NULL DEFAULT 'UTC',
  UNIQUE (assessment, number),
  UNIQUE (assessment, label)
);

CREATE TABLE wave_file (
  wave     BYTEA NOT NULL REFERENCES wave (id),
  language TEXT COLLATE "C" NOT NULL,
  text     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (wave, language)
);

CREATE TABLE wave_file_before (
  wave     BYTEA NOT NULL REFERENCES wave (id),
  number   INTEGER NOT NULL CHECK (number > 0),
  until    TEXT COLLATE "C" NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  text     TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (wave, number, language)
);

CREATE TABLE invitation (
  wave         BYTEA NOT NULL,
  id           BYTEA NOT NULL CHECK (length(id) = 16),
  kind         INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  organisation TEXT COLLATE "C" NOT NULL,
  unit         TEXT COLLATE "C" NOT NULL,
  language     TEXT COLLATE "C" NOT NULL,
  person       BYTEA NOT NULL,
  generation   INTEGER NOT NULL,
  PRIMARY KEY (wave, id)
);
CREATE INDEX invitation_person ON invitation (person);

CREATE TABLE ticket (
  wave         BYTEA NOT NULL,
  hash         BYTEA NOT NULL CHECK (length(hash) = 32),
  kind         INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  organisation TEXT COLLATE "C" NOT NULL,
  unit         TEXT COLLATE "C" NOT NULL,
  language     TEXT COLLATE "C" NOT NULL,
  pseudonym    BYTEA,
  state        INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  PRIMARY KEY (wave, hash)
) WITH (fillfactor = 80);
CREATE INDEX ticket_hash ON ticket (hash);  -- a link does not name its wave

CREATE TABLE ballot (
  wave   BYTEA NOT NULL,
  key    BYTEA NOT NULL CHECK (length(key) = 32),
  sealed BYTEA NOT NULL,
  PRIMARY KEY (wave, key)
);

CREATE TABLE organisation_answer (
  wave         BYTEA NOT NULL,
  organisation TEXT COLLATE "C" NOT NULL,
  answers      TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (wave, organisation)
);

CREATE TABLE draft (
  wave    BYTEA NOT NULL,
  key     BYTEA NOT NULL CHECK (length(key) = 32),
  day     TEXT COLLATE "C" NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (wave, key)
);

CREATE TABLE invited (
  wave                  BYTEA NOT NULL,
  organisation          TEXT COLLATE "C" NOT NULL,
  invited               INTEGER NOT NULL,
  answered              INTEGER NOT NULL,
  organisation_answered INTEGER NOT NULL,
  PRIMARY KEY (wave, organisation)
) WITH (fillfactor = 50);

CREATE TABLE day_count (
  wave BYTEA NOT NULL,
  day  TEXT COLLATE "C" NOT NULL,
  n    INTEGER NOT NULL,
  PRIMARY KEY (wave, day)
) WITH (fillfactor = 50);

CREATE TABLE response (
  wave         BYTEA NOT NULL,
  organisation TEXT COLLATE "C" NOT NULL,
  id           BYTEA NOT NULL CHECK (length(id) = 16),
  unit         TEXT COLLATE "C" NOT NULL,
  pseudonym    BYTEA,
  answers      TEXT COLLATE "C" NOT NULL,  -- as given, byte by byte: jsonb would write it anew
  PRIMARY KEY (wave, organisation, id)
);

CREATE TABLE comment (
  wave         BYTEA NOT NULL,
  organisation TEXT COLLATE "C" NOT NULL,
  question     TEXT COLLATE "C" NOT NULL,
  id           BYTEA NOT NULL CHECK (length(id) = 16),
  text         TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (wave, organisation, question, id)
);

CREATE TABLE aggregate (
  wave         BYTEA NOT NULL REFERENCES wave (id),
  organisation TEXT COLLATE "C" NOT NULL,
  grouping     TEXT COLLATE "C" NOT NULL,
  kind         TEXT COLLATE "C" NOT NULL,
  name         TEXT COLLATE "C" NOT NULL,
  n            INTEGER NOT NULL,
  counts       TEXT COLLATE "C" NOT NULL,
  statistics   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (wave, organisation, grouping, kind, name)
);

CREATE TABLE aggregate_source (
  wave            BYTEA NOT NULL PRIMARY KEY REFERENCES wave (id),
  responses       INTEGER NOT NULL,
  instrument_hash BYTEA NOT NULL,
  version         INTEGER NOT NULL
);

CREATE TABLE published (
  wave         BYTEA NOT NULL REFERENCES wave (id),
  organisation TEXT COLLATE "C" NOT NULL,
  groups       TEXT COLLATE "C" NOT NULL,
  hash         BYTEA NOT NULL,
  PRIMARY KEY (wave, organisation)
);

CREATE TABLE recovery_code (
  account BYTEA NOT NULL REFERENCES account (id),
  hash    BYTEA NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (account, hash)
);

CREATE TABLE account_link (
  account BYTEA NOT NULL PRIMARY KEY REFERENCES account (id),
  hash    BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
  expires BIGINT NOT NULL
);

CREATE TABLE session (
  hash      BYTEA NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  account   BYTEA NOT NULL REFERENCES account (id),
  created   BIGINT NOT NULL,
  seen      BIGINT NOT NULL,
  signed_in BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);

CREATE TABLE share (
  assessment BYTEA NOT NULL REFERENCES assessment (id),
  account    BYTEA NOT NULL REFERENCES account (id),
  PRIMARY KEY (assessment, account)
);

CREATE TABLE report_grant (
  id           BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  assessment   BYTEA NOT NULL REFERENCES assessment (id),
  organisation TEXT COLLATE "C" NOT NULL,
  account      BYTEA REFERENCES account (id),
  hash         BYTEA UNIQUE CHECK (length(hash) = 32),
  expires      BIGINT NOT NULL,
  remark       TEXT COLLATE "C" NOT NULL,
  CHECK ((account IS NULL) <> (hash IS NULL))
);
CREATE INDEX report_grant_assessment ON report_grant (assessment);
CREATE INDEX report_grant_account ON report_grant (account);

CREATE TABLE audit (
  time    BIGINT NOT NULL,
  number  BIGINT NOT NULL,
  account TEXT COLLATE "C" NOT NULL,
  act     TEXT COLLATE "C" NOT NULL,
  object  TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (time, number)
);

CREATE TABLE mailing (
  id         BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  wave       BYTEA NOT NULL REFERENCES wave (id),
  kind       INTEGER NOT NULL CHECK (kind IN (0, 1)),
  state      INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  everyone   INTEGER NOT NULL,
  per_minute INTEGER NOT NULL,
  subject    TEXT COLLATE "C" NOT NULL,
  body       TEXT COLLATE "C" NOT NULL,
  started    BIGINT NOT NULL,
  spared     INTEGER NOT NULL,
  reason     INTEGER NOT NULL DEFAULT 0 CHECK (reason IN (0, 1, 2, 3)),
  sentence   TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX mailing_wave ON mailing (wave);

CREATE TABLE delivery (
  mailing    BYTEA NOT NULL REFERENCES mailing (id),
  invitation BYTEA NOT NULL CHECK (length(invitation) = 16),
  state      INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3, 4)),
  attempts   INTEGER NOT NULL,
  sentence   TEXT COLLATE "C" NOT NULL,
  moment     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (mailing, invitation)
) WITH (fillfactor = 80);
CREATE INDEX delivery_waiting ON delivery (mailing, state, attempts);

ALTER TABLE account ALTER email SET STATISTICS 0, ALTER name SET STATISTICS 0, ALTER password SET STATISTICS 0,
  ALTER totp SET STATISTICS 0;
ALTER TABLE person ALTER id SET STATISTICS 0, ALTER email SET STATISTICS 0, ALTER name SET STATISTICS 0,
  ALTER unit SET STATISTICS 0;
ALTER INDEX account_email ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX person_email ALTER COLUMN 2 SET STATISTICS 0;
ALTER TABLE invitation ALTER person SET STATISTICS 0, ALTER unit SET STATISTICS 0;
ALTER TABLE ticket ALTER pseudonym SET STATISTICS 0, ALTER unit SET STATISTICS 0, ALTER state SET STATISTICS 0;
ALTER TABLE ballot ALTER key SET STATISTICS 0, ALTER sealed SET STATISTICS 0;
ALTER TABLE ballot ALTER sealed SET STORAGE EXTERNAL; -- what is sealed cannot be made shorter
ALTER TABLE organisation_answer ALTER answers SET STATISTICS 0;
ALTER TABLE draft ALTER key SET STATISTICS 0, ALTER content SET STATISTICS 0;
ALTER TABLE draft ALTER content SET STORAGE EXTERNAL;
ALTER TABLE response ALTER id SET STATISTICS 0, ALTER unit SET STATISTICS 0, ALTER pseudonym SET STATISTICS 0,
  ALTER answers SET STATISTICS 0;
ALTER TABLE comment ALTER id SET STATISTICS 0, ALTER text SET STATISTICS 0;
ALTER TABLE aggregate ALTER counts SET STATISTICS 0, ALTER statistics SET STATISTICS 0;
ALTER TABLE published ALTER groups SET STATISTICS 0;
ALTER TABLE recovery_code ALTER hash SET STATISTICS 0;
ALTER TABLE account_link ALTER hash SET STATISTICS 0;
ALTER TABLE session ALTER hash SET STATISTICS 0;
ALTER TABLE report_grant ALTER hash SET STATISTICS 0, ALTER remark SET STATISTICS 0;
ALTER TABLE audit ALTER account SET STATISTICS 0, ALTER object SET STATISTICS 0;
ALTER TABLE mailing ALTER body SET STATISTICS 0, ALTER sentence SET STATISTICS 0;
ALTER TABLE delivery ALTER sentence SET STATISTICS 0;

-- For people with SQL: answers as rows.
CREATE VIEW answer AS
  SELECT r.wave, r.organisation, r.unit, upper(encode(r.id, 'hex')) AS response, a.key AS field, a.value AS value
  FROM response r, jsonb_each_text(r.answers::jsonb) a;
