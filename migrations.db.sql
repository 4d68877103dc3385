-- migrations.db: everything that one run knows, in one SQLite file. This is the whole schema, format 1.
--
-- `event` is the truth. `run`, `step` and `gate` are read from it as it grows, in the same transaction, so that `status` and a
-- person with the sqlite3 shell need not fold events; they are never read back to decide anything, except that `run` says where
-- the events end. The rest is beside the history: what was called, what buckets hold, who holds the lease, what people ask for.
--
-- The file is in WAL mode. Times are RFC 3339 text in UTC, as jiff writes them. Whole numbers that may exceed 63 bits are text.
-- The text of each CREATE is compared, without comments and white space, with what a file holds when it is opened: a file
-- whose triggers or checks were taken away is not trusted. A change to any of them is a new format.

-- "clve": tells this file from any other SQLite file, in its first hundred bytes.
PRAGMA application_id = 0x636C7665;

-- The format. A program that finds a higher one than it knows opens the file for reading only.
PRAGMA user_version = 1;

-- What the file itself is: `format` (as above), and, once stamped, `created_at`, `host`, `world` (live, rehearsal, endpoint).
-- Never exported: it differs between two machines that ran the same seed.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY CHECK (name IN ('format', 'created_at', 'host', 'world')),
    value TEXT NOT NULL CHECK (name <> 'world' OR value IN ('live', 'rehearsal', 'endpoint'))
) STRICT, WITHOUT ROWID;

-- A file says once what it is: a rehearsal's journal cannot be made to look live.
CREATE TRIGGER meta_update BEFORE UPDATE ON meta BEGIN
    SELECT RAISE(ABORT, 'meta is written once');
END;
CREATE TRIGGER meta_delete BEFORE DELETE ON meta BEGIN
    SELECT RAISE(ABORT, 'meta is written once');
END;

-- The one run of this file: where its events end, and its three axes (lifecycle, direction, verdict), each in a column of its own.
-- The row exists from the start, with no event yet; what comes from `run_started` is null until then.
CREATE TABLE run (
    only       INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    -- The number of the last event, and its hash: what `event` must end with.
    last_seq   INTEGER NOT NULL CHECK (last_seq >= 0),
    last_hash  TEXT    NOT NULL CHECK (length(last_hash) = 64),
    updated_at TEXT,
    id         TEXT,
    migration  TEXT,
    world      TEXT CHECK (world IN ('live', 'rehearsal', 'endpoint')),
    -- An unsigned 64-bit number in decimal.
    seed       TEXT,
    -- The plan's digest: what approvals name.
    digest     TEXT CHECK (length(digest) = 64),
    started_at TEXT,
    lifecycle  TEXT NOT NULL CHECK (lifecycle IN ('new', 'active', 'paused', 'ended')),
    direction  TEXT NOT NULL CHECK (direction IN ('do', 'undo')),
    verdict    TEXT CHECK (verdict IN ('completed', 'unwound')),
    CHECK ((verdict IS NOT NULL) = (lifecycle = 'ended'))
) STRICT;

-- The end of the history only moves forward, and is never forgotten.
CREATE TRIGGER run_goes_back BEFORE UPDATE OF last_seq ON run WHEN NEW.last_seq < OLD.last_seq BEGIN
    SELECT RAISE(ABORT, 'the run does not go back');
END;
CREATE TRIGGER run_delete BEFORE DELETE ON run BEGIN
    SELECT RAISE(ABORT, 'the run is kept');
END;

-- What happened, in order. Append-only: see the three triggers.
CREATE TABLE event (
    seq  INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
    at   TEXT    NOT NULL,
    kind TEXT    NOT NULL CHECK (kind <> ''),
    -- The event as JSON, exactly these bytes: the hash is over them.
    body TEXT    NOT NULL CHECK (json_valid(body)),
    -- SHA-256, in hexadecimal, of the lines: hash of the event before (64 zeros before the first), seq, at, kind, body.
    hash TEXT    NOT NULL UNIQUE CHECK (length(hash) = 64)
) STRICT;

CREATE TRIGGER event_update BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;
CREATE TRIGGER event_delete BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'events are never deleted');
END;
-- Each event takes the place right behind the last. Also stops INSERT OR REPLACE, which deletes without asking `event_delete`.
CREATE TRIGGER event_gap BEFORE INSERT ON event WHEN NEW.seq <> (SELECT last_seq + 1 FROM run) BEGIN
    SELECT RAISE(ABORT, 'events have no gaps');
