import { array, BINARY, DOUBLE, FLOAT, LONG, STRING, type DataType } from "../../core/data-type.ts";
import { DEFAULT_K, MAX_K, MIN_K, type KllKind } from "../sketch/kll.ts";
import { aggregateBy } from "./aggregates.ts";
import {
  bindSignature,
  expressionAt,
  scalar,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { arrayOf, binary, double, exactly, int, oneOf, strictly } from "./params.ts";
import { integerOf, isFoldable, notFoldable, scalarBy, typeAt, uncomputed } from "./rules.ts";

const category = "sketch";
const bytes = strictly(binary);

interface Kind {
  readonly name: KllKind;
  readonly type: DataType;
  readonly item: Param;
}

const KINDS: readonly Kind[] = [
  {
    name: "bigint",
    type: LONG,
    item: values('("TINYINT" or "INT" or "BIGINT" or "SMALLINT")', LONG, ["byte", "int", "long", "short"]),
  },
  { name: "float", type: FLOAT, item: values('"FLOAT"', FLOAT, ["float"]) },
  { name: "double", type: DOUBLE, item: values('("FLOAT" or "DOUBLE")', DOUBLE, ["float", "double"]) },
];

/** Types as they are; they become `to` in the sketch. */
function values(expected: string, to: DataType, kinds: readonly DataType["kind"][]): Param {
  return {
    expected,
    accept: (type) => (type.kind === "void" ? to : kinds.includes(type.kind) ? type : undefined),
  };
}

/** The size given at `index`; `DEFAULT_K` when none is. */
function sizeAt(call: CallSite, index: number): number {
  if (call.args.length <= index) return DEFAULT_K;
  const given = expressionAt(call, index);
  if (!isFoldable(given)) throw notFoldable(call, index, "k");
  const k = integerOf(given);
  if (k === undefined) throw uncomputed(call, "k");
  if (k === null) {
    throw call.error(
      "DATATYPE_MISMATCH.UNEXPECTED_NULL",
      `Cannot resolve "${call.name}" due to data type mismatch: The k must not be null.`,
    );
  }
  if (k < MIN_K || k > MAX_K) {
    throw call.error(
      "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT",
      `Cannot resolve "${call.name}" due to data type mismatch: [KLL_SKETCH_K_OUT_OF_RANGE] For function \`${call.name}\`, the k parameter must be between ${MIN_K} and ${MAX_K} (inclusive), but got ${k}.`,
    );
  }
  return k;
}

function rowsOf({ name, type, item }: Kind): FunctionRow[] {
  const sql = simpleName(type);
  const agg = (call: CallSite): BoundFunction => {
    const bound = bindSignature(
      call,
      { params: [item], optional: [strictly(int)], returns: BINARY, nullable: false },
      ([value = "NULL"], _, tools) =>
        `spkjs_kll_sketch_${name}(${tools.aggregate("list", [`CAST(${value} AS ${sql})`])}, ${k})`,
    );
    const k = sizeAt(call, 1);
    return bound;
  };
  const mergeAgg = (call: CallSite): BoundFunction => {
    const bound = bindSignature(
      call,
      { params: [bytes], optional: [strictly(int)], returns: BINARY, nullable: false },
      ([value = "NULL"], _, tools) =>
        `spkjs_kll_merge_all_${name}(${tools.aggregate("list", [value])}, ${k}, ${call.args.length > 1})`,
    );
    const k = sizeAt(call, 1);
    return bound;
  };
  return [
    aggregateBy(`kll_sketch_agg_${name}`, agg),
    aggregateBy(`kll_merge_agg_${name}`, mergeAgg),
    scalar(`kll_sketch_get_n_${name}`, category, { params: [bytes], returns: LONG }, `spkjs_kll_n_${name}($1)`),
    scalar(
      `kll_sketch_to_string_${name}`,
      category,
      { params: [bytes], returns: STRING },
      `spkjs_kll_text_${name}($1)`,
    ),
    scalar(
      `kll_sketch_merge_${name}`,
      category,
      { params: [bytes, bytes], returns: BINARY },
      `spkjs_kll_merge_${name}($1, $2)`,
    ),
    scalarBy(`kll_sketch_get_quantile_${name}`, category, (call) =>
      asked(call, double, type, `spkjs_kll_quantile_${name}`),
    ),
    scalarBy(`kll_sketch_get_rank_${name}`, category, (call) =>
      asked(call, exactly(type), DOUBLE, `spkjs_kll_rank_${name}`),
    ),
  ];
}

/** One question or an array of them, constant: one answer or an array of as many. */
function asked(call: CallSite, question: Param, answer: DataType, native: string): BoundFunction {
  const bound = bindSignature(
    call,
    {
      params: [bytes, oneOf(question, arrayOf(question))],
      returns: (args) => (typeAt(args, 1).kind === "array" ? array(answer, false) : answer),
    },
    ([sketch = "NULL", questions = "NULL"], site) =>
      typeAt(site.args, 1).kind === "array"
        ? `${native}(${sketch}, ${questions})`
        : `${native}(${sketch}, [${questions}])[1]`,
  );
  if (!isFoldable(expressionAt(call, 1))) throw notFoldable(call, 1, "rank");
  return bound;
}

function simpleName(type: DataType): string {
  return type.kind === "long" ? "BIGINT" : type.kind === "float" ? "FLOAT" : "DOUBLE";
}

/** Quantile sketches in the bytes of Apache DataSketches, while they are exact. */
export const kllSketches: readonly FunctionRow[] = KINDS.flatMap(rowsOf);
