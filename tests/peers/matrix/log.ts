import { ask, refuses, spark, us, type PeerCase } from "./case.ts";

const APPENDS = Array.from({ length: 4 }, (_, index) => `INSERT INTO {t} VALUES (${index}, 'v${index}')`);
const table = (...properties: readonly string[]): string =>
  `CREATE TABLE {t} (id INT, v STRING) TBLPROPERTIES (${properties.join(", ")})`;
const spark4 = (...properties: readonly string[]): string =>
  `CREATE TABLE {t} (id INT, v STRING) USING delta TBLPROPERTIES (${properties.join(", ")})`;

const OFTEN = "'delta.checkpointInterval' = '2'";
const STRUCTS = "'delta.checkpoint.writeStatsAsStruct' = 'true', 'delta.checkpoint.writeStatsAsJson' = 'false'";

export const LOG: readonly PeerCase[] = [
  ...["", "'delta.checkpointPolicy' = 'v2'", STRUCTS, `'delta.checkpointPolicy' = 'v2', ${STRUCTS}`].flatMap(
    (policy): PeerCase[] => {
      const properties = [OFTEN, ...(policy === "" ? [] : [policy])];
      const name = policy === "" ? "V1" : policy.replaceAll(/'|delta\.|checkpoint\./g, "");
      return [
        {
          name: `checkpoints, ${name}: ours`,
          log: [/checkpoint\.(parquet|[-0-9a-f]+\.(json|parquet))/],
          steps: [
            us(table(...properties), ...APPENDS),
            us("DELETE FROM {t} WHERE id = 1", ...APPENDS),
            ask("SELECT v FROM {t} WHERE id = 2"),
            spark(...APPENDS.slice(0, 2)),
            us("UPDATE {t} SET v = 'u' WHERE id = 0"),
          ],
        },
        {
          name: `checkpoints, ${name}: Spark's`,
          log: [/checkpoint\.(parquet|[-0-9a-f]+\.(json|parquet))/],
          steps: [
            spark(spark4(...properties), ...APPENDS, "DELETE FROM {t} WHERE id = 1"),
            us(...APPENDS, "DELETE FROM {t} WHERE id = 2"),
            ask("SELECT v FROM {t} WHERE id = 3"),
          ],
        },
      ];
    },
  ),
  {
    name: "checkpoints: Spark's in several parts",
    log: [/checkpoint\.0000000001\.0000000002\.parquet|checkpoint\.0000000001\.\d+\.parquet/],
    steps: [
      spark(
        "SET spark.databricks.delta.checkpoint.partSize = 2",
        spark4(OFTEN),
        ...APPENDS,
        "SET spark.databricks.delta.checkpoint.partSize = 1000000",
      ),
      us("INSERT INTO {t} VALUES (7, 'x')"),
    ],
  },
  {
    name: "checkpoints: of a table with all kinds of partitions and mapped columns, ours",
    steps: [
      us(
        `CREATE TABLE {t} (id INT, day DATE, at TIMESTAMP, m DECIMAL(10, 2), \`s t\` STRING) PARTITIONED BY (day, at, m, \`s t\`) TBLPROPERTIES ('delta.columnMapping.mode' = 'name', ${OFTEN}, 'delta.checkpoint.writeStatsAsStruct' = 'true')`,
        ...Array.from(
          { length: 4 },
          (_, index) =>
            `INSERT INTO {t} VALUES (${index}, DATE'2024-01-0${index + 1}', TIMESTAMP'2024-01-01 00:00:0${index}.5', ${index}.25BD, 'a=${index}'), (${index}, NULL, NULL, NULL, NULL)`,
        ),
      ),
      ask("SELECT id FROM {t} WHERE m = 2.25BD"),
      ask("SELECT id FROM {t} WHERE at > TIMESTAMP'2024-01-01 00:00:01'"),
      spark("DELETE FROM {t} WHERE day = DATE'2024-01-02'"),
    ],
  },
  {
    name: "in-commit timestamps: ours",
    log: [/inCommitTimestamp"/],
    steps: [
      us(table("'delta.enableInCommitTimestamps' = 'true'"), "INSERT INTO {t} VALUES (1, 'a')"),
      spark("INSERT INTO {t} VALUES (2, 'b')"),
      us("DELETE FROM {t} WHERE id = 1"),
      ask("DESCRIBE HISTORY {t}", ["version", "timestamp", "operation"]),
    ],
  },
  {
    name: "in-commit timestamps: Spark's, switched on later",
    log: [/inCommitTimestampEnablementVersion/],
    steps: [
      spark(
        "CREATE TABLE {t} (id INT, v STRING) USING delta",
        "INSERT INTO {t} VALUES (1, 'a')",
        "ALTER TABLE {t} SET TBLPROPERTIES ('delta.enableInCommitTimestamps' = 'true')",
      ),
      us("INSERT INTO {t} VALUES (2, 'b')"),
      ask("DESCRIBE HISTORY {t}", ["version", "timestamp", "operation"]),
      us("UPDATE {t} SET v = 'u'"),
    ],
  },
  {
    name: "row tracking: ours",
    log: [/"baseRowId":/, /delta\.rowTracking/],
    steps: [
      us(
        table("'delta.enableRowTracking' = 'true'"),
        "INSERT INTO {t} VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO {t} VALUES (3, 'c')",
      ),
      ask("SELECT id, _metadata.row_id AS r, _metadata.row_commit_version AS c FROM {t}"),
      us("UPDATE {t} SET v = 'u' WHERE id = 1", "OPTIMIZE {t}"),
      ask("SELECT id, _metadata.row_id AS r, _metadata.row_commit_version AS c FROM {t}"),
      spark("UPDATE {t} SET v = 'w' WHERE id = 3"),
      ask("SELECT id, _metadata.row_id AS r, _metadata.row_commit_version AS c FROM {t}"),
    ],
  },
  {
    name: "row tracking: Spark's",
    log: [/"baseRowId":/],
    steps: [
      spark(
        spark4("'delta.enableRowTracking' = 'true'"),
        "INSERT INTO {t} VALUES (1, 'a'), (2, 'b')",
        "UPDATE {t} SET v = 'u' WHERE id = 1",
      ),
      ask("SELECT id, _metadata.row_id AS r, _metadata.row_commit_version AS c FROM {t}"),
      us("INSERT INTO {t} VALUES (3, 'c')", "UPDATE {t} SET v = 'w' WHERE id = 2", "DELETE FROM {t} WHERE id = 1"),
      ask("SELECT id, _metadata.row_id AS r, _metadata.row_commit_version AS c FROM {t}"),
    ],
  },
  {
    name: "clustering and domain metadata: ours",
    log: [/"domain":"delta\.clustering"/],
    steps: [
      us("CREATE TABLE {t} (id INT, v STRING) CLUSTER BY (id)", "INSERT INTO {t} SELECT id, 'v' FROM range(100)"),
      us("OPTIMIZE {t}"),
      spark("INSERT INTO {t} SELECT id, 'w' FROM range(10)", "OPTIMIZE {t}"),
      us("ALTER TABLE {t} CLUSTER BY (v)", "INSERT INTO {t} VALUES (1, 'x')", "OPTIMIZE {t} FULL"),
      us("ALTER TABLE {t} CLUSTER BY NONE"),
      spark("INSERT INTO {t} VALUES (5, 'y')"),
    ],
  },
  {
    name: "clustering and domain metadata: Spark's",
    log: [/"domain":"delta\.clustering"/],
    steps: [
      spark(
        "CREATE TABLE {t} (id INT, v STRING) USING delta CLUSTER BY (v, id)",
        "INSERT INTO {t} SELECT id, 'v' FROM range(100)",
        "OPTIMIZE {t}",
      ),
      us("INSERT INTO {t} VALUES (1, 'x')", "DELETE FROM {t} WHERE id = 5"),
      us("OPTIMIZE {t}"),
    ],
  },
  {
    name: "append-only tables",
    log: [/delta\.appendOnly/],
    steps: [
      us(table("'delta.appendOnly' = 'true'"), "INSERT INTO {t} VALUES (1, 'a')"),
      refuses("Spark", "DELETE FROM {t} WHERE id = 1", /DELTA_CANNOT_MODIFY_APPEND_ONLY/),
      refuses("us", "DELETE FROM {t} WHERE id = 1", /DELTA_CANNOT_MODIFY_APPEND_ONLY/),
      spark("INSERT INTO {t} VALUES (2, 'b')"),
    ],
  },
  {
    name: "features that a table lists",
    log: [/vacuumProtocolCheck/],
    steps: [
      spark(
        spark4("'delta.feature.vacuumProtocolCheck' = 'supported'", "'delta.feature.domainMetadata' = 'supported'"),
        "INSERT INTO {t} VALUES (1, 'a')",
      ),
      us("INSERT INTO {t} VALUES (2, 'b')"),
      us(
        "ALTER TABLE {t} SET TBLPROPERTIES ('delta.feature.deletionVectors' = 'supported', 'user.key' = 'value')",
        "DELETE FROM {t} WHERE id = 1",
      ),
      us("ALTER TABLE {t} DROP FEATURE vacuumProtocolCheck"),
      spark("INSERT INTO {t} VALUES (3, 'c')"),
    ],
  },
  {
    name: "DESCRIBE HISTORY and DETAIL",
    steps: [
      us(
        "CREATE TABLE {t} (id INT, p STRING) PARTITIONED BY (p) COMMENT 'about' TBLPROPERTIES ('a.b' = 'c')",
        "INSERT INTO {t} VALUES (1, 'x')",
        "UPDATE {t} SET id = 2",
      ),
      spark("DELETE FROM {t} WHERE id = 2", "INSERT INTO {t} VALUES (3, 'y')"),
      ask("DESCRIBE HISTORY {t}", [
        "version",
        "timestamp",
        "userName",
        "operation",
        "operationParameters",
        "readVersion",
        "isolationLevel",
        "isBlindAppend",
        "operationMetrics",
        "userMetadata",
        "engineInfo",
      ]),
      ask("DESCRIBE DETAIL {t}", [
        "format",
        "id",
        "description",
        "createdAt",
        "partitionColumns",
        "clusteringColumns",
        "numFiles",
        "sizeInBytes",
        "properties",
        "minReaderVersion",
        "minWriterVersion",
      ]),
    ],
  },
  {
    name: "time travel",
    steps: [
      us(
        "CREATE TABLE {t} (id INT)",
        "INSERT INTO {t} VALUES (1)",
        "INSERT INTO {t} VALUES (2)",
        "DELETE FROM {t} WHERE id = 1",
      ),
      ask("SELECT * FROM {t} VERSION AS OF 2"),
      ask("SELECT * FROM {t} VERSION AS OF 0"),
    ],
  },
];
