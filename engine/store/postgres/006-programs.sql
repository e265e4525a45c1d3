-- store/sqlite/006: other programs. Nothing here is near answers, so that references are constraints.

CREATE TABLE api_token (
  id      BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  account BYTEA NOT NULL REFERENCES account (id),
  hash    BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
  name    TEXT COLLATE "C" NOT NULL,
  scopes  INTEGER NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  used    TEXT COLLATE "C" NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX api_token_account ON api_token (account);

CREATE TABLE api_reply (
  hash     BYTEA NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  request  BYTEA NOT NULL CHECK (length(request) = 32),
  made     BIGINT NOT NULL,
  status   INTEGER NOT NULL,
  location TEXT COLLATE "C" NOT NULL,
  body     TEXT COLLATE "C" NOT NULL
);

CREATE TABLE hook (
  id      BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  account BYTEA NOT NULL REFERENCES account (id),
  url     TEXT COLLATE "C" NOT NULL,
  secret  BYTEA NOT NULL CHECK (length(secret) = 32),
  created BIGINT NOT NULL,
  trouble TEXT COLLATE "C" NOT NULL
);
CREATE INDEX hook_account ON hook (account);

CREATE TABLE hook_message (
  id       BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  hook     BYTEA NOT NULL REFERENCES hook (id),
  event    TEXT COLLATE "C" NOT NULL,
  body     TEXT COLLATE "C" NOT NULL,
  attempts INTEGER NOT NULL,
  due      BIGINT NOT NULL
);
CREATE INDEX hook_message_due ON hook_message (due);

ALTER TABLE api_token ALTER hash SET STATISTICS 0, ALTER name SET STATISTICS 0;
ALTER TABLE api_reply ALTER hash SET STATISTICS 0, ALTER request SET STATISTICS 0, ALTER location SET STATISTICS 0,
  ALTER body SET STATISTICS 0;
ALTER TABLE hook ALTER url SET STATISTICS 0, ALTER secret SET STATISTICS 0;
ALTER TABLE hook_message ALTER body SET STATISTICS 0;
