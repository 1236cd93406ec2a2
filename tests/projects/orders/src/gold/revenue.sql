CREATE OR REFRESH MATERIALIZED VIEW revenue_by_category (
  CONSTRAINT positive EXPECT (revenue > 0) ON VIOLATION DROP ROW
)
AS SELECT
  p.category,
  i.country,
  sum(i.quantity * i.price) AS revenue,
  count(DISTINCT i.order_id) AS orders
FROM silver.order_items AS i
JOIN bronze.products AS p ON i.sku = p.sku
GROUP BY p.category, i.country;

CREATE OR REFRESH MATERIALIZED VIEW customers
AS SELECT
  customer,
  sort_array(collect_set(sku)) AS bought,
  map_from_arrays(array('orders', 'items'), array(count(DISTINCT order_id), count(*))) AS counts,
  named_struct('first', min(placed_on), 'last', max(placed_on)) AS active
FROM silver.order_items
GROUP BY customer;
