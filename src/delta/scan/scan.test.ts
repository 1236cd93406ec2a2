import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, createTable, openLake, rowsOf, type Lake } from "../../../tests/delta/lake.ts";
import { field, INT, STRING, struct, TIMESTAMP } from "../../core/data-type.ts";
import { schemaToJson } from "../../core/schema-json.ts";
import { DuckDb } from "../../duckdb/duckdb.ts";
import { formatCommit } from "../log/commit-file.ts";
import type { Action, AddAction } from "../actions.ts";
import { textIn } from "../log/row-values.ts";
import { decodePath, encodePath } from "../log/paths.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, 1 AS age`;

/** A table made by hand over Parquet files that DuckDB wrote. */
async function handMade(
  name: string,
  options: {
    readonly schema: ReturnType<typeof struct>;
    readonly configuration?: Record<string, string>;
    readonly protocol?: Action["protocol"];
    readonly adds: readonly (Partial<AddAction> & { readonly path: string })[];
  },
): Promise<void> {
  const actions: Action[] = [
    { protocol: options.protocol ?? { minReaderVersion: 1, minWriterVersion: 2 } },
    {
      metaData: {
        id: name,
        format: { provider: "parquet", options: {} },
        schemaString: schemaToJson(options.schema),
        partitionColumns: [],
        configuration: options.configuration ?? {},
      },
    },
    ...options.adds.map((add) => ({
      add: { partitionValues: {}, size: 1, modificationTime: 0, dataChange: true, ...add },
    })),
  ];
  await lake.store.write(`${name}/_delta_log/00000000000000000000.json`, Buffer.from(formatCommit(actions)));
}

