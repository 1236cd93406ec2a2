import type { Span } from "../ast/node.ts";
import type { TableName } from "../ast/query.ts";
import type { BoundPlan } from "../bound.ts";
import { nearest } from "../../core/nearest.ts";
import type { Relation, RelationOption } from "../resolver.ts";
import { plainText, type TimeTravel } from "../value.ts";
import { askedAt, enter, failure, newColumn, unsupported, type Analysis, type CteScope } from "./analysis.ts";
import { bind, rootEnv, type BoundRelation, type Env } from "./env.ts";
import { objectParts } from "./identifier.ts";
import { parseInstant } from "../types/instant.ts";
import { castTo } from "../types/cast-expression.ts";
import { canCast } from "../types/cast-rules.ts";
import { sameType, type StructType } from "../../core/data-type.ts";
import { valueType } from "./collation.ts";
import { governed } from "./policy.ts";
import { project, reference, renewed } from "./project.ts";
import type { Scope, Visible } from "./scope.ts";

/** A name in FROM: a common table expression, a table, a view or a path. */
export function bindTableName(node: TableName, env: Env): BoundRelation {
  const parts = objectParts(node.name, env);
  const cte =
    parts.length === 1 && !node.stream && node.timeTravel === undefined
      ? findCte(env.analysis.ctes, parts[0] ?? "")
      : undefined;
  if (cte !== undefined) return cteRelation(cte, node.span, env.analysis);
  if (node.changes !== undefined) throw unsupported(env.analysis, node.changes.span, "CHANGES");
  const relation =
    relationWithOptions(parts, node, env) ?? findRelation(parts, node.span, node.stream, timeTravel(node, env), env);
  return bindRelation(
    relation,
    { stream: node.stream, timeTravel: timeTravel(node, env), span: node.name.span, parts },
    env,
  );
}

function relationWithOptions(parts: readonly string[], node: TableName, env: Env): Relation | undefined {
  const [first] = node.options;
  if (first === undefined) return undefined;
  const { resolver } = env.analysis.statement;
  if (resolver.relationWithOptions === undefined) {
    throw unsupported(env.analysis, first.span, "Options on a table in FROM");
  }
  const options = node.options.map(({ key, value, span }): RelationOption => {
    if (value?.kind === "literal" && value.value !== null) return { name: key, value: plainText(value.value) };
    throw unsupported(env.analysis, span, `The option ${key} without a constant value`);
  });
  const { stream, span } = node;
  const use = { context: env.analysis.names, stream, timeTravel: timeTravel(node, env), span };
  return askedAt(span, env.analysis, () => resolver.relationWithOptions?.(parts, use, options));
}

function findCte(ctes: CteScope | undefined, name: string): CteScope | undefined {
  const wanted = name.toLowerCase();
  for (let scope = ctes; scope !== undefined; scope = scope.parent)
    if (scope.name.toLowerCase() === wanted) return scope;
  return undefined;
}

function cteRelation(cte: CteScope, span: Span, analysis: Analysis): BoundRelation {
  if (cte.definition.columns.length === 0) throw unsupported(analysis, span, "A common table without columns");
  const columns = renewed(cte.definition.columns, analysis);
  return {
    plan: { kind: "cte", id: cte.definition.id, columns },
    scope: { visible: columns.map((column) => ({ column, qualifier: [cte.name] })), hidden: [] },
  };
}

export function findRelation(
  parts: readonly string[],
  span: Span,
  stream: boolean,
  travel: TimeTravel | undefined,
  env: Env,
): Relation {
  const { resolver } = env.analysis.statement;
  const use = { context: env.analysis.names, stream, timeTravel: travel, span };
  const relation = askedAt(span, env.analysis, () => resolver.relation(parts, use));
  if (relation !== undefined) return relation;
  const shown = parts.map((part) => `\`${part}\``).join(".");
  const known = [...(resolver.relationNames?.() ?? [])];
  const [best] = nearest(parts.join("."), known).concat(
    nearest(
      parts.at(-1) ?? "",
      known.map((name) => name.split(".").at(-1) ?? name),
    ),
  );
  throw failure(
    env.analysis,
    span,
    "TABLE_OR_VIEW_NOT_FOUND",
    `The table or view ${shown} cannot be found. Verify the spelling and correctness of the schema and catalog.`,
    best === undefined ? {} : { hint: `Did you mean "${best}"?` },
  );
}

export interface Use {
  readonly stream: boolean;
  readonly timeTravel: TimeTravel | undefined;
  readonly span: Span | undefined;
  /** As written; empty for a table function. */
  readonly parts: readonly string[];
}

