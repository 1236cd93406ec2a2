SELECT count(DISTINCT order_id) AS orders FROM shop.silver.order_items
