import type { ChangeStatement, Delete, Insert, Merge, Update } from "../ast/statement.ts";
import type { BoundPlan, Column, CteDefinition } from "../bound.ts";
import type { BoundChange, BoundInsert, BoundRowChange } from "../change.ts";
import { sourcesOf } from "../lineage.ts";
import type { AnalysisContext, Relation, Resolver } from "../resolver.ts";
import { newAnalysis, type Analysis } from "./analysis.ts";
import { binders } from "./analyze.ts";
import { rootEnv, type Env } from "./env.ts";
import { collatedPlan } from "./collated-plan.ts";
import { bindInsert } from "./insert.ts";
import { bindMerge } from "./merge.ts";
import { inlineCtes } from "./inline-cte.ts";
import { prune } from "./prune.ts";
import { withTables } from "./query.ts";
import { bindDelete, bindUpdate, type RowChange } from "./row-change.ts";
import { scansOf } from "./scans.ts";
import { notTooComplex } from "../too-complex.ts";

/** The changes that are analyzed here; the others (`COPY INTO`, TRUNCATE …) are the engine's own. */
export type RowStatement = Insert | Update | Delete | Merge;

export function isRowStatement(statement: ChangeStatement): statement is RowStatement {
  return (
    statement.kind === "insert" ||
    statement.kind === "update" ||
    statement.kind === "delete" ||
    statement.kind === "merge"
  );
}

/** What an INSERT, UPDATE, DELETE or MERGE means. */
export function analyzeChange(statement: Insert, resolver: Resolver, context: AnalysisContext): BoundInsert;
export function analyzeChange(
  statement: Update | Delete | Merge,
  resolver: Resolver,
  context: AnalysisContext,
): BoundRowChange;
export function analyzeChange(statement: RowStatement, resolver: Resolver, context: AnalysisContext): BoundChange;
export function analyzeChange(statement: RowStatement, resolver: Resolver, context: AnalysisContext): BoundChange {
  return notTooComplex(context, () => changeOf(statement, newAnalysis(context, resolver)));
}

function changeOf(statement: RowStatement, analysis: Analysis): BoundChange {
  const env = rootEnv(analysis, binders);
  if (statement.kind === "insert") {
    const { target, plan: bound, overwrite } = bindInsert(statement, env);
    const plan = whole(bound, analysis);
    return {
      kind: "insert",
      target,
      plan,
      overwrite,
      scans: scansOf([plan], analysis),
      lineage: lineageOf(plan, plan.columns, target, analysis),
      reads: readsOf(analysis),
    };
  }
  const change = bindRowChange(statement, env);
  const changes = whole(change.changes, analysis);
  const inserts = change.inserts === undefined ? undefined : whole(change.inserts, analysis);
  const { relation, scan } = change.target;
  const all = scansOf(inserts === undefined ? [changes] : [changes, inserts], analysis);
  const skipping = scansOf([changes], analysis);
  const written = changes.columns.slice(1, 1 + relation.schema.fields.length);
  return {
    kind: statement.kind,
    target: relation,
    scan,
    changes,
    inserts,
    insertsOnly: change.insertsOnly,
    checksCardinality: change.checksCardinality,
    scans: all.map((each, index) => ({ ...each, conjuncts: index === scan ? (skipping[index]?.conjuncts ?? []) : [] })),
    lineage: statement.kind === "delete" ? [] : lineageOf(changes, written, relation, analysis),
    reads: readsOf(analysis),
  };
}

function bindRowChange(statement: Update | Delete | Merge, root: Env): RowChange {
  const definitions: CteDefinition[] = [];
  const env = statement.with === undefined ? root : withTables(statement.with, root, definitions);
  const change = bindOne(statement, env);
  if (definitions.length === 0) return change;
  const known = (input: BoundPlan): BoundPlan => ({ kind: "with", definitions, input, columns: input.columns });
  return { ...change, changes: known(change.changes), inserts: change.inserts && known(change.inserts) };
}

function bindOne(statement: Update | Delete | Merge, env: Env): RowChange {
  if (statement.kind === "merge") return bindMerge(statement, env);
  return statement.kind === "update" ? bindUpdate(statement, env) : bindDelete(statement, env);
}

function whole(plan: BoundPlan, analysis: Analysis): BoundPlan {
  return prune(inlineCtes(collatedPlan(plan, analysis)), new Set(plan.columns.map((column) => column.id)));
}

function readsOf(analysis: Analysis): readonly (readonly string[])[] {
  return [...analysis.statement.reads.values()];
}

/** From where the new values come; that a column keeps its own does not count. */
function lineageOf(
  plan: BoundPlan,
  columns: readonly Column[],
  target: Relation,
  analysis: Analysis,
): BoundInsert["lineage"] {
  const sources = sourcesOf([plan], analysis.statement.sources);
  const name = target.name.join("\0");
  return columns
    .map((column) => ({
      column: column.name,
      sources: sources(column.id).filter(
        (source) => source.column !== column.name || source.relation.join("\0") !== name,
      ),
    }))
    .filter((each) => each.sources.length > 0);
}
