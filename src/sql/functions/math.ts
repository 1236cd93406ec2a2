import { hasInnerNulls, sortedByForm } from "../types/order-form.ts";
import { BINARY, DOUBLE, INT, LONG, STRING, type DataType, VOID, sqlType } from "../../core/data-type.ts";
import type { Lowering, LoweringTools } from "../lowering.ts";
import { widerTypeWithoutString } from "../types/common-type.ts";
import { isAnsiInterval, isIntegral } from "../types/kinds.ts";
import { constant, filled } from "./defaults.ts";
import { bindSignature, expressionAt, scalar, type CallSite, type FunctionRow, expressions } from "./function.ts";
import type { Template } from "./template.ts";
import { ansiInterval, double, int, long, numeric, oneOf, only, orderable, text } from "./params.ts";
import { integerOf, isFoldable, named, notFoldable, sameAs, scalarBy, typeAt, attempted, literalOf } from "./rules.ts";

const category = "math";

/** A function of one double, whose name shows in capitals unless an alias was called. */
function unary(
  names: string | readonly [string, ...string[]],
  lower: Template | Lowering,
  nullable?: boolean,
): FunctionRow {
  const canonical = typeof names === "string" ? names : names[0];
  return scalarBy(names, category, (call) =>
    bindSignature(
      call,
      {
        params: [double],
        returns: DOUBLE,
        ...(nullable === undefined ? {} : { nullable }),
        pretty: call.name === canonical ? named(canonical.toUpperCase()) : undefined,
      },
      lower,
    ),
  );
}

/** Java's NaN outside the domain, where DuckDB raises an error. */
function within(condition: string, name: string): string {
  return `CASE WHEN ${condition} THEN ${name}($1) WHEN $1 IS NOT NULL THEN 'nan'::DOUBLE END`;
}

/** NULL outside the domain: Spark's logarithms. */
function positive(expression: string, lower = "0"): string {
  return `CASE WHEN $1 > ${lower} THEN ${expression} END`;
}

const numericOrInterval = oneOf(numeric, ansiInterval);

/** Each call in each statement draws from a sequence of its own, which begins anew. */
function seededRandom(native: string, seed: string, tools: LoweringTools): string {
  return `${native}(CAST(${seed} AS BIGINT), ${tools.text(`${tools.now}/${tools.fresh("random")}`)})`;
}

/** `greatest`, `least`: nulls are skipped, NaN is the largest. */
function extreme(name: "greatest" | "least"): FunctionRow {
  return scalarBy(name, category, (call) => {
    if (call.args.length < 2) {
      throw call.error(
        "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
        `The \`${name}\` requires > 1 parameters but the actual number is ${call.args.length}.`,
      );
    }
    const types = expressions(call).map((arg) => arg.type);
    const common = types.reduce<DataType | undefined>(
      (wider, type) => wider && widerTypeWithoutString(wider, type, call.context.ansi),
      VOID,
    );
    if (common === undefined) {
      throw call.error(
        "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
        `Cannot resolve "${name}" due to data type mismatch: Input to \`${name}\` should all be the same type, but it's ` +
          `[${types.map((type) => `"${sqlType(type)}"`).join(", ")}].`,
      );
    }
    return bindSignature(
      call,
      {
        params: [],
        rest: orderable,
        unify: "all",
        returns: sameAs(0),
        nullable: (args) => args.every((arg) => arg.nullable),
      },
      (args, bound, tools) => {
        const type = typeAt(bound.args, 0);
        if (!hasInnerNulls(type)) return `${name}(${args.join(", ")})`;
        const direction = name === "greatest" ? "DESC" : "ASC";
        return `${sortedByForm(`[${args.join(", ")}]`, type, { direction, nulls: "LAST" }, tools)}[1]`;
      },
    );
  });
}

/** The macro that keeps the low bits of a whole number, as Java does. */
function wrapping(type: DataType): string {
  return `spk_wrap${{ byte: 8, short: 16, int: 32 }[String(type.kind)] ?? 64}`;
}

function absolute(call: CallSite) {
  return bindSignature(call, { params: [numericOrInterval], returns: sameAs(0) }, ([value = "NULL"], bound, tools) => {
    const type = typeAt(bound.args, 0);
    if (type.kind === "interval_year_month") return `to_months(abs(spk_months(${value})))`;
    if (type.kind === "interval_day_time") return `spk_day_time(abs(spk_micros(${value})))`;
    return tools.ansi || !isIntegral(type)
      ? `abs(${value})`
      : `CAST(${wrapping(type)}(abs(CAST(${value} AS HUGEINT))) AS ${tools.typeName(type)})`;
  });
}

