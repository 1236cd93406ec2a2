import type { Table } from "../../../catalog/securable.ts";
import { field, struct, type StructField, type StructType } from "../../../core/data-type.ts";
import { defaultsFeature } from "../../../delta/write/defined-columns.ts";
import { nullableColumns } from "../../../delta/schema/table-draft.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import type { CreateTable, CreateTableLike } from "../../../sql/ast/create.ts";
import type { Clauses } from "../../../sql/ast/definition.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import { knownCollations } from "../../../sql/collation/collation.ts";
import type { StatementResult } from "../../session.ts";
import { commitRows } from "../commit.ts";
import { checkSameClustering, clusteredNames, clusteringProperties, defineClustering } from "./cluster-by.ts";
import { doneResult } from "../result.ts";
import { planQuery } from "../query.ts";
import { recordLineage } from "../lineage.ts";
import type { StatementCall } from "../statement-call.ts";
import { checkExpressions, columnsOf, withoutIdentityMarks } from "./column-definitions.ts";
import type { Command } from "./command.ts";
import { deltaTarget, pathOf } from "./delta-target.ts";
import { checkNothingThere, checkSameProperties, checkSameTable } from "./existing-table.ts";
import { afterRace, overtaken, prepare, register, type TableParts, type Target } from "./new-table.ts";
import { relationOf } from "./relation-of.ts";

/** `CREATE TABLE`, with columns or AS a query; `OR REPLACE`, `IF NOT EXISTS`. */
export const createTable: Command<"create_table"> = {
  kinds: ["create_table"],
  run: (statement, call) => afterRace(() => create(statement, call)),
};

/** `CREATE TABLE a LIKE b`: columns, partitioning and properties of another table. */
export const createTableLike: Command<"create_table_like"> = {
  kinds: ["create_table_like"],
  async run(statement: CreateTableLike, call) {
    const { source } = statement;
    const { columns, partitionColumns, comment } = await ((await pathOf(source, call)) === undefined
      ? likeEntry(source, call)
      : likePath(source, call));
    const schema = withoutIdentityMarks(columns);
    const definition: TableParts = {
      schema,
      partitionColumns,
      properties: { ...defaultsFeature(schema), ...propertiesOf(statement, call) },
      comment: statement.comment ?? comment,
    };
    return afterRace(() => define(statement, call, definition));
  },
};

interface Like {
  readonly columns: StructType;
  readonly partitionColumns: readonly string[];
  readonly comment: string | undefined;
}

async function likeEntry(name: ObjectName, call: StatementCall): Promise<Like> {
  const source = await relationOf(name, call);
  (await call.access()).require("SELECT", source);
  const { columns, comment } = source;
  return { columns, comment, partitionColumns: "partitionColumns" in source ? source.partitionColumns : [] };
}

async function likePath(name: ObjectName, call: StatementCall): Promise<Like> {
  const { schema, metadata } = await (await deltaTarget(name, "read", call)).table.snapshot();
  return { columns: schema, partitionColumns: metadata.partitionColumns, comment: metadata.description };
}

async function create(statement: CreateTable, call: StatementCall): Promise<StatementResult> {
  refuseClauses(statement, call);
  const properties = { ...propertiesOf(statement, call), ...clusteringProperties(statement) };
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
  if (statement.columns.length === 0) return createFromLocation(statement, call, properties);
  const { fields, constraints } = columnsOf(statement.columns, statement.constraints, call);
  const partitions = partitionsOf(statement, call);
  const schema = struct([...fields, ...partitions.fields]);
  await checkExpressions(statement, schema, call);
  const parts: TableParts = {
    schema,
    partitionColumns: partitions.names,
    properties: { ...properties, ...constraints },
    comment,
  };
  return define(statement, call, parts);
}

/** A table without columns takes those of the Delta table at its location. */
async function createFromLocation(
  statement: CreateTable,
  call: StatementCall,
  properties: Readonly<Record<string, string>>,
): Promise<StatementResult> {
  const target = await prepare(statement, call);
  if (target.skip) return doneResult("CREATE TABLE");
  const table = await call.env.tables.at(target.location);
  const replaces = statement.mode === "replace" || statement.mode === "replace_existing";
  if (statement.location === undefined || replaces || !(await table.exists())) {
    throw call.error(
      statement.span,
      "SPECIFY_COLUMNS",
      "A table needs columns.",
      "Name them in parentheses, add AS SELECT …, or give the LOCATION of a Delta table.",
    );
  }
  const snapshot = await table.snapshot();
  if (statement.clusterBy !== undefined) checkSameClustering(snapshot, statement, call);
  checkSameProperties(snapshot, properties, statement, call);
  const { schema, metadata } = snapshot;
  await register(statement, call, target, {
    schema,
    partitionColumns: metadata.partitionColumns,
    properties: metadata.configuration,
    comment: statement.comment,
  });
  return doneResult("CREATE TABLE");
}

