-- Why the server itself paused a mailing, so that the page can say it.
ALTER TABLE mailing ADD COLUMN reason INTEGER NOT NULL DEFAULT 0
  CHECK (reason IN (0, 1, 2, 3));                          -- 0 it did not; 1 last day past; 2 key missing; 3 mail server
ALTER TABLE mailing ADD COLUMN sentence TEXT NOT NULL DEFAULT '';         -- what the mail server said to all, with 3
