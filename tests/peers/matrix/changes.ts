import { changes, spark, us, type PeerCase } from "./case.ts";

const ON = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')";
const MERGE =
  "MERGE INTO {t} t USING (SELECT * FROM VALUES (2, 'm'), (3, 'gone'), (9, 'new') AS s(id, v)) s ON t.id = s.id WHEN MATCHED AND s.v = 'gone' THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)";

export const CHANGES: readonly PeerCase[] = [
  {
    name: "change data feed: ours",
    log: [/"cdc":\{/],
    steps: [
      us(
        `CREATE TABLE {t} (id INT, v STRING, p INT) PARTITIONED BY (p) ${ON}`,
        "INSERT INTO {t} VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', NULL), (4, 'd', 2)",
      ),
      us("UPDATE {t} SET v = 'u' WHERE id = 1", MERGE, "DELETE FROM {t} WHERE id = 4"),
      changes("id, v, p", 0),
      us("UPDATE {t} SET p = 3 WHERE id = 1", "INSERT OVERWRITE {t} VALUES (50, 'o', 5)", "OPTIMIZE {t}"),
      changes("id, v, p", 0),
      spark("UPDATE {t} SET v = 'spark'", MERGE),
      changes("id, v, p", 2, 8),
    ],
  },
  {
    name: "change data feed: with deletion vectors, ours",
    log: [/"deletionVector":\{/],
    steps: [
      us(
        "CREATE TABLE {t} (id INT, v STRING) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'true')",
        "INSERT INTO {t} SELECT id, 'v' FROM range(20000)",
      ),
      us("DELETE FROM {t} WHERE id = 3", "UPDATE {t} SET v = 'u' WHERE id IN (5, 6)", "DELETE FROM {t} WHERE id = 7"),
      changes("id, v", 2),
      spark("DELETE FROM {t} WHERE id = 8"),
      changes("id, v", 2),
    ],
  },
  {
    name: "change data feed: Spark's",
    log: [/"cdc":\{/],
    steps: [
      spark(
        `CREATE TABLE {t} (id INT, v STRING) USING delta ${ON}`,
        "INSERT INTO {t} VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        "UPDATE {t} SET v = 'u' WHERE id = 1",
      ),
      us(MERGE, "DELETE FROM {t} WHERE id = 1"),
      changes("id, v", 0),
      changes("id, v", 1, 2),
    ],
  },
  {
    name: "change data feed: with mapped columns, ours",
    steps: [
      us(
        "CREATE TABLE {t} (id INT, `v w` STRING) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.columnMapping.mode' = 'name')",
        "INSERT INTO {t} VALUES (1, 'a'), (2, 'b')",
        "UPDATE {t} SET `v w` = 'u' WHERE id = 1",
      ),
      changes("id, `v w`", 0),
      us("ALTER TABLE {t} ADD COLUMN more INT", "DELETE FROM {t} WHERE id = 2"),
      changes("id, `v w`, more", 3),
    ],
  },
];
