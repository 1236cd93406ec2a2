import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Predicate } from "../../src/delta/scan/predicate.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { openLake, rowsOf, type Lake } from "./lake.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

type Lines = readonly (object | string)[];

interface Case {
  readonly name: string;
  /** Commits from version 1 on; a text stands as it is. */
  readonly commits?: readonly (Lines | string)[];
  /** Instead of the usual version 0. */
  readonly first?: Lines | string;
  /** More files of the log, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly predicate?: Predicate;
  /** Ids of the rows, or the code of the error and what its message says. */
  readonly gives: readonly bigint[] | readonly [code: string, message: RegExp];
}

const protocol = { minReaderVersion: 1, minWriterVersion: 2 };
const field = (name: string, type: string): object => ({ name, type, nullable: true, metadata: {} });
const metaData = {
  id: "bad",
  format: { provider: "parquet", options: {} },
  schemaString: JSON.stringify({ type: "struct", fields: [field("id", "long"), field("name", "string")] }),
  partitionColumns: [],
  configuration: {},
};
/** A file with one row, whose id is in its name. */
const add = (id: number, more: object = {}): object => ({
  add: { path: `${id}.parquet`, partitionValues: {}, size: 300, modificationTime: 1, dataChange: true, ...more },
});
const remove = (id: number): object => ({ remove: { path: `${id}.parquet`, dataChange: true, deletionTimestamp: 1 } });
const stats = (value: unknown): object => ({ stats: typeof value === "string" ? value : JSON.stringify(value) });
const idIs = (sql: string): Predicate => ({ kind: "compare", column: ["id"], op: "=", value: { sql } });
const CORRUPTED = "DELTA_LOG_CORRUPTED";
const features = (readerFeatures: readonly string[], writerFeatures: readonly string[] = readerFeatures): object => ({
  protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures, writerFeatures },
});

