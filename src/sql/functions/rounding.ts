import { decimal, DOUBLE, LONG, type DataType, type DecimalType } from "../../core/data-type.ts";
import type { Lowering } from "../lowering.ts";

import { isIntegral } from "../types/kinds.ts";
import { filled, integer } from "./defaults.ts";
import { bindSignature, expressionAt, type CallSite, type FunctionRow, type Signature } from "./function.ts";
import { int, numeric, oneOf, only } from "./params.ts";
import { integerOf, named, scalarBy, typeAt, isFoldable, uncomputed } from "./rules.ts";
import { roundedInteger } from "./rounded-integer.ts";

const category = "math";

/** The type of `round`, `bround`, `ceil` and `floor` with a scale (Spark: RoundBase.dataType). */
function roundedType(type: DataType, scale: number): DataType {
  if (type.kind !== "decimal") return type;
  const whole = type.precision - type.scale + 1;
  if (scale < 0) return decimal(Math.min(Math.max(whole, -scale + 1), 38), 0);
  const kept = Math.min(type.scale, scale);
  return decimal(Math.min(whole + kept, 38), kept);
}

/** The constant scale; null gives null. */
function scaleOf(call: CallSite): number | null {
  const scale = integerOf(expressionAt(call, 1));
  if (scale === undefined) {
    if (isFoldable(expressionAt(call, 1))) throw uncomputed(call, "scale");
    throw call.error(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      `Cannot resolve "${call.name}" due to data type mismatch: the input scale should be a foldable "INT" expression.`,
    );
  }
  if (scale !== null && Math.abs(scale) >= 2 ** 31) {
    throw call.error(
      "CAST_OVERFLOW",
      `The value ${scale} of the type "BIGINT" cannot be cast to "INT" due to an overflow.`,
    );
  }
  return scale;
}

type RoundMode = "half-up" | "half-even" | "ceiling" | "floor";

function rounding(name: string, mode: RoundMode): FunctionRow {
  return scalarBy(name, category, (given) => {
    const call = filled(given, 2, [integer(0)]);
    const scale = scaleOf(call);
    const signature: Signature = {
      params: [numeric, int],
      returns: ([value]) => roundedType(value?.type ?? DOUBLE, scale ?? 0),
      ...(scale === null ? { nullable: true } : {}),
    };
    return bindSignature(call, signature, roundLowering(mode, scale));
  });
}

function roundLowering(mode: RoundMode, scale: number | null): Lowering {
  return ([value = "NULL"], call, tools) => {
    if (scale === null) return `CAST(NULL AS ${tools.typeName(call.type)})`;
    const from = typeAt(call.args, 0);
    const to = tools.typeName(call.type);
    if (from.kind === "double" || from.kind === "float") {
      if (scale === 0 && mode === "half-up") return `CAST(round(${value}) AS ${to})`;
      return `CAST(spkjs_round_${from.kind}(${value}, ${scale}, '${mode}') AS ${to})`;
    }
    if (isIntegral(from)) {
      if (scale >= 0) return value;
      const rounded = `spkjs_round_decimal(CAST(${value} AS VARCHAR), ${scale}, '${mode}')`;
      return roundedInteger(rounded, from, tools);
    }
    if (mode === "half-up" && scale >= 0) return `CAST(round(${value}, ${scale}) AS ${to})`;
    return `CAST(spkjs_round_decimal(CAST(${value} AS VARCHAR), ${scale}, '${mode}') AS ${to})`;
  };
}

/** `ceil` and `floor`: with one argument to a whole number, with two to a scale. */
function wholeNumber(names: readonly [string, ...string[]], mode: "ceiling" | "floor"): FunctionRow {
  const [canonical] = names;
  const native = mode === "ceiling" ? "ceil" : "floor";
  return scalarBy(names, category, (call) => {
    if (call.args.length === 1) {
      return bindSignature(
        call,
        {
          params: [oneOf(only("double", "long", "decimal"), numeric)],
          returns: ([value]) => {
            const type = value?.type ?? DOUBLE;
            if (type.kind !== "decimal") return LONG;
            return type.scale === 0 ? type : decimal(Math.min(type.precision - type.scale + 1, 38), 0);
          },
          pretty: call.name === canonical ? named(canonical.toUpperCase()) : undefined,
        },
        ([value = "NULL"], bound, tools) => {
          const from = typeAt(bound.args, 0);
          if (isIntegral(from)) return `CAST(${value} AS BIGINT)`;
          if (from.kind === "decimal") return `CAST(${native}(${value}) AS ${tools.typeName(bound.type)})`;
          return `spk_double_to_long(${native}(${value}))`;
        },
      );
    }
    if (expressionAt(call, 1).type.kind !== "int") {
      throw call.error(
        "NON_FOLDABLE_ARGUMENT",
        `The function \`${call.name}\` requires the parameter \`scale\` to be a foldable expression of the type "INT", but the actual argument is a non-foldable.`,
      );
    }
    const scale = scaleOf(call) ?? 0;
    const asDecimal = (type: DataType): DecimalType => {
      if (type.kind === "decimal") return type;
      if (isIntegral(type)) return decimal(integralDigits(type), 0);
      return type.kind === "float" ? decimal(14, 7) : decimal(30, 15);
    };
    const untyped = expressionAt(call, 0).type.kind === "void";
    const widened: Signature = {
      params: [numeric, int],
      returns: ([value]) => roundedType(untyped ? decimal(38, 18) : asDecimal(value?.type ?? DOUBLE), scale),
    };
    return bindSignature(call, widened, ([value = "NULL"], bound, tools) => {
      const from = typeAt(bound.args, 0);
      const exact = isIntegral(from) ? value : tools.cast(value, from, asDecimal(from));
      return `CAST(spkjs_round_decimal(CAST(${exact} AS VARCHAR), ${scale}, '${mode}') AS ${tools.typeName(bound.type)})`;
    });
  });
}

function integralDigits(type: DataType): number {
  return { byte: 3, short: 5, int: 10 }[String(type.kind)] ?? 20;
}

/** `round`, `bround`, `ceil`, `floor`. */
export const roundings: readonly FunctionRow[] = [
  wholeNumber(["ceil", "ceiling"], "ceiling"),
  wholeNumber(["floor"], "floor"),
  rounding("round", "half-up"),
  rounding("bround", "half-even"),
];
