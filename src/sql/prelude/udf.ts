import type { DataType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";

/** A function of the generated SQL that is written in JavaScript; `duckdb/` registers it as it is. */
export interface Udf {
  /** `spkjs_…` */
  readonly name: string;
  readonly parameters: readonly DataType[];
  readonly variadic?: DataType;
  readonly result: DataType;
  readonly volatile?: boolean;
  /** `propagate` (the default): null when any argument is, without a call. `pass`: called with nulls. */
  readonly nulls?: "propagate" | "pass";
  readonly call: (...values: Value[]) => Value;
}

export function udf(
  name: string,
  parameters: readonly DataType[],
  result: DataType,
  call: Udf["call"],
  options: { readonly nulls?: "pass"; readonly volatile?: boolean; readonly variadic?: DataType } = {},
): Udf {
  return { name, parameters, result, call, ...options };
}

/** Arguments have the declared types; these say so to TypeScript. */
export function asText(value: Value | undefined): string {
  if (typeof value === "string") return value;
  return typeof value === "object" || value === undefined ? "" : String(value);
}

export function asNumber(value: Value | undefined): number {
  return Number(value);
}

export function asBigint(value: Value | undefined): bigint {
  return typeof value === "bigint" ? value : BigInt(Number(value));
}

export function asBytes(value: Value | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
