import type { DataType, DayTimeField, YearMonthField } from "../../core/data-type.ts";
import type { Identifier, Name, Node, Span } from "./node.ts";
import type { Query } from "./query.ts";

/** The name of an object: written out, or computed by `IDENTIFIER(…)` (from a constant, resolved before analysis). */
export type ObjectName = Name | DynamicName;

/** `IDENTIFIER(expression)`, with the parts written after it: `IDENTIFIER(:schema).orders`. */
export interface DynamicName extends Node {
  readonly kind: "dynamic_name";
  readonly expression: Expression;
  readonly rest: readonly Identifier[];
}

export type Expression =
  | Literal
  | TypedLiteral
  | IntervalLiteral
  | Parameter
  | ColumnReference
  | DynamicColumn
  | Star
  | Unary
  | Binary
  | Between
  | InList
  | InQuery
  | Exists
  | Like
  | LikeQuantified
  | Is
  | DistinctFrom
  | Case
  | Cast
  | Collate
  | Call
  | Extract
  | Trim
  | DatetimeUnit
  | StructConstructor
  | Lambda
  | Subscript
  | FieldAccess
  | JsonPath
  | ScalarSubquery;

/**
 * A constant whose type is plain from its text. `value`: null, boolean, number (byte to int, float, double), bigint
 * (long), exact text (decimal), text (string), bytes (binary). A minus before a number belongs to it.
 */
export interface Literal extends Node {
  readonly kind: "literal";
  readonly type: DataType;
  readonly value: null | boolean | number | bigint | string | Uint8Array;
}

/** `DATE '2024-01-01'`, `INTERVAL '3 days'`: text that means a value only with its type, and perhaps the time zone. */
export interface TypedLiteral extends Node {
  readonly kind: "typed_literal";
  readonly type: "date" | "time" | "timestamp" | "timestamp_ntz" | "timestamp_ltz" | "interval";
  readonly text: string;
}

export type IntervalUnit =
  | "year"
  | "quarter"
  | "month"
  | "week"
  | "day"
  | "hour"
  | "minute"
  | "second"
  | "millisecond"
  | "microsecond"
  | "nanosecond";

/** `INTERVAL 3 DAYS 2 HOURS`, `INTERVAL '1-2' YEAR TO MONTH` (one part, with `to`). */
export interface IntervalLiteral extends Node {
  readonly kind: "interval";
  readonly parts: readonly IntervalPart[];
  readonly to: YearMonthField | DayTimeField | undefined;
}

export interface IntervalPart extends Node {
  readonly kind: "interval_part";
  readonly negative: boolean;
  /** The number or text as written, without sign and quotes. */
  readonly value: string;
  /** Whether the value stood in quotes. */
  readonly quoted: boolean;
  readonly unit: IntervalUnit;
}

/** `:name` has a name; `?` has an index, counted from 0 over the statement. */
export interface Parameter extends Node {
  readonly kind: "parameter";
  readonly name: string | undefined;
  readonly index: number | undefined;
}

/**
 * `a`, `t.a`, `t.a.field`: what is column and what is field, the analyzer decides. `DEFAULT` as a value to store and
 * `CURRENT_DATE`, `CURRENT_USER`… without parentheses are such references too, as in Spark, when no column has that name.
 */
export interface ColumnReference extends Node {
  readonly kind: "column";
  readonly parts: readonly Identifier[];
}

/** `IDENTIFIER(…)` where a column is meant. */
export interface DynamicColumn extends Node {
  readonly kind: "dynamic_column";
  readonly name: DynamicName;
}

/** `*`, `t.*`, `struct_column.*`, `* EXCEPT (a, b.c)`. */
export interface Star extends Node {
  readonly kind: "star";
  readonly qualifier: Name | undefined;
  readonly except: readonly Name[];
}