/** Makes the Delta table and then its entry in the catalog, in this order: a name never leads to nothing. */
async function define(
  statement: CreateTable | CreateTableLike,
  call: StatementCall,
  parts: TableParts,
): Promise<StatementResult> {
  const target = await prepare(statement, call, parts.schema);
  if (target.skip) return doneResult("CREATE TABLE");
  const table = await call.env.tables.at(target.location);
  const clauses = statement.kind === "create_table" ? statement : {};
  const definition = {
    schema: parts.schema,
    partitionColumns: parts.partitionColumns,
    properties: parts.properties,
    ...(parts.comment === undefined ? {} : { comment: parts.comment }),
  };
  const exists = await table.exists();
  if (exists && target.id === undefined && target.isNew) throw overtaken(target);
  const replace = statement.mode === "replace" || statement.mode === "replace_existing";
  if (!exists) await checkNothingThere(table, target, statement, call);
  if (!exists || replace) {
    const info = {
      operation: replace ? "CREATE OR REPLACE TABLE" : "CREATE TABLE",
      parameters: operationParameters(parts, target.storage, clauses),
      userName: call.user,
    };
    const transaction = exists ? await table.beginReplace(definition, info) : await table.beginCreate(definition, info);
    defineClustering(transaction, clauses, call);
    await transaction.commit();
  } else {
    const snapshot = await table.snapshot();
    checkSameTable(snapshot, parts, statement, call);
    checkSameClustering(snapshot, clauses, call);
  }
  const created = await table.snapshot();
  await register(statement, call, target, { ...parts, schema: created.schema, properties: created.configuration });
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
  const planned = await planQuery(query, call, target.location);
  const columns = nullableColumns(struct(planned.schema.fields.map((each) => field(each.name, each.type))));
  const { transaction, parts, operation } = await beginAsSelect(statement, call, target, columns, properties).catch(
    (error: unknown) => {
      planned.connection.close();
      throw error;
    },
  );
  const metrics = await commitRows(transaction, planned, call);
  // What the log has: properties that stand for the protocol are not kept, and values are spelt as Delta does.
  const { configuration } = transaction.metadata;
  await register(statement, call, target, { ...parts, properties: configuration });
  await recordLineage(call, planned, target.name);
  return doneResult(operation, metrics);
}

async function beginAsSelect(
  statement: CreateTable,
  call: StatementCall,
  target: Target,
  schema: StructType,
  properties: Readonly<Record<string, string>>,
): Promise<{ readonly transaction: Transaction; readonly parts: TableParts; readonly operation: string }> {
  await prepare(statement, call, schema);
  const { comment } = statement;
  const parts: TableParts = { schema, partitionColumns: partitionsOf(statement, call).names, properties, comment };
  const table = await call.env.tables.at(target.location);
  const definition = {
    schema,
    partitionColumns: parts.partitionColumns,
    properties,
    ...(comment === undefined ? {} : { comment }),
  };
  const replace = statement.mode === "replace" || statement.mode === "replace_existing";
  const operation = replace ? "CREATE OR REPLACE TABLE AS SELECT" : "CREATE TABLE AS SELECT";
  const info = { operation, parameters: operationParameters(parts, target.storage, statement), userName: call.user };
  const exists = await table.exists();
  if (!exists) await checkNothingThere(table, target, statement, call);
  const replaces = replace && exists;
  const transaction = replaces ? await table.beginReplace(definition, info) : await table.beginCreate(definition, info);
  defineClustering(transaction, statement, call);
  return { transaction, parts, operation };
}

function operationParameters(
  parts: TableParts,
  storage: Table["storage"],
  clauses: Pick<Partial<Clauses>, "clusterBy">,
): Record<string, unknown> {
  return {
    isManaged: String(storage === "managed"),
    description: parts.comment ?? null,
    partitionBy: parts.partitionColumns,
    clusterBy: clusteredNames(clauses),
    properties: parts.properties,
  };
}

function partitionsOf(
  clauses: Clauses,
  call: StatementCall,
): { readonly names: string[]; readonly fields: StructField[] } {
  const fields: StructField[] = [];
  const names = clauses.partitionedBy.map((each) => {
    if (each.kind === "column_definition") {
      if (each.type !== undefined)
        fields.push(field(each.name.parts.at(-1)?.name ?? "", knownCollations(each.type), each.nullable));
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
  const unwanted = hive ?? statement.buckets ?? option ?? tag ?? statement.collation;
  if (unwanted !== undefined) throw call.unsupported(unwanted.span, unwanted.kind.replaceAll("_", " ").toUpperCase());
}