const CASES: readonly Case[] = [
  { name: "a commit of no bytes", commits: [""], gives: [CORRUPTED, /1\.json, there is nothing/] },
  { name: "a commit of blank lines", commits: ["\n  \n"], gives: [CORRUPTED, /there is nothing/] },
  { name: "a truncated commit", commits: ['{"add":{"path":"2.par'], gives: [CORRUPTED, /1\.json/] },
  {
    name: "a commit cut between two actions",
    commits: [`${JSON.stringify(add(2))}\n{"add":{"pa`],
    gives: [CORRUPTED, /1\.json/],
  },
  { name: "an action that is no object", commits: ["[1]"], gives: [CORRUPTED, /not a JSON object/] },
  { name: "text that is no JSON", commits: ["<html>503</html>"], gives: [CORRUPTED, /1\.json/] },
  {
    name: "a commit that is pretty-printed, with a byte order mark",
    commits: [`\uFEFF${JSON.stringify(add(2), undefined, 2)}`],
    gives: [1n, 2n],
  },
  { name: "actions that nobody knows", commits: [[{ flyToTheMoon: { at: 1 } }, add(2)]], gives: [1n, 2n] },
  { name: "fields that nobody knows", commits: [[add(2, { colour: "red", nested: { a: [1] } })]], gives: [1n, 2n] },
  {
    name: "a missing version",
    commits: [[add(2)]],
    files: { "00000000000000000003.json": JSON.stringify(add(3)) },
    gives: ["DELTA_VERSIONS_NOT_CONTIGUOUS", /02\.json is missing/],
  },
  {
    name: "a version beyond 2^53",
    files: { "09007199254740993000.json": JSON.stringify(add(2)) },
    gives: ["DELTA_VERSIONS_NOT_CONTIGUOUS", /missing/],
  },
  {
    name: "a path of the wrong type",
    commits: [[{ add: { path: 7, size: 1 } }]],
    gives: [CORRUPTED, /add\.path is not text/],
  },
  { name: "a file without a size", commits: [[{ add: { path: "2.parquet" } }]], gives: [CORRUPTED, /add\.size/] },
  {
    name: "a size beyond 2^53",
    commits: ['{"add":{"path":"2.parquet","size":9007199254740993}}'],
    gives: [CORRUPTED, /below 2\^53/],
  },
  {
    name: "a size that is no whole number",
    commits: [[add(2, { size: 1.5 })]],
    gives: [CORRUPTED, /add\.size is not a whole number/],
  },
  {
    name: "a row id beyond 2^53",
    commits: ['{"add":{"path":"2.parquet","size":1,"baseRowId":9007199254740993}}'],
    gives: [CORRUPTED, /baseRowId/],
  },
  {
    name: "a transaction's version beyond 2^53",
    commits: ['{"txn":{"appId":"a","version":9007199254740993}}'],
    gives: [CORRUPTED, /txn\.version/],
  },
  {
    name: "statistics beyond 2^53",
    commits: [
      [add(2, stats('{"numRecords":1,"minValues":{"id":9007199254740993},"maxValues":{"id":9007199254740993}}'))],
    ],
    predicate: idIs("9007199254740992"),
    gives: [1n],
  },
  { name: "statistics that are no JSON", commits: [[add(2, stats("{min"))]], predicate: idIs("2"), gives: [1n, 2n] },
  {
    name: "statistics of the wrong types",
    commits: [[add(2, stats({ numRecords: "many", minValues: { id: "b" }, maxValues: { id: [1] }, nullCount: 7 }))]],
    predicate: idIs("2"),
    gives: [1n, 2n],
  },
  { name: "statistics that are a list", commits: [[add(2, stats([1, 2]))]], predicate: idIs("2"), gives: [1n, 2n] },
  {
    name: "statistics that are no text",
    commits: [[add(2, { stats: { numRecords: 1 } })]],
    gives: [CORRUPTED, /add\.stats is not text/],
  },
  { name: "the same file added twice", commits: [[add(2), add(2)], [add(2)]], gives: [1n, 2n] },
  { name: "a file removed that never was", commits: [[remove(9), add(2)]], gives: [1n, 2n] },
  {
    name: "two protocols in a commit",
    commits: [[{ protocol: { minReaderVersion: 9, minWriterVersion: 9 } }, { protocol }, add(2)]],
    gives: [1n, 2n],
  },
  {
    name: "a protocol of the future",
    commits: [[{ protocol: { minReaderVersion: 4, minWriterVersion: 8 } }]],
    gives: ["DELTA_INVALID_PROTOCOL_VERSION", /reader version 4/],
  },
  {
    name: "a reader version beyond 2^53",
    commits: ['{"protocol":{"minReaderVersion":9007199254740993,"minWriterVersion":2}}'],
    gives: [CORRUPTED, /minReaderVersion/],
  },
  {
    name: "a reader feature that nobody knows",
    commits: [[features(["timeMachine"])]],
    gives: ["DELTA_UNSUPPORTED_FEATURES_FOR_READ", /timeMachine/],
  },
  { name: "a writer feature that nobody knows", commits: [[features([], ["timeMachine"]), add(2)]], gives: [1n, 2n] },
  {
    name: "features that are no list",
    commits: [[{ protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: "x" } }]],
    gives: [CORRUPTED, /readerFeatures is not a list/],
  },
  { name: "no protocol", first: [{ metaData }, add(1)], gives: ["DELTA_STATE_RECOVER_ERROR", /no protocol/] },
  { name: "no metadata", first: [{ protocol }, add(1)], gives: ["DELTA_STATE_RECOVER_ERROR", /no metadata/] },
  {
    name: "metadata without an id",
    first: [{ protocol }, { metaData: { ...metaData, id: undefined } }],
    gives: [CORRUPTED, /metaData\.id/],
  },
  {
    name: "a schema that is no JSON",
    first: [{ protocol }, { metaData: { ...metaData, schemaString: "{" } }],
    gives: ["SCHEMA_JSON_INVALID", /not JSON/],
  },
  {
    name: "a type that nobody knows",
    first: [
      { protocol },
      {
        metaData: {
          ...metaData,
          schemaString: '{"type":"struct","fields":[{"name":"id","type":"quark","nullable":true,"metadata":{}}]}',
        },
      },
    ],
    gives: ["SCHEMA_JSON_INVALID", /quark/],
  },
  {
    name: "a path that leads out of the table",
    commits: [[{ add: { path: "../x.parquet", size: 1 } }]],
    gives: ["DELTA_INVALID_PATH", /leads out/],
  },
  {
    name: "an encoded path that leads out of the table",
    commits: [[{ add: { path: "a/%2e%2e/%2E%2E/x.parquet", size: 1 } }]],
    gives: ["DELTA_INVALID_PATH", /leads out/],
  },
  {
    name: "an encoded slash that leads out of the table",
    commits: [[{ add: { path: "..%2F..%2Fx.parquet", size: 1 } }]],
    gives: ["DELTA_INVALID_PATH", /leads out/],
  },
  {
    name: "a path with a NUL",
    commits: [[{ add: { path: "x%00.parquet", size: 1 } }]],
    gives: ["DELTA_INVALID_PATH", /NUL/],
  },
  { name: "a data file that is missing", commits: [[add(8)]], gives: ["DELTA_FILE_NOT_FOUND", /8\.parquet/] },
  { name: "a hint that is torn", files: { _last_checkpoint: '{"version":' }, gives: [1n] },
  {
    name: "a hint with a wrong checksum",
    files: { _last_checkpoint: '{"version":7,"size":1,"checksum":"00"}' },
    gives: [1n],
  },
  { name: "a hint beyond 2^53", files: { _last_checkpoint: '{"version":9007199254740993,"size":1}' }, gives: [1n] },
  {
    name: "a checkpoint with a part missing",
    files: { "00000000000000000000.checkpoint.0000000001.0000000002.parquet": "x" },
    gives: [1n],
  },
  {
    name: "a checkpoint that is no Parquet",
    files: { "00000000000000000000.checkpoint.parquet": "PAR1xPAR1" },
    gives: [1n],
  },
  {
    name: "a checkpoint without protocol and metadata",
    files: {
      "00000000000000000000.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json": JSON.stringify({
        checkpointMetadata: { version: 0 },
      }),
    },
    gives: [1n],
  },
  {
    name: "a checkpoint whose sidecar is missing",
    commits: [[add(2)]],
    files: v2Checkpoint("none.parquet"),
    gives: [1n, 2n],
  },
  {
    name: "a checkpoint whose sidecar leads out of the log",
    commits: [[add(2)]],
    files: v2Checkpoint("../../../x.parquet"),
    gives: ["DELTA_INVALID_PATH", /leads out/],
  },
  { name: "a checksum that is torn", files: { "00000000000000000000.crc": "{" }, gives: [1n] },
  {
    name: "commits compacted",
    commits: [[add(2)], [remove(2), add(3)]],
    files: {
      "00000000000000000001.00000000000000000002.compacted.json": [remove(2), add(3)]
        .map((each) => JSON.stringify(each))
        .join("\n"),
    },
    gives: [1n, 3n],
  },
  {
    name: "commits compacted, in place of one that is damaged",
    commits: ["{", [add(3)]],
    files: { "00000000000000000001.00000000000000000002.compacted.json": JSON.stringify(add(3)) },
    gives: [1n, 3n],
  },
  {
    name: "commits compacted, torn",
    commits: [[add(2)], [remove(2), add(3)]],
    files: { "00000000000000000001.00000000000000000002.compacted.json": '{"add":' },
    gives: [1n, 3n],
  },
  {
    name: "commits compacted beyond the newest version",
    commits: [[add(2)]],
    files: { "00000000000000000001.00000000000000000007.compacted.json": JSON.stringify(add(3)) },
    gives: [1n, 2n],
  },
];

