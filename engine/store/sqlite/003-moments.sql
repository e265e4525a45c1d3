-- When a delivery ended, or is to be tried again: for mailings that go to everybody alike. A reminder to those who have
-- not answered always keeps 0 here, since the pace of its rows would tell the written from the spared.
ALTER TABLE delivery ADD COLUMN moment INTEGER NOT NULL DEFAULT 0;  -- seconds; -1: not sent, no longer wanted
