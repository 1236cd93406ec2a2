import type { ChangeStatement, CopyInto, Insert, InsertDirectory, Merge, MergeAction } from "./ast/statement.ts";
import type { With } from "./ast/query.ts";
import type { ObjectName } from "./ast/expression.ts";
import { printPartition, printProperties } from "./print-definition.ts";
import { printNamed } from "./print-expression.ts";
import { clause, list, printIdentifier, printName, printObjectName, printString, words } from "./print-name.ts";
import { printAlias, printAssignment, printFrom, printTable, printWith } from "./print-query.ts";
import type { Printer } from "./print.ts";

/** The statements that change rows. */
export function printChangeStatement(p: Printer, node: ChangeStatement): string {
  const name = (each: ObjectName): string => printObjectName(each, p.expression);
  const common = (each: With | undefined): string | undefined => each && printWith(p, each);
  switch (node.kind) {
    case "insert":
    case "insert_directory":
      return words(common(node.with), printInsert(p, node), p.query(node.query));
    case "multi_insert": {
      // Each insert carries the FROM that they share.
      const [first] = node.inserts;
      const body = first?.query.body;
      const from = body?.kind === "select" ? body : undefined;
      const inserts = node.inserts.map((each) => {
        const { query } = each;
        const own =
          query.body.kind === "select" ? { ...query, body: { ...query.body, from: [], lateralViews: [] } } : query;
        return `${printInsert(p, each)} ${p.query(own)}`;
      });
      return words(common(first?.with), from && printFrom(p, from), ...inserts);
    }
    case "update":
      return words(
        common(node.with),
        `UPDATE ${name(node.target)}`,
        printAlias(node.alias),
        `SET ${list(node.assignments, (each) => printAssignment(p, each))}`,
        node.where && `WHERE ${p.expression(node.where)}`,
      );
    case "delete":
      return words(
        common(node.with),
        `DELETE FROM ${name(node.target)}`,
        printAlias(node.alias),
        node.where && `WHERE ${p.expression(node.where)}`,
      );
    case "merge":
      return printMerge(p, node);
    case "copy_into":
      return printCopy(p, node);
    default:
      return words(`TRUNCATE TABLE ${name(node.target)}`, node.partition && printPartition(p, node.partition));
  }
}

function printInsert(p: Printer, node: Insert | InsertDirectory): string {
  if (node.kind === "insert_directory") {
    return words(
      "INSERT OVERWRITE",
      node.local && "LOCAL",
      "DIRECTORY",
      node.path !== undefined && printString(node.path),
      node.hive,
      node.using && `USING ${printName(node.using)}`,
      node.options.length > 0 && `OPTIONS ${printProperties(p, node.options)}`,
    );
  }
  const { replace } = node;
  return words(
    "INSERT",
    node.schemaEvolution && "WITH SCHEMA EVOLUTION",
    node.overwrite ? "OVERWRITE TABLE" : "INTO",
    printObjectName(node.target, p.expression),
    node.options.length > 0 && `WITH ${printProperties(p, node.options)}`,
    node.alias && `AS ${printIdentifier(node.alias)}`,
    node.partition && printPartition(p, node.partition),
    node.ifNotExists && "IF NOT EXISTS",
    node.byName && "BY NAME",
    node.columns.length > 0 && `(${list(node.columns, printIdentifier)})`,
    replace?.by === "using" && `REPLACE USING (${list(replace.columns, printIdentifier)})`,
    replace?.condition && `REPLACE ${replace.by.toUpperCase()} ${p.expression(replace.condition)}`,
  );
}

function printMerge(p: Printer, node: Merge): string {
  const clauses = node.clauses.map((each) =>
    words(
      `WHEN ${each.when.replaceAll("_", " ").toUpperCase()}`,
      each.condition && `AND ${p.expression(each.condition)}`,
      `THEN ${printAction(p, each.action)}`,
    ),
  );
  return words(
    node.with && printWith(p, node.with),
    "MERGE",
    node.schemaEvolution && "WITH SCHEMA EVOLUTION",
    `INTO ${printObjectName(node.target, p.expression)}`,
    printAlias(node.targetAlias),
    `USING ${printTable(p, node.source)}`,
    `ON ${p.expression(node.on)}`,
    ...clauses,
  );
}

function printAction(p: Printer, action: MergeAction): string {
  switch (action.kind) {
    case "merge_delete":
      return "DELETE";
    case "merge_update":
      return `UPDATE SET ${list(action.assignments, (each) => printAssignment(p, each))}`;
    case "merge_update_star":
      return words("UPDATE SET *", clause("EXCEPT", action.except, printName));
    case "merge_insert":
      return `INSERT (${list(action.columns, printName)}) VALUES (${list(action.values, p.expression)})`;
    default:
      return words("INSERT *", clause("EXCEPT", action.except, printName));
  }
}

function printCopy(p: Printer, node: CopyInto): string {
  const path = printString(node.path);
  const { validate } = node;
  return words(
    `COPY INTO ${printObjectName(node.target, p.expression)}`,
    node.columns.length > 0 && `(${list(node.columns, printIdentifier)})`,
    "FROM",
    node.items.length === 0 ? path : `(SELECT ${list(node.items, (each) => printNamed(p, each))} FROM ${path})`,
    `FILEFORMAT = ${node.format}`,
    validate && (validate.rows === undefined ? "VALIDATE ALL" : `VALIDATE ${validate.rows} ROWS`),
    node.files.length > 0 && `FILES = (${list(node.files, printString)})`,
    node.pattern !== undefined && `PATTERN = ${printString(node.pattern)}`,
    node.formatOptions.length > 0 && `FORMAT_OPTIONS ${printProperties(p, node.formatOptions)}`,
    node.copyOptions.length > 0 && `COPY_OPTIONS ${printProperties(p, node.copyOptions)}`,
  );
}
