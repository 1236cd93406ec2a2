import type { StructType } from "../../core/data-type.ts";
import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import type { ObjectName } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { Query } from "../ast/query.ts";
import type { Statement } from "../ast/statement.ts";
import type { Scope, Variables } from "./scope.ts";

/** Where a statement of a script stands: the text that its spans point into, and the variables that it sees. */
export interface Place {
  readonly text: string;
  readonly file: string | undefined;
  readonly scope: Scope | undefined;
  /** Set where ANSI's rules hold whatever the session says: values are converted to a variable's type by them. */
  readonly ansi?: true;
}

/** What a script needs of the session that runs it: everything that touches data. */
export interface ScriptHost<Result> {
  /** `spark.sql.ansi.enabled`. */
  readonly ansi: boolean;
  /** The variables of the session. */
  readonly session: Variables;
  /** Runs a statement to its end, its result at hand. */
  run(statement: Statement, at: Place): Promise<Result>;
  schema(query: Query, at: Place): Promise<StructType>;
  /** The rows of a query, instants as text in UTC; `limit` is how many are looked at. */
  rows(query: Query, at: Place, limit?: number): Promise<QueryRows>;
  /** The parts of a name; `IDENTIFIER(…)` is computed. */
  name(name: ObjectName, at: Place): Promise<readonly string[]>;
  /** Between two rounds of a loop: lets others have their turn, and throws when the script was cancelled. */
  turn(): Promise<void>;
  /** The result of a statement that gives nothing. */
  nothing(operation: string): Result;
  /** Whether a result is that of a query: the last one is the script's. */
  isRows(result: Result): boolean;
}

export interface QueryRows {
  readonly schema: StructType;
  readonly rows: AsyncIterable<readonly Value[]>;
}

/** An error at a place of the script. */
export function scriptError(at: Place, span: Span, code: string, message: string, hint?: string): BoathouseError {
  return new BoathouseError(code, message, {
    location: locationOf(at.text, span.start, span.end, at.file),
    source: at.text,
    ...(hint === undefined ? {} : { hint }),
  });
}
