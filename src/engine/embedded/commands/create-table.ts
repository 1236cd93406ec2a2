import { isTable, type Table } from "../../../catalog/securable.ts";
import { field, type StructField, type StructType } from "../../../core/data-type.ts";
import type { CreateTable, CreateTableLike } from "../../../sql/ast/create.ts";
import type { Clauses, ColumnDefinition, Constraint } from "../../../sql/ast/definition.ts";
import { struct } from "../../../core/data-type.ts";
import type { StatementResult } from "../../session.ts";
import { commitRows } from "../commit.ts";
import { doneResult } from "../result.ts";
import { planQuery } from "../query.ts";
import { recordLineage } from "../lineage.ts";
import type { StatementCall } from "../statement-call.ts";
import { applyPolicies } from "./policies.ts";
import type { Command } from "./command.ts";
import { relationOf } from "./relation-of.ts";

/** `CREATE TABLE`, with columns or AS a query; `OR REPLACE`, `IF NOT EXISTS`. */
export const createTable: Command<"create_table"> = {
  kinds: ["create_table"],
  run: (statement, call) => create(statement, call),
};

/** `CREATE TABLE a LIKE b`: columns, partitioning and properties of another table. */
export const createTableLike: Command<"create_table_like"> = {
  kinds: ["create_table_like"],
  async run(statement: CreateTableLike, call) {
    const source = await relationOf(statement.source, call);
    (await call.access()).require("SELECT", source);
    const like = isTable(source) ? source : undefined;
    const definition: TableParts = {
      schema: source.columns,
      partitionColumns: like?.partitionColumns ?? [],
      properties: { ...propertiesOf(statement, call) },
      comment: statement.comment ?? source.comment,
    };
    return define(statement, call, definition);
  },
};

interface TableParts {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly comment: string | undefined;
}

async function create(statement: CreateTable, call: StatementCall): Promise<StatementResult> {
  refuseClauses(statement, call);
  const properties = propertiesOf(statement, call);
  const { comment } = statement;
  if (statement.query !== undefined) {
    if (statement.columns.some((column) => column.type !== undefined)) {
      throw call.error(
        statement.span,
        "INVALID_SQL_SYNTAX",
        "Schema may not be specified in a Create Table As Select (CTAS) statement.",
      );
    }
    return createAsSelect(statement, call, properties);
  }
  if (statement.columns.length === 0) {
    throw call.error(
      statement.span,
      "SPECIFY_COLUMNS",
      "A table needs columns.",
      "Name them in parentheses, or add AS SELECT …",
    );
  }
  const { fields, constraints } = columnsOf(statement.columns, statement.constraints, call);
  const partitions = partitionsOf(statement, call);
  const parts: TableParts = {
    schema: struct([...fields, ...partitions.fields]),
    partitionColumns: partitions.names,
    properties: { ...properties, ...constraints },
    comment,
  };
  return define(statement, call, parts);
}

/** Makes the Delta table and then its entry in the catalog, in this order: a name never leads to nothing. */
async function define(
  statement: CreateTable | CreateTableLike,
  call: StatementCall,
  parts: TableParts,
): Promise<StatementResult> {
  const target = await prepare(statement, call);
  if (target.skip) return doneResult("CREATE TABLE");
  const table = await call.env.tables.at(target.location);
  const definition = {
    schema: parts.schema,
    partitionColumns: parts.partitionColumns,
    properties: parts.properties,
    ...(parts.comment === undefined ? {} : { comment: parts.comment }),
  };
  const exists = await table.exists();
  const replace = statement.mode === "replace" || statement.mode === "replace_existing";
  if (!exists || replace) {
    const info = {
      operation: replace ? "CREATE OR REPLACE TABLE" : "CREATE TABLE",
      parameters: operationParameters(parts, target.storage),
      userName: call.user,
    };
    const transaction = exists ? await table.beginReplace(definition, info) : await table.beginCreate(definition, info);
    await transaction.commit();
  }
  await register(statement, call, target, { ...parts, schema: (await table.snapshot()).schema });
  return doneResult("CREATE TABLE");
}

