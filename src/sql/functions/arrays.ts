import {
  array,
  BOOLEAN,
  field,
  INT,
  LONG,
  simpleString,
  STRING,
  struct,
  VOID,
  type DataType,
  sqlType,
  type MapType,
} from "../../core/data-type.ts";
import type { BoundArgument, BoundExpression } from "../bound.ts";
import { structNames } from "../types/duckdb-type.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";
import { isIntegral, isOrderable } from "../types/kinds.ts";
import { bool, filled } from "./defaults.ts";
import {
  bindSignature,
  coerce,
  expressions,
  mismatch,
  scalar,
  template,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import {
  anyArray,
  anything,
  arrayOf,
  boolean,
  int,
  integral,
  oneOf,
  only,
  text,
  onlyText,
  strictly,
  anArray,
} from "./params.ts";
import { hasInnerNulls, sortedByForm } from "../types/order-form.ts";
import { implicitCast } from "../types/implicit-cast.ts";
import { sameAs, scalarBy, typeAt } from "./rules.ts";
import { tightestCommonType, widerTypeWithoutString } from "../types/common-type.ts";
import { joined } from "./strings.ts";

const category = "array";

export function elementOf(type: DataType): DataType {
  return type.kind === "array" ? type.element : VOID;
}

export function containsNull(type: DataType): boolean {
  return type.kind !== "array" || type.containsNull;
}

/** An array and a value, brought to one element type. */
function withElement(call: CallSite, arrayIndex = 0, valueIndex = 1): BoundExpression[] {
  const args = expressions(call);
  const [list, value] = [args[arrayIndex], args[valueIndex]];
  if (list === undefined || value === undefined) throw wrongNumber(call, "2");
  const listType = anyArray.accept(list.type, call.context.ansi);
  if (listType === undefined) throw mismatch(call, arrayIndex, anyArray.expected, simpleString(list.type));
  if (list.type.kind === "void" || (value.type.kind === "void" && NO_NULL.has(call.name))) throw nullTyped(call);
  const wider = TIGHT.has(call.name) ? tightestCommonType : widerTypeWithoutString;
  const common = wider(elementOf(listType), value.type, false);
  if (common === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
      `Cannot resolve "${call.name}" due to data type mismatch: Input to \`${call.name}\` should have been "ARRAY" followed by a value with same element type, but it's ["${simpleString(list.type).toUpperCase()}", "${simpleString(value.type).toUpperCase()}"].`,
    );
  }
  return args.map((arg, index) => {
    if (index === arrayIndex) return coerce(arg, array(common, containsNull(listType)), call);
    return index === valueIndex ? coerce(arg, common, call) : arg;
  });
}

/** They take no value for which the elements would have to become decimals with more digits. */
const TIGHT = new Set(["array_position", "array_remove", "array_insert"]);
const NO_NULL = new Set(["array_contains", "array_position", "array_remove"]);

function nullTyped(call: CallSite): Error {
  if (!NO_NULL.has(call.name)) return mismatch(call, 0, anyArray.expected, "void");
  return call.error(
    "DATATYPE_MISMATCH.NULL_TYPE",
    `Cannot resolve "${call.name}" due to data type mismatch: Null typed values cannot be used as arguments of \`${call.name}\`.`,
  );
}

function elementRow(
  names: string | readonly [string, ...string[]],
  lower: string,
  type: (args: readonly BoundExpression[]) => DataType,
  nullable: (args: readonly BoundExpression[]) => boolean,
): FunctionRow {
  return scalarBy(names, category, (call) => {
    const args = withElement(call);
    if (args.length !== 2) throw wrongNumber(call, "2");
    return {
      args,
      type: type(args),
      nullable: nullable(args),
      lower: ([list = "NULL", value = "NULL"]) => lower.replaceAll("$1", list).replaceAll("$2", value),
    };
  });
}

const anyNullable = (args: readonly BoundExpression[]): boolean => args.some((arg) => arg.nullable);
const nullOrUnknown = (args: readonly BoundExpression[]): boolean => anyNullable(args) || containsNull(typeAt(args, 0));

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

