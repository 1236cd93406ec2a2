/** A piece of SQL with its smaller pieces, so that a statement can be made smaller. */
export interface Tree {
  readonly parts: readonly (string | Tree)[];
  /** An expression's type as SQL, as far as the generator knows; undefined for other pieces. */
  readonly type?: string;
  /** May be left out. */
  readonly optional?: boolean;
  /** A list of trees: all but one may be left out. Its parts are the items. */
  readonly list?: boolean;
  /** For a column: its value in each row of the table, as literals. */
  readonly column?: readonly string[];
}

export function expression(type: string, ...parts: readonly (string | Tree)[]): Tree {
  return { type, parts };
}

export function piece(...parts: readonly (string | Tree)[]): Tree {
  return { parts };
}

/** A clause that may be left out. */
export function optional(...parts: readonly (string | Tree)[]): Tree {
  return { parts, optional: true };
}

/** Pieces with commas between them. */
export function list(items: readonly Tree[]): Tree {
  return { parts: items, list: true };
}

export function textOf(tree: Tree): string {
  return tree.parts
    .map((part) => (typeof part === "string" ? part : textOf(part)))
    .join(tree.list === true ? ", " : "");
}

export function sizeOf(tree: Tree): number {
  return tree.parts.reduce<number>((sum, part) => sum + (typeof part === "string" ? part.length : 2 + sizeOf(part)), 1);
}

/** Expressions within an expression, itself not among them. */
export function within(tree: Tree): Tree[] {
  return tree.parts.flatMap((part) =>
    typeof part === "string" ? [] : part.type === undefined ? within(part) : [part, ...within(part)],
  );
}

/** Columns become their values in one row. */
export function withRow(tree: Tree, row: number): Tree {
  const value = tree.column?.[row];
  if (value !== undefined) return { parts: [value], ...(tree.type === undefined ? {} : { type: tree.type }) };
  return { ...tree, parts: tree.parts.map((part) => (typeof part === "string" ? part : withRow(part, row))) };
}

/** Trees that are a step smaller, the smallest first. */
export function smaller(tree: Tree): Tree[] {
  return [...steps(tree)].toSorted((a, b) => sizeOf(a) - sizeOf(b));
}

function* steps(tree: Tree): Iterable<Tree> {
  if (tree.type !== undefined) {
    yield* within(tree);
    if (sizeOf(tree) > 12 && tree.type !== "VOID" && tree.type !== "?") {
      yield expression(tree.type, `CAST(NULL AS ${tree.type})`);
      const simple = SIMPLE[tree.type];
      if (simple !== undefined) yield expression(tree.type, simple);
    }
  }
  for (const [index, part] of tree.parts.entries()) {
    if (typeof part === "string") continue;
    const replaced = (by: string | Tree): Tree => ({ ...tree, parts: tree.parts.with(index, by) });
    if (part.optional === true) yield replaced("");
    if (tree.list === true && tree.parts.length > 1) yield { ...tree, parts: tree.parts.toSpliced(index, 1) };
    for (const step of steps(part)) yield replaced(step);
  }
}

const SIMPLE: Readonly<Record<string, string>> = {
  BOOLEAN: "true",
  INT: "1",
  BIGINT: "1L",
  DOUBLE: "1D",
  STRING: "'a'",
  DATE: "DATE'2020-01-01'",
  TIMESTAMP: "TIMESTAMP'2020-01-01 00:00:00'",
};
