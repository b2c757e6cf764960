-- What the report counts of some customers; no customer is counted twice, so portions add up.
--
-- Statements of DuckDB, each under its name, over baskets and purse (goods.sql) and
--   span   today, month_first (of the first month shown), year_first, last_year_first,
--          last_year_today, as day numbers.

-- name: months
SELECT strftime(DATE '1970-01-01' + CAST(b.day AS INTEGER), '%Y-%m') AS month,
    SUM(CASE WHEN b.kept_lines > 0 THEN 1 ELSE 0 END) AS orders,
    SUM(CASE WHEN b.currency = p.currency THEN b.net - b.refund_net ELSE 0 END) AS net,
    p.currency
FROM baskets AS b
JOIN purse AS p ON p.customer_id = b.customer_id
CROSS JOIN span AS s
WHERE b.day >= s.month_first
GROUP BY ALL;

-- name: moments
SELECT b.weekday, b.hour, COUNT(*)
FROM baskets AS b CROSS JOIN span AS s
WHERE b.kept_lines > 0 AND b.day >= s.month_first
GROUP BY ALL;

-- name: cohorts
SELECT
    strftime(DATE '1970-01-01' + CAST(f.day AS INTEGER), '%Y-%m') AS began,
    datediff('month', DATE '1970-01-01' + CAST(f.day AS INTEGER),
        DATE '1970-01-01' + CAST(b.day AS INTEGER)) AS months,
    COUNT(DISTINCT b.customer_id)
FROM baskets AS b
JOIN (
    SELECT customer_id, MIN(day) AS day FROM baskets WHERE kept_lines > 0 GROUP BY customer_id
) AS f ON f.customer_id = b.customer_id
CROSS JOIN span AS s
WHERE b.kept_lines > 0 AND f.day >= s.month_first
GROUP BY ALL;

-- name: years
SELECT b.customer_id,
    SUM(CASE WHEN b.day >= s.year_first THEN b.net - b.refund_net ELSE 0 END) AS now,
    SUM(CASE WHEN b.day < s.year_first AND b.day <= s.last_year_today
        THEN b.net - b.refund_net ELSE 0 END) AS before_until,
    SUM(CASE WHEN b.day < s.year_first THEN b.net - b.refund_net ELSE 0 END) AS before
FROM baskets AS b
JOIN purse AS p ON p.customer_id = b.customer_id AND p.currency = b.currency
CROSS JOIN span AS s
WHERE b.day >= s.last_year_first
GROUP BY ALL;
