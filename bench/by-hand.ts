import { quoteString } from "../src/sql/quote.ts";

/**
 * The flagship's work as a person would write it as one DuckDB script: from the five CSV files to the same bronze,
 * silver and gold tables, each a zstd Parquet file. No commits, no lineage, no governance: the least that can be done.
 */
export function byHand(source: string, target: string): string {
  const csv = (name: string): string =>
    `read_csv(${quoteString(`${source}/netflix_${name}.csv`)}, header = true, all_varchar = true, delim = ',', ` +
    `quote = '"', escape = '"', null_padding = true, filename = 'source_file')`;
  const write = (name: string, query: string): string =>
    `CREATE TEMP TABLE ${name} AS ${query};\n` +
    `COPY ${name} TO ${quoteString(`${target}/${name}.parquet`)} (FORMAT parquet, COMPRESSION zstd);`;
  const bronze = ["titles", "cast", "category", "countries", "directors"].map((name) =>
    write(`bronze_${name}`, `SELECT *, now() AS landed_at FROM ${csv(name)}`),
  );
  const lookup = (from: string, column: string, to: string): string =>
    write(
      `silver_${to}`,
      `SELECT DISTINCT rtrim(trim("${column}"), ',') AS name, TRY_CAST(show_id AS INTEGER) AS show_id ` +
        `FROM bronze_${from} WHERE "${column}" IS NOT NULL AND TRY_CAST(show_id AS INTEGER) IS NOT NULL`,
    );
  return [
    ...bronze,
    lookup("cast", "cast", "cast"),
    lookup("category", "listed_in", "genres"),
    lookup("countries", "country", "countries"),
    lookup("directors", "director", "directors"),
    write(
      "silver_titles_quarantine",
      `SELECT DISTINCT * FROM bronze_titles WHERE type IS NULL OR type NOT IN ('Movie', 'TV Show')
         OR TRY_CAST(show_id AS INTEGER) IS NULL OR title IS NULL`,
    ),
    write(
      "silver_titles",
      `SELECT *, dense_rank() OVER (ORDER BY duration_minutes DESC) AS duration_ranking FROM (
         SELECT TRY_CAST(show_id AS INTEGER) AS show_id, type, title, split_part(title, ':', 1) AS short_title,
           try_strptime(date_added, '%-m/%-d/%Y')::DATE AS date_added, TRY_CAST(release_year AS INTEGER) AS release_year,
           rating, split_part(rating, '-', 1) AS rating_class, description,
           coalesce(TRY_CAST(duration_minutes AS INTEGER), 0) AS duration_minutes,
           coalesce(TRY_CAST(duration_seasons AS INTEGER), 1) AS duration_seasons,
           CASE type WHEN 'Movie' THEN 1 WHEN 'TV Show' THEN 2 ELSE 0 END AS type_flag, landed_at
         FROM bronze_titles
         WHERE type IN ('Movie', 'TV Show') AND title IS NOT NULL AND TRY_CAST(show_id AS INTEGER) IS NOT NULL
         QUALIFY row_number() OVER (PARTITION BY show_id ORDER BY landed_at DESC) = 1)`,
    ),
    ...gold(write),
  ].join("\n");
}

function gold(write: (name: string, query: string) => string): string[] {
  const lists = (table: string, name: string): string =>
    `SELECT show_id, list_sort(list(DISTINCT name)) AS ${name} FROM silver_${table} GROUP BY show_id`;
  return [
    write(
      "gold_title_facts",
      `SELECT t.* EXCLUDE (type_flag, landed_at), year(t.date_added) - t.release_year AS years_to_platform,
         coalesce(g.genres, []) AS genres, coalesce(c.countries, []) AS countries, coalesce(d.directors, []) AS directors,
         coalesce(s.cast_size, 0) AS cast_size
       FROM silver_titles t LEFT JOIN (${lists("genres", "genres")}) g USING (show_id)
       LEFT JOIN (${lists("countries", "countries")}) c USING (show_id)
       LEFT JOIN (${lists("directors", "directors")}) d USING (show_id)
       LEFT JOIN (SELECT show_id, count(DISTINCT name) AS cast_size FROM silver_cast GROUP BY show_id) s USING (show_id)`,
    ),
    write(
      "gold_catalog_growth",
      `SELECT *, sum(titles_added) OVER (ORDER BY month) AS titles_so_far FROM (
         SELECT date_trunc('month', date_added)::DATE AS month, count(*) AS titles_added,
           count(*) FILTER (type = 'Movie') AS movies_added, count(*) FILTER (type = 'TV Show') AS shows_added
         FROM silver_titles WHERE date_added IS NOT NULL GROUP BY ALL)`,
    ),
    write(
      "gold_genre_trends",
      `SELECT *, round(100.0 * titles / sum(titles) OVER (PARTITION BY year_added), 2) AS percent_of_year,
         titles - coalesce(lag(titles) OVER (PARTITION BY genre ORDER BY year_added), 0) AS change FROM (
         SELECT g.name AS genre, year(t.date_added) AS year_added, count(*) AS titles
         FROM silver_genres g JOIN silver_titles t USING (show_id) WHERE t.date_added IS NOT NULL GROUP BY ALL)`,
    ),
    write(
      "gold_country_mix",
      `SELECT c.name AS country, count(*) AS titles, count(*) FILTER (type = 'Movie') AS movies,
         count(*) FILTER (type = 'TV Show') AS shows,
         round(avg(CASE WHEN type = 'Movie' THEN duration_minutes END), 1) AS average_minutes,
         min(release_year) AS first_release, max(release_year) AS last_release
       FROM silver_countries c JOIN silver_titles t USING (show_id) WHERE c.name <> '' GROUP BY c.name`,
    ),
    write(
      "gold_rating_mix",
      `SELECT rating, rating_class, count(*) AS titles, count(*) FILTER (type = 'Movie') AS movies,
         count(*) FILTER (type = 'TV Show') AS shows,
         round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS percent_of_catalog
       FROM silver_titles WHERE rating IS NOT NULL GROUP BY rating, rating_class`,
    ),
    write(
      "gold_director_leaderboard",
      `SELECT d.name AS director, count(*) AS titles, dense_rank() OVER (ORDER BY count(*) DESC) AS position,
         min(release_year) AS first_release, max(release_year) AS last_release,
         round(avg(CASE WHEN type = 'Movie' THEN duration_minutes END), 1) AS average_minutes
       FROM silver_directors d JOIN silver_titles t USING (show_id) GROUP BY d.name`,
    ),
    write(
      "gold_collaborations",
      `SELECT d.name AS director, c.name AS actor, count(*) AS titles, list_sort(list(t.title)) AS together_in,
         max(release_year) - min(release_year) AS years_apart
       FROM silver_directors d JOIN silver_cast c USING (show_id) JOIN silver_titles t USING (show_id)
       WHERE d.name <> c.name GROUP BY d.name, c.name HAVING count(*) >= 2`,
    ),
  ];
}
