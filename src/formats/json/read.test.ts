import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  array,
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  field,
  INT,
  LONG,
  map,
  simpleString,
  STRING,
  struct,
  TIMESTAMP,
  type StructField,
} from "../../core/data-type.ts";
import type { Row } from "../../core/value.ts";
import { readOptions, type OptionValues } from "../option.ts";
import type { SourceFile } from "../source-file.ts";
import { openBench, type Bench } from "../test-files.ts";
import { inferJson } from "./infer.ts";
import { JSON_OPTIONS } from "./options.ts";
import { readJson, type JsonRead } from "./read.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench("json");
});
afterAll(() => bench.close());

interface Given extends Partial<Omit<JsonRead, "schema" | "options" | "files">> {
  readonly schema?: readonly StructField[];
}

async function read(files: readonly SourceFile[], given: OptionValues = {}, more: Given = {}): Promise<Row[]> {
  const options = readOptions("json", JSON_OPTIONS, given, "read");
  const how = { inferTypes: true, rescued: more.rescuedColumn !== undefined };
  const schema =
    more.schema === undefined ? await inferJson(bench.connection, files, options, how) : struct(more.schema);
  const relation = await readJson({ ...more, files, options, schema });
  return bench.connection.rows(relation.sql, { schema: relation.schema });
}

async function infer(content: string, given: OptionValues = {}, inferTypes = true): Promise<string> {
  const options = readOptions("json", JSON_OPTIONS, given, "read");
  const files = [await bench.file(content)];
  return simpleString(await inferJson(bench.connection, files, options, { inferTypes, rescued: false }));
}

describe("inference", () => {
  it("merges the types of all records", async () => {
    const content = [
      '{"l":1,"d":1,"s":1,"b":true,"m":true,"n":null,"e":"","o":{"x":1},"a":[1,2],"t":"2020-01-01","v":{},"w":[]}',
      '{"l":-5,"d":1.5,"s":"x","b":false,"m":1,"n":null,"e":2,"o":{"y":[{"z":1}]},"a":[1.5],"c":{"k":1}}',
      '{"c":5,"o":{},"a":[]}',
      "{}",
    ].join("\n");
    expect(await infer(content)).toBe(
      "struct<a:array<double>,b:boolean,c:string,d:double,e:bigint,l:bigint,m:string,n:string," +
        "o:struct<x:bigint,y:array<struct<z:bigint>>>,s:string,t:string,v:string,w:array<string>>",
    );
    expect(await infer(content, { primitivesAsString: "true", dropFieldIfAllNull: "true" })).toBe(
      "struct<a:array<string>,b:string,c:string,d:string,e:string,l:string,m:string," +
        "o:struct<x:string,y:array<struct<z:string>>>,s:string,t:string>",
    );
    expect(await infer('{"a":{"b":1},"c":2}', {}, false)).toBe("struct<a:string,c:string>");
  });

  it("adds the column for corrupt records where there are some", async () => {
    expect(await infer('{"a":1}\nnot json\n')).toBe("struct<_corrupt_record:string,a:bigint>");
    expect(await infer('{"a":1}\nnot json\n', { mode: "DROPMALFORMED" })).toBe("struct<a:bigint>");
  });
});

describe("records", () => {
  it("are objects, one a line, or in an array", async () => {
    const source = await bench.file('{"a":1}\r\n\r\n[{"a":2},{"a":3}]\n  {"a": 4}');
    expect(await read([source])).toEqual([{ a: 1n }, { a: 2n }, { a: 3n }, { a: 4n }]);
  });

  it("span whole files with multiLine", async () => {
    const files = [
      await bench.file('\u{FEFF}[\n  {"a": 1,\n "b": {"c": "x\\ny"}},\n {"a": 2}\n]\n'),
      await bench.file('{\n"a": 3\n}\n'),
      await bench.file(""),
    ];
    expect(await read(files, { multiLine: "true" })).toEqual([
      { a: 1n, b: { c: "x\ny" } },
      { a: 2n, b: null },
      { a: 3n, b: null },
    ]);
  });

  it("may have single quotes", async () => {
    const source = await bench.file(`{'a': 'x "y"', "b": "it's"}\n{'a':'z',"b":"w"}\n{"a":"it's"}`);
    expect(await read([source], {}, { schema: [field("a", STRING), field("b", STRING)] })).toEqual([
      { a: null, b: null },
      { a: "z", b: "w" },
      { a: "it's", b: null },
    ]);
  });

  it("that are malformed give nulls and their text, are left out, or fail with file and line", async () => {
    const source = await bench.file('{"a":1}\n\n{"a":\n[1]\n{"a":"x"}\n');
    const schema = [field("a", INT), field("_corrupt_record", STRING)];
    expect(await read([source], {}, { schema })).toEqual([
      { a: 1, _corrupt_record: null },
      { a: null, _corrupt_record: '{"a":' },
      { a: null, _corrupt_record: "1" },
      { a: null, _corrupt_record: '{"a":"x"}' },
    ]);
    expect(await read([source], { mode: "DROPMALFORMED" }, { schema: [field("a", INT)] })).toEqual([{ a: 1 }]);
    await expect(read([source], { mode: "FAILFAST" }, { schema: [field("a", INT)] })).rejects.toMatchObject({
      code: "MALFORMED_RECORD_IN_PARSING",
      message: expect.stringMatching(/f\d+\.json, line 3: the record is no JSON object: .*PERMISSIVE/) as unknown,
    });
  });
});

