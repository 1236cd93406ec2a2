import type { ColumnDefinition, Property } from "../sql/ast/definition.ts";
import type { SourceLocation } from "../core/errors.ts";
import type { Expectation } from "../engine/session.ts";

/** What a pipeline declares and fills, or declares for its other queries to read. */
export interface Dataset {
  /** `[catalog, schema, name]`; a temporary view has one part. */
  readonly name: readonly string[];
  readonly kind: DatasetKind;
  readonly columns: readonly ColumnDefinition[];
  readonly expectations: readonly Expectation[];
  readonly comment: string | undefined;
  readonly properties: readonly Property[];
  /** `PARTITIONED BY (…)`, `CLUSTER BY (…)`: SQL text, empty when there is none. */
  readonly layout: string;
  /** `ROW FILTER f ON (a)`: SQL text. */
  readonly rowFilter: string | undefined;
  /** By column: `MASK f USING COLUMNS (b)`: SQL text. */
  readonly masks: ReadonlyMap<string, string>;
  readonly place: Place;
}

/** A `view` stays in the catalog, a `temporary_view` only in the pipeline. */
export type DatasetKind = "streaming_table" | "materialized_view" | "view" | "temporary_view";

/** A query that fills a dataset. */
export interface Flow {
  /** The target's name for the query that stands with its dataset; two datasets of different schemas may share it. */
  readonly name: string;
  readonly target: readonly string[];
  /** Its text, behind the lines and blanks that stand before it in its file. */
  readonly query: string;
  /** Where names without a catalog or schema begin. */
  readonly catalog: string;
  readonly schema: string;
  /** `INSERT INTO ONCE`: runs at the first update and at full refreshes. */
  readonly once: boolean;
  /** Relations that the query names, as written. */
  readonly reads: readonly (readonly string[])[];
  readonly place: Place;
}

export interface Place {
  readonly file: string;
  readonly location: SourceLocation;
  /** The text that `location` points into. */
  readonly source: string;
}

/** `catalog.schema.table`, as messages and logs name a dataset. */
export function nameOf(name: readonly string[]): string {
  return name.join(".");
}

/** Names are compared without regard to case. */
export function keyOf(name: readonly string[]): string {
  return name.map((part) => part.toLowerCase()).join("\u0001");
}

/** A name as SQL. */
export function quoteName(name: readonly string[]): string {
  return name.map((part) => `\`${part.replaceAll("`", "``")}\``).join(".");
}

/** Whether an update writes rows for it. */
export function isStored(dataset: Dataset): boolean {
  return dataset.kind === "streaming_table" || dataset.kind === "materialized_view";
}
