/**
 * One entry of the matrix: what we and Spark do with tables of its own, one after the other. After each step its table
 * is read by us, by Spark and, unless it has a feature of `delta-rs-limits.ts`, by delta-rs: all must see the same.
 *
 * In statements `{t}` is a table, of any name in braces, and `{folder}` the folder of the entry.
 */
export interface PeerCase {
  readonly name: string;
  readonly steps: readonly Step[];
  /** What must stand in the log of `{t}` in the end, so that the entry tests what it says. */
  readonly log?: readonly RegExp[];
  /** Why delta-rs is not asked, where that does not follow from the table's features. */
  readonly notDeltaRs?: string;
}

export type Step = Run | Ask | Refusal;

export interface Run {
  readonly kind: "run";
  readonly by: "us" | "Spark";
  readonly statements: readonly string[];
  /** What Spark does before. */
  readonly before?: readonly string[];
  /** The table to read then. */
  readonly table: string;
}

/** A question that has the same answer here and there. */
export interface Ask {
  readonly kind: "ask";
  readonly ours: string;
  readonly sparks: string;
  /** The columns of the answer to compare; undefined: all. */
  readonly columns?: readonly string[];
}

/** A statement that is refused with one of these conditions, here or there. */
export interface Refusal {
  readonly kind: "refuse";
  readonly by: "us" | "Spark";
  readonly statement: string;
  readonly condition: RegExp;
}

/** We run statements, then everybody reads `{t}`. */
export function us(...statements: readonly string[]): Run {
  return { kind: "run", by: "us", statements, table: "t" };
}

/** Spark runs statements, then everybody reads `{t}`. */
export function spark(...statements: readonly string[]): Run {
  return { kind: "run", by: "Spark", statements, table: "t" };
}

/** The same step, after which another table is read. */
export function reading(table: string, run: Run): Run {
  return { ...run, table };
}

export function ask(query: string, columns?: readonly string[]): Ask {
  return { kind: "ask", ours: query, sparks: query, ...(columns === undefined ? {} : { columns }) };
}

/** Rows of the change data feed, without the time of the commit. */
export function changes(columns: string, from: number, to?: number): Ask {
  const select = `SELECT ${columns}, _change_type, _commit_version FROM`;
  const versions = to === undefined ? `${from}` : `${from}, ${to}`;
  return {
    kind: "ask",
    ours: `${select} table_changes('{t}', ${versions})`,
    sparks: `${select} table_changes_by_path('{t.path}', ${versions})`,
  };
}

export function refuses(by: "us" | "Spark", statement: string, condition: RegExp): Refusal {
  return { kind: "refuse", by, statement, condition };
}
