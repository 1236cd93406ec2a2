import { CALENDAR_INTERVAL, DATE, TIME, TIMESTAMP, TIMESTAMP_NTZ, type DataType } from "../../core/data-type.ts";
import type { IntervalLiteral, Literal, TypedLiteral } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { LiteralExpression } from "../bound.ts";
import { parseTimeOfDay } from "../java/time-of-day.ts";
import { dateText, parseDate, parseInstant, parseTime } from "../types/instant.ts";
import { calendarOf, intervalOf, parseInterval, type Interval } from "../types/interval.ts";
import type { LiteralValue } from "../value.ts";
import { failure, type Analysis } from "./analysis.ts";
import { literalText } from "./literal-text.ts";

export function constant(value: LiteralValue, type: DataType, span?: Span): LiteralExpression {
  return { kind: "literal", value, type, nullable: value === null, span };
}

export function bindLiteral(node: Literal): LiteralExpression {
  const { value, type, span } = node;
  const integral = type.kind === "byte" || type.kind === "short" || type.kind === "int" || type.kind === "long";
  return constant(integral && typeof value === "number" ? BigInt(value) : value, type, span);
}

/** `DATE '…'`, `TIMESTAMP '…'`: the value depends on the session's time zone. */
export function bindTypedLiteral(node: TypedLiteral, analysis: Analysis): LiteralExpression {
  const { text, span, type } = node;
  const { now, timeZone } = analysis.statement.context;
  const value = typedValue(type, text, now, timeZone);
  if (value === undefined) {
    throw failure(
      analysis,
      span,
      "INVALID_TYPED_LITERAL",
      `The value of the typed literal "${type.toUpperCase()}" is invalid: '${text}'.`,
    );
  }
  return { ...value, span };
}

function typedValue(
  type: TypedLiteral["type"],
  text: string,
  now: bigint,
  zone: string,
): LiteralExpression | undefined {
  switch (type) {
    case "date": {
      const days = parseDate(text, now, zone);
      return days === undefined ? undefined : constant(dateText(days), DATE);
    }
    case "timestamp":
    case "timestamp_ltz": {
      const micros = parseInstant(text, now, zone);
      return micros === undefined
        ? undefined
        : { ...constant(micros, TIMESTAMP), shown: literalText(micros, TIMESTAMP, zone) };
    }
    case "timestamp_ntz": {
      const parsed = parseTime(text, now, zone);
      return parsed === undefined ? undefined : constant(parsed.local, TIMESTAMP_NTZ);
    }
    case "interval": {
      const found = parseInterval(text);
      return found === undefined ? undefined : constant(found.value, found.type);
    }
    case "time": {
      const micros = parseTimeOfDay(text);
      return micros === undefined ? undefined : constant(micros, TIME);
    }
  }
}

/** `INTERVAL 3 DAYS`, `INTERVAL '1-2' YEAR TO MONTH`. */
export function bindInterval(node: IntervalLiteral, analysis: Analysis): LiteralExpression {
  const found: Interval | undefined = intervalOf(node);
  if (found === undefined) {
    throw failure(analysis, node.span, "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER", "Error parsing the interval.", {
      sqlState: "22006",
    });
  }
  if (!inRange(found)) {
    throw failure(
      analysis,
      node.span,
      "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
      "Integer overflow while operating with intervals.",
    );
  }
  const isLegacy = analysis.statement.context.settings?.get("spark.sql.legacy.interval.enabled") === "true";
  return isLegacy
    ? constant(calendarOf(node, found.value), CALENDAR_INTERVAL, node.span)
    : constant(found.value, found.type, node.span);
}

/** Months are an INT, microseconds a BIGINT. */
function inRange({ value }: Interval): boolean {
  const micros = value.micros + BigInt(value.days) * 86_400_000_000n;
  return Math.abs(value.months + 0.5) < 2 ** 31 && BigInt.asIntN(64, micros) === micros;
}
