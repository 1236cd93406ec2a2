import { ask, spark, us, type PeerCase } from "./case.ts";

const COLUMNS = `id INT, flag BOOLEAN, tiny TINYINT, small SMALLINT, large BIGINT, single FLOAT, double DOUBLE,
  money DECIMAL(38, 10), price DECIMAL(9, 2), text STRING, bytes BINARY, day DATE, instant TIMESTAMP`;

const ROWS = `VALUES
  (1, false, -128Y, -32768S, -9223372036854775808L, float('-1.5'), -1e308D, -1234567890123456789012345678.9BD, -9999999.99BD,
   '', X'', DATE'0001-01-01', TIMESTAMP'1900-01-01 00:00:00'),
  (2, true, 127Y, 32767S, 9223372036854775807L, float('NaN'), double('Infinity'), 0.0000000001BD, 0.01BD,
   'é "quoted", \\\\ and\\nlines 🚀', X'00FF10', DATE'9999-12-31', TIMESTAMP'2262-01-01 23:59:59.999999'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, true, 0Y, 0S, 0L, float('-0.0'), -0.0D, 0BD, 0BD, '\\0x', X'AA', DATE'1582-10-04', TIMESTAMP'0001-01-01 00:00:00.000001')`;

const NESTED = `id INT, person STRUCT<name: STRING, address: STRUCT<city: STRING, codes: ARRAY<INT>>>,
  items ARRAY<STRUCT<sku: STRING, price: DOUBLE>>, counts MAP<STRING, BIGINT>, deep MAP<STRING, ARRAY<MAP<INT, STRING>>>`;

const NESTED_ROWS = `VALUES
  (1, named_struct('name', 'a', 'address', named_struct('city', 'Köln', 'codes', array(1, NULL))),
   array(named_struct('sku', 's', 'price', 0.5D), NULL), map('a', 1L, 'b', NULL), map('k', array(map(1, 'x'), NULL))),
  (2, NULL, NULL, NULL, NULL),
  (3, named_struct('name', NULL, 'address', NULL), array(), map(), map('', array()))`;

/** A column of each type that a partition may have, with values that are awkward in names of folders. */
const PARTITIONS: readonly (readonly [type: string, values: string])[] = [
  [
    "STRING",
    "('a b'), ('ö/ü'), ('c=d'), ('x%2Fy'), ('q?#&'), ('a:b*\"'), ('{x y}'), (NULL), ('__null'), ('x\\ny'), ('..')",
  ],
  ["INT", "(0), (-2147483648), (NULL)"],
  ["BIGINT", "(9223372036854775807), (NULL)"],
  ["BOOLEAN", "(true), (false), (NULL)"],
  ["DATE", "(DATE'2024-02-29'), (DATE'0001-01-01'), (NULL)"],
  ["TIMESTAMP", "(TIMESTAMP'2024-02-29 23:59:59.123456'), (TIMESTAMP'1900-01-01 00:00:00'), (NULL)"],
  ["DECIMAL(20, 5)", "(-1.5), (0), (123456789012345.12345), (NULL)"],
  ["DOUBLE", "(1.5D), (-0.25D), (1e300D), (NULL)"],
  ["FLOAT", "(float('1.5')), (float('1e10')), (NULL)"],
];

const INT96 = "Spark writes timestamps as INT96, of which delta-rs reads only the years 1677 to 2262.";

