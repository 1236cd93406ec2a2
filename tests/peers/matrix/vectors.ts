import { ask, spark, us, type PeerCase } from "./case.ts";

const ON = "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')";

export const VECTORS: readonly PeerCase[] = [
  {
    name: "deletion vectors: we write",
    log: [/"deletionVector":\{/],
    steps: [
      us(
        `CREATE TABLE {t} (id BIGINT, v STRING) ${ON}`,
        "INSERT INTO {t} SELECT id, concat('v', id) FROM range(100000)",
      ),
      us("DELETE FROM {t} WHERE id % 1000 = 3"),
      us("UPDATE {t} SET v = 'u' WHERE id % 1000 = 4", "DELETE FROM {t} WHERE id BETWEEN 5000 AND 5100"),
      spark("DELETE FROM {t} WHERE id % 1000 = 5"),
      us(
        "MERGE INTO {t} AS t USING (SELECT * FROM range(50)) AS s ON t.id = s.id WHEN MATCHED AND s.id < 25 THEN DELETE WHEN MATCHED THEN UPDATE SET v = 'm'",
      ),
      ask("SELECT count(*) AS n, sum(id) AS s FROM {t}"),
    ],
  },
  {
    name: "deletion vectors: Spark writes",
    log: [/"deletionVector":\{/],
    steps: [
      spark(
        `CREATE TABLE {t} (id BIGINT, p INT, v STRING) USING delta PARTITIONED BY (p) ${ON}`,
        "INSERT INTO {t} SELECT /*+ COALESCE(1) */ id, id % 2, concat('v', id) FROM range(20000)",
        "DELETE FROM {t} WHERE id % 100 = 3",
      ),
      us("DELETE FROM {t} WHERE id % 100 = 4"),
      us("UPDATE {t} SET v = 'u' WHERE id % 100 = 6", "INSERT INTO {t} SELECT id, 3, v FROM {t} WHERE id < 10"),
      us("OPTIMIZE {t}"),
      spark("DELETE FROM {t} WHERE id % 100 = 7"),
      us("REORG TABLE {t} APPLY (PURGE)"),
    ],
  },
  {
    name: "deletion vectors: with columns mapped by id, and the property switched off again",
    steps: [
      us(
        "CREATE TABLE {t} (id BIGINT, `v w` STRING) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'id')",
        "INSERT INTO {t} SELECT id, 'x' FROM range(10000)",
        "DELETE FROM {t} WHERE id = 17",
      ),
      us(
        "ALTER TABLE {t} SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'false')",
        "DELETE FROM {t} WHERE id = 18",
      ),
      spark("DELETE FROM {t} WHERE id = 19"),
    ],
  },
];
