import { isMixed } from "./partitioning.ts";
import type { Buckets, Clauses, ClusterBy, HiveClause, RowFilter, SchemaBinding } from "../ast/definition.ts";
import type { SortItem } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import type { Cursor } from "./cursor.ts";
import { hiveClause } from "./hive.ts";
import { partitionFields } from "./partitioning.ts";
import { optionList, propertyList, propertyListWithValues } from "./property.ts";
import { objectName } from "./relation.ts";
import { schedule } from "./schedule.ts";

type Writable = { -readonly [Key in keyof Clauses]: Clauses[Key] };

function noClauses(): Writable {
  return {
    using: undefined,
    options: [],
    partitionedBy: [],
    clusterBy: undefined,
    buckets: undefined,
    hive: [],
    location: undefined,
    credential: undefined,
    comment: undefined,
    collation: undefined,
    properties: [],
    rowFilter: undefined,
    tags: [],
    schedule: undefined,
    refreshPolicy: undefined,
    schemaBinding: undefined,
  };
}

export type ClauseSet = "table" | "view" | "dataset" | "clone" | "like";

/** Which clauses each kind of statement takes. */
const ALLOWED: Readonly<Record<ClauseSet, ReadonlySet<string>>> = {
  table: new Set(
    (
      "USING OPTIONS PARTITIONED CLUSTER CLUSTERED SKEWED ROW STORED LOCATION COMMENT TBLPROPERTIES DEFAULT COLLATE " +
      "WITH_ROW WITH_TAGS TAGS"
    ).split(" "),
  ),
  dataset: new Set(
    (
      "USING OPTIONS PARTITIONED CLUSTER LOCATION COMMENT TBLPROPERTIES DEFAULT COLLATE WITH_ROW WITH_TAGS TAGS SCHEDULE " +
      "TRIGGER REFRESH"
    ).split(" "),
  ),
  view: new Set("COMMENT TBLPROPERTIES DEFAULT PARTITIONED WITH_SCHEMA WITH_TAGS TAGS".split(" ")),
  clone: new Set("TBLPROPERTIES LOCATION".split(" ")),
  like: new Set("USING ROW STORED LOCATION TBLPROPERTIES".split(" ")),
};

/** The clauses that stand here, in any order, none twice. */
export function clauses(c: Cursor, kind: ClauseSet): Clauses {
  const found = noClauses();
  const allowed = ALLOWED[kind];
  const seen = new Set<string>();
  const once = (clause: string): void => {
    if (seen.has(clause)) {
      c.raise("DUPLICATE_CLAUSES", `Found duplicate clauses: ${clause}. Please, remove one of them.`, c.token);
    }
    seen.add(clause);
  };
  for (;;) {
    const word = c.token.kind === "word" ? c.token.text : "";
    const key = word === "WITH" ? `WITH_${c.peek().text}` : word;
    if (!allowed.has(key)) break;
    if (!clause(c, key, found, once)) break;
  }
  check(c, found, kind);
  return found;
}

function clause(c: Cursor, key: string, found: Writable, once: (clause: string) => void): boolean {
  switch (key) {
    case "USING":
      once("USING");
      c.advance();
      found.using = c.name("a format");
      return true;
    case "OPTIONS":
      once("OPTIONS");
      c.advance();
      found.options = optionList(c);
      return true;
    case "PARTITIONED":
      once("PARTITIONED BY");
      c.advance();
      c.expectAny("BY", "ON");
      found.partitionedBy = partitionFields(c);
      return true;
    case "CLUSTER":
      once("CLUSTER BY");
      found.clusterBy = clusterBy(c);
      return true;
    case "CLUSTERED":
      once("CLUSTERED BY");
      found.buckets = buckets(c);
      return true;
    case "SKEWED":
    case "ROW":
    case "STORED": {
      once(key === "ROW" ? "ROW FORMAT" : key === "STORED" ? "STORED AS/BY" : "SKEWED BY");
      const hive = hiveClause(c);
      if (hive === undefined) return false;
      found.hive = [...found.hive, hive];
      return true;
    }
    case "LOCATION":
      once("LOCATION");
      c.advance();
      found.location = c.string("a path");
      if (c.acceptAll("WITH", "(", "CREDENTIAL")) {
        found.credential = c.strictIdentifier("a credential");
        c.expect(")");
      }
      return true;
    case "COMMENT":
      once("COMMENT");
      c.advance();
      found.comment = c.string("a comment");
      return true;
    case "TBLPROPERTIES":
      once("TBLPROPERTIES");
      c.advance();
      found.properties = propertyListWithValues(c);
      return true;
    case "DEFAULT":
      once("DEFAULT COLLATION");
      c.advance();
      c.expect("COLLATION");
      found.collation = c.name("a collation");
      return true;
    case "COLLATE":
      once("DEFAULT COLLATION");
      c.advance();
      found.collation = c.name("a collation");
      return true;
    case "REFRESH": {
      once("REFRESH POLICY");
      c.advance();
      c.expect("POLICY");
      const policy = c.expectAny("AUTO", "INCREMENTAL", "FULL");
      const strict = policy === "INCREMENTAL" && c.accept("STRICT");
      found.refreshPolicy = strict
        ? "incremental_strict"
        : policy === "AUTO"
          ? "auto"
          : policy === "FULL"
            ? "full"
            : "incremental";
      return true;
    }
    case "SCHEDULE":
    case "TRIGGER":
      once("SCHEDULE");
      found.schedule = schedule(c);
      return true;
    case "WITH_SCHEMA":
      once("WITH SCHEMA");
      found.schemaBinding = schemaBinding(c);
      return true;
    case "WITH_ROW":
      once("WITH ROW FILTER");
      c.advance();
      found.rowFilter = rowFilter(c);
      return true;
    default:
      once("WITH TAGS");
      c.accept("WITH");
      c.expect("TAGS");
      found.tags = propertyList(c);
      return true;
  }
}

