-- What a customer buys again and again, and when it runs out: one row for every such product.
--
-- A product counts once it was bought on three days and kept, at least. It lasts as long as the
-- median of the gaps between these days, scaled by how much was bought the last time against the
-- median of the times before (at least a quarter, at most four times: one big purchase for a party
-- is no stock for a year). A product is given up by who went on buying other things for as long
-- again as it should have lasted.
--
-- The relations it reads, and what their values mean: goods.sql, which stands in front of it.

-- Bought on a day: more of it than was given back that day.
buys AS (
    SELECT
        customer_id, product, day,
        SUM(CASE WHEN piece > 0 THEN quantity WHEN piece < 0 THEN -quantity ELSE 0 END)
            AS bought
    FROM goods
    WHERE product <> ''
    GROUP BY customer_id, product, day
    HAVING SUM(CASE WHEN piece > 0 THEN quantity WHEN piece < 0 THEN -quantity ELSE 0 END) > 0
),
-- Few products are: the rest need not be looked at closely.
often AS (
    SELECT customer_id, product FROM buys GROUP BY customer_id, product HAVING COUNT(*) >= 3
),
steps AS (
    SELECT
        b.customer_id, b.product, b.day, b.bought,
        b.day - LAG(b.day) OVER (PARTITION BY b.customer_id, b.product ORDER BY b.day) AS gap,
        LAG(b.bought) OVER (PARTITION BY b.customer_id, b.product ORDER BY b.day) AS lasted,
        ROW_NUMBER() OVER (PARTITION BY b.customer_id, b.product ORDER BY b.day DESC) AS ago
    FROM buys AS b
    JOIN often AS o ON o.customer_id = b.customer_id AND o.product = b.product
),
cycles AS (
    SELECT
        customer_id, product,
        COUNT(*) AS n,
        MAX(day) AS last_on,
        MAX(CASE WHEN ago = 1 THEN bought END) AS last_quantity,
        CAST(2 * MEDIAN(gap) AS BIGINT) AS twice_gap,
        CAST(2 * MEDIAN(lasted) AS BIGINT) AS twice_quantity
    FROM steps
    GROUP BY customer_id, product
),
kept AS (
    SELECT
        g.customer_id, g.product,
        COALESCE(MIN(CASE WHEN g.title <> '' THEN g.title END), '') AS name
    FROM goods AS g
    JOIN often AS o ON o.customer_id = g.customer_id AND o.product = g.product
    GROUP BY g.customer_id, g.product
    HAVING SUM(g.piece) >= 3
),
visits AS (
    SELECT customer_id, MAX(day) AS last_order_on
    FROM baskets
    WHERE kept_lines > 0
    GROUP BY customer_id
),

-- How long it lasts, rounded up to days.
stock AS (
    SELECT
        c.customer_id, c.product, k.name, c.n, c.last_on, v.last_order_on,
        CASE
            WHEN c.last_quantity * 8 < c.twice_quantity THEN (c.twice_gap + 7) // 8
            WHEN c.last_quantity > 2 * c.twice_quantity THEN 2 * c.twice_gap
            ELSE (c.twice_gap * c.last_quantity + c.twice_quantity - 1) // c.twice_quantity
        END AS every_days
    FROM cycles AS c
    JOIN kept AS k ON k.customer_id = c.customer_id AND k.product = c.product
    JOIN visits AS v ON v.customer_id = c.customer_id
)

SELECT customer_id, place, product, name, n, every_days, last_on, last_on + every_days AS due_on
FROM (
    SELECT
        s.customer_id, s.product, s.name, s.n, s.last_on, s.every_days,
        ROW_NUMBER() OVER (
            PARTITION BY s.customer_id ORDER BY s.n DESC, s.last_on DESC, s.product
        ) AS place
    FROM stock AS s
    WHERE s.last_order_on <= s.last_on + 2 * s.every_days
) AS ranked
WHERE place <= 8
ORDER BY customer_id, place