export const TYPES: readonly PeerCase[] = [
  {
    name: "types: we write every simple type",
    notDeltaRs: INT96,
    steps: [
      us(`CREATE TABLE {t} (${COLUMNS})`, `INSERT INTO {t} ${ROWS}`),
      us(
        `UPDATE {t} SET text = concat(text, '!'), day = DATE'2000-01-01' WHERE id <= 2`,
        "DELETE FROM {t} WHERE id = 3",
      ),
      spark("UPDATE {t} SET tiny = 5 WHERE id = 1"),
    ],
  },
  {
    name: "types: every simple type, by us alone",
    steps: [us(`CREATE TABLE {t} (${COLUMNS})`, `INSERT INTO {t} ${ROWS}`)],
  },
  {
    name: "types: Spark writes every simple type",
    notDeltaRs: INT96,
    steps: [
      spark(`CREATE TABLE {t} (${COLUMNS}) USING delta`, `INSERT INTO {t} ${ROWS}`),
      us("INSERT INTO {t} SELECT * FROM {t} WHERE id <> 3", "UPDATE {t} SET small = 7S WHERE id = 1"),
      us("DELETE FROM {t} WHERE double < 0"),
    ],
  },
  {
    name: "types: nested, written by us",
    steps: [
      us(`CREATE TABLE {t} (${NESTED})`, `INSERT INTO {t} ${NESTED_ROWS}`),
      us("UPDATE {t} SET person.name = 'b' WHERE id = 1"),
      spark("INSERT INTO {t} SELECT * FROM {t}"),
      ask("SELECT id FROM {t} WHERE person.address.city = 'Köln' AND items[0].price = 0.5"),
    ],
  },
  {
    name: "types: nested, written by Spark",
    steps: [
      spark(`CREATE TABLE {t} (${NESTED}) USING delta`, `INSERT INTO {t} ${NESTED_ROWS}`),
      us("INSERT INTO {t} SELECT * FROM {t}", "DELETE FROM {t} WHERE person IS NULL"),
    ],
  },
  {
    name: "types: nested columns that are not null",
    steps: [
      us(
        "CREATE TABLE {t} (id INT NOT NULL, s STRUCT<a: INT NOT NULL, b: STRING> NOT NULL)",
        "INSERT INTO {t} VALUES (1, named_struct('a', 1, 'b', 'x'))",
      ),
      spark("INSERT INTO {t} VALUES (2, named_struct('a', 2, 'b', NULL))"),
      us("INSERT INTO {t} VALUES (3, named_struct('a', 3, 'b', 'z'))"),
    ],
  },
  {
    name: "types: TIMESTAMP_NTZ, written by us",
    log: [/timestampNtz/],
    steps: [
      us(
        "CREATE TABLE {t} (id INT, n TIMESTAMP_NTZ, p TIMESTAMP_NTZ) PARTITIONED BY (p)",
        "INSERT INTO {t} VALUES (1, TIMESTAMP_NTZ'2024-01-01 00:00:00.000001', TIMESTAMP_NTZ'1900-01-01 12:00:00'), (2, TIMESTAMP_NTZ'0001-01-01 00:00:00', NULL)",
      ),
      ask("SELECT id FROM {t} WHERE n = TIMESTAMP_NTZ'2024-01-01 00:00:00.000001'"),
      ask("SELECT id FROM {t} WHERE p = TIMESTAMP_NTZ'1900-01-01 12:00:00'"),
      spark("UPDATE {t} SET n = NULL WHERE id = 2"),
    ],
  },
  {
    name: "types: TIMESTAMP_NTZ, written by Spark",
    log: [/timestampNtz/],
    steps: [
      spark(
        "CREATE TABLE {t} (id INT, n TIMESTAMP_NTZ, p TIMESTAMP_NTZ) USING delta PARTITIONED BY (p)",
        "INSERT INTO {t} VALUES (1, TIMESTAMP_NTZ'2024-01-01 00:00:00.000001', TIMESTAMP_NTZ'1900-01-01 12:00:00'), (2, TIMESTAMP_NTZ'0001-01-01 00:00:00', NULL)",
      ),
      us("INSERT INTO {t} SELECT id + 10, n, p FROM {t}"),
    ],
  },
  {
    name: "types: names of columns that are awkward",
    steps: [
      us(
        "CREATE TABLE {t} (`order` INT, `ünï` STRING, `a-b` STRUCT<`x-y`: INT>, `q'x` INT)",
        "INSERT INTO {t} VALUES (1, 'x', named_struct('x-y', 2), 3), (2, NULL, NULL, NULL)",
      ),
      ask("SELECT `order` FROM {t} WHERE `a-b`.`x-y` = 2 AND `q'x` > 2"),
      spark("INSERT INTO {t} SELECT * FROM {t}"),
    ],
  },
  ...PARTITIONS.flatMap(([type, values]): readonly PeerCase[] => [
    {
      name: `partitions: ${type}`,
      steps: [
        us(
          `CREATE TABLE {t} (id INT, p ${type}) PARTITIONED BY (p)`,
          `INSERT INTO {t} SELECT 1, CAST(x AS ${type}) FROM VALUES ${values} AS v(x)`,
        ),
        spark(`INSERT INTO {t} SELECT 2, CAST(x AS ${type}) FROM VALUES ${values} AS v(x)`),
        ask("SELECT id, p FROM {t} WHERE p IS NULL"),
        ask(`SELECT id, p FROM {t} WHERE p = (SELECT max(p) FROM {t})`),
        us("DELETE FROM {t} WHERE p IS NULL", "INSERT INTO {t} SELECT 3, p FROM {t} WHERE id = 2"),
      ],
    },
  ]),
  {
    name: "partitions: two columns, the second before the first in the schema",
    steps: [
      us(
        "CREATE TABLE {t} (b STRING, id INT, a DATE) PARTITIONED BY (a, b)",
        "INSERT INTO {t} VALUES ('x', 1, DATE'2024-01-01'), (NULL, 2, NULL), ('', 3, DATE'2024-01-02')",
      ),
      spark("INSERT INTO {t} VALUES ('y', 4, DATE'2024-01-01'), ('', 5, NULL)"),
      us("UPDATE {t} SET b = 'moved' WHERE id = 4"),
    ],
  },
];
