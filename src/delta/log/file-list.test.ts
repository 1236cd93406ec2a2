import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLake, PEOPLE, type Lake } from "../../../tests/delta/lake.ts";
import { schemaToJson } from "../../core/schema-json.ts";
import type { AddAction, MetadataAction } from "../actions.ts";
import { FileList } from "./file-list.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const METADATA: MetadataAction = {
  id: "x",
  format: { provider: "parquet", options: {} },
  schemaString: schemaToJson(PEOPLE),
  partitionColumns: ["name"],
  configuration: {},
};

function add(path: string, name: string | null, stats?: string): AddAction {
  const base = { path, partitionValues: { name }, size: 10, modificationTime: 1, dataChange: true };
  return stats === undefined ? base : { ...base, stats };
}

async function paths(list: FileList, version: number, where = "true"): Promise<unknown[]> {
  const rows = await list.connection.rows(`SELECT path FROM ${list.rowsAt(version)} WHERE ${where} ORDER BY path`);
  return rows.map((row) => row["path"]);
}

describe("the list of files", () => {
  it("serves every version that was applied, each as it was", async () => {
    const list = await FileList.create(lake.context, METADATA);
    await list.insert([add("a", "x"), add("b", null)], 3);
    await list.apply({ added: [add("c", "")], touched: ["a", "c"] }, 5);
    await list.apply({ added: [add("a", "y")], touched: ["a", "b"] }, 6);
    expect([await paths(list, 3), await paths(list, 5), await paths(list, 6)]).toEqual([
      ["a", "b"],
      ["b", "c"],
      ["a", "c"],
    ]);
    expect(await paths(list, 6, "part.name IS NULL")).toEqual(["c"]);
    const other = await list.rebuilt(lake.context, { ...METADATA, partitionColumns: [] }, 5);
    expect([await paths(other, 5), await paths(list, 3)]).toEqual([
      ["b", "c"],
      ["a", "b"],
    ]);
  });

  it("types statistics exactly, and takes damaged ones for unknown", async () => {
    const list = await FileList.create(lake.context, METADATA);
    const stats = (min: string): string =>
      `{"numRecords":1,"minValues":{"id":${min}},"maxValues":{"id":9223372036854775807}}`;
    await list.insert(
      [add("exact", "x", stats("9007199254740993")), add("text", "x", stats('"abc"')), add("broken", "x", "{")],
      0,
    );
    const rows = await list.connection.rows(
      `SELECT path, stat."minValues".id AS min FROM ${list.rowsAt(0)} ORDER BY path`,
    );
    expect(rows).toEqual([
      { path: "broken", min: null },
      { path: "exact", min: 9007199254740993n },
      { path: "text", min: null },
    ]);
  });

  it("is made anew when most of it is past", async () => {
    const list = await FileList.create(lake.context, METADATA);
    const many = Array.from({ length: 10_001 }, (_, index) => add(`f${index}`, "x"));
    await list.insert(many, 0);
    expect(list.isWasteful).toBe(false);
    await list.apply({ added: [add("last", "x")], touched: many.map(({ path }) => path) }, 1);
    expect(list.isWasteful).toBe(true);
    const fresh = await list.rebuilt(lake.context, METADATA, 1);
    expect([fresh.isWasteful, await paths(fresh, 1)]).toEqual([false, ["last"]]);
  });
});
