import { ask, reading, spark, us, type PeerCase } from "./case.ts";

const APPENDS = Array.from(
  { length: 3 },
  (_, index) =>
    `INSERT INTO {t} SELECT id, id % 2, concat('v', ${index}) FROM range(${index * 10}, ${index * 10 + 10})`,
);
const CREATE = "CREATE TABLE {t} (id BIGINT, p BIGINT, v STRING)";

export const MAINTAIN: readonly PeerCase[] = [
  {
    name: "OPTIMIZE: ours",
    log: [/"operation":"OPTIMIZE"/],
    steps: [
      us(`${CREATE} PARTITIONED BY (p)`, ...APPENDS),
      us("OPTIMIZE {t} WHERE p = 1"),
      us("OPTIMIZE {t} ZORDER BY (id, v)"),
      spark(...APPENDS.slice(0, 1), "OPTIMIZE {t}"),
      ask("SELECT id FROM {t} WHERE id = 17 AND v = 'v1'"),
      ask("DESCRIBE HISTORY {t}", ["version", "operation", "isBlindAppend"]),
    ],
  },
  {
    name: "OPTIMIZE: of a table that Spark wrote",
    steps: [
      spark(`${CREATE} USING delta`, ...APPENDS),
      us("OPTIMIZE {t}"),
      spark("OPTIMIZE {t} ZORDER BY (id)"),
      us("DELETE FROM {t} WHERE id = 5"),
    ],
  },
  {
    name: "auto-compaction and optimized writes",
    steps: [
      us(
        `${CREATE} TBLPROPERTIES ('delta.autoOptimize.autoCompact' = 'true', 'delta.autoOptimize.optimizeWrite' = 'true')`,
        ...APPENDS,
      ),
      spark(...APPENDS.slice(0, 1)),
    ],
  },
  {
    name: "VACUUM: ours",
    steps: [
      us(
        `${CREATE} TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 0 hours', 'delta.enableDeletionVectors' = 'true')`,
        ...APPENDS,
        "DELETE FROM {t} WHERE id = 3",
        "OPTIMIZE {t}",
        "DELETE FROM {t} WHERE id = 4",
      ),
      us("VACUUM {t}"),
      spark("DELETE FROM {t} WHERE id = 5", "VACUUM {t}"),
      us("INSERT INTO {t} VALUES (1, 1, 'x')"),
    ],
  },
  {
    name: "RESTORE: ours",
    log: [/"operation":"RESTORE"/],
    steps: [
      us(CREATE, ...APPENDS, "DELETE FROM {t} WHERE id < 15", "ALTER TABLE {t} ADD COLUMN more INT"),
      us("RESTORE TABLE {t} TO VERSION AS OF 2"),
      spark("INSERT INTO {t} VALUES (1, 1, 'x')", "RESTORE TABLE {t} TO VERSION AS OF 5"),
      us("INSERT INTO {t} (id) VALUES (1)"),
    ],
  },
  {
    name: "RESTORE: of a table that Spark wrote, with deletion vectors",
    steps: [
      spark(
        `${CREATE} USING delta TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')`,
        ...APPENDS,
        "DELETE FROM {t} WHERE id = 15",
        "DELETE FROM {t} WHERE id = 16",
      ),
      us("RESTORE TABLE {t} TO VERSION AS OF 4"),
      us("RESTORE TABLE {t} TO VERSION AS OF 1"),
    ],
  },
  {
    name: "CLONE: shallow, ours",
    log: [/"operation":"CLONE"/],
    steps: [
      reading(
        "source",
        us(
          "CREATE TABLE {source} (id INT, p STRING) PARTITIONED BY (p) LOCATION 'file://{folder}/source' TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
          "INSERT INTO {source} VALUES (1, 'a b'), (2, 'ö'), (3, 'ö')",
          "DELETE FROM {source} WHERE id = 3",
        ),
      ),
      us("CREATE TABLE {t} SHALLOW CLONE {source}"),
      spark("INSERT INTO {t} VALUES (4, 'c')", "DELETE FROM {t} WHERE id = 1"),
      us("UPDATE {t} SET id = 20 WHERE id = 2", "OPTIMIZE {t}"),
      reading("source", us("INSERT INTO {source} VALUES (5, 'd')")),
    ],
  },
  {
    name: "CLONE: deep, ours",
    log: [/"operation":"CLONE"/],
    steps: [
      reading(
        "source",
        us(
          "CREATE TABLE {source} (id INT, p STRING) PARTITIONED BY (p)",
          "INSERT INTO {source} VALUES (1, 'a b'), (2, 'ö')",
        ),
      ),
      us("CREATE TABLE {t} DEEP CLONE {source}"),
      spark("INSERT INTO {t} VALUES (4, 'c')"),
      us("CREATE OR REPLACE TABLE {t} DEEP CLONE {source}"),
    ],
  },
  {
    name: "CLONE: shallow, Spark's",
    steps: [
      reading(
        "source",
        spark(
          "CREATE TABLE {source} (id INT, p STRING) USING delta PARTITIONED BY (p)",
          "INSERT INTO {source} VALUES (1, 'a b'), (2, 'ö')",
        ),
      ),
      spark("CREATE TABLE {t} SHALLOW CLONE {source}"),
      us("INSERT INTO {t} VALUES (3, 'x')", "DELETE FROM {t} WHERE id = 1"),
    ],
  },
  {
    name: "CONVERT TO DELTA: ours",
    log: [/"operation":"CONVERT"/],
    steps: [
      {
        ...us(
          "CONVERT TO DELTA parquet.`{folder}/t` PARTITIONED BY (p STRING)",
          "CREATE TABLE {t} USING DELTA LOCATION 'file://{folder}/t'",
        ),
        before: [
          "CREATE TABLE to_convert (id BIGINT, p STRING) USING parquet PARTITIONED BY (p) LOCATION '{folder}/t'",
          "INSERT INTO to_convert SELECT id, IF(id = 7, NULL, concat('a b=', id % 3)) FROM range(10)",
          "DROP TABLE to_convert",
        ],
      },
      spark("INSERT INTO {t} VALUES (100, 'new')", "DELETE FROM {t} WHERE id = 1"),
      us("OPTIMIZE {t}", "UPDATE {t} SET p = 'moved' WHERE id = 2"),
    ],
  },
];