END;

-- The folded state of the run as it stood after one event, for whoever only looks: `status` reads it and folds what came after. Written
-- every few thousand events, in the same transaction; only the last is kept. Nothing is decided from it. The next one is made from it and
-- from what came after, so whoever takes the lease makes it anew from the first event on. One that is missing, that another release
-- wrote, or that does not fit its event is as good as none.
CREATE TABLE snapshot (
    only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    -- The event, and its hash.
    seq    INTEGER NOT NULL CHECK (seq > 0),
    hash   TEXT    NOT NULL CHECK (length(hash) = 64),
    -- The release that wrote it, and the form that this release gives a state.
    writer TEXT    NOT NULL,
    state  TEXT    NOT NULL,
    -- SHA-256, in hexadecimal, of the lines: hash, seq, writer, state.
    digest TEXT    NOT NULL CHECK (length(digest) = 64)
) STRICT;

-- Where each step stands, read from the events.
CREATE TABLE step (
    id          TEXT    NOT NULL PRIMARY KEY,
    status      TEXT    NOT NULL CHECK (status IN ('planned', 'underway', 'not_done', 'unknown', 'verifying', 'done', 'stopped',
                                                   'skipped', 'undoing', 'undone')),
    -- The latest try; 0 before the first.
    attempt     INTEGER NOT NULL CHECK (attempt >= 0),
    -- The event that it was last read from.
    updated_seq INTEGER NOT NULL CHECK (updated_seq > 0),
    updated_at  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Where each gate stands, read from the events.
CREATE TABLE gate (
    name        TEXT    NOT NULL PRIMARY KEY,
    status      TEXT    NOT NULL CHECK (status IN ('planned', 'asked', 'approved', 'voided')),
    -- What the person was shown.
    evidence    TEXT,
    -- Who agreed, while the approval holds.
    approved_by TEXT,
    updated_seq INTEGER NOT NULL CHECK (updated_seq > 0),
    updated_at  TEXT    NOT NULL,
    CHECK ((approved_by IS NOT NULL) = (status = 'approved'))
) STRICT, WITHOUT ROWID;

-- Every AWS call, whoever made it and however it ended. Append-only, like `event`.
CREATE TABLE call (
    id         INTEGER NOT NULL PRIMARY KEY,
    at         TEXT    NOT NULL,
    -- Whose credentials signed it; null for the operator's own.
    account    TEXT CHECK (length(account) = 12),
    service    TEXT    NOT NULL,
    operation  TEXT    NOT NULL,
    mutating   INTEGER NOT NULL CHECK (mutating IN (0, 1)),
    -- `ok`, an error code, or our own word in brackets where no answer came.
    outcome    TEXT    NOT NULL CHECK (outcome <> ''),
    -- AWS's request id, for a support case.
    request_id TEXT,
    millis     INTEGER NOT NULL CHECK (millis >= 0)
) STRICT;

CREATE TRIGGER call_update BEFORE UPDATE ON call BEGIN
    SELECT RAISE(ABORT, 'calls are never changed');
END;
CREATE TRIGGER call_delete BEFORE DELETE ON call BEGIN
    SELECT RAISE(ABORT, 'calls are never deleted');
END;
-- INSERT OR REPLACE deletes without asking `call_delete`.
CREATE TRIGGER call_replace BEFORE INSERT ON call WHEN EXISTS (SELECT 1 FROM call WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'calls are never changed');
END;

-- Who ran it last, for people to read. That someone runs it *now* is told by the operating-system lock on the file beside this one
-- (its name with `.lock` behind): the kernel frees that at the holder's death, which no row can do.
CREATE TABLE lease (
    only   INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    host   TEXT    NOT NULL,
    pid    INTEGER NOT NULL CHECK (pid >= 0),
    "user" TEXT    NOT NULL,
    since  TEXT    NOT NULL
) STRICT;

-- Which file the run is carried on in: the last row. Written when a process first takes the lease, and by `cleave journal adopt`. A file that
-- is not that one is a copy, which can be read and not run: two runs of one plan would each take the other's half-made things for its own.
CREATE TABLE home (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
    host   TEXT    NOT NULL,
    -- Where it lay, for people: a file may be moved.
    path   TEXT    NOT NULL,
    -- What a copy cannot have, too: the number of the file in its file system (in decimal), and when it was made; null where that is not kept.
    inode  TEXT    NOT NULL,
    born   TEXT,
    since  TEXT    NOT NULL,
    "user" TEXT    NOT NULL,
    -- Why it was moved; null for the first.
    reason TEXT,
    CHECK ((id = 1) = (reason IS NULL))
) STRICT;

CREATE TRIGGER home_update BEFORE UPDATE ON home BEGIN
    SELECT RAISE(ABORT, 'homes are never changed');
END;
CREATE TRIGGER home_delete BEFORE DELETE ON home BEGIN
    SELECT RAISE(ABORT, 'homes are never deleted');
END;
-- INSERT OR REPLACE deletes without asking `home_delete`.
CREATE TRIGGER home_replace BEFORE INSERT ON home WHEN EXISTS (SELECT 1 FROM home WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'homes are never changed');
END;

-- What people ask for from other terminals on this host. The running process turns each into an event, in the same transaction
-- that marks it taken. Items are kept: they say who asked for what.
CREATE TABLE inbox (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind      TEXT    NOT NULL CHECK (kind IN ('acknowledge', 'approve', 'extend_window', 'pause', 'resume', 'skip', 'retry', 'undo')),
    body      TEXT    NOT NULL CHECK (json_valid(body)),
    -- Where the history stood when it was taken; null: unread.
    taken_seq INTEGER CHECK (taken_seq >= 0)
) STRICT;

-- "What is unread, in order?": asked after every step, of an inbox that keeps all it ever held.
CREATE INDEX inbox_unread ON inbox (id) WHERE taken_seq IS NULL;

CREATE TRIGGER inbox_delete BEFORE DELETE ON inbox BEGIN
    SELECT RAISE(ABORT, 'the inbox keeps what it held');
END;

-- How far the listing of a bucket has come. A bucket is listed in parts, each a range of keys with a cursor of its own.
CREATE TABLE listing (
    step     TEXT    NOT NULL,
    bucket   TEXT    NOT NULL,
    part     INTEGER NOT NULL CHECK (part >= 0),
    -- The range: behind this key, up to and with that one. Null: from the start, to the end.
    after    TEXT,
    until    TEXT,
    -- Where S3 is to go on; null: at the start of the range, or done.
    cursor   TEXT CHECK (cursor IS NULL OR json_valid(cursor)),
    versions INTEGER NOT NULL CHECK (versions >= 0),
    bytes    INTEGER NOT NULL CHECK (bytes >= 0),
    done     INTEGER NOT NULL CHECK (done IN (0, 1)),
    PRIMARY KEY (step, bucket, part)
) STRICT, WITHOUT ROWID;

-- The manifests that were written for S3 Batch Operations: one for each wave of a bucket's copy, as an object in S3.
CREATE TABLE manifest (
    step       TEXT    NOT NULL,
    wave       INTEGER NOT NULL CHECK (wave >= 0),
    bucket     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    -- Named in CreateJob, so that S3 refuses a manifest that is not the one that was written.
    etag       TEXT    NOT NULL,
    version_id TEXT,
    rows       INTEGER NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (step, wave)
) STRICT, WITHOUT ROWID;

-- The S3 Batch Operations jobs that carry the waves out, as last seen. `Complete` says nothing about failed tasks: see the counts.
CREATE TABLE copy_job (
    step      TEXT    NOT NULL,
    wave      INTEGER NOT NULL CHECK (wave >= 0),
    job       TEXT    NOT NULL UNIQUE,
    status    TEXT    NOT NULL,
    total     INTEGER NOT NULL CHECK (total >= 0),
    succeeded INTEGER NOT NULL CHECK (succeeded >= 0),
    failed    INTEGER NOT NULL CHECK (failed >= 0),
    PRIMARY KEY (step, wave)
) STRICT, WITHOUT ROWID;

-- What steps took: estimates learn from it.
CREATE TABLE duration_sample (
    id      INTEGER NOT NULL PRIMARY KEY,
    at      TEXT    NOT NULL,
    -- The action, such as `database.copy_snapshot`.
    action  TEXT    NOT NULL,
    -- How much there was to do, in the action's own measure (bytes, versions); null where that means nothing.
    size    INTEGER CHECK (size >= 0),
    seconds INTEGER NOT NULL CHECK (seconds >= 0)
) STRICT;

-- "What did this action take before?": asked once per step when a plan is made.
CREATE INDEX duration_sample_action ON duration_sample (action, id);

INSERT INTO meta (name, value) VALUES ('format', '1');
INSERT INTO run (only, last_seq, last_hash, lifecycle, direction)
    VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 'new', 'do');
