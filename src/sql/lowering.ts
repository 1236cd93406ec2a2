import type { DataType } from "../core/data-type.ts";
import type { LiteralValue } from "./value.ts";
import type { BoundArgument, CastMode } from "./bound.ts";

/** Spark's text of a call, given those of its arguments. */
export type Pretty = (args: readonly string[]) => string;

/** What a lowering may ask for. */
export interface LoweringTools {
  readonly ansi: boolean;
  /** Inside TRY, where DuckDB takes no `error()`: what would be raised becomes null. */
  readonly quiet?: boolean;
  /** The session's time zone, an IANA name. */
  readonly timeZone: string;
  /** Microseconds since the epoch at which the statement began. */
  readonly now: bigint;
  /** DuckDB's text of a type. */
  typeName(type: DataType): string;
  /** DuckDB's text of a string literal. */
  text(value: string): string;
  /** DuckDB SQL that converts `sql` between two types. */
  cast(sql: string, from: DataType, to: DataType, mode?: CastMode): string;
  /** DuckDB SQL of a constant. */
  literal(value: LiteralValue, type: DataType): string;
  /** A name for a lambda variable or alias that nothing else in the statement has. */
  fresh(hint: string): string;
  /** SQL over a value that must be evaluated only once: `use` gets a short name for it and may repeat that. */
  once(sql: string, use: (name: string) => string): string;
  /** Of this statement, by their SQL. */
  readonly narrow: Map<string, NarrowDecimal>;
  /**
   * For aggregates and window functions: the native call `name(args)` with this call's DISTINCT, ORDER BY, IGNORE NULLS
   * inside the parentheses, and FILTER and OVER behind them.
   */
  aggregate(name: string, args: readonly string[]): string;
}

/** A decimal that 64 bits may hold. */
export interface NarrowDecimal {
  /** SQL in 64 bits, which raises an error where they do not hold it. */
  readonly narrow: string;
  /** The same, null there. */
  readonly tried: string;
  /** In more bits. */
  readonly wide: string;
  /** An operand that cannot fail, and whose null makes all null. */
  readonly guard: string;
}

/** A call as its lowering sees it. */
export interface LoweringCall {
  readonly name: string;
  readonly args: readonly BoundArgument[];
  readonly type: DataType;
  readonly distinct: boolean;
  readonly ignoreNulls: boolean;
  /** SQL of the expressions of `orderBy`, each with its direction. */
  readonly orderBy: readonly {
    readonly sql: string;
    readonly direction: "asc" | "desc";
    readonly nulls: "first" | "last";
  }[];
  /** Whether the call stands over a window. */
  readonly windowed: boolean;
}

/** DuckDB SQL of a call, given that of its arguments; a lambda comes as `lambda x: body`. */
export type Lowering = (args: readonly string[], call: LoweringCall, tools: LoweringTools) => string;

/**
 * A generator as DuckDB sees it: `list` is SQL of a list with one element for each row, `columns` give each output
 * column from the SQL of such an element.
 */
export type GeneratorLowering = (
  args: readonly string[],
  call: LoweringCall,
  tools: LoweringTools,
) => { readonly list: string; readonly columns: (element: string) => readonly string[] };

/** DuckDB SQL of a table function: what stands in FROM, and the SQL name of each of its columns there. */
export type TableLowering = (
  args: readonly string[],
  call: LoweringCall,
  tools: LoweringTools,
) => { readonly from: string; readonly columns: readonly string[] };
