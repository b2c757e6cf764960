-- The till file: its own tables and what the till asks of them. One named part after the other.
-- Names are found through the index of people beside them (identity/search/people.sql).

-- :schema
CREATE TABLE head (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE card (rank INTEGER PRIMARY KEY, doc BLOB NOT NULL, words TEXT NOT NULL);
CREATE TABLE exact (
    key BLOB NOT NULL, rank INTEGER NOT NULL, greets INTEGER NOT NULL, PRIMARY KEY (key, rank)
) WITHOUT ROWID;

-- :put_head
INSERT INTO head (name, value) VALUES (?, ?);

-- :put_card
INSERT INTO card (rank, doc, words) VALUES (?, ?, ?);

-- :put_exact
INSERT OR REPLACE INTO exact (key, rank, greets) VALUES (?, ?, ?);

-- :head
SELECT name, value FROM head;

-- :exact
SELECT e.rank, e.greets, c.doc, c.words FROM exact AS e JOIN card AS c ON c.rank = e.rank
WHERE e.key = ? ORDER BY e.rank;

-- :cards
SELECT c.rank, 0, c.doc, c.words FROM json_each(?) AS j CROSS JOIN card AS c ON c.rank = j.value;
