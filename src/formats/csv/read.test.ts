import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BOOLEAN, DATE, DOUBLE, field, INT, simpleString, STRING, struct, TIMESTAMP } from "../../core/data-type.ts";
import type { StructField } from "../../core/data-type.ts";
import type { Row } from "../../core/value.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { DuckDb } from "../../duckdb/duckdb.ts";
import { readOptions, type OptionValues } from "../option.ts";
import type { SourceFile } from "../source-file.ts";
import { inferCsv } from "./infer.ts";
import { CSV_OPTIONS } from "./options.ts";
import { readCsv, type CsvRead } from "./read.ts";

let database: DuckDb;
let connection: Connection;
let folder: string;

beforeAll(async () => {
  database = await DuckDb.open({ threads: 2 });
  connection = await database.connect();
  folder = await mkdtemp(join(tmpdir(), "boathouse-csv-"));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

let count = 0;

async function file(content: string | Buffer, name = `f${(count += 1)}.csv`): Promise<SourceFile> {
  const path = join(folder, name);
  await writeFile(path, content);
  return sourceFile(path);
}

async function sourceFile(path: string): Promise<SourceFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, url: `file://${path}`, size, lastModified: mtimeMs };
}

interface Given extends Partial<Omit<CsvRead, "schema" | "options" | "files">> {
  readonly schema?: readonly StructField[];
}

async function read(files: readonly SourceFile[], given: OptionValues = {}, more: Given = {}): Promise<Row[]> {
  const options = readOptions("csv", CSV_OPTIONS, given, "read");
  const schema = more.schema === undefined ? await inferCsv(connection, files, options, false) : struct(more.schema);
  const relation = await readCsv(connection, { columns: "name", ...more, files, options, schema });
  return connection.rows(relation.sql, { schema: relation.schema });
}

async function infer(content: string, given: OptionValues = {}): Promise<string> {
  const options = readOptions("csv", CSV_OPTIONS, { header: "true", ...given }, "read");
  return simpleString(await inferCsv(connection, [await file(content)], options, true));
}

const HEADER = { header: "true" };

describe("records", () => {
  it("end at CRLF, LF or a lone CR, and blank lines are none", async () => {
    const source = await file("\u{FEFF}a,b\r\n1,2\r\n\r\n \t\n3,4\r5,6\n\r7,8");
    expect(await read([source], HEADER)).toEqual([
      { a: "1", b: "2" },
      { a: "3", b: "4" },
      { a: "5", b: "6" },
      { a: "7", b: "8" },
    ]);
  });

  it("lose no character at the borders of read buffers", async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => `${index},${"x".repeat(index % 997)}`);
    const source = await file(`a,b\r\n${lines.join("\r\n")}\r\n`);
    const options = readOptions("csv", CSV_OPTIONS, HEADER, "read");
    const schema = struct([field("a", INT), field("b", STRING)]);
    const { sql } = await readCsv(connection, { files: [source], options, schema, columns: "name" });
    const [row] = await connection.rows(
      `SELECT count(*)::INT AS count, sum(a)::BIGINT AS sum, count(CASE WHEN length(b) = a % 997 OR (b IS NULL AND a % 997 = 0) THEN 1 END)::INT AS right FROM (${sql})`,
    );
    expect(row).toEqual({ count: 200_000, sum: 19999900000n, right: 200_000 });
  });

  it("begin after the header, which comments and blank lines may come before", async () => {
    const source = await file("# about\n\n# more\na,b\n# inside\n1,2\n");
    expect(await read([source], { ...HEADER, comment: "#" })).toEqual([{ a: "1", b: "2" }]);
  });

  it("of empty and header-only files are none", async () => {
    const files = [
      await file(""),
      await file("a,b"),
      await file("a,b\r\n"),
      await file("\n\n"),
      await file("a,b\n1,2"),
    ];
    expect(await read(files, HEADER)).toEqual([{ a: "1", b: "2" }]);
    expect(await read([await file("")], HEADER, { schema: [field("a", STRING)] })).toEqual([]);
  });

  it("are unpacked from gzip by the file's name, other packings are refused", async () => {
    const source = await file(gzipSync("a,b\r\n1,x\r\n"), "packed.csv.gz");
    expect(await read([source], HEADER)).toEqual([{ a: "1", b: "x" }]);
    await expect(read([await file("", "packed.csv.bz2")], HEADER)).rejects.toMatchObject({
      code: "UNSUPPORTED_COMPRESSION",
    });
    await expect(read([await file("a,b\n", "broken.csv.gz")], HEADER)).rejects.toMatchObject({
      code: "FAILED_READ_FILE",
    });
  });

  it("run over several lines inside quotes with multiLine", async () => {
    const source = await file('a,b\r\n1,"x\r\ny ""z"",\r\n\r\nw"\r\n\r\n2,"\\"\r\n3"\r\n# no\r\n"4\r\n",5');
    const rfc = await read([source], { ...HEADER, multiLine: "true", escape: '"', comment: "#" });
    expect(rfc).toEqual([
      { a: "1", b: 'x\ny "z",\n\nw' },
      { a: "2", b: "\\" },
      { a: '3"', b: null },
      { a: "4\n", b: "5" },
    ]);
    const plain = await file('a,b\n1,"x\ny"\n2,"\\"\n"\n');
    expect(await read([plain], { ...HEADER, multiLine: "true" })).toEqual([
      { a: "1", b: "x\ny" },
      { a: "2", b: '"\n' },
    ]);
  });

  it("in other encodings are read when the option names them, refused with file and line when not", async () => {
    const latin = await file(Buffer.from("a,b\r\n1,x\r\n2,für\r\n", "latin1"));
    expect(await read([latin], { ...HEADER, encoding: "ISO-8859-1" })).toEqual([
      { a: "1", b: "x" },
      { a: "2", b: "für" },
    ]);
    await expect(read([latin], HEADER)).rejects.toMatchObject({
      code: "INVALID_ENCODING",
      location: { line: 3 },
      hint: expect.stringContaining("ISO-8859-1") as unknown,
    });
    const wide = await file(Buffer.from("\u{FEFF}a,b\r\n1,日本\r\n", "utf16le"));
    expect(await read([wide], { ...HEADER, encoding: "UTF-16" })).toEqual([{ a: "1", b: "日本" }]);
    await expect(read([wide], HEADER)).rejects.toMatchObject({ code: "INVALID_ENCODING" });
    await expect(read([wide], { encoding: "EBCDIC" })).rejects.toMatchObject({ code: "UNSUPPORTED_ENCODING" });
  });
});

