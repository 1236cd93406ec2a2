import { Random } from "./random.ts";
import { expression, type Tree } from "./tree.ts";
import { LITERALS, TYPES } from "./values.ts";

const ROWS = 8;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
}

/** A column `c_<type>` of each type, with bounds and NULLs; the same for every seed. */
const columns: readonly Column[] = TYPES.filter((type) => type !== "VOID").map((type) => {
  const random = new Random(type.length);
  const literals = random.shuffled(LITERALS[type] ?? []);
  const values = Array.from({ length: ROWS }, (_, row) =>
    row === 2 ? `CAST(NULL AS ${type})` : `CAST(${literals[row % literals.length]} AS ${type})`,
  );
  return {
    name: `c_${type
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "_")
      .replace(/_$/, "")}`,
    type,
    values,
  };
});

const byType = new Map(columns.map((each) => [each.type, each]));

/** What makes the tables, after `CREATE TABLE name AS` or `CREATE TEMPORARY VIEW name AS`. */
export const TABLES: Readonly<Record<string, string>> = {
  t: `SELECT * FROM VALUES ${Array.from({ length: ROWS }, (_, row) => `(${row}, ${columns.map(({ values }) => values[row]).join(", ")})`).join(", ")} AS t(id, ${columns.map(({ name }) => name).join(", ")})`,
  u: `SELECT * FROM VALUES
    (1, 'a', 1.5BD, 0.5D, DATE'2024-01-01', true), (2, 'b', -2.5BD, 1.5D, DATE'2024-01-31', false),
    (2, 'a', 0.1BD, CAST('NaN' AS DOUBLE), DATE'2024-02-29', NULL), (3, NULL, NULL, -1E10D, NULL, true),
    (NULL, 'c', 1.5BD, 0D, DATE'2023-12-31', false), (4, 'd', 9.9BD, NULL, DATE'2024-02-29', true),
    (2, 'b', -2.5BD, 1.5D, DATE'2024-01-31', false) AS u(k, s, d, x, day, flag)`,
  v: `SELECT * FROM VALUES
    (1L, 'a', 10, TIMESTAMP'2024-01-01 00:00:00'), (2L, 'a', 20, TIMESTAMP'2024-01-31 12:00:00'),
    (2L, 'c', NULL, NULL), (CAST(NULL AS BIGINT), NULL, 30, TIMESTAMP'2024-02-29 00:00:00'),
    (5L, 'e', -10, TIMESTAMP'2023-12-31 23:59:59'), (5L, 'a', 20, TIMESTAMP'2024-01-01 00:00:00') AS v(k, s, n, at)`,
};

/** The column of `t` of this type. */
export function columnOf(type: string): Tree | undefined {
  const column = byType.get(type);
  return column === undefined ? undefined : { ...expression(type, column.name), column: column.values };
}