/** `CLUSTER BY (a, b.c) | AUTO | NONE`. */
export function clusterBy(c: Cursor): ClusterBy {
  const { start } = c;
  c.expect("CLUSTER", "BY");
  if (c.at("(")) {
    const columns = c.parenthesized(() => c.name("a column"));
    return { kind: "cluster_by", span: c.span(start), by: "columns", columns };
  }
  const word = c.expectAny("AUTO", "NONE");
  return { kind: "cluster_by", span: c.span(start), by: word === "AUTO" ? "auto" : "none", columns: [] };
}

function buckets(c: Cursor): Buckets {
  const { start } = c;
  c.expect("CLUSTERED", "BY");
  const columns = c.parenthesized(() => c.strictIdentifier("a column"));
  const sortedBy = c.acceptAll("SORTED", "BY") ? c.parenthesized(() => sortedColumn(c)) : [];
  c.expect("INTO");
  const count = c.integer("a number of buckets");
  c.expect("BUCKETS");
  return { kind: "buckets", span: c.span(start), columns, sortedBy, count };
}

function sortedColumn(c: Cursor): SortItem {
  const { start } = c;
  const column: Identifier = c.strictIdentifier("a column");
  const word = c.acceptAny("ASC", "DESC");
  if (word === "DESC") {
    c.raise("PARSE_SYNTAX_ERROR", `Operation not allowed: Column ordering must be ASC, was 'DESC'.`, c.span(start));
  }
  const direction = word === undefined ? undefined : "asc";
  const expression = { kind: "column", span: column.span, parts: [column] } as const;
  return { kind: "sort_item", span: c.span(start), expression, direction, nulls: undefined };
}

/** `ROW FILTER function ON (a, 'constant')`. */
export function rowFilter(c: Cursor): RowFilter {
  const { start } = c;
  c.expect("ROW", "FILTER");
  const name = objectName(c, "a function");
  c.expect("ON");
  const on = c.optionalList(() => c.rules.expression(c));
  return { kind: "row_filter", span: c.span(start), function: name, on };
}

/** `WITH SCHEMA BINDING | COMPENSATION | EVOLUTION | TYPE EVOLUTION`. */
export function schemaBinding(c: Cursor): SchemaBinding {
  c.expect("WITH", "SCHEMA");
  if (c.acceptAll("TYPE", "EVOLUTION")) return "type_evolution";
  const word = c.expectAny("BINDING", "COMPENSATION", "EVOLUTION");
  return word === "BINDING" ? "binding" : word === "COMPENSATION" ? "compensation" : "evolution";
}

/** What cannot stand together. Source: Spark's AstBuilder. */
function check(c: Cursor, found: Clauses, kind: ClauseSet): void {
  if (found.clusterBy !== undefined && found.partitionedBy.length > 0) {
    c.raise(
      "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED",
      "Cannot specify both CLUSTER BY and PARTITIONED BY.",
      found.clusterBy,
    );
  }
  if (found.clusterBy !== undefined && found.buckets !== undefined) {
    c.raise(
      "SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED",
      "Cannot specify both CLUSTER BY and CLUSTERED BY INTO BUCKETS.",
      found.clusterBy,
    );
  }
  const mixed = kind === "view" ? undefined : isMixed(found.partitionedBy);
  if (mixed !== undefined) {
    c.raise(
      "PARSE_SYNTAX_ERROR",
      "Operation not allowed: PARTITION BY: Cannot mix partition expressions and partition columns.",
      mixed,
    );
  }
  for (const each of found.hive) checkHive(c, each, found);
}

function checkHive(c: Cursor, each: HiveClause, found: Clauses): void {
  const shown = each.text.toUpperCase();
  if (each.clause === "stored_by" || each.clause === "skewed_by") {
    const what = each.clause === "stored_by" ? "STORED BY" : "CREATE TABLE ... SKEWED BY";
    c.raise("INVALID_STATEMENT_OR_CLAUSE", `The statement or clause: ${what} is not valid.`, each);
  }
  if (found.using !== undefined) {
    c.raise("INVALID_STATEMENT_OR_CLAUSE", `The statement or clause: USING … ${shown} is not valid.`, each);
  }
  if (each.clause !== "row_format") return;
  const stored = found.hive.find((other) => other.clause === "stored_as")?.text.toLowerCase() ?? "";
  const format = /^stored\s+as\s+(\w+)$/.exec(stored)?.[1];
  if (format === undefined || format === "inputformat") return;
  const serde = /^ROW\s+FORMAT\s+SERDE/.test(shown);
  const fits = serde ? ["sequencefile", "textfile", "rcfile"].includes(format) : format === "textfile";
  if (!fits) {
    c.raise(
      "PARSE_SYNTAX_ERROR",
      `Operation not allowed: ROW FORMAT ${serde ? "SERDE is incompatible with format" : "DELIMITED is only compatible with 'textfile', not"} '${format}'.`,
      each,
    );
  }
}
