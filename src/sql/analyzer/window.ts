import type {
  FrameBound as FrameBoundNode,
  Window,
  WindowFrame as FrameNode,
  WindowReference,
} from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { AggregateExpression, BoundExpression, FrameBound, SortOrder, WindowFrame } from "../bound.ts";
import type { DataType } from "../../core/data-type.ts";
import { castTo } from "../types/cast-expression.ts";
import { isFoldable } from "../functions/rules.ts";
import { displayType } from "../types/duckdb-type.ts";
import { isIntegral, isInterval, isNumeric } from "../types/kinds.ts";
import { failure } from "./analysis.ts";
import { bind, bindAll, type Env } from "./env.ts";
import { bindSortItems } from "./order.ts";
import { refuseVariantPartitions } from "./variant-use.ts";

const ROWS_TO_CURRENT = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
const RANGE_TO_CURRENT = "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
const WHOLE = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";

/** The frames that Spark's window functions have by themselves. */
const OWN_FRAMES: Readonly<Record<string, string>> = {
  row_number: ROWS_TO_CURRENT,
  rank: ROWS_TO_CURRENT,
  dense_rank: ROWS_TO_CURRENT,
  percent_rank: ROWS_TO_CURRENT,
  ntile: ROWS_TO_CURRENT,
  cume_dist: RANGE_TO_CURRENT,
};

/** `function OVER (…)`. */
export function bindWindow(
  call: AggregateExpression,
  over: Window | WindowReference,
  kind: "aggregate" | "window",
  span: Span,
  env: Env,
  /** Whether the call has WITHIN GROUP. */
  inGroup = false,
): BoundExpression {
  if (!env.allows.windows) {
    const where = env.allows.clause === "WHERE" ? "INVALID_WHERE_CONDITION" : "UNSUPPORTED_EXPR_FOR_OPERATOR";
    throw failure(
      env.analysis,
      span,
      where,
      `The window function "${call.name}" is not allowed in ${env.allows.clause}.`,
      { sqlState: "42903" },
    );
  }
  const spec = definition(over, env);
  const inner: Env = { ...env, allows: { ...env.allows, windows: false, generators: false } };
  const partitionBy = bindAll(spec.partitionBy, inner);
  refuseVariantPartitions(partitionBy, env.analysis);
  const orderBy = bindSortItems(spec.orderBy, inner);
  const frame = spec.frame === undefined ? undefined : bindFrame(spec.frame, orderBy, inner);
  if (inGroup && (orderBy.length > 0 || frame !== undefined)) {
    throw failure(
      env.analysis,
      span,
      "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC",
      `Cannot specify ORDER BY or a window frame for ${call.name}: it has an order of its own.`,
    );
  }
  if (
    kind === "window" &&
    orderBy.length === 0 &&
    call.name !== "nth_value" &&
    call.name !== "first_value" &&
    call.name !== "last_value"
  ) {
    throw failure(
      env.analysis,
      span,
      "WINDOW_FUNCTION_AND_FRAME_MISMATCH",
      `${call.name} function can only be evaluated in an ordered row-based window frame with a single offset: ORDER BY is missing.`,
      { sqlState: "42K0E" },
    );
  }
  const own = OWN_FRAMES[call.name] ?? offsetFrame(call);
  return {
    kind: "window",
    function: call,
    partitionBy,
    orderBy,
    frame: own === undefined ? frame : undefined,
    shownFrame: own ?? (orderBy.length === 0 ? WHOLE : RANGE_TO_CURRENT),
    type: call.type,
    nullable: call.nullable,
    span,
  };
}

function offsetFrame(call: AggregateExpression): string | undefined {
  if (call.name !== "lag" && call.name !== "lead") return undefined;
  const [, offset] = call.args;
  const constant = offset?.kind === "literal" && typeof offset.value === "bigint" ? offset.value : 1n;
  const shown = call.name === "lag" ? -constant : constant;
  return `ROWS BETWEEN ${shown} FOLLOWING AND ${shown} FOLLOWING`;
}

