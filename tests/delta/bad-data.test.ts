import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeRoaring } from "../../src/delta/scan/roaring.ts";
import { encodeZ85 } from "../../src/delta/scan/z85.ts";
import type { Predicate } from "../../src/delta/scan/predicate.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";
import { createTable, openLake, rowsOf, type Lake } from "./lake.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const UUID = "0123456789abcdef0123456789abcdef";
const VECTOR_FILE = "deletion_vector_01234567-89ab-cdef-0123-456789abcdef.bin";
const inline = (positions: readonly number[], more: object = {}): object => {
  const bytes = encodeRoaring(positions);
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const vector = { storageType: "i", pathOrInlineDv: encodeZ85(padded), sizeInBytes: bytes.length };
  return { deletionVector: { ...vector, cardinality: positions.length, ...more } };
};
const stored = (more: object = {}): object => ({
  deletionVector: {
    storageType: "u",
    pathOrInlineDv: encodeZ85(Buffer.from(UUID, "hex")),
    offset: 1,
    sizeInBytes: 34,
    cardinality: 1,
    ...more,
  },
});
const stats = (value: string): object => ({ stats: value });
const is = (sql: string, column = "id"): Predicate => ({ kind: "compare", column: [column], op: "=", value: { sql } });
const CORRUPTED = "DELTA_LOG_CORRUPTED";

interface Case {
  readonly name: string;
  /** Of the one file, which has the ids from 0 to 3, 2^53 + 1 and 2^63 - 1. */
  readonly add?: object;
  readonly files?: Readonly<Record<string, Buffer>>;
  /** Cuts the data file to so many bytes. */
  readonly cut?: number;
  readonly predicate?: Predicate;
  readonly partition?: string;
  readonly gives: readonly bigint[] | readonly [code: RegExp, message: RegExp];
}

const BIG = 2n ** 53n + 1n;
const LAST = 2n ** 63n - 1n;
const ALL = [0n, 1n, 2n, 3n, BIG, LAST];
const WELL = '{"numRecords":6,"minValues":{"id":0},"maxValues":{"id":9223372036854775807},"nullCount":{"id":0}}';

