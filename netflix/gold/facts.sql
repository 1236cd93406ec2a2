-- Gold: materialized views that answer questions about the catalogue.

CREATE OR REFRESH MATERIALIZED VIEW title_facts (
  show_id INT,
  type STRING,
  title STRING,
  short_title STRING,
  date_added DATE,
  release_year INT,
  years_to_platform INT COMMENT 'From the release to the day it was added',
  rating STRING,
  rating_class STRING,
  duration_minutes INT,
  duration_seasons INT,
  duration_ranking INT,
  genres ARRAY<STRING>,
  countries ARRAY<STRING>,
  directors ARRAY<STRING>,
  cast_size BIGINT,
  description STRING MASK ops.mask_description,
  CONSTRAINT has_id EXPECT (show_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT known_type EXPECT (type IN ('Movie', 'TV Show')) ON VIOLATION FAIL UPDATE,
  CONSTRAINT dated EXPECT (date_added IS NOT NULL),
  CONSTRAINT released_before_added EXPECT (date_added IS NULL OR release_year <= year(date_added))
)
COMMENT 'One row a title with what belongs to it'
WITH ROW FILTER ops.suits_reader ON (rating)
AS WITH
genre_lists AS (
  SELECT show_id, array_sort(collect_set(name)) AS genres FROM silver.genres GROUP BY show_id
),
country_lists AS (
  SELECT show_id, array_sort(collect_set(name)) AS countries FROM silver.countries GROUP BY show_id
),
director_lists AS (
  SELECT show_id, array_sort(collect_set(name)) AS directors FROM silver.directors GROUP BY show_id
),
cast_sizes AS (
  SELECT show_id, count(DISTINCT name) AS cast_size FROM silver.cast GROUP BY show_id
)
SELECT
  t.show_id,
  t.type,
  t.title,
  t.short_title,
  t.date_added,
  t.release_year,
  year(t.date_added) - t.release_year AS years_to_platform,
  t.rating,
  t.rating_class,
  t.duration_minutes,
  t.duration_seasons,
  t.duration_ranking,
  coalesce(g.genres, array()) AS genres,
  coalesce(c.countries, array()) AS countries,
  coalesce(d.directors, array()) AS directors,
  coalesce(s.cast_size, 0) AS cast_size,
  t.description
FROM silver.titles AS t
LEFT JOIN genre_lists AS g ON t.show_id = g.show_id
LEFT JOIN country_lists AS c ON t.show_id = c.show_id
LEFT JOIN director_lists AS d ON t.show_id = d.show_id
LEFT JOIN cast_sizes AS s ON t.show_id = s.show_id;