function definition(over: Window | WindowReference, env: Env, depth = 0): Window {
  if (over.kind === "window") return over;
  const found = env.windows.get(over.name.name.toLowerCase());
  if (found === undefined || depth > 20) {
    throw failure(
      env.analysis,
      over.span,
      "MISSING_WINDOW_SPECIFICATION",
      `Window specification is not defined in the WINDOW clause for \`${over.name.name}\`.`,
    );
  }
  return definition(found, env, depth + 1);
}

function bindFrame(node: FrameNode, orderBy: readonly SortOrder[], env: Env): WindowFrame {
  const start = bindBound(node.start, node.units, orderBy, env);
  const end: FrameBound =
    node.end === undefined ? { kind: "current_row" } : bindBound(node.end, node.units, orderBy, env);
  const offsets = [start, end].some((bound) => bound.kind === "preceding" || bound.kind === "following");
  if (node.units === "range" && offsets && orderBy.length !== 1) {
    const condition = orderBy.length === 0 ? "RANGE_FRAME_WITHOUT_ORDER" : "RANGE_FRAME_MULTI_ORDER";
    throw failure(
      env.analysis,
      node.span,
      `DATATYPE_MISMATCH.${condition}`,
      "A range window frame with value boundaries needs exactly one ORDER BY expression.",
    );
  }
  return { unit: node.units, start, end };
}

function bindBound(node: FrameBoundNode, unit: "rows" | "range", orderBy: readonly SortOrder[], env: Env): FrameBound {
  if (node.side === "current_row") return { kind: "current_row" };
  if (node.offset === undefined)
    return { kind: node.side === "preceding" ? "unbounded_preceding" : "unbounded_following" };
  const offset = bind(node.offset, env);
  const [order] = orderBy;
  if (unit === "rows" || !isFoldable(offset)) checkRows(offset, node.span, env);
  if (unit === "range" && order !== undefined) checkRange(order.expression.type, offset.type, node.span, env);
  const isNumber =
    order !== undefined &&
    unit === "range" &&
    order.expression.type.kind !== "date" &&
    !order.expression.type.kind.startsWith("timestamp");
  return { kind: node.side, offset: isNumber ? castTo(offset, order.expression.type, "ansi") : offset };
}

function checkRows(offset: BoundExpression, span: Span, env: Env): void {
  const problem = !isFoldable(offset)
    ? (["WITHOUT_FOLDABLE", "the bound of the window frame is not a foldable expression"] as const)
    : isIntegral(offset.type) && offset.type.kind !== "long"
      ? undefined
      : ([
          "UNACCEPTED_TYPE",
          `the bound of a window frame of rows must be "INT", not "${displayType(offset.type)}"`,
        ] as const);
  if (problem === undefined) return;
  const [name, why] = problem;
  throw failure(
    env.analysis,
    span,
    `DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_${name}`,
    `Cannot resolve the window frame due to data type mismatch: ${why}.`,
  );
}

/** What can be added to the ordering value (Spark: `WindowSpecDefinition.isValidFrameType`). */
function checkRange(order: DataType, offset: DataType, span: Span, env: Env): void {
  const isTime = order.kind === "timestamp" || order.kind === "timestamp_ntz";
  const fits =
    (isNumeric(order) && isNumeric(offset)) ||
    (order.kind === "date" && (isIntegral(offset) || isInterval(offset))) ||
    (isTime && isInterval(offset)) ||
    order.kind === "time" ||
    (isInterval(order) && order.kind === offset.kind);
  if (fits || order.kind === "void") return;
  const isUnaccepted = order.kind === "string" || order.kind === "boolean";
  throw failure(
    env.analysis,
    span,
    `DATATYPE_MISMATCH.${isUnaccepted ? "SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE" : "RANGE_FRAME_INVALID_TYPE"}`,
    `Cannot resolve the window frame due to data type mismatch: the data type "${displayType(order)}" used in the order specification does not match the data type "${displayType(offset)}" which is used in the range frame.`,
  );
}
