import type { AutoCdc, ColumnSelection, CreateFlow, CreateMode } from "../ast/create.ts";
import type { Expression, ObjectName } from "../ast/expression.ts";
import type { TableReference } from "../ast/query.ts";
import { existsClause } from "./change.ts";
import { ifNotExists } from "./create-table.ts";
import type { Cursor } from "./cursor.ts";
import { query } from "./query.ts";
import { objectName, relationPrimary } from "./relation.ts";

interface AutoCdcFlow {
  readonly autoCdc: AutoCdc;
  readonly target: ObjectName | undefined;
  readonly once: boolean;
}

/** From FLOW on: `name [COMMENT …] AS INSERT INTO … | AUTO CDC … | APPLY CHANGES …`. */
export function createFlow(c: Cursor, start: number, mode: CreateMode): CreateFlow {
  c.expect("FLOW");
  const given = existsClause(c) ? ifNotExists(c, mode) : mode;
  const name = objectName(c, "a flow");
  const comment = c.accept("COMMENT") ? c.string("a comment") : undefined;
  c.expect("AS");
  if (c.acceptAll("INSERT", "INTO")) {
    const onceBefore = c.at("ONCE") && c.peek().kind !== "operator" && c.accept("ONCE");
    const target = objectName(c, "a streaming table");
    const once = onceBefore || c.accept("ONCE");
    const byName = c.acceptAll("BY", "NAME");
    const source = query(c);
    const base = { kind: "create_flow", mode: given, name, comment, target, once, byName } as const;
    return { ...base, span: c.span(start), query: source, autoCdc: undefined };
  }
  const flow = autoCdc(c, "the target follows");
  if (flow.target === undefined) return c.fail("'INTO'");
  const { target, once } = flow;
  const base = { kind: "create_flow", mode: given, name, comment, target, once, byName: false } as const;
  return { ...base, span: c.span(start), query: undefined, autoCdc: flow.autoCdc };
}

/** `APPLY CHANGES INTO …` as a statement of its own. */
export function applyChanges(c: Cursor): CreateFlow {
  const { start } = c;
  const flow = autoCdc(c, "the target follows");
  if (flow.target === undefined) return c.fail("'INTO'");
  const { target, once } = flow;
  return {
    kind: "create_flow",
    span: c.span(start),
    mode: "create",
    name: undefined,
    comment: undefined,
    target,
    once,
    byName: false,
    query: undefined,
    autoCdc: flow.autoCdc,
  };
}

/** These clauses of AUTO CDC are known and refused: nothing here keeps two times. */
const REFUSED = [
  ["SYSTEM", "SEQUENCE", "BY"],
  ["STORED", "AS", "BITEMPORAL"],
  ["COLUMNS", "TO", "UPDATE"],
];

/** `AUTO CDC [ONCE] [INTO t] FROM s KEYS (…) …`. */
export function autoCdc(c: Cursor, targets: "the target follows" | "the target is given"): AutoCdcFlow {
  const { start } = c;
  const legacy = c.acceptAll("APPLY", "CHANGES");
  if (!legacy) c.expect("AUTO", "CDC");
  const once = c.accept("ONCE");
  const target = targets === "the target follows" ? (c.expect("INTO"), objectName(c, "a streaming table")) : undefined;
  c.expect("FROM");
  const source = cdcSource(c);
  c.expect("KEYS");
  const keys = c.parenthesized(() => c.name("a column"));
  let ignoreNullUpdates = false;
  let ignoreNullUpdatesOn: ColumnSelection | undefined;
  let where: Expression | undefined;
  let deleteWhen: Expression | undefined;
  let truncateWhen: Expression | undefined;
  let sequenceBy: Expression | undefined;
  let columns: ColumnSelection | undefined;
  let scdType: 1 | 2 | undefined;
  let trackHistory: ColumnSelection | undefined;
  const seen = new Set<string>();
  const clause = (...words: readonly string[]): boolean => {
    if (!c.acceptAll(...words)) return false;
    const name = words.join(" ");
    if (seen.has(name))
      c.raise("DUPLICATE_CLAUSES", `Found duplicate clauses: ${name}. Please, remove one of them.`, c.token);
    seen.add(name);
    return true;
  };
  for (;;) {
    const refused = REFUSED.find((words) => c.atAll(...words));
    if (refused !== undefined) {
      c.raise("UNSUPPORTED_FEATURE.AUTO_CDC", `AUTO CDC does not support ${refused.join(" ")} here.`, c.token);
    }
    if (clause("IGNORE", "NULL", "UPDATES")) {
      ignoreNullUpdates = true;
      if (c.accept("ON")) ignoreNullUpdatesOn = selection(c);
    } else if (clause("WHERE")) where = c.rules.expression(c);
    else if (clause("APPLY", "AS", "DELETE", "WHEN")) deleteWhen = c.rules.expression(c);
    else if (clause("APPLY", "AS", "TRUNCATE", "WHEN")) truncateWhen = c.rules.expression(c);
    else if (clause("SEQUENCE", "BY")) sequenceBy = c.rules.expression(c);
    else if (clause("COLUMNS")) columns = selection(c);
    else if (clause("STORED", "AS", "SCD", "TYPE")) {
      const type = c.integer("1 or 2");
      if (type !== 1 && type !== 2)
        c.raise("PARSE_SYNTAX_ERROR", `There is no SCD type ${type}: only 1 and 2.`, c.span(start));
      scdType = type === 1 ? 1 : 2;
    } else if (clause("TRACK", "HISTORY", "ON")) trackHistory = selection(c);
    else break;
  }
  if (sequenceBy === undefined) return c.fail("'SEQUENCE BY'");
  if (trackHistory !== undefined && scdType !== 2) {
    c.raise("PARSE_SYNTAX_ERROR", "TRACK HISTORY ON needs STORED AS SCD TYPE 2.", trackHistory);
  }
  const node: AutoCdc = {
    kind: "auto_cdc",
    span: c.span(start),
    legacy,
    source,
    keys,
    where,
    ignoreNullUpdates,
    ignoreNullUpdatesOn,
    deleteWhen,
    truncateWhen,
    sequenceBy,
    columns,
    scdType: scdType ?? 1,
    trackHistory,
  };
  return { autoCdc: node, target, once };
}

/** The source stands before KEYS (…), which would read as its alias. */
function cdcSource(c: Cursor): TableReference {
  c.noAlias = "KEYS";
  try {
    return relationPrimary(c);
  } finally {
    c.noAlias = undefined;
  }
}

/** `(a, b)`, `* EXCEPT (a, b)`, `a, b`. */
function selection(c: Cursor): ColumnSelection {
  const { start } = c;
  if (c.accept("*")) {
    const columns = c.accept("EXCEPT") ? c.parenthesized(() => c.name("a column")) : [];
    return { kind: "column_selection", span: c.span(start), except: true, columns };
  }
  const columns = c.at("(") ? c.parenthesized(() => c.name("a column")) : c.list(() => c.name("a column"));
  return { kind: "column_selection", span: c.span(start), except: false, columns };
}
