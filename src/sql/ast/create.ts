import type { DataType } from "../../core/data-type.ts";
import type { Clauses, ColumnDefinition, Constraint, Property } from "./definition.ts";
import type { Expression, NamedExpression, ObjectName } from "./expression.ts";
import type { Identifier, Name, Node, Span } from "./node.ts";
import type { Query, TableReference, TimeTravel } from "./query.ts";
import type { Block } from "./script.ts";

export type CreateStatement =
  | CreateSchema
  | CreateTable
  | CreateTableLike
  | CloneTable
  | CreateView
  | CreateDataset
  | CreateFlow
  | CreateFunction
  | CreateProcedure
  | CreateSecurable
  | CreatePolicy
  | CreateIndex;

/** `refresh`: `CREATE OR REFRESH`; `replace`: `CREATE OR REPLACE`; `replace_existing`: `REPLACE TABLE`, which must be there. */
export type CreateMode = "create" | "if_not_exists" | "replace" | "refresh" | "replace_existing";

export interface CreateSchema extends Node {
  readonly kind: "create_schema";
  readonly mode: CreateMode;
  readonly name: ObjectName;
  readonly location: string | undefined;
  readonly managedLocation: string | undefined;
  readonly comment: string | undefined;
  readonly collation: Name | undefined;
  readonly properties: readonly Property[];
}

export interface CreateTable extends Node, Clauses {
  readonly kind: "create_table";
  readonly mode: CreateMode;
  readonly external: boolean;
  readonly temporary: boolean;
  readonly name: ObjectName;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly Constraint[];
  readonly query: Query | undefined;
}

/** `CREATE TABLE a LIKE b`. */
export interface CreateTableLike extends Node, Clauses {
  readonly kind: "create_table_like";
  readonly mode: CreateMode;
  readonly name: ObjectName;
  readonly source: ObjectName;
}

/** `CREATE TABLE a SHALLOW | DEEP CLONE b VERSION AS OF 1`. */
export interface CloneTable extends Node, Clauses {
  readonly kind: "clone_table";
  readonly mode: CreateMode;
  readonly name: ObjectName;
  readonly source: ObjectName;
  readonly shallow: boolean;
  readonly timeTravel: TimeTravel | undefined;
}

export interface CreateView extends Node, Clauses {
  readonly kind: "create_view";
  readonly mode: CreateMode;
  readonly scope: "permanent" | "temporary" | "global_temporary";
  readonly name: ObjectName;
  readonly columns: readonly ColumnDefinition[];
  /** Expectations of a pipeline's view. */
  readonly constraints: readonly Constraint[];
  /** Undefined for `CREATE TEMPORARY VIEW … USING format OPTIONS (…)`, and for a metric view. */
  readonly query: Query | undefined;
  /** `WITH METRICS LANGUAGE YAML AS $$…$$`. */
  readonly metrics: string | undefined;
}

/** A dataset that a pipeline, or a refresh, fills. */
export interface CreateDataset extends Node, Clauses {
  readonly kind: "create_dataset";
  /** `live_table`, `live_view`: the legacy `CREATE LIVE TABLE` (a materialized view) and `CREATE LIVE VIEW`. */
  readonly dataset: "streaming_table" | "materialized_view" | "live_table" | "live_view";
  /** Written with LIVE: `CREATE STREAMING LIVE TABLE`, `CREATE LIVE TABLE`. */
  readonly legacy: boolean;
  readonly mode: CreateMode;
  /** PRIVATE, or TEMPORARY with the legacy words. */
  readonly private: boolean;
  readonly name: ObjectName;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly Constraint[];
  /** What fills it: a query, AUTO CDC, or nothing when flows do. */
  readonly query: Query | undefined;
  readonly autoCdc: AutoCdc | undefined;
}

/** `CREATE FLOW name AS INSERT INTO … | AUTO CDC INTO …`; `APPLY CHANGES INTO …` alone has no name. */
export interface CreateFlow extends Node {
  readonly kind: "create_flow";
  readonly mode: CreateMode;
  readonly name: ObjectName | undefined;
  readonly comment: string | undefined;
  readonly target: ObjectName;
  /** `INSERT INTO ONCE`, `AUTO CDC ONCE INTO`. */
  readonly once: boolean;
  readonly byName: boolean;
  readonly query: Query | undefined;
  readonly autoCdc: AutoCdc | undefined;
}

/** `AUTO CDC … FROM source KEYS (…) …`: the clauses after KEYS come in any order. */
export interface AutoCdc extends Node {
  readonly kind: "auto_cdc";
  /** Written as `APPLY CHANGES`. */
  readonly legacy: boolean;
  readonly source: TableReference;
  readonly keys: readonly Name[];
  readonly where: Expression | undefined;
  readonly ignoreNullUpdates: boolean;
  /** `IGNORE NULL UPDATES ON (…)`, `ON * EXCEPT (…)`. */
  readonly ignoreNullUpdatesOn: ColumnSelection | undefined;
  readonly deleteWhen: Expression | undefined;
  readonly truncateWhen: Expression | undefined;
  readonly sequenceBy: Expression;
  readonly columns: ColumnSelection | undefined;
  readonly scdType: 1 | 2;
  readonly trackHistory: ColumnSelection | undefined;
}

/** `COLUMNS (a, b)`, `COLUMNS * EXCEPT (a)`. */
export interface ColumnSelection extends Node {
  readonly kind: "column_selection";
  /** Whether `columns` are those left out. */
  readonly except: boolean;
  readonly columns: readonly Name[];
}

