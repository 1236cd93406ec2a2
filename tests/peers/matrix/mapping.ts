import { ask, spark, us, type PeerCase } from "./case.ts";

const COLUMNS = "(id INT, `a b` STRING, s STRUCT<`x,y`: INT, z: ARRAY<STRUCT<k: INT>>>, p STRING)";
const ROWS = "VALUES (1, 'one', named_struct('x,y', 1, 'z', array(named_struct('k', 1))), 'P'), (2, NULL, NULL, NULL)";

const MODES = ["name", "id"] as const;

export const MAPPING: readonly PeerCase[] = [
  ...MODES.flatMap((mode): PeerCase[] => [
    {
      name: `column mapping by ${mode}: we write`,
      log: [/delta\.columnMapping\.physicalName/, new RegExp(`columnMapping\\.mode":"${mode}"`)],
      steps: [
        us(
          `CREATE TABLE {t} ${COLUMNS} PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = '${mode}')`,
          `INSERT INTO {t} ${ROWS}`,
        ),
        us("ALTER TABLE {t} RENAME COLUMN `a b` TO renamed", "INSERT INTO {t} SELECT id + 10, renamed, s, p FROM {t}"),
        us(
          "ALTER TABLE {t} DROP COLUMN renamed",
          "ALTER TABLE {t} ADD COLUMN renamed INT",
          "UPDATE {t} SET renamed = 5 WHERE id = 1",
        ),
        spark("ALTER TABLE {t} RENAME COLUMN s.`x,y` TO w", "INSERT INTO {t} SELECT * FROM {t} WHERE id = 2"),
        us("DELETE FROM {t} WHERE s.w = 1 AND id > 10"),
      ],
    },
    {
      name: `column mapping by ${mode}: Spark writes`,
      steps: [
        spark(
          `CREATE TABLE {t} ${COLUMNS} USING delta PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = '${mode}')`,
          `INSERT INTO {t} ${ROWS}`,
          "ALTER TABLE {t} RENAME COLUMN `a b` TO renamed",
          "ALTER TABLE {t} DROP COLUMN s.`x,y`",
        ),
        us("INSERT INTO {t} SELECT id + 10, renamed, s, p FROM {t}", "UPDATE {t} SET renamed = 'u' WHERE id = 2"),
        spark("ALTER TABLE {t} ADD COLUMN (s.q STRING AFTER z)", "UPDATE {t} SET s.q = 'q' WHERE id = 1"),
        us("INSERT INTO {t} SELECT * FROM {t} WHERE s.q = 'q'"),
        ask("SELECT id, p FROM {t} WHERE p = 'P'"),
      ],
    },
  ]),
  {
    name: "column mapping: switched on later, by us",
    steps: [
      us("CREATE TABLE {t} (id INT, old STRING) ", "INSERT INTO {t} VALUES (1, 'a')"),
      us(
        "ALTER TABLE {t} SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')",
        "ALTER TABLE {t} RENAME COLUMN old TO new",
      ),
      us("INSERT INTO {t} VALUES (2, 'b')"),
      spark("ALTER TABLE {t} DROP COLUMN new", "INSERT INTO {t} VALUES (3)"),
    ],
  },
];
