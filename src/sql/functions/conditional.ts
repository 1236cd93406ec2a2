import { DOUBLE, INT, STRING, LONG, sqlType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { commonType } from "../types/common-type.ts";
import { hasMap, isNumeric } from "../types/kinds.ts";
import {
  bindSignature,
  expressions,
  scalar,
  unify,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { anything, binary, boolean, exactly, text, strictly } from "./params.ts";
import { sameAs, scalarBy, typeAt } from "./rules.ts";

const category = "conditional";

function coalesceRow(call: CallSite, fewest: number, most: number): BoundFunction {
  if (call.args.length < fewest || call.args.length > most) {
    throw wrongNumber(call, most === fewest ? String(fewest) : `> ${fewest - 1}`);
  }
  return bindSignature(
    call,
    {
      params: [],
      rest: anything,
      unify: "all",
      returns: sameAs(0),
      nullable: (args) => args.every((arg) => arg.nullable),
    },
    ([first = "NULL", ...others]) => (others.length === 0 ? first : `coalesce(${[first, ...others].join(", ")})`),
  );
}

/** Two arguments, also brought to a type in which they compare: `nullif`, `equal_null`. */
function comparable(call: CallSite): [BoundExpression, BoundExpression] {
  const args = expressions(call);
  if (args.length !== 2) throw wrongNumber(call, "2");
  const [left, right] = unify(call, args, "all");
  if (left === undefined || right === undefined) throw wrongNumber(call, "2");
  return [left, right];
}

function nullif(call: CallSite): BoundFunction {
  const [left, right] = comparable(call);
  if (hasMap(left.type)) {
    throw call.error(
      "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
      `Cannot resolve "nullif" due to data type mismatch: The \`=\` does not support ordering on type "${sqlType(left.type)}".`,
    );
  }
  const [value] = expressions(call);
  return {
    args: [value ?? left, left, right],
    type: value?.type ?? left.type,
    nullable: true,
    lower: ([kept = "NULL", a = "NULL", b = "NULL"]) => `CASE WHEN ${a} = ${b} THEN NULL ELSE ${kept} END`,
    pretty: ([a = "", , b = ""]) => `nullif(${a}, ${b})`,
  };
}

/** `decode(bytes, charset)`, or Oracle's `decode(value, search, result, …, default)`. */
function decode(call: CallSite): BoundFunction {
  const args = expressions(call);
  if (args.length < 2) throw wrongNumber(call, "> 1");
  if (args.length === 2) {
    const isLossy = call.context.settings?.get("spark.sql.legacy.codingerroraction") === "true";
    const name = isLossy ? "spkjs_decode_lossy" : "spkjs_decode";
    return bindSignature(call, { params: [binary, text], returns: STRING, nullable: true }, `${name}($1, $2)`);
  }
  const results: number[] = [];
  const keys = [0];
  for (let index = 1; index < args.length; index += 1) {
    if (index % 2 === 1 && index < args.length - 1) keys.push(index);
    else results.push(index);
  }
  const bound = unify(call, unify(call, args, keys), results);
  const hasDefault = args.length % 2 === 0;
  return {
    args: bound,
    type: typeAt(bound, results[0] ?? 2),
    nullable: !hasDefault || results.some((index) => bound[index]?.nullable ?? true),
    lower: (sql) => {
      const branches: string[] = [];
      for (let index = 1; index + 1 < sql.length; index += 2) {
        branches.push(
          `WHEN ${sql[0] ?? "NULL"} IS NOT DISTINCT FROM ${sql[index] ?? "NULL"} THEN ${sql[index + 1] ?? "NULL"}`,
        );
      }
      return `CASE ${branches.join(" ")}${hasDefault ? ` ELSE ${sql.at(-1) ?? "NULL"}` : ""} END`;
    },
  };
}

/** What `= 0` takes. */
const numberLike: Param = {
  expected: '"NUMERIC"',
  accept: (type) => (isNumeric(type) || type.kind === "string" || type.kind === "void" ? type : undefined),
};

export const conditional: readonly FunctionRow[] = [
  scalarBy("coalesce", category, (call) => coalesceRow(call, 1, Number.MAX_SAFE_INTEGER)),
  scalarBy(["nvl", "ifnull"], category, (call) => coalesceRow(call, 2, 2)),
  scalar(
    "nvl2",
    category,
    {
      params: [anything, anything, anything],
      unify: [1, 2],
      returns: sameAs(1),
      nullable: (args) => args.slice(1).some((arg) => arg.nullable),
    },
    "CASE WHEN $1 IS NOT NULL THEN $2 ELSE $3 END",
  ),
  scalar(
    ["if", "iff"],
    category,
    {
      params: [strictly(boolean), anything, anything],
      unify: [1, 2],
      returns: sameAs(1),
      nullable: (args) => args.slice(1).some((arg) => arg.nullable),
      pretty: (args) => `(IF(${args.join(", ")}))`,
    },
    "CASE WHEN $1 THEN $2 ELSE $3 END",
  ),
  scalarBy("nullif", category, nullif),
  scalarBy("nullifzero", category, (call) =>
    bindSignature(
      call,
      { params: [numberLike], returns: sameAs(0), nullable: true },
      ([value = "NULL"], site, tools) => {
        const type = typeAt(site.args, 0);
        const number = type.kind === "string" ? tools.cast(value, type, call.context.ansi ? LONG : INT) : value;
        return `CASE WHEN ${number} = 0 THEN NULL ELSE ${value} END`;
      },
    ),
  ),
  scalarBy("zeroifnull", category, (call) => {
    const [value] = expressions(call);
    const type = commonType([value?.type ?? INT, INT], call.context.ansi) ?? DOUBLE;
    return bindSignature(call, { params: [exactly(type)], returns: type, nullable: false }, "coalesce($1, 0)");
  }),
  scalarBy("decode", "string", decode),
];
