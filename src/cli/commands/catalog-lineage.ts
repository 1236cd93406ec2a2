import { getRelation } from "../../catalog/find.ts";
import type { Effects } from "../context.ts";
import { withCatalog, type CatalogOptions } from "../open-catalog.ts";
import { writeRecords } from "../records.ts";

interface LineageOptions extends CatalogOptions {
  readonly column?: string;
  readonly downstream?: boolean;
  readonly depth?: number;
}

/** From where a table or column came, step by step. */
export async function catalogLineage(table: string, options: LineageOptions, effects: Effects): Promise<void> {
  const { column, downstream = false, depth = 10 } = options;
  await withCatalog(options, effects, async ({ lakehouse, catalog, access }) => {
    const of = table.includes(":/") ? table : access.snapshot.fullName(getRelation(access, table.split("."))).join(".");
    const edges = await catalog.lineage(options.as ?? lakehouse.user, {
      of,
      direction: downstream ? "downstream" : "upstream",
      depth,
      ...(column === undefined ? {} : { column }),
    });
    const records = edges.map((each) => ({
      from: named(each.source, each.sourceColumn),
      to: named(each.target, each.targetColumn),
      last: new Date(each.lastTime).toISOString(),
    }));
    await writeRecords(records, {
      terminal: effects.terminal,
      json: options.json === true,
      empty: `Nothing is known to have ${downstream ? "been made from" : "gone into"} ${of}.`,
    });
  });
}

function named(name: string, column: string | undefined): string {
  return column === undefined ? name : `${name}.${column}`;
}
