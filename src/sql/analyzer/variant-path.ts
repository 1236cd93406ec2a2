import type { JsonPath } from "../ast/expression.ts";

/** The field that a path into a VARIANT ends with, which names the column. */
export function variantPathName(node: JsonPath): string | undefined {
  const last = node.path.findLast((step) => typeof step.key === "string");
  if (typeof last?.key !== "string") return undefined;
  return last.brackets ? last.key : last.key.split(".").at(-1);
}
