import { array, BOOLEAN, FLOAT, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import { asNumber, udf, type Udf } from "./udf.ts";

const FLOATS = array(FLOAT);

export const vectorUdfs: readonly Udf[] = [
  udf("spkjs_vector_pair", [STRING, FLOATS, FLOATS], FLOAT, (kind, left, right) => {
    const [a, b] = [numbers(left), numbers(right)];
    if (a === undefined || b === undefined) return null;
    if (a.length !== b.length) throw lengths(a.length, b.length);
    const inner = sum(a.map((each, index) => each * (b[index] ?? 0)));
    if (kind === "inner") return Math.fround(inner);
    if (kind === "l2") return Math.fround(Math.sqrt(sum(a.map((each, index) => (each - (b[index] ?? 0)) ** 2))));
    const size = Math.fround(Math.sqrt(Math.fround(squares(a) * squares(b))));
    return size === 0 ? null : Math.fround(Math.fround(inner) / size);
  }),
  udf("spkjs_vector_norm", [FLOATS, FLOAT], FLOAT, (vector, degree) => {
    const values = numbers(vector);
    return values === undefined ? null : Math.fround(norm(values, asNumber(degree)));
  }),
  udf("spkjs_vector_normalize", [FLOATS, FLOAT], FLOATS, (vector, degree) => {
    const values = numbers(vector);
    if (values === undefined) return null;
    const size = norm(values, asNumber(degree));
    return size === 0 ? null : values.map((each) => Math.fround(each / size));
  }),
  udf("spkjs_vector_total", [array(FLOATS), BOOLEAN], FLOATS, (vectors, mean) => {
    const rows = (Array.isArray(vectors) ? vectors : []).map(numbers).filter((each) => each !== undefined);
    const [first] = rows;
    if (first === undefined) return null;
    const totals = first.map(() => 0);
    for (const row of rows) {
      if (row.length !== first.length) throw lengths(first.length, row.length);
      for (const [index, each] of row.entries()) totals[index] = (totals[index] ?? 0) + each;
    }
    return totals.map((each) => Math.fround(mean === true ? each / rows.length : each));
  }),
];

/** Undefined for null, and for a vector with a null in it. */
function numbers(value: Value | undefined): number[] | undefined {
  if (!Array.isArray(value) || value.includes(null)) return undefined;
  return value.map(Number);
}

/** Eight at a time, as Spark adds them: what is small beside its neighbours is lost in the same way. */
function sum(values: readonly number[]): number {
  const whole = values.length - (values.length % 8);
  let total = 0;
  for (let at = 0; at < whole; at += 8) {
    total += values.slice(at + 1, at + 8).reduce((part, each) => part + each, values[at] ?? 0);
  }
  return values.slice(whole).reduce((part, each) => part + each, total);
}

/** In single precision throughout, as Spark computes it. */
function squares(values: readonly number[]): number {
  return values.reduce((total, each) => Math.fround(total + Math.fround(each * each)), 0);
}

function norm(values: readonly number[], degree: number): number {
  if (degree === 1) return sum(values.map(Math.abs));
  if (degree === 2) return Math.sqrt(sum(values.map((each) => each * each)));
  if (degree === Infinity) return Math.max(0, ...values.map(Math.abs));
  throw new BoathouseError(
    "INVALID_PARAMETER_VALUE.VECTOR_NORM_DEGREE",
    `The degree of a norm must be 1, 2 or infinity, but is ${degree}.`,
    { sqlState: "22023" },
  );
}

function lengths(left: number, right: number): BoathouseError {
  return new BoathouseError(
    "VECTOR_DIMENSION_MISMATCH",
    `Vectors must have the same dimension, but have ${left} and ${right}.`,
    { sqlState: "22000" },
  );
}