/** A resolved relation as a plan: a scan, or the query of a view; filtered and masked where a policy says so. */
export function bindRelation(relation: Relation, use: Use, env: Env): BoundRelation {
  const { analysis } = env;
  if (analysis.direct && relation.name.length > 0)
    analysis.statement.reads.set(relation.name.join("\0"), relation.name);
  const bound = relation.view === undefined ? scan(relation, use, analysis) : view(relation, relation.view, use, env);
  return governed(relation, bound, env);
}

/** A scan of stored data, without policies: what DML also reads of its target. */
export function scan(relation: Relation, use: Omit<Use, "parts">, analysis: Analysis): BoundRelation {
  const shown = relation.schema.fields.map((each) => {
    const column = newColumn(analysis, each.name, valueType(each.type), each.nullable);
    const isChar = each.type.kind === "string" && each.type.length?.fixed === true;
    return isChar ? { ...column, charLength: each.type.length.max } : column;
  });
  const hidden = (relation.hidden ?? []).map((each) => newColumn(analysis, each.name, each.type, each.nullable));
  const columns = [...shown, ...hidden];
  const { scans, sources } = analysis.statement;
  for (const column of columns) sources.set(column.id, { relation: relation.name, column: column.name });
  scans.push({ relation, stream: use.stream, timeTravel: use.timeTravel, columns, span: use.span });
  const qualify = (column: (typeof columns)[number]): Visible => ({ column, qualifier: relation.name });
  const scope: Scope = { visible: shown.map(qualify), hidden: hidden.map(qualify) };
  return { plan: { kind: "scan", scan: scans.length - 1, columns }, scope };
}

function view(relation: Relation, definition: NonNullable<Relation["view"]>, use: Use, env: Env): BoundRelation {
  if (use.timeTravel !== undefined) throw unsupported(env.analysis, use.span, "Time travel on a view");
  const inner = enter(env.analysis, definition.context, definition.text, use.span);
  const query = askedAt(use.span, env.analysis, () => env.binders.query(definition.query, rootEnv(inner, env.binders)));
  const plan = asSchema(query.plan, relation.schema, use.span, env.analysis);
  return { plan, scope: { visible: plan.columns.map((column) => ({ column, qualifier: relation.name })), hidden: [] } };
}

/** The columns of a view with the names and types that it was made with. */
function asSchema(input: BoundPlan, schema: StructType, span: Span | undefined, analysis: Analysis): BoundPlan {
  if (input.columns.length !== schema.fields.length) {
    throw failure(
      analysis,
      span,
      "INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
      `The view now has ${input.columns.length} columns, but was made with ${schema.fields.length}.`,
      { sqlState: "51024" },
    );
  }
  const items = input.columns.map((column, index) => {
    const field = schema.fields[index];
    const type = field?.type ?? column.type;
    if (!canCast(column.type, type, "ansi")) {
      throw failure(
        analysis,
        span,
        "INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
        `The column \`${column.name}\` of the view has changed its type.`,
        { sqlState: "51024" },
      );
    }
    const expression = sameType(column.type, type) ? reference(column) : castTo(reference(column), type, "ansi");
    return { column: newColumn(analysis, field?.name ?? column.name, type, column.nullable), expression };
  });
  return project(input, items);
}

export function timeTravel(node: Pick<TableName, "timeTravel">, env: Env): TimeTravel | undefined {
  if (node.timeTravel === undefined) return undefined;
  const { by, value, span } = node.timeTravel;
  const { analysis } = env;
  const bound = bind(value, env);
  const invalid = (): Error =>
    failure(
      analysis,
      span,
      "INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT",
      "The time travel expression must be a constant version or timestamp.",
      { sqlState: "42K0E" },
    );
  if (
    bound.kind === "call" &&
    by === "timestamp" &&
    bound.args.length === 0 &&
    /^(current_timestamp|now)$/.test(bound.name)
  ) {
    return { kind: "timestamp", timestamp: analysis.statement.context.now };
  }
  const operand = bound.kind === "cast" ? bound.operand : bound;
  if (operand.kind !== "literal" || operand.value === null) throw invalid();
  if (by === "version") {
    if (!/^\d+$/.test(plainText(operand.value))) throw invalid();
    return { kind: "version", version: BigInt(plainText(operand.value)) };
  }
  const { now, timeZone } = analysis.statement.context;
  const timestamp =
    typeof operand.value === "bigint" && operand.type.kind === "timestamp"
      ? operand.value
      : parseInstant(compact(plainText(operand.value)), now, timeZone);
  if (timestamp === undefined) throw invalid();
  return { kind: "timestamp", timestamp };
}

/** `t@20240131120000000` has its moment as digits. */
function compact(text: string): string {
  const matched = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{3})$/.exec(text);
  if (matched === null) return text;
  const [, year, month, day, hour, minute, second, millis] = matched;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}.${millis}`;
}
