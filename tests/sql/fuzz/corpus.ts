import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Statements of every kind, over the tables `t(a, b, c, d, ts, arr, m, s, dec, flag)` and `u(a, b)`. */
const OWN: readonly string[] = [
  "SELECT a, sum(c) OVER (PARTITION BY b ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WHERE a > 1 QUALIFY row_number() OVER (ORDER BY a) < 3",
  "SELECT b, count(*), count(DISTINCT a), avg(dec) FILTER (WHERE a > 0) FROM t GROUP BY b HAVING count(*) > 0 ORDER BY 2 DESC NULLS LAST LIMIT 10 OFFSET 1",
  "SELECT b, a, sum(c) FROM t GROUP BY GROUPING SETS ((b, a), (b), ()) ORDER BY grouping_id(b, a)",
  "SELECT * EXCEPT (c) FROM t JOIN u USING (a) LEFT JOIN u AS v ON t.b = v.b",
  "SELECT t.*, x.pos, x.col FROM t LATERAL VIEW OUTER posexplode(arr) x AS pos, col",
  "SELECT transform(arr, (x, i) -> x + i), filter(arr, x -> x % 2 = 0), aggregate(arr, 0, (acc, x) -> acc + x) FROM t",
  "SELECT s.x, s['y'], m['k'], arr[0], element_at(arr, -1), size(m), map_keys(m) FROM t",
  "SELECT CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE CAST(a AS STRING) END, if(flag, a, NULL), coalesce(b, 'x') FROM t",
  "SELECT date_format(ts, 'yyyy-MM-dd HH:mm'), to_date('2020-01-01'), d + INTERVAL '1' DAY, datediff(d, DATE'2020-01-01'), extract(YEAR FROM ts) FROM t",
  "SELECT * FROM (SELECT b, a FROM t) PIVOT (sum(a) FOR b IN ('x' AS x, 'y'))",
  "SELECT * FROM u UNPIVOT (v FOR k IN (a))",
  "WITH RECURSIVE r(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
  "WITH x AS (SELECT a FROM t), y AS (SELECT a + 1 AS a FROM x) SELECT * FROM y WHERE EXISTS (SELECT 1 FROM u WHERE u.a = y.a) AND a IN (SELECT a FROM u)",
  "SELECT (SELECT max(u.a) FROM u WHERE u.b = t.b) AS top, a = ANY (SELECT a FROM u) FROM t",
  "SELECT a FROM t UNION SELECT a FROM u EXCEPT ALL SELECT 1 INTERSECT SELECT 2 MINUS SELECT 3",
  "FROM t |> WHERE a > 1 |> EXTEND a + 1 AS n |> AGGREGATE sum(n) AS total GROUP BY b |> ORDER BY total |> LIMIT 2",
  "SELECT from_json('{\"a\":1}', 'a INT'), to_json(s), get_json_object('{\"a\":[1]}', '$.a[0]'), b:x.y FROM t",
  "SELECT regexp_replace(b, '(\\\\w+)', '<$1>'), b RLIKE '^x', b LIKE 'x%' ESCAPE '!', split(b, ','), trim(BOTH 'x' FROM b) FROM t",
  "SELECT CAST(b AS INT), TRY_CAST(b AS DATE), dec * 2, dec / 3, a DIV 2, a % 2, a & 1 | 2 ^ 3, ~a, a << 2, b || 'x' || NULL FROM t",
  "SELECT * FROM VALUES (1, 'x', array(1, 2)), (2, NULL, array()) AS v(a, b, c) TABLESAMPLE (50 PERCENT) REPEATABLE (1)",
  "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), listagg(b, ',') WITHIN GROUP (ORDER BY b), first(a, true), any_value(b), collect_set(a) FROM t",
  "SELECT stack(2, 1, 2), inline(array(struct(1, 'x'))) FROM t",
  "SELECT * FROM range(10) AS r(id) JOIN LATERAL (SELECT id + 1 AS n) SORT BY id DISTRIBUTE BY id",
  "SELECT window.start, count(*) FROM t GROUP BY window(ts, '1 day')",
  "SELECT :p + 1, IDENTIFIER('a'), current_date(), rand(1), uuid(), typeof(a), try_divide(a, 0), raise_error('x') FROM t",
  "INSERT INTO u SELECT a, b FROM t",
  "INSERT INTO u (b, a) VALUES ('x', 1), ('y', DEFAULT)",
  "INSERT OVERWRITE u BY NAME SELECT 'b' AS b, 1 AS a",
  "UPDATE u SET a = a + 1, b = DEFAULT WHERE b IN (SELECT b FROM t)",
  "DELETE FROM u WHERE a > 1 OR b IS NULL",
  "MERGE INTO u USING t ON u.a = t.a WHEN MATCHED AND t.a > 1 THEN UPDATE SET * WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (a, b) VALUES (t.a, t.b) WHEN NOT MATCHED BY SOURCE THEN DELETE",
  "CREATE OR REPLACE TABLE x (a INT NOT NULL COMMENT 'c', b STRING DEFAULT 'x', c INT GENERATED ALWAYS AS (a + 1), CONSTRAINT p PRIMARY KEY (a)) USING delta PARTITIONED BY (b) TBLPROPERTIES ('k' = 'v')",
  "CREATE TABLE IF NOT EXISTS x AS SELECT * FROM t",
  "CREATE TEMPORARY VIEW v (x COMMENT 'y') AS SELECT a FROM t",
  "CREATE OR REPLACE FUNCTION f(x INT DEFAULT 1) RETURNS TABLE (y INT) RETURN SELECT x AS y",
  "CREATE STREAMING TABLE s (CONSTRAINT c EXPECT (a > 0) ON VIOLATION DROP ROW) AS SELECT * FROM STREAM read_files('/x', format => 'csv')",
  "CREATE MATERIALIZED VIEW mv SCHEDULE EVERY 1 HOUR AS SELECT b, count(*) FROM t GROUP BY b",
  "CREATE FLOW f AS AUTO CDC INTO u FROM STREAM t KEYS (a) APPLY AS DELETE WHEN b = 'd' SEQUENCE BY ts COLUMNS * EXCEPT (ts) STORED AS SCD TYPE 2",
  "ALTER TABLE u ADD COLUMNS (z INT AFTER a), (q STRING FIRST)",
  "ALTER TABLE u SET TAGS ('a' = 'b')",
  "ALTER TABLE u ALTER COLUMN a SET MASK f USING COLUMNS (b)",
  "DROP TABLE IF EXISTS main.shop.x PURGE",
  "COPY INTO u FROM '/x' FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true') COPY_OPTIONS ('mergeSchema' = 'true')",
  "OPTIMIZE u WHERE a > 1 ZORDER BY (b)",
  "VACUUM u RETAIN 168 HOURS DRY RUN",
  "RESTORE TABLE u TO VERSION AS OF 3",
  "GRANT SELECT, MODIFY ON TABLE u TO `someone@x.org`",
  "SHOW TABLES IN main.shop LIKE 'x*'",
  "DESCRIBE TABLE EXTENDED u",
  "SET spark.sql.ansi.enabled = false",
  "USE CATALOG main",
  "EXPLAIN EXTENDED SELECT * FROM t",
  "EXECUTE IMMEDIATE 'SELECT ? + 1' INTO v USING 1 AS p",
  "DECLARE OR REPLACE VARIABLE v INT DEFAULT 1 + 1",
  "SET VAR (v, w) = (SELECT 1, 2)",
  "BEGIN DECLARE i INT = 0; WHILE i < 3 DO SET i = i + 1; IF i = 2 THEN ITERATE; END IF; END WHILE; SELECT i; END",
  "BEGIN DECLARE EXIT HANDLER FOR DIVIDE_BY_ZERO BEGIN SELECT 1; END; l: LOOP LEAVE l; END LOOP; CASE WHEN true THEN SELECT 1 / 0; END CASE; FOR r AS SELECT a FROM t DO SELECT r.a; END FOR; END",
];

/** Our own statements, those of the flagship, and all in the tests of this project. */
export function corpus(): readonly string[] {
  const tests = ["src/sql", "src/sql/parser", "tests/sql"].flatMap((folder) =>
    files(join(ROOT, folder), /\.test\.ts$/).flatMap((file) => literals(readFileSync(file, "utf8"))),
  );
  const flagship = ["bronze", "silver", "gold", "governance"]
    .flatMap((folder) => files(join(ROOT, "netflix", folder), /\.sql$/))
    .flatMap((file) => readFileSync(file, "utf8").split(/;\s*\n/));
  return [...Array.from({ length: 6 }, () => OWN).flat(), ...flagship, ...tests]
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

function files(folder: string, name: RegExp): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((each) => name.test(each))
    .sort()
    .map((each) => join(folder, each));
}

const STARTS =
  /^\s*(?:SELECT|WITH|FROM|VALUES|INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|BEGIN|TABLE|SHOW|GRANT|SET)\b/i;

/** Texts in quotes that look like statements. */
function literals(source: string): string[] {
  const found = source.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
  return found
    .map((each) => each.slice(1, -1).replaceAll("\\n", "\n").replaceAll('\\"', '"'))
    .filter((each) => STARTS.test(each));
}
