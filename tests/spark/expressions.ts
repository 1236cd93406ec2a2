import type { Random } from "./random.ts";
import { expression, type Tree } from "./tree.ts";
import { ATOMIC, DAY_TIME, LITERALS, NUMBERS, ORDERED, TYPES, YEAR_MONTH } from "./values.ts";

/** How expressions are made. */
export interface Maker {
  readonly random: Random;
  /** A column of the type, or of a random one that is near to it; undefined where no column may stand. */
  readonly column: (type: string) => Tree | undefined;
}

/** A random expression that has, as far as that can be said here, the type; now and then a neighbouring one. */
export function anExpression(maker: Maker, type: string, depth: number): Tree {
  const { random } = maker;
  if (random.chance(0.04)) return anExpression(maker, random.pick(TYPES), depth);
  if (depth <= 0 || random.chance(0.25)) return aLeaf(maker, type);
  const makers = [...(BY_TYPE[type] ?? []), ...familyOf(type), ...GENERAL];
  return random.pick(makers)(maker, type, depth - 1);
}

export function aLeaf({ random, column: columnOf }: Maker, type: string): Tree {
  if (random.chance(0.06))
    return expression(type, type === "VOID" || random.chance(0.5) ? "NULL" : `CAST(NULL AS ${type})`);
  const column = random.chance(0.6) ? columnOf(type) : undefined;
  return column ?? expression(type, random.pick(LITERALS[type] ?? ["NULL"]));
}

type Production = (maker: Maker, type: string, depth: number) => Tree;

const of =
  (...types: readonly string[]) =>
  (maker: Maker, depth: number): Tree =>
    anExpression(maker, maker.random.pick(types), depth);

/** `$` for each operand. */
function shape(
  text: string,
  ...operands: readonly ((maker: Maker, depth: number, type: string) => Tree)[]
): Production {
  const pieces = text.split("$");
  return (maker, type, depth) =>
    expression(
      type,
      ...pieces.flatMap((each, index) => {
        const operand = operands[index];
        return operand === undefined ? [each] : [each, operand(maker, depth, type)];
      }),
    );
}

const same = (maker: Maker, depth: number, type: string): Tree => anExpression(maker, type, depth);
const condition = of("BOOLEAN");
const number = of(...NUMBERS);
const integer = of("TINYINT", "SMALLINT", "INT", "BIGINT");
const text = of("STRING");
const date = of("DATE");
const instant = of("TIMESTAMP", "TIMESTAMP_NTZ");
const interval = of(...YEAR_MONTH, ...DAY_TIME);
const anything = of(...TYPES);

/** Two operands of one type. */
function pair(types: readonly string[], operators: readonly string[]): Production {
  return (maker, type, depth) => {
    const both = maker.random.pick(types);
    const right = maker.random.chance(0.8) ? both : maker.random.pick(types);
    return expression(
      type,
      "(",
      anExpression(maker, both, depth),
      ` ${maker.random.pick(operators)} `,
      anExpression(maker, right, depth),
      ")",
    );
  };
}

const cast: Production = (maker, type, depth) => {
  const { random } = maker;
  const operand = anExpression(maker, random.pick(random.chance(0.8) ? ATOMIC : TYPES), depth);
  return type === "VOID"
    ? operand
    : expression(type, random.chance(0.3) ? "TRY_CAST(" : "CAST(", operand, ` AS ${type})`);
};

const GENERAL: readonly Production[] = [
  cast,
  shape("CASE WHEN $ THEN $ ELSE $ END", condition, same, same),
  shape("CASE WHEN $ THEN $ END", condition, same),
  shape("coalesce($, $)", same, same),
  shape("nullif($, $)", same, same),
  shape("if($, $, $)", condition, same, same),
  shape("nvl2($, $, $)", anything, same, same),
];

const ordered: readonly Production[] = [shape("greatest($, $)", same, same), shape("least($, $)", same, same)];

const COMPARISONS = ["=", "<>", "<", "<=", ">", ">=", "<=>"];

const numeric: readonly Production[] = [
  shape("($ + $)", same, number),
  shape("($ - $)", number, same),
  shape("($ * $)", same, number),
  shape("($ / $)", same, same),
  shape("($ % $)", same, same),
  shape("(- $)", same),
  shape("abs($)", same),
  shape("try_add($, $)", same, number),
  shape("try_multiply($, $)", same, same),
  shape("try_divide($, $)", same, same),
  shape("pmod($, $)", same, same),
  shape("round($, 1)", same),
  shape("ceil($)", same),
  shape("floor($)", same),
];

const integral: readonly Production[] = [
  shape("($ div $)", same, same),
  shape("($ & $)", same, same),
  shape("($ | $)", same, same),
  shape("($ ^ $)", same, same),
  shape("(~ $)", same),
];

