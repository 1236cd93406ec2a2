import { decimal, type DataType, type DecimalType } from "../../core/data-type.ts";

/** Spark's rules for the precision of decimals (DecimalType.scala, `DecimalPrecision`). */

export const MAX_PRECISION = 38;
const MINIMUM_ADJUSTED_SCALE = 6;

export const DECIMAL_DEFAULT = decimal(38, 18);

/** Too many digits: the integral part is kept, the scale gives way, but not below six. */
function adjusted(precision: number, scale: number): DecimalType {
  if (precision <= MAX_PRECISION) return decimal(precision, scale);
  if (scale < 0) return decimal(MAX_PRECISION, scale);
  const minimum = Math.min(scale, MINIMUM_ADJUSTED_SCALE);
  return decimal(MAX_PRECISION, Math.max(MAX_PRECISION - (precision - scale), minimum));
}

function bounded(precision: number, scale: number): DecimalType {
  return decimal(Math.min(precision, MAX_PRECISION), Math.min(scale, MAX_PRECISION));
}

/** The decimal that holds every value of a numeric type. */
export function decimalFor(type: DataType): DecimalType | undefined {
  switch (type.kind) {
    case "byte":
      return decimal(3, 0);
    case "short":
      return decimal(5, 0);
    case "int":
      return decimal(10, 0);
    case "long":
      return decimal(20, 0);
    case "float":
      return decimal(14, 7);
    case "double":
      return decimal(30, 15);
    case "decimal":
      return type;
    default:
      return undefined;
  }
}

/** The smallest decimal that holds an integer literal. */
export function decimalForInteger(value: bigint): DecimalType {
  return decimal(value.toString().replace("-", "").length, 0);
}

/** The common type of two decimals, in set operations, CASE and comparisons; of too many digits the fraction loses. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const range = Math.max(a.precision - a.scale, b.precision - b.scale);
  return decimal(Math.min(range + scale, MAX_PRECISION), Math.max(Math.min(scale, MAX_PRECISION - range), 0));
}

export type DecimalOperator = "+" | "-" | "*" | "/" | "%" | "div" | "pmod";

/** The type of `a operator b`. */
export function decimalResult(operator: DecimalOperator, a: DecimalType, b: DecimalType, loss = true): DecimalType {
  if (!loss) return exactResult(operator, a, b);
  const { precision: p1, scale: s1 } = a;
  const { precision: p2, scale: s2 } = b;
  switch (operator) {
    case "+":
    case "-": {
      const scale = Math.max(s1, s2);
      return adjusted(Math.max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
    case "*":
      return adjusted(p1 + p2 + 1, s1 + s2);
    case "/": {
      const scale = Math.max(MINIMUM_ADJUSTED_SCALE, s1 + p2 + 1);
      return adjusted(p1 - s1 + s2 + scale, scale);
    }
    case "%":
    case "pmod": {
      const scale = Math.max(s1, s2);
      return adjusted(Math.min(p1 - s1, p2 - s2) + scale, scale);
    }
    case "div": {
      const digits = p1 - s1 + s2;
      return bounded(digits === 0 ? 1 : digits, 0);
    }
  }
}

/** With `spark.sql.decimalOperations.allowPrecisionLoss` off: too many digits are cut, the scale is kept. */
function exactResult(operator: DecimalOperator, a: DecimalType, b: DecimalType): DecimalType {
  const { precision: p1, scale: s1 } = a;
  const { precision: p2, scale: s2 } = b;
  const scale = Math.max(s1, s2);
  switch (operator) {
    case "+":
    case "-":
      return bounded(Math.max(p1 - s1, p2 - s2) + scale + 1, scale);
    case "*":
      return bounded(p1 + p2 + 1, s1 + s2);
    case "/": {
      const whole = Math.min(MAX_PRECISION, p1 - s1 + s2);
      const fraction = Math.min(MAX_PRECISION, Math.max(MINIMUM_ADJUSTED_SCALE, s1 + p2 + 1));
      const over = whole + fraction - MAX_PRECISION;
      const places = over > 0 ? fraction - Math.trunc(over / 2) - 1 : fraction;
      return bounded(over > 0 ? MAX_PRECISION : whole + fraction, places);
    }
    case "%":
    case "pmod":
      return bounded(Math.min(p1 - s1, p2 - s2) + scale, scale);
    case "div":
      return decimalResult(operator, a, b);
  }
}
