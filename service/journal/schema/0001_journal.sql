-- Events that wait to be indexed. seq is given by the writer from counters.last_seq, so that it
-- survives an empty table. queued_us: only for a replayed event, when it was put back.
-- body comes last: what reads the other columns leaves a long body's pages alone.
CREATE TABLE events (
    seq         INTEGER PRIMARY KEY,
    received_us INTEGER NOT NULL,
    queued_us   INTEGER,
    attempts    INTEGER NOT NULL,
    forced      INTEGER NOT NULL,
    body        BLOB NOT NULL
);

-- Events that could not be indexed, under the seq they had in the journal.
CREATE TABLE dead_letters (
    seq         INTEGER PRIMARY KEY,
    received_us INTEGER NOT NULL,
    failed_us   INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    code        TEXT NOT NULL,
    type        TEXT NOT NULL,
    reason      TEXT NOT NULL,
    body        BLOB NOT NULL
);
CREATE INDEX dead_letters_by_code ON dead_letters (code, seq);
CREATE INDEX dead_letters_by_age ON dead_letters (failed_us);

-- What accounting says, committed with the rows it counts: no start ever has to count rows.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('last_seq', 0);

-- The one tenant whose events are kept.
CREATE TABLE tenant (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    name TEXT NOT NULL
);

-- Small integers that background tasks remember.
CREATE TABLE marks (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