describe("columns", () => {
  it("are found by name in each file's own header", async () => {
    const files = [await file("a,b\n1,2\n"), await file("b,a\n3,4\n"), await file("b,c\n5,6\n")];
    expect(await read(files, HEADER)).toEqual([
      { a: "1", b: "2", c: null },
      { a: "4", b: "3", c: null },
      { a: null, b: "5", c: "6" },
    ]);
  });

  it("go by position where the caller says so, and without a header", async () => {
    const source = await file("x,y\n1,2\n");
    const schema = [field("a", STRING), field("b", STRING)];
    expect(await read([source], HEADER, { schema, columns: "position" })).toEqual([{ a: "1", b: "2" }]);
    expect(await read([source])).toEqual([
      { _c0: "x", _c1: "y" },
      { _c0: "1", _c1: "2" },
    ]);
  });

  it("get Spark's names where the header has none or has them twice", async () => {
    expect(await read([await file("a,,A,b\n1,2,3,4\n")], HEADER)).toEqual([{ a0: "1", _c1: "2", A2: "3", b: "4" }]);
  });

  it("come with the file's metadata and its folders' values", async () => {
    const one = { ...(await file("a\n1\n", "one.csv")), lastModified: 1_600_000_000_123, partition: { day: "7" } };
    const two = { ...(await file("a\n2\n", "two.csv")), partition: { day: null } };
    const rows = await read([one, two], HEADER, { metadata: true, partitionColumns: [field("day", INT)] });
    expect(rows.map(({ a, day }) => [a, day])).toEqual([
      ["1", 7],
      ["2", null],
    ]);
    expect(rows[0]?.["_metadata"]).toEqual({
      file_path: one.url,
      file_name: "one.csv",
      file_size: 4n,
      file_block_start: 0n,
      file_block_length: 4n,
      file_modification_time: "2020-09-13 12:26:40.123",
    });
  });
});