async function createAsSelect(
  statement: CreateTable,
  call: StatementCall,
  properties: Readonly<Record<string, string>>,
): Promise<StatementResult> {
  if (statement.query === undefined) return doneResult("CREATE TABLE AS SELECT");
  const { query } = statement;
  const target = await prepare(statement, call);
  if (target.skip) return doneResult("CREATE TABLE AS SELECT");
  const planned = await planQuery(query, call);
  const { schema } = planned;
  const partitions = partitionsOf(statement, call);
  const nullable = struct(schema.fields.map((each) => field(each.name, each.type)));
  const parts: TableParts = {
    schema: nullable,
    partitionColumns: partitions.names,
    properties,
    comment: statement.comment,
  };
  const table = await call.env.tables.at(target.location);
  const definition = {
    schema: parts.schema,
    partitionColumns: parts.partitionColumns,
    properties,
    ...(parts.comment === undefined ? {} : { comment: parts.comment }),
  };
  const exists = await table.exists();
  const replace = statement.mode === "replace" || statement.mode === "replace_existing";
  const operation = replace ? "CREATE OR REPLACE TABLE AS SELECT" : "CREATE TABLE AS SELECT";
  const info = { operation, parameters: operationParameters(parts, target.storage), userName: call.user };
  const transaction =
    exists && replace ? await table.beginReplace(definition, info) : await table.beginCreate(definition, info);
  const metrics = await commitRows(transaction, planned, call);
  await register(statement, call, target, parts);
  await recordLineage(call, planned, await call.objectName(statement.name));
  return doneResult(operation, metrics);
}

interface Target {
  readonly id: string;
  readonly location: string;
  readonly storage: Table["storage"];
  /** IF NOT EXISTS found it. */
  readonly skip: boolean;
}

async function prepare(statement: CreateTable | CreateTableLike, call: StatementCall): Promise<Target> {
  const name = await call.objectName(statement.name);
  const mode = modeOf(statement);
  const kind = call.options.dataset?.kind ?? "table";
  const { location } = statement;
  const prepared = await call.env.catalog.prepareTable(call.user, {
    name,
    mode,
    kind,
    ...(location === undefined ? {} : { location }),
  });
  if (statement.mode === "replace_existing" && prepared.existing === undefined) {
    throw call.error(statement.name.span, "TABLE_OR_VIEW_NOT_FOUND", `There is no table ${name.join(".")} to replace.`);
  }
  const skip = prepared.existing !== undefined && mode === "if_not_exists";
  return { id: prepared.id, location: prepared.location, storage: prepared.storage, skip };
}

async function register(
  statement: CreateTable | CreateTableLike,
  call: StatementCall,
  target: Target,
  parts: TableParts,
): Promise<void> {
  const name = await call.objectName(statement.name);
  const { dataset } = call.options;
  const { catalog, schema } = call.state;
  await call.env.catalog.createTable(call.user, {
    name,
    id: target.id,
    mode: modeOf(statement) === "create" ? "create" : modeOf(statement),
    kind: dataset?.kind ?? "table",
    columns: parts.schema,
    partitionColumns: parts.partitionColumns,
    properties: parts.properties,
    ...(parts.comment === undefined ? {} : { comment: parts.comment }),
    ...(statement.location === undefined ? {} : { location: statement.location }),
    ...(dataset === undefined
      ? {}
      : { pipeline: dataset.pipeline, definition: { text: dataset.definition, catalog, schema } }),
  });
  if (statement.kind === "create_table") await applyPolicies(statement, name, call);
}

function modeOf(statement: CreateTable | CreateTableLike): "create" | "if_not_exists" | "replace" {
  if (statement.mode === "if_not_exists") return "if_not_exists";
  return statement.mode === "create" ? "create" : "replace";
}

