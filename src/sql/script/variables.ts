import type { DataType } from "../../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import type { DropStatement } from "../ast/create.ts";
import type { Expression, NamedExpression, ObjectName } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { Query, QueryBody } from "../ast/query.ts";
import type { DeclareVariable, SetVariable } from "../ast/script.ts";
import { scriptError, type Place, type ScriptHost } from "./host.ts";
import { parseExpression } from "../parser/parse.ts";
import { literalSql } from "./literal-sql.ts";
import { assignedValues, converted, holdsQuery, valueOf, valuesOf } from "./query.ts";
import { findVariable, isSessionName, type Variable, type Variables } from "./scope.ts";

/** `DECLARE [OR REPLACE] a, b INT DEFAULT 0`: in a block variables of the block, otherwise of the session. */
export async function declareVariable<Result>(
  node: DeclareVariable,
  host: ScriptHost<Result>,
  at: Place,
): Promise<void> {
  const { scope } = at;
  const names: (readonly string[])[] = [];
  for (const each of node.names) names.push(await host.name(each, at));
  for (const [index, name] of names.entries()) {
    const shown = quoted(name);
    const span = node.names[index]?.span ?? node.span;
    if (scope !== undefined && node.replace) {
      const why = "does not support DECLARE OR REPLACE, as local variables cannot be replaced.";
      throw invalid(at, span, "REPLACE_LOCAL_VARIABLE", `The variable ${shown} ${why}`);
    }
    if (scope !== undefined && name.length > 1) {
      const why =
        "must be declared without a qualifier, as qualifiers are not allowed for local variable declarations.";
      throw invalid(at, span, "QUALIFIED_LOCAL_VARIABLE", `The variable ${shown} ${why}`);
    }
    if (!isSessionName(name)) throw unresolved(name, span, at);
    const key = keyOf(name);
    if (names.slice(0, index).some((other) => keyOf(other) === key)) {
      const message = `Found duplicate variable ${shown} in the declare variable list. Please, remove one of them.`;
      throw scriptError(at, span, "DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", message);
    }
    const variables = scope?.variables ?? host.session;
    if (!node.replace && variables.has(key)) {
      const message = `Cannot create the variable ${shown} because it already exists.`;
      throw scriptError(
        at,
        span,
        "VARIABLE_ALREADY_EXISTS",
        message,
        "Choose a different name, or drop or replace it.",
      );
    }
  }
  const { type, value } = await initial(node, host, at);
  const initialValue = node.default === undefined ? undefined : { expression: node.default, text: at.text };
  for (const name of names) {
    const last = name.at(-1) ?? "";
    const local = ["local", ...(scope?.label === undefined ? [] : [scope.label]), last];
    const shown = scope === undefined ? ["system", "session", last] : local;
    const variable: Variable = { name: shown, type, value, default: initialValue };
    (scope?.variables ?? host.session).set(keyOf(name), variable);
  }
}

async function initial<Result>(
  node: DeclareVariable,
  host: ScriptHost<Result>,
  at: Place,
): Promise<{ readonly type: DataType; readonly value: Value }> {
  const { default: expression, type } = node;
  if (expression === undefined) return { type: type ?? { kind: "void" }, value: null };
  if (holdsQuery(expression)) {
    const message =
      "Failed to execute DECLARE VARIABLE because its DEFAULT contains subquery expressions, which are not allowed.";
    throw scriptError(at, expression.span, "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", message);
  }
  if (type === undefined) return valueOf(expression, host, at);
  const { values } = await valuesOf([{ expression, type }], expression.span, host, at);
  return { type, value: values[0] ?? null };
}

/** A variable that takes a value. */
interface Target {
  readonly variables: Variables;
  readonly key: string;
  readonly variable: Variable;
}

