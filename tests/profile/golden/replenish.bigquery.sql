WITH receipts AS (
  SELECT
    o.*
  FROM orders AS o
  CROSS JOIN asked AS a
  WHERE
    o.counts AND o.day <= a.as_of
), wares AS (
  SELECT
    connection,
    sku,
    name,
    category,
    brand,
    size,
    cost,
    currency
  FROM (
    SELECT
      p.*,
      ROW_NUMBER() OVER (PARTITION BY connection, sku ORDER BY ref NULLS LAST) AS place
    FROM products AS p
  ) AS told
  WHERE
    place = 1
), goods AS (
  SELECT
    r.customer_id,
    r.record_id,
    r.part,
    r.day,
    r.currency,
    l.returned OR r.kind = 'return' AS returned,
    CASE WHEN l.returned OR r.kind = 'return' THEN -l.gross ELSE l.gross END AS worth,
    CASE WHEN l.gross < 0 THEN 0 WHEN l.returned OR r.kind = 'return' THEN -1 ELSE 1 END AS piece,
    l.quantity,
    l.gross,
    l.net,
    l.discount,
    CASE
      WHEN l.gross < 0
      THEN 0
      WHEN NOT l.cost IS NULL
      THEN l.cost * 1000
      WHEN w.currency = r.currency
      THEN w.cost * l.quantity
    END AS cost,
    CASE WHEN l.sku <> '' THEN l.sku ELSE l.title END AS product,
    CASE WHEN l.title <> '' THEN l.title ELSE COALESCE(w.name, '') END AS title,
    CASE WHEN l.category <> '' THEN l.category ELSE COALESCE(w.category, '') END AS category,
    CASE WHEN l.brand <> '' THEN l.brand ELSE COALESCE(w.brand, '') END AS brand,
    CASE WHEN l.size <> '' THEN l.size ELSE COALESCE(w.size, '') END AS size
  FROM lines AS l
  JOIN receipts AS r
    ON r.record_id = l.record_id AND r.part = l.part
  LEFT JOIN wares AS w
    ON w.connection = r.connection AND w.sku = l.sku
  LEFT JOIN denied AS d
    ON d.category = l.category
  LEFT JOIN denied AS e
    ON e.category = w.category
  WHERE
    NOT l.gift_card AND d.category IS NULL AND e.category IS NULL
), baskets AS (
  SELECT
    r.customer_id,
    r.record_id,
    r.part,
    r.day,
    r.hour,
    r.weekday,
    r.store,
    r.channel,
    r.placed_at,
    r.ref,
    r.currency,
    b.kept_lines,
    b.returned_lines,
    b.gross,
    b.net,
    b.discount,
    b.refund_gross,
    b.refund_net
  FROM (
    SELECT
      record_id,
      part,
      SUM(CASE WHEN piece > 0 THEN 1 ELSE 0 END) AS kept_lines,
      SUM(CASE WHEN piece < 0 THEN 1 ELSE 0 END) AS returned_lines,
      SUM(CASE WHEN returned THEN 0 ELSE gross END) AS gross,
      SUM(CASE WHEN returned THEN 0 ELSE net END) AS net,
      SUM(CASE WHEN returned THEN 0 ELSE discount END) AS discount,
      SUM(CASE WHEN returned THEN gross ELSE 0 END) AS refund_gross,
      SUM(CASE WHEN returned THEN net ELSE 0 END) AS refund_net
    FROM goods
    GROUP BY
      record_id,
      part
  ) AS b
  JOIN receipts AS r
    ON r.record_id = b.record_id AND r.part = b.part
), purse AS (
  SELECT
    customer_id,
    currency
  FROM (
    SELECT
      customer_id,
      currency,
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY -orders NULLS LAST, currency NULLS LAST) AS place
    FROM (
      SELECT
        customer_id,
        currency,
        SUM(CASE WHEN kept_lines > 0 THEN 1 ELSE 0 END) AS orders
      FROM baskets
      GROUP BY
        customer_id,
        currency
    ) AS counted
  ) AS ranked
  WHERE
    place = 1
), buys AS (
  SELECT
    customer_id,
    product,
    day,
    SUM(CASE WHEN piece > 0 THEN quantity WHEN piece < 0 THEN -quantity ELSE 0 END) AS bought
  FROM goods
  WHERE
    product <> ''
  GROUP BY
    customer_id,
    product,
    day
  HAVING
    SUM(CASE WHEN piece > 0 THEN quantity WHEN piece < 0 THEN -quantity ELSE 0 END) > 0
), often AS (
  SELECT
    customer_id,
    product
  FROM buys
  GROUP BY
    customer_id,
    product
  HAVING
    COUNT(*) >= 3
), steps AS (
  SELECT
    b.customer_id,
    b.product,
    b.day,
    b.bought,
    b.day - LAG(b.day) OVER (PARTITION BY b.customer_id, b.product ORDER BY b.day NULLS LAST) AS gap,
    LAG(b.bought) OVER (PARTITION BY b.customer_id, b.product ORDER BY b.day NULLS LAST) AS lasted,
    ROW_NUMBER() OVER (PARTITION BY b.customer_id, b.product ORDER BY b.day DESC) AS ago
  FROM buys AS b
  JOIN often AS o
    ON o.customer_id = b.customer_id AND o.product = b.product
), cycles AS (
  SELECT
    customer_id,
    product,
    COUNT(*) AS n,
    MAX(day) AS last_on,
    MAX(CASE WHEN ago = 1 THEN bought END) AS last_quantity,
    CAST(2 * (
      CAST(ARRAY_AGG(gap IGNORE NULLS ORDER BY gap)[SAFE_OFFSET(DIV(COUNT(gap) - 1, 2))] + ARRAY_AGG(gap IGNORE NULLS ORDER BY gap)[SAFE_OFFSET(DIV(COUNT(gap), 2))] AS FLOAT64) / 2
    ) AS INT64) AS twice_gap,
    CAST(2 * (
      CAST(ARRAY_AGG(lasted IGNORE NULLS ORDER BY lasted)[SAFE_OFFSET(DIV(COUNT(lasted) - 1, 2))] + ARRAY_AGG(lasted IGNORE NULLS ORDER BY lasted)[SAFE_OFFSET(DIV(COUNT(lasted), 2))] AS FLOAT64) / 2
    ) AS INT64) AS twice_quantity
  FROM steps
  GROUP BY
    customer_id,
    product
), kept AS (
  SELECT
    g.customer_id,
    g.product,
    COALESCE(MIN(CASE WHEN g.title <> '' THEN g.title END), '') AS name
  FROM goods AS g
  JOIN often AS o
    ON o.customer_id = g.customer_id AND o.product = g.product
  GROUP BY
    g.customer_id,
    g.product
  HAVING
    SUM(g.piece) >= 3
), visits AS (
  SELECT
    customer_id,
    MAX(day) AS last_order_on
  FROM baskets
  WHERE
    kept_lines > 0
  GROUP BY
    customer_id
), stock AS (
  SELECT
    c.customer_id,
    c.product,
    k.name,
    c.n,
    c.last_on,
    v.last_order_on,
    CASE
      WHEN c.last_quantity * 8 < c.twice_quantity
      THEN DIV((
        c.twice_gap + 7
      ), 8)
      WHEN c.last_quantity > 2 * c.twice_quantity
      THEN 2 * c.twice_gap
      ELSE DIV((
        c.twice_gap * c.last_quantity + c.twice_quantity - 1
      ), c.twice_quantity)
    END AS every_days
  FROM cycles AS c
  JOIN kept AS k
    ON k.customer_id = c.customer_id AND k.product = c.product
  JOIN visits AS v
    ON v.customer_id = c.customer_id
)
SELECT
  customer_id,
  place,
  product,
  name,
  n,
  every_days,
  last_on,
  last_on + every_days AS due_on
FROM (
  SELECT
    s.customer_id,
    s.product,
    s.name,
    s.n,
    s.last_on,
    s.every_days,
    ROW_NUMBER() OVER (
      PARTITION BY s.customer_id
      ORDER BY s.n DESC, s.last_on DESC, s.product NULLS LAST
    ) AS place
  FROM stock AS s
  WHERE
    s.last_order_on <= s.last_on + 2 * s.every_days
) AS ranked
WHERE
  place <= 8
ORDER BY
  customer_id NULLS LAST,
  place NULLS LAST
