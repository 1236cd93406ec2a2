import type { ObjectKind } from "./create.ts";
import type { PartitionField, PartitionSpec, Property } from "./definition.ts";
import type { Expression, ObjectName } from "./expression.ts";
import type { Identifier, Name, Node } from "./node.ts";
import type { Query, TimeTravel } from "./query.ts";
import type { Statement } from "./statement.ts";

export type UtilityStatement =
  | Use
  | SetConfiguration
  | ResetConfiguration
  | SetTimeZone
  | SetCollation
  | Show
  | Describe
  | Explain
  | Comment
  | Grant
  | ShowGrants
  | Optimize
  | Vacuum
  | Restore
  | Convert
  | Reorg
  | RepairTable
  | Generate
  | Analyze
  | CacheStatement
  | Refresh
  | LoadData
  | Resource
  | SyncStatement
  | Undrop;

/** `USE name`, `USE SCHEMA name`, `USE CATALOG name`, `SET CATALOG name`. */
export interface Use extends Node {
  readonly kind: "use";
  /** `namespace` for a plain USE: one part is a schema, two are a catalog and a schema. */
  readonly level: "catalog" | "schema" | "namespace";
  readonly name: ObjectName;
}

/** `SET` (all), `SET key` (shows one), `SET key = value`. */
export interface SetConfiguration extends Node {
  readonly kind: "set_configuration";
  readonly key: string | undefined;
  readonly value: string | undefined;
  /** `SET -v`. */
  readonly verbose: boolean;
}

export interface ResetConfiguration extends Node {
  readonly kind: "reset_configuration";
  readonly key: string | undefined;
}

/** `SET TIME ZONE 'Europe/Paris' | LOCAL | INTERVAL …`. */
export interface SetTimeZone extends Node {
  readonly kind: "set_time_zone";
  readonly zone: string | undefined;
  readonly interval: Expression | undefined;
}

export interface SetCollation extends Node {
  readonly kind: "set_collation";
  readonly collation: Name;
}

export type ShowSubject =
  | "catalogs"
  | "schemas"
  | "tables"
  | "tables_dropped"
  | "table_extended"
  | "views"
  | "materialized_views"
  | "streaming_tables"
  | "volumes"
  | "functions"
  | "procedures"
  | "columns"
  | "partitions"
  | "table_properties"
  | "create_table"
  | "current_schema"
  | "groups"
  | "users"
  | "connections"
  | "credentials"
  | "external_locations"
  | "shares"
  | "all_in_share"
  | "recipients"
  | "providers"
  | "policies"
  | "locks"
  | "cached_tables";

/** `SHOW subject [FROM name] [LIKE 'pattern']`. */
export interface Show extends Node {
  readonly kind: "show";
  readonly subject: ShowSubject;
  /** The catalog, schema or table after FROM, IN or ON; for `create_table` and `columns` the table. */
  readonly name: ObjectName | undefined;
  /** `SHOW COLUMNS IN table IN schema`. */
  readonly schema: Name | undefined;
  readonly pattern: string | undefined;
  /** `SHOW USER FUNCTIONS`: user, system or all. */
  readonly scope: string | undefined;
  /** `SHOW FUNCTIONS name`. */
  readonly function: Name | undefined;
  /** `SHOW TBLPROPERTIES t ('key')`. */
  readonly key: string | undefined;
  readonly partition: PartitionSpec | undefined;
  readonly asSerde: boolean;
  /** `SHOW TABLES DROPPED … LIMIT n`. */
  readonly limit: number | undefined;
  /** `SHOW GROUPS WITH USER name`: those it is a member of. */
  readonly member: Identifier | undefined;
}

export type DescribeSubject = "table" | "history" | "detail" | "query" | ObjectKind;

export interface Describe extends Node {
  readonly kind: "describe";
  readonly subject: DescribeSubject;
  readonly extended: boolean;
  readonly asJson: boolean;
  readonly name: ObjectName | undefined;
  readonly query: Query | undefined;
  readonly partition: PartitionSpec | undefined;
  /** `DESCRIBE POLICY p ON TABLE t`. */
  readonly on: { readonly object: ObjectKind; readonly name: ObjectName } | undefined;
  /** `DESCRIBE TABLE t column.field`. */
  readonly column: Name | undefined;
  /** `DESCRIBE HISTORY t LIMIT n`. */
  readonly limit: number | undefined;
}

export interface Explain extends Node {
  readonly kind: "explain";
  readonly mode: "simple" | "extended" | "codegen" | "cost" | "formatted" | "logical";
  readonly statement: Statement;
}