const CASES: readonly Case[] = [
  { name: "statistics that are right", add: stats(WELL), gives: ALL },
  { name: "statistics that count too few rows", add: stats('{"numRecords":1}'), gives: ALL },
  { name: "statistics that count too many rows", add: stats('{"numRecords":700}'), gives: ALL },
  { name: "statistics that count no rows", add: stats('{"numRecords":0}'), gives: ALL },
  { name: "statistics that count fewer than none", add: stats('{"numRecords":-5}'), gives: ALL },
  {
    name: "bounds of another type",
    add: stats('{"numRecords":6,"minValues":{"id":"a"},"maxValues":{"id":{"x":1}},"nullCount":{"id":"many"}}'),
    predicate: is("2"),
    gives: [2n],
  },
  {
    name: "bounds that are fractions",
    add: stats('{"numRecords":6,"minValues":{"id":0.0},"maxValues":{"id":9.223372036854775807E18}}'),
    predicate: is("9223372036854775807"),
    gives: [LAST],
  },
  {
    name: "bounds beyond 2^63",
    add: stats('{"numRecords":6,"minValues":{"id":-9223372036854775809},"maxValues":{"id":9223372036854775808}}'),
    predicate: is("9223372036854775807"),
    gives: [LAST],
  },
  { name: "2^63 - 1 in its bounds", add: stats(WELL), predicate: is("9223372036854775807"), gives: [LAST] },
  { name: "2^53 + 1 in its bounds", add: stats(WELL), predicate: is("9007199254740993"), gives: [BIG] },
  { name: "2^53 + 1 next to what is asked for", add: stats(WELL), predicate: is("9007199254740992"), gives: [] },
  { name: "a data file that is cut", cut: 300, gives: [/./, /part\.parquet/] },
  { name: "a data file of no bytes", cut: 0, gives: [/./, /part\.parquet/] },
  { name: "a deletion vector", add: inline([1, 4]), gives: [0n, 2n, 3n, LAST] },
  { name: "a deletion vector of rows that are not there", add: inline([1, 400]), gives: [0n, 2n, 3n, BIG, LAST] },
  {
    name: "a vector with a wrong count",
    add: inline([1], { cardinality: 2 }),
    gives: [CODE(CORRUPTED), /holds 1 rows/],
  },
  { name: "a vector with a count below none", add: inline([1], { cardinality: -1 }), gives: [CODE(CORRUPTED), /rows/] },
  { name: "a vector that is cut", add: inline([1], { sizeInBytes: 9 }), gives: [CODE(CORRUPTED), /deletion vector/] },
  { name: "a vector of no bytes", add: inline([1], { sizeInBytes: 0 }), gives: [CODE(CORRUPTED), /deletion vector/] },
  {
    name: "a vector in characters that nobody knows",
    add: inline([1], { pathOrInlineDv: "~~~~~" }),
    gives: [CODE(CORRUPTED), /digit of Z85/],
  },
  {
    name: "a vector of a kind that nobody knows",
    add: inline([1], { storageType: "q" }),
    gives: [CODE(CORRUPTED), /"q"/],
  },
  { name: "a vector that is missing", add: stored(), gives: [CODE("DELTA_FILE_NOT_FOUND"), /deletion_vector/] },
  {
    name: "a vector's file of no bytes",
    add: stored(),
    files: { [VECTOR_FILE]: Buffer.alloc(0) },
    gives: [CODE(CORRUPTED), /deletion vector/],
  },
  {
    name: "a vector's file of another size",
    add: stored(),
    files: { [VECTOR_FILE]: Buffer.alloc(60) },
    gives: [CODE(CORRUPTED), /its size is 0/],
  },
  {
    name: "a vector's file with a wrong checksum",
    add: stored(),
    files: { [VECTOR_FILE]: Buffer.concat([Buffer.of(1, 0, 0, 0, 34), Buffer.alloc(60)]) },
    gives: [CODE(CORRUPTED), /checksum/],
  },
  {
    name: "a vector beyond its file",
    add: stored({ offset: 2 ** 31 }),
    files: { [VECTOR_FILE]: Buffer.alloc(60) },
    gives: [CODE(CORRUPTED), /deletion vector/],
  },
  {
    name: "a vector before its file",
    add: stored({ offset: -4 }),
    files: { [VECTOR_FILE]: Buffer.alloc(60) },
    gives: [CODE(CORRUPTED), /deletion vector/],
  },
  {
    name: "a vector whose place is no number",
    add: stored({ offset: "x" }),
    files: { [VECTOR_FILE]: Buffer.alloc(60) },
    gives: [CODE(CORRUPTED), /./],
  },
  {
    name: "a vector that leads out of the table",
    add: stored({ storageType: "u", pathOrInlineDv: `../../x${encodeZ85(Buffer.from(UUID, "hex"))}` }),
    gives: [CODE("DELTA_INVALID_PATH"), /leads out/],
  },
  {
    name: "a vector's path that leads out of the table",
    add: stored({ storageType: "p", pathOrInlineDv: "../other/x.bin" }),
    gives: [CODE("DELTA_INVALID_PATH"), /leads out/],
  },
  {
    name: "a vector in another store",
    add: stored({ storageType: "p", pathOrInlineDv: "https://example.com/x.bin" }),
    gives: [/DELTA_FILE_NOT_LOCAL/, /another store/],
  },
  { name: "a partition value", partition: "7", gives: ALL },
  { name: "2^53 + 1 as a partition value", partition: "9007199254740993", predicate: is("9007199254740992", "part"), gives: [] }, // prettier-ignore
  { name: "2^63 - 1 as a partition value", partition: "9223372036854775807", predicate: is("9223372036854775807", "part"), gives: ALL }, // prettier-ignore
  { name: "a partition value that is no number", partition: "seven", gives: [CODE(CORRUPTED), /"seven"/] },
  { name: "a partition value that is no whole number", partition: "1.5", gives: [CODE(CORRUPTED), /"1\.5"/] },
  { name: "a partition value beyond 2^63", partition: "9223372036854775808", gives: [CODE(CORRUPTED), /9223372036854775808/] }, // prettier-ignore
];

function CODE(code: string): RegExp {
  return new RegExp(`^${code}$`);
}

