import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Field, Int32, makeData, Struct, Table, tableFromArrays, tableToIPC, Vector } from "apache-arrow";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../core/value.ts";
import { DeltaTable } from "./delta-table.ts";

let folder: string;
let all: DeltaTable;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-arrow-"));
  all = await DeltaTable.create(join(folder, "all"), { schema: SCHEMA });
  await all.append([FULL, { id: 2n }]);
});
afterAll(async () => {
  await all.close();
  await rm(folder, { recursive: true, force: true });
});

const SCHEMA =
  "id BIGINT NOT NULL COMMENT 'key', b BOOLEAN, i1 TINYINT, i2 SMALLINT, i4 INT, f FLOAT, d DOUBLE, p4 DECIMAL(4,2), " +
  "p9 DECIMAL(9,0), p18 DECIMAL(18,4), p38 DECIMAL(38,10), s STRING, x BINARY, day DATE, ts TIMESTAMP, nt TIMESTAMP_NTZ, " +
  "st STRUCT<a: INT, l: ARRAY<STRING>>, ls ARRAY<ARRAY<INT>>, m MAP<STRING, STRUCT<v: BOOLEAN>>, " +
  "sl ARRAY<STRUCT<k: STRING, n: DECIMAL(12,1)>>";

const FULL = {
  id: 1n,
  b: true,
  i1: -1,
  i2: -300,
  i4: 70_000,
  f: 0.5,
  d: -0.1,
  p4: "-1.25",
  p9: "-7",
  p18: "-99999999999999.9999",
  p38: "-1234567890123456789012345678.0000000001",
  s: "more than twelve bytes: é",
  x: new Uint8Array([0, 255]),
  day: "1969-12-31",
  ts: new Date(1),
  nt: "2026-01-01 00:00:00.000001",
  st: { a: 1, l: ["q", null] },
  ls: [[1, null], [], null],
  m: new Map([["k", { v: true }]]),
  sl: [{ k: "a", n: "-7.5" }, null],
};

describe("a scan as Arrow", () => {
  it("has every type, nulls, and what the schema says of columns", async () => {
    const table = await all.scan({ where: "id = 1" }).arrow();
    expect(table.schema.fields.map(({ type }) => String(type)).slice(0, 16)).toEqual([
      "Int64",
      "Bool",
      "Int8",
      "Int16",
      "Int32",
      "Float32",
      "Float64",
      "Decimal[4e+2]",
      "Decimal[9e0]",
      "Decimal[18e+4]",
      "Decimal[38e+10]",
      "Utf8",
      "Binary",
      "Date32<DAY>",
      "Timestamp<MICROSECOND, UTC>",
      "Timestamp<MICROSECOND>",
    ]);
    expect(table.schema.fields[0]).toMatchObject({ nullable: false, metadata: new Map([["comment", "key"]]) });
    const row: Record<string, unknown> = { ...table.get(0)?.toJSON() };
    expect(row).toMatchObject({ id: 1n, b: true, i1: -1, i2: -300, i4: 70_000, f: 0.5, d: -0.1, s: FULL.s, x: FULL.x });
    expect([row["day"], row["ts"], row["nt"]]).toEqual([-86_400_000, 1, 1767225600000.001]);
    const scaled = ["p4", "p9", "p18", "p38"].map((name) => String(row[name]));
    expect(scaled).toEqual(["-125", "-7", "-999999999999999999", "-12345678901234567890123456780000000001"]);
    expect(JSON.parse(JSON.stringify([row["st"], row["ls"], row["m"]]))).toEqual([
      { a: 1, l: ["q", null] },
      [[1, null], [], null],
      { k: { v: true } },
    ]);
    const nulls = await all.scan({ where: "id = 2" }).arrow();
    expect(Object.values({ ...nulls.get(0)?.toJSON() }).filter((value) => value !== null)).toEqual([2n]);
  });

  it("has its schema without rows, and batches of 65,536 rows with many", async () => {
    const none = await all.scan({ version: 0 }).arrow();
    expect([none.numRows, none.numCols]).toEqual([0, 20]);
    const many = await DeltaTable.create(join(folder, "many"), { schema: "id BIGINT, name STRING" });
    await many.append(Array.from({ length: 100_000 }, (_, id) => ({ id, name: id % 3 === 0 ? null : `n${id}` })));
    const sizes: number[] = [];
    let nulls = 0;
    for await (const batch of many.scan({ where: "id >= 100" }).arrowBatches()) {
      sizes.push(batch.numRows);
      nulls += batch.getChild("name")?.nullCount ?? 0;
    }
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(99_900);
    expect(sizes[0]).toBeGreaterThanOrEqual(65_536);
    expect(sizes[0]).toBeLessThan(65_536 + 2048);
    expect(nulls).toBe(33_300);
    await many.close();
  });

  it("refuses what Arrow has no type for, by the column's name", async () => {
    const variants = await DeltaTable.create(join(folder, "variants"), { schema: "id INT, v STRUCT<w: VARIANT>" });
    await expect(variants.scan().arrow()).rejects.toMatchObject({
      code: "ARROW_TYPE_UNSUPPORTED",
      message: expect.stringContaining("v.w"),
    });
    expect((await variants.scan({ columns: ["id"] }).arrow()).numRows).toBe(0);
    await variants.close();
  });
});