export const math: readonly FunctionRow[] = [
  scalarBy("abs", category, absolute),
  ...["acos", "acosh", "asin", "asinh", "atan", "atanh", "cosh", "sinh", "tanh"].map((name) =>
    unary(name, `spkjs_${name}($1)`),
  ),
  scalar(
    "atan2",
    category,
    { params: [double, double], returns: DOUBLE, pretty: named("ATAN2") },
    "spkjs_atan2($1, $2)",
  ),
  unary("cbrt", "spkjs_cbrt($1)"),
  unary("cos", within("NOT isinf($1)", "cos")),
  unary("cot", "1 / tan($1)"),
  unary("csc", "1 / sin($1)"),
  unary("sec", "1 / cos($1)"),
  unary("degrees", "degrees($1)"),
  unary("radians", "radians($1)"),
  scalar("e", category, { params: [], returns: DOUBLE, pretty: named("E") }, "2.718281828459045::DOUBLE"),
  scalar("pi", category, { params: [], returns: DOUBLE, pretty: named("PI") }, "pi()"),
  unary("exp", "spkjs_exp($1)"),
  unary("expm1", "spkjs_expm1($1)"),
  scalar(
    "factorial",
    category,
    { params: [int], returns: LONG, nullable: true },
    "CASE WHEN $1 BETWEEN 0 AND 20 THEN CAST(factorial($1) AS BIGINT) END",
  ),
  scalar(
    "hypot",
    category,
    { params: [double, double], returns: DOUBLE, pretty: named("HYPOT") },
    "spkjs_hypot($1, $2)",
  ),
  scalar(
    "ln",
    category,
    { params: [double], returns: DOUBLE, nullable: true, pretty: named("ln") },
    positive("spkjs_ln($1)"),
  ),
  scalarBy("log", category, (call) =>
    call.args.length === 1
      ? bindSignature(
          call,
          { params: [double], returns: DOUBLE, nullable: true, pretty: ([value = ""]) => `LOG(E(), ${value})` },
          positive("spkjs_ln($1)"),
        )
      : bindSignature(
          call,
          { params: [double, double], returns: DOUBLE, nullable: true, pretty: named("LOG") },
          "CASE WHEN $1 > 0 AND $2 > 0 THEN spkjs_log($1, $2) END",
        ),
  ),
  unary("log10", positive("spkjs_log10($1)"), true),
  unary("log2", positive("spkjs_log2($1)"), true),
  unary("log1p", positive("spkjs_log1p($1)", "-1"), true),
  scalarBy(["pow", "power"], category, (call) =>
    bindSignature(
      call,
      { params: [double, double], returns: DOUBLE, pretty: call.name === "pow" ? named("pow") : named("POWER") },
      ([x = "NULL", y = "NULL"], bound, tools) =>
        Number(literalOf(bound.args[1])?.value) === 2
          ? tools.once(x, (value) => `(${value} * ${value})`)
          : `spkjs_pow(${x}, ${y})`,
    ),
  ),
  scalar("rint", category, { params: [double], returns: DOUBLE }, "round_even($1, 0)"),
  scalarBy(["sign", "signum"], category, (call) =>
    bindSignature(
      call,
      {
        params: [oneOf(double, ansiInterval)],
        returns: DOUBLE,
        pretty: call.name === "signum" ? named("SIGNUM") : named("sign"),
      },
      ([value = "NULL"], bound) => {
        const type = typeAt(bound.args, 0);
        if (type.kind === "interval_year_month") return `CAST(sign(spk_months(${value})) AS DOUBLE)`;
        if (type.kind === "interval_day_time") return `CAST(sign(spk_micros(${value})) AS DOUBLE)`;
        return `CASE WHEN isnan(${value}) THEN ${value} ELSE CAST(sign(${value}) AS DOUBLE) END`;
      },
    ),
  ),
  unary("sin", within("NOT isinf($1)", "sin")),
  unary("sqrt", within("$1 >= 0", "sqrt")),
  unary("tan", within("NOT isinf($1)", "tan")),
  extreme("greatest"),
  extreme("least"),
  scalar("bin", category, { params: [long], returns: STRING }, "spk_bin($1)"),
  scalarBy("hex", category, (call) =>
    bindSignature(call, { params: [oneOf(long, only("binary"), text)], returns: STRING }, ([value = "NULL"], bound) => {
      const type = typeAt(bound.args, 0);
      return type.kind === "string" ? `hex(encode(${value}))` : `hex(${value})`;
    }),
  ),
  scalar("unhex", category, { params: [text], returns: BINARY, nullable: true }, (args, _, tools) =>
    attempted(args, tools, ([hex = ""]) => `TRY(unhex(${hex}))`),
  ),
  scalar(
    "conv",
    category,
    { params: [text, int, int], returns: STRING, nullable: true },
    (args, _, { ansi }) => `spkjs_conv(${args.join(", ")}, ${ansi})`,
  ),
  scalarBy("width_bucket", category, (call) => {
    const interval = expressions(call).find((arg) => isAnsiInterval(arg.type));
    const bound = interval === undefined ? double : only(interval.type.kind);
    if (
      interval !== undefined &&
      expressions(call)
        .slice(0, 3)
        .some((arg) => arg.type.kind !== interval.type.kind)
    ) {
      throw call.error(
        "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
        'Cannot resolve "width_bucket" due to data type mismatch: Input to `width_bucket` should all be the same type.',
      );
    }
    return bindSignature(
      call,
      {
        params: [bound, bound, bound, long],
        returns: LONG,
        nullable: true,
      },
      (args, bound) => {
        const type = typeAt(bound.args, 0);
        const measure = (sql: string): string => {
          if (type.kind === "interval_year_month") return `CAST(spk_months(${sql}) AS DOUBLE)`;
          return type.kind === "interval_day_time" ? `CAST(spk_micros(${sql}) AS DOUBLE)` : sql;
        };
        const [value = "NULL", low = "NULL", high = "NULL", count = "NULL"] = args;
        return `spk_width_bucket(${measure(value)}, ${measure(low)}, ${measure(high)}, ${count})`;
      },
    );
  }),
  ...["rand", "randn"].map((name) =>
    scalarBy(name === "rand" ? ["rand", "random"] : [name], category, (call) => {
      if (call.args.length > 0 && integerOf(expressionAt(call, 0)) === undefined) {
        throw call.error(
          "SEED_EXPRESSION_IS_UNFOLDABLE",
          `The seed expression of the function \`${name}\` must be foldable.`,
        );
      }
      const seeded = call.args.length > 0;
      return bindSignature(
        call,
        {
          params: [],
          optional: [oneOf(only("int", "long"), long)],
          returns: DOUBLE,
          nullable: false,
          deterministic: false,
          pretty: named(name),
        },
        ([seed = "NULL"], _, tools) =>
          seeded
            ? seededRandom(`spkjs_${name}`, seed, tools)
            : `spkjs_${name}(CAST(floor(random() * 9007199254740992) AS BIGINT), '')`,
      );
    }),
  ),
  scalarBy("uniform", category, (given) => {
    const call = filled(given, 3, [constant(null, INT)]);
    for (const [index, name] of ["min", "max", "seed"].entries()) {
      if (!isFoldable(expressionAt(call, index))) throw notFoldable(call, index, name);
    }
    return bindSignature(
      call,
      {
        params: [numeric, numeric, long],
        unify: [0, 1],
        returns: sameAs(0),
        nullable: false,
        deterministic: false,
      },
      ([low = "NULL", high = "NULL", seed = "NULL"], bound, tools) => {
        const drawn = given.args.length === 3 ? seededRandom("spkjs_rand", seed, tools) : "random()";
        const [from, to] = [low, high].map((each) => `CAST(${each} AS DOUBLE)`);
        return tools.cast(`(${from} + (${to} - ${from}) * ${drawn})`, DOUBLE, bound.type);
      },
    );
  }),
  scalarBy("nanvl", category, (call) =>
    bindSignature(
      call,
      {
        params: [oneOf(only("float", "double"), double), oneOf(only("float", "double"), double)],
        unify: [0, 1],
        returns: sameAs(0),
      },
      "CASE WHEN isnan($1) THEN $2 ELSE $1 END",
    ),
  ),
  scalar(
    "isnan",
    "predicate",
    { params: [oneOf(only("float", "double"), double)], returns: { kind: "boolean" }, nullable: false },
    "coalesce(isnan($1), false)",
  ),
];
