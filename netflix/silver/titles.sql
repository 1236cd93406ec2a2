-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Titles
-- MAGIC Parameters: `catalog`, `rebuild` (`true` reads all of bronze and drops what is no longer there, `false` reads
-- MAGIC what landed since the last load).

-- COMMAND ----------

USE CATALOG IDENTIFIER(:catalog);

CREATE TABLE IF NOT EXISTS silver.titles (
  show_id INT NOT NULL,
  type STRING NOT NULL,
  title STRING NOT NULL,
  short_title STRING COMMENT 'The title before its first colon',
  date_added DATE,
  release_year INT,
  rating STRING,
  rating_class STRING COMMENT 'The rating before its first dash: TV-MA is TV, PG-13 is PG',
  description STRING,
  duration_minutes INT COMMENT 'Of a movie; 0 where there is none',
  duration_seasons INT COMMENT 'Of a show; 1 where there is none',
  type_flag INT COMMENT 'Movie 1, TV Show 2',
  duration_ranking INT COMMENT 'Dense rank by minutes, the longest first',
  landed_at TIMESTAMP COMMENT 'When the file it came from landed'
)
COMMENT 'One row a title, typed';

CREATE TABLE IF NOT EXISTS silver.titles_quarantine (
  reason STRING NOT NULL,
  duration_minutes STRING,
  duration_seasons STRING,
  type STRING,
  title STRING,
  date_added STRING,
  release_year STRING,
  rating STRING,
  description STRING,
  show_id STRING,
  source_file STRING,
  landed_at TIMESTAMP
)
COMMENT 'Rows that are no titles, as they arrived, and why';

-- COMMAND ----------

-- MAGIC %md
-- MAGIC Each row that arrived, with the reason why it cannot be a title, if there is one.

-- COMMAND ----------

CREATE OR REPLACE TEMPORARY VIEW arrived AS
SELECT
  *,
  CASE
    WHEN type IS NULL THEN 'type is missing'
    WHEN type NOT IN ('Movie', 'TV Show') THEN concat('type is neither Movie nor TV Show: ', type)
    WHEN show_id IS NULL THEN 'show_id is missing'
    WHEN try_cast(show_id AS INT) IS NULL THEN concat('show_id is no number: ', show_id)
    WHEN title IS NULL THEN 'title is missing'
  END AS reason
FROM bronze.titles
WHERE :rebuild = 'true'
  OR landed_at > (SELECT coalesce(max(landed_at), TIMESTAMP '1970-01-01') FROM silver.titles);

-- COMMAND ----------

MERGE INTO silver.titles_quarantine AS target
USING (
  SELECT DISTINCT
    reason, duration_minutes, duration_seasons, type, title, date_added, release_year, rating, description, show_id,
    source_file, landed_at
  FROM arrived
  WHERE reason IS NOT NULL
) AS source
ON target.duration_minutes <=> source.duration_minutes
  AND target.duration_seasons <=> source.duration_seasons
  AND target.type <=> source.type
  AND target.title <=> source.title
  AND target.description <=> source.description
  AND target.show_id <=> source.show_id
WHEN NOT MATCHED THEN INSERT *;

-- COMMAND ----------

CREATE OR REPLACE TEMPORARY VIEW latest AS
SELECT
  cast(show_id AS INT) AS show_id,
  type,
  title,
  split_part(title, ':', 1) AS short_title,
  try_to_date(date_added, 'M/d/yyyy') AS date_added,
  try_cast(release_year AS INT) AS release_year,
  rating,
  split_part(rating, '-', 1) AS rating_class,
  description,
  coalesce(try_cast(duration_minutes AS INT), 0) AS duration_minutes,
  coalesce(try_cast(duration_seasons AS INT), 1) AS duration_seasons,
  CASE type WHEN 'Movie' THEN 1 WHEN 'TV Show' THEN 2 ELSE 0 END AS type_flag,
  0 AS duration_ranking,
  landed_at
FROM arrived
WHERE reason IS NULL
QUALIFY row_number() OVER (PARTITION BY show_id ORDER BY landed_at DESC, source_file DESC) = 1;

-- COMMAND ----------

MERGE INTO silver.titles AS target
USING latest AS source
ON target.show_id = source.show_id
WHEN MATCHED AND NOT (
  target.type <=> source.type
  AND target.title <=> source.title
  AND target.date_added <=> source.date_added
  AND target.release_year <=> source.release_year
  AND target.rating <=> source.rating
  AND target.description <=> source.description
  AND target.duration_minutes <=> source.duration_minutes
  AND target.duration_seasons <=> source.duration_seasons
) THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *
WHEN NOT MATCHED BY SOURCE AND :rebuild = 'true' THEN DELETE;

-- COMMAND ----------

-- MAGIC %md
-- MAGIC A new title can move every other one in the ranking, so it is computed over the whole table; only rows whose rank
-- MAGIC has changed are written.

-- COMMAND ----------

MERGE INTO silver.titles AS target
USING (
  SELECT show_id, dense_rank() OVER (ORDER BY duration_minutes DESC) AS duration_ranking FROM silver.titles
) AS ranked
ON target.show_id = ranked.show_id
WHEN MATCHED AND target.duration_ranking <> ranked.duration_ranking
THEN UPDATE SET duration_ranking = ranked.duration_ranking;

-- COMMAND ----------

SELECT type, count(*) AS titles FROM silver.titles GROUP BY type ORDER BY type;
