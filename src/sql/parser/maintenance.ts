import type { Truncate } from "../ast/statement.ts";
import type {
  Analyze,
  Convert,
  Generate,
  Optimize,
  Reorg,
  RepairTable,
  Restore,
  SyncStatement,
  Undrop,
  Vacuum,
} from "../ast/utility.ts";
import type { Cursor } from "./cursor.ts";
import { tableOrPath } from "./describe.ts";
import { optionalPartition } from "./partition.ts";
import { partitionFields } from "./partitioning.ts";
import { propertyList } from "./property.ts";
import { objectName, timeTravelClause } from "./relation.ts";

export function optimize(c: Cursor): Optimize {
  const { start } = c;
  c.expect("OPTIMIZE");
  const table = tableOrPath(c);
  const full = c.accept("FULL");
  const where = c.accept("WHERE") ? c.rules.expression(c) : undefined;
  const ordered = c.acceptAll("ZORDER", "BY");
  const columns = ordered && c.at("(") ? c.parenthesized(() => c.name("a column")) : undefined;
  const zorderBy = columns ?? (ordered ? c.list(() => c.name("a column")) : []);
  return { kind: "optimize", span: c.span(start), table, full, where, zorderBy };
}

export function vacuum(c: Cursor): Vacuum {
  const { start } = c;
  c.expect("VACUUM");
  const table = tableOrPath(c);
  let mode: Vacuum["mode"];
  let retainHours: number | undefined;
  let dryRun = false;
  for (;;) {
    const word = mode === undefined ? c.acceptAny("FULL", "LITE") : undefined;
    if (word !== undefined) mode = word === "FULL" ? "full" : "lite";
    else if (retainHours === undefined && c.accept("RETAIN")) {
      retainHours = c.token.kind === "decimal" ? Number(c.advance().text) : c.integer("a number of hours");
      c.expect("HOURS");
    } else if (!dryRun && c.acceptAll("DRY", "RUN")) dryRun = true;
    else return { kind: "vacuum", span: c.span(start), table, mode, retainHours, dryRun };
  }
}

export function restore(c: Cursor): Restore {
  const { start } = c;
  c.expect("RESTORE");
  if (c.at("TABLE") && (c.peek().kind === "word" || c.peek().kind === "quoted") && !c.peekIs(1, "TO")) c.advance();
  const table = tableOrPath(c);
  c.expect("TO");
  const timeTravel = timeTravelClause(c) ?? c.fail("VERSION AS OF or TIMESTAMP AS OF");
  return { kind: "restore", span: c.span(start), table, timeTravel };
}

export function convert(c: Cursor): Convert {
  const { start } = c;
  c.expect("CONVERT", "TO", "DELTA");
  const table = objectName(c, "a table");
  const noStatistics = c.acceptAll("NO", "STATISTICS");
  const partitionedBy = c.acceptAll("PARTITIONED", "BY") ? partitionFields(c) : [];
  return { kind: "convert", span: c.span(start), table, noStatistics, partitionedBy };
}

export function reorg(c: Cursor): Reorg {
  const { start } = c;
  c.expect("REORG");
  c.accept("TABLE");
  const table = tableOrPath(c);
  const where = c.accept("WHERE") ? c.rules.expression(c) : undefined;
  c.expect("APPLY", "(");
  const purge = c.accept("PURGE");
  if (!purge) c.expect("UPGRADE", "UNIFORM");
  const options = purge ? [] : propertyList(c);
  c.expect(")");
  return { kind: "reorg", span: c.span(start), table, where, apply: purge ? "purge" : "upgrade_uniform", options };
}

/** `[MSCK] REPAIR TABLE t [ADD | DROP | SYNC PARTITIONS | SYNC METADATA]`, `FSCK REPAIR TABLE t [DRY RUN]`. */
export function repair(c: Cursor): RepairTable {
  const { start } = c;
  const files = c.acceptAny("MSCK", "FSCK") === "FSCK";
  c.expect("REPAIR", "TABLE");
  const table = objectName(c, "a table");
  const base = { kind: "repair_table", table, partitions: undefined, syncMetadata: false, dryRun: false } as const;
  if (files) {
    const dryRun = c.acceptAll("DRY", "RUN");
    return { ...base, span: c.span(start), check: "files", dryRun };
  }
  if (c.acceptAll("SYNC", "METADATA")) {
    return { ...base, span: c.span(start), check: "partitions", syncMetadata: true };
  }
  const word = c.acceptAny("ADD", "DROP", "SYNC");
  if (word !== undefined) c.expect("PARTITIONS");
  const partitions = word === "ADD" ? "add" : word === "DROP" ? "drop" : word === "SYNC" ? "sync" : undefined;
  return { ...base, span: c.span(start), check: "partitions", partitions };
}

