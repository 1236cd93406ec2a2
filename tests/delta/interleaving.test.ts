import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, INT, LONG, struct } from "../../src/core/data-type.ts";
import { isBoathouseError } from "../../src/core/errors.ts";
import type { Predicate } from "../../src/delta/scan/predicate.ts";
import type { Transaction } from "../../src/delta/write/transaction.ts";
import { createTable, openLake, rowsOf, type Lake } from "./lake.ts";
import { overwrite } from "../../src/delta/write/overwrite.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";

let lake: Lake;
let tables = 0;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

/** What a writer does between its begin and its commit. `rest` picks the rows of a delete: id % 3 = rest. */
type Step =
  | { readonly writer: number; readonly kind: "append" | "overwrite"; readonly count: number }
  | { readonly writer: number; readonly kind: "delete" | "replace"; readonly rest: number }
  | { readonly writer: number; readonly kind: "commit" };

const WRITERS = 3;
const writer = fc.integer({ min: 0, max: WRITERS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    writer,
    kind: fc.constantFrom("append" as const, "overwrite" as const),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    writer,
    kind: fc.constantFrom("delete" as const, "replace" as const),
    rest: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({ writer, kind: fc.constant("commit" as const) }),
  fc.record({ writer, kind: fc.constant("commit" as const) }),
);

/** The change that a transaction makes to the set of ids. */
type Change = (ids: ReadonlySet<number>) => Set<number>;

interface Open {
  readonly transaction: Transaction;
  readonly changes: Change[];
}

/** Rows of one kind share a partition, so that some conditions prune by it. */
function condition(rest: number): { readonly sql: string; readonly predicate: Predicate } {
  return {
    sql: `"id" % 3 = ${rest} AND "kind" = ${rest}`,
    predicate: { kind: "compare", column: ["kind"], op: "=", value: { sql: String(rest) } },
  };
}

describe("writers whose work interleaves", () => {
  it("leave what some serial order of their commits leaves, at every version", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
        tables += 1;
        const name = `interleaved-${tables}`;
        await createTable(lake, name, {
          schema: struct([field("id", LONG, false), field("kind", INT)]),
          partitionColumns: ["kind"],
          properties: { "delta.checkpointInterval": "3" },
        });
        let next = 0;
        let model = new Set<number>();
        const versions: Set<number>[] = [model];
        const handles = Array.from({ length: WRITERS }, () => lake.table(name));
        const open = new Map<number, Open>();
        const commit = async (at: number): Promise<void> => {
          const current = open.get(at);
          open.delete(at);
          // What changed nothing is not committed, and so has no place in the order.
          if (current?.transaction.hasChanges !== true) return;
          try {
            const { version } = await current.transaction.commit();
            model = current.changes.reduce((ids, change) => change(ids), model);
            versions[version] = model;
          } catch (error) {
            if (!isBoathouseError(error) || error.details["retry"] !== true) throw error;
          }
        };
        for (const each of steps) {
          if (each.kind === "commit") {
            await commit(each.writer);
            continue;
          }
          // One operation a transaction: two would read what the first has not committed.
          await commit(each.writer);
          const handle = handles[each.writer] ?? lake.table(name);
          const transaction = await handle.begin({ operation: each.kind === "delete" ? "DELETE" : "WRITE" });
          const { connection } = lake;
          const select = (ids: readonly number[]): string =>
            `SELECT unnest([${ids.join(", ")}]::BIGINT[]) AS id, (id % 3)::INT AS kind`;
          let change: Change;
          if (!("count" in each) && each.kind === "delete") {
            await deleteRows(transaction, connection, condition(each.rest));
            change = (ids) => new Set([...ids].filter((id) => id % 3 !== each.rest));
          } else if (!("count" in each)) {
            const id = (next += 3) - (next % 3) + each.rest;
            next = id + 1;
            const mode = { kind: "where", condition: condition(each.rest), text: "kind" } as const;
            await overwrite(transaction, { connection, select: select([id]) }, mode);
            change = (ids) => new Set([...ids].filter((old) => old % 3 !== each.rest)).add(id);
          } else {
            const ids = Array.from({ length: each.count }, () => next++);
            const source = { connection, select: select(ids) };
            if (each.kind === "append") await transaction.append(source);
            else await overwrite(transaction, source, { kind: "full" });
            change = (old) => new Set(each.kind === "append" ? [...old, ...ids] : ids);
          }
          open.set(each.writer, { transaction, changes: [change] });
        }
        for (const at of open.keys()) await commit(at);
        await Promise.all(handles.map((handle) => handle.settle()));
        const reader = lake.table(name);
        for (const [version, expected] of versions.entries()) {
          const rows = await rowsOf(lake, await reader.snapshot({ version }), "id");
          expect(rows.map((row) => Number(row["id"]))).toEqual([...expected].toSorted((a, b) => a - b));
        }
        expect((await reader.snapshot()).version).toBe(versions.length - 1);
      }),
      { numRuns: Number(process.env["BOATHOUSE_RUNS"] ?? 12) },
    );
  }, 60_000);
});
