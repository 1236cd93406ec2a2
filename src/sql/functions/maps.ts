import { array, BOOLEAN, field, map, simpleString, STRING, struct, VOID, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { commonType } from "../types/common-type.ts";
import { structNames } from "../types/duckdb-type.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";
import { keyType } from "./array-elements.ts";
import { containsNull, elementOf } from "./array-types.ts";
import { columnName } from "./arrays.ts";
import { filled, string } from "./defaults.ts";
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
} from "./function.ts";
import { anyArray, anyMap, onlyText } from "./params.ts";
import { scalarBy, textOf, typeAt, isFoldable, uncomputed } from "./rules.ts";

const category = "map";

function keyOf(type: DataType): DataType {
  return type.kind === "map" ? type.key : VOID;
}
function valueOf(type: DataType): DataType {
  return type.kind === "map" ? type.value : VOID;
}
function valueNull(type: DataType): boolean {
  return type.kind !== "map" || type.valueContainsNull;
}

function createMap(call: CallSite): BoundFunction {
  const args = expressions(call);
  if (args.length % 2 !== 0) throw wrongNumber(call, "2n (n > 0)");
  const keys = args.filter((_, index) => index % 2 === 0);
  const values = args.filter((_, index) => index % 2 === 1);
  const [key, value] = [keys, values].map((each) =>
    commonType(
      each.map((arg) => arg.type),
      call.context.ansi,
    ),
  );
  if (key === undefined || value === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES",
      'Cannot resolve "map" due to data type mismatch: The given keys or values of function `map` should all be the same type.',
    );
  }
  if (key.kind === "map")
    throw call.error(
      "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE",
      'Cannot resolve "map" due to data type mismatch: The key of map cannot be/contain "MAP".',
    );
  const bound = args.map((arg, index) => coerce(arg, index % 2 === 0 ? key : value, call));
  return {
    args: bound,
    type: map(
      key,
      value,
      values.some((arg) => arg.nullable),
    ),
    nullable: false,
    lower: (sql, site, tools) => {
      const name = tools.typeName(site.type);
      if (sql.length === 0) return `CAST(MAP {} AS ${name})`;
      const [k, v] = [0, 1].map((rest) => sql.filter((_, index) => index % 2 === rest).join(", "));
      return `CAST(${builder(call)}_of([${k ?? ""}], [${v ?? ""}]) AS ${name})`;
    },
  };
}

/** The macros that make a map: with a key that comes again it is an error, or by `spark.sql.mapKeyDedupPolicy` the last value holds. */
function builder(call: CallSite): "spk_map" | "spk_map_last" {
  const policy = call.context.settings?.get("spark.sql.mapkeydeduppolicy") ?? "EXCEPTION";
  return policy.toUpperCase() === "LAST_WIN" ? "spk_map_last" : "spk_map";
}

function mapConcat(call: CallSite): BoundFunction {
  if (call.args.length === 0) return createMap(call);
  return bindSignature(
    call,
    {
      params: [],
      rest: anyMap,
      unify: "all",
      returns: (args) =>
        map(
          keyOf(typeAt(args, 0)),
          valueOf(typeAt(args, 0)),
          args.some((arg) => valueNull(arg.type)),
        ),
    },
    (sql, site, tools) => {
      const missing = sql.map((each) => `${each} IS NULL`).join(" OR ");
      const entries = sql.map((each) => `map_entries(${each})`).join(", ");
      const all = sql.length === 1 ? entries : `list_concat(${entries})`;
      return `CASE WHEN ${missing} THEN NULL ELSE CAST(${builder(call)}_from(${all}) AS ${tools.typeName(site.type)}) END`;
    },
  );
}

function mapContainsKey(call: CallSite): BoundFunction {
  const [base, key] = expressions(call);
  if (base === undefined || key === undefined || call.args.length !== 2) throw wrongNumber(call, "2");
  if (base.type.kind !== "map") throw mismatch(call, 0, '"MAP"', simpleString(base.type));
  const common = keyType(call, base.type, key.type);
  return {
    args: [coerce(base, { ...base.type, key: common }, call), coerce(key, common, call)],
    type: BOOLEAN,
    nullable: base.nullable || key.nullable,
    lower: ([m = "NULL", k = "NULL"]) =>
      `CASE WHEN ${m} IS NOT NULL AND ${k} IS NOT NULL THEN list_contains(map_keys(${m}), ${k}) END`,
  };
}