/** Two arrays of one type. */
function setRow(name: string, lower: string, nulls: (a: boolean, b: boolean) => boolean): FunctionRow {
  return scalarBy(name, category, (call) => {
    const args = sameArrays(call);
    const [left, right] = args.map((arg) => containsNull(arg.type));
    return {
      args,
      type: array(elementOf(typeAt(args, 0)), nulls(left ?? true, right ?? true)),
      nullable: anyNullable(args),
      lower: template(lower),
    };
  });
}

/** Two arrays, brought to one type. */
function sameArrays(call: CallSite): BoundExpression[] {
  const args = expressions(call);
  const [left, right] = args;
  if (left === undefined || right === undefined || args.length !== 2) throw wrongNumber(call, "2");
  const common =
    left.type.kind === "array" && right.type.kind === "array"
      ? widerTypeWithoutString(left.type, right.type, false)
      : undefined;
  if (common === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES",
      `Cannot resolve "${call.name}" due to data type mismatch: Input to function \`${call.name}\` should have been two "ARRAY" with same element type, but it's ["${sqlType(left.type)}", "${sqlType(right.type)}"].`,
    );
  }
  return args.map((arg) => coerce(arg, common, call));
}

const sortable: Param = {
  expected: '"ARRAY"',
  accept: (type, ansi) => {
    const accepted = anyArray.accept(type, ansi);
    return accepted !== undefined && isOrderable(accepted) ? accepted : undefined;
  },
};

/** `element_at`, `try_element_at`: from 1, negative from the end; or the value of a key. */
function elementAt(safe: boolean): (call: CallSite) => BoundFunction {
  return (call) => {
    const [base, key] = expressions(call);
    if (base === undefined || key === undefined || call.args.length !== 2) throw wrongNumber(call, "2");
    if (base.type.kind === "map") return mapValue(call, base, key);
    const listType = anArray.accept(base.type, true);
    if (listType === undefined) throw mismatch(call, 0, '("ARRAY" or "MAP")', simpleString(base.type));
    const index = isIntegral(key.type) && key.type.kind !== "long" ? key : undefined;
    if (index === undefined) throw mismatch(call, 1, '"INT"', simpleString(key.type));
    return {
      args: [base, coerce(index, INT, call)],
      type: elementOf(listType),
      nullable: true,
      lower: (args, _, { ansi }) => `spk_element_at${ansi && !safe ? "_ansi" : ""}(${args.join(", ")})`,
    };
  };
}

/** A map's keys and another key, brought to one type. */
export function keyType(call: CallSite, { key, value }: MapType, other: DataType): DataType {
  const common = widerTypeWithoutString(key, other, false);
  if (common !== undefined) return common;
  throw call.error(
    "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
    `Cannot resolve "${call.name}" due to data type mismatch: Input to \`${call.name}\` should have been "MAP" followed by a value with same key type, but it's ["${sqlType({ kind: "map", key, value, valueContainsNull: true })}", "${sqlType(other)}"].`,
  );
}

function mapValue(call: CallSite, base: BoundExpression, key: BoundExpression): BoundFunction {
  if (base.type.kind !== "map") throw mismatch(call, 0, '"MAP"', simpleString(base.type));
  const common = keyType(call, base.type, key.type);
  return {
    args: [coerce(base, { ...base.type, key: common }, call), coerce(key, common, call)],
    type: base.type.value,
    nullable: true,
    lower: ([map = "NULL", wanted = "NULL"]) => `map_extract(${map}, ${wanted})[1]`,
  };
}

