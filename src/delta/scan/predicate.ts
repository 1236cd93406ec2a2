/**
 * A condition as far as file pruning understands it. Whatever it cannot say is `unknown`, which excludes nothing.
 * Meaning is SQL's: a row counts only where the whole is true.
 */
export type Predicate =
  | { readonly kind: "and" | "or"; readonly operands: readonly Predicate[] }
  | { readonly kind: "not"; readonly operand: Predicate }
  | { readonly kind: "compare"; readonly column: ColumnPath; readonly op: Comparison; readonly value: Constant }
  | { readonly kind: "in"; readonly column: ColumnPath; readonly values: readonly Constant[] }
  | { readonly kind: "startsWith"; readonly column: ColumnPath; readonly prefix: string }
  | { readonly kind: "isNull" | "isNotNull"; readonly column: ColumnPath }
  | { readonly kind: "true" | "false" | "unknown" };

/** The column's name, and those of the fields inside it. */
export type ColumnPath = readonly string[];

/** `<=>` is equality under which null equals null. */
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "<=>";

export interface Constant {
  /** A constant DuckDB expression of the column's own type: `42`, `DATE '2024-01-01'`, `NULL`. */
  readonly sql: string;
}

export const UNKNOWN: Predicate = { kind: "unknown" };

export function allOf(operands: readonly Predicate[]): Predicate {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind: "and", operands };
}

/** The columns that a predicate speaks of. */
export function columnsOf(predicate: Predicate): ColumnPath[] {
  switch (predicate.kind) {
    case "and":
    case "or":
      return predicate.operands.flatMap(columnsOf);
    case "not":
      return columnsOf(predicate.operand);
    case "compare":
    case "in":
    case "startsWith":
    case "isNull":
    case "isNotNull":
      return [predicate.column];
    default:
      return [];
  }
}
