import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, STRING, struct } from "../core/data-type.ts";
import { explainReadFailure } from "./failure.ts";
import { readFiles } from "./format.ts";
import type { SourceFile } from "./source-file.ts";
import { openBench, type Bench } from "./test-files.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench("csv");
});
afterAll(() => bench.close());

async function failure(files: readonly SourceFile[], format: "csv" | "json", options = {}): Promise<unknown> {
  const schema = struct([field("a", STRING)]);
  const { sql } = await readFiles(bench.connection, { format, files, options, schema });
  try {
    await bench.connection.rows(sql);
  } catch (error) {
    return explainReadFailure(error, files);
  }
  return undefined;
}

describe("a read that fails", () => {
  it("names the file, the line and the remedy when bytes are no text", async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `${index},x`).join("\r\n");
    const bad = await bench.file(
      Buffer.concat([Buffer.from(`a,b\r\n${lines}\r\nf`), Buffer.from([0xfc]), Buffer.from("r\r\n")]),
    );
    const expected = { code: "INVALID_ENCODING", location: { file: bad.url, line: 50_002 } };
    expect(await failure([await bench.file("a\n1\n"), bad], "csv", { header: "true" })).toMatchObject(expected);
    expect(await failure([bad], "csv", { header: "true", multiLine: "true" })).toMatchObject(expected);
    expect(await failure([bad], "json")).toMatchObject(expected);
  });

  it("names the file that is gone", async () => {
    const file = await bench.file('{"a":1}', "gone.json");
    const gone = { ...file, path: `${file.path}.gone` };
    expect(await failure([gone], "json")).toMatchObject({ code: "FAILED_READ_FILE.FILE_NOT_EXIST" });
    expect(await failure([gone], "json", { multiLine: "true" })).toMatchObject({
      code: "FAILED_READ_FILE.FILE_NOT_EXIST",
    });
  });

  it("names the file with a line that is too long", async () => {
    const file = await bench.file(`a\n${"x".repeat(17 * 1024 * 1024)}\n`);
    expect(await failure([file], "csv", { header: "true" })).toMatchObject({ code: "RECORD_TOO_LONG" });
  });

  it("says nothing new when it is not about a file", async () => {
    const error = new Error("other");
    expect(await explainReadFailure(error, [])).toBe(error);
  });
});
