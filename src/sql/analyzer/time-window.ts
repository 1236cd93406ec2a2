import { CALENDAR_INTERVAL, field, struct, TIMESTAMP, type DataType } from "../../core/data-type.ts";
import type { Call } from "../ast/expression.ts";
import type { BoundExpression, BoundPlan, CallExpression, Column, GeneratorExpression } from "../bound.ts";
import type { Lowering } from "../lowering.ts";
import { wrongNumber, type CallSite } from "../functions/function.ts";
import { template } from "../functions/template.ts";
import { isFoldable, literalOf } from "../functions/rules.ts";
import { castTo } from "../types/cast-expression.ts";
import { displayType } from "../types/duckdb-type.ts";
import { implicitCast } from "../types/implicit-cast.ts";
import { parseIntervalText } from "../types/interval-text.ts";
import { failure, newColumn } from "./analysis.ts";
import { callSite } from "./call.ts";
import { bind, inClause, type BoundRelation, type Env, type TimeWindow } from "./env.ts";
import { fingerprint } from "./fingerprint.ts";
import { generated } from "./generate.ts";
import { passing, project, reference } from "./project.ts";
import { windowName } from "./window-call.ts";

/**
 * `window(time, duration [, slide [, start]])` and `session_window(time, gap)`: a clause that has one is evaluated over
 * rows that have the window as a column, as often as there are windows that the time lies in (Spark: `TimeWindowing`,
 * `SessionWindowing`). Rows without a time are in no window. Here is the input with the window that the clauses call, and
 * what names then mean; undefined when they call none.
 */
