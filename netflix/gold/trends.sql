CREATE OR REFRESH MATERIALIZED VIEW catalog_growth (
  CONSTRAINT counted EXPECT (titles_added > 0) ON VIOLATION FAIL UPDATE
)
COMMENT 'How the catalogue grew, month by month'
AS WITH months AS (
  SELECT
    cast(date_trunc('MONTH', date_added) AS DATE) AS month,
    count(*) AS titles_added,
    count_if(type = 'Movie') AS movies_added,
    count_if(type = 'TV Show') AS shows_added
  FROM silver.titles
  WHERE date_added IS NOT NULL
  GROUP BY ALL
)
SELECT
  month,
  titles_added,
  movies_added,
  shows_added,
  sum(titles_added) OVER (ORDER BY month) AS titles_so_far
FROM months;

CREATE OR REFRESH MATERIALIZED VIEW genre_trends (
  CONSTRAINT has_genre EXPECT (genre IS NOT NULL) ON VIOLATION DROP ROW
)
COMMENT 'Genres by the year their titles were added, and their share of that year'
AS WITH counts AS (
  SELECT g.name AS genre, year(t.date_added) AS year_added, count(*) AS titles
  FROM silver.genres AS g
  JOIN silver.titles AS t ON g.show_id = t.show_id
  WHERE t.date_added IS NOT NULL
  GROUP BY ALL
)
SELECT
  genre,
  year_added,
  titles,
  round(100.0 * titles / sum(titles) OVER (PARTITION BY year_added), 2) AS percent_of_year,
  titles - coalesce(lag(titles) OVER (PARTITION BY genre ORDER BY year_added), 0) AS change
FROM counts;

CREATE OR REFRESH MATERIALIZED VIEW country_mix (
  CONSTRAINT has_country EXPECT (country <> '') ON VIOLATION DROP ROW
)
COMMENT 'Where titles come from, by type'
AS SELECT
  c.name AS country,
  count(*) AS titles,
  count_if(t.type = 'Movie') AS movies,
  count_if(t.type = 'TV Show') AS shows,
  round(avg(CASE WHEN t.type = 'Movie' THEN t.duration_minutes END), 1) AS average_minutes,
  min(t.release_year) AS first_release,
  max(t.release_year) AS last_release
FROM silver.countries AS c
JOIN silver.titles AS t ON c.show_id = t.show_id
GROUP BY c.name;

CREATE OR REFRESH MATERIALIZED VIEW rating_mix (
  CONSTRAINT has_rating EXPECT (rating IS NOT NULL) ON VIOLATION DROP ROW
)
COMMENT 'For whom the catalogue is'
AS SELECT
  rating,
  rating_class,
  count(*) AS titles,
  count_if(type = 'Movie') AS movies,
  count_if(type = 'TV Show') AS shows,
  round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS percent_of_catalog
FROM silver.titles
GROUP BY rating, rating_class;
