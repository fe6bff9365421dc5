"""Every SQL statement that runs on an open journal, with what it is for."""

# --- appending and counting ---

INSERT_EVENT = """
INSERT INTO events (seq, received_us, attempts, forced, body) VALUES (?, ?, 0, 0, ?)
"""

SET_COUNTER = """
INSERT INTO counters (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

SET_TENANT = """
INSERT INTO tenant (only, name) VALUES (1, ?)
ON CONFLICT (only) DO UPDATE SET name = excluded.name
"""

SET_MARK = """
INSERT INTO marks (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

GET_COUNTERS = "SELECT name, value FROM counters"

GET_TENANT = "SELECT name FROM tenant"

GET_MARK = "SELECT value FROM marks WHERE name = ?"

# Since when the first in line waits.
OLDEST_EVENT = "SELECT seq, coalesce(queued_us, received_us) FROM events ORDER BY seq LIMIT 1"

# --- claiming and settling ---

CLAIM = """
SELECT seq, received_us, body, attempts, forced FROM events WHERE seq > ? ORDER BY seq LIMIT ?
"""

# How many of a run of seqs are there, and their bytes. length() of a blob doesn't read it.
WEIGH_RUN = "SELECT count(*), total(length(body)) FROM events WHERE seq BETWEEN ? AND ?"

# Which of a run are there; asked only when some are missing.
SEQS_OF_RUN = "SELECT seq FROM events WHERE seq BETWEEN ? AND ?"

DELETE_RUN = "DELETE FROM events WHERE seq BETWEEN ? AND ?"

# --- dead letters ---

EVENT_TO_BURY = "SELECT received_us, body FROM events WHERE seq = ?"

INSERT_DEAD_LETTER = """
INSERT INTO dead_letters (seq, received_us, failed_us, attempts, code, type, reason, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

REPLAY_DEAD_LETTER = """
INSERT INTO events (seq, received_us, queued_us, attempts, forced, body)
SELECT ?, received_us, ?, attempts, ?, body FROM dead_letters WHERE seq = ?
"""

DEAD_LETTER_SIZE = "SELECT length(body) FROM dead_letters WHERE seq = ?"

DELETE_DEAD_LETTER = "DELETE FROM dead_letters WHERE seq = ?"

EXPIRED_DEAD_LETTERS = """
SELECT seq, code FROM dead_letters WHERE failed_us < ? ORDER BY failed_us LIMIT ? OFFSET ?
"""

DEAD_LETTERS = """
SELECT seq, received_us, failed_us, code, reason, attempts, type, length(body)
FROM dead_letters WHERE seq > ? ORDER BY seq LIMIT ?
"""

DEAD_LETTERS_OF_CODE = """
SELECT seq, received_us, failed_us, code, reason, attempts, type, length(body)
FROM dead_letters WHERE code = ? AND seq > ? ORDER BY seq LIMIT ?
"""

DEAD_LETTER = """
SELECT seq, received_us, failed_us, code, reason, attempts, type, length(body), body
FROM dead_letters WHERE seq = ?
"""

LAST_DEAD_LETTER_OF_CODE = "SELECT max(seq) FROM dead_letters WHERE code = ?"

DEAD_LETTER_CODES = "SELECT code, count(*) FROM dead_letters GROUP BY code ORDER BY code"

# --- checks at opening: each looks at the ends of a tree only ---

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"

LAST_EVENT = "SELECT max(seq) FROM events"

LAST_DEAD_LETTER = "SELECT max(seq) FROM dead_letters"

# Where a stretch of seqs is now.
EVENTS_BETWEEN = "SELECT count(*) FROM events WHERE seq BETWEEN ? AND ?"

DEAD_LETTERS_BETWEEN = """
SELECT code, count(*) FROM dead_letters WHERE seq BETWEEN ? AND ? GROUP BY code
"""
