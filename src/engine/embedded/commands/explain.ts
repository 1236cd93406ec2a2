import type { Access } from "../../../catalog/access.ts";
import { findRelation } from "../../../catalog/find.ts";
import { partsOf } from "../../../sql/ast/node.ts";
import { textOf } from "../../../core/value.ts";
import { simpleString } from "../../../core/data-type.ts";
import type { Statement } from "../../../sql/ast/statement.ts";
import { analyzeQuery } from "../../../sql/analyzer/analyze.ts";
import { analyzeChange } from "../../../sql/analyzer/change.ts";
import { pretty } from "../../../sql/analyzer/pretty.ts";
import type { BoundPlan, Scan } from "../../../sql/bound.ts";
import type { BoundRowChange } from "../../../sql/change.ts";
import { planText, type PlanTextOptions } from "../../../sql/plan-text.ts";
import { generateSql } from "../query.ts";
import { rowsResult, textColumns } from "../result.ts";
import { fileCounts, isGoverned, scanPredicate } from "../scans.ts";
import type { StatementCall } from "../statement-call.ts";
import { targetScan } from "../../../delta/write/bound-change.ts";
import type { Command } from "./command.ts";

/** What a statement would compute: its plans, and the scans that they share. */
interface Explained {
  readonly title: string;
  readonly plans: readonly { readonly label: string; readonly plan: BoundPlan }[];
  readonly scans: readonly Scan[];
  /** In the plans of an UPDATE, DELETE or MERGE policies and conditions are one. */
  readonly isRowChange?: true;
  /** Scans that a change reads with the positions of their rows. */
  readonly given: ReadonlyMap<number, string>;
}

/**
 * `EXPLAIN statement`: the analyzed plan with what each scan reads, and the DuckDB SQL; `EXTENDED` and `FORMATTED` add DuckDB's
 * own plan. Nothing is run. Of tables with a row filter or masks only the metastore's admin sees the SQL, DuckDB's plan and the
 * policies' bodies: they tell of hidden rows.
 */
export const explain: Command<"explain"> = {
  kinds: ["explain"],
  async run(statement, call) {
    const { statement: inner, mode } = statement;
    const found = await explained(inner, call);
    if (found === undefined) {
      const plan = `== Analyzed Plan ==\nExecute ${inner.kind.replaceAll("_", " ").toUpperCase()}`;
      return rowsResult("EXPLAIN", textColumns("plan"), [{ plan }]);
    }
    const access = await call.access();
    const isAdmin = access.isMetastoreAdmin();
    const secret = new Set(
      isAdmin ? [] : found.scans.filter(({ relation }) => isGoverned(relation)).map(({ id }) => id),
    );
    const seen = new Set<number>();
    const onScan = (id: number): void => void seen.add(id);
    const tree = treeOf(found, { scans: found.scans, notes: await notesOf(found.scans, secret, call), secret, onScan });
    const isBehindView =
      !isAdmin && found.scans.some(({ id, relation }) => seen.has(id) && !isReadable(relation.name, access));
    const hides = isBehindView || (secret.size > 0 && found.isRowChange === true);
    const parts = [`== Analyzed Plan ==\n${hides ? found.title : tree}`];
    if (mode !== "simple" && found.isRowChange !== true) parts.push(`== Output ==\n${outputOf(found)}`);
    if (isBehindView) parts.push("The rest is not shown: a view reads tables that you may not read yourself.");
    else if (secret.size > 0) parts.push("The rest is not shown: a table has a row filter or column masks.");
    else parts.push(...(await sqlOf(found, mode !== "simple", call)));
    return rowsResult("EXPLAIN", textColumns("plan"), [{ plan: parts.join("\n\n") }]);
  },
};

/** Whether the user may read a relation, and not only a view on it. */
function isReadable(name: readonly string[], access: Access): boolean {
  const found = name.length === 3 ? findRelation(access, name) : undefined;
  return found === undefined || access.decide("SELECT", found).allowed;
}