export function timeWindow(
  clauses: readonly unknown[],
  source: BoundRelation,
  env: Env,
): { readonly source: BoundRelation; readonly window: TimeWindow } | undefined {
  if (!/window\s*`?\s*\(/i.test(env.analysis.text)) return undefined;
  const calls: Call[] = [];
  collect(clauses, calls);
  const inner = inClause(env, source.scope, { clause: "a time window" });
  const specs = calls.map((call) => specification(call, inner));
  const [spec] = specs;
  const [call] = calls;
  if (spec === undefined || call === undefined) return undefined;
  if (specs.some((each) => each.key !== spec.key)) {
    throw failure(
      env.analysis,
      call.span,
      "_LEGACY_ERROR_TEMP_1039",
      "Multiple time/session window expressions would result in a cartesian product of rows, therefore they are currently not supported.",
    );
  }
  const { plan, column } = spec.kind === "session" ? sessions(source, spec, env) : windows(source, spec, call, env);
  const scope = { ...source.scope, hidden: [...source.scope.hidden, { column, qualifier: [] }] };
  return { source: { plan, scope }, window: { column, isSession: spec.kind === "session" } };
}

/** Calls outside of queries of their own. */
function collect(node: unknown, calls: Call[]): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, calls);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  if (isCall(node) && windowName(node) !== undefined) {
    calls.push(node);
    return;
  }
  if ("kind" in node && node.kind === "query") return;
  for (const each of Object.values(node)) collect(each, calls);
}

function isCall(node: object): node is Call {
  return "kind" in node && node.kind === "call" && "arguments" in node;
}

interface Tumbling {
  readonly kind: "window";
  readonly key: string;
  readonly time: BoundExpression;
  /** Microseconds. */
  readonly duration: bigint;
  readonly slide: bigint;
  readonly start: bigint;
}

interface Session {
  readonly kind: "session";
  readonly key: string;
  readonly time: BoundExpression;
  readonly gap: BoundExpression;
}

function specification(node: Call, env: Env): Tumbling | Session {
  const name = windowName(node) ?? "window";
  const args = node.arguments.map((each) => bind(each.value, env));
  const site = callSite(name, args, node.span, env);
  const [given, first, second, third] = args;
  if (name === "session_window") {
    if (given === undefined || first === undefined || args.length > 2) throw wrongNumber(site, "2");
    const time = timeOf(given, site);
    const gap = gapOf(first, site);
    return { kind: "session", key: `session ${fingerprint(time)} ${fingerprint(gap)}`, time, gap };
  }
  if (given === undefined || first === undefined || args.length > 4) throw wrongNumber(site, "[2, 3, 4]");
  const time = timeOf(given, site);
  const duration = microsOf(first, site);
  const slide = second === undefined ? duration : microsOf(second, site);
  const start = third === undefined ? 0n : microsOf(third, site);
  check(duration, slide, start, site);
  return {
    kind: "window",
    key: `window ${fingerprint(time)} ${duration} ${slide} ${start}`,
    time,
    duration,
    slide,
    start,
  };
}

/** A moment, or the last moment of an earlier window. */
function timeOf(given: BoundExpression, site: CallSite): BoundExpression {
  const { type } = given;
  if (type.kind === "struct") {
    const last = type.fields[1]?.type;
    if (type.fields.length === 2 && last !== undefined && isMoment(last)) return lastMoment(given, last);
  }
  if (type.kind === "timestamp" || type.kind === "timestamp_ntz") return given;
  const target = isMoment(type) || type.kind === "void" ? TIMESTAMP : implicitCast(type, TIMESTAMP, site.context.ansi);
  if (target !== undefined) return castTo(given, target, site.context.ansi ? "ansi" : "legacy");
  throw site.error(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    `Cannot resolve "${site.name}" due to data type mismatch: The first parameter requires the ("(TIMESTAMP OR TIMESTAMP ` +
      `WITHOUT TIME ZONE)" or "STRUCT<start: TIMESTAMP, end: TIMESTAMP>") type, however it has the type "${displayType(type)}".`,
  );
}

function isMoment(type: DataType): boolean {
  return type.kind === "timestamp" || type.kind === "timestamp_ntz" || type.kind === "date";
}

function lastMoment(window: BoundExpression, type: DataType): BoundExpression {
  const end: BoundExpression = { kind: "field", operand: window, index: 1, name: "end", type, nullable: true };
  return call("window_time", [end], type, true, template("($1 - to_microseconds(1))"));
}

/** A length of time: an integer literal of microseconds, or text. */
function microsOf(arg: BoundExpression, site: CallSite): bigint {
  const value = isFoldable(arg) ? literalOf(arg)?.value : undefined;
  const isWhole = arg.type.kind === "int" || arg.type.kind === "long";
  if (typeof value === "bigint" && isWhole) return value;
  if (typeof value !== "string" || arg.type.kind !== "string") {
    throw site.error(
      "_LEGACY_ERROR_TEMP_1207",
      `The duration and time inputs to ${site.name} must be an integer, long or string literal.`,
    );
  }
  const parsed = parseIntervalText(value);
  if (parsed === undefined) throw cannotParse(value, site);
  if (parsed.months !== 0) {
    throw site.error("_LEGACY_ERROR_TEMP_3231", `Intervals greater than a month is not supported (${value}).`);
  }
  return BigInt(parsed.days) * 86_400_000_000n + parsed.micros;
}

function cannotParse(text: string, site: CallSite): Error {
  return site.error(
    "CANNOT_PARSE_INTERVAL",
    `Unable to parse '${text}'. Please ensure that the value provided is in a valid format for defining an interval.`,
  );
}

function check(duration: bigint, slide: bigint, start: bigint, site: CallSite): void {
  for (const [name, value] of [
    ["window_duration", duration],
    ["slide_duration", slide],
  ] as const) {
    if (value > 0n) continue;
    throw site.error(
      "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      `Cannot resolve "${site.name}" due to data type mismatch: The \`${name}\` must be between (0, 9223372036854775807] (current value = ${value}L).`,
    );
  }
  const size = start < 0n ? -start : start;
  const problem =
    slide > duration
      ? `The \`slide_duration\`(${slide}L) must be <= the \`window_duration\`(${duration}L)`
      : size >= slide
        ? `The \`abs(start_time)\`(${size}L) must be < the \`slide_duration\`(${slide}L)`
        : undefined;
  if (problem === undefined) return;
  throw site.error(
    "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
    `Cannot resolve "${site.name}" due to data type mismatch: ${problem}.`,
  );
}

function gapOf(arg: BoundExpression, site: CallSite): BoundExpression {
  if (arg.type.kind === "calendar_interval") return arg;
  if (arg.type.kind !== "string") {
    throw site.error(
      "_LEGACY_ERROR_TEMP_1040",
      `Gap duration expression used in session window must be CalendarIntervalType, but got ${displayType(arg.type)}.`,
    );
  }
  const value = literalOf(arg)?.value;
  if (typeof value !== "string") return castTo(arg, CALENDAR_INTERVAL, site.context.ansi ? "ansi" : "legacy");
  const parsed = parseIntervalText(value);
  if (parsed === undefined) throw cannotParse(value, site);
  return { kind: "literal", value: parsed, type: CALENDAR_INTERVAL, nullable: false };
}

function windowType(time: DataType): DataType {
  return struct([field("start", time), field("end", time)]);
}

function call(
  name: string,
  args: readonly BoundExpression[],
  type: DataType,
  nullable: boolean,
  lower: Lowering,
): CallExpression {
  return { kind: "call", name, args, type, nullable, lower, deterministic: true };
}

/** SQL of a moment of microseconds. */
function momentSql(type: DataType, micros: string): string {
  return `${type.kind === "timestamp" ? "make_timestamptz" : "make_timestamp"}(${micros})`;
}

/** The latest start of a window at or before the moment. */
function startSql(moment: string, spec: Tumbling): string {
  const since = `(epoch_us(${moment}) - (${spec.start}))`;
  return `CAST(spk_floor_div(${since}, CAST(${spec.slide} AS BIGINT)) * ${spec.slide} + (${spec.start}) AS BIGINT)`;
}

function pack(type: DataType, start: string, end: string): string {
  return `struct_pack("start" := ${momentSql(type, start)}, "end" := ${momentSql(type, end)})`;
}

function present(plan: BoundPlan, time: BoundExpression): BoundPlan {
  if (!time.nullable) return plan;
  const condition = call("isnotnull", [time], { kind: "boolean" }, false, template("($1 IS NOT NULL)"));
  return { kind: "filter", input: plan, condition, columns: plan.columns };
}

function windows(
  source: BoundRelation,
  spec: Tumbling,
  node: Call,
  env: Env,
): { readonly plan: BoundPlan; readonly column: Column } {
  const { time } = spec;
  const type = windowType(time.type);
  const input = present(source.plan, time);
  if (spec.slide === spec.duration) {
    const column = newColumn(env.analysis, "window", type, false);
    const lower: Lowering = ([moment = "NULL"], _, tools) =>
      tools.once(startSql(moment, spec), (start) => pack(time.type, start, `${start} + ${spec.duration}`));
    const expression = call("window", [time], type, false, lower);
    return { plan: project(input, [...input.columns.map(passing), { column, expression }]), column };
  }
  const most = (spec.duration + spec.slide - 1n) / spec.slide;
  const generator: GeneratorExpression = {
    kind: "generator",
    name: "window",
    args: [time],
    outer: false,
    columns: [{ name: "window", type, nullable: false }],
    type,
    nullable: false,
    span: node.span,
    lower: ([moment = "NULL"], _, tools) => {
      const [n, s] = [`"${tools.fresh("n")}"`, `"${tools.fresh("s")}"`];
      const starts = `list_transform(range(${most}), lambda ${n}: ${startSql(moment, spec)} - ${n} * ${spec.slide})`;
      return {
        list: `list_filter(${starts}, lambda ${s}: ${s} + ${spec.duration} > epoch_us(${moment}))`,
        columns: (start) => [pack(time.type, start, `${start} + ${spec.duration}`)],
      };
    },
  };
  const { plan } = generated(input, generator, undefined, undefined, env);
  const column = plan.columns.at(-1);
  if (column === undefined) throw new TypeError("A generator without a column.");
  return { plan, column };
}

function sessions(
  source: BoundRelation,
  spec: Session,
  env: Env,
): { readonly plan: BoundPlan; readonly column: Column } {
  const { time, gap } = spec;
  const type = windowType(time.type);
  const column = newColumn(env.analysis, "session_window", type, false);
  const expression = call("session_window", [time, gap], type, false, ([moment = "NULL", length = "NULL"], _, tools) =>
    tools.once(moment, (start) => `struct_pack("start" := ${start}, "end" := ${start} + ${length})`),
  );
  const input = present(source.plan, time);
  const plan = project(input, [...input.columns.map(passing), { column, expression }]);
  const row = reference(column);
  const long = call("longer", [row], { kind: "boolean" }, true, template(`($1."end" > $1."start")`));
  return { plan: { kind: "filter", input: plan, condition: long, columns: plan.columns }, column };
}
