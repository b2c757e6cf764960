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
      ROW_NUMBER() OVER (PARTITION BY connection, sku ORDER BY ref) AS place
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
      ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY -orders, currency) AS place
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
), money AS (
  SELECT
    b.customer_id,
    MAX(p.currency) AS currency,
    SUM(CASE WHEN b.kept_lines > 0 THEN 1 ELSE 0 END) AS orders,
    SUM(CASE WHEN b.kept_lines > 0 AND b.currency = p.currency THEN 1 ELSE 0 END) AS purse_orders,
    SUM(b.kept_lines) AS kept_lines,
    SUM(b.returned_lines) AS returned_lines,
    SUM(CASE WHEN b.currency = p.currency THEN b.gross ELSE 0 END) AS revenue_gross,
    SUM(CASE WHEN b.currency = p.currency THEN b.refund_gross ELSE 0 END) AS refund_gross,
    SUM(CASE WHEN b.currency = p.currency THEN b.net - b.refund_net ELSE 0 END) AS revenue_net,
    SUM(CASE WHEN b.currency = p.currency THEN b.discount ELSE 0 END) AS discount,
    MEDIAN(CASE WHEN b.kept_lines > 0 AND b.currency = p.currency THEN b.gross END) AS basket_median
  FROM baskets AS b
  JOIN purse AS p
    ON p.customer_id = b.customer_id
  GROUP BY
    b.customer_id
), days AS (
  SELECT DISTINCT
    customer_id,
    day
  FROM baskets
  WHERE
    kept_lines > 0
), gaps AS (
  SELECT
    customer_id,
    day,
    day - LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
  FROM days
), tempo AS (
  SELECT
    customer_id,
    COUNT(*) AS purchase_days,
    MIN(day) AS first_order_on,
    MAX(day) AS last_order_on,
    COUNT(*) - 1 AS repeat_days,
    MAX(day) - MIN(day) AS span_days,
    CAST(MEDIAN(gap) AS DOUBLE) AS cadence_days,
    CAST(MAX(day) - MIN(day) AS DOUBLE) / NULLIF(COUNT(*) - 1, 0) AS cadence_mean_days
  FROM gaps
  GROUP BY
    customer_id
), rhythm AS (
  SELECT
    t.*,
    CASE
      WHEN purchase_days >= 4
      THEN last_order_on + CAST(CEIL(cadence_days) AS BIGINT)
    END AS expected_on,
    CASE
      WHEN purchase_days >= 4
      THEN last_order_on + CAST(CEIL(2 * GREATEST_IGNORE_NULLS(cadence_days, cadence_mean_days)) AS BIGINT) + 1
    END AS silent_from
  FROM tempo AS t
), latest AS (
  SELECT
    customer_id,
    ref,
    channel
  FROM (
    SELECT
      customer_id,
      ref,
      channel,
      ROW_NUMBER() OVER (
        PARTITION BY customer_id
        ORDER BY day DESC NULLS LAST, placed_at DESC NULLS LAST, ref DESC NULLS LAST
      ) AS place
    FROM baskets
    WHERE
      kept_lines > 0
  ) AS ranked
  WHERE
    place = 1
), heard AS (
  SELECT DISTINCT
    b.customer_id,
    b.record_id,
    b.part,
    i.channel
  FROM baskets AS b
  JOIN interactions AS i
    ON i.customer_id = b.customer_id
  WHERE
    b.kept_lines > 0
    AND i.direction = 'out'
    AND i.channel <> ''
    AND b.day BETWEEN i.day AND i.day + 14
), wanted AS (
  SELECT
    g.customer_id,
    'category' AS what,
    g.category AS key,
    '' AS name,
    SUM(g.piece) AS pieces,
    SUM(CASE WHEN g.currency = p.currency THEN g.worth ELSE 0 END) AS money
  FROM goods AS g
  JOIN purse AS p
    ON p.customer_id = g.customer_id
  WHERE
    g.category <> ''
  GROUP BY
    g.customer_id,
    g.category
  UNION ALL
  SELECT
    g.customer_id,
    'brand' AS what,
    g.brand AS key,
    '' AS name,
    SUM(g.piece) AS pieces,
    SUM(CASE WHEN g.currency = p.currency THEN g.worth ELSE 0 END) AS money
  FROM goods AS g
  JOIN purse AS p
    ON p.customer_id = g.customer_id
  WHERE
    g.brand <> ''
  GROUP BY
    g.customer_id,
    g.brand
  UNION ALL
  SELECT
    g.customer_id,
    'size' AS what,
    g.size AS key,
    '' AS name,
    SUM(g.piece) AS pieces,
    SUM(CASE WHEN g.currency = p.currency THEN g.worth ELSE 0 END) AS money
  FROM goods AS g
  JOIN purse AS p
    ON p.customer_id = g.customer_id
  WHERE
    g.size <> ''
  GROUP BY
    g.customer_id,
    g.size
  UNION ALL
  SELECT
    g.customer_id,
    'product' AS what,
    g.product AS key,
    COALESCE(MIN(CASE WHEN g.title <> '' THEN g.title END), '') AS name,
    SUM(g.piece) AS pieces,
    SUM(CASE WHEN g.currency = p.currency THEN g.worth ELSE 0 END) AS money
  FROM goods AS g
  JOIN purse AS p
    ON p.customer_id = g.customer_id
  WHERE
    g.product <> ''
  GROUP BY
    g.customer_id,
    g.product
  UNION ALL
  SELECT
    customer_id,
    'store' AS what,
    store AS key,
    '' AS name,
    COUNT(*) AS pieces,
    0 AS money
  FROM baskets
  WHERE
    kept_lines > 0 AND store <> ''
  GROUP BY
    customer_id,
    store
  UNION ALL
  SELECT
    customer_id,
    'contact' AS what,
    channel AS key,
    '' AS name,
    COUNT(*) AS pieces,
    0 AS money
  FROM heard
  GROUP BY
    customer_id,
    channel
), supported AS (
  SELECT
    customer_id,
    what,
    SUM(pieces) AS support
  FROM wanted
  WHERE
    pieces > 0
  GROUP BY
    customer_id,
    what
), first AS (
  SELECT
    customer_id,
    what,
    key,
    name,
    pieces
  FROM (
    SELECT
      w.*,
      ROW_NUMBER() OVER (PARTITION BY w.customer_id, w.what ORDER BY -w.pieces, -w.money, w.key) AS place
    FROM wanted AS w
    WHERE
      w.pieces > 0
  ) AS ranked
  WHERE
    place = 1
), favourites AS (
  SELECT
    f.*,
    s.support
  FROM first AS f
  JOIN supported AS s
    ON s.customer_id = f.customer_id AND s.what = f.what
), favourite AS (
  SELECT
    customer_id,
    MAX(CASE WHEN what = 'category' THEN key END) AS top_category,
    MAX(CASE WHEN what = 'category' THEN pieces END) AS top_category_lines,
    MAX(CASE WHEN what = 'category' THEN support END) AS top_category_n,
    MAX(CASE WHEN what = 'brand' THEN key END) AS top_brand,
    MAX(CASE WHEN what = 'brand' THEN pieces END) AS top_brand_lines,
    MAX(CASE WHEN what = 'brand' THEN support END) AS top_brand_n,
    MAX(CASE WHEN what = 'product' THEN key END) AS top_product,
    MAX(CASE WHEN what = 'product' THEN name END) AS top_product_name,
    MAX(CASE WHEN what = 'product' THEN pieces END) AS top_product_lines,
    MAX(CASE WHEN what = 'product' THEN support END) AS top_product_n,
    MAX(CASE WHEN what = 'size' THEN key END) AS size,
    MAX(CASE WHEN what = 'size' THEN pieces END) AS size_lines,
    MAX(CASE WHEN what = 'size' THEN support END) AS size_n,
    MAX(CASE WHEN what = 'store' THEN key END) AS store,
    MAX(CASE WHEN what = 'store' THEN pieces END) AS store_orders,
    MAX(CASE WHEN what = 'store' THEN support END) AS store_n,
    MAX(CASE WHEN what = 'contact' THEN key END) AS contact,
    MAX(CASE WHEN what = 'contact' THEN pieces END) AS contact_orders,
    MAX(CASE WHEN what = 'contact' THEN support END) AS contact_n
  FROM favourites
  GROUP BY
    customer_id
), moments AS (
  SELECT
    customer_id,
    'weekday' AS what,
    weekday AS moment,
    COUNT(*) AS visits
  FROM baskets
  WHERE
    kept_lines > 0 AND weekday BETWEEN 1 AND 7
  GROUP BY
    customer_id,
    weekday
  UNION ALL
  SELECT
    customer_id,
    'hour' AS what,
    hour AS moment,
    COUNT(*) AS visits
  FROM baskets
  WHERE
    kept_lines > 0
    AND hour BETWEEN 0 AND 23
    AND NOT (
      hour = 0 AND SUBSTRING(placed_at, 15, 5) IN ('00:00', '15:00', '30:00', '45:00')
    )
  GROUP BY
    customer_id,
    hour
), usual AS (
  SELECT
    customer_id,
    MAX(CASE WHEN what = 'weekday' THEN moment END) AS weekday,
    MAX(CASE WHEN what = 'weekday' THEN visits END) AS weekday_orders,
    MAX(CASE WHEN what = 'weekday' THEN support END) AS weekday_n,
    MAX(CASE WHEN what = 'hour' THEN moment END) AS hour,
    MAX(CASE WHEN what = 'hour' THEN visits END) AS hour_orders,
    MAX(CASE WHEN what = 'hour' THEN support END) AS hour_n
  FROM (
    SELECT
      r.customer_id,
      r.what,
      r.moment,
      r.visits,
      n.support
    FROM (
      SELECT
        m.*,
        ROW_NUMBER() OVER (PARTITION BY m.customer_id, m.what ORDER BY -m.visits, m.moment) AS place
      FROM moments AS m
    ) AS r
    JOIN (
      SELECT
        customer_id,
        what,
        SUM(visits) AS support
      FROM moments
      GROUP BY
        customer_id,
        what
    ) AS n
      ON n.customer_id = r.customer_id AND n.what = r.what
    WHERE
      r.place = 1
  ) AS ranked
  GROUP BY
    customer_id
), late AS (
  SELECT
    customer_id,
    late_on
  FROM (
    SELECT
      d.customer_id,
      CASE
        WHEN d.arrived_on > d.promised_on
        THEN d.arrived_on
        WHEN d.arrived_on IS NULL AND o.status = 'open'
        THEN d.promised_on + 1
      END AS late_on
    FROM (
      SELECT
        customer_id,
        order_record_id,
        promised_on,
        CASE
          WHEN NOT delivered_on IS NULL
          THEN delivered_on
          WHEN evidence = 'ship_date_only'
          THEN shipped_on
        END AS arrived_on
      FROM deliveries
      WHERE
        method <> 'pickup' AND NOT promised_on IS NULL
    ) AS d
    JOIN orders AS o
      ON o.record_id = d.order_record_id AND o.kind = 'sale' AND o.counts
  ) AS judged
  WHERE
    NOT late_on IS NULL
), lateness AS (
  SELECT
    l.customer_id,
    SUM(CASE WHEN l.late_on <= a.as_of AND a.as_of < l.late_on + 90 THEN 1 ELSE 0 END) AS late_deliveries_90d,
    MAX(CASE WHEN l.late_on <= a.as_of THEN l.late_on END) AS last_late_on,
    MIN(
      CASE
        WHEN l.late_on <= a.as_of AND a.as_of < l.late_on + 90 AND l.late_on >= r.last_order_on
        THEN l.late_on
      END
    ) AS unforgiven_since
  FROM late AS l
  CROSS JOIN asked AS a
  LEFT JOIN rhythm AS r
    ON r.customer_id = l.customer_id
  GROUP BY
    l.customer_id
), waiting AS (
  SELECT
    customer_id,
    kind,
    day,
    due_on,
    resolved_on
  FROM interactions
  WHERE
    kind IN ('complaint', 'call_back') AND status <> 'done'
), cases AS (
  SELECT
    w.customer_id,
    SUM(CASE WHEN w.kind = 'complaint' THEN 1 ELSE 0 END) AS open_complaints,
    MIN(CASE WHEN w.kind = 'complaint' THEN w.day END) AS complaint_since,
    MIN(CASE WHEN w.kind = 'call_back' THEN w.due_on END) AS call_back_due_on
  FROM waiting AS w
  CROSS JOIN asked AS a
  WHERE
    w.day <= a.as_of AND (
      w.resolved_on IS NULL OR w.resolved_on > a.as_of
    )
  GROUP BY
    w.customer_id
), again AS (
  SELECT
    c.customer_id,
    c.day AS again_on,
    c.before + 180 AS forgotten_on
  FROM (
    SELECT
      customer_id,
      day,
      LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS before
    FROM (
      SELECT DISTINCT
        customer_id,
        day
      FROM interactions
      WHERE
        kind = 'complaint'
    ) AS told
  ) AS c
  JOIN rhythm AS r
    ON r.customer_id = c.customer_id
  WHERE
    c.day - c.before < 180 AND r.purchase_days >= 4
), repeated AS (
  SELECT
    g.customer_id,
    MIN(g.again_on) AS again_since
  FROM again AS g
  CROSS JOIN asked AS a
  WHERE
    g.again_on <= a.as_of AND a.as_of < g.forgotten_on
  GROUP BY
    g.customer_id
), turns AS (
  SELECT
    customer_id,
    'fact' AS reason,
    day
  FROM baskets
  UNION ALL
  SELECT
    o.customer_id,
    'fact' AS reason,
    o.day
  FROM orders AS o
  CROSS JOIN asked AS a
  WHERE
    o.counts AND o.day > a.as_of
  UNION ALL
  SELECT
    customer_id,
    'fact' AS reason,
    day
  FROM waiting
  UNION ALL
  SELECT
    customer_id,
    'resolved' AS reason,
    resolved_on AS day
  FROM waiting
  UNION ALL
  SELECT
    customer_id,
    'call_back' AS reason,
    due_on AS day
  FROM waiting
  UNION ALL
  SELECT
    customer_id,
    'late' AS reason,
    late_on AS day
  FROM late
  UNION ALL
  SELECT
    customer_id,
    'late' AS reason,
    late_on + 90 AS day
  FROM late
  UNION ALL
  SELECT
    customer_id,
    'again' AS reason,
    again_on AS day
  FROM again
  UNION ALL
  SELECT
    customer_id,
    'again' AS reason,
    forgotten_on AS day
  FROM again
  UNION ALL
  SELECT
    customer_id,
    'expected' AS reason,
    expected_on + 1 AS day
  FROM rhythm
  UNION ALL
  SELECT
    customer_id,
    'at_risk' AS reason,
    silent_from AS day
  FROM rhythm
), calendar AS (
  SELECT
    t.customer_id,
    MAX(CASE WHEN t.day <= a.as_of THEN t.day END) AS since,
    MIN(CASE WHEN t.day > a.as_of AND t.reason = 'fact' THEN t.day END) AS wake_fact,
    MIN(CASE WHEN t.day > a.as_of AND t.reason = 'resolved' THEN t.day END) AS wake_resolved,
    MIN(CASE WHEN t.day > a.as_of AND t.reason = 'call_back' THEN t.day END) AS wake_call_back,
    MIN(CASE WHEN t.day > a.as_of AND t.reason = 'late' THEN t.day END) AS wake_late,
    MIN(CASE WHEN t.day > a.as_of AND t.reason = 'again' THEN t.day END) AS wake_again,
    MIN(CASE WHEN t.day > a.as_of AND t.reason = 'expected' THEN t.day END) AS wake_expected,
    MIN(CASE WHEN t.day > a.as_of AND t.reason = 'at_risk' THEN t.day END) AS wake_at_risk
  FROM turns AS t
  CROSS JOIN asked AS a
  GROUP BY
    t.customer_id
)
SELECT
  c.customer_id,
  c.since,
  c.wake_fact,
  c.wake_resolved,
  c.wake_call_back,
  c.wake_late,
  c.wake_again,
  c.wake_expected,
  c.wake_at_risk,
  COALESCE(m.orders, 0) AS orders,
  COALESCE(r.purchase_days, 0) AS purchase_days,
  r.first_order_on,
  r.last_order_on,
  t.ref AS last_order,
  t.channel AS last_channel,
  r.repeat_days,
  r.span_days,
  m.currency,
  COALESCE(m.kept_lines, 0) AS kept_lines,
  COALESCE(m.returned_lines, 0) AS returned_lines,
  COALESCE(m.revenue_gross, 0) AS revenue_gross,
  COALESCE(m.refund_gross, 0) AS refund_gross,
  COALESCE(m.revenue_net, 0) AS revenue_net,
  CAST((
    (
      GREATEST_IGNORE_NULLS(m.revenue_gross, 0)
    ) - (
      GREATEST_IGNORE_NULLS(m.revenue_gross, 0)
    ) % (
      NULLIF(m.purse_orders, 0)
    )
  ) / (
    NULLIF(m.purse_orders, 0)
  ) AS BIGINT) AS basket_avg,
  CAST(FLOOR(m.basket_median) AS BIGINT) AS basket_median,
  COALESCE(m.orders - m.purse_orders, 0) AS foreign_orders,
  r.cadence_days,
  r.cadence_mean_days,
  CASE WHEN r.expected_on >= a.as_of THEN r.expected_on END AS next_expected_on,
  CASE WHEN r.expected_on < a.as_of THEN r.expected_on END AS overdue_since,
  f.top_category,
  CAST((
    (
      1000 * f.top_category_lines
    ) - (
      1000 * f.top_category_lines
    ) % (
      f.top_category_n
    )
  ) / (
    f.top_category_n
  ) AS BIGINT) AS top_category_share,
  f.top_category_n,
  f.top_product,
  f.top_product_name,
  CAST((
    (
      1000 * f.top_product_lines
    ) - (
      1000 * f.top_product_lines
    ) % (
      f.top_product_n
    )
  ) / (
    f.top_product_n
  ) AS BIGINT) AS top_product_share,
  f.top_product_n,
  f.top_brand,
  CAST((
    (
      1000 * f.top_brand_lines
    ) - (
      1000 * f.top_brand_lines
    ) % (
      f.top_brand_n
    )
  ) / (
    f.top_brand_n
  ) AS BIGINT) AS top_brand_share,
  f.top_brand_n,
  f.size,
  CAST((
    (
      1000 * f.size_lines
    ) - (
      1000 * f.size_lines
    ) % (
      f.size_n
    )
  ) / (
    f.size_n
  ) AS BIGINT) AS size_share,
  f.size_n,
  f.store,
  CAST((
    (
      1000 * f.store_orders
    ) - (
      1000 * f.store_orders
    ) % (
      f.store_n
    )
  ) / (
    f.store_n
  ) AS BIGINT) AS store_share,
  f.store_n,
  f.contact,
  CAST((
    (
      1000 * f.contact_orders
    ) - (
      1000 * f.contact_orders
    ) % (
      f.contact_n
    )
  ) / (
    f.contact_n
  ) AS BIGINT) AS contact_share,
  f.contact_n,
  u.weekday,
  CAST((
    (
      1000 * u.weekday_orders
    ) - (
      1000 * u.weekday_orders
    ) % (
      u.weekday_n
    )
  ) / (
    u.weekday_n
  ) AS BIGINT) AS weekday_share,
  u.weekday_n,
  u.hour,
  CAST((
    (
      1000 * u.hour_orders
    ) - (
      1000 * u.hour_orders
    ) % (
      u.hour_n
    )
  ) / (
    u.hour_n
  ) AS BIGINT) AS hour_share,
  u.hour_n,
  CAST((
    (
      1000 * m.returned_lines
    ) - (
      1000 * m.returned_lines
    ) % (
      NULLIF(m.kept_lines + m.returned_lines, 0)
    )
  ) / (
    NULLIF(m.kept_lines + m.returned_lines, 0)
  ) AS BIGINT) AS return_rate,
  CASE
    WHEN m.revenue_gross >= 0 AND m.refund_gross >= 0
    THEN CAST((
      (
        1000 * m.refund_gross
      ) - (
        1000 * m.refund_gross
      ) % (
        NULLIF(m.revenue_gross + m.refund_gross, 0)
      )
    ) / (
      NULLIF(m.revenue_gross + m.refund_gross, 0)
    ) AS BIGINT)
  END AS return_rate_money,
  CASE
    WHEN m.revenue_gross >= 0 AND m.discount >= 0
    THEN CAST((
      (
        1000 * m.discount
      ) - (
        1000 * m.discount
      ) % (
        NULLIF(m.revenue_gross + m.discount, 0)
      )
    ) / (
      NULLIF(m.revenue_gross + m.discount, 0)
    ) AS BIGINT)
  END AS discount_affinity,
  COALESCE(l.late_deliveries_90d, 0) AS late_deliveries_90d,
  l.last_late_on,
  COALESCE(k.open_complaints, 0) AS open_complaints,
  k.call_back_due_on,
  COALESCE(k.call_back_due_on <= a.as_of, FALSE) AS call_back_due,
  CASE
    WHEN r.purchase_days >= 4
    THEN LEAST_IGNORE_NULLS(
      r.silent_from,
      COALESCE(l.unforgiven_since, r.silent_from),
      COALESCE(k.complaint_since, r.silent_from),
      COALESCE(g.again_since, r.silent_from)
    )
  END AS at_risk_from,
  COALESCE(r.purchase_days >= 4 AND NOT l.unforgiven_since IS NULL, FALSE) AS at_risk_late,
  COALESCE(r.purchase_days >= 4 AND k.open_complaints > 0, FALSE) AS at_risk_complaint,
  NOT g.again_since IS NULL AS at_risk_repeated,
  COALESCE(r.silent_from <= a.as_of, FALSE) AS at_risk_silent
FROM calendar AS c
CROSS JOIN asked AS a
LEFT JOIN money AS m
  ON m.customer_id = c.customer_id
LEFT JOIN rhythm AS r
  ON r.customer_id = c.customer_id
LEFT JOIN latest AS t
  ON t.customer_id = c.customer_id
LEFT JOIN favourite AS f
  ON f.customer_id = c.customer_id
LEFT JOIN usual AS u
  ON u.customer_id = c.customer_id
LEFT JOIN lateness AS l
  ON l.customer_id = c.customer_id
LEFT JOIN cases AS k
  ON k.customer_id = c.customer_id
LEFT JOIN repeated AS g
  ON g.customer_id = c.customer_id
ORDER BY
  c.customer_id