/** `named_struct(name, value, …)`; `struct(value, …)`. */
function namedStruct(call: CallSite): BoundFunction {
  const args = expressions(call);
  if (args.length === 0 || args.length % 2 !== 0) throw wrongNumber(call, "2n (n > 0)");
  const fields = args.flatMap((arg, index) => {
    if (index % 2 === 1) return [];
    const name = textOf(arg);
    const value = args[index + 1];
    if (typeof name !== "string" || value === undefined) {
      if (name === undefined && isFoldable(arg)) throw uncomputed(call, "field name");
      throw call.error(
        "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING",
        'Cannot resolve "named_struct" due to data type mismatch: Only foldable `STRING` expressions are allowed to appear at odd position.',
      );
    }
    return [field(name, value.type, value.nullable)];
  });
  return structOf(args, fields, 2, 1);
}

function positional(call: CallSite): BoundFunction {
  const args = expressions(call);
  if (args.length === 0) throw wrongNumber(call, "> 0");
  return structOf(
    args,
    args.map((arg, index) => field(columnName(arg) ?? `col${index + 1}`, arg.type, arg.nullable)),
    1,
    0,
  );
}

function structOf(
  args: readonly BoundExpression[],
  fields: Parameters<typeof struct>[0],
  step: number,
  from: number,
): BoundFunction {
  const names = structNames(fields);
  return {
    args,
    type: struct(fields),
    nullable: false,
    lower: (sql, _, tools) =>
      `{${fields
        .map((each, index) => {
          const value = sql[index * step + from] ?? "NULL";
          const typed = each.type.kind === "void" ? `CAST(${value} AS ${tools.typeName(each.type)})` : value;
          return `${quoteString(names[index] ?? "")}: ${typed}`;
        })
        .join(", ")}}`,
  };
}

const entries = {
  expected: '"ARRAY<STRUCT>" of two fields',
  accept: (type: DataType) =>
    type.kind === "array" && type.element.kind === "struct" && type.element.fields.length === 2 ? type : undefined,
};

function mapFromEntries(call: CallSite): BoundFunction {
  return bindSignature(
    call,
    {
      params: [entries],
      returns: ([list]) => {
        const element = elementOf(list?.type ?? VOID);
        const [k, v] = element.kind === "struct" ? element.fields : [];
        return map(k?.type ?? VOID, v?.type ?? VOID, v?.nullable ?? true);
      },
      nullable: (args) => args.some((arg) => arg.nullable || containsNull(arg.type)),
    },
    ([list = "NULL"], site, tools) => {
      const element = elementOf(typeAt(site.args, 0));
      const [k = "", v = ""] = element.kind === "struct" ? structNames(element.fields) : [];
      const e = quoteIdentifier(tools.fresh("e"));
      const renamed = `list_transform(${list}, lambda ${e}: {'key': ${e}.${quoteIdentifier(k)}, 'value': ${e}.${quoteIdentifier(v)}})`;
      const missing = `len(list_filter(${list}, lambda ${e}: ${e} IS NULL)) > 0`;
      return `CASE WHEN ${missing} THEN NULL ELSE CAST(${builder(call)}_from(${renamed}) AS ${tools.typeName(site.type)}) END`;
    },
  );
}

export const maps: readonly FunctionRow[] = [
  scalarBy("map", category, createMap),
  scalar(
    "map_keys",
    category,
    { params: [anyMap], returns: ([m]) => array(keyOf(m?.type ?? VOID), false) },
    "map_keys($1)",
  ),
  scalar(
    "map_values",
    category,
    { params: [anyMap], returns: ([m]) => array(valueOf(m?.type ?? VOID), valueNull(m?.type ?? VOID)) },
    "map_values($1)",
  ),
  scalar(
    "map_entries",
    category,
    {
      params: [anyMap],
      returns: ([m]) => {
        const type = m?.type ?? VOID;
        return array(struct([field("key", keyOf(type), false), field("value", valueOf(type), valueNull(type))]), false);
      },
    },
    "map_entries($1)",
  ),
  scalarBy("map_concat", category, mapConcat),
  scalarBy("map_contains_key", category, mapContainsKey),
  scalarBy("map_from_arrays", category, (call) =>
    bindSignature(
      call,
      {
        params: [anyArray, anyArray],
        returns: ([k, v]) => map(elementOf(k?.type ?? VOID), elementOf(v?.type ?? VOID), containsNull(v?.type ?? VOID)),
      },
      `CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN CAST(${builder(call)}_of($1, $2) AS $T) END`,
    ),
  ),
  scalarBy("map_from_entries", category, mapFromEntries),
  scalarBy("str_to_map", category, (given) =>
    bindSignature(
      filled(given, 3, [string(","), string(":")]),
      { params: [onlyText, onlyText, onlyText], returns: map(STRING, STRING) },
      `${builder(given)}_from(spkjs_str_to_map($1, $2, $3))`,
    ),
  ),
  scalarBy("named_struct", "struct", namedStruct),
  scalarBy("struct", "struct", positional),
];
