-- Circumstances of every receipt, and the cases among them: what patterns.py counts.
--
-- Statements of DuckDB. They read goods, baskets and receipts (goods.sql), the relations of
-- store/causes.py (came, said, shops) and
--   spell   since, as_of   the first and the last day looked at, both included
--
-- A unit is a receipt with a kept piece whose goods came, or were taken along, within the spell.

-- Deliveries with the day on which they came; where only the dispatch is known, that day; of an
-- open order that should have come, the first day too late.
CREATE TEMP TABLE arrived AS
SELECT
    c.customer_id, c.order_record_id AS record_id, c.ref, c.carrier, c.route, c.promised_on,
    CASE
        WHEN c.delivered_on IS NOT NULL THEN c.delivered_on
        WHEN c.evidence = 'ship_date_only' THEN c.shipped_on
        WHEN c.status = 'open' AND c.promised_on < s.as_of THEN c.promised_on + 1
    END AS day
FROM came AS c
CROSS JOIN spell AS s
WHERE c.method <> 'pickup';

CREATE TEMP TABLE units AS
SELECT
    b.customer_id, b.record_id, b.part, b.ref, b.store, r.connection,
    COALESCE(d.day, b.day) AS day,
    d.judged
FROM baskets AS b
JOIN receipts AS r ON r.record_id = b.record_id AND r.part = b.part AND r.kind = 'sale'
LEFT JOIN (
    SELECT
        record_id, MAX(day) AS day,
        COALESCE(MAX(CASE WHEN promised_on IS NOT NULL AND day IS NOT NULL THEN 1 END), 0) AS judged
    FROM arrived
    GROUP BY record_id
) AS d ON d.record_id = b.record_id
CROSS JOIN spell AS s
WHERE b.kept_lines > 0 AND COALESCE(d.day, b.day) BETWEEN s.since AND s.as_of;

-- Under which circumstances: '' is unknown and no circumstance.
CREATE TEMP TABLE circumstance AS
SELECT DISTINCT record_id, part, what, value
FROM (
    SELECT
        u.record_id, u.part, 'product' AS what,
        CASE WHEN g.title <> '' THEN g.title ELSE g.product END AS value
    FROM units AS u
    JOIN goods AS g ON g.record_id = u.record_id AND g.part = u.part AND g.piece > 0
    UNION ALL
    SELECT u.record_id, u.part, 'category' AS what, g.category AS value
    FROM units AS u
    JOIN goods AS g ON g.record_id = u.record_id AND g.part = u.part AND g.piece > 0
    UNION ALL
    SELECT  -- the uppermost level of "Frische > Molkerei"
        u.record_id, u.part, 'category' AS what,
        trim(regexp_extract(g.category, '^[^>/|\\]+')) AS value
    FROM units AS u
    JOIN goods AS g ON g.record_id = u.record_id AND g.part = u.part AND g.piece > 0
    UNION ALL
    SELECT record_id, part, 'store' AS what, store AS value FROM units
    UNION ALL
    SELECT
        record_id, part, 'weekday' AS what, CAST((day + 3) % 7 + 1 AS VARCHAR) AS value
    FROM units
    UNION ALL
    SELECT u.record_id, u.part, 'carrier' AS what, a.carrier AS value
    FROM units AS u JOIN arrived AS a ON a.record_id = u.record_id
    UNION ALL
    SELECT u.record_id, u.part, 'route' AS what, a.route AS value
    FROM units AS u JOIN arrived AS a ON a.record_id = u.record_id
    UNION ALL
    SELECT u.record_id, u.part, 'route' AS what, s.route AS value
    FROM units AS u JOIN shops AS s ON s.connection = u.connection AND s.store = u.store
) AS told
WHERE value <> '';

-- One cause is often the meeting of two: chilled goods, and the lorry of one route.
INSERT INTO circumstance
SELECT a.record_id, a.part, a.what || ', ' || b.what, a.value || chr(31) || b.value
FROM circumstance AS a
JOIN circumstance AS b ON b.record_id = a.record_id AND b.part = a.part
WHERE (a.what, b.what) IN (
    ('category', 'store'), ('category', 'carrier'), ('category', 'route'),
    ('category', 'weekday'), ('carrier', 'weekday'), ('route', 'weekday')
);

-- Complaints with a reason belong to the order they name, else to what the customer got last
-- within the 30 days before.
CREATE TEMP TABLE complaint AS
SELECT customer_id, record_id, part, ref, reason, day
FROM (
    SELECT
        i.customer_id, u.record_id, u.part, i.ref, i.reason, i.day,
        ROW_NUMBER() OVER (
            PARTITION BY i.ref ORDER BY u.ref = i.order_ref DESC, u.day DESC, u.ref DESC, u.part
        ) AS place
    FROM said AS i
    CROSS JOIN spell AS s
    JOIN units AS u ON u.customer_id = i.customer_id AND (
        u.ref = i.order_ref OR (i.order_ref = '' AND u.day BETWEEN i.day - 30 AND i.day)
    )
    WHERE i.kind IN ('complaint', 'return') AND i.reason <> ''
        AND i.day BETWEEN s.since AND s.as_of
) AS ranked
WHERE place = 1;

-- The reason 'late' needs nobody who complains: the delivery came after the promised day.
CREATE TEMP TABLE happened AS
SELECT 'complaint' AS question, reason, customer_id, record_id, part, ref, day FROM complaint
UNION ALL
SELECT 'late', '', a.customer_id, u.record_id, u.part, MIN(a.ref), MIN(a.day)
FROM arrived AS a
JOIN units AS u ON u.record_id = a.record_id
WHERE a.day > a.promised_on
GROUP BY a.customer_id, u.record_id, u.part;
