-- The till file: its tables and every query that the till asks. One named part after the other.

-- :schema
CREATE TABLE head (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE card (rank INTEGER PRIMARY KEY, doc BLOB NOT NULL, words TEXT NOT NULL);
CREATE TABLE exact (
    key BLOB NOT NULL, rank INTEGER NOT NULL, greets INTEGER NOT NULL, PRIMARY KEY (key, rank)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE look USING fts5(
    words, content='', detail=none, prefix='2 3 4 5 6 7 8', tokenize='ascii'
);
CREATE TABLE near (
    cut TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (cut, word)
) WITHOUT ROWID;
CREATE TABLE sound (
    code TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (code, word)
) WITHOUT ROWID;

-- :put_head
INSERT INTO head (name, value) VALUES (?, ?);

-- :put_card
INSERT INTO card (rank, doc, words) VALUES (?, ?, ?);

-- :put_look
INSERT INTO look (rowid, words) VALUES (?, ?);

-- :put_exact
INSERT OR REPLACE INTO exact (key, rank, greets) VALUES (?, ?, ?);

-- :put_near
INSERT OR IGNORE INTO near (cut, word) VALUES (?, ?);

-- :put_sound
INSERT OR IGNORE INTO sound (code, word) VALUES (?, ?);

-- :finish
INSERT INTO look (look) VALUES ('optimize');

-- :head
SELECT name, value FROM head;

-- :exact
SELECT e.rank, e.greets, c.doc, c.words FROM exact AS e JOIN card AS c ON c.rank = e.rank
WHERE e.key = ? ORDER BY e.rank;

-- :look
SELECT c.rank, 0, c.doc, c.words FROM look JOIN card AS c ON c.rank = look.rowid
WHERE look MATCH ? ORDER BY look.rowid LIMIT ?;

-- :near
SELECT DISTINCT word FROM near WHERE cut = ?;

-- :sound
SELECT word FROM sound WHERE code = ? ORDER BY word;
