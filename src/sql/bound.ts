import type { DataType, StructType } from "../core/data-type.ts";
import type { Relation } from "./resolver.ts";
import type { Span } from "./ast/node.ts";
import type { LiteralValue, TimeTravel } from "./value.ts";
import type { GeneratorLowering, Lowering, Pretty, TableLowering } from "./lowering.ts";

/**
 * What the analyzer makes of a statement: every name is resolved to a column by identity, every expression knows its
 * type and whether it can be null, every implicit conversion is written out as a cast. The generator reads nothing
 * else.
 */

/** An attribute of a plan. Two columns are the same when their `id` is; names may repeat. */
export interface Column {
  readonly id: number;
  /** As the user sees it. */
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** The `id` of the column that it repeats under the same name: both names mean the same. */
  readonly copyOf?: number;
  /** Of a stored CHAR column: its values are compared without regard to blanks at the end. */
  readonly charLength?: number;
}

interface Typed {
  readonly type: DataType;
  readonly nullable: boolean;
  readonly span?: Span | undefined;
}

export interface LiteralExpression extends Typed {
  readonly kind: "literal";
  readonly value: LiteralValue;
  /** Spark's text of it, where that depends on the session's time zone. */
  readonly shown?: string | undefined;
}

export interface ColumnExpression extends Typed {
  readonly kind: "column";
  readonly column: Column;
  /** Its name with all qualifiers, where it is one of the query around. */
  readonly outer?: string | undefined;
}

/** A scalar function or operator of the registry. */
export interface CallExpression extends Typed {
  readonly kind: "call";
  /** The canonical name, in lower case, as Spark prints it. */
  readonly name: string;
  /** After coercion, in the order that `lower` expects. */
  readonly args: readonly BoundArgument[];
  readonly lower: Lowering;
  /** Spark's text of the call, for automatic column names, given the texts of its arguments. */
  readonly pretty?: Pretty | undefined;
  /** False for `rand()`, `uuid()`: never copied, never moved. */
  readonly deterministic: boolean;
}

/** An aggregate function, outside or inside a window. */
export interface AggregateExpression extends Typed {
  readonly kind: "aggregate";
  readonly name: string;
  readonly args: readonly BoundArgument[];
  readonly distinct: boolean;
  readonly filter: BoundExpression | undefined;
  /** Of `WITHIN GROUP (ORDER BY …)`, or of a function whose result depends on order. */
  readonly orderBy: readonly SortOrder[];
  readonly ignoreNulls: boolean;
  /** It stands in a subquery but is one of the query around, all of whose columns it uses are. */
  readonly ofOuter?: true | undefined;
  readonly lower: Lowering;
  readonly pretty?: Pretty | undefined;
}

/** A function over a window. A pure window function (`row_number`) is an `aggregate` node here. */
export interface WindowExpression extends Typed {
  readonly kind: "window";
  readonly function: AggregateExpression;
  readonly partitionBy: readonly BoundExpression[];
  readonly orderBy: readonly SortOrder[];
  readonly frame: WindowFrame | undefined;
  /** The frame that Spark shows in names where none is written. */
  readonly shownFrame: string;
}

export interface WindowFrame {
  readonly unit: "rows" | "range";
  readonly start: FrameBound;
  readonly end: FrameBound;
}

export type FrameBound =
  | { readonly kind: "unbounded_preceding" | "unbounded_following" | "current_row" }
  | { readonly kind: "preceding" | "following"; readonly offset: BoundExpression };

/** `ansi`: a value that does not fit is an error; `try`: null; `legacy`: as Spark without ANSI mode. */
export type CastMode = "ansi" | "try" | "legacy";

export interface CastExpression extends Typed {
  readonly kind: "cast";
  readonly operand: BoundExpression;
  readonly mode: CastMode;
  /** Written by the user: such a cast shows in automatic names, one of coercion does not. */
  readonly explicit: boolean;
}

export interface CaseExpression extends Typed {
  readonly kind: "case";
  readonly branches: readonly { readonly when: BoundExpression; readonly result: BoundExpression }[];
  readonly otherwise: BoundExpression | undefined;
}

