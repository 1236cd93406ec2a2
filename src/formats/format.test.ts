import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, INT, LONG, simpleString, STRING, struct, type StructField } from "../core/data-type.ts";
import type { Row } from "../core/value.ts";
import { FORMATS, formatNamed, inferFiles, readFiles, type FileRead, type FormatName } from "./format.ts";
import type { SourceFile } from "./source-file.ts";
import { openBench, sourceFile, type Bench } from "./test-files.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench("txt");
});
afterAll(() => bench.close());

let count = 0;

async function parquet(select: string): Promise<SourceFile> {
  const path = join(bench.folder, `p${(count += 1)}.parquet`);
  await bench.connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`);
  return sourceFile(path);
}

async function infer(format: FormatName, files: readonly SourceFile[]): Promise<string> {
  return simpleString(
    await inferFiles(bench.connection, { format, files, options: {}, inferTypes: true, rescued: false }),
  );
}

async function read(
  format: FormatName,
  files: readonly SourceFile[],
  schema?: readonly StructField[],
  more: Partial<FileRead> = {},
): Promise<Row[]> {
  const inference = { format, files, options: more.options ?? {}, inferTypes: true, rescued: false };
  const wanted = schema === undefined ? await inferFiles(bench.connection, inference) : struct(schema);
  const relation = await readFiles(bench.connection, { format, files, options: {}, schema: wanted, ...more });
  return bench.connection.rows(relation.sql, { schema: relation.schema });
}

describe("parquet", () => {
  it("merges the columns of all files by name and widens numbers", async () => {
    const files = [
      await parquet("SELECT 1::INT AS a, 'x' AS \"B\", {'p': 1, 'q': 'z'} AS s, [1] AS l"),
      await parquet("SELECT 2::BIGINT AS a, {'p': 1, 'r': 2} AS s, 'y' AS b, 1.5::DOUBLE AS c"),
    ];
    expect(await infer("parquet", files)).toBe(
      "struct<a:bigint,B:string,s:struct<p:int,q:string,r:int>,l:array<int>,c:double>",
    );
    expect(await read("parquet", files)).toEqual([
      { a: 1n, B: "x", s: { p: 1, q: "z", r: null }, l: [1], c: null },
      { a: 2n, B: "y", s: { p: 1, q: null, r: 2 }, l: null, c: 1.5 },
    ]);
  });

  it("rescues columns that the schema does not have or has otherwise", async () => {
    const files = [await parquet("SELECT 1 AS a, 2 AS b, 'x' AS \"A2\""), await parquet("SELECT 'no' AS a")];
    const schema = [field("a", INT), field("a2", STRING)];
    expect(await read("parquet", files, schema, { rescuedColumn: "_rescued_data" })).toEqual([
      { a: 1, a2: null, _rescued_data: `{"b":2,"A2":"x","_file_path":"${files[0]?.url ?? ""}"}` },
      { a: null, a2: null, _rescued_data: `{"a":"no","_file_path":"${files[1]?.url ?? ""}"}` },
    ]);
    await expect(read("parquet", files, schema)).rejects.toMatchObject({
      code: "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
    });
  });

  it("names the file that is no Parquet file, or is gone", async () => {
    const broken = await bench.file("no parquet", "broken.parquet");
    await expect(infer("parquet", [broken])).rejects.toMatchObject({
      code: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
      message: expect.stringContaining("broken.parquet") as unknown,
    });
    const gone = { ...broken, path: join(bench.folder, "gone.parquet"), url: "file:///gone.parquet" };
    await expect(infer("parquet", [gone])).rejects.toMatchObject({ code: "FAILED_READ_FILE.FILE_NOT_EXIST" });
  });

  it("gives metadata and partition columns", async () => {
    const file = { ...(await parquet("SELECT 1 AS a")), partition: { day: "2020-01-01" } };
    const rows = await read("parquet", [file], [field("a", INT)], {
      metadata: true,
      partitionColumns: [field("day", STRING)],
    });
    expect(rows).toMatchObject([{ a: 1, day: "2020-01-01", _metadata: { file_size: BigInt(file.size) } }]);
  });
});

describe("text", () => {
  it("gives every line, empty ones too", async () => {
    const source = await bench.file('\u{FEFF}a\r\n\r\n  b,"\nlast');
    expect(await read("text", [source])).toEqual([
      { value: "a" },
      { value: "" },
      { value: '  b,"' },
      { value: "last" },
    ]);
    expect(await read("text", [await bench.file("")])).toEqual([]);
  });

  it("gives whole files", async () => {
    const files = [await bench.file("a\nb\n"), await bench.file("")];
    expect(await read("text", files, undefined, { options: { wholeText: "TRUE" } })).toEqual([
      { value: "a\nb\n" },
      { value: "" },
    ]);
  });
});

describe("binaryFile", () => {
  it("gives path, time, length and content", async () => {
    const source = await bench.file(Buffer.from([0, 255, 10]), "blob.bin");
    const [row] = await read("binaryFile", [source]);
    expect(row).toMatchObject({ path: source.url, length: 3n });
    expect(row?.["content"]).toEqual(Buffer.from([0, 255, 10]));
    expect(await read("binaryFile", [source], [field("length", LONG)])).toEqual([{ length: 3n }]);
  });
});

describe("formats", () => {
  it("that do not exist are refused with the nearest name", () => {
    expect(() => formatNamed("jsn")).toThrow(expect.objectContaining({ hint: 'Did you mean "json"?' }));
    expect(formatNamed("BINARYFILE").name).toBe("binaryFile");
  });

  it("describe every option once", () => {
    for (const { options } of FORMATS) {
      const names = options.flatMap((each) => [each.name, ...(each.aliases ?? [])].map((name) => name.toLowerCase()));
      expect(new Set(names).size).toBe(names.length);
      for (const each of options) expect(each.description).toMatch(/\.$/);
    }
  });
});