function operationParameters(parts: TableParts, storage: Table["storage"]): Record<string, unknown> {
  return {
    isManaged: String(storage === "managed"),
    description: parts.comment ?? null,
    partitionBy: parts.partitionColumns,
    properties: parts.properties,
  };
}

/** Columns as Delta stores them. CHECK constraints become table properties, keys are informational. */
export function columnsOf(
  columns: readonly ColumnDefinition[],
  constraints: readonly Constraint[],
  call: StatementCall,
): { readonly fields: StructField[]; readonly constraints: Record<string, string> } {
  const checks: Record<string, string> = {};
  const fields = columns.map((column) => {
    if (column.generated !== undefined) throw call.unsupported(column.generated.span, "A generated or identity column");
    if (column.default !== undefined) throw call.unsupported(column.default.span, "A default value for a column");
    if (column.type === undefined) throw call.error(column.span, "DATATYPE_MISSING", "The column has no type.");
    for (const constraint of column.constraints) noteConstraint(constraint, checks, call);
    const metadata = column.comment === undefined ? undefined : { comment: column.comment };
    return field(column.name.parts.at(-1)?.name ?? "", column.type, column.nullable, metadata);
  });
  for (const constraint of constraints) noteConstraint(constraint, checks, call);
  return { fields, constraints: checks };
}

function noteConstraint(constraint: Constraint, checks: Record<string, string>, call: StatementCall): void {
  switch (constraint.kind) {
    case "check":
      if (constraint.name === undefined)
        throw call.error(constraint.span, "CONSTRAINT_NAME_MISSING", "A CHECK constraint needs a name.");
      checks[`delta.constraints.${constraint.name.name.toLowerCase()}`] = call.textOf(constraint.condition.span);
      return;
    case "expectation":
      throw call.error(
        constraint.span,
        "UNSUPPORTED_FEATURE.TABLE_OPERATION",
        "Only a pipeline's datasets have expectations.",
        "Use a CHECK constraint.",
      );
    default:
  }
}

function partitionsOf(
  clauses: Clauses,
  call: StatementCall,
): { readonly names: string[]; readonly fields: StructField[] } {
  const fields: StructField[] = [];
  const names = clauses.partitionedBy.map((each) => {
    if (each.kind === "column_definition") {
      if (each.type !== undefined) fields.push(field(each.name.parts.at(-1)?.name ?? "", each.type, each.nullable));
      return each.name.parts.at(-1)?.name ?? "";
    }
    const [column] = each.arguments;
    if (each.transform !== "identity" || column?.kind !== "column") {
      throw call.unsupported(
        each.span,
        `Partitioning by ${each.transform}`,
        "Delta tables are partitioned by columns.",
      );
    }
    return column.parts.at(-1)?.name ?? "";
  });
  return { names, fields };
}

export function propertiesOf(clauses: Clauses, call: StatementCall): Record<string, string> {
  return Object.fromEntries(clauses.properties.map(({ key, value }) => [key, call.constantText(value) ?? ""]));
}

function refuseClauses(statement: CreateTable, call: StatementCall): void {
  const format = statement.using?.parts.at(-1)?.name.toLowerCase() ?? "delta";
  if (format !== "delta" && statement.using !== undefined) {
    throw call.unsupported(
      statement.using.span,
      `A table in the format ${format}`,
      "Tables are Delta tables. Read files with read_files('…').",
    );
  }
  if (statement.temporary) throw call.unsupported(statement.span, "A temporary table", "Use CREATE TEMPORARY VIEW.");
  const [hive] = statement.hive;
  const [option] = statement.options;
  const [tag] = statement.tags;
  const unwanted = hive ?? statement.buckets ?? option ?? tag ?? statement.clusterBy ?? statement.collation;
  if (unwanted !== undefined) throw call.unsupported(unwanted.span, unwanted.kind.replaceAll("_", " ").toUpperCase());
}
