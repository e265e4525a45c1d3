-- The practitioner's workspace: accounts, who may see what, mailings, what was done. Nothing here says who has answered:
-- a delivery knows an invitation, never a ticket, and looks the same whether it was sent or not needed any more. Times in
-- seconds stand only in tables about practitioners.

ALTER TABLE assessment ADD COLUMN owner BLOB NOT NULL DEFAULT x'00000000000000000000000000000000'
  CHECK (length(owner) = 16);                               -- an account; zero: the command line
ALTER TABLE assessment ADD COLUMN state INTEGER NOT NULL DEFAULT 0
  CHECK (state IN (0, 1, 2));                               -- 0 active, 1 archived, 2 deleted
ALTER TABLE assessment ADD COLUMN deleted TEXT NOT NULL DEFAULT '';        -- the day, with state 2
ALTER TABLE assessment ADD COLUMN timezone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE assessment ADD COLUMN languages TEXT NOT NULL DEFAULT '';      -- tags with commas; '' all of the instrument
ALTER TABLE assessment ADD COLUMN roster_days INTEGER NOT NULL DEFAULT 0;  -- after the last wave closed; 0 keep
ALTER TABLE assessment ADD COLUMN response_days INTEGER NOT NULL DEFAULT 0;

ALTER TABLE wave ADD COLUMN timezone TEXT NOT NULL DEFAULT 'UTC';          -- in which `until` ends
ALTER TABLE person ADD COLUMN contact INTEGER NOT NULL DEFAULT 0
  CHECK (contact IN (0, 1, 2));                             -- 0 good, 1 opted out, 2 bounced

CREATE TABLE account (
  id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  email     TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name      TEXT NOT NULL,
  role      INTEGER NOT NULL CHECK (role IN (0, 1, 2)),     -- 0 viewer, 1 practitioner, 2 administrator
  language  TEXT NOT NULL,
  timezone  TEXT NOT NULL,
  disabled  INTEGER NOT NULL,
  password  TEXT NOT NULL,                                  -- Argon2id; '' not set yet
  has_totp  INTEGER NOT NULL,
  totp      BLOB NOT NULL CHECK (length(totp) = 20),
  totp_step INTEGER NOT NULL,                               -- the newest that was used
  created   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
  account BLOB NOT NULL REFERENCES account (id),
  hash    BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_link (                -- sets a password, once; the newest of an account only
  account BLOB NOT NULL PRIMARY KEY REFERENCES account (id),
  hash    BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash      BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  account   BLOB NOT NULL REFERENCES account (id),
  created   INTEGER NOT NULL,
  seen      INTEGER NOT NULL,
  signed_in INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

CREATE TABLE share (                       -- practitioners an assessment is shared with
  assessment BLOB NOT NULL REFERENCES assessment (id),
  account    BLOB NOT NULL REFERENCES account (id),
  PRIMARY KEY (assessment, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE report_grant (                -- one organisation's reports, for an account or whoever holds a link
  id           BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  assessment   BLOB NOT NULL REFERENCES assessment (id),
  organisation TEXT NOT NULL,
  account      BLOB REFERENCES account (id),
  hash         BLOB UNIQUE CHECK (length(hash) = 32),
  expires      INTEGER NOT NULL,           -- 0: never
  remark       TEXT NOT NULL,
  CHECK ((account IS NULL) <> (hash IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX report_grant_assessment ON report_grant (assessment);
CREATE INDEX report_grant_account ON report_grant (account);

CREATE TABLE audit (
  time    INTEGER NOT NULL,
  number  INTEGER NOT NULL,                -- within the second
  account TEXT NOT NULL,                   -- an e-mail address; '' the command line
  act     TEXT NOT NULL,
  object  TEXT NOT NULL,
  PRIMARY KEY (time, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE mailing (
  id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  wave       BLOB NOT NULL REFERENCES wave (id),
  kind       INTEGER NOT NULL CHECK (kind IN (0, 1)),       -- 0 invitations, 1 reminders
  state      INTEGER NOT NULL CHECK (state IN (0, 1, 2)),   -- 0 running, 1 paused, 2 done
  everyone   INTEGER NOT NULL,
  per_minute INTEGER NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  started    INTEGER NOT NULL,
  spared     INTEGER NOT NULL              -- added up in memory, written when the mailing pauses or ends
) STRICT, WITHOUT ROWID;
CREATE INDEX mailing_wave ON mailing (wave);

CREATE TABLE delivery (
  mailing    BLOB NOT NULL REFERENCES mailing (id),
  invitation BLOB NOT NULL CHECK (length(invitation) = 16),
  state      INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3, 4)),  -- 0 waiting, 1 claimed, 2 done, 3 refused, 4 unknown
  attempts   INTEGER NOT NULL,
  sentence   TEXT NOT NULL,                -- the mail server's
  PRIMARY KEY (mailing, invitation)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (mailing, state, attempts);
CREATE INDEX invitation_person ON invitation (person);
