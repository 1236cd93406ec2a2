import type { DataType } from "../../core/data-type.ts";
import type { CastMode } from "../bound.ts";
import type { LoweringTools, NarrowDecimal } from "../lowering.ts";
import { castSql } from "../types/cast-sql.ts";
import { duckDbType } from "../types/duckdb-type.ts";
import { quoteString } from "../quote.ts";
import type { LiteralValue } from "../value.ts";
import { literalSql } from "./literal.ts";

/** What of the session the generated SQL depends on. */
export interface GeneratorContext {
  readonly ansi: boolean;
  readonly timeZone: string;
  readonly now: bigint;
}

/** Names that occur once in a statement, and what is known of its decimals. */
export class Names {
  /** See `LoweringTools.narrow`. */
  readonly narrow = new Map<string, NarrowDecimal>();
  #count = 0;

  fresh(hint: string): string {
    this.#count += 1;
    return `${hint.replaceAll(/\W/g, "_")}_${this.#count}`;
  }
}

/** What stands inside and behind a native aggregate. */
export interface Modifiers {
  readonly distinct: boolean;
  readonly ignoreNulls: boolean;
  readonly orderBy: string;
  readonly filter: string;
  readonly over: string;
}

const NONE: Modifiers = { distinct: false, ignoreNulls: false, orderBy: "", filter: "", over: "" };

/** Those without modifiers, which most calls take. */
const plainTools = new WeakMap<Names, LoweringTools>();

export function loweringTools(context: GeneratorContext, names: Names, modifiers?: Modifiers): LoweringTools {
  let tools = plainTools.get(names);
  if (tools === undefined) {
    tools = toolsOf(context, names);
    plainTools.set(names, tools);
  }
  if (modifiers === undefined) return tools;
  return { ...tools, aggregate: (name, args) => nativeAggregate(name, args, modifiers) };
}

function toolsOf(context: GeneratorContext, names: Names): LoweringTools {
  const once = (sql: string, use: (name: string) => string): string => {
    if (isSimple(sql)) return use(sql);
    const name = `"${names.fresh("v")}"`;
    return `list_transform([${sql}], lambda ${name}: ${use(name)})[1]`;
  };
  const fresh = (hint: string): string => names.fresh(hint);
  const mode = context.ansi ? "ansi" : "legacy";
  return {
    ansi: context.ansi,
    timeZone: context.timeZone,
    now: context.now,
    typeName: duckDbType,
    text: quoteString,
    cast: (sql, from, to, wanted?: CastMode) =>
      castSql(sql, from, to, wanted ?? mode, { once, fresh, timeZone: context.timeZone }),
    literal: (value: LiteralValue, type: DataType) => literalSql(value, type),
    fresh,
    once,
    narrow: names.narrow,
    aggregate: (name, args) => nativeAggregate(name, args, NONE),
  };
}

const SIMPLE = [
  /^"[^"]*"(?:\."[^"]*")?$/,
  /^'(?:[^']|'')*'$/,
  /^CAST\((?:[^()' ]*|'[^']*') AS [A-Z0-9(),]+\)$/,
  /^[A-Z]* ?'[^']*'$/,
];

/** A column, a parameter of a lambda or a constant: cheap to repeat. */
function isSimple(sql: string): boolean {
  return SIMPLE.some((pattern) => pattern.test(sql)) || (sql.length <= 40 && !sql.includes("("));
}

function nativeAggregate(name: string, args: readonly string[], modifiers: Modifiers): string {
  const { distinct, ignoreNulls, orderBy, filter, over } = modifiers;
  const inside = `${distinct ? "DISTINCT " : ""}${args.join(", ")}${orderBy === "" ? "" : ` ORDER BY ${orderBy}`}${ignoreNulls ? " IGNORE NULLS" : ""}`;
  return `${name}(${inside})${filter === "" ? "" : ` FILTER (WHERE ${filter})`}${over === "" ? "" : ` OVER (${over})`}`;
}
