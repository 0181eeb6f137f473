-- A run's number is what records refer to. `phase` is null until a summary was written.
CREATE TABLE run (
    no          INTEGER PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE,
    procedure   TEXT NOT NULL DEFAULT '',
    service     TEXT NOT NULL DEFAULT '',
    environment TEXT NOT NULL DEFAULT '',
    actor       TEXT NOT NULL DEFAULT '',
    created     INTEGER NOT NULL,
    phase       TEXT,
    ended       INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX run_open ON run (no) WHERE ended = 0;

-- key = run.no * 2^32 + seq: appending is one insert at the end of the run's own range.
CREATE TABLE record (
    key   INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    chain BLOB NOT NULL,
    body  TEXT NOT NULL
);
CREATE VIEW records AS
    SELECT lower(hex(run.id)) AS run, record.key & 4294967295 AS seq, record.at AS at_nanos,
           lower(hex(record.chain)) AS chain, record.body AS body
    FROM record JOIN run ON run.no = record.key >> 32;

CREATE TABLE change_lock (
    service     TEXT NOT NULL,
    environment TEXT NOT NULL,
    run         BLOB NOT NULL,
    since       INTEGER NOT NULL,
    holder      TEXT NOT NULL,
    observing   INTEGER NOT NULL,
    PRIMARY KEY (service, environment)
) WITHOUT ROWID;

-- A purged blob keeps its row: `bytes` null and the instant of purging tell that it was here.
CREATE TABLE blob (
    no     INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    bytes  BLOB,
    purged INTEGER
);

-- Checkpoints over all run heads, themselves chained.
CREATE TABLE checkpoint (
    no    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    chain BLOB NOT NULL,
    heads TEXT NOT NULL
);
