import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../src/core/value.ts";
import { synthesize } from "../../src/project/synth.ts";
import { checksums } from "./checksums.ts";
import { loadFlagship, openFlagship, REPOSITORY, TABLES, type Flagship } from "./flagship.ts";

describe("the flagship, from its sample to gold", () => {
  let flagship: Flagship;
  let sums: Record<string, string>;
  beforeAll(async () => {
    flagship = await openFlagship("sample");
    const outcome = await flagship.run();
    expect(outcome.error).toBeUndefined();
    expect(outcome.status).toBe("succeeded");
    sums = await checksums(flagship.lakehouse, "netflix", TABLES);
  });
  afterAll(async () => {
    await flagship.close();
  });

  it("fills every table, and puts what are no titles into quarantine, with reasons", async () => {
    expect(await flagship.count("bronze.titles")).toBe(6236);
    expect(await flagship.count("silver.titles")).toBe(6232);
    expect(await flagship.count("gold.title_facts")).toBe(6232);
    for (const table of TABLES) expect(await flagship.count(table), table).toBeGreaterThan(0);
    const quarantined = await flagship.rows("SELECT reason FROM silver.titles_quarantine ORDER BY reason");
    expect(quarantined.map((row) => row["reason"])).toEqual([
      "show_id is missing",
      "show_id is missing",
      "type is missing",
      "type is neither Movie nor TV Show: 1944",
    ]);
  });

  it("keeps each pair of a lookup once", async () => {
    const twice = await flagship.rows("SELECT name, show_id FROM silver.cast GROUP BY ALL HAVING count(*) > 1");
    expect(twice).toEqual([]);
    expect(await flagship.count("silver.cast")).toBe((await flagship.count("bronze.cast")) - 1);
    expect(await flagship.count("silver.directors")).toBe((await flagship.count("bronze.directors")) - 1);
  });

  it("lands nothing again and commits nothing in a second run", async () => {
    const before = await flagship.versions();
    const outcome = await flagship.run();
    expect(outcome.status).toBe("succeeded");
    expect(await flagship.versions()).toEqual(before);
    const copies = [...outcome.state.nodes].filter(([address]) => address.endsWith("/CopyGithubData"));
    expect(copies).toHaveLength(5);
    for (const [, node] of copies) expect(node.output).toMatchObject({ filesWritten: 0 });
  });

  it("adds exactly the rows of a new file", async () => {
    const before = await flagship.count("bronze.cast");
    const place = join(flagship.root, "storage/netflixlake/raw/cast/more.csv");
    await writeFile(place, "cast,show_id\nAda Abe,60000002\nAda Abe,60000043\n");
    expect((await flagship.run()).status).toBe("succeeded");
    expect(await flagship.count("bronze.cast")).toBe(before + 2);
    const added = await flagship.rows(
      "SELECT count(*) AS n FROM silver.cast WHERE name = 'Ada Abe' AND show_id IN (60000002, 60000043)",
    );
    expect(Number(added[0]?.["n"])).toBe(2);
  });

  it("shows analysts gold alone, descriptions masked", async () => {
    const [row] = await flagship.rows("SELECT description FROM gold.title_facts LIMIT 1", "ana@example.com");
    expect(row?.["description"]).toMatch(/^\(\d+ characters\)$/);
    await expect(flagship.rows("SELECT * FROM silver.titles", "ana@example.com")).rejects.toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      hint: expect.stringContaining("GRANT USE SCHEMA") as string,
    });
    const [own] = await flagship.rows("SELECT description FROM gold.title_facts ORDER BY show_id LIMIT 1");
    expect(own?.["description"]).not.toMatch(/characters\)$/);
  });

  it("hides titles for adults from the kids' team, however they ask", async () => {
    const ratings = await flagship.rows("SELECT DISTINCT rating FROM gold.title_facts", "kim@example.com");
    const seen = ratings.map((row) => row["rating"]);
    expect(seen).toContain("TV-Y");
    for (const adult of ["TV-MA", "R", "NC-17", null]) expect(seen).not.toContain(adult);
    const sneaky =
      "SELECT count(*) AS n FROM gold.title_facts WHERE CAST(CASE WHEN rating = 'R' THEN 'x' ELSE '1' END AS INT) = 1";
    expect(Number((await flagship.rows(sneaky, "kim@example.com"))[0]?.["n"])).toBeGreaterThan(0);
    await expect(
      flagship.rows("SELECT * FROM gold.title_facts VERSION AS OF 0", "kim@example.com"),
    ).rejects.toMatchObject({ code: "UNSUPPORTED_FEATURE" });
  });

  it("knows where a column of gold comes from", async () => {
    const rows = await flagship.rows(
      `SELECT DISTINCT source_table_full_name AS source, source_column_name AS col FROM system.access.column_lineage
       WHERE target_table_full_name = 'netflix.gold.title_facts' AND target_column_name = 'genres'`,
    );
    expect(rows).toEqual([{ source: "netflix.silver.genres", col: "name" }]);
  });

  it("keeps the events of its pipelines as a table, with expectation counts", async () => {
    const rows = await flagship.rows(
      `SELECT details FROM event_log('gold') WHERE event_type = 'flow_progress' AND details LIKE '%"COMPLETED"%' AND details LIKE '%has_id%'`,
    );
    const details = JSON.parse(textOf(rows[0]?.["details"])) as {
      flow_progress: { metrics: object; data_quality: { expectations: object[] } };
    };
    expect(details.flow_progress.metrics).toEqual({ num_output_rows: 6232 });
    expect(details.flow_progress.data_quality.expectations).toContainEqual({
      name: "has_id",
      dataset: "netflix.gold.title_facts",
      passed_records: 6232,
      failed_records: 0,
    });
  });

  it("makes the same tables from its native artefacts, with the same rights", async () => {
    const folder = await mkdtemp(join(tmpdir(), "synth-"));
    const { artefacts } = await synthesize(await loadFlagship(), { out: folder });
    expect(artefacts.filter(({ path }) => /\.[jt]s$/.test(path))).toEqual([]);
    for (const { path, text } of artefacts) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const native = await openFlagship("sample", { artefacts: folder });
    try {
      const outcome = await native.run();
      expect(outcome.error).toBeUndefined();
      expect(await checksums(native.lakehouse, "netflix", TABLES)).toEqual(sums);
      const rights = "SELECT * FROM netflix.information_schema.table_privileges ORDER BY ALL";
      expect(await native.rows(rights)).toEqual(await flagship.rows(rights));
      const masked = "SELECT description FROM gold.title_facts ORDER BY show_id LIMIT 3";
      expect(await native.rows(masked, "ana@example.com")).toEqual(await flagship.rows(masked, "ana@example.com"));
    } finally {
      await native.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

const real = join(REPOSITORY, "../shared/data/netflix");

describe.skipIf(!existsSync(real))("the flagship over the real files", () => {
  let flagship: Flagship;
  beforeAll(async () => {
    flagship = await openFlagship(real);
    expect((await flagship.run()).status).toBe("succeeded");
  });
  afterAll(async () => {
    await flagship.close();
  });

  it.each([
    ["bronze.titles", 6236],
    ["bronze.cast", 44_311],
    ["bronze.category", 13_670],
    ["bronze.countries", 7179],
    ["bronze.directors", 4852],
    ["silver.cast", 44_310],
    ["silver.directors", 4851],
    ["silver.titles_quarantine", 4],
    ["gold.title_facts", 6232],
  ])("gives %s its %i rows", async (table, rows) => {
    expect(await flagship.count(table)).toBe(rows);
  });

  it("reads the titles with Spark's defaults as Databricks did, to the cell", async () => {
    const session = await flagship.lakehouse.session();
    const result = await session.sql(`
      SELECT try_cast(coalesce(duration_minutes, '0') AS INT), try_cast(coalesce(duration_seasons, '1') AS INT), type, title,
        date_added, release_year, split_part(rating, '-', 1), description, show_id, CAST(NULL AS STRING),
        split_part(title, ':', 1), CASE type WHEN 'Movie' THEN 1 WHEN 'TV Show' THEN 2 ELSE 0 END,
        dense_rank() OVER (ORDER BY try_cast(coalesce(duration_minutes, '0') AS INT) DESC)
      FROM read_files('${real}/netflix_titles.csv', format => 'csv', header => true, inferColumnTypes => false)`);
    const lines: string[] = [];
    for await (const { rowCount, columns } of result.batches()) {
      for (let row = 0; row < rowCount; row += 1) lines.push(JSON.stringify(columns.map((column) => column[row])));
    }
    await session.close();
    const sorted = lines.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(createHash("sha256").update(sorted.join("\n")).digest("hex")).toBe(
      "23ab05d89b5da9ea06c2c244da529f7484d5a3299cb3a241cb5d3995abd78c6c",
    );
  });
});
