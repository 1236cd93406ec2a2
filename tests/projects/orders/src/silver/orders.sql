-- Databricks notebook source
USE CATALOG IDENTIFIER(:catalog);

CREATE TABLE IF NOT EXISTS silver.order_items (
  order_id BIGINT NOT NULL,
  line INT NOT NULL,
  placed_on DATE,
  customer STRING,
  country STRING,
  sku STRING,
  quantity INT,
  price DECIMAL(10, 2)
)
PARTITIONED BY (country);

-- COMMAND ----------

MERGE INTO silver.order_items AS target
USING (
  SELECT
    o.id AS order_id,
    item.pos + 1 AS line,
    cast(o.placed_at AS DATE) AS placed_on,
    o.customer.name AS customer,
    upper(o.customer.address.country) AS country,
    item.col.sku AS sku,
    cast(item.col.quantity AS INT) AS quantity,
    cast(item.col.price AS DECIMAL(10, 2)) AS price
  FROM bronze.orders AS o
  LATERAL VIEW posexplode(o.items) item AS pos, col
  QUALIFY row_number() OVER (PARTITION BY o.id, item.pos ORDER BY o.placed_at DESC) = 1
) AS source
ON target.order_id = source.order_id AND target.line = source.line
WHEN MATCHED AND NOT (target.quantity <=> source.quantity AND target.price <=> source.price) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
