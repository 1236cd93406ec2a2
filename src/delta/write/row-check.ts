/** A condition that every written row must fulfil. */
export interface RowCheck {
  /** DuckDB SQL over the table's columns. Null is a failure, as in Delta Lake. */
  readonly condition: string;
  readonly code: string;
  readonly message: string;
}
