import type { Connection } from "../../duckdb/connection.ts";
import { quoteString } from "../../sql/quote.ts";
import type { RemoveAction } from "../actions.ts";
import { parseCommit } from "../log/commit-file.ts";
import type { DeltaContext } from "../context.ts";
import { keyInTable } from "../scan/data-files.ts";
import { vectorPath } from "../scan/deletion-vector.ts";
import { keyOf, type CommitRef, type TableLocation } from "../log/log-segment.ts";
import { inParallel, readObject } from "../log/objects.ts";
import { numberIn, textIn } from "../log/row-values.ts";
import type { TableState } from "../log/table-state.ts";
import { removedSince } from "../log/tombstones.ts";

/** A file below the table's folder that nothing needs. */
export interface Deletable {
  /** Relative to the table, as the store names it. */
  readonly name: string;
  readonly size: number;
}

/**
 * Files below a table's folder, and those of them that no version within the retention period needs, in two temporary
 * tables of DuckDB: a listing of a million files takes no more memory than one of a thousand.
 */
export class VacuumFiles {
  readonly #location: TableLocation;
  readonly #connection: Connection;
  readonly #id: string;

  private constructor(context: DeltaContext, location: TableLocation) {
    this.#connection = context.connection;
    this.#location = location;
    this.#id = context.ids.uuid().replaceAll("-", "");
  }

  static async create(context: DeltaContext, location: TableLocation): Promise<VacuumFiles> {
    const files = new VacuumFiles(context, location);
    await files.#connection.run(`CREATE TEMP TABLE ${files.#needed} (name VARCHAR)`);
    await files.#connection.run(`CREATE TEMP TABLE ${files.#found} (name VARCHAR, size BIGINT)`);
    return files;
  }

  async drop(): Promise<void> {
    await this.#connection.run(`DROP TABLE IF EXISTS ${this.#needed}; DROP TABLE IF EXISTS ${this.#found}`);
  }

  /** Notes what the table is made of, and what was taken from it since `cutoff`. */
  async need(context: DeltaContext, state: TableState, cutoff: number): Promise<void> {
    const list = await state.files();
    const { actions, select } = await removedSince(context, this.#location, state, cutoff);
    await this.#needSelected(`SELECT path, dv FROM ${list.rowsAt(state.version)}`);
    if (select !== undefined) {
      await this.#needSelected(`SELECT remove.path AS path, remove."deletionVector" AS dv FROM (${select})`);
    }
    const names = actions.flatMap((remove) => this.#namesOf(remove));
    for (let start = 0; start < names.length; start += BATCH) {
      await this.#insert(
        this.#needed,
        names.slice(start, start + BATCH).map((name) => ({ name })),
      );
    }
  }

  /** Lists what lies below the table's folder and is older than `cutoff`. Gives the number of folders. */
  async list(cutoff: number, signal?: AbortSignal): Promise<number> {
    const prefix = keyOf(this.#location, "");
    let [folders, last] = [1, ""];
    let batch: Deletable[] = [];
    for await (const { key, size, lastModified } of this.#location.store.list(
      prefix,
      signal === undefined ? {} : { signal },
    )) {
      const name = key.slice(prefix.length);
      if (isHidden(name)) continue;
      const folder = name.slice(0, name.lastIndexOf("/") + 1);
      // Keys come in order, so that those of a folder mostly follow one another.
      if (folder !== last && folder !== "") folders += 1;
      last = folder;
      if (lastModified >= cutoff) continue;
      batch.push({ name, size });
      if (batch.length < BATCH) continue;
      await this.#insert(this.#found, batch);
      batch = [];
    }
    await this.#insert(this.#found, batch);
    return folders;
  }

  /** In place of a listing: what commits took from the table before `cutoff`, as far as it is still there. */
  async listRemoved(commits: readonly CommitRef[], cutoff: number): Promise<void> {
    const { store } = this.#location;
    for (const { meta } of commits) {
      const names = new Map<string, number>();
      for (const { remove, cdc } of parseCommit(await readObject(store, meta.key), meta.key)) {
        if (remove !== undefined && (remove.deletionTimestamp ?? 0) < cutoff) {
          for (const name of this.#namesOf(remove)) names.set(name, remove.size ?? 0);
        }
        if (cdc !== undefined) for (const name of this.#namesOf(cdc)) names.set(name, cdc.size);
      }
      const there = await inParallel([...names], WIDTH, async ([name]) => {
        const found = await store.head(keyOf(this.#location, name));
        return found === undefined ? [] : [{ name, size: found.size }];
      });
      await this.#insert(this.#found, there.flat());
    }
  }

  /** How many files can go, and their bytes. */
  async totals(): Promise<{ readonly files: number; readonly bytes: number }> {
    const [row] = await this.#connection.rows(
      `SELECT count(*) AS files, coalesce(sum(size), 0)::BIGINT AS bytes FROM (${this.#deletable})`,
    );
    return { files: numberIn(row, "files"), bytes: numberIn(row, "bytes") };
  }

  /** The files that can go, in batches, in the order of their names. */
  async *deletable(): AsyncGenerator<readonly Deletable[]> {
    let after = "";
    for (;;) {
      const rows = await this.#connection.rows(
        `SELECT name, size FROM (${this.#deletable}) WHERE name > ${quoteString(after)} ORDER BY name LIMIT ${BATCH}`,
      );
      if (rows.length === 0) return;
      yield rows.map((row) => ({ name: textIn(row, "name"), size: numberIn(row, "size") }));
      after = textIn(rows.at(-1), "name");
    }
  }

  get #needed(): string {
    return `vacuum_needed_${this.#id}`;
  }

  get #found(): string {
    return `vacuum_found_${this.#id}`;
  }

  get #deletable(): string {
    return `SELECT name, max(size) AS size FROM ${this.#found} ANTI JOIN ${this.#needed} USING (name) GROUP BY name`;
  }