/** `array[i]` from 0; `map[key]`. */
function subscript(call: CallSite): BoundFunction {
  const [base, key] = expressions(call);
  if (base === undefined || key === undefined) throw wrongNumber(call, "2");
  const pretty = ([a = "", b = ""]: readonly string[]): string => `${a}[${b}]`;
  if (base.type.kind === "map") {
    const wanted = implicitCast(key.type, base.type.key, call.context.ansi);
    return { ...mapValue(call, base, wanted === undefined ? key : coerce(key, wanted, call)), pretty };
  }
  if (base.type.kind !== "array") {
    throw call.error(
      "INVALID_EXTRACT_BASE_FIELD_TYPE",
      `Can't extract a value from a value of type "${simpleString(base.type).toUpperCase()}". Need a complex type [STRUCT, ARRAY, MAP].`,
    );
  }
  const index = integral.accept(key.type, call.context.ansi);
  if (index === undefined) throw mismatch(call, 1, integral.expected, simpleString(key.type));
  return {
    args: [base, coerce(key, index, call)],
    type: base.type.element,
    nullable: true,
    pretty,
    lower: (args, _, { ansi }) => `spk_item${ansi ? "_ansi" : ""}(${args.join(", ")})`,
  };
}

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
  const param = kinds.size === 1 && kinds.has("binary") ? only("binary", "void") : text;
  return bindSignature(call, { params: [], rest: param, returns: (all) => all[0]?.type ?? STRING }, (sql) =>
    sql.length === 0 ? "''" : `(${sql.join(" || ")})`,
  );
}

export const arrays: readonly FunctionRow[] = [
  scalarBy("array", category, createArray),
  scalarBy("[]", category, subscript),
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
  scalarBy("element_at", "collection", elementAt(false)),
  scalarBy("try_element_at", "collection", elementAt(true)),
  scalar(
    "get",
    category,
    { params: [anArray, int], returns: (args) => elementOf(typeAt(args, 0)), nullable: true },
    "spk_item($1, $2)",
  ),
  scalar("array_size", category, { params: [anyArray], returns: INT }, "CAST(len($1) AS INTEGER)"),
  elementRow("array_contains", "spk_array_contains($1, $2)", () => BOOLEAN, nullOrUnknown),
  elementRow("array_position", "spk_array_position($1, $2)", () => LONG, anyNullable),
  elementRow("array_remove", "spk_array_remove($1, $2)", (args) => typeAt(args, 0), anyNullable),
  elementRow(
    "array_append",
    "CASE WHEN $1 IS NOT NULL THEN list_append($1, $2) END",
    (args) => array(elementOf(typeAt(args, 0)), true),
    (args) => args[0]?.nullable ?? true,
  ),
  elementRow(
    "array_prepend",
    "CASE WHEN $1 IS NOT NULL THEN list_prepend($2, $1) END",
    (args) => array(elementOf(typeAt(args, 0)), true),
    (args) => args[0]?.nullable ?? true,
  ),
  scalarBy("array_insert", category, (call) => {
    if (call.args.length !== 3) throw wrongNumber(call, "3");
    const args = withElement(call, 0, 2);
    const [list, position, value] = args;
    if (list === undefined || position === undefined || value === undefined) throw wrongNumber(call, "3");
    if (!(isIntegral(position.type) && position.type.kind !== "long") && position.type.kind !== "void") {
      throw mismatch(call, 1, '"INT"', sqlType(position.type));
    }
    return {
      args: [list, coerce(position, INT, call), value],
      type: array(elementOf(list.type), true),
      nullable: list.nullable || position.nullable,
      lower: (sql) => `spk_array_insert(${sql.join(", ")})`,
    };
  }),
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
  setRow(
    "array_union",
    "spk_array_distinct(CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN list_concat($1, $2) END)",
    (a, b) => a || b,
  ),
  setRow("array_intersect", "spk_array_intersect($1, $2)", (a, b) => a && b),
  setRow("array_except", "spk_array_except($1, $2)", (a) => a),
  scalarBy("arrays_overlap", category, (call) => {
    const args = sameArrays(call);
    return {
      args,
      type: BOOLEAN,
      nullable: anyNullable(args) || args.some((arg) => containsNull(arg.type)),
      lower: template("spk_arrays_overlap($1, $2)"),
    };
  }),
  scalarBy("array_join", category, (call) =>
    bindSignature(
      call,
      { params: [arrayOf(onlyText), onlyText], optional: [onlyText], returns: STRING },
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
