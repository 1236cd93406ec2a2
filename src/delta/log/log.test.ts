import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { parseCommit } from "./commit-file.ts";
import { parseExactJson, splitJsonValues } from "./exact-json.ts";
import { checkReadable, checkWritable, protocolFor, withFeatures } from "../features.ts";
import { commitName, padded, parseLogFile } from "./log-files.ts";
import { logKey } from "./log-segment.ts";
import { readObject } from "./objects.ts";
import { Replay } from "./replay.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, 1 AS age`;
const METADATA = {
  id: "x",
  format: { provider: "parquet", options: {} },
  schemaString: '{"type":"struct","fields":[]}',
  partitionColumns: [],
  configuration: {},
};

describe("a commit file", () => {
  it("is read one action a line, or pretty-printed", () => {
    const actions = [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { txn: { appId: "a} {", version: 3 } },
    ];
    const lines = actions.map((action) => JSON.stringify(action)).join("\r\n");
    const pretty = actions.map((action) => JSON.stringify(action, undefined, 2)).join("\n");
    expect(parseCommit(lines, "f")).toEqual(actions);
    expect(parseCommit(pretty, "f")).toEqual(actions);
    expect(splitJsonValues(`{"a":"\\"}"} [1]\n{}`)).toEqual(['{"a":"\\"}"}', "[1]", "{}"]);
  });

  it("is refused when it is truncated, is no JSON or lacks a field, naming file and action", () => {
    for (const text of ['{"protocol":{"minReaderVersion":1,', "garbage", '{"add":{"size":1}}', '{"txn":{"appId":1}}']) {
      expect(() => parseCommit(text, "7.json")).toThrow(expect.objectContaining({ code: "DELTA_LOG_CORRUPTED" }));
      expect(() => parseCommit(text, "7.json")).toThrow(/7\.json/);
    }
  });

  it("keeps whole numbers beyond 2^53 exact, or refuses them where a double is needed", () => {
    const text =
      '{"a":9007199254740993,"b":[-9223372036854775808,1],"c":"9007199254740993","d":1.5,"e":12345678901234567890.5}';
    expect(parseExactJson(text)).toEqual({
      a: 9007199254740993n,
      b: [-9223372036854775808n, 1],
      c: "9007199254740993",
      d: 1.5,
      e: 12345678901234567000,
    });
    expect(() => parseCommit('{"txn":{"appId":"a","version":9007199254740993}}', "f")).toThrow(/below 2\^53/);
    const stats = '{"minValues":{"l":9007199254740993}}';
    const [action] = parseCommit(JSON.stringify({ add: { path: "p", size: 1, stats } }), "f");
    expect(action?.add?.stats).toBe(stats);
  });

  it("is told from the other files of a log by its name", () => {
    expect(parseLogFile("00000000000000000012.json")).toEqual({ kind: "commit", version: 12 });
    expect(parseLogFile("00000000000000000012.checkpoint.0000000002.0000000003.parquet")).toEqual({
      kind: "multi-part-checkpoint",
      version: 12,
      part: 2,
      parts: 3,
    });
    expect(parseLogFile("00000000000000000001.00000000000000000004.compacted.json")).toMatchObject({
      kind: "compacted",
    });
    expect([
      parseLogFile("_last_checkpoint"),
      parseLogFile(".00000000000000000012.json.tmp"),
      parseLogFile("12.json"),
    ]).toEqual([undefined, undefined, undefined]);
  });
});

describe("replay", () => {
  it("keeps the newest action of a file, by path and deletion vector", () => {
    const replay = new Replay();
    const add = { path: "f", partitionValues: {}, size: 1, modificationTime: 0, dataChange: true };
    const deletionVector = { storageType: "i", pathOrInlineDv: "x", sizeInBytes: 1, cardinality: 1 };
    replay.apply([{ add }]);
    replay.apply([{ remove: { path: "f", dataChange: true } }, { add: { ...add, deletionVector } }]);
    expect([...replay.added.values()]).toEqual([{ ...add, deletionVector }]);
    replay.apply([
      { remove: { path: "f", dataChange: true, deletionVector } },
      { add: { ...add, path: "file:///a/b" } },
    ]);
    replay.apply([{ remove: { path: "/a/b", dataChange: true } }]);
    expect(replay.added.size).toBe(0);
  });
});

