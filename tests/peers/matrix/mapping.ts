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
  ...MODES.map((mode): PeerCase => ({
    name: `column mapping by ${mode}: Spark drops every field of a struct that a file has`,
    notDeltaRs: "It refuses files in which a struct has none of its fields.",
    steps: [
      spark(
        `CREATE TABLE {t} (id INT, s STRUCT<x: INT>, l ARRAY<STRUCT<x: INT>>, m MAP<STRING, STRUCT<x: INT>>, d STRUCT<s: STRUCT<x: INT>, n: INT>) USING delta TBLPROPERTIES ('delta.columnMapping.mode' = '${mode}')`,
        "INSERT INTO {t} VALUES (1, struct(1), array(struct(1), NULL), map('k', struct(1)), struct(struct(1), 1)), (2, NULL, NULL, map('k', NULL), struct(NULL, 2)), (3, struct(NULL), array(), map(), NULL)",
        "ALTER TABLE {t} ADD COLUMNS (s.y STRING, l.element.y INT, m.value.y INT, d.s.y DATE)",
        "ALTER TABLE {t} DROP COLUMNS (s.x, l.element.x, m.value.x, d.s.x)",
        "INSERT INTO {t} VALUES (4, struct('y'), array(struct(4)), map('k', struct(4)), struct(struct(DATE'2024-01-01'), 4))",
      ),
      ask("SELECT id FROM {t} WHERE s IS NULL"),
      us("INSERT INTO {t} SELECT id + 10, s, l, m, d FROM {t}", "UPDATE {t} SET s.y = 'z' WHERE id = 1"),
      us("OPTIMIZE {t}"),
    ],
  })),
];
