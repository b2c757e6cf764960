-- What each customer brought and cost within 365 days: one row for everybody in `standing`.
--
-- Over goods and baskets (goods.sql), the facts deliveries and interactions, asked, and
--   standing   customer_id, currency, abc: the customer's currency and ABC class.
--
-- The dialect is DuckDB's alone; // leaves out what is behind the point. Money is minor units of the currency
-- without tax; what was paid in another currency is not in it, its pieces and parcels are counted.
WITH
span AS (SELECT as_of - 364 AS first, as_of FROM asked),

-- A discount as told is with tax where the line is: it is brought to net by the line's own share.
counted AS (
    SELECT
        g.customer_id, g.piece, g.currency = s.currency AS told,
        ABS(g.net) AS size,
        CASE WHEN g.returned THEN -g.net ELSE g.net END AS net,
        CASE WHEN g.returned THEN -g.cost ELSE g.cost END AS cost,
        CASE
            WHEN g.returned THEN 0
            WHEN g.gross = 0 THEN g.discount
            ELSE (2 * g.discount * ABS(g.net) + ABS(g.gross)) // (2 * ABS(g.gross))
        END AS discount
    FROM goods AS g
    JOIN standing AS s ON s.customer_id = g.customer_id
    CROSS JOIN span AS p
    WHERE g.day BETWEEN p.first AND p.as_of
),

bought AS (
    SELECT
        customer_id,
        SUM(CASE WHEN told THEN net ELSE 0 END) AS net,
        SUM(CASE WHEN told THEN size ELSE 0 END) AS size,
        SUM(CASE WHEN told AND cost IS NOT NULL THEN net ELSE 0 END) AS costed_net,
        SUM(CASE WHEN told AND cost IS NOT NULL THEN size ELSE 0 END) AS costed_size,
        SUM(CASE WHEN told THEN COALESCE(cost, 0) ELSE 0 END) AS cost,
        SUM(CASE WHEN told THEN ABS(COALESCE(cost, 0)) ELSE 0 END) AS cost_size,
        SUM(CASE WHEN told THEN discount ELSE 0 END) AS discount,
        SUM(CASE WHEN piece < 0 THEN 1 ELSE 0 END) AS returned_lines
    FROM counted
    GROUP BY customer_id
),

-- A parcel counts on the day of its order.
parcels AS (
    SELECT d.customer_id, COUNT(*) AS deliveries
    FROM deliveries AS d
    JOIN (SELECT record_id, MIN(day) AS day FROM baskets GROUP BY record_id) AS b
        ON b.record_id = d.order_record_id
    CROSS JOIN span AS p
    WHERE d.method = 'ship' AND b.day BETWEEN p.first AND p.as_of
    GROUP BY d.customer_id
),

talks AS (
    SELECT i.customer_id, COUNT(*) AS contacts
    FROM interactions AS i CROSS JOIN span AS p
    WHERE i.direction = 'in' AND i.day BETWEEN p.first AND p.as_of
        AND i.kind IN ('complaint', 'enquiry', 'call', 'missed_call', 'call_back')
    GROUP BY i.customer_id
)

SELECT
    s.customer_id, s.currency, s.abc,
    COALESCE(b.net, 0)::BIGINT AS net,
    COALESCE(b.size, 0)::BIGINT AS size,
    COALESCE(b.costed_net, 0)::BIGINT AS costed_net,
    COALESCE(b.costed_size, 0)::BIGINT AS costed_size,
    COALESCE(b.cost, 0)::BIGINT AS cost,
    COALESCE(b.cost_size, 0)::BIGINT AS cost_size,
    COALESCE(b.discount, 0)::BIGINT AS discount,
    COALESCE(b.returned_lines, 0)::BIGINT AS returned_lines,
    COALESCE(d.deliveries, 0)::BIGINT AS deliveries,
    COALESCE(t.contacts, 0)::BIGINT AS contacts
FROM standing AS s
LEFT JOIN bought AS b ON b.customer_id = s.customer_id
LEFT JOIN parcels AS d ON d.customer_id = s.customer_id
LEFT JOIN talks AS t ON t.customer_id = s.customer_id
ORDER BY s.customer_id
