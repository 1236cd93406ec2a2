import type { StructType } from "../../core/data-type.ts";
import { struct } from "../../core/data-type.ts";
import type { Statement } from "../../sql/ast/statement.ts";
import type { BoundQuery } from "../../sql/bound.ts";
import { isDeterministic } from "./determinism.ts";
import { analyzeQuery } from "../../sql/analyzer/analyze.ts";
import type { StatementAnalysis } from "../session.ts";
import type { StatementCall } from "./statement-call.ts";

/** The schema, sources and lineage of a statement, without running it. Of statements that are no query: their query's. */
export async function analyzeStatement(statement: Statement, call: StatementCall): Promise<StatementAnalysis> {
  const query = statement.kind === "query" ? statement : "query" in statement ? statement.query : undefined;
  if (query === undefined || query === null || typeof query !== "object" || query.kind !== "query") {
    return analysis(statement.kind, struct([]), undefined, call);
  }
  const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, context));
  return analysis(statement.kind, bound.schema, bound, call);
}

async function analysis(
  operation: string,
  schema: StructType,
  bound: BoundQuery | undefined,
  call: StatementCall,
): Promise<StatementAnalysis> {
  const resolver = await call.resolver();
  const lineage = schema.fields.map((field, index) => ({
    target: field.name,
    sources: (bound?.lineage[index] ?? []).map((each) => ({ table: each.relation, column: each.column })),
  }));
  return {
    operation,
    schema,
    reads: bound?.reads ?? [],
    writes: [],
    lineage,
    sources: resolver.dependencies(),
    deterministic: bound === undefined || isDeterministic(bound.plan),
  };
}
