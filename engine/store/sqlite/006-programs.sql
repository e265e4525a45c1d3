-- Other programs: tokens that let them in, what they were answered when they ask twice, and addresses that are told of
-- what has happened. All of it is about practitioners' programs; nothing here knows a respondent, a link or an answer.

CREATE TABLE api_token (
  id      BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  account BLOB NOT NULL REFERENCES account (id),
  hash    BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),  -- of the token, which is kept nowhere
  name    TEXT NOT NULL,                   -- what it is for, as its owner noted it
  scopes  INTEGER NOT NULL,                -- a sum of the scopes' numbers
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  used    TEXT NOT NULL                    -- the last day; '' never
) STRICT, WITHOUT ROWID;
CREATE INDEX api_token_account ON api_token (account);

CREATE TABLE api_reply (                   -- kept for a day, so that a request sent twice is done once
  hash     BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),     -- of who asked, where, and the key
  request  BLOB NOT NULL CHECK (length(request) = 32),              -- of what was asked
  made     INTEGER NOT NULL,
  status   INTEGER NOT NULL,               -- 0: under way
  location TEXT NOT NULL,
  body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hook (                        -- an address that wants to be told
  id      BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  account BLOB NOT NULL REFERENCES account (id),
  url     TEXT NOT NULL,
  secret  BLOB NOT NULL CHECK (length(secret) = 32),  -- messages are signed with it
  created INTEGER NOT NULL,
  trouble TEXT NOT NULL                    -- why the last message did not arrive, '' when it did
) STRICT, WITHOUT ROWID;
CREATE INDEX hook_account ON hook (account);

CREATE TABLE hook_message (                -- still to be delivered
  id       BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  hook     BLOB NOT NULL REFERENCES hook (id),
  event    TEXT NOT NULL,
  body     TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  due      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hook_message_due ON hook_message (due);
