import { simpleString, sqlType, type DataType } from "../../src/core/data-type.ts";
import type { Call } from "../../src/sql/ast/expression.ts";
import type { Span } from "../../src/sql/ast/node.ts";
import { lookupFunction } from "../../src/sql/functions/registry.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { aLeaf, anExpression, type Maker } from "./expressions.ts";
import { expression, type Tree } from "./tree.ts";
import { LITERALS, TYPES } from "./values.ts";

/** A function as its documentation calls it. */
export interface Example {
  readonly name: string;
  readonly kind: "scalar" | "aggregate" | "window";
  /** Text of the call, with holes where its arguments stand. */
  readonly parts: readonly (string | Hole)[];
}

interface Hole {
  readonly text: string;
  /** As SQL; undefined where it is not known. */
  readonly type: string | undefined;
  /** Means something outside the example too. */
  readonly constant: boolean;
  /** Stays as it is: a lambda, a unit. */
  readonly fixed: boolean;
}

/** Answers differ from run to run, or from place to place. */
const LEFT_OUT = new Set(
  (
    "rand randn random uniform randstr uuid shuffle now current_date curdate current_timestamp current_time localtimestamp " +
    "current_user user session_user current_timezone current_catalog current_database current_schema version " +
    "collect_set mode monotonically_increasing_id spark_partition_id input_file_name input_file_block_start input_file_block_length " +
    "reflect java_method try_reflect unix_timestamp to_unix_timestamp_now sleep raise_error aes_encrypt try_validate_utf8 " +
    "kll_sketch_agg_bigint assert_true"
  ).split(" "),
);

/** Large numbers make large values of these. */
const SMALL = new Set(
  (
    "make_timestamp make_timestamp_ntz make_timestamp_ltz try_make_timestamp try_make_timestamp_ntz try_make_timestamp_ltz make_date " +
    "try_make_interval make_dt_interval make_ym_interval repeat space lpad rpad sequence array_repeat range stack array_insert date_add date_sub add_months format_string printf " +
    "factorial bround round ceil floor conv make_interval hll_sketch_agg bitmap_bit_position"
  ).split(" "),
);

/** The calls in the examples of the functions that the registry knows and does not refuse. */
export function examplesOf(
  documentation: Readonly<Record<string, string>>,
  typeOf: (query: string) => DataType | undefined,
): Example[] {
  const found = new Map<string, Example>();
  for (const [name, text] of Object.entries(documentation)) {
    const row = lookupFunction(name);
    if (row === undefined || row.refused !== undefined || LEFT_OUT.has(name)) continue;
    if (row.kind === "generator" || row.kind === "table") continue;
    for (const [, query] of text.replaceAll("_FUNC_", name).matchAll(/^\s*> (SELECT[^]*?);\s*$/gim)) {
      if (query === undefined) continue;
      for (const example of callsIn(query, name, row.kind, typeOf)) {
        const key = example.parts.map((part) => (typeof part === "string" ? part : part.text)).join("");
        found.set(key, example);
      }
    }
  }
  return [...found.values()];
}

function* callsIn(
  query: string,
  name: string,
  kind: Example["kind"],
  typeOf: (query: string) => DataType | undefined,
): Iterable<Example> {
  let statement: unknown;
  try {
    statement = parseStatement(query);
  } catch {
    return;
  }
  const rest = fromOf(statement, query);
  for (const call of nodesOf(statement)) {
    if (!isCall(call) || call.name.kind !== "name" || call.name.parts.at(-1)?.name.toLowerCase() !== name) continue;
    const parts: (string | Hole)[] = [];
    let at = call.span.start;
    for (const { value, name: given } of call.arguments) {
      const start = (given === undefined ? undefined : value.span.start) ?? value.span.start;
      parts.push(query.slice(at, start), holeOf(query.slice(start, value.span.end), value.kind, rest, typeOf));
      at = value.span.end;
    }
    parts.push(query.slice(at, call.span.end));
    yield { name, kind, parts };
  }
}

function holeOf(text: string, kind: string, rest: string, typeOf: (query: string) => DataType | undefined): Hole {
  const fixed = kind === "lambda" || kind === "datetime_unit" || kind === "star";
  const alone = fixed ? undefined : typeOf(`SELECT ${text}`);
  const type = alone ?? (fixed ? undefined : typeOf(`SELECT ${text} ${rest}`));
  return { text, type: type === undefined ? undefined : typeName(type), constant: alone !== undefined, fixed };
}

/** One of `TYPES` where there is such, else the type as SQL writes it. */
function typeName(type: DataType): string {
  if (type.kind === "void") return "VOID";
  const name = sqlType(type);
  if (LITERALS[name] !== undefined) return name;
  return (
    TYPES.find((each) => each.toLowerCase().replaceAll(" ", "") === simpleString(type).replaceAll(" ", "")) ?? name
  );
}

function fromOf(statement: unknown, query: string): string {
  for (const node of nodesOf(statement)) {
    if (node.kind !== "select" || !("items" in node) || !Array.isArray(node.items)) continue;
    const last = (node.items as { readonly span: Span }[]).at(-1);
    return last === undefined ? "" : query.slice(last.span.end).replace(/\bGROUP BY[^]*/i, "");
  }
  return "";
}

function* nodesOf(value: unknown): Iterable<{ readonly kind: string }> {
  if (typeof value !== "object" || value === null) return;
  if ("kind" in value && "span" in value && typeof value.kind === "string") yield value as { kind: string };
  for (const child of Object.values(value)) yield* nodesOf(child);
}

function isCall(node: { readonly kind: string }): node is Call {
  return node.kind === "call";
}

/** The example with other arguments: of the same types mostly, of neighbouring ones, NULL. */
export function aCall(maker: Maker, example: Example): Tree {
  const { random } = maker;
  const parts: (string | Tree)[] = [];
  for (const part of example.parts) {
    if (typeof part === "string")
      parts.push(part.replace("PARTITION BY a ORDER BY b", "PARTITION BY id % 2 ORDER BY id"));
    else parts.push(anArgument(maker, part, SMALL.has(example.name)));
  }
  // One argument less, now and then.
  if (parts.length >= 5 && random.chance(0.02)) parts.splice(parts.length - 3, 2);
  return expression("?", ...parts);
}

function anArgument(maker: Maker, hole: Hole, small: boolean): string | Tree {
  const { random } = maker;
  if (hole.fixed) return hole.text;
  const type = hole.type ?? random.pick(TYPES);
  const kept = hole.constant ? expression(type, hole.text) : undefined;
  if (kept !== undefined && random.chance(0.45)) return kept;
  const other = random.chance(0.15) ? random.pick(TYPES) : type;
  if (small && /^(?:TINYINT|SMALLINT|INT|BIGINT|DOUBLE|FLOAT|DECIMAL.*)$/.test(other)) {
    return expression(other, random.chance(0.1) ? "NULL" : String(random.below(14) - 3));
  }
  if (LITERALS[other] === undefined) return kept ?? aLeaf(maker, random.pick(TYPES));
  return anExpression(maker, other, random.chance(0.7) ? 0 : 1);
}