/** A field of a struct, by position. */
export interface FieldExpression extends Typed {
  readonly kind: "field";
  readonly operand: BoundExpression;
  readonly index: number;
  /** The name as the user wrote it. */
  readonly name: string;
}

export interface LambdaVariableExpression extends Typed {
  readonly kind: "lambda_variable";
  readonly id: number;
  readonly name: string;
}

/** `(x, y) -> body`. Its `type` is the body's. */
export interface LambdaExpression extends Typed {
  readonly kind: "lambda";
  readonly parameters: readonly LambdaVariableExpression[];
  readonly body: BoundExpression;
}

/** `scalar`: one column, at most one row. `exists`: boolean. `in`: boolean, null as Spark says. */
export interface SubqueryExpression extends Typed {
  readonly kind: "subquery";
  readonly form: "scalar" | "exists" | "in";
  /** What is looked for, of `in`: one expression for each column of the plan. */
  readonly values: readonly BoundExpression[];
  readonly plan: BoundPlan;
  /** The outer columns that it uses, as automatic names show them. */
  readonly outer: readonly string[];
  /** The same text for subqueries that mean the same. */
  readonly key: () => string;
}

/** A reference to an alias of the same SELECT list; gone when analysis is done. */
export interface AliasExpression extends Typed {
  readonly kind: "alias";
  readonly index: number;
  readonly name: string;
  /** It stands for a column that a generator makes. */
  readonly generated?: true | undefined;
}

/** A generator where a column could stand; gone (into a `generate` plan) when analysis is done. */
export interface GeneratorExpression extends Typed {
  readonly kind: "generator";
  readonly name: string;
  readonly args: readonly BoundArgument[];
  readonly outer: boolean;
  readonly columns: readonly { readonly name: string; readonly type: DataType; readonly nullable: boolean }[];
  readonly lower: GeneratorLowering;
  readonly pretty?: Pretty | undefined;
}

export type BoundExpression =
  | LiteralExpression
  | ColumnExpression
  | CallExpression
  | AggregateExpression
  | WindowExpression
  | CastExpression
  | CaseExpression
  | FieldExpression
  | LambdaVariableExpression
  | SubqueryExpression
  | AliasExpression
  | GeneratorExpression;

export type BoundArgument = BoundExpression | LambdaExpression;

