/**
 * What a conformance suite is. `tests/conformance/<suite>.ts` exports one as `suite`; `run.ts` runs it, holds its results
 * against the committed pass-list `pass/<suite>.txt` and prints the figures.
 */
export interface Suite {
  readonly name: string;
  /** Runs the cases and yields a result for each, in any order. Throws only when the suite itself is broken. */
  run(options: SuiteOptions): AsyncIterable<CaseResult> | Iterable<CaseResult>;
}

export interface SuiteOptions {
  /** The folder with this suite's vectors: `<data>/<suite>`. It exists. */
  readonly data: string;
  /** Of `delta`: the tables lie in a container of Azurite, not in a folder. */
  readonly azure: boolean;
  /** Whether a case is wanted. Results of others are dropped, so a suite need not ask; it saves time. */
  readonly wanted: (id: string) => boolean;
}

export interface CaseResult {
  /** Unique in the suite and stable: it stands in the pass-list. One line, no tabs. */
  readonly id: string;
  /** Cases of a group are counted together: usually the vector file without its extension. */
  readonly group: string;
  readonly outcome: "passed" | "skipped" | Failure;
  /** Counted apart from the outcome, each where it was looked at. */
  readonly checks?: {
    readonly value?: boolean;
    readonly type?: boolean;
    readonly name?: boolean;
    /** Of an error with the right condition: its SQLSTATE, and the place in the statement that it points at. */
    readonly sqlState?: boolean;
    readonly span?: boolean;
  };
  /** Why it failed or was skipped, in a line or a few: expected and actual. */
  readonly detail?: string;
}

/**
 * How a case failed.
 * - `wrong`: it ran and the value differs. The worst kind: silently wrong.
 * - `type`, `name`: the value is right, its type or its column's name is not.
 * - `refused`: an error where an answer was expected.
 * - `accepted`: an answer where an error was expected.
 * - `condition`: an error was expected and came, but another one.
 */
export type Failure = "wrong" | "type" | "name" | "refused" | "accepted" | "condition";

/** The outcome that follows from the checks of a case that ran. */
export function outcomeOf(checks: NonNullable<CaseResult["checks"]>): "passed" | Failure {
  if (checks.value === false) return "wrong";
  if (checks.type === false) return "type";
  if (checks.name === false) return "name";
  return "passed";
}