describe("a scan", () => {
  it("gives Spark's hidden metadata, file indexes and row positions on demand", async () => {
    const table = await createTable(lake, "hidden", { partitionColumns: ["name"], select: row(1) });
    await append(lake, table, "SELECT i AS id, 'ü x' AS name, 1 AS age FROM range(2, 4) AS t(i)");
    const scan = await (await table.snapshot()).scan();
    const rows = await lake.connection.rows(
      `SELECT id, _metadata.file_path AS path, _metadata.file_name AS name, _metadata.file_size AS size, file, pos ` +
        `FROM ${scan.sql({ metadata: true, fileColumn: "file", rowColumn: "pos" })} ORDER BY id`,
    );
    expect(rows.map((each) => [each["file"], each["pos"]])).toEqual([
      [0n, 0n],
      [1n, 0n],
      [1n, 1n],
    ]);
    const path = textIn(rows[1], "path");
    expect(path).toBe(`${lake.store.url}/hidden/${scan.files[1]?.path}`);
    expect(path.endsWith(encodeURIComponent(textIn(rows[1], "name")))).toBe(true);
    expect(rows[1]?.["size"]).toBe(BigInt(scan.files[1]?.size ?? 0));
    expect(await lake.connection.rows(`SELECT id FROM ${scan.only([0]).sql()}`)).toEqual([{ id: 1n }]);
    expect(
      await lake.connection.rows(`SELECT * FROM ${scan.only([]).sql({ metadata: true, fileColumn: "f" })}`),
    ).toEqual([]);
  });

  it("reads columns whose names DuckDB uses itself", async () => {
    const schema = struct([field("filename", STRING), field("file_row_number", INT), field("file_index", INT)]);
    const table = await createTable(lake, "names", { schema });
    await append(lake, table, "SELECT 'x' AS filename, 7 AS file_row_number, 8 AS file_index");
    expect(await rowsOf(lake, await table.snapshot())).toEqual([{ filename: "x", file_row_number: 7, file_index: 8 }]);
  });

  it("reads one file by its own columns, as far as they are those of the table", async () => {
    const file = (name: string, select: string): Promise<number> =>
      lake.connection.run(`COPY (${select}) TO '${lake.folder}/${name}.parquet' (FORMAT parquet)`);
    const schema = struct([field("id", INT), field("s", struct([field("a", INT)])), field("new", STRING)]);
    await file("same", "SELECT 1 AS id, {a: 2} AS s, 'x' AS more");
    await file("case", "SELECT 1 AS ID, {a: 2} AS s");
    await file("narrow", "SELECT 1::SMALLINT AS id, {a: 2} AS s");
    await file("inner", "SELECT 1 AS id, {A: 2} AS s");
    await file("hidden", "SELECT 1 AS id, {a: 2} AS s, 7 AS File_Row_Number");
    for (const name of ["same", "case", "narrow", "inner", "hidden"]) {
      await handMade(`lone-${name}`, { schema, adds: [{ path: join(lake.folder, `${name}.parquet`) }] });
      const scan = await (await lake.table(`lone-${name}`).snapshot()).scan();
      const sql = scan.sql({ fileColumn: "file", rowColumn: "row" });
      expect([name, sql.includes("schema = MAP")]).toEqual([name, name !== "same"]);
      const rows = await lake.connection.rows(`SELECT * FROM ${sql}`);
      expect(rows).toEqual([{ id: 1, s: { a: 2 }, new: null, file: 0n, row: 0n }]);
    }
    const adds = ["same", "case"].map((name) => ({ path: join(lake.folder, `${name}.parquet`) }));
    await handMade("lone-both", { schema, adds });
    const scan = await (await lake.table("lone-both").snapshot()).scan();
    expect(scan.sql()).toContain("schema = MAP");
    const rows = await lake.connection.rows(`SELECT * FROM ${scan.only([1]).sql({ fileColumn: "file" })}`);
    expect(rows).toEqual([{ id: 1, s: { a: 2 }, new: null, file: 1n }]);
  });

  it("takes a file's name for a name, be it a pattern", async () => {
    const names = ["a*", "a[b]", "a?", "ab", "abc"];
    for (const [id, name] of names.entries()) {
      const other = join(lake.folder, `${id}.parquet`);
      await lake.connection.run(`COPY (SELECT ${id} AS id) TO '${other}' (FORMAT parquet)`);
      await rename(other, join(lake.folder, `${name}.parquet`));
    }
    for (const [id, name] of names.entries()) {
      const path = encodePath(join(lake.folder, `${name}.parquet`));
      await handMade(`pattern-${id}`, { schema: struct([field("id", INT)]), adds: [{ path }] });
      expect(await rowsOf(lake, await lake.table(`pattern-${id}`).snapshot())).toEqual([{ id }]);
    }
    const table = await createTable(lake, "t[1]* ?", { select: row(1) });
    await append(lake, table, row(2));
    await table.checkpoint();
    const read = await rowsOf(lake, await lake.table("t[1]* ?").snapshot());
    expect(read.map(({ id }) => id)).toEqual([1n, 2n]);
  });

  it("names the file that is missing", async () => {
    const table = await createTable(lake, "missing", { select: row(1) });
    const snapshot = await table.snapshot();
    const [file] = (await snapshot.scan()).files;
    await rm(file?.file ?? "");
    await expect(snapshot.scan()).rejects.toMatchObject({
      code: "DELTA_FILE_NOT_FOUND",
      details: { path: file?.path },
    });
  });

  it("refuses paths that lead out of the table, however they are written", async () => {
    for (const [index, path] of ["../../etc/passwd", "a/%2e%2e/%2e%2e/x", "..%2Fx", "a/../../x", "x%00y"].entries()) {
      await handMade(`hostile-${index}`, { schema: struct([field("a", INT)]), adds: [{ path }] });
      const snapshot = await lake.table(`hostile-${index}`).snapshot();
      await expect(snapshot.scan()).rejects.toMatchObject({ code: "DELTA_INVALID_PATH" });
    }
    await handMade("other-store", { schema: struct([field("a", INT)]), adds: [{ path: "s3://bucket/x.parquet" }] });
    await expect((await lake.table("other-store").snapshot()).scan()).rejects.toMatchObject({
      code: "DELTA_FILE_NOT_LOCAL",
    });
    // A pattern is a name like any other: it must not fetch other tables' files.
    await handMade("pattern", { schema: struct([field("a", INT)]), adds: [{ path: "*.parquet" }] });
    await expect((await lake.table("pattern").snapshot()).scan()).rejects.toMatchObject({
      code: "DELTA_FILE_NOT_FOUND",
    });
  });

  it("finds columns by physical name, inside structs, lists and maps too", async () => {
    const physical = (name: string, id: number): Record<string, unknown> => ({
      "delta.columnMapping.physicalName": name,
      "delta.columnMapping.id": id,
    });
    const inner = struct([field("a", INT, true, physical("c-1", 2)), field("new", STRING, true, physical("c-9", 9))]);
    const schema = struct([
      field("renamed", inner, true, physical("c-0", 1)),
      field("list", { kind: "array", element: inner, containsNull: true }, true, physical("c-2", 3)),
      field("map", { kind: "map", key: STRING, value: inner, valueContainsNull: true }, true, physical("c-3", 4)),
    ]);
    await lake.connection.run(
      `COPY (SELECT {'c-1': 1} AS "c-0", [{'c-1': 2}, NULL] AS "c-2", MAP {'k': {'c-1': 3}} AS "c-3" UNION ALL SELECT NULL, NULL, NULL) ` +
        `TO '${lake.folder}/mapped.parquet' (FORMAT parquet, FIELD_IDS {"c-0": 1, "c-2": 3, "c-3": 4})`,
    );
    for (const mode of ["name", "id"]) {
      await handMade(`mapped-${mode}`, {
        schema,
        configuration: { "delta.columnMapping.mode": mode },
        protocol: { minReaderVersion: 2, minWriterVersion: 5 },
        adds: [{ path: join(lake.folder, "mapped.parquet") }],
      });
      const snapshot = await lake.table(`mapped-${mode}`).snapshot();
      expect(await rowsOf(lake, snapshot)).toEqual([
        { renamed: null, list: null, map: null },
        {
          renamed: { a: 1, new: null },
          list: [{ a: 2, new: null }, null],
          map: [{ key: "k", value: { a: 3, new: null } }],
        },
      ]);
    }
  });

  it("reads instants the same in every session's time zone, partition values among them", async () => {
    const schema = struct([field("id", INT), field("moment", TIMESTAMP), field("day", TIMESTAMP)]);
    const table = await createTable(lake, "instants", { schema, partitionColumns: ["day"] });
    const instant = "TIMESTAMPTZ '2024-07-01 12:00:00.123456+00'";
    await append(lake, table, `SELECT 1 AS id, ${instant} AS moment, ${instant} AS day`);
    const scan = await (await table.snapshot()).scan();
    const other = await DuckDb.open({ timeZone: "America/New_York" });
    try {
      const connection = await other.connect();
      const select = `SELECT count(*)::INTEGER AS n FROM ${scan.sql()} WHERE moment = ${instant} AND day = ${instant}`;
      expect(await connection.rows(select)).toEqual([{ n: 1 }]);
    } finally {
      await other.close();
    }
  });
});