export interface Unary extends Node {
  readonly kind: "unary";
  readonly operator: "-" | "+" | "~" | "not";
  readonly operand: Expression;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "div" | "||" | "&" | "|" | "^" | "<<" | ">>" | ">>>";
export type ComparisonOperator = "=" | "<=>" | "<>" | "<" | "<=" | ">" | ">=";
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | "and" | "or";

export interface Binary extends Node {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Between extends Node {
  readonly kind: "between";
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}

export interface InList extends Node {
  readonly kind: "in";
  readonly operand: Expression;
  readonly list: readonly Expression[];
  readonly negated: boolean;
}

export interface InQuery extends Node {
  readonly kind: "in_query";
  /** A `struct` without names when several columns are compared. */
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
}

export interface Exists extends Node {
  readonly kind: "exists";
  readonly query: Query;
}

export interface Like extends Node {
  readonly kind: "like";
  readonly operator: "like" | "ilike" | "rlike";
  readonly operand: Expression;
  readonly pattern: Expression;
  /** One character. */
  readonly escape: string | undefined;
  readonly negated: boolean;
}

/** `a LIKE ANY ('x', 'y')`. SOME is ANY. */
export interface LikeQuantified extends Node {
  readonly kind: "like_quantified";
  readonly operator: "like" | "ilike";
  readonly quantifier: "any" | "all";
  readonly operand: Expression;
  readonly patterns: readonly Expression[];
  readonly negated: boolean;
}

export interface Is extends Node {
  readonly kind: "is";
  readonly operand: Expression;
  readonly test: "null" | "true" | "false" | "unknown";
  readonly negated: boolean;
}

export interface DistinctFrom extends Node {
  readonly kind: "distinct_from";
  readonly left: Expression;
  readonly right: Expression;
  readonly negated: boolean;
}

export interface Case extends Node {
  readonly kind: "case";
  /** `CASE operand WHEN value …`; undefined for conditions. */
  readonly operand: Expression | undefined;
  readonly branches: readonly CaseBranch[];
  readonly otherwise: Expression | undefined;
}

export interface CaseBranch extends Node {
  readonly kind: "case_branch";
  readonly when: Expression;
  readonly result: Expression;
}

/** `CAST(a AS t)`, `TRY_CAST(a AS t)`, `a :: t`, `a ?:: t`. */
export interface Cast extends Node {
  readonly kind: "cast";
  readonly operand: Expression;
  readonly type: DataType;
  readonly typeSpan: Span;
  readonly try: boolean;
  readonly syntax: "function" | "colons";
}

export interface Collate extends Node {
  readonly kind: "collate";
  readonly operand: Expression;
  readonly collation: Name;
}

/** A function, an aggregate or a window function. */
export interface Call extends Node {
  readonly kind: "call";
  readonly name: ObjectName;
  readonly arguments: readonly Argument[];
  readonly distinct: boolean;
  /** `WITHIN GROUP (ORDER BY …)`. */
  readonly withinGroup: readonly SortItem[];
  readonly filter: Expression | undefined;
  /** `IGNORE NULLS`, written inside or after the parentheses. */
  readonly nulls: "ignore" | "respect" | undefined;
  readonly over: Window | WindowReference | undefined;
  /** `keywords`: `SUBSTRING(a FROM b FOR c)`, `POSITION(a IN b)`, `OVERLAY(a PLACING b FROM c FOR d)`. */
  readonly syntax: "plain" | "keywords";
}

export interface Argument extends Node {
  readonly kind: "argument";
  /** `name => value`. */
  readonly name: Identifier | undefined;
  readonly value: Expression;
}

/** `EXTRACT(YEAR FROM a)`. */
export interface Extract extends Node {
  readonly kind: "extract";
  readonly field: Identifier;
  readonly source: Expression;
}

/** `TRIM([BOTH|LEADING|TRAILING] [characters] FROM source)`; `TRIM(a)` and `TRIM(a, b)` are calls. */
export interface Trim extends Node {
  readonly kind: "trim";
  readonly side: "both" | "leading" | "trailing" | undefined;
  readonly characters: Expression | undefined;
  readonly source: Expression;
}

/** The unit in `TIMESTAMPADD(HOUR, …)`, `DATEDIFF(DAY, …)`: only ever the first argument of such a call. */
export interface DatetimeUnit extends Node {
  readonly kind: "datetime_unit";
  readonly unit: Exclude<IntervalUnit, "nanosecond"> | "dayofyear";
}

/** `STRUCT(a, b AS c)` and the row `(a, b)`. */
export interface StructConstructor extends Node {
  readonly kind: "struct";
  readonly fields: readonly NamedExpression[];
  readonly syntax: "function" | "row";
}

export interface Lambda extends Node {
  readonly kind: "lambda";
  readonly parameters: readonly Identifier[];
  readonly body: Expression;
}

/** `array[i]`, `map[key]`. */
export interface Subscript extends Node {
  readonly kind: "subscript";
  readonly base: Expression;
  readonly index: Expression;
}

/** `expression.field`, where the expression is not itself a column reference. */
export interface FieldAccess extends Node {
  readonly kind: "field";
  readonly base: Expression;
  readonly field: Identifier;
}

/** `raw:a.b[0]['x y'][*]`: a path into a VARIANT or JSON text. */
export interface JsonPath extends Node {
  readonly kind: "json_path";
  readonly base: Expression;
  readonly path: readonly JsonStep[];
}

export interface JsonStep extends Node {
  readonly kind: "json_step";
  /** A field, an index, or undefined for `[*]`. */
  readonly key: string | number | undefined;
  /** A field in quotes or brackets is compared with case. */
  readonly exact: boolean;
  /** Whether it stands in brackets. */
  readonly brackets: boolean;
}

export interface ScalarSubquery extends Node {
  readonly kind: "subquery";
  readonly query: Query;
}

/** An expression with its alias: an item of SELECT, of a struct, of an aggregate list. */
export interface NamedExpression extends Node {
  readonly kind: "named_expression";
  readonly expression: Expression;
  /** More than one for a generator with several columns: `AS (a, b)`. */
  readonly aliases: readonly Identifier[];
}

export interface SortItem extends Node {
  readonly kind: "sort_item";
  readonly expression: Expression;
  readonly direction: "asc" | "desc" | undefined;
  readonly nulls: "first" | "last" | undefined;
}

/** `(PARTITION BY … ORDER BY … frame)`. */
export interface Window extends Node {
  readonly kind: "window";
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
  readonly frame: WindowFrame | undefined;
}

/** `OVER w`, `OVER (w)`. */
export interface WindowReference extends Node {
  readonly kind: "window_reference";
  readonly name: Identifier;
}

export interface WindowFrame extends Node {
  readonly kind: "window_frame";
  readonly units: "rows" | "range";
  readonly start: FrameBound;
  readonly end: FrameBound | undefined;
}

export interface FrameBound extends Node {
  readonly kind: "frame_bound";
  readonly side: "preceding" | "current_row" | "following";
  /** Undefined for UNBOUNDED and CURRENT ROW. */
  readonly offset: Expression | undefined;
}