describe("values", () => {
  it("fit their types as Spark's parser says, else they are null", async () => {
    const source = await bench.file(
      [
        '{"i":1,"d":1,"b":true,"s":"x","t":"2020-01-05","ts":"2020-01-05T10:00:00Z","c":"1.25","a":[1,2],"m":{"k":1},"o":{"x":1,"y":"z"}}',
        '{"i":1.0,"d":"NaN","b":"true","s":1,"t":5,"ts":1578218400,"c":1.255,"a":[1,"x"],"m":{"k":"v"},"o":{"x":"q"}}',
        '{"i":"1","d":"1","b":1,"s":{"p":[1]},"t":"x","ts":"x","c":"x","a":{},"m":[],"o":5}',
        '{"i":null,"d":-1.5e3,"s":null,"a":[],"m":{},"o":{}}',
      ].join("\n"),
    );
    const schema = [
      field("i", INT),
      field("d", DOUBLE),
      field("b", BOOLEAN),
      field("s", STRING),
      field("t", DATE),
      field("ts", TIMESTAMP),
      field("c", decimal(5, 2)),
      field("a", array(INT)),
      field("m", map(STRING, INT)),
      field("o", struct([field("x", LONG), field("y", STRING)])),
    ];
    expect(await read([source], {}, { schema })).toEqual([
      {
        i: 1,
        d: 1,
        b: true,
        s: "x",
        t: "2020-01-05",
        ts: "2020-01-05 10:00:00",
        c: "1.25",
        a: [1, 2],
        m: [{ key: "k", value: 1 }],
        o: { x: 1n, y: "z" },
      },
      {
        i: null,
        d: Number.NaN,
        b: null,
        s: "1",
        t: null,
        ts: "2020-01-05 10:00:00",
        c: "1.26",
        a: [1, null],
        m: [{ key: "k", value: null }],
        o: { x: null, y: null },
      },
      { i: null, d: null, b: null, s: '{"p":[1]}', t: null, ts: null, c: null, a: null, m: null, o: null },
      { i: null, d: -1500, b: null, s: null, t: null, ts: null, c: null, a: [], m: [], o: { x: null, y: null } },
    ]);
  });

  it("that do not fit are rescued, unknown fields and broken records too", async () => {
    const source = await bench.file(
      ['{"i":1}', '{"i":"x","new":{"a":1},"A \\"q":null}', '{"o":{"x":1,"z":2},"a":[{"x":"p"}]}', "broken"].join("\n"),
    );
    const object = struct([field("x", LONG)]);
    const schema = [field("i", INT), field("o", object), field("a", array(object))];
    const rows = await read([source], {}, { schema, rescuedColumn: "_rescued_data" });
    const path = `"_file_path":"${source.url}"}`;
    expect(rows.map((row) => row["_rescued_data"])).toEqual([
      null,
      `{"i":"x","new":{"a":1},"A \\"q":null,${path}`,
      `{"o":{"x":1,"z":2},"a":[{"x":"p"}],${path}`,
      `{"_corrupt_record":"broken",${path}`,
    ]);
    expect(rows[2]).toMatchObject({ o: { x: 1n }, a: [{ x: null }] });
  });

  it("never lose digits of decimals silently", async () => {
    const source = await bench.file(
      '{"d":0.1}\n{"d":"12345678901234567.8901"}\n{"d":123456789012345678}\n{"d":12345678901.25}\n',
    );
    const schema = [field("d", decimal(30, 4))];
    expect(await read([source], {}, { schema })).toEqual([
      { d: "0.1000" },
      { d: "12345678901234567.8901" },
      { d: "123456789012345678.0000" },
      { d: "12345678901.2500" },
    ]);
    const long = await bench.file('{"d":12345678901234567.8901}');
    await expect(read([long], {}, { schema })).rejects.toMatchObject({ code: "DECIMAL_PRECISION_LOST" });
  });

  it("come with metadata", async () => {
    const files = [await bench.file('{"a":1}', "m1.json"), await bench.file('{"a":2}', "m2.json")];
    const rows = await read(files, {}, { metadata: true });
    expect(rows.map((row) => row["_metadata"])).toMatchObject([{ file_name: "m1.json" }, { file_name: "m2.json" }]);
  });
});
