import type { DataType } from "../../core/data-type.ts";
import { sqlType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import type { NamedExpression } from "../ast/expression.ts";
import type { ExecuteImmediate } from "../ast/script.ts";
import { parseStatement } from "../parser/parse.ts";
import { scriptError, type Place, type ScriptHost } from "./host.ts";
import { literalSql } from "./literal-sql.ts";
import { markersOf, withValues, type Marker } from "./markers.ts";
import { holdsQuery, valueOf } from "./query.ts";
import { assignRow, targetsOf } from "./variables.ts";

/** An argument of USING, as SQL. */
interface Argument {
  readonly name: string | undefined;
  readonly sql: string;
}

/**
 * `EXECUTE IMMEDIATE text [INTO variables] [USING arguments]`: the values of the arguments take the places of the text's markers,
 * so they may stand wherever a literal may. The statement sees the session's variables, not those of a script around it.
 */
export async function executeImmediate<Result>(
  node: ExecuteImmediate,
  host: ScriptHost<Result>,
  at: Place,
): Promise<Result> {
  const template = await textOf(node, host, at);
  const markers = markersOf(template);
  const named = markers.some((each) => each.name !== undefined);
  if (named && !markers.every((each) => each.name !== undefined)) withValues(template, markers, () => "");
  const args = await argumentsOf(node.using, host, at);
  if (named) requireNames(args, node, at);
  const text = withValues(template, markers, (marker, index) => argumentFor(marker, index, args)?.sql);
  const statement = parseStatement(text);
  if (statement.kind === "block") {
    const message = `SQL Scripts in EXECUTE IMMEDIATE commands are not allowed. Please ensure that the SQL query provided (${template}) is not SQL Script.`;
    throw scriptError(at, node.statement.span, "SQL_SCRIPT_IN_EXECUTE_IMMEDIATE", message);
  }
  const inside: Place = { text, file: undefined, scope: undefined };
  if (node.into.length === 0) return host.run(statement, inside);
  if (statement.kind !== "query") {
    const message =
      "The INTO clause of EXECUTE IMMEDIATE is only valid for queries, but the given statement is not a query.";
    throw scriptError(at, node.span, "INVALID_STATEMENT_FOR_EXECUTE_INTO", message);
  }
  const targets = await targetsOf(node.into, host, at);
  await assignRow(statement, targets, node.span, host, at, inside);
  return host.nothing("EXECUTE IMMEDIATE");
}

async function textOf<Result>(node: ExecuteImmediate, host: ScriptHost<Result>, at: Place): Promise<string> {
  const { span } = node.statement;
  const { type, value } = await valueOf(node.statement, host, at);
  if (type.kind !== "string") {
    const message = `Expression type must be string type but got "${sqlType(type)}".`;
    throw scriptError(at, span, "INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", message);
  }
  if (typeof value === "string") return value;
  const message = `Execute immediate requires a non-null variable as the query string, but the provided variable ${at.text.slice(span.start, span.end)} is null.`;
  throw scriptError(at, span, "NULL_QUERY_STRING_EXECUTE_IMMEDIATE", message);
}

async function argumentsOf<Result>(
  using: readonly NamedExpression[],
  host: ScriptHost<Result>,
  at: Place,
): Promise<Argument[]> {
  const found: Argument[] = [];
  for (const each of using) {
    const { expression, aliases } = each;
    if (holdsQuery(expression)) {
      const shown = at.text.slice(expression.span.start, expression.span.end);
      const message = `A query parameter contains unsupported expression: ${shown}. Parameters can either be variables or literals.`;
      throw scriptError(at, expression.span, "UNSUPPORTED_EXPR_FOR_PARAMETER", message);
    }
    const { type, value }: { type: DataType; value: Value } = await valueOf(expression, host, at);
    const own = expression.kind === "column" ? expression.parts.at(-1)?.name : undefined;
    found.push({ name: aliases[0]?.name ?? own, sql: literalSql(value, type) });
  }
  const names = using.flatMap((each) => each.aliases.map((alias) => alias.name.toLowerCase()));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    const message = `The USING clause of this EXECUTE IMMEDIATE command contained multiple arguments with same alias (\`${twice}\`), which is invalid; please update the command to specify unique aliases and then try it again.`;
    const [first] = using;
    throw scriptError(at, first?.span ?? { start: 0, end: 0 }, "EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", message);
  }
  return found;
}

function requireNames(args: readonly Argument[], node: ExecuteImmediate, at: Place): void {
  const nameless = node.using.filter((_, index) => args[index]?.name === undefined);
  const [first] = nameless;
  if (first === undefined) return;
  const shown = nameless.map((each) => at.text.slice(each.span.start, each.span.end)).join(", ");
  const message = `Using name parameterized queries requires all parameters to be named. Parameters missing names: ${shown}.`;
  throw scriptError(at, first.span, "ALL_PARAMETERS_MUST_BE_NAMED", message);
}

function argumentFor(marker: Marker, index: number, args: readonly Argument[]): Argument | undefined {
  if (marker.name === undefined) return args[index];
  return args.find((each) => each.name === marker.name);
}