describe("rows given as Arrow", () => {
  it("come back as they were, whatever their types and batches", async () => {
    const copy = await DeltaTable.create(join(folder, "copied"), { schema: SCHEMA });
    const value = fc.record(
      {
        b: fc.boolean(),
        i1: fc.integer({ min: -128, max: 127 }),
        i2: fc.integer({ min: -32768, max: 32767 }),
        i4: fc.integer(),
        d: fc.double({ noNaN: true, noDefaultInfinity: true }),
        p4: fc.integer({ min: -9999, max: 9999 }).map((cents) => (cents / 100).toFixed(2)),
        p9: fc.integer({ min: -999_999_999, max: 999_999_999 }).map(String),
        p18: fc.bigInt({ min: -(10n ** 14n) + 1n, max: 10n ** 14n - 1n }).map((whole) => `${whole}.0625`),
        p38: fc.bigInt({ min: -(10n ** 28n) + 1n, max: 10n ** 28n - 1n }).map((whole) => `${whole}.5`),
        s: fc.string({ maxLength: 30, unit: "grapheme-composite" }).map((text) => text.replaceAll("\0", "")),
        x: fc.uint8Array({ maxLength: 20 }),
        day: fc.date({ min: new Date("1800-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }).map(dayOf),
        ts: fc.date({ min: new Date("1800-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }),
        st: fc.record({ a: fc.option(fc.integer()), l: fc.option(fc.array(fc.option(fc.string({ maxLength: 3 })))) }),
        ls: fc.array(fc.option(fc.array(fc.option(fc.integer()), { maxLength: 4 })), { maxLength: 4 }),
        m: fc.dictionary(fc.constantFrom("j", "k", "l"), fc.option(fc.record({ v: fc.option(fc.boolean()) }))),
        sl: fc.array(fc.option(fc.record({ k: fc.constantFrom("a", null), n: fc.constantFrom("-7.5", null) }))),
      },
      { requiredKeys: [] },
    );
    const rows = fc.sample(value, { numRuns: 2400, seed: 7 }).map((row, id) => ({ id, ...row }));
    const whole = await DeltaTable.create(join(folder, "whole"), { schema: SCHEMA });
    await whole.append(rows);
    const table = await whole.scan().arrow();
    await copy.append(table.slice(0, 100));
    await copy.append(tableToIPC(table.slice(100, 2300)));
    for (const batch of table.slice(2300).batches) await copy.append(batch);
    const byId = (a: Row, b: Row): number => Number(a["id"]) - Number(b["id"]);
    const copied = (await copy.scan().rows()).toSorted(byId);
    expect(copied).toEqual((await whole.scan().rows()).toSorted(byId));
    await Promise.all([copy.close(), whole.close()]);
  });

  it("have nothing left of a struct that is null", async () => {
    const table = await DeltaTable.create(join(folder, "structs"), { schema: "s STRUCT<a: INT, t: STRUCT<b: INT>>" });
    const b = makeData({ type: new Int32(), data: Int32Array.of(1, 2, 3) });
    const inner = new Struct<{ b: Int32 }>([new Field("b", b.type, true)]);
    const t = makeData({ type: inner, length: 3, nullCount: 0, children: [b] });
    const outer = new Struct<{ a: Int32; t: typeof inner }>([
      new Field("a", b.type, true),
      new Field("t", inner, true),
    ]);
    const s = makeData({ type: outer, length: 3, nullCount: 1, nullBitmap: Uint8Array.of(0b101), children: [b, t] });
    await table.append(new Table({ s: new Vector([s]) }).slice(1));
    const rows = await table.scan({ where: "s.a IS NULL AND s.t.b IS NULL" }).rows();
    expect(rows).toEqual([{ s: null }]);
    expect(await table.scan({ where: "s.t.b = 3" }).rows()).toEqual([{ s: { a: 3, t: { b: 3 } } }]);
    await table.close();
  });

  it("may have other types, and be merged", async () => {
    const table = await DeltaTable.create(join(folder, "merged"), {
      schema: "id BIGINT, name STRING, big DECIMAL(20,0)",
    });
    await table.append(tableFromArrays({ id: Int32Array.of(1, 2), name: ["a", "b"] }));
    const news = tableFromArrays({
      id: Uint32Array.of(2, 3),
      name: ["c", null],
      big: BigUint64Array.of(1n, 2n ** 64n - 1n),
    });
    const all = { on: "target.id = source.id", whenMatched: { update: "*" }, whenNotMatched: { insert: "*" } } as const;
    expect(await table.merge(news, all)).toMatchObject({ inserted: 1, updated: 1 });
    const rows = await table.scan().rows();
    expect(rows.toSorted((a, b) => Number(a["id"]) - Number(b["id"]))).toEqual([
      { id: 1n, name: "a", big: null },
      { id: 2n, name: "c", big: "1" },
      { id: 3n, name: null, big: "18446744073709551615" },
    ]);
    await expect(table.append(tableFromArrays({ nmae: ["x"] }))).rejects.toMatchObject({ code: "UNRESOLVED_COLUMN" });
    await table.close();
  });
});

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

describe("the changes of a table", () => {
  it("are rows with what became of them, also as Arrow", async () => {
    const table = await DeltaTable.create(join(folder, "changed"), {
      schema: "id BIGINT, name STRING",
      properties: { "delta.enableChangeDataFeed": "true" },
    });
    await table.append([{ id: 1n, name: "a" }]);
    await table.update({ name: "'b'" }, "id = 1");
    const changes = await table.changes({ from: 1, where: "id = 1", columns: ["name", "_change_type"] }).rows();
    expect(changes).toHaveLength(3);
    expect(changes).toEqual(
      expect.arrayContaining([
        { name: "a", _change_type: "insert" },
        { name: "a", _change_type: "update_preimage" },
        { name: "b", _change_type: "update_postimage" },
      ]),
    );
    expect((await table.changes({ from: 1, to: 1 }).arrow()).toArray()).toMatchObject([
      { id: 1n, _commit_version: 1n },
    ]);
    await expect(all.changes({ from: 0 }).rows()).rejects.toMatchObject({ code: "DELTA_MISSING_CHANGE_DATA" });
    await table.close();
  });
});

describe("a table with auto-compaction", () => {
  it("puts its small files together after the write that makes them too many", async () => {
    const table = await DeltaTable.create(join(folder, "compact"), {
      schema: "id BIGINT",
      properties: { "delta.autoOptimize.autoCompact": "true" },
    });
    for (let id = 0; id < 50; id += 1) await table.append([{ id }]);
    expect((await table.scan().plan()).files).toHaveLength(1);
    expect(await table.version()).toBe(51);
    await table.close();
  });
});
