import { ask, spark, us, type PeerCase } from "./case.ts";

const TABLE = "(id INT, day DATE, v STRING)";
const ROWS = "VALUES (1, DATE'2024-01-01', 'a'), (2, DATE'2024-01-02', 'b'), (3, DATE'2024-01-03', 'c')";

const MERGE = `MERGE INTO {t} AS t USING (SELECT * FROM VALUES (1, DATE'2024-01-01', 'new'), (2, DATE'2024-01-02', 'gone'), (9, DATE'2024-02-01', 'more') AS s(id, day, v)) AS s
  ON t.id = s.id
  WHEN MATCHED AND s.v = 'gone' THEN DELETE
  WHEN MATCHED THEN UPDATE SET v = s.v
  WHEN NOT MATCHED THEN INSERT *
  WHEN NOT MATCHED BY SOURCE THEN UPDATE SET v = concat(t.v, '?')`;

export const WRITES: readonly PeerCase[] = [
  {
    name: "writes: append, update, delete, merge, truncate",
    steps: [
      us(`CREATE TABLE {t} ${TABLE} PARTITIONED BY (day)`, `INSERT INTO {t} ${ROWS}`),
      us(MERGE),
      spark(MERGE),
      us("UPDATE {t} SET day = DATE'2025-01-01' WHERE id = 3", "DELETE FROM {t} WHERE day = DATE'2024-02-01'"),
      spark("UPDATE {t} SET v = NULL WHERE id = 1"),
      us("TRUNCATE TABLE {t}"),
      spark(`INSERT INTO {t} ${ROWS}`),
      ask("DESCRIBE HISTORY {t}", ["version", "operation", "readVersion", "isBlindAppend", "isolationLevel"]),
    ],
  },
  {
    name: "writes: INSERT OVERWRITE, replaceWhere",
    steps: [
      us(`CREATE TABLE {t} ${TABLE} PARTITIONED BY (day)`, `INSERT INTO {t} ${ROWS}`),
      us("INSERT INTO {t} REPLACE WHERE day >= DATE'2024-01-02' VALUES (7, DATE'2024-01-05', 'r')"),
      spark("INSERT INTO {t} REPLACE WHERE id = 7 VALUES (7, DATE'2024-01-06', 's')"),
      us("INSERT OVERWRITE {t} VALUES (8, DATE'2024-01-05', 'o')"),
      us("INSERT OVERWRITE {t} PARTITION (day = DATE'2024-01-05') SELECT 9, 'p'"),
      spark("INSERT OVERWRITE {t} VALUES (1, DATE'2024-01-01', 'x')"),
    ],
  },
  {
    name: "writes: dynamic overwrite of partitions",
    steps: [
      us(`CREATE TABLE {t} ${TABLE} PARTITIONED BY (day)`, `INSERT INTO {t} ${ROWS}`),
      us(
        "SET spark.sql.sources.partitionOverwriteMode = dynamic",
        "INSERT OVERWRITE {t} VALUES (7, DATE'2024-01-02', 'r')",
        "SET spark.sql.sources.partitionOverwriteMode = static",
      ),
      spark("INSERT INTO {t} VALUES (8, DATE'2024-01-02', 's')"),
    ],
  },
  {
    name: "writes: CREATE TABLE AS SELECT, REPLACE TABLE with other columns",
    steps: [
      us("CREATE TABLE {t} PARTITIONED BY (p) AS SELECT id, id % 2 AS p, named_struct('a', id) AS s FROM range(10)"),
      spark("INSERT INTO {t} VALUES (100, 1, NULL)"),
      us(
        "CREATE OR REPLACE TABLE {t} (other STRING, id INT) PARTITIONED BY (other)",
        "INSERT INTO {t} VALUES ('x', 1)",
      ),
      spark("INSERT INTO {t} VALUES ('y', 2)"),
      us("CREATE OR REPLACE TABLE {t} AS SELECT 1 AS one"),
      ask("DESCRIBE HISTORY {t}", ["version", "operation", "readVersion", "isBlindAppend"]),
    ],
  },
  {
    name: "writes: ALTER TABLE adds, moves, comments",
    steps: [
      us(
        "CREATE TABLE {t} (id INT, s STRUCT<a: INT>, l ARRAY<STRUCT<x: INT>>) COMMENT 'first'",
        "INSERT INTO {t} VALUES (1, named_struct('a', 1), array(named_struct('x', 1)))",
      ),
      us(
        "ALTER TABLE {t} ADD COLUMNS (b STRING COMMENT 'b' FIRST, c DATE AFTER id)",
        "ALTER TABLE {t} ADD COLUMN (s.z STRING)",
      ),
      us(
        "ALTER TABLE {t} ADD COLUMN (l.element.y STRING)",
        "INSERT INTO {t} VALUES ('b', 2, NULL, named_struct('a', 2, 'z', 'z'), array(named_struct('x', 2, 'y', 'y')))",
      ),
      us(
        "ALTER TABLE {t} ALTER COLUMN c FIRST",
        "ALTER TABLE {t} ALTER COLUMN id COMMENT 'key'",
        "COMMENT ON TABLE {t} IS 'second'",
      ),
      spark("INSERT INTO {t} VALUES (NULL, 'b', 3, named_struct('a', 2, 'z', 'z'), NULL)"),
      us("UPDATE {t} SET s.z = 'new' WHERE id = 1"),
    ],
  },
  {
    name: "writes: schema evolution in MERGE and INSERT",
    steps: [
      us("CREATE TABLE {t} (id INT, s STRUCT<a: INT>)", "INSERT INTO {t} VALUES (1, named_struct('a', 1))"),
      us(
        "MERGE WITH SCHEMA EVOLUTION INTO {t} AS t USING (SELECT 1 AS id, named_struct('a', 5, 'b', 'x') AS s, DATE'2024-01-01' AS d) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
      ),
      spark("INSERT INTO {t} VALUES (2, named_struct('a', 2, 'b', 'y'), NULL)"),
      spark(
        "MERGE WITH SCHEMA EVOLUTION INTO {t} AS t USING (SELECT 3 AS id, 'e' AS extra) AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *",
      ),
      us("INSERT INTO {t} (id, extra) VALUES (4, 'f')"),
    ],
  },
  {
    name: "writes: COPY of a table of 200 columns",
    steps: [
      us(`CREATE TABLE {t} AS SELECT ${Array.from({ length: 200 }, (_, index) => `${index} AS c${index}`).join(", ")}`),
      spark("INSERT INTO {t} SELECT * FROM {t}"),
    ],
  },
];
