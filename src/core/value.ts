/**
 * A value of a row as TypeScript sees it. `bigint` for BIGINT, `number` for the smaller integers, FLOAT and DOUBLE,
 * exact text for DECIMAL, DATE, TIMESTAMP and intervals, an array of `{key, value}` for MAP.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [field: string]: Value };

export type Row = { readonly [column: string]: Value };

/** The text of a value that is known to be one; anything else is the empty text. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A stretch of a result, column by column. */
export interface ColumnBatch {
  readonly rowCount: number;
  /** One array a column, in the order of the schema, each `rowCount` long. */
  readonly columns: readonly (readonly Value[])[];
}