export interface SortOrder {
  readonly expression: BoundExpression;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

/** One use of a stored table, file set or stream in a statement. */
export interface Scan {
  /** From 0, in the order in which the statement names them; unique within the statement. */
  readonly id: number;
  readonly relation: Relation;
  readonly stream: boolean;
  readonly timeTravel: TimeTravel | undefined;
  /** Every column of the relation, hidden ones last; `used` says which are read. */
  readonly columns: readonly Column[];
  /** The names of the columns that the statement reads, in the relation's order. */
  readonly used: readonly string[];
  /** Conditions over this scan's columns alone that every row used fulfils: for skipping files, never for correctness. */
  readonly conjuncts: readonly BoundExpression[];
  readonly span: Span | undefined;
}

export interface Projection {
  readonly column: Column;
  readonly expression: BoundExpression;
}

export type JoinType = "inner" | "left" | "right" | "full" | "cross" | "semi" | "anti";

interface Plan {
  /** What comes out, in order. */
  readonly columns: readonly Column[];
}

export interface ScanPlan extends Plan {
  readonly kind: "scan";
  readonly scan: number;
}
/** Exactly one row without columns. */
export interface OneRowPlan extends Plan {
  readonly kind: "one_row";
}
export interface ValuesPlan extends Plan {
  readonly kind: "values";
  readonly rows: readonly (readonly BoundExpression[])[];
}
export interface TableFunctionPlan extends Plan {
  readonly kind: "table_function";
  readonly name: string;
  readonly args: readonly BoundArgument[];
  readonly lower: TableLowering;
}
export interface ProjectPlan extends Plan {
  readonly kind: "project";
  readonly input: BoundPlan;
  readonly items: readonly Projection[];
}
export interface FilterPlan extends Plan {
  readonly kind: "filter";
  readonly input: BoundPlan;
  readonly condition: BoundExpression;
  /** Nothing of the plan above is evaluated on rows that are refused, so that not even an error tells of them. */
  readonly guards?: true;
}
/** Its columns are the groups, then the aggregates, then (with `sets`) the grouping id. */
export interface AggregatePlan extends Plan {
  readonly kind: "aggregate";
  readonly input: BoundPlan;
  readonly groups: readonly Projection[];
  readonly aggregates: readonly Projection[];
  /** Grouping sets as positions in `groups`; undefined is one set of all of them. */
  readonly sets: readonly (readonly number[])[] | undefined;
  /** Spark's `grouping_id()`: bit i from the left is 1 where group i is not in the set. */
  readonly groupingId: Column | undefined;
}
export interface SortPlan extends Plan {
  readonly kind: "sort";
  readonly input: BoundPlan;
  readonly order: readonly SortOrder[];
}
export interface LimitPlan extends Plan {
  readonly kind: "limit";
  readonly input: BoundPlan;
  readonly limit: BoundExpression | undefined;
  readonly offset: BoundExpression | undefined;
}
export interface DistinctPlan extends Plan {
  readonly kind: "distinct";
  readonly input: BoundPlan;
}
export interface JoinPlan extends Plan {
  readonly kind: "join";
  readonly join: JoinType;
  readonly left: BoundPlan;
  readonly right: BoundPlan;
  readonly condition: BoundExpression | undefined;
  /** The right side may use columns of the left. */
  readonly lateral: boolean;
}
export interface SetPlan extends Plan {
  readonly kind: "set";
  readonly operator: "union" | "intersect" | "except";
  readonly all: boolean;
  readonly left: BoundPlan;
  readonly right: BoundPlan;
}
/** Each row of the input once for each row that the generator makes of it. */
export interface GeneratePlan extends Plan {
  readonly kind: "generate";
  readonly input: BoundPlan;
  readonly generator: GeneratorExpression;
  readonly outputs: readonly Column[];
}
/** Common table expressions that are used by `ctes[].id` below. */
export interface WithPlan extends Plan {
  readonly kind: "with";
  readonly definitions: readonly CteDefinition[];
  readonly input: BoundPlan;
}
export interface CteDefinition {
  readonly id: number;
  readonly name: string;
  readonly plan: BoundPlan;
  /** The columns of `plan`, or of a recursive definition's anchor. */
  readonly columns: readonly Column[];
  readonly recursive: Recursion | undefined;
}
export interface Recursion {
  readonly step: BoundPlan;
  readonly all: boolean;
  /** More levels, or more rows in all of them, are an error; -1 is no limit. */
  readonly maxLevel: number;
  readonly maxRows: number;
}
export interface CtePlan extends Plan {
  readonly kind: "cte";
  readonly id: number;
}
export interface SamplePlan extends Plan {
  readonly kind: "sample";
  readonly input: BoundPlan;
  readonly percent: number | undefined;
  readonly rows: number | undefined;
  readonly seed: number | undefined;
}

export type BoundPlan =
  | ScanPlan
  | OneRowPlan
  | ValuesPlan
  | TableFunctionPlan
  | ProjectPlan
  | FilterPlan
  | AggregatePlan
  | SortPlan
  | LimitPlan
  | DistinctPlan
  | JoinPlan
  | SetPlan
  | GeneratePlan
  | WithPlan
  | CtePlan
  | SamplePlan;

/** A column of the result and the stored columns whose values flow into it. */
export interface ColumnSource {
  readonly relation: readonly string[];
  readonly column: string;
}

/** A query, ready to generate. */
export interface BoundQuery {
  readonly plan: BoundPlan;
  /** Names and types of the result, with Spark's automatic names; names may repeat. */
  readonly schema: StructType;
  readonly scans: readonly Scan[];
  /** For each column of the schema, in order. */
  readonly lineage: readonly (readonly ColumnSource[])[];
  /** Stored relations and views that the statement names itself (not those inside views), for privileges. */
  readonly reads: readonly (readonly string[])[];
}
