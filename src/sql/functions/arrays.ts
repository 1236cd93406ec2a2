import { array, field, INT, simpleString, STRING, struct, VOID } from "../../core/data-type.ts";
import type { BoundArgument } from "../bound.ts";
import { structNames } from "../types/duckdb-type.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";
import { isOrderable } from "../types/kinds.ts";
import { bool, filled } from "./defaults.ts";
import {
  bindSignature,
  coerce,
  expressions,
  mismatch,
  scalar,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { anyArray, anything, arrayOf, boolean, int, oneOf, only, text, onlyText, strictly } from "./params.ts";
import { hasInnerNulls, sortedByForm } from "../types/order-form.ts";

import { sameAs, scalarBy, typeAt } from "./rules.ts";
import { joined } from "./strings.ts";
import { anyNullable, containsNull, elementOf } from "./array-types.ts";

const category = "array";

function createArray(call: CallSite): BoundFunction {
  return bindSignature(
    call,
    {
      params: [],
      rest: anything,
      unify: "all",
      returns: (args) => array(args[0]?.type ?? VOID, anyNullable(args)),
      nullable: false,
    },
    (args, bound, tools) => `CAST([${args.join(", ")}] AS ${tools.typeName(bound.type)})`,
  );
}

const sortable: Param = {
  expected: '"ARRAY"',
  accept: (type, ansi) => {
    const accepted = anyArray.accept(type, ansi);
    return accepted !== undefined && isOrderable(accepted) ? accepted : undefined;
  },
};

function arraysZip(call: CallSite): BoundFunction {
  const args = expressions(call);
  const lists = args.map((arg, index) => {
    const accepted = anyArray.accept(arg.type, call.context.ansi);
    if (accepted === undefined) throw mismatch(call, index, anyArray.expected, simpleString(arg.type));
    return coerce(arg, accepted, call);
  });
  if (lists.length === 0) throw wrongNumber(call, "> 0");
  const fields = lists.map((arg, index) => field(columnName(arg) ?? String(index), elementOf(arg.type), true));
  const names = structNames(fields);
  return {
    args: lists,
    type: array(struct(fields), false),
    nullable: anyNullable(lists),
    lower: (sql, _, tools) => {
      const k = quoteIdentifier(tools.fresh("k"));
      const items = sql.map((each, index) => `${quoteString(names[index] ?? "")}: ${each}[${k}]`);
      const most = sql.map((each) => `len(${each})`).join(", ");
      const missing = sql.map((each) => `${each} IS NULL`).join(" OR ");
      return `CASE WHEN ${missing} THEN NULL ELSE list_transform(range(1, greatest(${most}) + 1), lambda ${k}: {${items.join(", ")}}) END`;
    },
  };
}

export function columnName(arg: BoundArgument): string | undefined {
  if (arg.kind === "column") return arg.column.name;
  return arg.kind === "field" || arg.kind === "lambda_variable" || arg.kind === "alias" ? arg.name : undefined;
}

/** Strings, binaries or arrays one after another; null when any is. */
function concat(call: CallSite): BoundFunction {
  const args = expressions(call);
  const kinds = new Set(args.map((arg) => arg.type.kind).filter((kind) => kind !== "void"));
  if (kinds.has("array")) {
    if (args.some((arg) => arg.type.kind === "void")) {
      throw call.error(
        "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
        'Cannot resolve "concat" due to data type mismatch: Input to `concat` should all be the same type, but one is "VOID".',
      );
    }
    return bindSignature(
      call,
      {
        params: [],
        rest: anyArray,
        unify: "all",
        returns: (all) =>
          array(
            elementOf(typeAt(all, 0)),
            all.some((arg) => containsNull(arg.type)),
          ),
      },
      (sql) => {
        if (sql.length === 1) return sql[0] ?? "NULL";
        return `CASE WHEN ${sql.map((each) => `${each} IS NULL`).join(" OR ")} THEN NULL ELSE list_concat(${sql.join(", ")}) END`;
      },
    );
  }
  const binaries = kinds.size === 1 && kinds.has("binary");
  const param = binaries ? only("binary", "void") : text;
  return bindSignature(call, { params: [], rest: param, returns: (all) => all[0]?.type ?? STRING }, (sql) =>
    sql.length === 0 ? "''" : binaries ? `CAST((${sql.join(" || ")}) AS BLOB)` : `(${sql.join(" || ")})`,
  );
}

export const arrays: readonly FunctionRow[] = [
  scalarBy("array", category, createArray),
  scalarBy("concat", "collection", concat),
  scalarBy("reverse", "collection", (call) =>
    bindSignature(
      call,
      { params: [oneOf(text, only("binary"), anyArray)], returns: sameAs(0) },
      ([value = "NULL"], bound) => {
        const { kind } = typeAt(bound.args, 0);
        return kind === "array"
          ? `list_reverse(${value})`
          : kind === "binary"
            ? `spkjs_reverse_binary(${value})`
            : `reverse(${value})`;
      },
    ),
  ),
  scalarBy(["size", "cardinality"], "collection", (call) =>
    bindSignature(
      call,
      { params: [oneOf(anyArray, only("map"))], returns: INT, ...(call.context.ansi ? {} : { nullable: false }) },
      ([value = "NULL"], bound, { ansi }) => {
        const length = typeAt(bound.args, 0).kind === "map" ? `cardinality(${value})` : `len(${value})`;
        return ansi ? `CAST(${length} AS INTEGER)` : `coalesce(CAST(${length} AS INTEGER), -1)`;
      },
    ),
  ),
  scalar("array_size", category, { params: [anyArray], returns: INT }, "CAST(len($1) AS INTEGER)"),
  scalarBy("array_repeat", category, (call) =>
    bindSignature(
      call,
      {
        params: [anything, strictly(int)],
        returns: (args) => array(typeAt(args, 0), args[0]?.nullable ?? true),
        nullable: (args) => args[1]?.nullable ?? true,
      },
      ([value = "NULL", count = "NULL"], _, tools) =>
        `list_transform(range(spk_count(${count})), lambda ${quoteIdentifier(tools.fresh("k"))}: ${value})`,
    ),
  ),
  scalar(
    "array_compact",
    category,
    { params: [anyArray], returns: (args) => array(elementOf(typeAt(args, 0)), false) },
    "list_filter($1, lambda spk_x: spk_x IS NOT NULL)",
  ),
  scalar("array_distinct", category, { params: [anyArray], returns: sameAs(0) }, "spk_array_distinct($1)"),
  scalarBy("array_join", category, (call) =>
    bindSignature(
      call,
      { params: [arrayOf(text), onlyText], optional: [onlyText], returns: STRING },
      ([list = "NULL", separator = "NULL", missing]) =>
        missing === undefined
          ? joined(list, separator)
          : `CASE WHEN ${missing} IS NOT NULL THEN ${joined(`list_transform(${list}, lambda spk_x: coalesce(spk_x, ${missing}))`, separator)} END`,
    ),
  ),
  scalar(
    "array_max",
    category,
    { params: [sortable], returns: (args) => elementOf(typeAt(args, 0)), nullable: true },
    ([list = "NULL"], bound, tools) => {
      const type = elementOf(typeAt(bound.args, 0));
      if (!hasInnerNulls(type)) return `list_max(${list})`;
      return `${sortedByForm(list, type, { direction: "DESC", nulls: "LAST" }, tools)}[1]`;
    },
  ),
  scalar(
    "array_min",
    category,
    { params: [sortable], returns: (args) => elementOf(typeAt(args, 0)), nullable: true },
    ([list = "NULL"], bound, tools) => {
      const type = elementOf(typeAt(bound.args, 0));
      if (!hasInnerNulls(type)) return `list_min(${list})`;
      return `${sortedByForm(list, type, { direction: "ASC", nulls: "LAST" }, tools)}[1]`;
    },
  ),
  scalarBy("sort_array", category, (given) =>
    bindSignature(
      filled(given, 2, [bool(true)]),
      { params: [sortable, boolean], returns: sameAs(0) },
      ([list = "NULL", ascending = "NULL"], bound, tools) => {
        const type = elementOf(typeAt(bound.args, 0));
        const sorted = (direction: "ASC" | "DESC", nulls: "FIRST" | "LAST"): string =>
          hasInnerNulls(type)
            ? sortedByForm(list, type, { direction, nulls }, tools)
            : `list_sort(${list}, '${direction}', 'NULLS ${nulls}')`;
        return `CASE WHEN ${ascending} THEN ${sorted("ASC", "FIRST")} WHEN NOT ${ascending} THEN ${sorted("DESC", "LAST")} END`;
      },
    ),
  ),
  scalar("slice", category, { params: [anyArray, int, int], returns: sameAs(0) }, "spk_slice($1, $2, $3)"),
  scalar(
    "flatten",
    category,
    {
      params: [
        {
          expected: '"ARRAY<ARRAY>"',
          accept: (type) => (type.kind === "array" && type.element.kind === "array" ? type : undefined),
        },
      ],
      returns: (args) => elementOf(typeAt(args, 0)),
      nullable: (args) => anyNullable(args) || containsNull(typeAt(args, 0)),
    },
    "spk_flatten($1)",
  ),
  scalarBy("arrays_zip", category, arraysZip),
  scalar(
    "shuffle",
    category,
    { params: [anyArray], optional: [int], returns: sameAs(0), deterministic: false },
    "spk_shuffle($1)",
  ),
];
