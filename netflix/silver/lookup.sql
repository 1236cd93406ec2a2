-- Databricks notebook source
-- MAGIC %md
-- MAGIC # One lookup
-- MAGIC Parameters: `catalog`, `source` (bronze table), `value_column`, `target` (silver table).
-- MAGIC A pair that is already there is left alone, so that a second run adds nothing.

-- COMMAND ----------

USE CATALOG IDENTIFIER(:catalog);

CREATE TABLE IF NOT EXISTS IDENTIFIER('silver.' || :target) (
  name STRING NOT NULL,
  show_id INT NOT NULL
)
COMMENT 'Values of a title, each pair once';

-- COMMAND ----------

MERGE INTO IDENTIFIER('silver.' || :target) AS target
USING (
  SELECT DISTINCT
    trim(TRAILING ',' FROM trim(IDENTIFIER(:value_column))) AS name,
    try_cast(show_id AS INT) AS show_id
  FROM IDENTIFIER('bronze.' || :source)
  WHERE IDENTIFIER(:value_column) IS NOT NULL AND try_cast(show_id AS INT) IS NOT NULL
) AS source
ON target.name = source.name AND target.show_id = source.show_id
WHEN NOT MATCHED THEN INSERT *;
