import type { StructType } from "../../core/data-type.ts";
import { struct } from "../../core/data-type.ts";
import type { Statement } from "../../sql/ast/statement.ts";
import type { BoundPlan, BoundQuery, ColumnSource } from "../../sql/bound.ts";
import type { BoundChange } from "../../sql/change.ts";
import { analyzeChange } from "../../sql/analyzer/change.ts";
import { isDeterministic } from "../../sql/determinism.ts";
import { analyzeQuery } from "../../sql/analyzer/analyze.ts";
import type { StatementAnalysis } from "../session.ts";
import { pathName } from "./path-name.ts";
import type { StatementCall } from "./statement-call.ts";

/**
 * What a statement gives, reads, writes and moves, without running it. The schema of a change is that of the columns it
 * writes; of CREATE … AS that of its query.
 */
export async function analyzeStatement(statement: Statement, call: StatementCall): Promise<StatementAnalysis> {
  switch (statement.kind) {
    case "query": {
      const bound = await call.analyze((resolver, context) => analyzeQuery(statement, resolver, context));
      return analysis(statement.kind, flowOf(bound), [], call);
    }
    case "insert":
    case "update":
    case "delete":
    case "merge": {
      const { target, kind } = statement;
      const names = await call.resolver();
      names.willChange({ span: target.span, rows: kind !== "insert", pipeline: call.options.pipeline });
      const bound = await call.analyze((resolver, context) => analyzeChange(statement, resolver, context));
      return analysis(statement.kind, changeOf(bound), [bound.target.name], call);
    }
    case "create_table":
    case "create_view":
    case "create_dataset": {
      const { query } = statement;
      const path = pathName(await call.parts(statement.name));
      const target = path === undefined ? await call.objectName(statement.name) : [path.path];
      if (query === undefined) return analysis(statement.kind, NOTHING, [target], call);
      const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, context));
      return analysis(statement.kind, flowOf(bound), [target], call);
    }
    default:
      return analysis(statement.kind, NOTHING, [], call);
  }
}

/** What flows through a statement, by column of its result or target. */
interface Flow {
  readonly schema: StructType;
  readonly lineage: readonly { readonly column: string; readonly sources: readonly ColumnSource[] }[];
  readonly reads: readonly (readonly string[])[];
  readonly plans: readonly BoundPlan[];
}

const NOTHING: Flow = { schema: struct([]), lineage: [], reads: [], plans: [] };

function flowOf({ schema, lineage, reads, plan }: BoundQuery): Flow {
  const columns = schema.fields.map((each, index) => ({ column: each.name, sources: lineage[index] ?? [] }));
  return { schema, lineage: columns, reads, plans: [plan] };
}

function changeOf(change: BoundChange): Flow {
  const { lineage, reads, target } = change;
  return { schema: target.schema, lineage, reads, plans: [change.kind === "insert" ? change.plan : change.changes] };
}

async function analysis(
  operation: string,
  flow: Flow,
  writes: readonly (readonly string[])[],
  call: StatementCall,
): Promise<StatementAnalysis> {
  const resolver = await call.resolver();
  const lineage = flow.lineage.map(({ column, sources }) => ({
    target: column,
    sources: sources.map((each) => ({ table: each.relation, column: each.column })),
  }));
  return {
    operation,
    schema: flow.schema,
    reads: flow.reads,
    writes,
    lineage,
    sources: resolver.dependencies(),
    deterministic: flow.plans.every((plan) => isDeterministic(plan)),
  };
}
