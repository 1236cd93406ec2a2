import type { DataType } from "../../core/data-type.ts";
import type { ObjectKind } from "./create.ts";
import type {
  ClusterBy,
  ColumnDefinition,
  ColumnMask,
  ColumnPosition,
  Constraint,
  PartitionSpec,
  Property,
  RowFilter,
  Schedule,
  SchemaBinding,
} from "./definition.ts";
import type { Expression, ObjectName } from "./expression.ts";
import type { Identifier, Name, Node, Span } from "./node.ts";
import type { Query } from "./query.ts";

/** `ALTER TABLE | VIEW | SCHEMA | CATALOG | VOLUME | … name action`. */
export interface AlterStatement extends Node {
  readonly kind: "alter";
  readonly object: ObjectKind;
  readonly name: ObjectName;
  readonly partition: PartitionSpec | undefined;
  readonly action: AlterAction;
}

type Action<Kind extends string, Fields = unknown> = Node & { readonly kind: Kind } & Readonly<Fields>;

export type AlterAction =
  | Action<"rename", { to: Name }>
  | Action<"rename_partition", { to: PartitionSpec }>
  | Action<"set_owner", { owner: Identifier }>
  | Action<"set_properties", { properties: readonly Property[] }>
  | Action<"unset_properties", { ifExists: boolean; properties: readonly Property[] }>
  | Action<"set_options", { options: readonly Property[] }>
  | Action<"set_tags", { tags: readonly Property[] }>
  | Action<"unset_tags", { tags: readonly string[] }>
  | Action<"set_location", { location: string }>
  | Action<"set_url", { url: string; force: boolean }>
  | Action<"set_credential", { credential: Name; force: boolean }>
  | Action<"set_comment", { comment: string | undefined }>
  | Action<"set_collation", { collation: Name }>
  | Action<"set_serde", { serde: string | undefined; properties: readonly Property[] }>
  /** `SET MANAGED [TRUNCATE UNIFORM HISTORY]`, `UNSET MANAGED`. */
  | Action<"set_managed", { managed: boolean; truncateHistory: boolean }>
  | Action<"predictive_optimization", { mode: "enable" | "disable" | "inherit" }>
  | Action<"add_columns", { columns: readonly ColumnDefinition[]; ifNotExists: boolean }>
  | Action<"replace_columns", { columns: readonly ColumnDefinition[] }>
  | Action<"rename_column", { from: Name; to: Identifier }>
  | Action<"drop_columns", { ifExists: boolean; columns: readonly Name[] }>
  | Action<"alter_columns", { columns: readonly AlterColumn[] }>
  /** Hive's `CHANGE COLUMN a b TYPE COMMENT '…' FIRST`. */
  | Action<"change_column", { column: Name; definition: ColumnDefinition }>
  | Action<"add_constraint", { constraint: Constraint }>
  | Action<"drop_constraint", DropConstraint>
  | Action<"set_row_filter", { filter: RowFilter }>
  | Action<"drop_row_filter">
  | Action<"cluster_by", { clusterBy: ClusterBy }>
  | Action<"add_partitions", { ifNotExists: boolean; partitions: readonly AddedPartition[] }>
  | Action<"drop_partitions", { ifExists: boolean; purge: boolean; partitions: readonly PartitionSpec[] }>
  | Action<"recover_partitions">
  | Action<"drop_feature", { feature: string; truncateHistory: boolean }>
  | Action<"set_query", { query: Query }>
  | Action<"set_schema_binding", { binding: SchemaBinding }>
  | Action<"set_schedule", { schedule: Schedule; add: boolean }>
  | Action<"drop_schedule">
  /** `ADD | REMOVE TABLE name` of a share, members of a group. */
  | Action<
      "change_member",
      { add: boolean; object: ObjectKind; name: ObjectName; alias: Name | undefined; options: string }
    >;

export interface DropConstraint {
  readonly constraint: "named" | "primary_key" | "foreign_key";
  readonly name: Identifier | undefined;
  readonly columns: readonly Identifier[];
  readonly ifExists: boolean;
  readonly behaviour: "cascade" | "restrict" | undefined;
}

export interface AddedPartition {
  readonly spec: PartitionSpec;
  readonly location: string | undefined;
}

/** `ALTER COLUMN a TYPE …`, several at once with commas. */
export interface AlterColumn extends Node {
  readonly kind: "alter_column";
  readonly column: Name;
  readonly change: ColumnChange;
}

export type ColumnChange =
  | Action<"set_type", { type: DataType; typeSpan: Span }>
  | Action<"set_column_comment", { comment: string }>
  | Action<"set_position", { position: ColumnPosition }>
  | Action<"set_nullable", { nullable: boolean }>
  | Action<"set_default", { expression: Expression }>
  | Action<"drop_default">
  | Action<"set_mask", { mask: ColumnMask }>
  | Action<"drop_mask">
  | Action<"set_column_tags", { tags: readonly Property[] }>
  | Action<"unset_column_tags", { tags: readonly string[] }>
  | Action<"sync_identity">
  | Action<"drop_identity">;
