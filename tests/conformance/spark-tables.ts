import { array, FLOAT, INT, map, STRING, field, struct, type StructType } from "../../src/core/data-type.ts";
import type { Relation } from "../../src/sql/resolver.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";

/** Tables that Spark's own test suite makes before it runs the golden files, as views of constants. */
const TABLES: Readonly<Record<string, { readonly schema: StructType; readonly text: string }>> = {
  testdata: {
    schema: struct([field("key", INT, false), field("value", STRING)]),
    text: "SELECT key, CAST(key AS STRING) AS value FROM (SELECT explode(sequence(1, 100)) AS key)",
  },
  arraydata: {
    schema: struct([field("arraycol", array(INT)), field("nestedarraycol", array(array(INT)))]),
    text: "VALUES (array(1, 2, 3), array(array(1, 2, 3))), (array(2, 3, 4), array(array(2, 3, 4)))",
  },
  mapdata: {
    schema: struct([field("mapcol", map(INT, STRING))]),
    text: `VALUES (map(1, 'a1', 2, 'b1', 3, 'c1', 4, 'd1', 5, 'e1')), (map(1, 'a2', 2, 'b2', 3, 'c2', 4, 'd2')),
      (map(1, 'a3', 2, 'b3', 3, 'c3')), (map(1, 'a4', 2, 'b4')), (map(1, 'a5'))`,
  },
  aggtest: {
    schema: struct([field("a", INT), field("b", FLOAT)]),
    text: `VALUES (56, CAST(7.8 AS FLOAT)), (100, CAST(99.097 AS FLOAT)), (0, CAST(0.09561 AS FLOAT)),
      (42, CAST(324.78 AS FLOAT))`,
  },
};

/** Tables of Spark's test suite whose rows the vectors do not have. */
const ROWS_UNKNOWN = new Set(["onek", "tenk1"]);

export function isUnknownTable(name: string): boolean {
  return ROWS_UNKNOWN.has(name.toLowerCase());
}

const known = new Map<string, Relation>();

/** A table of Spark's test suite; undefined for every other name. */
export function sparkTable(name: string): Relation | undefined {
  const key = name.toLowerCase();
  const table = TABLES[key];
  if (table === undefined) return undefined;
  const made = known.get(key) ?? relationOf(key, table.schema, table.text);
  known.set(key, made);
  return made;
}

function relationOf(name: string, schema: StructType, text: string): Relation {
  const query = parseStatement(text);
  if (query.kind !== "query") throw new TypeError(`The table ${name} is not a query.`);
  const context = { catalog: "spark_catalog", schema: "default", user: "mockingjay" };
  return { name: ["spark_catalog", "default", name], kind: "view", schema, view: { query, text, context } };
}
