import { BoathouseError } from "../../core/errors.ts";

/** Spark's errors of sketches at run time. */
export function invalidBuffer(family: "HLL" | "THETA" | "TUPLE", name: string): BoathouseError {
  const [kind, maker] = {
    HLL: ["HLL", "hll_sketch_agg"],
    THETA: ["Theta", "theta_sketch_agg"],
    TUPLE: ["Tuple", "tuple_sketch_agg"],
  }[family];
  return new BoathouseError(
    `${family}_INVALID_INPUT_SKETCH_BUFFER`,
    `Invalid call to \`${name}\`; only valid ${kind} sketch buffers are supported as inputs (such as those produced by the \`${maker}\` function).`,
    { sqlState: "22546" },
  );
}

/** A sketch that DataSketches knows and that is not read here. */
export function unread(name: string, what: string): BoathouseError {
  return new BoathouseError("UNSUPPORTED_FEATURE.FUNCTION", `The function ${name} is not supported with ${what}.`, {
    sqlState: "0A000",
  });
}

/** Spark's errors of KLL sketches. */
export function kllError(
  condition: "KLL_SKETCH_INVALID_INPUT" | "KLL_SKETCH_INCOMPATIBLE_MERGE" | "KLL_SKETCH_INVALID_QUANTILE_RANGE",
  name: string,
  reason: string,
): BoathouseError {
  const sqlState = condition === "KLL_SKETCH_INVALID_QUANTILE_RANGE" ? "22003" : "22000";
  return new BoathouseError(condition, `For function \`${name}\`, ${reason}.`, { sqlState });
}