export function generate(c: Cursor): Generate {
  const { start } = c;
  c.expect("GENERATE");
  const mode = c.identifier("a mode").name;
  c.expect("FOR", "TABLE");
  const table = tableOrPath(c);
  return { kind: "generate", span: c.span(start), mode, table };
}

export function analyze(c: Cursor): Analyze {
  const { start } = c;
  c.expect("ANALYZE");
  const base = { kind: "analyze", partition: undefined, noScan: false, delta: false, columns: undefined } as const;
  if (c.expectAny("TABLE", "TABLES") === "TABLES") {
    const name = c.acceptAny("FROM", "IN") === undefined ? undefined : objectName(c, "a schema");
    c.expect("COMPUTE", "STATISTICS");
    const noScan = noScanWord(c);
    return { ...base, span: c.span(start), target: "tables", name, noScan };
  }
  const name = objectName(c, "a table");
  const partition = optionalPartition(c);
  c.expect("COMPUTE");
  const delta = c.accept("DELTA");
  c.expect("STATISTICS");
  if (c.acceptAll("FOR", "ALL")) {
    c.expect("COLUMNS");
    return { ...base, span: c.span(start), target: "table", name, partition, delta, columns: "all" };
  }
  if (c.acceptAll("FOR", "COLUMNS")) {
    const columns = c.list(() => c.strictIdentifier("a column"));
    return { ...base, span: c.span(start), target: "table", name, partition, delta, columns };
  }
  const noScan = noScanWord(c);
  return { ...base, span: c.span(start), target: "table", name, partition, delta, noScan };
}

function noScanWord(c: Cursor): boolean {
  if (c.accept("NOSCAN")) return true;
  if (c.atIdentifier()) {
    c.raise(
      "INVALID_SQL_SYNTAX.ANALYZE_TABLE_UNEXPECTED_NOSCAN",
      `Invalid SQL syntax: ANALYZE TABLE(S) ... COMPUTE STATISTICS ... ${c.token.text} must be either NOSCAN or empty.`,
      c.token,
    );
  }
  return false;
}

export function truncate(c: Cursor): Truncate {
  const { start } = c;
  c.expect("TRUNCATE", "TABLE");
  const target = objectName(c, "a table");
  const partition = optionalPartition(c);
  return { kind: "truncate", span: c.span(start), target, partition };
}

/** `SYNC SCHEMA | TABLE a [AS EXTERNAL] FROM b [SET OWNER p] [DRY RUN]`. */
export function sync(c: Cursor): SyncStatement {
  const { start } = c;
  c.expect("SYNC");
  const object = c.expectAny("SCHEMA", "TABLE") === "SCHEMA" ? "schema" : "table";
  const target = objectName(c, "a name");
  const asExternal = c.acceptAll("AS", "EXTERNAL");
  c.expect("FROM");
  const source = objectName(c, "a name");
  const owner = c.acceptAll("SET", "OWNER") ? c.strictIdentifier("a principal") : undefined;
  const dryRun = c.acceptAll("DRY", "RUN");
  return { kind: "sync", span: c.span(start), object, target, source, asExternal, owner, dryRun };
}

/** `UNDROP TABLE name`, `UNDROP TABLE WITH ID 'uuid'`. */
export function undrop(c: Cursor): Undrop {
  const { start } = c;
  c.expect("UNDROP");
  const view = c.acceptAll("MATERIALIZED", "VIEW");
  const word = view ? undefined : c.expectAny("TABLE", "VIEW", "SCHEMA");
  const object =
    word === "TABLE" ? "table" : word === "VIEW" ? "view" : word === "SCHEMA" ? "schema" : "materialized_view";
  const id = c.acceptAll("WITH", "ID") ? c.string("an identifier") : undefined;
  const name = id === undefined ? objectName(c, "a name") : undefined;
  return { kind: "undrop", span: c.span(start), object, name, id };
}
