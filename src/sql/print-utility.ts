import type { ObjectName } from "./ast/expression.ts";
import type { Describe, Show, ShowSubject, UtilityStatement } from "./ast/utility.ts";
import { objectWords } from "./parser/object-kind.ts";
import { printPartition, printPartitionField, printProperties } from "./print-definition.ts";
import { clause, list, printIdentifier, printName, printObjectName, printString, words } from "./print-name.ts";
import { printTimeTravel } from "./print-query.ts";
import type { Printer } from "./print.ts";

/** The statements that look, configure, govern and maintain. */
export function printUtility(p: Printer, node: UtilityStatement): string {
  const name = (each: ObjectName): string => printObjectName(each, p.expression);
  const where = (each: { readonly where: Parameters<Printer["expression"]>[0] | undefined }): string | undefined =>
    each.where && `WHERE ${p.expression(each.where)}`;
  switch (node.kind) {
    case "use":
      return words("USE", node.level !== "namespace" && node.level.toUpperCase(), name(node.name));
    case "set_configuration":
      if (node.key === undefined) return node.verbose ? "SET -v" : "SET";
      return words(`SET ${configuration(node.key)}`, node.value !== undefined && `= ${node.value}`);
    case "reset_configuration":
      return words("RESET", node.key !== undefined && configuration(node.key));
    case "set_time_zone":
      if (node.interval !== undefined) return `SET TIME ZONE ${p.expression(node.interval)}`;
      return `SET TIME ZONE ${node.zone === "LOCAL" ? "LOCAL" : printString(node.zone ?? "")}`;
    case "set_collation":
      return `SET COLLATION ${printName(node.collation)}`;
    case "show":
      return printShow(p, node);
    case "show_grants":
      return words(
        "SHOW GRANTS",
        node.principal && printIdentifier(node.principal),
        node.object && `${node.object === "recipient" ? "TO" : "ON"} ${objectWords(node.object)}`,
        node.name && name(node.name),
      );
    case "describe":
      return printDescribe(p, node);
    case "explain":
      return words("EXPLAIN", node.mode !== "simple" && node.mode.toUpperCase(), p.statement(node.statement));
    case "comment":
      return words(
        `COMMENT ON ${objectWords(node.object)} ${name(node.name)} IS`,
        node.comment === undefined ? "NULL" : printString(node.comment),
      );
    case "grant":
    case "revoke":
    case "deny":
      return words(
        node.kind.toUpperCase(),
        node.privileges.join(", "),
        `ON ${objectWords(node.object)}`,
        node.name && name(node.name),
        node.kind === "revoke" ? "FROM" : "TO",
        printIdentifier(node.principal),
      );
    case "optimize":
      return words(
        `OPTIMIZE ${name(node.table)}`,
        node.full && "FULL",
        where(node),
        clause("ZORDER BY", node.zorderBy, printName),
      );
    case "vacuum":
      return words(
        `VACUUM ${name(node.table)}`,
        node.mode?.toUpperCase(),
        node.retainHours !== undefined && `RETAIN ${node.retainHours} HOURS`,
        node.dryRun && "DRY RUN",
      );
    case "restore":
      return `RESTORE TABLE ${name(node.table)} TO ${printTimeTravel(p, node.timeTravel)}`;
    case "convert":
      return words(
        `CONVERT TO DELTA ${name(node.table)}`,
        node.noStatistics && "NO STATISTICS",
        clause("PARTITIONED BY", node.partitionedBy, (field) => printPartitionField(p, field)),
      );
    case "reorg": {
      const apply = node.apply === "purge" ? "PURGE" : `UPGRADE UNIFORM ${printProperties(p, node.options)}`;
      return words(`REORG TABLE ${name(node.table)}`, where(node), `APPLY (${apply})`);
    }
    case "repair_table":
      return words(
        node.check === "files" ? "FSCK REPAIR TABLE" : "MSCK REPAIR TABLE",
        name(node.table),
        node.partitions && `${node.partitions.toUpperCase()} PARTITIONS`,
        node.syncMetadata && "SYNC METADATA",
        node.dryRun && "DRY RUN",
      );
    case "generate":
      return `GENERATE ${node.mode} FOR TABLE ${name(node.table)}`;
    case "analyze":
      return words(
        `ANALYZE ${node.target.toUpperCase()}`,
        node.name && words(node.target === "tables" && "IN", name(node.name)),
        node.partition && printPartition(p, node.partition),
        words("COMPUTE", node.delta && "DELTA", "STATISTICS"),
        node.noScan && "NOSCAN",
        node.columns === "all"
          ? "FOR ALL COLUMNS"
          : node.columns && `FOR COLUMNS ${list(node.columns, printIdentifier)}`,
      );
    case "cache":
      return words(
        words("CACHE", node.lazy && "LAZY", "TABLE"),
        node.table && name(node.table),
        node.options.length > 0 && `OPTIONS ${printProperties(p, node.options)}`,
        node.query && `AS ${p.query(node.query)}`,
      );
    case "uncache":
      return words("UNCACHE TABLE", node.ifExists && "IF EXISTS", node.table && name(node.table));
    case "clear_cache":
      return "CLEAR CACHE";
    case "cache_select":
      return words("CACHE", node.query && p.query(node.query));
    case "refresh":
      if (node.path !== undefined) return `REFRESH ${printString(node.path)}`;
      return words(
        "REFRESH",
        node.object === "foreign" ? "FOREIGN TABLE" : node.object !== "path" && objectWords(node.object),
        node.name && name(node.name),
        node.full && "FULL",
        node.wait?.toUpperCase(),
      );
    case "load_data":
      return words(
        "LOAD DATA",
        node.local && "LOCAL",
        `INPATH ${printString(node.path)}`,
        node.overwrite && "OVERWRITE",
        `INTO TABLE ${name(node.table)}`,
        node.partition && printPartition(p, node.partition),
      );
    case "resource":
      return words(node.action.toUpperCase(), node.type.toUpperCase(), node.paths);
    case "sync":
      return words(
        `SYNC ${node.object.toUpperCase()} ${name(node.target)}`,
        node.asExternal && "AS EXTERNAL",
        `FROM ${name(node.source)}`,
        node.owner && `SET OWNER ${printIdentifier(node.owner)}`,
        node.dryRun && "DRY RUN",
      );
    default:
      return words(
        `UNDROP ${objectWords(node.object)}`,
        node.name && name(node.name),
        node.id !== undefined && `WITH ID ${printString(node.id)}`,
      );
  }
}

