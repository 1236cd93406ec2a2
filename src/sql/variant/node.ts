import { BoathouseError } from "../../core/errors.ts";

/**
 * A value of the type VARIANT as a tree. Numbers keep their kind: 1 is a long, 1.5 a decimal, 1e0 a double, as Spark's
 * `VariantBuilder` makes them of JSON.
 */
export type VariantNode =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "long"; readonly value: bigint }
  | { readonly kind: "double" | "float"; readonly value: number }
  | VariantDecimal
  /** Days since 1970-01-01. */
  | { readonly kind: "date"; readonly days: number }
  /** Microseconds since the epoch; of `timestamp_ntz` those of a local time. */
  | { readonly kind: "timestamp" | "timestamp_ntz"; readonly micros: bigint }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "binary"; readonly value: Uint8Array }
  /** In its usual form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
  | { readonly kind: "uuid"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly VariantNode[] }
  /** What is read comes sorted by key; what is written may come in any order. */
  | { readonly kind: "object"; readonly fields: readonly VariantField[] };

export type VariantField = readonly [key: string, value: VariantNode];

/** `unscaled` / 10^`scale`, with at most 38 digits before and behind the point. */
export interface VariantDecimal {
  readonly kind: "decimal";
  readonly unscaled: bigint;
  readonly scale: number;
}

export const VARIANT_NULL: VariantNode = { kind: "null" };

/** The longest value and the longest metadata, in bytes. */
export const SIZE_LIMIT = 16 * 1024 * 1024;

/** Bytes that are not a variant. */
export function malformedVariant(): BoathouseError {
  return new BoathouseError(
    "MALFORMED_VARIANT",
    "Variant binary is malformed. Please check the data source is valid.",
    { sqlState: "22023" },
  );
}

export function duplicateKey(key: string): BoathouseError {
  return new BoathouseError(
    "VARIANT_DUPLICATE_KEY",
    `Failed to build variant because of a duplicate object key \`${key}\`.`,
    { sqlState: "22023" },
  );
}

export function tooLarge(functionName: string): BoathouseError {
  return new BoathouseError(
    "VARIANT_SIZE_LIMIT",
    `Cannot build variant bigger than 16.0 MiB in \`${functionName}\`. Please avoid large input strings to this ` +
      "expression (for example, add function calls(s) to check the expression size and convert it to NULL first if it is too big).",
    { sqlState: "22023" },
  );
}

/** Without zeros at the end: 1.50 is 1.5, 100.0 is 100, as Java's `BigDecimal.stripTrailingZeros` and Spark's `Decimal`. */
export function stripped(value: VariantDecimal): VariantDecimal {
  let { unscaled, scale } = value;
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale -= 1;
  }
  return { kind: "decimal", unscaled, scale };
}

/** All digits, without an exponent: `-0.05`. */
export function decimalText({ unscaled, scale }: VariantDecimal): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The reverse of `decimalText`. */
export function parseDecimal(text: string): VariantDecimal {
  const [whole = "", fraction = ""] = text.split(".");
  return { kind: "decimal", unscaled: BigInt(whole + fraction), scale: fraction.length };
}

/** How many digits the number has, without zeros before it; 1 of zero. */
export function digitCount(unscaled: bigint): number {
  return (unscaled < 0n ? -unscaled : unscaled).toString().length;
}

/** Of fields with the same key the last one. */
export function withLastFields(value: VariantNode): VariantNode {
  if (value.kind === "array") return { kind: "array", items: value.items.map(withLastFields) };
  if (value.kind !== "object") return value;
  return {
    kind: "object",
    fields: [...new Map(value.fields.map(([key, item]) => [key, withLastFields(item)] as const))],
  };
}