describe("the log of a table", () => {
  it("is refused when a version is missing", async () => {
    const table = await createTable(lake, "gap", { select: row(0) });
    await append(lake, table, row(1));
    await append(lake, table, row(2));
    await lake.store.delete(logKey(table.location, "00000000000000000001.json"));
    await expect(lake.table("gap").snapshot()).rejects.toMatchObject({ code: "DELTA_VERSIONS_NOT_CONTIGUOUS" });
  });

  it("is read from its commits where a compaction file names a file twice, whatever the order", async () => {
    const written = await createTable(lake, "compacted", { select: row(0) });
    await append(lake, written, row(1));
    const read = async (version: number): Promise<string[]> => {
      const text = await readObject(lake.store, logKey(written.location, commitName(version)));
      return text.split("\n").filter((line) => line.startsWith('{"add"'));
    };
    const [first = "", second = ""] = [...(await read(0)), ...(await read(1))];
    const deletionVector = { storageType: "i", pathOrInlineDv: "x", sizeInBytes: 1, cardinality: 1 };
    const add = (JSON.parse(second) as { add: { path: string } }).add;
    const compaction = `${padded(0)}.${padded(1)}.compacted.json`;
    const state = [first, second, JSON.stringify({ add: { ...add, deletionVector } })];
    for (const lines of [
      state,
      state.toReversed(),
      [second, JSON.stringify({ remove: { ...add, dataChange: true } })],
    ]) {
      await lake.store.write(logKey(written.location, compaction), Buffer.from(lines.join("\n")));
      expect(await rowsOf(lake, await lake.table("compacted").snapshot())).toHaveLength(2);
    }
  });

  it("is refused when a commit is empty or damaged", async () => {
    const table = await createTable(lake, "damaged", { select: row(0) });
    await lake.store.write(logKey(table.location, "00000000000000000001.json"), Buffer.from('{"add":{"path":'));
    await expect(lake.table("damaged").snapshot()).rejects.toMatchObject({ code: "DELTA_LOG_CORRUPTED" });
    // The version before is whole.
    expect(await rowsOf(lake, await lake.table("damaged").snapshot({ version: 0 }))).toHaveLength(1);
  });

  it("says when there is no table, or no such version", async () => {
    await expect(lake.table("nothing").snapshot()).rejects.toMatchObject({ code: "DELTA_TABLE_NOT_FOUND" });
    const table = await createTable(lake, "short");
    await expect(table.snapshot({ version: 5 })).rejects.toMatchObject({ code: "DELTA_VERSION_NOT_FOUND" });
    await expect(table.snapshot({ version: -1 })).rejects.toMatchObject({ code: "DELTA_VERSION_INVALID" });
    await expect(table.snapshot({ version: 0, timestamp: 0 })).rejects.toMatchObject({
      code: "DELTA_VERSION_AND_TIMESTAMP",
    });
  });

  it("is read anew when the table was dropped and made again", async () => {
    const table = await createTable(lake, "again", { select: row(0) });
    await append(lake, table, row(1));
    await table.snapshot();
    for await (const { key } of lake.store.list("again/")) await lake.store.delete(key);
    await expect(table.snapshot()).rejects.toMatchObject({ code: "DELTA_TABLE_NOT_FOUND" });
    await createTable(lake, "again", { select: row(7) });
    expect((await rowsOf(lake, await table.snapshot())).map((each) => each["id"])).toEqual([7n]);
  });
});

describe("table features", () => {
  it("are refused by name when they are not known", () => {
    const protocol = {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["deletionVector"],
      writerFeatures: ["x"],
    };
    expect(() => checkReadable(protocol, "t")).toThrow(
      expect.objectContaining({ code: "DELTA_UNSUPPORTED_FEATURES_FOR_READ", hint: 'Did you mean "deletionVectors"?' }),
    );
    const writer = { ...protocol, readerFeatures: [] };
    checkReadable(writer, "t");
    expect(() => checkWritable(writer, METADATA, "t")).toThrow(/not supported: x/);
    expect(() => checkReadable({ minReaderVersion: 99, minWriterVersion: 7 }, "t")).toThrow(/reader version 99/);
  });

  it("that are supported but not in use do not hinder a write", () => {
    const listed = { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ["icebergCompatV1"] };
    checkWritable(listed, METADATA, "t");
    const configuration = { "delta.enableIcebergCompatV1": "true" };
    expect(() => checkWritable(listed, { ...METADATA, configuration }, "t")).toThrow(/icebergCompatV1/);
  });

  it("give a table the lowest protocol that has them", () => {
    expect(protocolFor([])).toEqual({ minReaderVersion: 1, minWriterVersion: 2 });
    expect(protocolFor(["checkConstraints"])).toEqual({ minReaderVersion: 1, minWriterVersion: 3 });
    expect(protocolFor(["timestampNtz"])).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["timestampNtz"],
      writerFeatures: ["appendOnly", "invariants", "timestampNtz"],
    });
    const writers = withFeatures({ minReaderVersion: 1, minWriterVersion: 2 }, ["domainMetadata"]);
    expect(writers).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ["appendOnly", "invariants", "domainMetadata"],
    });
    expect(withFeatures(writers, ["domainMetadata"])).toBe(writers);
  });
});