function familyOf(type: string): readonly Production[] {
  const found: Production[] = [];
  if (NUMBERS.includes(type)) found.push(...numeric);
  if (/^(?:TINYINT|SMALLINT|INT|BIGINT)$/.test(type)) found.push(...integral);
  if (ORDERED.includes(type)) found.push(...ordered);
  if (type.startsWith("INTERVAL")) found.push(...intervals(type));
  if (type.startsWith("ARRAY")) found.push(...arrays(type));
  return found;
}

function intervals(type: string): readonly Production[] {
  const kin = of(...(YEAR_MONTH.includes(type) ? YEAR_MONTH : DAY_TIME));
  return [
    shape("($ + $)", same, kin),
    shape("($ - $)", kin, same),
    shape("(- $)", same),
    shape("($ * $)", same, number),
    shape("($ / $)", same, number),
    shape("abs($)", same),
  ];
}

function arrays(type: string): readonly Production[] {
  const element = of(type.slice("ARRAY<".length, -1));
  return [
    shape("array($, $)", element, element),
    shape("array_distinct($)", same),
    shape("array_union($, $)", same, same),
    shape("array_except($, $)", same, same),
    shape("array_intersect($, $)", same, same),
    shape("sort_array($)", same),
    shape("array_append($, $)", same, element),
    shape("reverse($)", same),
    shape("slice($, 1, 2)", same),
    shape("filter($, e -> e IS NOT NULL)", same),
    shape("transform($, (e, i) -> coalesce(e, $))", same, element),
    shape("concat($, $)", same, same),
  ];
}

