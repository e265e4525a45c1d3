-- The first schema. Everything is STRICT and WITHOUT ROWID, so that no hidden row number keeps an order. Keys begin with
-- the wave (or the assessment). Ids are 16 random bytes made by the program. Days are the finest time; there is no time,
-- address or agent anywhere near answers.

CREATE TABLE assessment (
  id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name         TEXT NOT NULL UNIQUE,
  title        TEXT NOT NULL,
  instrument   TEXT NOT NULL,              -- the file, as given
  mode         INTEGER NOT NULL CHECK (mode IN (0, 1)),  -- 0 anonymous, 1 confidential
  min_group    INTEGER NOT NULL CHECK (min_group BETWEEN 3 AND 20),
  min_comments INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE placeholder (
  assessment BLOB NOT NULL REFERENCES assessment (id),
  name       TEXT NOT NULL,
  language   TEXT NOT NULL,                -- '' for all
  value      TEXT NOT NULL,
  PRIMARY KEY (assessment, name, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE organisation (
  assessment BLOB NOT NULL REFERENCES assessment (id),
  code       TEXT NOT NULL,
  name       TEXT NOT NULL,
  parent     TEXT NOT NULL,                -- a code, or ''
  language   TEXT NOT NULL,
  headcount  INTEGER NOT NULL,             -- -1: unknown
  PRIMARY KEY (assessment, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  assessment   BLOB NOT NULL REFERENCES assessment (id),
  id           BLOB NOT NULL CHECK (length(id) = 16),
  email        TEXT NOT NULL COLLATE NOCASE,
  name         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  unit         TEXT NOT NULL,
  language     TEXT NOT NULL,
  PRIMARY KEY (assessment, id),
  UNIQUE (assessment, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE wave (
  id              BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  assessment      BLOB NOT NULL REFERENCES assessment (id),
  number          INTEGER NOT NULL,
  label           TEXT NOT NULL,
  state           INTEGER NOT NULL CHECK (state IN (0, 1, 2)),  -- 0 open, 1 emptied, 2 closed
  opened          TEXT NOT NULL,
  until           TEXT NOT NULL,
  closed          TEXT NOT NULL,
  mode            INTEGER NOT NULL,
  min_group       INTEGER NOT NULL,
  min_comments    INTEGER NOT NULL,
  imported        INTEGER NOT NULL,
  instrument_hash BLOB NOT NULL CHECK (length(instrument_hash) = 32),
  public_key      BLOB NOT NULL CHECK (length(public_key) = 32),
  UNIQUE (assessment, number),
  UNIQUE (assessment, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE wave_file (                   -- the instrument's exact text, pinned
  wave     BLOB NOT NULL REFERENCES wave (id),
  language TEXT NOT NULL,                  -- '' for the instrument itself
  text     TEXT NOT NULL,
  PRIMARY KEY (wave, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (                  -- who was invited; never whether they answered
  wave         BLOB NOT NULL REFERENCES wave (id),
  id           BLOB NOT NULL CHECK (length(id) = 16),
  kind         INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),  -- 1 personal, 2 open, 3 organisation
  organisation TEXT NOT NULL,
  unit         TEXT NOT NULL,
  language     TEXT NOT NULL,
  person       BLOB NOT NULL,
  generation   INTEGER NOT NULL,
  PRIMARY KEY (wave, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticket (                      -- the right to answer once; knows its hash, not its owner
  wave         BLOB NOT NULL REFERENCES wave (id),
  hash         BLOB NOT NULL CHECK (length(hash) = 32),
  kind         INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),
  organisation TEXT NOT NULL,
  unit         TEXT NOT NULL,
  language     TEXT NOT NULL,
  pseudonym    BLOB,                       -- confidential mode only
  state        INTEGER NOT NULL CHECK (state IN (0, 1, 2)),  -- 0 fresh, 1 spent, 2 the wave is closed
  PRIMARY KEY (wave, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE ballot (                      -- sealed answers of an open wave
  wave   BLOB NOT NULL REFERENCES wave (id),
  key    BLOB NOT NULL CHECK (length(key) = 32),
  sealed BLOB NOT NULL,
  PRIMARY KEY (wave, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE organisation_answer (         -- agreed ratings: not personal, kept in clear
  wave         BLOB NOT NULL REFERENCES wave (id),
  organisation TEXT NOT NULL,
  answers      TEXT NOT NULL,
  PRIMARY KEY (wave, organisation)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (                       -- sealed; the key says nothing about whose it is
  wave    BLOB NOT NULL REFERENCES wave (id),
  key     BLOB NOT NULL CHECK (length(key) = 32),
  day     TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (wave, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE invited (                     -- counts per organisation of a wave
  wave                  BLOB NOT NULL REFERENCES wave (id),
  organisation          TEXT NOT NULL,
  invited               INTEGER NOT NULL,
  answered              INTEGER NOT NULL,
  organisation_answered INTEGER NOT NULL,
  PRIMARY KEY (wave, organisation)
) STRICT, WITHOUT ROWID;

CREATE TABLE day_count (
  wave BLOB NOT NULL REFERENCES wave (id),
  day  TEXT NOT NULL,
  n    INTEGER NOT NULL,
  PRIMARY KEY (wave, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE response (                    -- of a closed wave, in the order of fresh random ids
  wave         BLOB NOT NULL REFERENCES wave (id),
  organisation TEXT NOT NULL,
  id           BLOB NOT NULL CHECK (length(id) = 16),
  unit         TEXT NOT NULL,
  pseudonym    BLOB,
  answers      TEXT NOT NULL,              -- JSON, as given, never reversed
  PRIMARY KEY (wave, organisation, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE comment (                     -- free text; joined to nothing
  wave         BLOB NOT NULL REFERENCES wave (id),
  organisation TEXT NOT NULL,
  question     TEXT NOT NULL,
  id           BLOB NOT NULL CHECK (length(id) = 16),
  text         TEXT NOT NULL,
  PRIMARY KEY (wave, organisation, question, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE aggregate (                   -- derived; can be remade from the responses
  wave         BLOB NOT NULL REFERENCES wave (id),
  organisation TEXT NOT NULL,              -- '' all together
  grouping     TEXT NOT NULL,              -- '' the whole, 'question=code', 'unit=NAME'
  kind         TEXT NOT NULL,
  name         TEXT NOT NULL,
  n            INTEGER NOT NULL,
  counts       TEXT NOT NULL,              -- JSON
  statistics   TEXT NOT NULL,              -- JSON
  PRIMARY KEY (wave, organisation, grouping, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE aggregate_source (
  wave            BLOB NOT NULL PRIMARY KEY REFERENCES wave (id),
  responses       INTEGER NOT NULL,
  instrument_hash BLOB NOT NULL,
  version         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE published (                   -- which groups may be shown: decided once, when the wave closes
  wave         BLOB NOT NULL REFERENCES wave (id),
  organisation TEXT NOT NULL,
  groups       TEXT NOT NULL,
  hash         BLOB NOT NULL,
  PRIMARY KEY (wave, organisation)
) STRICT, WITHOUT ROWID;

-- For people with SQL: answers as rows.
CREATE VIEW answer AS
  SELECT r.wave, r.organisation, r.unit, hex(r.id) AS response, a.key AS field, a.value AS value
  FROM response r, json_each(r.answers) a;
