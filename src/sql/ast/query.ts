import type {
  Argument,
  Expression,
  NamedExpression,
  ObjectName,
  SortItem,
  Window,
  WindowReference,
} from "./expression.ts";
import type { Identifier, Name, Node } from "./node.ts";
import type { Property } from "./definition.ts";

/** A whole query: its common table expressions, its body and what orders and cuts the result. */
export interface Query extends Node {
  readonly kind: "query";
  readonly with: With | undefined;
  readonly body: QueryBody;
  readonly orderBy: readonly SortItem[];
  readonly clusterBy: readonly Expression[];
  readonly distributeBy: readonly Expression[];
  readonly sortBy: readonly SortItem[];
  readonly windows: readonly NamedWindow[];
  /** `LIMIT ALL` is no limit. */
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
}

/** A query in parentheses is a `query` node inside another one. */
export type QueryBody = Select | SetOperation | InlineTable | TableQuery | Pipe | Query;

export interface With extends Node {
  readonly kind: "with";
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable extends Node {
  readonly kind: "common_table";
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  /** `MAX RECURSION LEVEL n`. */
  readonly maxRecursion: number | undefined;
  readonly query: Query;
}

export interface SetOperation extends Node {
  readonly kind: "set_operation";
  /** MINUS is `except`. */
  readonly operator: "union" | "intersect" | "except";
  readonly all: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

/** `TABLE name` as a query. */
export interface TableQuery extends Node {
  readonly kind: "table_query";
  readonly name: ObjectName;
}

/** `VALUES (1, 'a'), (2, 'b') AS t(x, y)`: a query body and a relation. A row is a `struct` without names, or one value. */
export interface InlineTable extends Node {
  readonly kind: "inline_table";
  readonly rows: readonly Expression[];
  readonly alias: TableAlias | undefined;
}

/** `SELECT …`; also `FROM t SELECT …` and `FROM t`, which is `SELECT *`. */
export interface Select extends Node {
  readonly kind: "select";
  readonly hints: readonly Hint[];
  readonly quantifier: "distinct" | "all" | undefined;
  readonly items: readonly NamedExpression[];
  /** `SELECT TRANSFORM(…) USING 'script'`; its expressions are `items`. */
  readonly transform: ScriptTransform | undefined;
  /** The comma list, as written. */
  readonly from: readonly TableReference[];
  readonly lateralViews: readonly LateralView[];
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly qualify: Expression | undefined;
  readonly windows: readonly NamedWindow[];
}

export interface Hint extends Node {
  readonly kind: "hint";
  readonly name: Identifier;
  readonly arguments: readonly Expression[];
}

export interface NamedWindow extends Node {
  readonly kind: "named_window";
  readonly name: Identifier;
  readonly window: Window | WindowReference;
}

export interface ScriptTransform extends Node {
  readonly kind: "script_transform";
  readonly script: string;
  /** The text between script and columns (row formats, reader and writer), as written; empty when there is none. */
  readonly input: string;
  readonly output: string;
  /** `AS (x, y STRING)`, as written. */
  readonly columns: string | undefined;
}

/** `LATERAL VIEW [OUTER] generator(…) t AS a, b`. */
export interface LateralView extends Node {
  readonly kind: "lateral_view";
  readonly outer: boolean;
  readonly name: Name;
  readonly arguments: readonly Expression[];
  readonly table: Identifier | undefined;
  readonly columns: readonly Identifier[];
}

export interface GroupBy extends Node {
  readonly kind: "group_by";
  /** `GROUP BY ALL`: by every item of SELECT that holds no aggregate. Then there are no items. */
  readonly all: boolean;
  readonly items: readonly GroupingItem[];
}

export type GroupingItem = Expression | GroupingAnalytics;

/** `ROLLUP(…)`, `CUBE(…)`, `GROUPING SETS(…)`; also `GROUP BY a, b WITH ROLLUP`. */
export interface GroupingAnalytics extends Node {
  readonly kind: "rollup" | "cube" | "grouping_sets";
  readonly elements: readonly GroupingElement[];
  /** `GROUP BY a, b GROUPING SETS (…)`: the columns before it; empty otherwise. */
  readonly over: readonly Expression[];
}

export type GroupingElement = GroupingSet | GroupingAnalytics;

/** `(a, b)`, `()`, or one expression. */
export interface GroupingSet extends Node {
  readonly kind: "grouping_set";
  readonly expressions: readonly Expression[];
}

export type TableReference =
  | TableName
  | DerivedTable
  | TableFunction
  | InlineTable
  | Join
  | Pivot
  | Unpivot
  | ParenthesizedTable;

export interface TableAlias extends Node {
  readonly kind: "table_alias";
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
}

/** A table, view, path (``csv.`/data` ``) or common table. */
export interface TableName extends Node {
  readonly kind: "table";
  readonly name: ObjectName;
  /** `STREAM t`, `STREAM(t)`. */
  readonly stream: boolean;
  readonly timeTravel: TimeTravel | undefined;
  readonly changes: Changes | undefined;
  /** `WITH (option = value)`. */
  readonly options: readonly Property[];
  readonly watermark: Watermark | undefined;
  readonly sample: Sample | undefined;
  readonly alias: TableAlias | undefined;
}

export interface DerivedTable extends Node {
  readonly kind: "derived_table";
  readonly lateral: boolean;
  readonly query: Query;
  readonly watermark: Watermark | undefined;
  readonly sample: Sample | undefined;
  readonly alias: TableAlias | undefined;
}

/** `read_files('…', format => 'csv')`, `range(10)`, `explode(a)`. */
export interface TableFunction extends Node {
  readonly kind: "table_function";
  readonly lateral: boolean;
  /** `STREAM read_files(…)`. */
  readonly stream: boolean;
  readonly name: ObjectName;
  readonly arguments: readonly (Argument | TableArgument)[];
  readonly watermark: Watermark | undefined;
  readonly sample: Sample | undefined;
  readonly alias: TableAlias | undefined;
}

/** `TABLE(t) PARTITION BY a ORDER BY b` as an argument. */
export interface TableArgument extends Node {
  readonly kind: "table_argument";
  readonly name: Identifier | undefined;
  readonly table: ObjectName | Query;
  readonly singlePartition: boolean;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
}

export type JoinType = "inner" | "cross" | "left" | "right" | "full" | "left_semi" | "left_anti";

export interface Join extends Node {
  readonly kind: "join";
  readonly type: JoinType;
  readonly natural: boolean;
  readonly left: TableReference;
  readonly right: TableReference;
  readonly on: Expression | undefined;
  readonly using: readonly Identifier[];
  readonly nearest: Nearest | undefined;
}

/** `APPROX | EXACT NEAREST n BY DISTANCE | SIMILARITY expression`. */
export interface Nearest extends Node {
  readonly kind: "nearest";
  readonly exact: boolean;
  readonly count: number;
  readonly by: "distance" | "similarity";
  readonly expression: Expression;
}

/** `(a JOIN b) AS t`. */
export interface ParenthesizedTable extends Node {
  readonly kind: "parenthesized_table";
  readonly lateral: boolean;
  readonly table: TableReference;
  readonly sample: Sample | undefined;
  readonly alias: TableAlias | undefined;
}

/** `PIVOT (sum(x) AS s FOR (a, b) IN ((1, 2) AS one_two, …))`. */
export interface PivotClause extends Node {
  readonly kind: "pivot_clause";
  readonly aggregates: readonly NamedExpression[];
  readonly columns: readonly Identifier[];
  /** Each with at most one alias. */
  readonly values: readonly NamedExpression[];
}

export interface Pivot extends Node {
  readonly kind: "pivot";
  readonly source: TableReference;
  readonly clause: PivotClause;
  readonly alias: TableAlias | undefined;
}

/** `UNPIVOT [INCLUDE NULLS] ((v, w) FOR k IN ((a, b) AS 'x', …))`. */
export interface UnpivotClause extends Node {
  readonly kind: "unpivot_clause";
  readonly nulls: "include" | "exclude" | undefined;
  readonly values: readonly Identifier[];
  readonly name: Identifier;
  readonly sets: readonly UnpivotSet[];
}

export interface UnpivotSet extends Node {
  readonly kind: "unpivot_set";
  readonly columns: readonly Name[];
  readonly alias: Identifier | undefined;
}

export interface Unpivot extends Node {
  readonly kind: "unpivot";
  readonly source: TableReference;
  readonly clause: UnpivotClause;
  readonly alias: TableAlias | undefined;
}

/** `VERSION AS OF 3`, `TIMESTAMP AS OF '2024-01-01'`, `t@v3`, `t@20240101000000000`. */
export interface TimeTravel extends Node {
  readonly kind: "time_travel";
  readonly by: "version" | "timestamp";
  readonly value: Expression;
}

/** `CHANGES FROM VERSION 1 TO VERSION 5 EXCLUSIVE WITH (option = value)`. */
export interface Changes extends Node {
  readonly kind: "changes";
  readonly by: "version" | "timestamp";
  readonly from: Expression;
  readonly fromInclusive: boolean;
  readonly to: Expression | undefined;
  readonly toInclusive: boolean;
  readonly options: readonly Property[];
}

/** `WATERMARK ts DELAY OF INTERVAL 10 MINUTES`. */
export interface Watermark extends Node {
  readonly kind: "watermark";
  readonly column: NamedExpression;
  readonly delay: Expression;
}

export interface Sample extends Node {
  readonly kind: "sample";
  /** `TABLESAMPLE SYSTEM`: by blocks; otherwise by rows (BERNOULLI). */
  readonly system: boolean;
  readonly method:
    | { readonly by: "percent"; readonly percent: number }
    | { readonly by: "rows"; readonly rows: Expression }
    | { readonly by: "bucket"; readonly bucket: number; readonly of: number; readonly on: Name | undefined }
    | { readonly by: "bytes"; readonly bytes: Expression };
  /** `REPEATABLE (seed)`. */
  readonly seed: bigint | undefined;
}

/** `query |> operator |> operator …`. */
export interface Pipe extends Node {
  readonly kind: "pipe";
  readonly source: QueryBody;
  readonly operators: readonly PipeOperator[];
}

export type PipeOperator =
  | (Node & { readonly kind: "pipe_select"; readonly select: Select })
  | (Node & { readonly kind: "pipe_extend"; readonly items: readonly NamedExpression[] })
  | (Node & { readonly kind: "pipe_set"; readonly assignments: readonly Assignment[] })
  | (Node & { readonly kind: "pipe_drop"; readonly columns: readonly Identifier[] })
  | (Node & { readonly kind: "pipe_as"; readonly alias: TableAlias })
  | (Node & { readonly kind: "pipe_where"; readonly condition: Expression })
  | (Node & { readonly kind: "pipe_pivot"; readonly clause: PivotClause; readonly alias: TableAlias | undefined })
  | (Node & { readonly kind: "pipe_unpivot"; readonly clause: UnpivotClause; readonly alias: TableAlias | undefined })
  | (Node & { readonly kind: "pipe_sample"; readonly sample: Sample })
  | PipeJoin
  | PipeSetOperation
  | PipeOrder
  | PipeAggregate;

export interface PipeJoin extends Node {
  readonly kind: "pipe_join";
  readonly type: JoinType;
  readonly natural: boolean;
  readonly right: TableReference;
  readonly on: Expression | undefined;
  readonly using: readonly Identifier[];
  readonly nearest: Nearest | undefined;
}

export interface PipeSetOperation extends Node {
  readonly kind: "pipe_set_operation";
  readonly operator: "union" | "intersect" | "except";
  readonly all: boolean;
  readonly right: QueryBody;
}

/** `|> ORDER BY`, `|> LIMIT`, `|> OFFSET`, `|> SORT BY` …: what closes a query. */
export interface PipeOrder extends Node {
  readonly kind: "pipe_order";
  readonly orderBy: readonly SortItem[];
  readonly clusterBy: readonly Expression[];
  readonly distributeBy: readonly Expression[];
  readonly sortBy: readonly SortItem[];
  readonly windows: readonly NamedWindow[];
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
}

export interface PipeAggregate extends Node {
  readonly kind: "pipe_aggregate";
  readonly items: readonly NamedExpression[];
  /** Grouping expressions, each perhaps with an alias; analytics have none. */
  readonly groupBy: readonly (NamedExpression | GroupingAnalytics)[];
  readonly all: boolean;
}

/** `column = value` in UPDATE, MERGE, `|> SET`. */
export interface Assignment extends Node {
  readonly kind: "assignment";
  readonly target: Name;
  readonly value: Expression;
}
