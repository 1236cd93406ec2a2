import { DOUBLE, LONG, sqlType, type DataType, type DecimalType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { Lowering, LoweringCall, LoweringTools } from "../lowering.ts";
import {
  coerce,
  expressionAt,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type ScalarRow,
  mismatch,
} from "../functions/function.ts";
import { template } from "../functions/template.ts";
import { decimalResult, type DecimalOperator } from "../types/decimal.ts";
import { INTERVAL_OVERFLOW, microsInterval, monthsInterval } from "../types/interval-sql.ts";
import { isAnsiInterval, isDatetime, isDecimal, isIntegral, isInterval, isNumeric } from "../types/kinds.ts";
import { decimalOperands, differingTypes, numberType, result, twoOperands, wrongType } from "./binary.ts";
import { timeArithmetic } from "./time-arithmetic.ts";
import { refuseOperand, temporalArithmetic } from "./temporal.ts";
import { decimalArithmetic } from "./decimal-arithmetic.ts";
import { byNonZero } from "./division.ts";

const category = "operator";

function row(names: readonly [string, ...string[]], bind: (call: CallSite) => BoundFunction): ScalarRow {
  return { kind: "scalar", names, category, bind };
}

export const arithmeticRows: readonly ScalarRow[] = [
  row(["+"], (call) => plusMinusTimes(call, "+")),
  row(["-"], (call) => plusMinusTimes(call, "-")),
  row(["*"], (call) => plusMinusTimes(call, "*")),
  row(["/"], divide),
  row(["%", "mod"], remainder),
  row(["div"], integralDivide),
  row(["negative"], negative),
  row(["positive"], positive),
  row(["try_add"], (call) => attempt(call, "+")),
  row(["try_subtract"], (call) => attempt(call, "-")),
  row(["try_multiply"], (call) => attempt(call, "*")),
  row(["try_divide"], (call) => attempt(call, "/")),
  row(["try_mod"], (call) => attempt(call, "%")),
  row(["pmod"], pmod),
];

function plusMinusTimes(call: CallSite, symbol: "+" | "-" | "*"): BoundFunction {
  const [left, right] = twoOperands(call);
  if (symbol !== "*" && (left.type.kind === "time" || right.type.kind === "time")) {
    const found = timeArithmetic(call, symbol, left, right);
    if (found !== undefined) return found;
  }
  if (isDatetime(left.type) || isDatetime(right.type) || isInterval(left.type) || isInterval(right.type)) {
    const found = temporalArithmetic(call, symbol, left, right);
    if (found !== undefined) return found;
    refuseOperand(call, symbol, left.type, right.type);
  }
  return numeric(call, symbol, left, right, (type) => overflowing(symbol, type));
}

/** An integer that overflows is an error in ANSI mode (and under TRY), else it wraps around. */
function overflowing(symbol: string, type: DataType): Lowering {
  const strict = template(`($1 ${symbol} $2)`);
  if (!isIntegral(type)) return strict;
  const wraps = template(wrapped(`$1::HUGEINT ${symbol} $2`, type));
  return (args, site, tools) => (tools.ansi ? strict : wraps)(args, site, tools);
}

function numeric(
  call: CallSite,
  symbol: DecimalOperator,
  left: BoundExpression,
  right: BoundExpression,
  lower: (type: DataType) => string | Lowering,
): BoundFunction {
  const decimals = decimalOperands(left, right, call);
  if (decimals !== undefined) return decimalCall(call, symbol, decimals);
  const type = numberType(left.type, right.type, call.context.ansi);
  if (type === undefined) throw unfit(call, symbol, left.type, right.type);
  const args = [coerce(left, type, call), coerce(right, type, call)];
  return result(call, symbol, args, type, lower(type));
}

function decimalCall(
  call: CallSite,
  symbol: DecimalOperator,
  [left, right]: readonly [BoundExpression, BoundExpression],
): BoundFunction {
  const [a, b] = [asDecimal(left.type), asDecimal(right.type)];
  const loss = call.context.settings?.get("spark.sql.decimaloperations.allowprecisionloss") !== "false";
  const type = decimalResult(symbol, a, b, loss);
  const nullable = left.nullable || right.nullable || !call.context.ansi || symbol === "/" || symbol === "%";
  return result(call, symbol, [left, right], type, decimalArithmetic(symbol, a, b, type), nullable);
}

function asDecimal(type: DataType): DecimalType {
  if (isDecimal(type)) return type;
  throw new TypeError("Not a decimal.");
}

function unfit(call: CallSite, symbol: string, left: DataType, right: DataType): Error {
  if (left.kind === right.kind) return wrongType(call, symbol, left, "NUMERIC");
  // Beside another atomic type a string takes that type first, which then is the wrong one.
  const other = left.kind === "string" ? right : right.kind === "string" ? left : undefined;
  const isPlain = other !== undefined && /^(?:binary|boolean|date|timestamp|timestamp_ntz|time)$/.test(other.kind);
  if (call.context.ansi && isPlain) return wrongType(call, symbol, other, "NUMERIC");
  return differingTypes(call, symbol, left, right);
}

/** Java's two's complement, for arithmetic outside ANSI mode. */
function wrapped(sql: string, type: DataType): string {
  const bits = { byte: 8, short: 16, int: 32, long: 64 }[
    type.kind === "byte" || type.kind === "short" || type.kind === "int" ? type.kind : "long"
  ];
  return `CAST(spk_wrap${bits}(${sql}) AS $T)`;
}

function divide(call: CallSite): BoundFunction {
  const [left, right] = twoOperands(call);
  if (isInterval(left.type)) {
    const found = temporalArithmetic(call, "/", left, right);
    if (found !== undefined) return found;
  }
  const decimals = left.type.kind === "void" ? undefined : decimalOperands(left, right, call);
  if (decimals !== undefined) return decimalCall(call, "/", decimals);
  if (numberType(left.type, right.type, call.context.ansi) === undefined) throw unfit(call, "/", left.type, right.type);
  const args = [coerce(left, DOUBLE, call), coerce(right, DOUBLE, call)];
  return result(
    call,
    "/",
    args,
    DOUBLE,
    byNonZero((a, b) => `(${a} / ${b})`, "DIVIDE_BY_ZERO"),
    true,
  );
}

function remainder(call: CallSite): BoundFunction {
  const [left, right] = twoOperands(call);
  const bound = numeric(call, "%", left, right, (type) =>
    byNonZero(
      (a, b) => (type.kind === "double" || type.kind === "float" ? `spk_fmod(${a}, ${b})` : `(${a} % ${b})`),
      "REMAINDER_BY_ZERO",
    ),
  );
  return { ...bound, nullable: true };
}

function integralDivide(call: CallSite): BoundFunction {
  const [left, right] = twoOperands(call);
  if (isAnsiInterval(left.type) && left.type.kind === right.type.kind) {
    const part = left.type.kind === "interval_year_month" ? "spk_months" : "spk_micros";
    const lower = byNonZero((a, b) => `CAST(${part}(${a}) // ${b} AS BIGINT)`, "DIVIDE_BY_ZERO");
    return result(
      call,
      "div",
      [left, right],
      LONG,
      (args, site, tools) => lower([args[0] ?? "", `${part}(${args[1] ?? ""})`], site, tools),
      true,
    );
  }
  const decimals = decimalOperands(left, right, call);
  if (decimals !== undefined) {
    const [a, b] = [asDecimal(decimals[0].type), asDecimal(decimals[1].type)];
    return result(call, "div", decimals, LONG, decimalArithmetic("div", a, b, decimalResult("div", a, b)), true);
  }
  const type = numberType(left.type, right.type, call.context.ansi);
  if (type === undefined || !(isIntegral(type) || left.type.kind === "string" || right.type.kind === "string")) {
    throw unfit(call, "div", left.type, right.type);
  }
  const args = [coerce(left, LONG, call), coerce(right, LONG, call)];
  return result(
    call,
    "div",
    args,
    LONG,
    byNonZero((a, b) => `(${a} // ${b})`, "DIVIDE_BY_ZERO"),
    true,
  );
}

function pmod(call: CallSite): BoundFunction {
  const [left, right] = twoOperands(call);
  const decimals = decimalOperands(left, right, call);
  if (decimals !== undefined) return { ...decimalCall(call, "pmod", decimals), nullable: true, pretty: undefined };
  const bound = numeric(call, "pmod", left, right, (type) => {
    const mod = (a: string, b: string) => (isIntegral(type) ? `(${a} % ${b})` : `spk_fmod(${a}, ${b})`);
    return byNonZero(
      (a, b) => `(CASE WHEN ${mod(a, b)} < 0 THEN ${mod(`(${mod(a, b)} + ${b})`, b)} ELSE ${mod(a, b)} END)`,
      "REMAINDER_BY_ZERO",
    );
  });
  return { ...bound, nullable: true, pretty: undefined };
}

function negative(call: CallSite): BoundFunction {
  const operand = only(call);
  const { type } = operand;
  if (!isNumeric(type) && !isInterval(type) && type.kind !== "string" && type.kind !== "void") {
    throw mismatch(
      call,
      0,
      '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")',
      sqlType(type),
    );
  }
  const arg = type.kind === "string" || type.kind === "void" ? coerce(operand, DOUBLE, call) : operand;
  const wraps = !call.context.ansi && isIntegral(arg.type);
  return {
    args: [arg],
    type: arg.type,
    nullable: arg.nullable,
    lower: isAnsiInterval(arg.type) ? negatedInterval : template(wraps ? wrapped("-($1::HUGEINT)", arg.type) : "(-$1)"),
    pretty: ([text = ""]) => (call.name === "negative" ? `negative(${text})` : `(- ${text})`),
  };
}

function negatedInterval([value = "NULL"]: readonly string[], call: LoweringCall, tools: LoweringTools): string {
  return call.type.kind === "interval_year_month"
    ? monthsInterval(`-(spk_months(${value})::HUGEINT)`, INTERVAL_OVERFLOW, tools)
    : microsInterval(`-(spk_micros(${value})::HUGEINT)`, INTERVAL_OVERFLOW, tools);
}

function positive(call: CallSite): BoundFunction {
  const operand = only(call);
  if (
    !isNumeric(operand.type) &&
    !isInterval(operand.type) &&
    operand.type.kind !== "string" &&
    operand.type.kind !== "void"
  ) {
    throw mismatch(
      call,
      0,
      '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")',
      sqlType(operand.type),
    );
  }
  const arg =
    operand.type.kind === "string"
      ? coerce(operand, DOUBLE, call)
      : operand.type.kind === "void"
        ? coerce(operand, DOUBLE, call)
        : operand;
  return {
    args: [arg],
    type: arg.type,
    nullable: arg.nullable,
    lower: template("$1"),
    pretty: ([text = ""]) => `(+ ${text})`,
  };
}

function only(call: CallSite): BoundExpression {
  if (call.args.length !== 1) throw wrongNumber(call, "1");
  return expressionAt(call, 0);
}

/** `try_add` and its kin: as in ANSI mode, but null where that raises. */
function attempt(call: CallSite, symbol: "+" | "-" | "*" | "/" | "%"): BoundFunction {
  const strict: CallSite = {
    ...call,
    name: symbol,
    error: call.error.bind(call),
  };
  const bound = symbol === "/" ? divide(strict) : symbol === "%" ? remainder(strict) : plusMinusTimes(strict, symbol);
  return {
    ...bound,
    nullable: true,
    pretty: isSwapped(strict) ? ([date = "", other = ""]) => `${call.name}(${other}, ${date})` : undefined,
    // The operands stand outside TRY: only this operation's own errors become null.
    lower: (args, site, tools) => {
      const [left = "", right = ""] = args;
      const quiet: LoweringTools = { ...tools, ansi: symbol !== "/" && symbol !== "%", quiet: true };
      return tools.once(left, (a) => tools.once(right, (b) => `TRY(${bound.lower([a, b], site, quiet)})`));
    },
  };
}

/** `1 + date` is bound as `date + 1`. */
function isSwapped(call: CallSite): boolean {
  const [left, right] = twoOperands(call);
  return call.name === "+" && !isDatetime(left.type) && isDatetime(right.type);
}
