-- Both sides of every customer beside the others of his currency and class.
--
-- Over all customers of a controller at once:
--   sides     what sides.sql gives, with privileges: how many each customer has now
--   terms     margin (per cent, of goods whose cost nobody told; null: not assumed), currency,
--             return_cost, contact_cost, delivery_cost (minor units of that currency)
--
-- Costs are told in thousandths of a minor unit; // leaves out what is behind the point.
WITH
priced AS (
    SELECT
        s.*,
        CASE WHEN s.size = 0 THEN 1000 ELSE s.costed_size * 1000 // s.size END AS costed,
        s.costed_net - s.cost // 1000 AS known_margin,
        s.net - s.costed_net AS rest,
        CASE
            WHEN s.currency = t.currency THEN s.returned_lines * t.return_cost
                + s.contacts * t.contact_cost + s.deliveries * t.delivery_cost
            ELSE 0
        END AS handling,
        t.margin AS assumed
    FROM sides AS s CROSS JOIN terms AS t
),

margined AS (
    SELECT
        p.*,
        p.discount + p.handling AS cost_to_serve,
        CASE
            WHEN p.costed = 1000 THEN p.known_margin
            WHEN p.assumed IS NOT NULL THEN p.known_margin + p.rest * p.assumed // 100
            WHEN p.costed >= 900
                THEN p.known_margin + CAST(
                    p.rest::HUGEINT * (p.costed_size - p.cost_size // 1000) // p.costed_size
                    AS BIGINT
                )
        END AS margin
    FROM priced AS p
),

weighed AS (
    SELECT
        m.*,
        m.margin - m.handling AS contribution,
        CASE WHEN m.net + m.discount > 0
            THEN m.cost_to_serve * 1000 // (m.net + m.discount) END AS serve_rate,
        COUNT(*) OVER class AS n,
        COUNT(m.margin) OVER class AS known
    FROM margined AS m
    WINDOW class AS (PARTITION BY m.currency, m.abc)
),

-- Who kept nothing and costs something costs more than anybody who kept something.
ranked AS (
    SELECT
        w.*,
        RANK() OVER (
            class ORDER BY CASE WHEN w.known = w.n THEN w.contribution ELSE w.net END
        ) - 1 AS brings_less,
        RANK() OVER (
            class ORDER BY CASE WHEN w.serve_rate IS NULL AND w.cost_to_serve > 0 THEN 1 ELSE 0 END,
            COALESCE(w.serve_rate, 0)
        ) - 1 AS serve_less,
        RANK() OVER (class ORDER BY w.privileges) - 1 AS privileges_less,
        MEDIAN(w.privileges) OVER class AS privileges_half
    FROM weighed AS w
    WINDOW class AS (PARTITION BY w.currency, w.abc)
),

placed AS (
    SELECT
        r.*,
        CASE WHEN r.n >= 20 THEN r.brings_less * 1000 // (r.n - 1) END AS brings_rank,
        CASE WHEN r.n >= 20 THEN r.serve_less * 1000 // (r.n - 1) END AS serve_rank,
        CASE WHEN r.n >= 20 THEN r.privileges_less * 1000 // (r.n - 1) END AS privileges_rank
    FROM ranked AS r
)

SELECT
    customer_id, currency, abc, net AS revenue_net, costed, margin, discount, returned_lines,
    contacts, deliveries, handling, cost_to_serve, serve_rate, contribution, n,
    CASE WHEN known = n THEN 'contribution' ELSE 'revenue_net' END AS brought,
    brings_rank, serve_rank, privileges_rank,
    CASE
        WHEN n < 20 THEN 'unknown'
        WHEN brings_rank < 500 AND (serve_rank >= 900 OR privileges_rank >= 900) THEN 'more'
        WHEN brings_rank >= 900 AND privileges < privileges_half THEN 'less'
        ELSE 'even'
    END AS verdict
FROM placed
ORDER BY customer_id
