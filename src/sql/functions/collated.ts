import { sqlType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { keyed, plain, recollated } from "../collation/argument.ts";
import { collationIn, collationNamed, hasString, INDETERMINATE, withCollation } from "../collation/collation.ts";
import { collationContext, strongest } from "../collation/context.ts";
import { collationKeySql } from "../collation/key.ts";
import { expressions, type BoundFunction, type CallSite, type FunctionRow } from "./function.ts";
import { named } from "./rules.ts";

/**
 * Calls with collated arguments. A function is bound as ever on arguments that compare by their bytes: keys where it
 * compares, the plain texts where it does not look at the collation, and its own function under UTF8_LCASE where it
 * searches. What is not known is refused.
 */

type Binding = (site: CallSite) => BoundFunction;

/** They tell collations apart themselves, or pass types on as they are. */
const AS_IT_IS = new Set(
  "collate collation struct named_struct map typeof isnull isnotnull count_if first last any_value first_value last_value lag lead nth_value collect_list array_agg explode explode_outer posexplode posexplode_outer inline inline_outer size cardinality array_size slice get [] rand monotonically_increasing_id row_number rank dense_rank transform filter flatten shuffle map_keys map_values map_entries".split(
    " ",
  ),
);

/** They make one type of all their arguments. */
const ONE_TYPE = new Set(
  "array coalesce ifnull nvl if array_append array_prepend array_insert array_repeat".split(" "),
);

/** Plain arguments, plain result. */
const PLAIN = new Set(
  (
    "length len char_length character_length octet_length bit_length ascii base64 unbase64 encode decode md5 sha sha1 sha2 " +
    "crc32 hex unhex hash xxhash64 soundex get_json_object from_json to_json schema_of_json json_tuple to_date to_timestamp " +
    "date_format to_binary try_to_binary to_number try_to_number to_char format_number is_valid_utf8 count regexp_count " +
    "regexp_instr + - * / % div url_encode url_decode parse_url date_add date_sub datediff json_array_length"
  ).split(" "),
);

/** The result has the collation of the first argument, whose own it does not look at. */
const FIRST = new Set(
  "left right substr substring repeat reverse upper ucase lower lcase initcap format_string printf make_valid_utf8 validate_utf8 try_validate_utf8 sentences max_by min_by".split(
    " ",
  ),
);

/** The result has the collation of all arguments, which do not have to agree. */
const ALL = new Set("concat || concat_ws lpad rpad overlay elt array_join".split(" "));

/** They compare their arguments. */
const COMPARING = new Set(
  "= == <=> < <= > >= <> != in array_contains array_position arrays_overlap equal_null".split(" "),
);

/** Under UTF8_LCASE: DuckDB SQL over `$1`, `$2` …; `trims` says that blanks at the end go first where the collation says so. */
interface Search {
  readonly sql: string;
  readonly result: "string" | "other";
  readonly trims?: true;
  /** What an argument left out is. */
  readonly missing?: readonly string[];
}

const SEARCHING: Readonly<Record<string, Search>> = {
  contains: { sql: "spkjs_lcase_contains($1, $2)", result: "other", trims: true },
  startswith: { sql: "spkjs_lcase_starts_with($1, $2)", result: "other", trims: true },
  endswith: { sql: "spkjs_lcase_ends_with($1, $2)", result: "other", trims: true },
  instr: { sql: "spkjs_lcase_locate($2, $1, 1)", result: "other" },
  locate: { sql: "spkjs_lcase_locate($1, $2, $3)", result: "other", missing: ["", "", "1"] },
  position: { sql: "spkjs_lcase_locate($1, $2, $3)", result: "other", missing: ["", "", "1"] },
  find_in_set: { sql: "spkjs_lcase_find_in_set($1, $2)", result: "other" },
  replace: { sql: "spkjs_lcase_replace($1, $2, $3)", result: "string", missing: ["", "", "''"] },
  split_part: { sql: "spkjs_lcase_split_part($1, $2, $3)", result: "string" },
  substring_index: { sql: "spkjs_lcase_substring_index($1, $2, $3)", result: "string" },
  translate: { sql: "spkjs_lcase_translate($1, $2, $3)", result: "string" },
  btrim: { sql: "spkjs_lcase_trim($1, $2, 'both')", result: "string", missing: ["", "' '"] },
  trim: { sql: "spkjs_lcase_trim($1, $2, 'both')", result: "string", missing: ["", "' '"] },
  ltrim: { sql: "spkjs_lcase_trim($2, $1, 'left')", result: "string" },
  rtrim: { sql: "spkjs_lcase_trim($2, $1, 'right')", result: "string" },
};

/** How to bind a call whose arguments are collated; undefined when none is, or the function sees to it itself. */
export function collatedBinding(row: FunctionRow, site: CallSite): Binding | undefined {
  if (!site.args.some((arg) => arg.kind !== "unbound_lambda" && collationIn(arg.type) !== undefined)) return undefined;
  if (AS_IT_IS.has(site.name)) {
    if (site.args.some((arg, index) => arg.kind !== "unbound_lambda" && hasCollatedKeys(arg, index, site.name))) {
      throw refused(site);
    }
    return undefined;
  }
  if (row.kind === "table" || row.kind === "generator") return undefined;
  const { bind } = row;
  return (call) => collatedCall(bind, call);
}

/** The keys of a map are found by their bytes alone here. */
function hasCollatedKeys(arg: BoundExpression, index: number, name: string): boolean {
  if (name === "map") return index % 2 === 0 && collationIn(arg.type) !== undefined;
  return arg.type.kind === "map" && collationIn(arg.type.key) !== undefined;
}

function collatedCall(bind: Binding, site: CallSite): BoundFunction {
  const { name } = site;
  if (PLAIN.has(name) && !site.distinct) return bind({ ...site, args: expressions(site).map(plain) });
  if (name === "count") return bind({ ...site, args: expressions(site).map(keyed) });
  if (site.distinct && name !== "min" && name !== "max") throw refused(site);
  if (FIRST.has(name)) return ofFirst(bind, site);
  const args = agreed(site);
  const collation = args.map((arg) => collationIn(arg.type)).find((each) => each !== undefined);
  if (ONE_TYPE.has(name)) return bind({ ...site, args });
  if (ALL.has(name)) return returning(bind({ ...site, args: args.map(plain) }), collation);
  if (name === "levenshtein") return bind({ ...site, args: args.map(plain) });
  if (collation === INDETERMINATE) throw indeterminate(site);
  if (collation === undefined) return bind({ ...site, args });
  if (COMPARING.has(name)) return bind({ ...site, args: args.map(keyed) });
  const special = SPECIAL[name];
  if (special !== undefined) return special(bind, { ...site, args }, args, collation);
  if (name === "like" || name === "ilike") return likeCall(bind, site, args, collation);
  return searching(bind, { ...site, args }, args, collation);
}

/** All arguments under the collation that they make together. */
function agreed(site: CallSite): BoundExpression[] {
  const args = expressions(site);
  const explicit = new Set(
    args.map(collationContext).flatMap((each) => (each?.strength === "explicit" ? [each.name ?? "UTF8_BINARY"] : [])),
  );
  if (explicit.size > 1) {
    const names = [...explicit].map((each) => `"STRING${each === "UTF8_BINARY" ? "" : ` COLLATE ${each}`}"`).join(", ");
    throw site.error(
      "COLLATION_MISMATCH.EXPLICIT",
      `Could not determine which collation to use for string functions and operators. Error occurred due to the mismatch between explicit collations: [${names}]. Decide on a single explicit collation and remove others.`,
    );
  }
  const inner = args.some((arg) => collationIn(arg.type) === INDETERMINATE);
  const name = inner ? INDETERMINATE : strongest(args)?.name;
  return args.map((arg) => (hasString(arg.type) ? recollated(arg, name) : arg));
}

function ofFirst(bind: Binding, site: CallSite): BoundFunction {
  const args = expressions(site);
  const [first] = args;
  return returning(bind({ ...site, args: args.map(plain) }), first && collationIn(first.type));
}

function returning(bound: BoundFunction, collation: string | undefined): BoundFunction {
  return { ...bound, type: withCollation(bound.type, collation) };
}

type Special = (bind: Binding, site: CallSite, args: readonly BoundExpression[], collation: string) => BoundFunction;

const SPECIAL: Readonly<Record<string, Special>> = {
  min: extremeOf("arg_min"),
  max: extremeOf("arg_max"),
  least: pick("list_min", 1),
  greatest: pick("list_max", -1),
  nullif: (bind, site, args) => ({
    ...bind({ ...site, args: args.map(plain) }),
    args,
    type: args[0]?.type ?? { kind: "void" },
    pretty: named("nullif"),
    lower: ([a = "NULL", b = "NULL"], call, tools) =>
      tools.once(
        a,
        (value) =>
          `CASE WHEN ${keyOf(value, call.args[0], tools)} = ${keyOf(b, call.args[1], tools)} THEN NULL ELSE ${value} END`,
      ),
  }),
  array_distinct: filtered((x, keys) => `list_position(${keys[0]}, ${x.key}) = ${x.position}`, 1),
  array_except: filtered(
    (x, keys) => `list_position(${keys[0]}, ${x.key}) = ${x.position} AND NOT list_contains(${keys[1]}, ${x.key})`,
    2,
  ),
  array_intersect: filtered(
    (x, keys) => `list_position(${keys[0]}, ${x.key}) = ${x.position} AND list_contains(${keys[1]}, ${x.key})`,
    2,
  ),
  array_union: filtered((x, keys) => `list_position(${keys[0]}, ${x.key}) = ${x.position}`, 2, "joined"),
};

function extremeOf(native: "arg_min" | "arg_max"): Special {
  return (bind, site, args) => ({
    ...bind({ ...site, args: args.map(plain) }),
    args,
    type: args[0]?.type ?? { kind: "void" },
    lower: ([value = "NULL"], call, tools) => tools.aggregate(native, [value, keyOf(value, call.args[0], tools)]),
  });
}

/** The first of the values whose key comes first or last; nulls do not count. */
function pick(native: "list_min" | "list_max", sign: 1 | -1): Special {
  return (bind, site, args) => {
    const bound = bind({ ...site, args: args.map(plain) });
    return {
      ...bound,
      args: args.map((arg, index) => (arg.type.kind === "void" ? (bound.args[index] ?? arg) : arg)),
      type: args.find((arg) => arg.type.kind !== "void")?.type ?? bound.type,
      lower: (sql, call, tools) => {
        const keys = sql.map(
          (each, index) => `{'k': ${keyOf(each, call.args[index], tools)}, 'i': ${sign * (index + 1)}}`,
        );
        const x = tools.fresh("x");
        const first = `${native}(list_filter([${keys.join(", ")}], lambda ${x}: ${x}.k IS NOT NULL))`;
        return `list_extract([${sql.join(", ")}], abs(${first}.i))`;
      },
    };
  };
}

interface Element {
  /** SQL of its key, never null. */
  readonly key: string;
  readonly position: string;
}

/** A null among the elements has a key that no text has. */
const NULL_KEY = String.raw`chr(1114111)`;

/** The elements of the first array (or of all, joined) that the test lets pass. */
function filtered(
  test: (x: Element, keys: readonly string[]) => string,
  count: 1 | 2,
  from: "first" | "joined" = "first",
): Special {
  return (bind, site, args) => ({
    ...bind({ ...site, args: args.map(plain) }),
    args,
    type: args[0]?.type ?? { kind: "void" },
    lower: ([a = "NULL", b = "NULL"], call, tools) => {
      const [x, i, y] = [tools.fresh("x"), tools.fresh("i"), tools.fresh("y")];
      const whole =
        from === "joined" ? `CASE WHEN ${a} IS NOT NULL AND ${b} IS NOT NULL THEN list_concat(${a}, ${b}) END` : a;
      const element = call.type.kind === "array" ? call.type.element : call.type;
      const keysOf = (list: string): string =>
        `list_transform(${list}, lambda ${y}: coalesce(${collationKeySql(y, element, tools)}, ${NULL_KEY}))`;
      return tools.once(whole, (list) => {
        const keys = count === 2 && from === "first" ? [keysOf(list), keysOf(b)] : [keysOf(list)];
        const key = `coalesce(${collationKeySql(x, element, tools)}, ${NULL_KEY})`;
        const kept = `list_filter(${list}, lambda ${x}, ${i}: ${test({ key, position: i }, keys)})`;
        return count === 2 && from === "first" ? `CASE WHEN ${b} IS NOT NULL THEN ${kept} END` : kept;
      });
    },
  });
}

function keyOf(sql: string, arg: CallArgumentLike, tools: LoweringTools): string {
  return arg === undefined ? sql : collationKeySql(sql, arg.type, tools);
}

type CallArgumentLike = BoundFunction["args"][number] | undefined;

/** LIKE knows the binary collation and UTF8_LCASE alone. */
function likeCall(bind: Binding, site: CallSite, args: readonly BoundExpression[], collation: string): BoundFunction {
  const { base, trims } = collationNamed(collation);
  if (base === "icu" || trims) throw unexpected(site, args);
  const both = args.map((arg, index) => (index < 2 ? lowered(plain(arg)) : arg));
  return bind({ ...site, args: both });
}

/** In one case, under the text of the original. */
function lowered(expression: BoundExpression): BoundExpression {
  return {
    kind: "call",
    name: "same_case",
    args: [expression],
    type: expression.type,
    nullable: expression.nullable,
    deterministic: true,
    lower: ([sql = "NULL"]) => `spk_same_case(${sql})`,
    pretty: ([shown = ""]) => shown,
    span: expression.span,
  };
}

function searching(bind: Binding, site: CallSite, args: readonly BoundExpression[], collation: string): BoundFunction {
  const search = SEARCHING[site.name];
  const { base, trims, accentSensitive, caseSensitive } = collationNamed(collation);
  if (base === "icu" && !accentSensitive && caseSensitive && (search !== undefined || site.name === "str_to_map")) {
    throw unexpected(site, args);
  }
  if (
    search === undefined ||
    base === "icu" ||
    (trims && search.trims !== true && (search.result === "other" || site.name === "substring_index"))
  ) {
    throw refused(site);
  }
  const bound = bind({ ...site, args: args.map(plain) });
  const own: BoundFunction = {
    ...bound,
    lower: (sql, call, tools) => {
      const texts = sql.map((each, index) => {
        const text = call.args[index]?.type.kind === "string";
        return trims && search.trims === true && text ? `rtrim(${each}, ' ')` : each;
      });
      if (base === "binary") return bound.lower(texts, call, tools);
      return search.sql.replaceAll(/\$(\d)/g, (_, digit: string) => {
        const index = Number(digit) - 1;
        return texts[index] ?? search.missing?.[index] ?? "NULL";
      });
    },
  };
  return search.result === "string" ? returning(own, collation) : own;
}

const REPLACED = new Set(["split_part", "str_to_map"]);

function indeterminate(site: CallSite): Error {
  return site.error(
    // What Spark replaces by another function before it looks has the other condition.
    REPLACED.has(site.name) ? "INDETERMINATE_COLLATION" : "INDETERMINATE_COLLATION_IN_EXPRESSION",
    `Data type of "${site.name}" has indeterminate collation. Use COLLATE clause to set the collation explicitly.`,
  );
}

function unexpected(site: CallSite, args: readonly BoundExpression[]): Error {
  const [first] = args;
  return site.error(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    `Cannot resolve "${site.name}" due to data type mismatch: the first parameter requires the "STRING" type, however it has the type "${first === undefined ? "" : sqlType(first.type)}".`,
  );
}

function refused(site: CallSite): Error {
  return site.error(
    "UNSUPPORTED_FEATURE.COLLATION",
    `The function ${site.name} is not supported on strings of this collation.`,
  );
}