/** The variables of that names, each once. Throws `UNRESOLVED_VARIABLE`, `DUPLICATE_ASSIGNMENTS`. */
export async function targetsOf<Result>(
  names: readonly ObjectName[],
  host: ScriptHost<Result>,
  at: Place,
): Promise<Target[]> {
  const targets: Target[] = [];
  for (const each of names) {
    const name = await host.name(each, at);
    const found = findVariable(name, at.scope, host.session);
    if (found === undefined) throw unresolved(name, each.span, at);
    if (targets.some((other) => other.variables === found.variables && other.key === found.key)) {
      const message = `The columns or variables \`${found.key}\` appear more than once as assignment targets.`;
      throw scriptError(at, each.span, "DUPLICATE_ASSIGNMENTS", message);
    }
    targets.push(found);
  }
  return targets;
}

/** `SET a = 1, b = DEFAULT`, `SET (a, b) = (SELECT …)`: all values are computed before one is set. */
export async function setVariable<Result>(node: SetVariable, host: ScriptHost<Result>, at: Place): Promise<void> {
  if (node.query !== undefined) {
    const targets = await targetsOf(node.targets, host, at);
    await withDefaults(node.query, targets, at, (query) => assignRow(query, targets, node.span, host, at));
    return;
  }
  const targets = await targetsOf(
    node.assignments.map((each) => each.target),
    host,
    at,
  );
  const items = node.assignments.map(({ value }, index) => {
    const expression = isDefault(value) ? defaultOf(targets[index]) : value;
    return { expression, type: targets[index]?.variable.type };
  });
  assign(targets, await placed(at, () => assignedValues(items, node.span, host, at)));
}

/** The one row of a query becomes the values of variables; without a row they become null. */
export async function assignRow<Result>(
  query: Query,
  targets: readonly Target[],
  span: Span,
  host: ScriptHost<Result>,
  at: Place,
  from: Place = at,
): Promise<void> {
  const { fields } = await host.schema(query, from);
  if (fields.length !== targets.length) {
    const message = `The number of columns or variables assigned or aliased: ${targets.length} does not match the number of source expressions: ${fields.length}.`;
    throw scriptError(at, span, "ASSIGNMENT_ARITY_MISMATCH", message);
  }
  const types = targets.map((each) => each.variable.type);
  const kept = host.ansi ? types : fields.map((each) => each.type);
  const [row, second] = await converted(query, kept, host, from, 2);
  if (second !== undefined) {
    throw scriptError(
      at,
      span,
      "ROW_SUBQUERY_TOO_MANY_ROWS",
      "More than one row returned by a subquery used as a row.",
    );
  }
  if (host.ansi || row === undefined) return assign(targets, row ?? []);
  const items = row.map((value, index) => {
    const expression = parseExpression(literalSql(value, kept[index] ?? { kind: "void" }));
    return { expression, type: types[index] };
  });
  assign(targets, await assignedValues(items, span, host, at));
}

export function assign(targets: readonly Target[], values: readonly Value[]): void {
  targets.forEach(({ variables, key, variable }, index) => {
    variables.set(key, { ...variable, value: values[index] ?? null });
  });
}

/** `DROP TEMPORARY VARIABLE [IF EXISTS] x`. */
export async function dropVariable<Result>(node: DropStatement, host: ScriptHost<Result>, at: Place): Promise<void> {
  if (at.scope !== undefined) {
    const message = "DROP TEMPORARY VARIABLE is not supported within SQL scripts.";
    const hint = "Use EXECUTE IMMEDIATE 'DROP TEMPORARY VARIABLE …'.";
    throw scriptError(at, node.span, "UNSUPPORTED_FEATURE.SQL_SCRIPTING_DROP_TEMPORARY_VARIABLE", message, hint);
  }
  const name = await host.name(node.name, at);
  if (!isSessionName(name)) throw unresolved(name, node.name.span, at);
  if (host.session.delete(keyOf(name)) || node.ifExists) return;
  const message = `The variable ${quoted(["system", "session", name.at(-1) ?? ""])} cannot be found.`;
  const hint = "Verify the spelling, or use DROP TEMPORARY VARIABLE IF EXISTS.";
  throw scriptError(at, node.name.span, "VARIABLE_NOT_FOUND", message, hint);
}