export interface CreateFunction extends Node {
  readonly kind: "create_function";
  readonly mode: CreateMode;
  readonly temporary: boolean;
  readonly name: ObjectName;
  readonly parameters: readonly ColumnDefinition[];
  readonly returns: FunctionResult | undefined;
  readonly language: string | undefined;
  readonly deterministic: boolean | undefined;
  readonly comment: string | undefined;
  readonly contains: "contains_sql" | "reads_sql_data" | undefined;
  readonly security: "definer" | "invoker" | undefined;
  readonly collation: Name | undefined;
  readonly nullOnNull: boolean;
  readonly properties: readonly Property[];
  readonly body: FunctionBody;
}

/** `CREATE PROCEDURE name (IN a INT, OUT b STRING) … AS BEGIN … END`. */
export interface CreateProcedure extends Node {
  readonly kind: "create_procedure";
  readonly mode: CreateMode;
  readonly name: ObjectName;
  readonly parameters: readonly ProcedureParameter[];
  readonly language: string | undefined;
  readonly deterministic: boolean | undefined;
  readonly comment: string | undefined;
  readonly contains: "contains_sql" | "reads_sql_data" | "modifies_sql_data" | undefined;
  readonly security: "definer" | "invoker" | undefined;
  readonly collation: Name | undefined;
  readonly body: Block;
}

export interface ProcedureParameter extends Node {
  readonly kind: "procedure_parameter";
  readonly mode: "in" | "out" | "inout";
  readonly definition: ColumnDefinition;
}

/** `RETURNS type`, `RETURNS TABLE (a INT)`. */
export interface FunctionResult extends Node {
  readonly kind: "function_result";
  readonly type: DataType | undefined;
  readonly typeSpan: Span | undefined;
  readonly table: boolean;
  /** Undefined for a scalar, and for `RETURNS TABLE` without columns. */
  readonly columns: readonly ColumnDefinition[] | undefined;
}

export type FunctionBody =
  | (Node & { readonly kind: "return_expression"; readonly expression: Expression })
  | (Node & { readonly kind: "return_query"; readonly query: Query })
  | (Node & { readonly kind: "source_text"; readonly text: string })
  | (Node & {
      readonly kind: "class_name";
      readonly className: string;
      readonly resources: readonly { readonly type: string; readonly path: string }[];
    });

/** The objects of the catalog that have no parts of their own. */
export type SecurableKind =
  | "catalog"
  | "volume"
  | "external_location"
  | "storage_credential"
  | "service_credential"
  | "connection"
  | "share"
  | "recipient"
  | "provider"
  | "server"
  | "group"
  | "user";

export interface CreateSecurable extends Node {
  readonly kind: "create_securable";
  readonly securable: SecurableKind;
  readonly mode: CreateMode;
  /** EXTERNAL VOLUME, FOREIGN CATALOG. */
  readonly variant: "external" | "foreign" | undefined;
  readonly name: ObjectName;
  readonly comment: string | undefined;
  /** A volume's LOCATION, an external location's URL. */
  readonly location: string | undefined;
  readonly managedLocation: string | undefined;
  /** `WITH (STORAGE CREDENTIAL name)`, `USING CONNECTION name`, `USING SHARE provider.share`. */
  readonly using: Name | undefined;
  /** `TYPE postgresql`. */
  readonly type: string | undefined;
  readonly options: readonly Property[];
  readonly collation: Name | undefined;
  /** A recipient's `USING ID 'text'`. */
  readonly id: string | undefined;
}

/** Attribute-based policies. */
export interface CreatePolicy extends Node {
  readonly kind: "create_policy";
  readonly mode: CreateMode;
  readonly name: Identifier;
  readonly on: { readonly securable: "catalog" | "schema" | "table"; readonly name: ObjectName };
  readonly comment: string | undefined;
  readonly policy: "row_filter" | "column_mask";
  readonly function: ObjectName;
  readonly to: readonly Identifier[];
  readonly exceptTo: readonly Identifier[];
  readonly when: Expression | undefined;
  readonly match: readonly NamedExpression[];
  readonly onColumn: Identifier | undefined;
  readonly usingColumns: readonly Expression[];
}

export interface CreateIndex extends Node {
  readonly kind: "create_index";
  readonly mode: CreateMode;
  readonly name: Identifier;
  readonly table: ObjectName;
  readonly using: Identifier | undefined;
  readonly columns: readonly { readonly name: Name; readonly options: readonly Property[] }[];
  readonly options: readonly Property[];
}

/** What a statement can name as its object. */
export type ObjectKind =
  | SecurableKind
  | "metastore"
  | "schema"
  | "table"
  | "view"
  | "materialized_view"
  | "streaming_table"
  | "function"
  | "variable"
  | "policy"
  | "index"
  | "flow"
  | "column"
  | "any_file"
  | "anonymous_function";

export interface DropStatement extends Node {
  readonly kind: "drop";
  readonly object: ObjectKind;
  readonly temporary: boolean;
  readonly ifExists: boolean;
  readonly name: ObjectName;
  /** The table of an index, the object of a policy. */
  readonly on: { readonly object: ObjectKind; readonly name: ObjectName } | undefined;
  readonly behaviour: "cascade" | "restrict" | "force" | undefined;
  readonly purge: boolean;
}
