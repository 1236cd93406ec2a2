import { CALENDAR_INTERVAL, DATE, TIME, TIMESTAMP, TIMESTAMP_NTZ, type DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { IntervalLiteral, Literal, TypedLiteral } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { LiteralExpression } from "../bound.ts";
import { parseTimeOfDay } from "../java/time-of-day.ts";
import { dateText, parseDate, parseInstant, parseTime } from "../types/instant.ts";
import { calendarOf, intervalOf, parseInterval } from "../types/interval.ts";
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
  refuseMixture(value.type, span, analysis);
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
  const found = located(node.span, analysis, () => intervalOf(node));
  if (isLegacy(analysis)) return constant(calendarOf(node, found.value), CALENDAR_INTERVAL, node.span);
  refuseMixture(found.type, node.span, analysis);
  return constant(found.value, found.type, node.span);
}

function isLegacy(analysis: Analysis): boolean {
  return analysis.statement.context.settings?.get("spark.sql.legacy.interval.enabled") === "true";
}

function refuseMixture(type: DataType, span: Span, analysis: Analysis): void {
  if (type.kind !== "calendar_interval" || isLegacy(analysis)) return;
  throw failure(
    analysis,
    span,
    "_LEGACY_ERROR_TEMP_0029",
    `Cannot mix year-month and day-time fields: ${analysis.text.slice(span.start, span.end)}.`,
    { hint: "Add the two with make_interval, or CAST a text to INTERVAL." },
  );
}

/** What is wrong with a literal, where it stands. */
function located<T>(span: Span, analysis: Analysis, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BoathouseError) throw failure(analysis, span, error.code, error.message);
    throw error;
  }
}
