import { field, LONG, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { analyzeChange } from "../../sql/analyzer/change.ts";
import { generate } from "../../sql/generator/generate.ts";
import { parseStatement } from "../../sql/parser/parse.ts";
import { plainContext } from "../../sql/plain-context.ts";
import type { Relation, Resolver } from "../../sql/resolver.ts";
import { runRowChange, type RowChangeOutcome } from "../write/bound-change.ts";
import { FILE, ROW } from "../write/row-changes.ts";
import type { Transaction } from "../write/transaction.ts";
import type { ReadableRows } from "./given-rows.ts";
import type { Runtime } from "./runtime.ts";

/** Runs an UPDATE, DELETE or MERGE whose text calls the table `target` and the rows given `source`. */
export async function changeTable(
  text: string,
  transaction: Transaction,
  runtime: Runtime,
  source?: ReadableRows,
): Promise<RowChangeOutcome | undefined> {
  const context = plainContext(text);
  const statement = parseStatement(text);
  if (statement.kind !== "update" && statement.kind !== "delete" && statement.kind !== "merge") {
    throw new BoathouseError("PARSE_SYNTAX_ERROR", `The condition holds another statement: ${text}`, {
      sqlState: "42601",
    });
  }
  const names = namesOf(transaction.schema, source?.schema);
  const bound = analyzeChange(statement, names, context);
  return runRowChange(bound, transaction, {
    async open(query, given) {
      const { sql } = generate(query, {
        context,
        scan: ({ id, relation }) => given.get(id) ?? sourceSql(relation, source),
        names: "unique",
      });
      return { sql, connection: await runtime.connect(sql) };
    },
    install: (connection, sql) => runtime.install(connection, sql),
    verify: () => Promise.resolve(),
  });
}

/** `target` and `source`, and nothing else. */
function namesOf(target: StructType, source: StructType | undefined): Resolver {
  const relations = new Map<string, Relation>([
    [
      "target",
      {
        name: ["target"],
        kind: "table",
        schema: target,
        hidden: [field(FILE, LONG), field(ROW, LONG)],
      },
    ],
  ]);
  if (source !== undefined) relations.set("source", { name: ["source"], kind: "table", schema: source });
  return {
    relation: (name) => (name.length === 1 ? relations.get((name[0] ?? "").toLowerCase()) : undefined),
    routine: () => undefined,
    relationNames: () => relations.keys(),
  };
}

function sourceSql(relation: Relation, source: ReadableRows | undefined): string {
  if (relation.name[0] === "source" && source !== undefined) return `(${source.select})`;
  throw new BoathouseError("UNSUPPORTED_FEATURE", "A change reads its own table in a subquery.", {
    sqlState: "0A000",
    hint: "Scan the table first, and give the rows as the source of a merge.",
  });
}
