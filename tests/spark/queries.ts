import { anExpression, type Maker } from "./expressions.ts";
import type { Random } from "./random.ts";
import { expression, list, optional, piece, type Tree } from "./tree.ts";

/** A query whose rows are compared: in their order when it puts them in one. */
export interface Query {
  readonly statement: Tree;
  readonly ordered: boolean;
}

interface Column {
  readonly name: string;
  readonly type: string;
}

const U: readonly Column[] = [
  { name: "k", type: "INT" },
  { name: "s", type: "STRING" },
  { name: "d", type: "DECIMAL(2,1)" },
  { name: "x", type: "DOUBLE" },
  { name: "day", type: "DATE" },
  { name: "flag", type: "BOOLEAN" },
];

const V: readonly Column[] = [
  { name: "k", type: "BIGINT" },
  { name: "s", type: "STRING" },
  { name: "n", type: "INT" },
  { name: "at", type: "TIMESTAMP" },
];

const of = (table: string, columns: readonly Column[]): Column[] =>
  columns.map(({ name, type }) => ({ name: `${table}.${name}`, type }));

/** A random query over the tables `u` and `v`. */
export function aQuery(random: Random): Query {
  const kind = random.pick(KINDS);
  return kind(random);
}

type KindOf = (random: Random) => Query;

const KINDS: readonly KindOf[] = [
  joined,
  joined,
  joined,
  grouped,
  grouped,
  grouped,
  combined,
  combined,
  filtered,
  filtered,
  correlated,
  windowed,
  windowed,
  generated,
  pivoted,
  piped,
  piped,
  ordered,
  ordered,
  aliased,
  commonTables,
];

/** Makes expressions over these columns. */
function over(random: Random, columns: readonly Column[]): Maker {
  return {
    random,
    column(type) {
      const fitting = columns.filter((each) => each.type === type);
      const chosen = fitting.length > 0 ? fitting : random.chance(0.3) ? columns : [];
      if (chosen.length === 0) return undefined;
      const column = random.pick(chosen);
      return expression(column.type, column.name);
    },
  };
}

function item(random: Random, columns: readonly Column[], depth = 1): Tree {
  const { type, name } = random.pick(columns);
  return random.chance(0.4) ? expression(type, name) : anExpression(over(random, columns), type, depth);
}

function condition(random: Random, columns: readonly Column[], depth = 2): Tree {
  return anExpression(over(random, columns), "BOOLEAN", depth);
}

function where(random: Random, columns: readonly Column[], chance = 0.5): string | Tree {
  return random.chance(chance) ? optional(" WHERE ", condition(random, columns)) : "";
}

function items(random: Random, columns: readonly Column[], depth = 1): Tree {
  return list(random.some(1, 3, () => item(random, columns, depth)));
}

const unordered = (...parts: readonly (string | Tree)[]): Query => ({ statement: piece(...parts), ordered: false });

function joinedFrom(random: Random): { readonly from: Tree; readonly columns: readonly Column[] } {
  const kind = random.pick([
    "JOIN",
    "LEFT JOIN",
    "RIGHT JOIN",
    "FULL JOIN",
    "LEFT SEMI JOIN",
    "LEFT ANTI JOIN",
    "CROSS JOIN",
  ]);
  const both = [...of("u", U), ...of("v", V)];
  const columns = /SEMI|ANTI/.test(kind) ? of("u", U) : both;
  if (kind === "CROSS JOIN") return { from: piece("u CROSS JOIN v"), columns };
  const how = random.below(10);
  if (how === 0) return { from: piece(`u NATURAL ${kind} v`), columns };
  if (how < 4) return { from: piece(`u ${kind} v USING (${random.pick(["k", "s", "k, s"])})`), columns };
  const keys = random.pick([
    "u.k = v.k",
    "u.s = v.s",
    "u.k <=> v.k",
    "u.k < v.n",
    "u.day = v.at",
    "u.k = v.k AND u.s = v.s",
  ]);
  const more = random.chance(0.4) ? optional(" AND ", condition(random, both, 1)) : "";
  return { from: piece(`u ${kind} v ON ${keys}`, more), columns };
}

