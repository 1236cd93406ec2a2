import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BOOLEAN, INT } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

/** Random expressions over numbers, booleans and nulls, computed by DuckDB and by the reference below. */

let shop: Shop;

const NUMBERS = [null, -2, 0, 3];
const TRUTHS = [null, true, false];
const ROWS = NUMBERS.flatMap((a) => NUMBERS.flatMap((b) => TRUTHS.map((p): Row => ({ a, b, p }))));

beforeAll(async () => {
  shop = await Shop.open();
  const values = ROWS.map(({ a, b, p }, id) => `(${id}, ${String(a)}, ${String(b)}, ${String(p)})`);
  await shop.table(
    "rows",
    { id: INT, a: INT, b: INT, p: BOOLEAN },
    `VALUES ${values.join(", ").replaceAll("null", "NULL")}`,
  );
});

afterAll(() => shop.close());

interface Row {
  readonly a: number | null;
  readonly b: number | null;
  readonly p: boolean | null;
}

/** An expression as SQL and as what it means. */
interface Case<T> {
  readonly sql: string;
  readonly value: (row: Row) => T | null;
}
type Num = Case<number>;
type Bool = Case<boolean>;

const strict =
  <T, R>(f: (...values: T[]) => R | null, ...parts: readonly Case<T>[]) =>
  (row: Row): R | null => {
    const values = parts.map((part) => part.value(row));
    const known = values.filter((value): value is Awaited<T> & T => value !== null);
    return known.length < values.length ? null : f(...known);
  };

const and = (x: boolean | null, y: boolean | null): boolean | null =>
  x === false || y === false ? false : x === null || y === null ? null : true;
const not = (x: boolean | null): boolean | null => (x === null ? null : !x);

const { number, truth } = fc.letrec<{ number: Num; truth: Bool }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom<Num>({ sql: "a", value: (row) => row.a }, { sql: "b", value: (row) => row.b }),
    fc.constantFrom(-1, 0, 1, 2).map((n): Num => ({ sql: String(n), value: () => n })),
    fc.tuple(tie("number"), fc.constantFrom("+", "-", "*"), tie("number")).map(([x, op, y]): Num => ({
      sql: `(${x.sql} ${op} ${y.sql})`,
      value: strict((u: number, v: number) => (op === "+" ? u + v : op === "-" ? u - v : u * v), x, y),
    })),
    tie("number").map((x): Num => ({ sql: `(- ${x.sql})`, value: strict((u: number) => -u, x) })),
    fc
      .tuple(tie("number"), tie("number"))
      .map(([x, y]): Num => ({ sql: `coalesce(${x.sql}, ${y.sql})`, value: (row) => x.value(row) ?? y.value(row) })),
    fc.tuple(tie("number"), tie("number")).map(([x, y]): Num => ({
      sql: `nullif(${x.sql}, ${y.sql})`,
      value: (row) => (x.value(row) === y.value(row) ? null : x.value(row)),
    })),
    fc.tuple(tie("number"), tie("number")).map(([x, y]): Num => ({
      sql: `try_mod(${x.sql}, ${y.sql})`,
      value: strict((u: number, v: number) => (v === 0 ? null : u % v), x, y),
    })),
    fc.tuple(tie("truth"), tie("number"), tie("number")).map(([c, x, y]): Num => ({
      sql: `CASE WHEN ${c.sql} THEN ${x.sql} ELSE ${y.sql} END`,
      value: (row) => (c.value(row) === true ? x.value(row) : y.value(row)),
    })),
  ),
  truth: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom<Bool>(
      { sql: "p", value: (row) => row.p },
      { sql: "true", value: () => true },
      { sql: "CAST(NULL AS BOOLEAN)", value: () => null },
    ),
    fc.tuple(tie("number"), fc.constantFrom("=", "<", "<=", "<>"), tie("number")).map(([x, op, y]): Bool => ({
      sql: `(${x.sql} ${op} ${y.sql})`,
      value: strict(
        (u: number, v: number) => (op === "=" ? u === v : op === "<" ? u < v : op === "<=" ? u <= v : u !== v),
        x,
        y,
      ),
    })),
    fc
      .tuple(tie("number"), tie("number"))
      .map(([x, y]): Bool => ({ sql: `(${x.sql} <=> ${y.sql})`, value: (row) => x.value(row) === y.value(row) })),
    fc.tuple(tie("truth"), tie("truth")).map(([x, y]): Bool => ({
      sql: `(${x.sql} AND ${y.sql})`,
      value: (row) => and(x.value(row), y.value(row)),
    })),
    fc.tuple(tie("truth"), tie("truth")).map(([x, y]): Bool => ({
      sql: `(${x.sql} OR ${y.sql})`,
      value: (row) => not(and(not(x.value(row)), not(y.value(row)))),
    })),
    tie("truth").map((x): Bool => ({ sql: `(NOT ${x.sql})`, value: (row) => not(x.value(row)) })),
    tie("number").map((x): Bool => ({ sql: `(${x.sql} IS NULL)`, value: (row) => x.value(row) === null })),
    fc.tuple(tie("number"), tie("number"), tie("number")).map(([x, y, z]): Bool => ({
      sql: `(${x.sql} IN (${y.sql}, ${z.sql}))`,
      value: (row) => {
        const equal = [y, z].map((each) => strict((u: number, v: number) => u === v, x, each)(row));
        return equal.includes(true) ? true : equal.includes(null) ? null : false;
      },
    })),
  ),
}));

it("computes what three-valued logic and arithmetic with nulls say", { timeout: 20_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof<[typeof number, typeof truth]>(number, truth), { minLength: 8, maxLength: 8 }),
      async (cases) => {
        const list = cases.map(({ sql }, index) => `${sql} AS c${index}`).join(", ");
        const rows = await shop.rows(`SELECT ${list} FROM rows ORDER BY id`);
        const plus = (value: unknown): unknown => (value === 0 ? 0 : value);
        expect(rows.map((row) => cases.map((_, index) => row[`c${index}`]))).toEqual(
          ROWS.map((row) => cases.map(({ value }) => plus(value(row)))),
        );
      },
    ),
    { numRuns: 40 },
  );
});

it(
  "filters by the same logic, whether the condition stands above or below a projection",
  { timeout: 20_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(truth, async ({ sql, value }) => {
        const expected = ROWS.flatMap((row, id) => (value(row) === true ? [id] : []));
        const texts = [
          `SELECT id FROM rows WHERE ${sql} ORDER BY id`,
          `SELECT id FROM (SELECT id, ${sql} AS kept FROM rows) WHERE kept ORDER BY id`,
          `SELECT id FROM rows GROUP BY id, a, b, p HAVING ${sql} ORDER BY id`,
        ];
        for (const text of texts) expect((await shop.rows(text)).map((row) => row["id"])).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  },
);