describe("a table with", () => {
  it.each(CASES)("$name", async ({ name, gives, ...given }) => {
    const table = await tableOf(name.replaceAll(/\W/g, "-"), given);
    const ids = async (): Promise<unknown[]> => {
      const snapshot = await table.snapshot();
      const { predicate } = given;
      const scan = await snapshot.scan(predicate === undefined ? {} : { predicate });
      const where =
        predicate?.kind === "compare"
          ? ` WHERE ${predicate.column[0] ?? ""} ${predicate.op} ${predicate.value.sql}`
          : "";
      const rows = await lake.connection.rows(`SELECT id FROM ${scan.sql()}${where} ORDER BY id`);
      const counted = await lake.connection.rows(`SELECT count(*)::INT AS n FROM ${scan.sql()}${where}`);
      expect(counted).toEqual([{ n: rows.length }]);
      return rows.map((row) => row["id"]);
    };
    const [code, message] = gives;
    if (code instanceof RegExp) {
      await expect(ids()).rejects.toMatchObject({
        code: expect.stringMatching(code),
        message: expect.stringMatching(message as RegExp),
      });
    } else expect(await ids()).toEqual(gives);
  });

  it("statistics that count wrong deletes what is asked for and no more", async () => {
    for (const count of [0, 1, 2, 700]) {
      const table = await tableOf(`count-${count}`, { add: stats(`{"numRecords":${count}}`) });
      const transaction = await table.begin({ operation: "DELETE" });
      await deleteRows(transaction, lake.connection, { sql: '"id" IN (1, 2)' });
      await transaction.commit();
      const rows = await rowsOf(lake, await lake.table(`count-${count}`).snapshot(), "id");
      expect(rows.map((row) => row["id"])).toEqual([0n, 3n, BIG, LAST]);
    }
  });

  it("a deletion vector of rows that are not there is not written to, as rows would be lost", async () => {
    const table = await tableOf("beyond", { add: inline([1, 400, 401]) });
    const transaction = await table.begin({ operation: "DELETE" });
    await expect(deleteRows(transaction, lake.connection, { sql: '"id" IN (0, 2, 3)' })).rejects.toMatchObject({
      code: CORRUPTED,
      message: expect.stringContaining("beyond the 6 of the file"),
    });
    await transaction.abort();
  });

  it("2^63 - 1 and 2^53 + 1 keeps them in what it writes", async () => {
    const select = `SELECT unnest([${LAST}, ${BIG}, ${-LAST - 1n}]::BIGINT[]) AS id, 'n' AS name, 1 AS age`;
    const table = await createTable(lake, "written", { select, partitionColumns: ["id"] });
    await table.checkpoint();
    for (const id of [LAST, BIG, -LAST - 1n]) {
      const scan = await (await lake.table("written").snapshot()).scan({ predicate: is(`(${id})::BIGINT`) });
      expect(scan.files).toHaveLength(1);
      expect(await lake.connection.rows(`SELECT id FROM ${scan.sql()}`)).toEqual([{ id }]);
    }
  });
});

async function tableOf(
  folder: string,
  { add = {}, files = {}, cut, partition }: Pick<Case, "add" | "files" | "cut" | "partition">,
): Promise<DeltaTable> {
  const root = join(lake.folder, folder);
  await mkdir(join(root, "_delta_log"), { recursive: true });
  const part = join(root, "part.parquet");
  await lake.connection.run(`COPY (SELECT unnest([${ALL.join(", ")}]::BIGINT[]) AS id) TO '${part}' (FORMAT parquet)`);
  if (cut !== undefined) await truncate(part, cut);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(root, name), bytes);
  const column = (name: string): object => ({ name, type: "long", nullable: true, metadata: {} });
  const fields = [column("id"), ...(partition === undefined ? [] : [column("part")])];
  const features = ["deletionVectors"];
  const actions = [
    { protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: features, writerFeatures: features } },
    {
      metaData: {
        id: "bad",
        format: { provider: "parquet", options: {} },
        schemaString: JSON.stringify({ type: "struct", fields }),
        partitionColumns: partition === undefined ? [] : ["part"],
        configuration: { "delta.enableDeletionVectors": "true" },
      },
    },
    {
      add: {
        path: "part.parquet",
        partitionValues: partition === undefined ? {} : { part: partition },
        size: 500,
        modificationTime: 1,
        dataChange: true,
        ...add,
      },
    },
  ];
  const text = actions.map((action) => JSON.stringify(action)).join("\n");
  await writeFile(join(root, "_delta_log", "00000000000000000000.json"), text);
  return lake.table(folder);
}
