import { ask, reading, spark, us, type PeerCase } from "./case.ts";

const APPENDS = Array.from({ length: 4 }, (_, index) => `INSERT INTO {t} VALUES (${index}, 'v${index}', ${index}.5)`);
const COLUMNS = "(id INT, v STRING, x DOUBLE)";
const MAPPED = "'delta.columnMapping.mode' = 'name'";
const OFTEN = "'delta.checkpointInterval' = '2'";
const VECTORS = "'delta.enableDeletionVectors' = 'true'";

export const UPKEEP: readonly PeerCase[] = [
  {
    name: "REORG: ours, of a table without deletion vectors",
    log: [/"operation":"REORG"/],
    steps: [
      us(`CREATE TABLE {t} ${COLUMNS} TBLPROPERTIES (${MAPPED})`, ...APPENDS),
      us("ALTER TABLE {t} DROP COLUMN x", "REORG TABLE {t} APPLY (PURGE)"),
      spark("INSERT INTO {t} VALUES (10, 'w')", "ALTER TABLE {t} DROP COLUMN v", "REORG TABLE {t} APPLY (PURGE)"),
      us("REORG TABLE {t} APPLY (PURGE)", "UPDATE {t} SET id = 11 WHERE id = 1"),
    ],
  },
  {
    name: "FSCK REPAIR TABLE: ours",
    log: [/"operation":"FSCK"/],
    steps: [
      reading(
        "source",
        us(
          "CREATE TABLE {source} (id INT, v STRING) LOCATION 'file://{folder}/source'",
          "INSERT INTO {source} VALUES (1, 'a')",
          "INSERT INTO {source} VALUES (2, 'b')",
        ),
      ),
      us("CREATE TABLE {t} SHALLOW CLONE {source}"),
      // What the source no longer needs is gone, and the clone needs it.
      us(
        "DELETE FROM {source} WHERE id = 1",
        "SET spark.databricks.delta.retentionDurationCheck.enabled = false",
        "VACUUM {source} RETAIN 0 HOURS",
        "RESET spark.databricks.delta.retentionDurationCheck.enabled",
        "FSCK REPAIR TABLE {t}",
      ),
      spark("INSERT INTO {t} VALUES (3, 'c')"),
    ],
  },
  {
    name: "VACUUM LITE: ours and Spark's",
    steps: [
      us(
        `CREATE TABLE {t} ${COLUMNS} TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 0 hours', ${VECTORS})`,
        ...APPENDS,
        "OPTIMIZE {t}",
        "DELETE FROM {t} WHERE id = 1",
        "VACUUM {t} LITE",
      ),
      spark("UPDATE {t} SET v = 'u' WHERE id = 2", "VACUUM {t} LITE"),
      us("UPDATE {t} SET v = 'w' WHERE id = 3", "VACUUM {t} LITE", "VACUUM {t}"),
      ask("SELECT id FROM {t} WHERE v = 'w'"),
    ],
  },
  {
    name: "checkpoints, V2: Spark's with several sidecars",
    log: [/(_sidecars\/[-0-9a-f]+.*\.parquet[\s\S]*){4}/],
    steps: [
      spark(
        "SET spark.databricks.delta.checkpoint.partSize = 1",
        `CREATE TABLE {t} ${COLUMNS} USING delta TBLPROPERTIES (${OFTEN}, 'delta.checkpointPolicy' = 'v2')`,
        ...APPENDS,
        "DELETE FROM {t} WHERE id = 0",
        "SET spark.databricks.delta.checkpoint.partSize = 1000000",
      ),
      us("DELETE FROM {t} WHERE id = 2"),
      us(...APPENDS),
    ],
  },
  {
    name: "DROP FEATURE: Spark's, type widening",
    log: [/"operation":"DROP FEATURE"/],
    steps: [
      spark(
        "CREATE TABLE {t} (id INT, n SMALLINT, d DECIMAL(5, 2)) USING delta TBLPROPERTIES ('delta.enableTypeWidening' = 'true')",
        "INSERT INTO {t} VALUES (1, 2S, 1.25BD), (2, NULL, NULL)",
        "ALTER TABLE {t} ALTER COLUMN n TYPE BIGINT",
        "ALTER TABLE {t} ALTER COLUMN d TYPE DECIMAL(12, 4)",
        "INSERT INTO {t} VALUES (3, 5000000000L, 12345678.1234BD)",
        "ALTER TABLE {t} DROP FEATURE typeWidening",
      ),
      us("INSERT INTO {t} VALUES (4, 6000000000L, 0.0001BD)", "UPDATE {t} SET n = 7 WHERE id = 1"),
      spark("DELETE FROM {t} WHERE n = 7"),
    ],
  },
  {
    name: "DROP FEATURE: Spark's, deletion vectors",
    log: [/"operation":"DROP FEATURE"/],
    steps: [
      spark(
        `CREATE TABLE {t} (id BIGINT, v STRING) USING delta TBLPROPERTIES (${VECTORS})`,
        "INSERT INTO {t} SELECT id, 'w' FROM range(10)",
        "DELETE FROM {t} WHERE id = 2",
        "ALTER TABLE {t} DROP FEATURE deletionVectors",
      ),
      us("DELETE FROM {t} WHERE id = 3"),
      spark("UPDATE {t} SET v = 'u' WHERE id = 4"),
    ],
  },
];
