import type { Column } from "../bound.ts";

/** A column as names reach it. */
export interface Visible {
  readonly column: Column;
  /** `[catalog, schema, table]` or `[alias]`; a name may leave out parts from the left. Empty: only by its own name. */
  readonly qualifier: readonly string[];
}

/** The columns that expressions of one SELECT may name. */
export interface Scope {
  readonly visible: readonly Visible[];
  /** Found only when nothing visible fits, and never by `*`: metadata columns and the other side of USING. */
  readonly hidden: readonly Visible[];
}

export const EMPTY_SCOPE: Scope = { visible: [], hidden: [] };

export function concat(left: Scope, right: Scope): Scope {
  return { visible: [...left.visible, ...right.visible], hidden: [...left.hidden, ...right.hidden] };
}

/** All columns of a relation under another name, as `AS t` does. Hidden ones keep reachable. */
export function renamed(scope: Scope, alias: string): Scope {
  const rename = (each: Visible): Visible => ({ column: each.column, qualifier: [alias] });
  return { visible: scope.visible.map(rename), hidden: scope.hidden.map(rename) };
}

/** A match of a dotted name: the column, and the parts behind it that must be fields. */
export interface Match {
  readonly column: Column;
  readonly fields: readonly string[];
}

/**
 * What a dotted name may mean in a scope (Spark's `AttributeSeq.resolve`): the longest qualifier first, then a column of
 * that name with fields behind it.
 */
export function lookup(scope: Scope, parts: readonly string[]): readonly Match[] {
  const found = search(scope.visible, parts);
  return found.length > 0 ? found : search(scope.hidden, parts);
}

function search(candidates: readonly Visible[], parts: readonly string[]): readonly Match[] {
  for (let length = Math.min(3, parts.length - 1); length >= 0; length -= 1) {
    const name = parts[length];
    if (name === undefined) continue;
    const wanted = name.toLowerCase();
    const matches: Match[] = [];
    for (const { column, qualifier } of candidates) {
      if (column.name.length !== wanted.length || column.name.toLowerCase() !== wanted) continue;
      if (length > 0 && !endsWith(qualifier, parts, length)) continue;
      matches.push({ column, fields: parts.slice(length + 1) });
    }
    if (matches.length > 0) return matches;
  }
  return [];
}

/** Do the first `length` parts equal the end of the qualifier? */
export function endsWith(qualifier: readonly string[], parts: readonly string[], length: number): boolean {
  if (qualifier.length < length) return false;
  for (let index = 0; index < length; index += 1) {
    if (qualifier[qualifier.length - length + index]?.toLowerCase() !== parts[index]?.toLowerCase()) return false;
  }
  return true;
}
