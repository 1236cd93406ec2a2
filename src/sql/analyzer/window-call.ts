import type { Call } from "../ast/expression.ts";
import { partsOf } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import type { Env } from "./env.ts";
import { reference } from "./project.ts";

/** The name of the window of time that the call calls, if it does. */
export function windowName(node: Call): "window" | "session_window" | undefined {
  if (node.name.kind !== "name") return undefined;
  const parts = partsOf(node.name);
  const name = parts.length === 1 ? parts[0]?.toLowerCase() : undefined;
  return name === "window" || name === "session_window" ? name : undefined;
}

/** What such a call is where its window has become a column. */
export function windowReference(node: Call, env: Env): BoundExpression | undefined {
  if (env.timeWindow === undefined || windowName(node) === undefined) return undefined;
  return { ...reference(env.timeWindow.column), span: node.span };
}
