import type { AutoLoaderSource } from "../../autoloader/source.ts";
import type { Table } from "../../catalog/securable.ts";
import type { StructType } from "../../core/data-type.ts";
import type { ChangeFeed } from "../../delta/changes/change-feed.ts";
import type { ChangeBound } from "../../delta/changes/change-range.ts";
import type { Snapshot } from "../../delta/snapshot.ts";
import type { DeltaTable } from "../../delta/table.ts";
import type { StreamRange } from "../session.ts";

/** Where the rows of a scan come from. */
export type Source = DeltaSource | ChangesSource | FilesSource | RowsSource;

/** A Delta table at one snapshot; `table` is undefined for one that is read by its path. */
export interface DeltaSource {
  readonly kind: "delta";
  readonly snapshot: Snapshot;
  readonly table: Table | undefined;
  readonly url: string;
}

/** What changed in a Delta table. */
export interface ChangesSource {
  readonly kind: "changes";
  /** Of a stream only the columns are known; which versions it reads is a matter of each micro-batch. */
  readonly feed: ChangeFeed;
  /** Where a stream begins; undefined: with the rows that are there. */
  readonly start: ChangeBound | undefined;
  readonly delta: DeltaTable;
  readonly table: Table | undefined;
  readonly url: string;
}

/** Files that are read as they are: `read_files(…)`, ``csv.`/path` ``. */
export interface FilesSource {
  readonly kind: "files";
  /** DuckDB SQL of the rows, with every column of the relation. A stream gives those of one range. */
  sql(range: StreamRange | undefined): Promise<string>;
  /** Folders of this machine that have to be reachable. */
  readonly folders: readonly string[];
  /** Set for a stream. */
  readonly stream?: AutoLoaderSource;
}

/** Rows that are at hand: system tables, functions of the host. */
export interface RowsSource {
  readonly kind: "rows";
  readonly schema: StructType;
  readonly rows: readonly unknown[];
}
