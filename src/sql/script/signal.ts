import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import { sqlStateOf } from "../../core/sql-state.ts";
import type { Signal } from "../ast/script.ts";
import { scriptError, type Place, type ScriptHost } from "./host.ts";
import { valueOf } from "./query.ts";
import type { Scope } from "./scope.ts";

/** `SIGNAL condition | SQLSTATE '…' [SET MESSAGE_TEXT = …]`; `RESIGNAL` raises the error that is handled just now again. */
export async function signalled<Result>(
  node: Signal,
  handled: BoathouseError | undefined,
  host: ScriptHost<Result>,
  at: Place,
): Promise<BoathouseError> {
  if (node.again) {
    if (handled === undefined) {
      const message = "RESIGNAL when handler not active.";
      return scriptError(at, node.span, "RESIGNAL_WHEN_HANDLER_NOT_ACTIVE", message);
    }
    if (node.condition === undefined && node.sqlState === undefined && node.items.length === 0) return handled;
  }
  const message = await messageText(node, host, at);
  const name = node.condition?.parts
    .map((part) => part.name)
    .join(".")
    .toUpperCase();
  if (name === undefined) {
    const code = node.sqlState === undefined ? (handled?.code ?? "USER_RAISED_EXCEPTION") : "USER_RAISED_EXCEPTION";
    return raised(code, message ?? handled?.message ?? "", node.sqlState ?? handled?.sqlState ?? "45000", node, at);
  }
  const state = conditionState(name, at.scope) ?? sqlStateOf(name);
  if (state === undefined) {
    const unknown = `The condition ${name} is not declared here, and none of Spark's.`;
    return scriptError(at, node.span, "INVALID_SIGNAL.CONDITION_NOT_FOUND", unknown);
  }
  return raised(name, message ?? name, state, node, at);
}

async function messageText<Result>(node: Signal, host: ScriptHost<Result>, at: Place): Promise<string | undefined> {
  let text: string | undefined;
  for (const { target, value, span } of node.items) {
    const name = target.parts
      .map((part) => part.name)
      .join(".")
      .toUpperCase();
    if (name !== "MESSAGE_TEXT") {
      throw scriptError(at, span, "UNSUPPORTED_FEATURE", `${name} in SIGNAL is not supported.`, "Set MESSAGE_TEXT.");
    }
    const found = await valueOf(value, host, at);
    text = typeof found.value === "string" ? found.value : "";
  }
  return text;
}

function conditionState(name: string, scope: Scope | undefined): string | undefined {
  for (let each = scope; each !== undefined; each = each.parent) {
    const state = each.conditions.get(name.toLowerCase());
    if (state !== undefined) return state;
  }
  return undefined;
}

function raised(code: string, message: string, sqlState: string, node: Signal, at: Place): BoathouseError {
  const location = locationOf(at.text, node.span.start, node.span.end, at.file);
  return new BoathouseError(code, message, { sqlState, location, source: at.text });
}
