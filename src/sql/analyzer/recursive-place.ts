import type { BoundPlan } from "../bound.ts";

/**
 * Does the recursive term use its own rows where Spark does not allow it (`INVALID_RECURSIVE_REFERENCE.PLACE`): below an
 * aggregate, a sort or a window function, or on the side of a join from which a row can be missing?
 */
export function isMisplaced(step: BoundPlan, id: number): boolean {
  return misplaced(step, id);
}

function misplaced(node: unknown, id: number): boolean {
  if (Array.isArray(node)) return node.some((each) => misplaced(each, id));
  if (!isRecord(node)) return false;
  const { kind, join, input, left, right } = node;
  if ((kind === "aggregate" || kind === "sort") && uses(input, id)) return true;
  if (kind === "project" && hasWindow(node["items"]) && uses(input, id)) return true;
  if (kind === "join") {
    if (join !== "inner" && join !== "cross" && join !== "right" && uses(right, id)) return true;
    if ((join === "right" || join === "full") && uses(left, id)) return true;
  }
  return Object.values(node).some((each) => misplaced(each, id));
}

function uses(node: unknown, id: number): boolean {
  if (Array.isArray(node)) return node.some((each) => uses(each, id));
  if (!isRecord(node)) return false;
  return (node["kind"] === "cte" && node["id"] === id) || Object.values(node).some((each) => uses(each, id));
}

/** A window function of this level, not one inside a subquery. */
function hasWindow(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(hasWindow);
  if (!isRecord(node) || node["kind"] === "subquery") return false;
  return node["kind"] === "window" || Object.values(node).some(hasWindow);
}

function isRecord(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === "object" && node !== null;
}
