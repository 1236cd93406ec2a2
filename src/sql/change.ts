import type { BoundExpression, BoundPlan, Column, ColumnSource, Scan } from "./bound.ts";
import type { Relation } from "./resolver.ts";

/** What the analyzer makes of statements that change rows. The engine generates SQL for the plans in them. */
export type BoundChange = BoundInsert | BoundRowChange;

interface Change {
  readonly target: Relation;
  readonly scans: readonly Scan[];
  /** For each column of the target that is written, from where its values flow. */
  readonly lineage: readonly { readonly column: string; readonly sources: readonly ColumnSource[] }[];
  /** Stored relations that the statement names, the target of INSERT not among them. */
  readonly reads: readonly (readonly string[])[];
}

export interface BoundInsert extends Change {
  readonly kind: "insert";
  /**
   * Gives the target's columns, in its order and types: aligned, converted, defaults filled in. Generated and identity
   * columns that the statement does not give are left out: the table's writer computes them.
   */
  readonly plan: BoundPlan;
  readonly overwrite: Overwrite;
}

export type Overwrite =
  | { readonly kind: "none" }
  /** The whole table, or what partitions the new rows are in when the session overwrites dynamically. */
  | { readonly kind: "all" }
  /** The rows for which the condition over the target's columns holds; every new row must fulfil it. */
  | { readonly kind: "where"; readonly condition: BoundExpression; readonly columns: readonly Column[] }
  /** The rows whose values in these columns occur among the new ones. */
  | { readonly kind: "using"; readonly columns: readonly string[] };

/** UPDATE, DELETE, MERGE. */
export interface BoundRowChange extends Change {
  readonly kind: "update" | "delete" | "merge";
  /** The scan of the target. Its hidden columns tell rows apart: the engine chooses them. */
  readonly scan: number;
  /**
   * The rows that change: `__action` (`update`, `delete`, `insert`), the target's columns with their new values (null for
   * `delete`), its hidden columns, which are null for `insert`. In a MERGE once for each row of the source that one of the target
   * matches; more than one is an error when it updates, or deletes on a condition (`checksCardinality`).
   */
  readonly changes: BoundPlan;
  readonly checksCardinality: boolean;
  /**
   * What a MERGE inserts: exactly the target's columns. All that it writes when it does nothing else, or the target is
   * empty. Undefined where nothing can be inserted.
   */
  readonly inserts: BoundPlan | undefined;
  /** Inserting is all that the statement can do. */
  readonly insertsOnly: boolean;
}
