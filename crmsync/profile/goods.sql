-- What counts: the receipts, lines and baskets that any habit is worked out of.
--
-- A list of common table expressions; `crmsync.profile.compute.query` puts it in front of
-- habits.sql and replenish.sql, and a plugin's habits read the same ones. The relations hold
-- everything about the customers asked for and nothing about others, so one customer or all of
-- them give the same rows:
--   asked         as_of
--   orders        customer_id, record_id, part, ref, connection, kind, status, channel, store,
--                 placed_at, day, hour, weekday, currency, counts
--   lines         record_id, part, sku, title, category, brand, size, quantity, gross, net,
--                 discount, returned, gift_card, cost
--   products      connection, sku, ref, name, category, brand, size, cost, currency
--   denied        category: what must enter no habit
--   deliveries    customer_id, order_record_id, method, promised_on, shipped_on, delivered_on,
--                 evidence
--   interactions  customer_id, kind, status, channel, direction, day, due_on, resolved_on
--
-- Days are day numbers (1970-01-01 is 0), local to the shop; money is integer minor units;
-- quantities are thousandths; shares are integers per thousand, rounded down. '' means unknown,
-- null means "no habit".
--
-- The dialect is DuckDB's, in the subset that other engines share: no MODE, no LIST, no date
-- functions, every ROW_NUMBER with a full tie-break, money never summed as floats, and nothing
-- that rests on how an engine divides integers or compares with null. ORDER BY ROW(a, b) is ORDER
-- BY a, b: where only the first place is wanted, DuckDB sorts nothing for it (three times as fast).

-- Tests, drafts, cancelled orders and staff purchases do not count, nor does what lies ahead.
receipts AS (
    SELECT o.*
    FROM orders AS o CROSS JOIN asked AS a
    WHERE o.counts AND o.day <= a.as_of
),

-- One product for a connection's sku, whatever the number of records that tell it.
wares AS (
    SELECT connection, sku, name, category, brand, size, cost, currency
    FROM (
        SELECT p.*, ROW_NUMBER() OVER (PARTITION BY connection, sku ORDER BY ref) AS place
        FROM products AS p
    ) AS told
    WHERE place = 1
),

-- The lines that may enter a habit. What a line leaves open is looked up in its product. A gift
-- card is money in another form: what is bought with it counts, not the card. A deduction (a line
-- below zero) is money, but no piece. A denied category denies the line, told by the line or by
-- the product. What a line cost is in thousandths of a minor unit, so that a quantity in
-- thousandths needs no division; null where nobody told it, or in another currency.
goods AS (
    SELECT
        r.customer_id, r.record_id, r.part, r.day, r.currency,
        l.returned OR r.kind = 'return' AS returned,
        CASE WHEN l.returned OR r.kind = 'return' THEN -l.gross ELSE l.gross END AS worth,
        CASE
            WHEN l.gross < 0 THEN 0
            WHEN l.returned OR r.kind = 'return' THEN -1
            ELSE 1
        END AS piece,
        l.quantity, l.gross, l.net, l.discount,
        CASE
            WHEN l.gross < 0 THEN 0
            WHEN l.cost IS NOT NULL THEN l.cost * 1000
            WHEN w.currency = r.currency THEN w.cost * l.quantity
        END AS cost,
        CASE WHEN l.sku <> '' THEN l.sku ELSE l.title END AS product,
        CASE WHEN l.title <> '' THEN l.title ELSE COALESCE(w.name, '') END AS title,
        CASE WHEN l.category <> '' THEN l.category ELSE COALESCE(w.category, '') END AS category,
        CASE WHEN l.brand <> '' THEN l.brand ELSE COALESCE(w.brand, '') END AS brand,
        CASE WHEN l.size <> '' THEN l.size ELSE COALESCE(w.size, '') END AS size
    FROM lines AS l
    JOIN receipts AS r ON r.record_id = l.record_id AND r.part = l.part
    LEFT JOIN wares AS w ON w.connection = r.connection AND w.sku = l.sku
    LEFT JOIN denied AS d ON d.category = l.category
    LEFT JOIN denied AS e ON e.category = w.category
    WHERE NOT l.gift_card AND d.category IS NULL AND e.category IS NULL
),

-- One row a receipt. It is an order when at least one piece was kept.
baskets AS (
    SELECT
        r.customer_id, r.record_id, r.part, r.day, r.hour, r.weekday, r.store, r.channel,
        r.placed_at, r.ref, r.currency, b.kept_lines, b.returned_lines, b.gross, b.net,
        b.discount, b.refund_gross, b.refund_net
    FROM (
        SELECT
            record_id, part,
            SUM(CASE WHEN piece > 0 THEN 1 ELSE 0 END) AS kept_lines,
            SUM(CASE WHEN piece < 0 THEN 1 ELSE 0 END) AS returned_lines,
            SUM(CASE WHEN returned THEN 0 ELSE gross END) AS gross,
            SUM(CASE WHEN returned THEN 0 ELSE net END) AS net,
            SUM(CASE WHEN returned THEN 0 ELSE discount END) AS discount,
            SUM(CASE WHEN returned THEN gross ELSE 0 END) AS refund_gross,
            SUM(CASE WHEN returned THEN net ELSE 0 END) AS refund_net
        FROM goods
        GROUP BY record_id, part
    ) AS b
    JOIN receipts AS r ON r.record_id = b.record_id AND r.part = b.part
),

-- The currency of most orders. Money is told in it; what was paid in another currency counts as
-- visit and as piece, and its orders are counted apart.
purse AS (
    SELECT customer_id, currency
    FROM (
        SELECT
            customer_id, currency,
            ROW_NUMBER() OVER (
                PARTITION BY customer_id ORDER BY ROW(-orders, currency)
            ) AS place
        FROM (
            SELECT
                customer_id, currency,
                SUM(CASE WHEN kept_lines > 0 THEN 1 ELSE 0 END) AS orders
            FROM baskets
            GROUP BY customer_id, currency
        ) AS counted
    ) AS ranked
    WHERE place = 1
)
