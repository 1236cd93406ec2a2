import type { StructType } from "../../core/data-type.ts";
import type { ExpressionCompiler } from "../context.ts";
import type { Metrics } from "./metrics.ts";
import type { Predicate } from "../scan/predicate.ts";

export interface OperationInfo {
  /** As DESCRIBE HISTORY shows it: `WRITE`, `MERGE`, `CREATE TABLE AS SELECT`… */
  readonly operation: string;
  /** Values that are no text are written as JSON text, as Delta Lake does. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly userName?: string;
  readonly userMetadata?: string;
  /** Compiles the table's expressions as the session that writes sees them: its time zone, its user. */
  readonly expressions?: ExpressionCompiler;
  readonly signal?: AbortSignal;
}

/** What a table is made of. */
export interface TableDefinition {
  readonly schema: StructType;
  readonly partitionColumns?: readonly string[];
  /** Table properties, `delta.feature.X` among them. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly comment?: string;
}

export interface MetadataChange {
  readonly schema?: StructType;
  /** Only together with `overwriteSchema`. */
  readonly partitionColumns?: readonly string[];
  readonly setProperties?: Readonly<Record<string, string>>;
  readonly unsetProperties?: readonly string[];
  readonly name?: string;
  readonly comment?: string;
  /** The transaction has read all rows: none is null in the columns that become NOT NULL. */
  readonly rowsChecked?: boolean;
  /** Features that the table no longer uses: the protocol becomes what the others need. */
  readonly dropFeatures?: readonly string[];
  /** Allows any change of the schema, for a commit that replaces all data. */
  readonly overwriteSchema?: boolean;
}

/** A condition on rows: what pruning understands of it, and all of it as DuckDB SQL over the table's columns. */
export interface RowCondition {
  readonly predicate?: Predicate;
  readonly sql: string;
}

export type OverwriteMode =
  | { readonly kind: "full"; readonly overwriteSchema?: boolean; readonly partitionColumns?: readonly string[] }
  | { readonly kind: "where"; readonly condition: RowCondition; readonly text: string }
  | { readonly kind: "dynamic" };

export interface CommitResult {
  /** The new version. */
  readonly version: number;
  readonly metrics: Metrics;
}

export interface DeleteResult {
  readonly deletedRows: number | undefined;
  readonly copiedRows: number;
  /** Change data files that say so, of a table with a change data feed. */
  readonly changeFiles: number;
}
