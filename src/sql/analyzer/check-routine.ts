import type { CreateFunction } from "../ast/create.ts";
import type { BoundExpression } from "../bound.ts";
import { holdsQuery } from "../script/query.ts";
import { displayType } from "../types/duckdb-type.ts";
import { canCast } from "../types/cast-rules.ts";
import type { DataType } from "../../core/data-type.ts";
import type { AnalysisContext, Resolver, Routine } from "../resolver.ts";
import { failure, newAnalysis, newColumn, type Analysis } from "./analysis.ts";
import { binders } from "./analyze.ts";
import { bind, rootEnv, type Env } from "./env.ts";
import { reference } from "./project.ts";

/**
 * What a CREATE FUNCTION says wrongly: its names, its defaults, and a body that cannot be analyzed. Throws Spark's
 * `USER_DEFINED_FUNCTIONS.…`, `DUPLICATE_ROUTINE_…` and what analysis of the body throws.
 */
export function checkRoutine(
  statement: CreateFunction,
  routine: Routine,
  resolver: Resolver,
  context: AnalysisContext,
): void {
  const analysis = newAnalysis(context, resolver);
  checkNames(statement, routine, analysis);
  checkDefaults(statement, routine, analysis);
  const parameters = new Map<string, BoundExpression>();
  for (const { name, type } of routine.parameters) {
    const column = reference(newColumn(analysis, name, type, true));
    parameters.set(name.toLowerCase(), column);
    parameters.set(`${routine.name.at(-1) ?? ""}.${name}`.toLowerCase(), column);
  }
  checkBody(statement, routine, { ...rootEnv(analysis, binders), parameters });
}

function checkNames({ parameters, returns, span }: CreateFunction, routine: Routine, analysis: Analysis): void {
  const shown = routine.name.at(-1) ?? "";
  const nameOf = (each: { readonly name: { readonly parts: readonly { readonly name: string }[] } }): string =>
    each.name.parts.at(-1)?.name ?? "";
  const twice = repeated(parameters.map(nameOf));
  if (twice !== undefined) {
    const message = `Found duplicate name(s) in the parameter list of the user-defined routine ${shown}: \`${twice}\`.`;
    throw failure(analysis, parameters[0]?.span ?? span, "DUPLICATE_ROUTINE_PARAMETER_NAMES", message);
  }
  const column = repeated((returns?.columns ?? []).map(nameOf));
  if (column !== undefined) {
    const message = `Found duplicate column(s) in the RETURNS clause column list of the user-defined routine ${shown}: \`${column}\`.`;
    throw failure(analysis, returns?.span ?? span, "DUPLICATE_ROUTINE_RETURNS_COLUMNS", message);
  }
}

function checkDefaults({ parameters }: CreateFunction, routine: Routine, analysis: Analysis): void {
  const shown = routine.name.at(-1) ?? "";
  parameters.forEach((parameter, index) => {
    const { default: value } = parameter;
    const declared = routine.parameters[index];
    if (value === undefined || declared === undefined) return;
    const invalid = (reason: string, why: string): Error =>
      failure(analysis, value.span, `USER_DEFINED_FUNCTIONS.${reason}`, `User defined function is invalid: ${why}`);
    const next = parameters[index + 1];
    if (next !== undefined && next.default === undefined) {
      const after = routine.parameters[index + 1]?.name ?? "";
      const why = `In routine \`${shown}\` parameter \`${declared.name}\` with DEFAULT must not be followed by parameter \`${after}\` without DEFAULT.`;
      throw invalid("NOT_A_VALID_DEFAULT_PARAMETER_POSITION", why);
    }
    if (holdsQuery(value)) {
      const why = `The DEFAULT expression of \`${shown}\`.\`${declared.name}\` is not supported because it contains a subquery.`;
      throw invalid("NOT_A_VALID_DEFAULT_EXPRESSION", why);
    }
    requireCast(bind(value, rootEnv(analysis, binders)).type, declared.type, value.span, analysis);
  });
}

function checkBody(statement: CreateFunction, routine: Routine, env: Env): void {
  const { body } = routine;
  const { analysis } = env;
  const { span } = statement.body;
  if (body.kind === "scalar") {
    const allows = { aggregates: true, windows: true, generators: false, clause: "a SQL function" };
    const bound = bind(body.expression, { ...env, allows });
    if (isComplex(bound)) {
      const message =
        "User defined function is invalid: SQL scalar function cannot contain aggregate/window/generate functions.";
      throw failure(analysis, span, "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS", message);
    }
    if (body.returns !== undefined) requireCast(bound.type, body.returns, span, analysis);
    return;
  }
  const { columns } = env.binders.query(body.query, env).plan;
  const expected = body.returns?.fields;
  if (expected === undefined) return;
  if (expected.length !== columns.length) {
    const message = `User defined function is invalid: The number of columns produced by the RETURN clause (num: \`${columns.length}\`) does not match the number of column names specified by the RETURNS clause (num: \`${expected.length}\`) of ${routine.name.at(-1) ?? ""}.`;
    throw failure(analysis, span, "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", message);
  }
  columns.forEach((column, index) => {
    requireCast(column.type, expected[index]?.type ?? column.type, span, analysis);
  });
}

function requireCast(from: DataType, to: DataType, span: CreateFunction["span"], analysis: Analysis): void {
  if (canCast(from, to, "ansi")) return;
  const message = `Cannot resolve the cast due to data type mismatch: cannot cast "${displayType(from)}" to "${displayType(to)}".`;
  throw failure(analysis, span, "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", message);
}

/** Whether an aggregate or window function stands in it, queries inside left out. */
function isComplex(node: BoundExpression): boolean {
  if (node.kind === "aggregate" || node.kind === "window") return true;
  if (node.kind === "call" || node.kind === "generator") {
    return node.args.some((arg) => isComplex(arg.kind === "lambda" ? arg.body : arg));
  }
  if (node.kind === "cast" || node.kind === "field") return isComplex(node.operand);
  if (node.kind !== "case") return false;
  const parts = node.branches.flatMap((branch) => [branch.when, branch.result]);
  return [...parts, ...(node.otherwise === undefined ? [] : [node.otherwise])].some(isComplex);
}

function repeated(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  return names.find((name, index) => lower.indexOf(name.toLowerCase()) < index);
}

/** Whether a name can be that of a function of the session. */
export function isTemporaryName(parts: readonly string[]): boolean {
  return parts.length === 1 || isSession(parts);
}

function isSession(parts: readonly string[]): boolean {
  return ["session", "system.session"].includes(parts.slice(0, -1).join(".").toLowerCase());
}
