import { ask, spark, us, type PeerCase } from "./case.ts";

const LONG = "x".repeat(40);

/** Spark skips files by our statistics, we by Spark's: each filter must find the same rows. */
const FILTERS: readonly string[] = [
  "d = -0.0D",
  "d = 0.0D",
  "d < 0",
  "d > 100",
  "isnan(d)",
  "d >= double('Infinity')",
  "f > 1.5",
  `s = '${LONG}b'`,
  `s > '${LONG}'`,
  `s < '${LONG}'`,
  "s LIKE 'xxx%'",
  "s = '😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀'",
  "s >= '😀'",
  "s = ''",
  "s IS NULL",
  "s IS NOT NULL",
  "s <=> NULL",
  "i IS NULL OR i > 5",
  "NOT (i = 1)",
  "i IN (1, 99)",
  "i NOT IN (1, 99)",
  "t = TIMESTAMP'2024-01-01 00:00:00.123999'",
  "t > TIMESTAMP'2024-01-01 00:00:00.123'",
  "t >= TIMESTAMP'2024-01-01 00:00:00.124'",
  "t < TIMESTAMP'1960-01-01 00:00:00'",
  "n = TIMESTAMP_NTZ'1969-12-31 23:59:59.999999'",
  "n < TIMESTAMP_NTZ'1970-01-01 00:00:00'",
  "m = 12345678901234567890.12345678BD",
  "m < 0",
  "m > 12345678901234567890.1BD",
  "c = 0.05BD",
  "l = 9007199254740993L",
  "l > 9007199254740992L",
  "day = DATE'1582-10-15'",
  "day > DATE'9998-01-01'",
  "x.a = 1",
  "x.b IS NULL",
  "x IS NULL",
  "b = X'00FF'",
  "o = true",
];

const TABLE = `(id INT, i INT, l BIGINT, f FLOAT, d DOUBLE, m DECIMAL(38, 8), c DECIMAL(5, 2), s STRING, b BINARY, o BOOLEAN,
  day DATE, t TIMESTAMP, n TIMESTAMP_NTZ, x STRUCT<a: INT, b: STRING>)`;

/** A file each. */
const FILES: readonly string[] = [
  `(1, 1, 9007199254740993L, float('1.5'), -0.0D, 12345678901234567890.12345678BD, 0.05BD, '${LONG}b', X'00FF', true,
    DATE'1582-10-15', TIMESTAMP'2024-01-01 00:00:00.123999', TIMESTAMP_NTZ'1969-12-31 23:59:59.999999', named_struct('a', 1, 'b', 'q'))`,
  `(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
  `(3, 99, 9007199254740992L, float('NaN'), double('NaN'), -0.00000001BD, -999.99BD, '', X'', false,
    DATE'9999-12-31', TIMESTAMP'1950-06-01 00:00:00', TIMESTAMP_NTZ'2024-01-01 00:00:00', named_struct('a', NULL, 'b', NULL))`,
  `(4, 5, -1L, float('3.4028235e38'), double('Infinity'), 0BD, 0BD, repeat('😀', 34), X'FFFF', NULL,
    DATE'0001-01-01', TIMESTAMP'2024-01-01 00:00:00.123', NULL, named_struct('a', 7, 'b', ''))`,
  `(5, 6, 0L, float('-0.0'), 0.0D, 1BD, 1BD, '${LONG}', NULL, NULL, DATE'1970-01-01', TIMESTAMP'9999-12-31 23:59:59.999999', NULL, NULL)`,
  `(6, 7, 0L, float('1e-40'), 4.9e-324D, 1BD, 1BD, concat('${LONG}', repeat(char(65533), 3)), NULL, NULL, NULL, TIMESTAMP'0001-01-01 00:00:00', NULL, NULL)`,
  `(7, 8, 0L, float('2'), 2D, 1BD, 1BD, repeat('\\uFFFF', 40), NULL, NULL, NULL, NULL, NULL, NULL), (8, 8, 0L, float('NaN'), double('NaN'), 1BD, 1BD, 'a', NULL, NULL, NULL, NULL, NULL, NULL)`,
];

/** One question for all filters. */
const QUESTION = FILTERS.map((each, index) => `SELECT ${index} AS filter, id FROM {t} WHERE ${each}`).join(
  "\nUNION ALL ",
);

export const SKIPPING: readonly PeerCase[] = [
  {
    name: "skipping: by the statistics that we write",
    steps: [us(`CREATE TABLE {t} ${TABLE}`, ...FILES.map((each) => `INSERT INTO {t} VALUES ${each}`)), ask(QUESTION)],
  },
  {
    name: "skipping: by the statistics that Spark writes",
    notDeltaRs: "Spark writes timestamps as INT96, of which delta-rs reads only the years 1677 to 2262.",
    steps: [
      spark(`CREATE TABLE {t} ${TABLE} USING delta`, ...FILES.map((each) => `INSERT INTO {t} VALUES ${each}`)),
      ask(QUESTION),
      us("INSERT INTO {t} SELECT * FROM {t}"),
      ask(QUESTION),
    ],
  },
  {
    name: "skipping: after columns are mapped, and some are left out of the statistics",
    steps: [
      us(
        "CREATE TABLE {t} (`a b` INT, c STRING, z STRUCT<`q,r`: INT>) TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.dataSkippingNumIndexedCols' = '2')",
        "INSERT INTO {t} VALUES (1, 'x', named_struct('q,r', 5))",
        "INSERT INTO {t} VALUES (2, 'y', named_struct('q,r', 6)), (NULL, NULL, NULL)",
      ),
      ask("SELECT * FROM {t} WHERE `a b` = 2"),
      ask("SELECT * FROM {t} WHERE z.`q,r` = 5"),
      ask("SELECT * FROM {t} WHERE c > 'x'"),
      spark("DELETE FROM {t} WHERE z.`q,r` = 6"),
    ],
  },
];