async function explained(statement: Statement, call: StatementCall): Promise<Explained | undefined> {
  switch (statement.kind) {
    case "query": {
      const bound = await call.analyze((resolver, context) => analyzeQuery(statement, resolver, context));
      return { title: "", plans: [{ label: "", plan: bound.plan }], scans: bound.scans, given: new Map() };
    }
    case "insert":
    case "update":
    case "delete":
    case "merge": {
      const { target, kind } = statement;
      const resolver = await call.resolver();
      resolver.willChange({ span: target.span, rows: kind !== "insert", pipeline: call.options.pipeline });
      const bound = await call.analyze((names, context) => analyzeChange(statement, names, context));
      const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${bound.target.name.join(".")}`;
      if (bound.kind !== "insert") {
        const given = await scanOfTarget(bound, call);
        return { title, plans: changePlans(bound), scans: bound.scans, given, isRowChange: true };
      }
      const overwrite = { none: "", all: ", overwriting all", where: ", replacing where", using: ", replacing using" };
      const where = bound.overwrite.kind === "where" ? ` ${pretty(bound.overwrite.condition)}` : "";
      const how = `${title}${overwrite[bound.overwrite.kind]}${where}`;
      return { title: how, plans: [{ label: "", plan: bound.plan }], scans: bound.scans, given: new Map() };
    }
    case "create_table":
    case "create_view":
    case "create_dataset": {
      const { query, name, kind } = statement;
      if (query === undefined) return undefined;
      const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, context));
      const what =
        kind === "create_table" ? "CreateTableAsSelect" : kind === "create_view" ? "CreateView" : "CreateDataset";
      const shown = name.kind === "name" ? partsOf(name) : await call.parts(name);
      const plans = [{ label: "", plan: bound.plan }];
      return { title: `${what} ${shown.join(".")}`, plans, scans: bound.scans, given: new Map() };
    }
    case "block":
      throw call.unsupported(statement.span, "EXPLAIN of a script", "Explain its statements one by one.");
    default:
      return undefined;
  }
}

function changePlans({ changes, inserts, insertsOnly }: BoundRowChange): Explained["plans"] {
  return [
    ...(insertsOnly ? [] : [{ label: "Rows that change", plan: changes }]),
    ...(inserts === undefined
      ? []
      : [{ label: insertsOnly ? "Rows to add" : "Rows to add to an empty table", plan: inserts }]),
  ];
}

/** The scan of the table that changes, as the change itself makes it. */
async function scanOfTarget(bound: BoundRowChange, call: StatementCall): Promise<ReadonlyMap<number, string>> {
  const source = (await call.resolver()).sourceOf(bound.target);
  const scan = bound.scans[bound.scan];
  if (source?.kind !== "delta" || scan === undefined) return new Map();
  const predicate = scanPredicate(scan);
  return targetScan(bound, await source.snapshot.scan(predicate === undefined ? {} : { predicate }));
}

function treeOf({ title, plans }: Explained, options: PlanTextOptions): string {
  const texts = plans.map(({ label, plan }) =>
    label === "" ? planText(plan, options) : `${label}:\n${indented(planText(plan, options), "   ")}`,
  );
  if (title === "") return texts.join("\n");
  return `${title}\n${texts.map((text) => `+- ${indented(text, "   ").trimStart()}`).join("\n")}`;
}

function indented(text: string, by: string): string {
  return text.replaceAll(/^/gm, by);
}

/** How many files each scan reads, and by which conditions others are skipped. */
async function notesOf(
  scans: readonly Scan[],
  secret: ReadonlySet<number>,
  call: StatementCall,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const resolver = await call.resolver();
  const notes = new Map<number, readonly string[]>();
  for (const scan of scans) {
    const source = resolver.sourceOf(scan.relation);
    if (source?.kind !== "delta" || scan.stream) continue;
    const predicate = scanPredicate(scan);
    const planned = await source.snapshot.scan({ listOnly: true, ...(predicate === undefined ? {} : { predicate }) });
    const { files, skipped } = fileCounts(planned, scan.relation);
    const pushed = secret.has(scan.id) ? [] : scan.conjuncts.map(pretty);
    notes.set(scan.id, [
      `version ${source.snapshot.version}, ${files} files to read, ${skipped} skipped`,
      ...(pushed.length === 0 ? [] : [`pushed: ${pushed.join(", ")}`]),
    ]);
  }
  return notes;
}

function outputOf({ plans }: Explained): string {
  const columns = plans.at(0)?.plan.columns ?? [];
  return columns.map((each) => `${each.name}: ${simpleString(each.type)}`).join("\n");
}

async function sqlOf(found: Explained, withPlan: boolean, call: StatementCall): Promise<string[]> {
  const parts: string[] = [];
  for (const { label, plan } of found.plans) {
    const names = found.title === "" ? "result" : "unique";
    const { sql, connection } = await generateSql({ plan, scans: found.scans }, call, { names, given: found.given });
    const of = label === "" ? "" : ` (${label.toLowerCase()})`;
    try {
      parts.push(`== DuckDB SQL${of} ==\n${sql}`);
      if (!withPlan) continue;
      const rows = await connection.rows(`EXPLAIN ${sql}`);
      parts.push(`== DuckDB plan${of} ==\n${rows.map((row) => textOf(row["explain_value"])).join("\n")}`);
    } finally {
      connection.close();
    }
  }
  return parts;
}
