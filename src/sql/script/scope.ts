import type { DataType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import type { Expression } from "../ast/expression.ts";
import type { DeclareHandler } from "../ast/script.ts";
import type { VariableValue } from "../resolver.ts";
import type { ScriptCursor } from "./cursor.ts";
import { literalSql } from "./literal-sql.ts";

/** A variable of the session or of a block. */
export interface Variable {
  /** As it is shown: `["system", "session", "x"]`, `["local", "label", "x"]`. */
  readonly name: readonly string[];
  readonly type: DataType;
  /** As results have it, instants in UTC. */
  readonly value: Value;
  /** What `SET x = DEFAULT` computes again, with the text that it stands in. */
  readonly default: { readonly expression: Expression; readonly text: string } | undefined;
}

/** Variables by name in lower case. */
export type Variables = Map<string, Variable>;

/** What one block of a script has declared, inside of what is around it. */
export interface Scope {
  readonly label: string | undefined;
  readonly parent: Scope | undefined;
  readonly variables: Variables;
  /** Conditions by name in lower case, with their SQLSTATE. */
  readonly conditions: Map<string, string>;
  readonly cursors: Map<string, ScriptCursor>;
  readonly handlers: DeclareHandler[];
  /** Where handlers are looked for next: in the body of a handler outside of the block that declares it. */
  readonly outerHandlers: Scope | undefined;
}

export function newScope(
  label: string | undefined,
  parent: Scope | undefined,
  outerHandlers: Scope | undefined,
): Scope {
  return {
    label: label?.toLowerCase(),
    parent,
    variables: new Map(),
    conditions: new Map(),
    cursors: new Map(),
    handlers: [],
    outerHandlers,
  };
}

/** The map in which a variable of that name lives, and its key there. Local ones hide those of the session. */
export function findVariable(
  name: readonly string[],
  scope: Scope | undefined,
  session: Variables,
): { readonly variables: Variables; readonly key: string; readonly variable: Variable } | undefined {
  const parts = name.map((part) => part.toLowerCase());
  const key = parts.at(-1) ?? "";
  const label = parts.length === 2 ? parts[0] : undefined;
  if (parts.length <= 2) {
    for (let each = scope; each !== undefined; each = each.parent) {
      const variable = label === undefined || label === each.label ? each.variables.get(key) : undefined;
      if (variable !== undefined) return { variables: each.variables, key, variable };
    }
  }
  const variable = isSessionName(parts) ? session.get(key) : undefined;
  return variable === undefined ? undefined : { variables: session, key, variable };
}

/** `x`, `session.x`, `system.session.x`. */
export function isSessionName(name: readonly string[]): boolean {
  const before = name.slice(0, -1).map((part) => part.toLowerCase());
  return before.length === 0 || ["session", "system.session"].includes(before.join("."));
}

/** What analysis needs of a variable. */
export function variableValue(
  name: readonly string[],
  scope: Scope | undefined,
  session: Variables,
): VariableValue | undefined {
  const variable = findVariable(name, scope, session)?.variable;
  if (variable === undefined) return undefined;
  const { type, value } = variable;
  return { name: variable.name, type, nullable: value === null, sql: literalSql(value, type) };
}