function joined(random: Random): Query {
  const { from, columns } = joinedFrom(random);
  const chosen = random.chance(0.3) ? piece("*") : items(random, columns);
  return unordered("SELECT ", chosen, " FROM ", from, where(random, columns, 0.3));
}

function anAggregate(random: Random, columns: readonly Column[]): Tree {
  const maker = over(random, columns);
  const number = (): Tree => anExpression(maker, random.pick(["INT", "DECIMAL(2,1)", "DOUBLE", "BIGINT"]), 1);
  const any = (): Tree => item(random, columns);
  const distinct = random.chance(0.2) ? "DISTINCT " : "";
  const filter = random.chance(0.15) ? [" FILTER (WHERE ", condition(random, columns, 1), ")"] : [];
  const made: readonly (() => readonly (string | Tree)[])[] = [
    () => ["count(*)"],
    () => [`count(${distinct}`, any(), ")"],
    () => [`sum(${distinct}`, number(), ")"],
    () => [`avg(${distinct}`, number(), ")"],
    () => ["min(", any(), ")"],
    () => ["max(", any(), ")"],
    () => ["sort_array(collect_list(", any(), "))"],
    () => ["array_sort(collect_set(", any(), "))"],
    () => ["count_if(", condition(random, columns, 1), ")"],
    () => ["bool_or(", condition(random, columns, 1), ")"],
    () => ["max_by(", any(), ", u.x)"],
    () => ["first(", any(), ", true)"],
    () => ["stddev(", number(), ")"],
    () => ["percentile(", number(), ", 0.5)"],
  ];
  const parts = random.pick(made)();
  const plain = parts[0] !== "sort_array(collect_list(" && parts[0] !== "array_sort(collect_set(";
  return expression("?", ...parts, ...(plain ? filter : []));
}

function grouped(random: Random): Query {
  const joins = random.chance(0.3);
  const columns = of("u", joins ? U : U);
  const keys = random.some(0, 2, () => expression("?", random.pick(columns).name));
  const aggregates = random.some(1, 2, () => anAggregate(random, columns));
  const texts = keys.length === 0 ? [] : keys;
  const shape = keys.length === 0 ? 0 : random.below(8);
  const extra = shape >= 4 && shape <= 6 && random.chance(0.5) ? [piece("grouping_id()")] : [];
  const by = (open: string, close: string): (string | Tree)[] => [open, { ...list(texts), list: true }, close];
  const groupBy: (string | Tree)[] =
    keys.length === 0
      ? []
      : shape === 4
        ? by(" GROUP BY ROLLUP (", ")")
        : shape === 5
          ? by(" GROUP BY CUBE (", ")")
          : shape === 6
            ? [" GROUP BY GROUPING SETS ((", list(texts), "), (", texts[0] ?? "", "), ())"]
            : shape === 7
              ? [" GROUP BY ALL"]
              : by(" GROUP BY ", "");
  const having = random.chance(0.25)
    ? optional(" HAVING ", expression("BOOLEAN", anAggregate(random, columns), " IS NOT NULL"))
    : "";
  const kept = keys.filter(() => random.chance(0.9));
  const chosen = { ...list([...kept, ...extra, ...aggregates]), list: true };
  return unordered("SELECT ", chosen, " FROM u", where(random, columns, 0.3), ...groupBy, having);
}

function combined(random: Random): Query {
  const operator = random.pick(["UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL", "MINUS"]);
  const width = 1 + random.below(2);
  const side = (table: string, columns: readonly Column[]): Tree =>
    piece(
      `SELECT ${Array.from({ length: width }, () => random.pick(columns).name).join(", ")} FROM ${table}`,
      where(random, columns, 0.2),
    );
  const third = random.chance(0.25) ? [` ${random.pick(["UNION", "INTERSECT", "UNION ALL"])} `, side("u", U)] : [];
  return unordered(side("u", U), ` ${operator} `, side("v", V), ...third);
}

