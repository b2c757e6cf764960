-- The index of people in a file: its tables and every query of the search.
-- The file's own table `card` holds the words of each person beside what the file is about.

-- :schema
CREATE TABLE term (id INTEGER PRIMARY KEY, spelling TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE cut (
    cut INTEGER NOT NULL, term INTEGER NOT NULL, PRIMARY KEY (cut, term)
) WITHOUT ROWID;
CREATE TABLE sound (
    code TEXT NOT NULL, term INTEGER NOT NULL, PRIMARY KEY (code, term)
) WITHOUT ROWID;
CREATE TABLE posting (key INTEGER PRIMARY KEY, places BLOB NOT NULL);

-- :indexes
CREATE INDEX term_spelling ON term (spelling);

-- :put_term
INSERT INTO term (id, spelling, text) VALUES (?, ?, ?);

-- :put_cut
INSERT INTO cut (cut, term) VALUES (?, ?);

-- :put_sound
INSERT INTO sound (code, term) VALUES (?, ?);

-- :put_posting
INSERT INTO posting (key, places) VALUES (?, ?);

-- :spelt
SELECT t.id, t.spelling, t.text FROM json_each(?) AS j CROSS JOIN term AS t ON t.spelling = j.value;

-- :begun
SELECT id, spelling, text FROM term WHERE spelling >= ? AND spelling < ? ORDER BY spelling LIMIT ?;

-- :cut
SELECT id, spelling, text FROM term
WHERE id IN (
    SELECT c.term FROM json_each(?) AS j CROSS JOIN cut AS c ON c.cut = j.value
) AND length(spelling) BETWEEN ? AND ?;

-- :sounding
SELECT t.id, t.spelling, t.text FROM sound AS s CROSS JOIN term AS t ON t.id = s.term
WHERE s.code = ?;

-- :postings
SELECT p.key, p.places FROM json_each(?) AS j
CROSS JOIN posting AS p ON p.key BETWEEN j.value * 65536 AND j.value * 65536 + 65535;

-- :people
SELECT rank, words FROM card WHERE rank IN (SELECT value FROM json_each(?));

-- :of_length
SELECT rank, words FROM card WHERE rank IN (SELECT value FROM json_each(?))
AND length(replace(words, '~', '')) = ?;
