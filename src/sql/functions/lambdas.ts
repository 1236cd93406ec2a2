import { hasInnerNulls, sortedByForm } from "../types/order-form.ts";
import { array, BOOLEAN, INT, map, sameType, simpleString, type DataType } from "../../core/data-type.ts";

import { unreachable } from "../../core/errors.ts";
import type { BoundExpression, LambdaExpression } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { quoteIdentifier } from "../quote.ts";
import { commonType } from "../types/common-type.ts";
import { isOrderable } from "../types/kinds.ts";
import { containsNull, elementOf } from "./array-types.ts";
import {
  coerce,
  expressionAt,
  lambdaAt,
  mismatch,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { anyMap, boolean, anArray } from "./params.ts";
import { scalarBy } from "./rules.ts";

const category = "higher-order";

/** `lambda "x", "y": body` in its parts. */
function partsOf(sql: string): { readonly names: readonly string[]; readonly body: string } {
  const match = /^lambda ((?:"(?:[^"]|"")*"|[A-Za-z_]\w*)(?:, (?:"(?:[^"]|"")*"|[A-Za-z_]\w*))*): ([^]*)$/.exec(sql);
  if (match?.[1] === undefined || match[2] === undefined) return unreachable(`Not a lambda: ${sql}`);
  return { names: match[1].split(/, (?=")|, (?=[A-Za-z_])/), body: match[2] };
}

/** `body` where each name stands for a value, evaluated once. */
function letIn(bindings: readonly (readonly [name: string, value: string])[], body: string): string {
  return bindings.reduceRight(
    (inner, [name, value]) => `list_transform([${value}], lambda ${name}: ${inner})[1]`,
    body,
  );
}

/** A lambda applied to values. */
function apply(lambda: string, values: readonly string[]): string {
  const { names, body } = partsOf(lambda);
  return letIn(
    names.map((name, index) => [name, values[index] ?? "NULL"] as const),
    body,
  );
}

/** A DuckDB lambda over an element and its index from 0, as Spark counts, for a Spark lambda of one or two parameters. */
function indexed(lambda: string, tools: LoweringTools): string {
  const { names, body } = partsOf(lambda);
  const [element, position] = names;
  if (position === undefined) return lambda;
  const at = quoteIdentifier(tools.fresh("i"));
  return `lambda ${element ?? "x"}, ${at}: ${letIn([[position, `CAST(${at} - 1 AS INTEGER)`]], body)}`;
}

function arrayAt(call: CallSite, index: number): BoundExpression {
  const arg = expressionAt(call, index);
  const type = anArray.accept(arg.type, call.context.ansi);
  if (type === undefined) throw mismatch(call, index, anArray.expected, simpleString(arg.type));
  return coerce(arg, type, call);
}

function mapAt(
  call: CallSite,
  index: number,
): { readonly arg: BoundExpression; readonly key: DataType; readonly value: DataType; readonly nulls: boolean } {
  const given = expressionAt(call, index);
  const { type } = given;
  if (type.kind !== "map") throw mismatch(call, index, anyMap.expected, simpleString(given.type));
  return { arg: coerce(given, type, call), key: type.key, value: type.value, nulls: type.valueContainsNull };
}

function element(list: BoundExpression): { readonly type: DataType; readonly nullable: boolean } {
  return { type: elementOf(list.type), nullable: containsNull(list.type) };
}

const INDEX = { type: INT, nullable: false };

/** A lambda's body brought to a type. */
function bodyAs(lambda: LambdaExpression, type: DataType, call: CallSite): LambdaExpression {
  const body = coerce(lambda.body, type, call);
  return { ...lambda, body, type: body.type, nullable: body.nullable };
}

function predicate(lambda: LambdaExpression, call: CallSite, index: number): LambdaExpression {
  if (boolean.accept(lambda.type, call.context.ansi) === undefined)
    throw mismatch(call, index, '"BOOLEAN"', simpleString(lambda.type));
  return bodyAs(lambda, BOOLEAN, call);
}

function checkCount(call: CallSite, ...counts: readonly number[]): void {
  if (!counts.includes(call.args.length)) throw wrongNumber(call, counts.join(" or "));
}

function transform(call: CallSite): BoundFunction {
  checkCount(call, 2);
  const list = arrayAt(call, 0);
  const lambda = lambdaAt(call, 1, 1, 2).bind([element(list), INDEX]);
  return {
    args: [list, lambda],
    type: array(lambda.type, lambda.nullable),
    nullable: list.nullable,
    lower: ([value = "", f = ""], _, tools) => `list_transform(${value}, ${indexed(f, tools)})`,
  };
}

function filter(call: CallSite): BoundFunction {
  checkCount(call, 2);
  const list = arrayAt(call, 0);
  const lambda = predicate(lambdaAt(call, 1, 1, 2).bind([element(list), INDEX]), call, 1);
  return {
    args: [list, lambda],
    type: list.type,
    nullable: list.nullable,
    lower: ([value = "", f = ""], _, tools) => `list_filter(${value}, ${indexed(f, tools)})`,
  };
}

function quantified(macro: "spk_any" | "spk_all"): (call: CallSite) => BoundFunction {
  return (call) => {
    checkCount(call, 2);
    const list = arrayAt(call, 0);
    const lambda = predicate(lambdaAt(call, 1, 1).bind([element(list)]), call, 1);
    return {
      args: [list, lambda],
      type: BOOLEAN,
      nullable: list.nullable || lambda.nullable,
      lower: ([value = "", f = ""]) => `${macro}(list_transform(${value}, ${f}))`,
    };
  };
}

/** `aggregate(array, start, (acc, x) -> …, acc -> …)`: elements and the state travel together in one struct. */
function aggregate(call: CallSite): BoundFunction {
  checkCount(call, 3, 4);
  const list = arrayAt(call, 0);
  const start = expressionAt(call, 1);
  const state = { type: start.type, nullable: true };
  const merge = lambdaAt(call, 2, 2).bind([state, element(list)]);
  if (!sameType(merge.type, start.type) && merge.type.kind !== "void") {
    throw mismatch(call, 2, `"${simpleString(start.type).toUpperCase()}"`, simpleString(merge.type));
  }
  const finish = call.args.length === 4 ? lambdaAt(call, 3, 1).bind([state]) : undefined;
  const { type, nullable } = finish ?? { type: start.type, nullable: true };
  return {
    args: finish === undefined ? [list, start, merge] : [list, start, merge, finish],
    type,
    nullable: nullable || list.nullable,
    pretty: (texts) =>
      `${call.name}(${[...texts, ...(finish === undefined ? ["lambdafunction(namedlambdavariable(), namedlambdavariable())"] : [])].join(", ")})`,
    lower: ([value = "", initial = "", f = "", last], _, tools) => {
      const [a, b, v] = ["a", "b", "v"].map((hint) => quoteIdentifier(tools.fresh(hint)));
      const stateType = tools.typeName(start.type);
      const elementType = tools.typeName(elementOf(list.type));
      const first = `[{'acc': CAST(${initial} AS ${stateType}), 'x': CAST(NULL AS ${elementType})}]`;
      const rest = `list_transform(${value}, lambda ${v ?? ""}: {'acc': CAST(NULL AS ${stateType}), 'x': ${v ?? ""}})`;
      const step = apply(f, [`${a ?? ""}."acc"`, `${b ?? ""}."x"`]);
      const reduced = `list_reduce(list_concat(${first}, ${rest}), lambda ${a ?? ""}, ${b ?? ""}: {'acc': CAST(${step} AS ${stateType}), 'x': CAST(NULL AS ${elementType})})`;
      const result = `CASE WHEN ${value} IS NOT NULL THEN struct_extract(${reduced}, 'acc') END`;
      return last === undefined ? result : `CASE WHEN ${value} IS NOT NULL THEN ${apply(last, [result])} END`;
    },
  };
}

function zipWith(call: CallSite): BoundFunction {
  checkCount(call, 3);
  const [left, right] = [arrayAt(call, 0), arrayAt(call, 1)];
  const lambda = lambdaAt(call, 2, 2).bind([
    { type: elementOf(left.type), nullable: true },
    { type: elementOf(right.type), nullable: true },
  ]);
  return {
    args: [left, right, lambda],
    type: array(lambda.type, lambda.nullable),
    nullable: left.nullable || right.nullable,
    lower: ([a = "", b = "", f = ""], _, tools) =>
      tools.once(a, (x) =>
        tools.once(b, (y) => {
          const k = quoteIdentifier(tools.fresh("k"));
          const each = apply(f, [`${x}[${k}]`, `${y}[${k}]`]);
          return `CASE WHEN ${x} IS NOT NULL AND ${y} IS NOT NULL THEN list_transform(range(1, greatest(len(${x}), len(${y})) + 1), lambda ${k}: ${each}) END`;
        }),
      ),
  };
}

/** Entries of a map through a lambda over key and value. */
function overEntries(
  lambda: LambdaExpression,
  given: BoundExpression,
  type: DataType,
  make: (entry: string, applied: string) => string,
  native: "list_filter" | "list_transform",
): BoundFunction {
  return {
    args: [given, lambda],
    type,
    nullable: given.nullable,
    lower: ([value = "", f = ""], _, tools) => {
      const e = quoteIdentifier(tools.fresh("e"));
      const applied = apply(f, [`${e}."key"`, `${e}."value"`]);
      const entries = `${native}(map_entries(${value}), lambda ${e}: ${make(e, applied)})`;
      return `CAST(map_from_entries(${entries}) AS ${tools.typeName(type)})`;
    },
  };
}

function mapFilter(call: CallSite): BoundFunction {
  checkCount(call, 2);
  const { arg, key, value, nulls } = mapAt(call, 0);
  const lambda = predicate(
    lambdaAt(call, 1, 2).bind([
      { type: key, nullable: false },
      { type: value, nullable: nulls },
    ]),
    call,
    1,
  );
  return overEntries(lambda, arg, arg.type, (_, applied) => applied, "list_filter");
}

function transformKeys(call: CallSite): BoundFunction {
  checkCount(call, 2);
  const { arg, key, value, nulls } = mapAt(call, 0);
  const lambda = lambdaAt(call, 1, 2).bind([
    { type: key, nullable: false },
    { type: value, nullable: nulls },
  ]);
  return overEntries(
    lambda,
    arg,
    map(lambda.type, value, nulls),
    (e, applied) => `{'key': ${applied}, 'value': ${e}."value"}`,
    "list_transform",
  );
}

function transformValues(call: CallSite): BoundFunction {
  checkCount(call, 2);
  const { arg, key, value, nulls } = mapAt(call, 0);
  const lambda = lambdaAt(call, 1, 2).bind([
    { type: key, nullable: false },
    { type: value, nullable: nulls },
  ]);
  return overEntries(
    lambda,
    arg,
    map(key, lambda.type, lambda.nullable),
    (e, applied) => `{'key': ${e}."key", 'value': ${applied}}`,
    "list_transform",
  );
}

function mapZipWith(call: CallSite): BoundFunction {
  checkCount(call, 3);
  const [left, right] = [mapAt(call, 0), mapAt(call, 1)];
  const key = commonType([left.key, right.key], call.context.ansi);
  if (key === undefined) {
    throw call.error(
      "DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES",
      'Cannot resolve "map_zip_with" due to data type mismatch: Input to the `map_zip_with` should have been two "MAP"s with compatible key types.',
    );
  }
  const lambda = lambdaAt(call, 2, 3).bind([
    { type: key, nullable: false },
    { type: left.value, nullable: true },
    { type: right.value, nullable: true },
  ]);
  const args = [
    coerce(left.arg, map(key, left.value, left.nulls), call),
    coerce(right.arg, map(key, right.value, right.nulls), call),
    lambda,
  ];
  const type = map(key, lambda.type, lambda.nullable);
  return {
    args,
    type,
    nullable: left.arg.nullable || right.arg.nullable,
    lower: ([a = "", b = "", f = ""], _, tools) =>
      tools.once(a, (m) =>
        tools.once(b, (n) => {
          const k = quoteIdentifier(tools.fresh("k"));
          const each = apply(f, [k, `map_extract(${m}, ${k})[1]`, `map_extract(${n}, ${k})[1]`]);
          const keys = `spk_array_distinct(list_concat(map_keys(${m}), map_keys(${n})))`;
          const entries = `list_transform(${keys}, lambda ${k}: {'key': ${k}, 'value': ${each}})`;
          return `CASE WHEN ${m} IS NOT NULL AND ${n} IS NOT NULL THEN CAST(map_from_entries(${entries}) AS ${tools.typeName(type)}) END`;
        }),
      ),
  };
}

/** Nulls last without a comparator; with one a stable insertion sort by it. */
function arraySort(call: CallSite): BoundFunction {
  checkCount(call, 1, 2);
  const list = arrayAt(call, 0);
  if (call.args.length === 1) {
    if (!isOrderable(list.type)) throw mismatch(call, 0, '"ORDERABLE"', simpleString(list.type));
    return {
      args: [list],
      type: list.type,
      nullable: list.nullable,
      lower: ([value = ""], _, tools) => {
        const { type } = element(list);
        if (!hasInnerNulls(type)) return `list_sort(${value}, 'ASC', 'NULLS LAST')`;
        return sortedByForm(value, type, { direction: "ASC", nulls: "LAST" }, tools);
      },
      pretty: ([value = ""]) => `array_sort(${value}, ${DEFAULT_COMPARATOR})`,
    };
  }
  const compared = lambdaAt(call, 1, 2).bind([element(list), element(list)]);
  const lambda = bodyAs(compared, INT, call);
  return {
    args: [list, lambda],
    type: list.type,
    nullable: list.nullable,
    lower: ([value = "", f = ""], _, tools) => {
      const [a, b, v, e, n] = ["a", "b", "v", "e", "n"].map((hint) => quoteIdentifier(tools.fresh(hint)));
      const order = apply(f, [e ?? "", `${b ?? ""}[1]`]);
      const refused =
        "error('[COMPARATOR_RETURNS_NULL] The comparator has returned a NULL for a comparison between elements.')";
      const before = `len(list_filter(${a ?? ""}, lambda ${e ?? ""}: coalesce(${order}, ${refused}) <= 0))`;
      const inserted = letIn(
        [[n ?? "", before]],
        `list_concat(${a ?? ""}[1:${n ?? ""}], ${b ?? ""}, ${a ?? ""}[${n ?? ""} + 1:])`,
      );
      const singles = `list_transform(${value}, lambda ${v ?? ""}: [${v ?? ""}])`;
      return `CASE WHEN len(${value}) < 2 THEN ${value} ELSE list_reduce(${singles}, lambda ${a ?? ""}, ${b ?? ""}: ${inserted}) END`;
    },
  };
}

const DEFAULT_COMPARATOR =
  "lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, (IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < namedlambdavariable()), -1, (IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable())";

export const lambdas: readonly FunctionRow[] = [
  scalarBy("transform", category, transform),
  scalarBy("filter", category, filter),
  scalarBy("exists", category, quantified("spk_any")),
  scalarBy(["forall"], category, quantified("spk_all")),
  scalarBy(["aggregate", "reduce"], category, aggregate),
  scalarBy("zip_with", category, zipWith),
  scalarBy("map_filter", category, mapFilter),
  scalarBy("transform_keys", category, transformKeys),
  scalarBy("transform_values", category, transformValues),
  scalarBy("map_zip_with", category, mapZipWith),
  scalarBy("array_sort", category, arraySort),
];