function filtered(random: Random): Query {
  const inner = random.chance(0.5) ? " WHERE v.s = u.s" : where(random, of("v", V), 0.3);
  const not = random.chance(0.4) ? "NOT " : "";
  const test = random.pick<readonly (string | Tree)[]>([
    [`u.k ${not}IN (SELECT v.k FROM v`, inner, ")"],
    [`u.s ${not}IN (SELECT v.s FROM v`, inner, ")"],
    [`(u.k, u.s) ${not}IN (SELECT v.k, v.s FROM v`, inner, ")"],
    [`${not}EXISTS (SELECT * FROM v`, inner, ")"],
    ["u.k > (SELECT min(v.k) FROM v", inner, ")"],
    [`${not}EXISTS (SELECT 1 FROM v WHERE v.n > u.k * 5)`],
  ]);
  const more = random.chance(0.3) ? optional(random.pick([" AND ", " OR "]), condition(random, of("u", U), 1)) : "";
  return unordered("SELECT ", items(random, of("u", U)), " FROM u WHERE ", piece(...test), more);
}

function correlated(random: Random): Query {
  const inner = random.pick(["v.k = u.k", "v.s = u.s", "v.k < u.k", "v.s = u.s AND v.n > 0"]);
  const aggregate = random.pick(["max(v.n)", "count(*)", "sum(v.n)", "min(v.at)", "avg(v.n)", "count(v.n) + 1"]);
  const scalar = expression("BIGINT", `(SELECT ${aggregate} FROM v WHERE ${inner})`);
  return unordered("SELECT ", list([item(random, of("u", U)), scalar]), " FROM u", where(random, of("u", U), 0.2));
}

function windowed(random: Random): Query {
  const columns = of("u", U);
  const maker = over(random, columns);
  const number = (): Tree => anExpression(maker, random.pick(["INT", "DECIMAL(2,1)", "DOUBLE"]), 1);
  const call = random.pick<() => readonly (string | Tree)[]>([
    () => ["rank()"],
    () => ["dense_rank()"],
    () => ["percent_rank()"],
    () => ["cume_dist()"],
    () => ["sum(", number(), ")"],
    () => ["avg(", number(), ")"],
    () => ["count(", item(random, columns), ")"],
    () => ["min(", item(random, columns), ")"],
    () => ["max(", item(random, columns), ")"],
  ])();
  const partition = random.chance(0.6) ? `PARTITION BY ${random.pick(["u.s", "u.flag", "u.k % 2"])} ` : "";
  const key = random.pick(["u.k", "u.d", "u.day", "u.s", "u.x"]);
  const order = `ORDER BY ${key}${random.pick(["", " DESC", " NULLS LAST", " DESC NULLS FIRST"])}`;
  const range =
    key === "u.k" || key === "u.d"
      ? random.pick(["1 PRECEDING", "UNBOUNDED PRECEDING", "CURRENT ROW"])
      : "UNBOUNDED PRECEDING";
  const [opening] = call;
  const takes = typeof opening === "string" && !/rank|cume/.test(opening);
  const frame =
    takes && random.chance(0.4)
      ? ` RANGE BETWEEN ${range} AND ${random.pick(["CURRENT ROW", "UNBOUNDED FOLLOWING"])}`
      : "";
  const value = expression("?", ...call, ` OVER (${partition}${order}${frame})`);
  const qualify = "";
  return unordered("SELECT ", list([item(random, columns), value]), " FROM u", qualify);
}

function generated(random: Random): Query {
  const outer = random.chance(0.3) ? "OUTER " : "";
  const columns: Column[] = [...of("u", U), { name: "e", type: "INT" }];
  const source = random.pick([
    `LATERAL VIEW ${outer}explode(array(u.k, 7, NULL)) g AS e`,
    `LATERAL VIEW ${outer}explode(sequence(1, u.k)) g AS e`,
    `LATERAL VIEW ${outer}explode(split(u.s, '')) g AS e`,
    `LATERAL VIEW ${outer}posexplode(array(u.x, 1)) g AS p, e`,
    `LATERAL VIEW ${outer}explode(map(u.k, u.s)) g AS kk, e`,
    `LATERAL VIEW ${outer}inline(array(struct(u.k, u.s))) g AS a, e`,
    `LATERAL VIEW ${outer}stack(2, u.k, 1, 3, 4) g AS a, e`,
    ", LATERAL (SELECT v.n AS e FROM v WHERE v.k = u.k)",
    ", LATERAL (SELECT max(v.n) AS e FROM v WHERE v.k = u.k)",
    "LEFT JOIN LATERAL (SELECT v.n + u.k AS e FROM v WHERE v.s = u.s) ON true",
  ]);
  const keyed = source.includes("map(") ? " WHERE u.k IS NOT NULL" : where(random, columns, 0.2);
  return unordered("SELECT ", items(random, columns), ` FROM u ${source}`, keyed);
}

