import { BoathouseError } from "../../core/errors.ts";

/** New values by column, each an expression in Spark SQL; `"*"`: every column from the source's column of its name. */
export type MergeValues = "*" | Readonly<Record<string, string>>;

export interface MatchedClause {
  /** A further condition, in Spark SQL over `target` and `source`. */
  readonly when?: string;
  /** Exactly one of both. */
  readonly update?: MergeValues;
  readonly delete?: true;
}

export interface NotMatchedClause {
  readonly when?: string;
  readonly insert: MergeValues;
}

export interface NotMatchedBySourceClause {
  readonly when?: string;
  readonly update?: Readonly<Record<string, string>>;
  readonly delete?: true;
}

/** What becomes of the rows of `target` and `source`; of several clauses the first that applies counts. */
export interface MergeRequest {
  /** Which rows belong together, in Spark SQL over `target` and `source`. */
  readonly on: string;
  readonly whenMatched?: MatchedClause | readonly MatchedClause[];
  readonly whenNotMatched?: NotMatchedClause | readonly NotMatchedClause[];
  readonly whenNotMatchedBySource?: NotMatchedBySourceClause | readonly NotMatchedBySourceClause[];
  /** Columns that only the source has are added to the table. */
  readonly mergeSchema?: boolean;
}

/** The MERGE of a request. Throws `DELTA_MERGE_MISSING_WHEN` for one without clauses. */
export function mergeText(request: MergeRequest): string {
  const clauses = [
    ...listOf(request.whenMatched).map((each) => clause("MATCHED", each)),
    ...listOf(request.whenNotMatched).map((each) => clause("NOT MATCHED", each)),
    ...listOf(request.whenNotMatchedBySource).map((each) => clause("NOT MATCHED BY SOURCE", each)),
  ];
  if (clauses.length === 0) {
    throw new BoathouseError("DELTA_MERGE_MISSING_WHEN", "A merge without clauses changes nothing.", {
      sqlState: "42601",
      hint: 'Say what becomes of the rows: whenMatched: { update: "*" }, whenNotMatched: { insert: "*" }.',
    });
  }
  return `MERGE INTO target USING source ON ${request.on}\n${clauses.join("\n")}`;
}

interface Clause {
  readonly when?: string;
  readonly update?: MergeValues;
  readonly insert?: MergeValues;
  readonly delete?: true;
}

function clause(kind: string, { when, update, insert, delete: deletes }: Clause): string {
  const actions = [
    ...(update === undefined ? [] : [`UPDATE SET ${update === "*" ? "*" : assignments(update)}`]),
    ...(insert === undefined ? [] : [insert === "*" ? "INSERT *" : insertion(insert)]),
    ...(deletes === undefined ? [] : ["DELETE"]),
  ];
  const [action] = actions;
  if (action === undefined || actions.length > 1) {
    throw new BoathouseError("DELTA_MERGE_CLAUSE_INVALID", `A clause WHEN ${kind} needs exactly one action.`, {
      hint: "Give update or delete, and two clauses with conditions where both can happen.",
    });
  }
  return `WHEN ${kind}${when === undefined ? "" : ` AND (${when})`} THEN ${action}`;
}

/** `SET a = …, b = …`. Columns are written as in Spark SQL: `a.b` is a field, backticks quote. */
export function assignments(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([column, value]) => `${column} = ${value}`)
    .join(", ");
}

function insertion(values: Readonly<Record<string, string>>): string {
  return `INSERT (${Object.keys(values).join(", ")}) VALUES (${Object.values(values).join(", ")})`;
}

function listOf<T>(clauses: T | readonly T[] | undefined): readonly T[] {
  if (clauses === undefined) return [];
  return isList(clauses) ? clauses : [clauses];
}

function isList<T>(clauses: T | readonly T[]): clauses is readonly T[] {
  return Array.isArray(clauses);
}