function v2Checkpoint(sidecar: string): Readonly<Record<string, string>> {
  const actions = [
    { checkpointMetadata: { version: 1 } },
    { protocol },
    { metaData },
    { sidecar: { path: sidecar, sizeInBytes: 1, modificationTime: 1 } },
  ];
  const name = "00000000000000000001.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json";
  return { [name]: actions.map((each) => JSON.stringify(each)).join("\n") };
}

describe("a log with", () => {
  it.each(CASES)(
    "$name",
    async ({ name, first = [{ protocol }, { metaData }, add(1)], commits = [], files = {}, ...given }) => {
      const table = await tableOf(name.replaceAll(/\W/g, "-"), [first, ...commits], files);
      const ids = async (): Promise<unknown[]> => {
        const snapshot = await table.snapshot();
        if (given.predicate === undefined) return (await rowsOf(lake, snapshot, "id")).map((each) => each["id"]);
        const scan = await snapshot.scan({ predicate: given.predicate });
        return (await lake.connection.rows(`SELECT id FROM ${scan.sql()} ORDER BY id`)).map((each) => each["id"]);
      };
      const [code, message] = given.gives;
      if (typeof code === "string") {
        await expect(ids()).rejects.toMatchObject({ code, message: expect.stringMatching(message as RegExp) });
      } else expect(await ids()).toEqual(given.gives);
    },
  );

  it("a clock that ran backwards is dated upwards all the same", async () => {
    const table = await tableOf("clock", [[{ protocol }, { metaData }, add(1)], [add(2)], [add(3)]], {});
    for (const [version, time] of [3000, 1000, 2000].entries()) {
      await utimes(join(lake.folder, "clock", "_delta_log", `${version}.json`.padStart(25, "0")), time, time);
    }
    const [newest, , oldest] = await table.history();
    expect([oldest?.timestamp, newest?.timestamp]).toEqual([3_000_000, 3_000_002]);
    expect((await table.snapshot({ timestamp: 3_000_001 })).version).toBe(1);
  });
});

async function tableOf(
  folder: string,
  commits: readonly (Lines | string)[],
  files: Readonly<Record<string, string>>,
): Promise<DeltaTable> {
  const log = join(lake.folder, folder, "_delta_log");
  await mkdir(log, { recursive: true });
  for (const id of [1, 2, 3]) {
    await lake.connection.run(
      `COPY (SELECT ${id}::BIGINT AS id, 'n' AS name) TO '${lake.folder}/${folder}/${id}.parquet' (FORMAT parquet)`,
    );
  }
  for (const [version, lines] of commits.entries()) {
    const text =
      typeof lines === "string"
        ? lines
        : lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
    await writeFile(join(log, `${version}.json`.padStart(25, "0")), text);
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(log, name), text);
  return lake.table(folder);
}