function configuration(key: string): string {
  return /^[\w.:\\]+$/.test(key) ? key : `\`${key.replaceAll("`", "``")}\``;
}

/** What stands after SHOW, where it is not the subject's own words. */
const SHOWN: Partial<Record<ShowSubject, string>> = {
  tables_dropped: "TABLES DROPPED",
  table_extended: "TABLE EXTENDED",
  table_properties: "TBLPROPERTIES",
  create_table: "CREATE TABLE",
  current_schema: "CURRENT SCHEMA",
  policies: "POLICIES ON",
};

function printShow(p: Printer, node: Show): string {
  const subject = SHOWN[node.subject] ?? node.subject.replaceAll("_", " ").toUpperCase();
  const direct = ["create_table", "table_properties", "partitions", "all_in_share", "policies", "locks"];
  const table = node.name && printObjectName(node.name, p.expression);
  return words(
    "SHOW",
    node.scope?.toUpperCase(),
    subject,
    table &&
      (direct.includes(node.subject) ? table : node.subject === "shares" ? `IN PROVIDER ${table}` : `IN ${table}`),
    node.member && `WITH USER ${printIdentifier(node.member)}`,
    node.schema && `IN ${printName(node.schema)}`,
    node.key !== undefined && `(${printString(node.key)})`,
    node.pattern !== undefined && `LIKE ${printString(node.pattern)}`,
    node.function && `LIKE ${printName(node.function)}`,
    node.partition && printPartition(p, node.partition),
    node.asSerde && "AS SERDE",
    node.limit !== undefined && `LIMIT ${node.limit}`,
  );
}

function printDescribe(p: Printer, node: Describe): string {
  const { subject } = node;
  if (node.query !== undefined) return `DESCRIBE QUERY ${p.query(node.query)}`;
  const what =
    subject === "history" || subject === "detail" || subject === "query" ? subject.toUpperCase() : objectWords(subject);
  return words(
    "DESCRIBE",
    what,
    node.extended && "EXTENDED",
    node.name && printObjectName(node.name, p.expression),
    node.on && `ON ${objectWords(node.on.object)} ${printObjectName(node.on.name, p.expression)}`,
    node.partition && printPartition(p, node.partition),
    node.column && printName(node.column),
    node.asJson && "AS JSON",
    node.limit !== undefined && `LIMIT ${node.limit}`,
  );
}