describe("paths", () => {
  it("are encoded as URIs, and decoded again", () => {
    const path = "kind=a%2Fb c=ä&#+;/part-0.parquet";
    expect(encodePath(path)).toBe("kind=a%252Fb%20c=%C3%A4&%23+;/part-0.parquet");
    expect(decodePath(encodePath(path))).toBe(path);
    expect(decodePath("100%/x%20y")).toBe("100%/x y");
  });
});

describe("a table of shapes", () => {
  it("gives them in the well-known binary form, annotated or not, and takes no rows", async () => {
    const folder = join(lake.folder, "shapes");
    await mkdir(join(folder, "_delta_log"), { recursive: true });
    const write = async (name: string, value: string): Promise<object> => {
      await lake.connection.run(
        `COPY (SELECT ${value} AS g, [${value}] AS list) TO '${folder}/${name}' (FORMAT parquet)`,
      );
      return { add: { path: name, partitionValues: {}, size: 1, modificationTime: 0, dataChange: true } };
    };
    const geometry = { name: "g", type: "geometry(OGC:CRS84)", nullable: true, metadata: {} };
    const list = { type: "array", elementType: "geography(OGC:CRS84, spherical)", containsNull: true };
    const schema = { type: "struct", fields: [geometry, { ...geometry, name: "list", type: list }] };
    const features = { readerFeatures: ["geospatial"], writerFeatures: ["geospatial"] };
    const commit = [
      { protocol: { minReaderVersion: 3, minWriterVersion: 7, ...features } },
      {
        metaData: {
          id: "shapes",
          format: { provider: "parquet", options: {} },
          schemaString: JSON.stringify(schema),
          partitionColumns: [],
          configuration: {},
        },
      },
      await write("a.parquet", "'POINT (1 2)'::GEOMETRY"),
      await write("b.parquet", "from_hex('0101000000000000000000F03F0000000000000040')"),
    ];
    await writeFile(
      join(folder, "_delta_log", "00000000000000000000.json"),
      commit.map((action) => JSON.stringify(action)).join("\n"),
    );
    const table = lake.table("shapes");
    const scan = await (await table.snapshot()).scan();
    const rows = await lake.connection.rows(`SELECT hex(g) AS g, hex(list[1]) AS l FROM ${scan.sql()}`);
    const point = "0101000000000000000000F03F0000000000000040";
    expect(rows).toEqual([
      { g: point, l: point },
      { g: point, l: point },
    ]);
    await expect(table.begin({ operation: "WRITE" })).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE",
    });
  });
});
