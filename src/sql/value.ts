/** Small plain values that the parts of `sql/` pass around. */

/** Year-month intervals have months only, day-time intervals microseconds only, calendar intervals all three. */
export interface IntervalValue {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

/**
 * The value of a literal, by type: integral types bigint; FLOAT and DOUBLE number; DECIMAL its digits as text; DATE
 * `YYYY-MM-DD`; TIMESTAMP and TIMESTAMP_NTZ microseconds since the epoch (of UTC, or of the local clock), TIME since midnight, as bigint;
 * BINARY bytes; the intervals `IntervalValue`.
 */
export type LiteralValue = null | boolean | bigint | number | string | Uint8Array | IntervalValue;

/** A number, text or truth value as text; what is neither has none that is plain. */
export function plainText(value: LiteralValue): string {
  if (typeof value === "object") throw new TypeError("A value without plain text.");
  return String(value);
}

export type TimeTravel =
  | { readonly kind: "version"; readonly version: bigint }
  /** Microseconds since the epoch. */
  | { readonly kind: "timestamp"; readonly timestamp: bigint };