/** `COMMENT ON object name IS 'text' | NULL`. */
export interface Comment extends Node {
  readonly kind: "comment";
  readonly object: ObjectKind;
  readonly name: ObjectName;
  readonly comment: string | undefined;
}

export interface Grant extends Node {
  readonly kind: "grant" | "revoke" | "deny";
  /** In upper case with single spaces: `SELECT`, `USE SCHEMA`, `ALL PRIVILEGES`. */
  readonly privileges: readonly string[];
  readonly object: ObjectKind;
  /** Undefined for METASTORE, ANY FILE. */
  readonly name: ObjectName | undefined;
  readonly principal: Identifier;
}

export interface ShowGrants extends Node {
  readonly kind: "show_grants";
  readonly principal: Identifier | undefined;
  readonly object: ObjectKind | undefined;
  readonly name: ObjectName | undefined;
}

export interface Optimize extends Node {
  readonly kind: "optimize";
  readonly table: ObjectName;
  readonly full: boolean;
  readonly where: Expression | undefined;
  readonly zorderBy: readonly Name[];
}

export interface Vacuum extends Node {
  readonly kind: "vacuum";
  readonly table: ObjectName;
  readonly mode: "full" | "lite" | undefined;
  readonly retainHours: number | undefined;
  readonly dryRun: boolean;
}

export interface Restore extends Node {
  readonly kind: "restore";
  readonly table: ObjectName;
  readonly timeTravel: TimeTravel;
}

/** `CONVERT TO DELTA parquet.`/path` PARTITIONED BY (a DATE)`. */
export interface Convert extends Node {
  readonly kind: "convert";
  readonly table: ObjectName;
  readonly noStatistics: boolean;
  readonly partitionedBy: readonly PartitionField[];
}

/** `REORG TABLE t WHERE … APPLY (PURGE | UPGRADE UNIFORM (…))`. */
export interface Reorg extends Node {
  readonly kind: "reorg";
  readonly table: ObjectName;
  readonly where: Expression | undefined;
  readonly apply: "purge" | "upgrade_uniform";
  readonly options: readonly Property[];
}

/** `MSCK REPAIR TABLE t SYNC PARTITIONS`, `FSCK REPAIR TABLE t DRY RUN`. */
export interface RepairTable extends Node {
  readonly kind: "repair_table";
  readonly check: "partitions" | "files";
  readonly table: ObjectName;
  readonly partitions: "add" | "drop" | "sync" | undefined;
  readonly syncMetadata: boolean;
  readonly dryRun: boolean;
}

export interface Generate extends Node {
  readonly kind: "generate";
  readonly mode: string;
  readonly table: ObjectName;
}

export interface Analyze extends Node {
  readonly kind: "analyze";
  readonly target: "table" | "tables";
  readonly name: ObjectName | undefined;
  readonly partition: PartitionSpec | undefined;
  /** `NOSCAN`. */
  readonly noScan: boolean;
  readonly delta: boolean;
  readonly columns: "all" | readonly Identifier[] | undefined;
}

export interface CacheStatement extends Node {
  readonly kind: "cache" | "uncache" | "clear_cache" | "cache_select";
  readonly table: ObjectName | undefined;
  readonly lazy: boolean;
  readonly ifExists: boolean;
  readonly options: readonly Property[];
  readonly query: Query | undefined;
}

export interface Refresh extends Node {
  readonly kind: "refresh";
  /** `path`: `REFRESH '/data'`. */
  readonly object: ObjectKind | "foreign" | "path";
  readonly name: ObjectName | undefined;
  readonly path: string | undefined;
  /** `FULL` of a materialized view or streaming table. */
  readonly full: boolean;
  readonly wait: "sync" | "async" | undefined;
}

export interface LoadData extends Node {
  readonly kind: "load_data";
  readonly local: boolean;
  readonly path: string;
  readonly overwrite: boolean;
  readonly table: ObjectName;
  readonly partition: PartitionSpec | undefined;
}

/** `ADD JAR path`, `LIST FILES`. */
export interface Resource extends Node {
  readonly kind: "resource";
  readonly action: "add" | "list";
  readonly type: string;
  readonly paths: string;
}

/** `SYNC SCHEMA a FROM b DRY RUN`. */
export interface SyncStatement extends Node {
  readonly kind: "sync";
  readonly object: "schema" | "table";
  readonly target: ObjectName;
  readonly source: ObjectName;
  readonly asExternal: boolean;
  readonly owner: Identifier | undefined;
  readonly dryRun: boolean;
}

export interface Undrop extends Node {
  readonly kind: "undrop";
  readonly object: "table" | "view" | "materialized_view" | "schema";
  readonly name: ObjectName | undefined;
  readonly id: string | undefined;
}
