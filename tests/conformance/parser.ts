import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import { BoathouseError } from "../../src/core/errors.ts";
import { parseDataType, parseNamedExpression, parseSchema, parseStatement } from "../../src/sql/parser/parse.ts";
import { print } from "../../src/sql/print.ts";
import type { CaseResult, SuiteOptions } from "./suite.ts";

interface ParserCase {
  readonly id: string;
  readonly kind: "plan" | "expression" | "data_type" | "table_schema";
  readonly input: string;
  readonly accept: boolean;
  readonly exception: string | null;
}

const RULES: Readonly<Record<ParserCase["kind"], (text: string) => unknown>> = {
  plan: parseStatement,
  expression: parseNamedExpression,
  data_type: parseDataType,
  table_schema: parseSchema,
};

/**
 * What the parser alone can show: `parser.json` (accept or reject), `databricks-statements.json` (a structured
 * statement) and, as group `golden syntax`, that each golden file's statements that Spark ran parse and, printed,
 * parse to the same tree.
 */
export function* parserCases({ data, wanted }: SuiteOptions): Generator<CaseResult> {
  for (const each of read<ParserCase[]>(data, "parser.json")) if (wanted(each.id)) yield accepts(each);
  for (const each of read<{ id: string; sql: string }[]>(data, "databricks-statements.json")) {
    const id = `databricks/${each.id}`;
    if (wanted(id)) yield parses(id, "databricks statements", [each.sql]);
  }
  for (const file of existsSync(join(data, "golden")) ? readdirSync(join(data, "golden")).toSorted() : []) {
    const id = `golden-syntax/${file.replace(/\.json$/, "")}`;
    if (!wanted(id)) continue;
    const { statements } = JSON.parse(readFileSync(join(data, "golden", file), "utf8")) as { statements: Golden[] };
    // An error may be the parser's. `${…}` is replaced before Spark parses.
    const parsed = statements.filter((each) => (each.error ?? undefined) === undefined && !each.query.includes("${"));
    yield parses(
      id,
      "golden syntax",
      parsed.map((each) => each.query),
    );
  }
}

interface Golden {
  readonly query: string;
  readonly error?: unknown;
}

function accepts(each: ParserCase): CaseResult {
  const result = { id: each.id, group: each.accept ? "parser accept" : "parser reject" };
  const problem = problemOf(() => RULES[each.kind](each.input));
  if ((problem === undefined) === each.accept) return { ...result, outcome: "passed", checks: { value: true } };
  const outcome = each.accept ? "refused" : "accepted";
  return { ...result, outcome, checks: { value: false }, detail: `${each.input}\n${problem ?? each.exception ?? ""}` };
}

function parses(id: string, group: string, statements: readonly string[]): CaseResult {
  for (const text of statements) {
    const problem = problemOf(() => {
      const tree = parseStatement(text);
      const printed = print(tree);
      if (isDeepStrictEqual(withoutSpans(tree), withoutSpans(parseStatement(printed)))) return;
      throw new BoathouseError("PRINT_DIFFERS", `printed as ${printed}`);
    });
    if (problem !== undefined) {
      return { id, group, outcome: "refused", checks: { value: false }, detail: `${text}\n${problem}` };
    }
  }
  return { id, group, outcome: "passed", checks: { value: true } };
}

function problemOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof BoathouseError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "span" && key !== "typeSpan");
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutSpans(each)]));
}

function read<Value>(folder: string, file: string): Value {
  const path = join(folder, file);
  return JSON.parse(existsSync(path) ? readFileSync(path, "utf8") : "[]") as Value;
}