function pivoted(random: Random): Query {
  const aggregate = random.pick([
    "sum(d)",
    "count(*)",
    "max(x) AS m",
    "avg(d), min(day)",
    "sum(d) AS a, count(s) AS b",
  ]);
  const by = random.pick([
    "s IN ('a', 'b', 'zz')",
    "s IN ('a' AS one, 'b' AS two)",
    "k IN (1, 2, NULL)",
    "(k, s) IN ((1, 'a'), (2, 'b'))",
    "flag IN (true, false)",
  ]);
  const columns = random.pick(["k, s, d, x, day, flag", "s, d, x, day, k, flag"]);
  return unordered(`SELECT * FROM (SELECT ${columns} FROM u) PIVOT (${aggregate} FOR ${by})`);
}

function piped(random: Random): Query {
  const columns = U;
  const steps = random.some(1, 3, () =>
    random.pick<() => Tree>([
      () => optional(" |> WHERE ", condition(random, columns, 1)),
      () => optional(" |> EXTEND ", item(random, columns), ` AS e${random.below(100)}`),
      () => optional(` |> SET ${random.pick(["k", "s", "x"])} = `, item(random, columns)),
      () => optional(" |> AS u"),
    ])(),
  );
  const last = random.pick<() => Tree>([
    () => optional(" |> SELECT ", items(random, columns)),
    () => optional(" |> AGGREGATE count(*) AS n GROUP BY ", item(random, columns)),
    () => optional(" |> AGGREGATE sum(k), max(s)"),
    () => optional(" |> DROP x, day"),
    () => optional(" |> JOIN v USING (k)"),
    () => optional(""),
  ])();
  return unordered("TABLE u", ...steps, last);
}

function ordered(random: Random): Query {
  const columns = random.chance(0.3) ? of("v", V) : of("u", U);
  const chosen = random.some(1, 3, () => item(random, columns));
  const keys = random.shuffled(chosen.map((_, index) => index + 1));
  const by = keys.map(
    (key) => `${key}${random.pick(["", " DESC", " ASC"])}${random.pick(["", " NULLS LAST", " NULLS FIRST"])}`,
  );
  const limit = random.chance(0.5) ? ` LIMIT ${1 + random.below(4)}${random.chance(0.3) ? " OFFSET 1" : ""}` : "";
  const distinct = random.chance(0.3) ? "DISTINCT " : "";
  const from = ` FROM ${columns[0]?.name.slice(0, 1)}`;
  return {
    statement: piece(
      `SELECT ${distinct}`,
      piece(...chosen.flatMap((each, index) => (index === 0 ? [each] : [", ", each]))),
      from,
      ` ORDER BY ${by.join(", ")}${limit}`,
    ),
    ordered: true,
  };
}

function aliased(random: Random): Query {
  const columns = of("u", U);
  const { type } = random.pick(columns);
  const first = anExpression(over(random, columns), type, 1);
  const second = anExpression(over(random, [...columns, { name: "a", type }, { name: "a", type }]), type, 2);
  return unordered("SELECT ", first, " AS a, ", second, " AS b, ", expression(type, "a"), " FROM u");
}

function commonTables(random: Random): Query {
  const columns = of("u", U);
  const { type } = random.pick(columns);
  const inner = anExpression(over(random, columns), type, 1);
  const outer: readonly Column[] = [
    { name: "c.a", type },
    { name: "c.k", type: "INT" },
  ];
  const uses = random.pick([
    " FROM c",
    " FROM c JOIN c AS c2 ON c.k = c2.k",
    " FROM c JOIN v ON c.k = v.k",
    " FROM (SELECT * FROM c UNION ALL SELECT * FROM c) AS c",
  ]);
  return unordered(
    "WITH c AS (SELECT ",
    inner,
    " AS a, k FROM u",
    where(random, columns, 0.2),
    ") SELECT ",
    items(random, outer),
    uses,
    where(random, outer, 0.3),
  );
}
