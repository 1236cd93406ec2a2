import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface TpcQuery {
  readonly name: string;
  readonly text: string;
}

/** The 22 of TPC-H, with the specification's substitutions for validation but where the generated rows ask for others. */
export function tpchQueries(): TpcQuery[] {
  return queriesIn(join(import.meta.dirname, "tpch"));
}

/** The `.sql` files of a folder, `q2` before `q10`. */
export function queriesIn(folder: string): TpcQuery[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .map((file) => ({ name: file.slice(0, -".sql".length), text: readFileSync(join(folder, file), "utf8") }))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}
