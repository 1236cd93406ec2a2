CREATE OR REFRESH MATERIALIZED VIEW director_leaderboard (
  CONSTRAINT has_director EXPECT (director IS NOT NULL) ON VIOLATION DROP ROW
)
COMMENT 'Directors by the number of their titles'
AS SELECT
  d.name AS director,
  count(*) AS titles,
  dense_rank() OVER (ORDER BY count(*) DESC) AS position,
  min(t.release_year) AS first_release,
  max(t.release_year) AS last_release,
  round(avg(CASE WHEN t.type = 'Movie' THEN t.duration_minutes END), 1) AS average_minutes
FROM silver.directors AS d
JOIN silver.titles AS t ON d.show_id = t.show_id
GROUP BY d.name;

CREATE OR REFRESH MATERIALIZED VIEW collaborations (
  CONSTRAINT together_more_than_once EXPECT (titles >= 2) ON VIOLATION DROP ROW
)
COMMENT 'Directors and actors who work together again and again'
AS SELECT
  d.name AS director,
  c.name AS actor,
  count(*) AS titles,
  array_sort(collect_list(t.title)) AS together_in,
  max(t.release_year) - min(t.release_year) AS years_apart
FROM silver.directors AS d
JOIN silver.cast AS c ON d.show_id = c.show_id
JOIN silver.titles AS t ON d.show_id = t.show_id
WHERE d.name <> c.name
GROUP BY d.name, c.name
HAVING count(*) >= 2;
