import { hasPolicy } from "../../../catalog/places.ts";
import { field, struct } from "../../../core/data-type.ts";
import type { Insert } from "../../../sql/ast/statement.ts";
import { analyzeChange } from "../../../sql/analyzer/change.ts";
import type { BoundInsert } from "../../../sql/change.ts";
import { generateExpression } from "../../../sql/generator/generate.ts";
import { onlyMarksDiffer } from "../../../delta/write/high-water-marks.ts";
import type { OverwriteMode } from "../../../delta/write/transaction-options.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import { quoteIdentifier } from "../../../sql/quote.ts";
import type { StatementResult } from "../../session.ts";
import { commitRows, type CommitOptions } from "../commit.ts";
import { installFor } from "../connection.ts";
import { deltaPredicate } from "../../../delta/scan/bound-predicate.ts";
import { recordLineage } from "../lineage.ts";
import { generateSql, planQuery, type PlannedQuery } from "../query.ts";
import { changeResult } from "../result.ts";
import { PARTITION_OVERWRITE_MODE } from "../session-state.ts";
import type { StatementCall } from "../statement-call.ts";
import { tableExpressions } from "../table-expressions.ts";
import type { Command } from "./command.ts";
import { followCommit } from "./alter-commit.ts";
import { deltaTarget, requireRead, type DeltaTarget } from "./delta-target.ts";

/** INSERT in all its forms: one Delta commit under the statement's identity. */
export const insert: Command<"insert"> = { kinds: ["insert"], run };

async function run(statement: Insert, call: StatementCall): Promise<StatementResult> {
  const { table, entry, url } = await deltaTarget(statement.target, "write", call);
  if (statement.replace !== undefined) await requireCondition({ entry, url }, statement, call);
  const snapshot = await table.snapshot();
  const transaction = await table.begin({
    operation: "WRITE",
    parameters: {
      mode: statement.overwrite || statement.replace !== undefined ? "Overwrite" : "Append",
      partitionBy: entry?.partitionColumns ?? snapshot.metadata.partitionColumns,
    },
    userName: call.user,
    expressions: tableExpressions(call.context(await call.access())),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  const { txn } = call.options;
  if (txn !== undefined && transaction.isCommitted(txn.appId, txn.version)) {
    return changeResult("WRITE", { alreadyCommitted: true, version: transaction.readVersion });
  }
  const before = transaction.metadata;
  const takesSchema = call.options.overwriteSchema === true || takesNames(statement);
  const { planned, options } = takesSchema
    ? await planTakingSchema(statement, call, transaction, url)
    : await planAligned(statement, call, transaction, url);
  const metrics = await commitRows(transaction, planned, call, options);
  const name = entry === undefined ? [url] : (await call.access()).snapshot.fullName(entry);
  if (transaction.metadata.schemaString !== before.schemaString && !onlyMarksDiffer(before, transaction.metadata)) {
    await followCommit(entry, transaction, call);
  }
  await recordLineage(call, planned, name);
  return changeResult("WRITE", metrics);
}

/** The condition of REPLACE WHERE is evaluated on all rows of the table: on hidden ones its errors would tell of them. */
async function requireCondition(
  { entry, url }: Pick<DeltaTarget, "entry" | "url">,
  statement: Insert,
  call: StatementCall,
): Promise<void> {
  await requireRead({ entry, url }, call);
  if (entry !== undefined && hasPolicy(entry)) {
    const hint = "DELETE what is to be replaced, then INSERT.";
    throw call.unsupported(statement.span, "REPLACE on a table with a row filter or column masks", hint);
  }
}

/** Rows that are only added, by name: the table merges their schema as it writes them. */
function takesNames({ schemaEvolution, byName, overwrite, partition, replace, columns }: Insert): boolean {
  return (
    schemaEvolution && byName && !overwrite && partition === undefined && replace === undefined && columns.length === 0
  );
}

interface Plan {
  readonly planned: PlannedQuery;
  readonly options: CommitOptions;
}

/** The table follows the rows' schema: WITH SCHEMA EVOLUTION adds columns, `overwriteSchema` replaces them. */
async function planTakingSchema(
  statement: Insert,
  call: StatementCall,
  transaction: Transaction,
  target: string,
): Promise<Plan> {
  if (statement.partition !== undefined || statement.replace !== undefined || statement.columns.length > 0) {
    throw call.unsupported(statement.span, "This form of INSERT together with schema evolution");
  }
  const planned = await planQuery(statement.query, call, target);
  if (!statement.overwrite) return { planned, options: { mergeSchema: true } };
  // Comments and the like stay with columns that stay.
  const known = new Map(transaction.schema.fields.map((each) => [each.name.toLowerCase(), each]));
  const fields = planned.schema.fields.map((each) =>
    field(each.name, each.type, true, known.get(each.name.toLowerCase())?.metadata),
  );
  const overwrite: OverwriteMode = { kind: "full", overwriteSchema: true };
  return { planned: { ...planned, schema: struct(fields) }, options: { overwrite } };
}

/** The rows find their place in the table's columns, converted as Spark stores them. */
async function planAligned(
  statement: Insert,
  call: StatementCall,
  transaction: Transaction,
  target: string,
): Promise<Plan> {
  const resolver = await call.resolver();
  resolver.willChange({ span: statement.target.span, rows: false, pipeline: call.options.pipeline });
  const bound = await call.analyze((names, context) => analyzeChange(statement, names, context));
  if (statement.schemaEvolution) transaction.mergeSchema(bound.target.schema);
  const schema = struct(bound.plan.columns.map((column) => field(column.name, column.type, column.nullable)));
  const { snapshot } = transaction;
  const replaced = statement.replace === undefined || snapshot === undefined ? {} : { replaced: snapshot };
  const { sql, connection, metrics } = await generateSql(bound, call, { names: "unique", target, ...replaced });
  const lineage = schema.fields.map((each) => bound.lineage.find((one) => one.column === each.name)?.sources ?? []);
  const planned: PlannedQuery = { connection, sql, schema, scans: metrics, lineage, reads: bound.reads };
  try {
    const overwrite = await overwriteOf(bound, statement, planned, call);
    return { planned, options: overwrite === undefined ? {} : { overwrite } };
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function overwriteOf(
  bound: BoundInsert,
  statement: Insert,
  planned: PlannedQuery,
  call: StatementCall,
): Promise<OverwriteMode | undefined> {
  const { overwrite } = bound;
  switch (overwrite.kind) {
    case "none":
      return undefined;
    case "all":
      return { kind: isDynamic(call) ? "dynamic" : "full" };
    case "where": {
      const context = call.context(await call.access());
      const { sql } = generateExpression(overwrite.condition, context, quoteIdentifier);
      await installFor(planned.connection, sql);
      const text = statement.replace?.condition === undefined ? sql : call.textOf(statement.replace.condition.span);
      return { kind: "where", condition: { sql, predicate: deltaPredicate(overwrite.condition) }, text };
    }
    default:
      throw call.unsupported(statement.span, "REPLACE USING");
  }
}

function isDynamic(call: StatementCall): boolean {
  return call.state.settings.get(PARTITION_OVERWRITE_MODE)?.toLowerCase() === "dynamic";
}
