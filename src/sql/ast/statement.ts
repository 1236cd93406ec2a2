import type { AlterStatement } from "./alter.ts";
import type { CreateStatement, DropStatement } from "./create.ts";
import type { PartitionSpec, Property } from "./definition.ts";
import type { Expression, NamedExpression, ObjectName } from "./expression.ts";
import type { Identifier, Name, Node } from "./node.ts";
import type { Assignment, Query, TableAlias, TableReference, With } from "./query.ts";
import type { ScriptStatement } from "./script.ts";
import type { UtilityStatement } from "./utility.ts";

export type Statement =
  | Query
  | ChangeStatement
  | CreateStatement
  | DropStatement
  | AlterStatement
  | UtilityStatement
  | ScriptStatement;

/** What changes rows. */
export type ChangeStatement = Insert | InsertDirectory | MultiInsert | Update | Delete | Merge | CopyInto | Truncate;

export interface Insert extends Node {
  readonly kind: "insert";
  /** A WITH before INSERT; one inside belongs to the query. */
  readonly with: With | undefined;
  readonly target: ObjectName;
  readonly alias: Identifier | undefined;
  /** `WITH (option = value)`. */
  readonly options: readonly Property[];
  readonly schemaEvolution: boolean;
  readonly overwrite: boolean;
  readonly partition: PartitionSpec | undefined;
  readonly ifNotExists: boolean;
  readonly byName: boolean;
  readonly columns: readonly Identifier[];
  readonly replace: InsertReplace | undefined;
  readonly query: Query;
}

/** `REPLACE WHERE condition`, `REPLACE USING (a, b)`, `REPLACE ON condition`. */
export interface InsertReplace extends Node {
  readonly kind: "insert_replace";
  readonly by: "where" | "using" | "on";
  readonly condition: Expression | undefined;
  readonly columns: readonly Identifier[];
}

/** `INSERT OVERWRITE DIRECTORY 'path' USING format OPTIONS (…) query`. */
export interface InsertDirectory extends Node {
  readonly kind: "insert_directory";
  readonly with: With | undefined;
  readonly local: boolean;
  readonly path: string | undefined;
  readonly using: Name | undefined;
  readonly options: readonly Property[];
  /** Hive's ROW FORMAT and STORED AS, as written. */
  readonly hive: string | undefined;
  readonly query: Query;
}

/** Hive's `FROM t INSERT INTO a SELECT … INSERT INTO b SELECT …`: each query repeats the FROM. */
export interface MultiInsert extends Node {
  readonly kind: "multi_insert";
  readonly inserts: readonly (Insert | InsertDirectory)[];
}

export interface Update extends Node {
  readonly kind: "update";
  readonly with: With | undefined;
  readonly target: ObjectName;
  readonly alias: TableAlias | undefined;
  readonly assignments: readonly Assignment[];
  readonly where: Expression | undefined;
}

export interface Delete extends Node {
  readonly kind: "delete";
  readonly with: With | undefined;
  readonly target: ObjectName;
  readonly alias: TableAlias | undefined;
  readonly where: Expression | undefined;
}

export interface Merge extends Node {
  readonly kind: "merge";
  readonly with: With | undefined;
  readonly schemaEvolution: boolean;
  readonly target: ObjectName;
  readonly targetAlias: TableAlias | undefined;
  /** A table, a query or a function, with its alias. */
  readonly source: TableReference;
  readonly on: Expression;
  readonly clauses: readonly MergeClause[];
}

export interface MergeClause extends Node {
  readonly kind: "merge_clause";
  readonly when: "matched" | "not_matched" | "not_matched_by_source";
  readonly condition: Expression | undefined;
  readonly action: MergeAction;
}

/** `star`: `UPDATE SET *`, `INSERT *`. `INSERT * EXCEPT (…)` and `UPDATE SET * EXCEPT (…)` name the columns left out. */
export type MergeAction =
  | (Node & { readonly kind: "merge_delete" })
  | (Node & { readonly kind: "merge_update"; readonly assignments: readonly Assignment[] })
  | (Node & { readonly kind: "merge_update_star"; readonly except: readonly Name[] })
  | (Node & {
      readonly kind: "merge_insert";
      readonly columns: readonly Name[];
      readonly values: readonly Expression[];
    })
  | (Node & { readonly kind: "merge_insert_star"; readonly except: readonly Name[] });

/** `COPY INTO t FROM 'path' | (SELECT … FROM 'path') FILEFORMAT = CSV …`. */
export interface CopyInto extends Node {
  readonly kind: "copy_into";
  readonly target: ObjectName;
  readonly columns: readonly Identifier[];
  readonly path: string;
  /** The SELECT list over the files; empty for all columns. */
  readonly items: readonly NamedExpression[];
  readonly format: string;
  readonly validate: { readonly rows: number | undefined } | undefined;
  readonly files: readonly string[];
  readonly pattern: string | undefined;
  readonly formatOptions: readonly Property[];
  readonly copyOptions: readonly Property[];
}

export interface Truncate extends Node {
  readonly kind: "truncate";
  readonly target: ObjectName;
  readonly partition: PartitionSpec | undefined;
}