/** `SET x = 1` sets a setting: of a variable it is refused, which needs SET VARIABLE. */
export function refuseVariable(key: string, span: Span, at: Place, session: Variables): void {
  if (findVariable(key.split("."), undefined, session) === undefined) return;
  const message = `${key} is a VARIABLE and cannot be updated using the SET statement.`;
  throw scriptError(
    at,
    span,
    "UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET",
    message,
    `Use SET VARIABLE ${key} = … instead.`,
  );
}

function keyOf(name: readonly string[]): string {
  return (name.at(-1) ?? "").toLowerCase();
}

function quoted(name: readonly string[]): string {
  return name.map((part) => `\`${part}\``).join(".");
}

function unresolved(name: readonly string[], span: Span, at: Place): Error {
  const message = `Cannot resolve variable ${quoted(name)} on search path \`SYSTEM\`.\`SESSION\`.`;
  return scriptError(at, span, "UNRESOLVED_VARIABLE", message);
}

function invalid(at: Place, span: Span, reason: string, message: string): Error {
  return scriptError(at, span, `INVALID_VARIABLE_DECLARATION.${reason}`, `Invalid variable declaration. ${message}`);
}

function isDefault(node: Expression): boolean {
  const [part, second] = node.kind === "column" ? node.parts : [];
  return part !== undefined && second === undefined && !part.quoted && part.name.toUpperCase() === "DEFAULT";
}

function defaultOf(target: Target | undefined): Expression {
  const span = { start: 0, end: 0 };
  const none: Expression = { kind: "literal", span, type: { kind: "void" }, value: null };
  return target?.variable.default?.expression ?? none;
}

/** `DEFAULT` in a row of values is a column of that name if there is one, and otherwise the variable's default. */
async function withDefaults(
  query: Query,
  targets: readonly Target[],
  at: Place,
  run: (query: Query) => Promise<void>,
): Promise<void> {
  const replaced: Query = { ...query, body: bodyWithDefaults(query.body, targets) };
  try {
    await run(query);
  } catch (error) {
    if (!isMissingDefault(error)) throw error;
    await placed(at, () => run(replaced));
  }
}

function bodyWithDefaults(body: QueryBody, targets: readonly Target[]): QueryBody {
  const value = (node: Expression, index: number): Expression => (isDefault(node) ? defaultOf(targets[index]) : node);
  if (body.kind === "select") {
    const items = body.items.map((item, index): NamedExpression => {
      return { ...item, expression: value(item.expression, index) };
    });
    return { ...body, items };
  }
  if (body.kind === "query") return { ...body, body: bodyWithDefaults(body.body, targets) };
  if (body.kind !== "inline_table") return body;
  const rows = body.rows.map((row) =>
    row.kind === "struct"
      ? { ...row, fields: row.fields.map((each, index) => ({ ...each, expression: value(each.expression, index) })) }
      : value(row, 0),
  );
  return { ...body, rows };
}

function isMissingDefault(error: unknown): boolean {
  return isBoathouseError(error) && error.code.startsWith("UNRESOLVED_COLUMN") && /`default`/i.test(error.message);
}

/** The word DEFAULT stands alone or not at all. */
async function placed<T>(at: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isMissingDefault(error) || !isBoathouseError(error) || /`\.`?default/i.test(error.message)) throw error;
    const message =
      "A DEFAULT keyword in a MERGE, INSERT, UPDATE, or SET VARIABLE command could not be directly assigned to a target column because it was part of an expression.";
    const { location, source } = error;
    throw new BoathouseError("DEFAULT_PLACEMENT_INVALID", message, {
      ...(location === undefined ? {} : { location }),
      source: source ?? at.text,
      hint: "Write DEFAULT alone: SET x = DEFAULT.",
    });
  }
}
