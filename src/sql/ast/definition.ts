import type { DataType } from "../../core/data-type.ts";
import type { Expression, ObjectName, SortItem } from "./expression.ts";
import type { Identifier, Name, Node, Span } from "./node.ts";

/** What the CREATE, ALTER and pipeline statements are made of. */

/** `'key' = value` in TBLPROPERTIES, OPTIONS, DBPROPERTIES; a dotted key is joined with dots. */
export interface Property extends Node {
  readonly kind: "property";
  readonly key: string;
  /** Undefined for a key alone, as UNSET names it. */
  readonly value: Expression | undefined;
}

/** A column of a table, a view, a function's parameters or result. */
export interface ColumnDefinition extends Node {
  readonly kind: "column_definition";
  /** One part, except in ALTER TABLE ADD COLUMNS, where it is a path. */
  readonly name: Name;
  /** Undefined where only names are given: a view, a table defined by its query. */
  readonly type: DataType | undefined;
  readonly typeSpan: Span | undefined;
  readonly nullable: boolean;
  readonly comment: string | undefined;
  readonly default: Expression | undefined;
  readonly generated: Generated | undefined;
  readonly constraints: readonly Constraint[];
  readonly mask: ColumnMask | undefined;
  readonly position: ColumnPosition | undefined;
}

export type Generated = GeneratedExpression | GeneratedIdentity;

/** `GENERATED ALWAYS AS (expression)`. */
export interface GeneratedExpression extends Node {
  readonly kind: "generated_expression";
  readonly expression: Expression;
}

/** `GENERATED ALWAYS | BY DEFAULT AS IDENTITY (START WITH 1 INCREMENT BY 1)`. */
export interface GeneratedIdentity extends Node {
  readonly kind: "generated_identity";
  readonly always: boolean;
  readonly start: bigint | undefined;
  readonly step: bigint | undefined;
}

/** `FIRST`, `AFTER column`. */
export interface ColumnPosition extends Node {
  readonly kind: "column_position";
  readonly after: Identifier | undefined;
}

export type Constraint = CheckConstraint | KeyConstraint | ForeignKeyConstraint | Expectation;

export interface ConstraintOptions {
  /** `NOT ENFORCED`, `DEFERRABLE`, `RELY`…: in upper case, as written. */
  readonly characteristics: readonly string[];
}

export interface CheckConstraint extends Node, ConstraintOptions {
  readonly kind: "check";
  readonly name: Identifier | undefined;
  readonly condition: Expression;
}

export interface KeyConstraint extends Node, ConstraintOptions {
  readonly kind: "primary_key" | "unique";
  readonly name: Identifier | undefined;
  /** Empty when it stands with its column. */
  readonly columns: readonly Identifier[];
  /** The column of `PRIMARY KEY (a, b TIMESERIES)`. */
  readonly timeSeries: Identifier | undefined;
}

export interface ForeignKeyConstraint extends Node, ConstraintOptions {
  readonly kind: "foreign_key";
  readonly name: Identifier | undefined;
  /** Empty when it stands with its column. */
  readonly columns: readonly Identifier[];
  readonly references: ObjectName;
  readonly referencedColumns: readonly Identifier[];
}

/** `CONSTRAINT name EXPECT (condition) [ON VIOLATION DROP ROW | FAIL UPDATE]`. */
export interface Expectation extends Node {
  readonly kind: "expectation";
  readonly name: Identifier;
  readonly condition: Expression;
  readonly action: "warn" | "drop" | "fail";
}

/** `MASK function USING COLUMNS (a, 'constant')`. */
export interface ColumnMask extends Node {
  readonly kind: "column_mask";
  readonly function: ObjectName;
  readonly using: readonly Expression[];
}

/** `ROW FILTER function ON (a, b)`. */
export interface RowFilter extends Node {
  readonly kind: "row_filter";
  readonly function: ObjectName;
  readonly on: readonly Expression[];
}

/** `PARTITIONED BY (a, years(b), c STRING)`. */
export type PartitionField = PartitionTransform | ColumnDefinition;

export interface PartitionTransform extends Node {
  readonly kind: "partition_transform";
  /** `identity` for a plain column. */
  readonly transform: string;
  readonly arguments: readonly Expression[];
}

/** `CLUSTER BY (a, b)`, `CLUSTER BY AUTO`, `CLUSTER BY NONE`. */
export interface ClusterBy extends Node {
  readonly kind: "cluster_by";
  readonly by: "columns" | "auto" | "none";
  readonly columns: readonly Name[];
}

/** `CLUSTERED BY (a) SORTED BY (b DESC) INTO 4 BUCKETS`. */
export interface Buckets extends Node {
  readonly kind: "buckets";
  readonly columns: readonly Identifier[];
  readonly sortedBy: readonly SortItem[];
  readonly count: number;
}

/** Hive's `ROW FORMAT`, `STORED AS`, `STORED BY`, `SKEWED BY`: kept as text, so that they can be refused by name. */
export interface HiveClause extends Node {
  readonly kind: "hive_clause";
  readonly clause: "row_format" | "stored_as" | "stored_by" | "skewed_by";
  readonly text: string;
}

/** `SCHEDULE REFRESH EVERY 1 HOUR`, `SCHEDULE CRON '…' AT TIME ZONE '…'`, `TRIGGER ON UPDATE`. */
export interface Schedule extends Node {
  readonly kind: "schedule";
  readonly every: { readonly count: number; readonly unit: string } | undefined;
  readonly cron: string | undefined;
  readonly timeZone: string | undefined;
  readonly onUpdate: boolean;
  /** `AT MOST EVERY INTERVAL …`. */
  readonly atMostEvery: Expression | undefined;
}

/** `WITH SCHEMA BINDING | COMPENSATION | EVOLUTION | TYPE EVOLUTION`. */
export type SchemaBinding = "binding" | "compensation" | "evolution" | "type_evolution";

/**
 * The clauses after the name and columns of a table, streaming table, materialized view or view, in any order. Which
 * of them a statement allows, its parser says; here all are there, undefined or empty when not written.
 */
export interface Clauses {
  /** `USING delta`. */
  readonly using: Name | undefined;
  readonly options: readonly Property[];
  readonly partitionedBy: readonly PartitionField[];
  readonly clusterBy: ClusterBy | undefined;
  readonly buckets: Buckets | undefined;
  readonly hive: readonly HiveClause[];
  readonly location: string | undefined;
  /** `WITH (CREDENTIAL name)` after a location. */
  readonly credential: Identifier | undefined;
  readonly comment: string | undefined;
  readonly collation: Name | undefined;
  readonly properties: readonly Property[];
  readonly rowFilter: RowFilter | undefined;
  readonly tags: readonly Property[];
  readonly schedule: Schedule | undefined;
  /** `REFRESH POLICY …` of a materialized view. */
  readonly refreshPolicy: "auto" | "incremental" | "incremental_strict" | "full" | undefined;
  readonly schemaBinding: SchemaBinding | undefined;
}

/** `PARTITION (a = 1, b)`. */
export interface PartitionSpec extends Node {
  readonly kind: "partition_spec";
  readonly values: readonly PartitionValue[];
}

export interface PartitionValue extends Node {
  readonly kind: "partition_value";
  readonly column: Identifier;
  /** Undefined for a dynamic partition; `DEFAULT` is a column reference. */
  readonly value: Expression | undefined;
}
