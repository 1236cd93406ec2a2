import { field, struct } from "../../core/data-type.ts";
import type { Query } from "../ast/query.ts";
import type { BoundPlan, BoundQuery } from "../bound.ts";
import type { AnalysisContext, Resolver } from "../resolver.ts";
import { sourcesOf } from "../lineage.ts";
import { newAnalysis, type Analysis } from "./analysis.ts";
import { rootEnv, type Binders, type Env } from "./env.ts";
import { collatedPlan } from "./collated-plan.ts";
import { bindExpression } from "./expression.ts";
import { bindQuery } from "./query.ts";
import { inlineCtes } from "./inline-cte.ts";
import { prune } from "./prune.ts";
import { scansOf } from "./scans.ts";
import { starColumns } from "./select-item.ts";
import { exact } from "./tail.ts";
import { notTooComplex } from "../too-complex.ts";

export const binders: Binders = { expression: bindExpression, query: bindQuery, star: starColumns };

/** What a query means: a plan that can be generated, its schema, what it reads and where each column comes from. */
export function analyzeQuery(query: Query, resolver: Resolver, context: AnalysisContext): BoundQuery {
  const analysis = newAnalysis(context, resolver);
  return notTooComplex(context, () => boundQuery(bindRoot(query, rootEnv(analysis, binders)).plan, analysis));
}

function bindRoot(query: Query, env: Env): { readonly plan: BoundPlan } {
  return exact(bindQuery(query, env), env.analysis);
}

function boundQuery(bound: BoundPlan, analysis: Analysis): BoundQuery {
  const plan = prune(inlineCtes(collatedPlan(bound, analysis)), new Set(bound.columns.map((column) => column.id)));
  const sources = sourcesOf([plan], analysis.statement.sources);
  return {
    plan,
    schema: struct(plan.columns.map((column) => field(column.name, column.type, column.nullable))),
    scans: scansOf([plan], analysis),
    lineage: plan.columns.map((column) => sources(column.id)),
    reads: [...analysis.statement.reads.values()],
  };
}
