-- A running wave that takes over another wording of its instrument keeps what people read before, for whoever has to
-- tell what was answered to which words.
CREATE TABLE wave_file_before (
  wave     BLOB NOT NULL REFERENCES wave (id),
  number   INTEGER NOT NULL CHECK (number > 0),  -- 1 for the text with which the wave began
  until    TEXT NOT NULL,                        -- the day on which it was replaced
  language TEXT NOT NULL,                        -- as in wave_file
  text     TEXT NOT NULL,
  PRIMARY KEY (wave, number, language)
) STRICT, WITHOUT ROWID;