const BY_TYPE: Readonly<Record<string, readonly Production[]>> = {
  BOOLEAN: [
    pair(NUMBERS, COMPARISONS),
    pair(NUMBERS, COMPARISONS),
    pair(ATOMIC, COMPARISONS),
    pair(ORDERED, COMPARISONS),
    shape("($ AND $)", condition, condition),
    shape("($ OR $)", condition, condition),
    shape("(NOT $)", condition),
    shape("($ IS NULL)", anything),
    shape("($ IS NOT DISTINCT FROM $)", number, number),
    (maker, type, depth) => {
      const of = maker.random.pick(ATOMIC);
      const item = (): Tree => anExpression(maker, of, depth);
      return expression(type, "(", item(), " IN (", item(), ", ", item(), "))");
    },
    (maker, type, depth) => {
      const of = maker.random.pick(ATOMIC);
      const item = (): Tree => anExpression(maker, of, depth);
      return expression(type, "(", item(), " BETWEEN ", item(), " AND ", item(), ")");
    },
    shape("($ LIKE $)", text, text),
    shape("($ RLIKE '^[a-c]+')", text),
    shape("isnan($)", number),
    shape("array_contains($, $)", of("ARRAY<INT>"), of("INT", "BIGINT")),
    shape("exists($, e -> e > $)", of("ARRAY<INT>", "ARRAY<DOUBLE>"), of("INT", "DOUBLE")),
    shape("startswith($, $)", text, text),
  ],
  INT: [
    shape("length($)", of("STRING", "BINARY")),
    shape("year($)", of("DATE", "TIMESTAMP")),
    shape("month($)", of("DATE", "TIMESTAMP_NTZ")),
    shape("dayofweek($)", date),
    shape("hour($)", instant),
    shape("datediff($, $)", date, date),
    shape("size($)", of("ARRAY<INT>", "MAP<STRING, INT>")),
    shape("array_position($, $)", of("ARRAY<INT>"), of("INT")),
    shape("instr($, $)", text, text),
    shape("$[0]", of("ARRAY<INT>")),
    shape("$['a']", of("MAP<STRING, INT>")),
    shape("$.a", of("STRUCT<a: INT, b: STRING>")),
    shape("extract(DAY FROM $)", of("DATE", "TIMESTAMP", ...DAY_TIME)),
    shape("aggregate($, 0, (acc, e) -> acc + e)", of("ARRAY<INT>")),
  ],
  BIGINT: [
    shape("unix_timestamp($)", of("TIMESTAMP", "DATE")),
    shape("datediff(HOUR, $, $)", of("TIMESTAMP"), of("TIMESTAMP")),
    shape("unix_micros($)", of("TIMESTAMP")),
    shape("hash($)", anything),
    shape("xxhash64($)", anything),
  ],
  DOUBLE: [
    shape("sqrt($)", number),
    shape("pow($, $)", number, number),
    shape("ln($)", number),
    shape("exp($)", number),
    shape("sin($)", number),
    shape("log10($)", number),
    shape("cbrt($)", number),
    shape("atan2($, $)", number, number),
    shape("months_between($, $)", of("DATE", "TIMESTAMP"), of("DATE", "TIMESTAMP")),
  ],
  STRING: [
    shape("concat($, $)", text, text),
    shape("($ || $)", text, of(...ATOMIC)),
    shape("upper($)", text),
    shape("substr($, $, $)", text, integer, integer),
    shape("trim($)", text),
    shape("lpad($, 5, $)", text, text),
    shape("replace($, $, $)", text, text, text),
    shape("split_part($, ',', 2)", text),
    shape("regexp_replace($, '[a-b]', $)", text, text),
    shape("date_format($, 'yyyy-MM-dd HH:mm:ss.SSS')", of("TIMESTAMP", "TIMESTAMP_NTZ", "DATE")),
    shape("date_format($, 'EEE d MMM y, h:mm a')", of("TIMESTAMP", "DATE")),
    shape(
      "to_json($)",
      of("STRUCT<a: INT, b: STRING>", "MAP<STRING, INT>", "ARRAY<INT>", "ARRAY<DATE>", "ARRAY<DOUBLE>"),
    ),
    shape("get_json_object($, '\u0000.a')", text),
    shape("concat_ws(',', $, $)", text, of("ARRAY<STRING>", "STRING")),
    shape("hex($)", of("STRING", "BIGINT", "BINARY")),
    shape("format_number($, 2)", number),
    shape("initcap($)", text),
    shape("translate($, 'abc', $)", text, text),
    shape("array_join($, '-', $)", of("ARRAY<STRING>"), text),
    shape("CAST($ AS STRING)", of(...TYPES)),
    shape("to_char($, '999.99')", of("DECIMAL(5,2)", "INT")),
  ].map((production): Production => (maker, type, depth) => {
    const tree = production(maker, type, depth);
    return {
      ...tree,
      parts: tree.parts.map((part) => (typeof part === "string" ? part.replaceAll("\u0000", "$") : part)),
    };
  }),
  DATE: [
    shape("($ + $)", date, of("INT", "TINYINT", ...YEAR_MONTH, "INTERVAL DAY")),
    shape("($ - $)", date, of("INT", "SMALLINT", ...YEAR_MONTH)),
    shape("date_add($, $)", date, of("INT", "SMALLINT")),
    shape("add_months($, $)", date, of("INT")),
    shape("last_day($)", date),
    shape("next_day($, 'Mon')", date),
    shape("trunc($, 'MM')", date),
    shape("to_date($)", text),
    shape("make_date($, $, $)", of("INT"), of("INT"), of("INT")),
  ],
  TIMESTAMP: [
    shape("($ + $)", of("TIMESTAMP", "DATE"), interval),
    shape("($ - $)", of("TIMESTAMP"), interval),
    shape("date_trunc('HOUR', $)", of("TIMESTAMP")),
    shape("date_trunc('WEEK', $)", of("TIMESTAMP", "DATE")),
    shape("to_timestamp($)", text),
    shape("timestampadd(MONTH, $, $)", of("INT"), of("TIMESTAMP")),
    shape("from_utc_timestamp($, 'Asia/Tokyo')", of("TIMESTAMP")),
    shape("to_utc_timestamp($, 'America/New_York')", of("TIMESTAMP")),
    shape("timestamp_seconds($)", number),
  ],
  TIMESTAMP_NTZ: [
    shape("($ + $)", of("TIMESTAMP_NTZ"), interval),
    shape("($ - $)", of("TIMESTAMP_NTZ"), interval),
    shape("date_trunc('MONTH', $)", of("TIMESTAMP_NTZ")),
  ],
  "INTERVAL DAY TO SECOND": [
    shape("($ - $)", instant, instant),
    shape("($ - $)", date, of("TIMESTAMP")),
    shape("make_dt_interval($, $)", of("INT"), of("INT")),
  ],
  "INTERVAL DAY": [shape("($ - $)", date, date)],
  "INTERVAL YEAR TO MONTH": [shape("make_ym_interval($, $)", of("INT"), of("INT"))],
  BINARY: [shape("encode($, 'UTF-8')", text), shape("unhex($)", text), shape("concat($, $)", same, same)],
  "ARRAY<INT>": [
    shape("map_values($)", of("MAP<STRING, INT>")),
    shape("flatten($)", of("ARRAY<ARRAY<INT>>")),
    shape("array_remove($, $)", same, of("INT")),
    shape("from_json($, 'array<int>')", text),
  ],
  "ARRAY<STRING>": [shape("split($, ',')", text), shape("map_keys($)", of("MAP<STRING, INT>"))],
  "MAP<STRING, INT>": [
    shape("map_filter($, (k, v) -> v > 1)", same),
    shape("map_concat($, map('z', $))", same, of("INT")),
    shape("transform_values($, (k, v) -> v + $)", same, of("INT")),
    shape("from_json($, 'map<string,int>')", text),
  ],
  "STRUCT<a: INT, b: STRING>": [
    shape("named_struct('a', $, 'b', $)", of("INT"), text),
    shape("from_json($, 'a INT, b STRING')", text),
  ],
};
