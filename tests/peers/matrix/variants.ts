import { ask, spark, us, type PeerCase } from "./case.ts";

const NESTED =
  "(id INT, v VARIANT, s STRUCT<v: VARIANT, n: INT>, l ARRAY<VARIANT>, m MAP<STRING, VARIANT>, d ARRAY<STRUCT<x: VARIANT>>)";

/** Objects, of which Spark shreds what they have in common, NULL, and null of JSON. */
const ROWS = `SELECT id, v, CASE WHEN id % 4 <> 3 THEN named_struct('v', v, 'n', id) END, CASE WHEN id <> 3 THEN array(v, NULL) END,
    map('k', v, 'n', NULL), array(named_struct('x', v), NULL)
  FROM (SELECT CAST(id AS INT) AS id, CASE WHEN id % 5 = 1 THEN parse_json('null') WHEN id % 5 <> 2 THEN
    parse_json(concat('{"a":', id, ',"b":"x', id, '","c":[1.5,null],"d":null}')) END AS v FROM range(20))`;

/** What we do with such a table. */
const REST = [
  ask("SELECT id FROM {t} WHERE v IS NULL"),
  ask("SELECT id, s.v IS NULL AS n FROM {t}"),
  // Spark without generated code fails to take a field out of what it has shredded.
  ask("SELECT id FROM {t} WHERE is_variant_null(v)"),
  us("INSERT INTO {t} SELECT id + 100, v, s, l, m, d FROM {t}"),
  us("UPDATE {t} SET v = parse_json('null') WHERE id IN (2, 3)", "DELETE FROM {t} WHERE id = 4"),
  spark("UPDATE {t} SET v = NULL WHERE id = 6"),
  us("OPTIMIZE {t}"),
];

export const VARIANTS: readonly PeerCase[] = [
  {
    name: "types: VARIANT, written by us",
    log: [/variantType/],
    steps: [
      us(
        "CREATE TABLE {t} (id INT, v VARIANT, s STRUCT<v: VARIANT>)",
        `INSERT INTO {t} SELECT id, parse_json(j), named_struct('v', parse_json(j)) FROM VALUES (1, '{"a":[1,2.5,null,"x"],"b":true}'), (2, '"text"'), (3, NULL), (4, '{}') AS x(id, j)`,
      ),
      ask("SELECT id, variant_get(v, '$.a[1]', 'double') AS a FROM {t}"),
      spark("INSERT INTO {t} SELECT id + 10, v, s FROM {t}"),
      us("DELETE FROM {t} WHERE id = 1"),
    ],
  },
  {
    name: "types: VARIANT, written by Spark",
    log: [/variantType/],
    steps: [
      spark(
        "CREATE TABLE {t} (id INT, v VARIANT) USING delta",
        `INSERT INTO {t} SELECT id, parse_json(j) FROM VALUES (1, '{"a":[1,2.5,null,"x"],"b":true}'), (2, '123456789012'), (3, NULL) AS x(id, j)`,
      ),
      us("INSERT INTO {t} SELECT id + 10, v FROM {t}", "UPDATE {t} SET v = NULL WHERE id = 2"),
    ],
  },
  {
    name: "types: VARIANT, with NULL and null of JSON, written by Spark",
    log: [/variantType/],
    steps: [spark(`CREATE TABLE {t} ${NESTED} USING delta`, `INSERT INTO {t} ${ROWS}`), ...REST],
  },
  {
    name: "types: VARIANT, with NULL and null of JSON, shredded by Spark",
    log: [/variantShredding/],
    steps: [
      spark(
        `CREATE TABLE {t} ${NESTED} USING delta TBLPROPERTIES ('delta.enableVariantShredding' = 'true')`,
        "SET spark.sql.variant.inferShreddingSchema = true",
        `INSERT INTO {t} ${ROWS}`,
      ),
      ...REST,
    ],
  },
];