  /** Plain paths are decoded in SQL; others, and those of deletion vectors, as they are when the table is read. */
  async #needSelected(select: string): Promise<void> {
    const paths = `SELECT path, ${PLAIN_NAME} AS name FROM (${select})`;
    await this.#connection.run(`INSERT INTO ${this.#needed} SELECT name FROM (${paths}) WHERE name IS NOT NULL`);
    const others = [
      `SELECT path FROM (${paths}) WHERE name IS NULL`,
      `SELECT DISTINCT dv.storageType AS kind, dv.pathOrInlineDv AS path FROM (${select}) WHERE dv.storageType IN ('u', 'p')`,
    ];
    for (const sql of others) {
      const rows = await this.#connection.rows(sql);
      const names = rows.flatMap((row) => {
        const path = textIn(row, "path");
        return this.#nameOf(row["kind"] === undefined ? path : vectorPath(textIn(row, "kind"), path));
      });
      for (let start = 0; start < names.length; start += BATCH) {
        await this.#insert(
          this.#needed,
          names.slice(start, start + BATCH).map((name) => ({ name })),
        );
      }
    }
  }

  #namesOf({ path, deletionVector }: Pick<RemoveAction, "path" | "deletionVector">): string[] {
    const names = this.#nameOf(path);
    if (deletionVector === undefined || deletionVector.storageType === "i") return names;
    return [...names, ...this.#nameOf(vectorPath(deletionVector.storageType, deletionVector.pathOrInlineDv))];
  }

  /** None for a file that is not below the table: those of a shallow clone's source are none of its business. */
  #nameOf(path: string): string[] {
    const name = keyInTable(this.#location, path);
    return name === undefined ? [] : [name];
  }

  async #insert(table: string, rows: readonly (Deletable | { readonly name: string })[]): Promise<void> {
    if (rows.length === 0) return;
    const columns = table === this.#found ? `{"name":"VARCHAR","size":"BIGINT"}` : `{"name":"VARCHAR"}`;
    await this.#connection.run(
      `INSERT INTO ${table} SELECT unnest(r) FROM (SELECT unnest(from_json(${quoteString(JSON.stringify(rows))}, '[${columns}]')) AS r)`,
    );
  }
}

const BATCH = 10_000;
const WIDTH = 32;

/** What a path means that is relative, without `.` and `..`, and with no escapes but those of ASCII; null for others. */
const PLAIN_NAME =
  "CASE WHEN regexp_matches(path, '^(/|[A-Za-z][A-Za-z0-9+.-]*:)') THEN NULL " +
  "WHEN NOT regexp_full_match(path, '[^%]*(%[0-7][0-9A-Fa-f][^%]*)*') THEN NULL " +
  "WHEN regexp_matches(url_decode(path), '(^|/)[.]{0,2}(/|$)') THEN NULL ELSE url_decode(path) END";

/** As Delta Lake sees it: a folder `_x=1` is a partition all the same, and change data is the table's own. */
function isHidden(name: string): boolean {
  return name.split("/").some((part) => {
    if (part.startsWith(".")) return true;
    return part.startsWith("_") && !part.includes("=") && part !== "_change_data";
  });
}