describe("values", () => {
  const types = [field("i", INT), field("d", DOUBLE), field("b", BOOLEAN), field("t", DATE), field("s", TIMESTAMP)];

  it("become typed as Spark's parser does, and null where they cannot", async () => {
    const source = await file(
      [
        "i,d,b,t,s",
        "1,1.5,true,2020-01-05,2020-01-05 10:20:30.5",
        "+2,1e3,FALSE,2020-1-5,2020-01-05T10:20:30Z",
        "1.0,NaN,1,2020,2020-01-05 10:20:30+02:00",
        " 3,Inf,yes,05.01.2020,2020-01",
        "4_0,x,t,2020-02-30,2020-01-05T",
        "99999999999, 7 ,,,",
      ].join("\n"),
    );
    const rows = await read([source], HEADER, { schema: types });
    expect(rows).toEqual([
      { i: 1, d: 1.5, b: true, t: "2020-01-05", s: "2020-01-05 10:20:30.5" },
      { i: 2, d: 1000, b: false, t: "2020-01-05", s: "2020-01-05 10:20:30" },
      { i: null, d: Number.NaN, b: null, t: "2020-01-01", s: "2020-01-05 08:20:30" },
      { i: null, d: Infinity, b: null, t: null, s: "2020-01-01 00:00:00" },
      { i: null, d: null, b: null, t: null, s: "2020-01-05 00:00:00" },
      { i: null, d: 7, b: null, t: null, s: null },
    ]);
  });

  it("follow patterns of Java exactly", async () => {
    const source = await file("t;s\n1/31/2020;31.01.2020 01:02 PM\n01/31/20;x\n");
    const given = { ...HEADER, sep: ";", dateFormat: "M/d/yyyy", timestampFormat: "dd.MM.yyyy hh:mm a" };
    const schema = [field("t", DATE), field("s", TIMESTAMP)];
    expect(await read([source], given, { schema })).toEqual([
      { t: "2020-01-31", s: "2020-01-31 13:02:00" },
      { t: null, s: null },
    ]);
  });

  it("that do not fit are rescued with the columns that the schema does not have", async () => {
    const source = await file('i,name,Extra\n1,a,\nx,b,"e ""1"""\n3,c,f\n');
    const schema = [field("i", INT), field("name", STRING)];
    const rows = await read([source], { ...HEADER, escape: '"' }, { schema, rescuedColumn: "_rescued_data" });
    expect(rows).toEqual([
      { i: 1, name: "a", _rescued_data: null },
      { i: null, name: "b", _rescued_data: `{"i":"x","Extra":"e \\"1\\"","_file_path":"${source.url}"}` },
      { i: 3, name: "c", _rescued_data: `{"Extra":"f","_file_path":"${source.url}"}` },
    ]);
  });

  it("are null by the option nullValue, empty by emptyValue", async () => {
    const source = await file('a,b\n-,""\n,x\n');
    expect(await read([source], { ...HEADER, nullValue: "-" })).toEqual([
      { a: null, b: "" },
      { a: null, b: "x" },
    ]);
    expect(await read([source], { ...HEADER, emptyValue: "E" })).toEqual([
      { a: "-", b: "E" },
      { a: null, b: "x" },
    ]);
  });
});

describe("malformed records", () => {
  const schema = [field("a", INT), field("b", STRING)];

  it("give what can be read, and their text where the schema has the column for it", async () => {
    const source = await file("a,b\n1,x\n2\n3,y,z\nq,w\n");
    const rows = await read([source], HEADER, { schema: [...schema, field("_corrupt_record", STRING)] });
    expect(rows).toEqual([
      { a: 1, b: "x", _corrupt_record: null },
      { a: 2, b: null, _corrupt_record: "2" },
      { a: 3, b: "y", _corrupt_record: "3,y,z" },
      { a: null, b: "w", _corrupt_record: "q,w" },
    ]);
  });

  it("are left out with DROPMALFORMED", async () => {
    const source = await file("a,b\n1,x\n2\n3,y,z\nq,w\n");
    expect(await read([source], { ...HEADER, mode: "dropmalformed" }, { schema })).toEqual([{ a: 1, b: "x" }]);
  });

  it.each([
    ["\n", "a,b\n1,x\n\n2\n"],
    ["\r\n", "a,b\r\n1,x\r\n\r\n2\r\n"],
  ])("fail with FAILFAST, naming file, line and remedy (%j)", async (_, content) => {
    const source = await file(content);
    const failure = read([await file("a,b\n1,x"), source], { ...HEADER, mode: "FAILFAST" }, { schema });
    await expect(failure).rejects.toMatchObject({
      code: "MALFORMED_RECORD_IN_PARSING",
      message: expect.stringMatching(
        /f\d+\.csv, line 4: the record has 1 values where 2 columns are: 2\. .*PERMISSIVE/,
      ) as unknown,
    });
  });
});

describe("inference", () => {
  it("finds the tightest type of every column", async () => {
    const content = [
      "i,l,d,x,b,t,s,n,m,z",
      "1,1,1,1,true,2020-01-01,2020-01-01 10:00:00,,2020-01-01,12345678901234567890",
      "2,9999999999,1.5,a,FALSE,2020-12-31,2020-01-01T10:00:00Z,,2020-01-01 00:00:00,1",
    ].join("\n");
    expect(await infer(content)).toBe(
      "struct<i:int,l:bigint,d:double,x:string,b:boolean,t:date,s:timestamp,n:string,m:string,z:decimal(20,0)>",
    );
  });

  it("follows the options for dates", async () => {
    expect(await infer("t\n1/2/2020\n", { dateFormat: "M/d/yyyy" })).toBe("struct<t:date>");
    expect(await infer("t\n2020-01-02\n", { preferDate: "false" })).toBe("struct<t:timestamp>");
  });
});

describe("options", () => {
  it("that do not exist are refused with the nearest name", async () => {
    const source = await file("a\n1\n");
    await expect(read([source], { haeder: "true" })).rejects.toMatchObject({
      code: "UNKNOWN_OPTION",
      hint: 'Did you mean "header"?',
    });
    await expect(read([source], { lineSep: "|" })).rejects.toMatchObject({ code: "UNSUPPORTED_OPTION" });
    await expect(read([source], { mode: "STRICT" })).rejects.toMatchObject({ code: "INVALID_OPTION_VALUE" });
  });
});
