import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { simpleString, type StructType } from "../../src/core/data-type.ts";
import { BoathouseError, messageOf } from "../../src/core/errors.ts";
import { resultText, type BinaryStyle, type ResultStyle } from "../../src/sql/format/result-text.ts";
import { parserCases } from "./parser.ts";
import { Databases, NotHere, type Result } from "./databases.ts";
import { SqlSession } from "./sql-session.ts";
import { outcomeOf, type CaseResult, type Suite, type SuiteOptions } from "./suite.ts";

/** Spark SQL: documentation examples, golden files, scenarios, grammar. */
export const suite: Suite = {
  name: "sql",
  async *run(options) {
    const databases = new Databases();
    try {
      yield* functionCases(options, databases);
      yield* scenarioCases(options, databases);
      yield* goldenCases(options, databases);
      yield* parserCases(options);
    } finally {
      await databases.close();
    }
  },
};

function read<T>(data: string, file: string): readonly T[] {
  const path = join(data, file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T[]) : [];
}

interface FunctionCase {
  readonly id: string;
  readonly query: string;
  readonly result: readonly string[];
  readonly schema: { readonly fields?: readonly JsonField[] };
  readonly nondet: boolean;
  readonly tz: string;
  readonly ansi: boolean;
}

interface JsonField {
  readonly name: string;
  readonly type: unknown;
}

async function* functionCases({ data, wanted }: SuiteOptions, databases: Databases): AsyncIterable<CaseResult> {
  for (const each of read<FunctionCase>(data, "functions.json")) {
    if (!wanted(each.id)) continue;
    const session = new SqlSession(databases, { ansi: each.ansi, timeZone: each.tz });
    const { fields } = each.schema;
    const types = fields?.map((one) => jsonTypeText(one.type));
    const names = fields?.map((one) => one.name);
    const raised = /^\[([A-Z][A-Z_.]+)\] /.exec(each.result[0] ?? "");
    yield await checked({ id: each.id, group: "functions" }, async () => {
      const result = await session.run(each.query).catch((error: unknown) => {
        const schema =
          raised?.[1] !== undefined && error instanceof BoathouseError && error.code === raised[1]
            ? session.schemaOf(each.query)
            : undefined;
        if (schema === undefined) throw error;
        return { schema, rows: undefined };
      });
      const actual =
        result.rows === undefined ? each.result : linesOf({ schema: result.schema, rows: result.rows }, "hive");
      const value = each.nondet || sameLines(trimmed(actual), trimmed(each.result), each.query);
      const type =
        types === undefined ||
        sameList(
          types,
          result.schema.fields.map((one) => simpleString(one.type)),
        );
      const name =
        names === undefined ||
        sameList(
          names,
          result.schema.fields.map((one) => one.name),
        );
      return {
        checks: { value, type, name },
        actual: describe(result.schema, actual),
        expected: describeText(names, types, each.result),
      };
    });
  }
}

interface ScenarioCase {
  readonly id: string;
  readonly cat: string;
  readonly setup: readonly string[];
  readonly config: Readonly<Record<string, string>>;
  readonly query: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  readonly error?: string;
  readonly ordered?: boolean;
  readonly nondet: boolean;
  readonly tz: string;
  readonly ansi: boolean;
}

async function* scenarioCases({ data, wanted }: SuiteOptions, databases: Databases): AsyncIterable<CaseResult> {
  for (const each of read<ScenarioCase>(data, "scenarios.json")) {
    if (!wanted(each.id)) continue;
    const session = new SqlSession(databases, { ansi: each.ansi, timeZone: each.tz });
    yield await checked({ id: each.id, group: "scenarios" }, async () => {
      for (const statement of each.setup) await session.run(statement);
      if (each.error !== undefined) return expectError(() => session.run(each.query), undefined);
      const result = await session.run(each.query);
      // Tables of scenarios lose the blanks around their cells.
      const lines = linesOf(result, "show").map((line) => cells(line));
      const expected = (each.rows ?? []).map((row) => cells(row.join("\t")));
      const value =
        each.nondet ||
        (each.ordered === true ? sameList(lines, expected) : sameList([...lines].sort(), [...expected].sort()));
      const name =
        each.columns === undefined ||
        sameList(
          each.columns,
          result.schema.fields.map((one) => one.name),
        );
      return {
        checks: { value, name },
        actual: describe(result.schema, lines),
        expected: describeText(each.columns, undefined, expected),
      };
    });
    await session.drop();
  }
}

interface GoldenFile {
  readonly ansi: boolean;
  readonly tz: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly skip: string | null;
  readonly statements: readonly GoldenStatement[];
}

interface GoldenStatement {
  readonly i: number;
  readonly query: string;
  readonly schema: string;
  readonly output: string | null;
  readonly error: GoldenError | null;
  readonly nondet: boolean;
}

interface GoldenError {
  readonly condition: string;
  /** The exception's class in Java, which tells errors of analysis from those of running. */
  readonly class: string;
  /** The class, and after it what Spark reports as JSON: `sqlState`, `queryContext`. */
  readonly text: string;
}

async function* goldenCases({ data, wanted }: SuiteOptions, databases: Databases): AsyncIterable<CaseResult> {
  const folder = join(data, "golden");
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder).sort()) {
    const name = basename(file, ".json");
    const golden = JSON.parse(readFileSync(join(folder, file), "utf8")) as GoldenFile;
    const ids = golden.statements.map((each) => `golden/${name}/${each.i}`);
    if (!ids.some(wanted)) continue;
    const session = new SqlSession(databases, { ansi: golden.ansi, timeZone: golden.tz, settings: golden.settings });
    const unsupported = golden.skip ?? legacySetting(golden.settings);
    const binary = binaryStyle(golden.settings["spark.sql.binaryOutputStyle"]);
    for (const [index, each] of golden.statements.entries()) {
      const id = ids[index] ?? "";
      const group = goldenGroup(each);
      if (unsupported !== undefined) yield { id, group, outcome: "skipped", detail: unsupported };
      else yield excused(await checked({ id, group }, () => goldenCase(session, each, binary)), session, each.query);
    }
    await session.drop();
  }
}

function goldenGroup(each: GoldenStatement): string {
  if (each.error !== null) return isOfAnalysis(each.error) ? "golden analysis errors" : "golden runtime errors";
  return each.schema === "struct<>" ? "golden commands" : "golden queries";
}

/** Errors of parser and analyzer, unlike those that only values raise. */
function isOfAnalysis(error: GoldenError): boolean {
  return /(?:Analysis|Parse|Scripting|NoSuch\w*|AlreadyExists)Exception$/.test(error.class);
}

/** Spark's own legacy behaviours are not ours to imitate. */
function legacySetting(settings: GoldenFile["settings"]): string | undefined {
  const found = Object.entries(settings).find(
    ([name, value]) => name.startsWith("spark.sql.legacy.") && !/^(?:CORRECTED|EXCEPTION)$/.test(value),
  );
  return found === undefined ? undefined : `needs ${found.join(" = ")}`;
}

const BINARY_STYLES: Readonly<Record<string, BinaryStyle>> = {
  UTF8: "utf8",
  "UTF-8": "utf8",
  BASIC: "basic",
  BASE64: "base64",
  HEX: "hex",
  HEX_DISCRETE: "hex_discrete",
};

function binaryStyle(name: string | undefined): BinaryStyle | undefined {
  return name === undefined ? undefined : BINARY_STYLES[name.toUpperCase()];
}

/** What differs for a reason that lies outside is not wrong. */
function excused(result: CaseResult, session: SqlSession, query: string): CaseResult {
  // Spark runs the files from PostgreSQL with its own intervals of old.
  const old = result.id.startsWith("golden/postgreSQL__") && /\binterval\b/i.test(query);
  const excuse =
    result.outcome !== "wrong" ? undefined : old ? "needs spark.sql.legacy.interval.enabled" : session.excuse(query);
  return excuse === undefined ? result : { ...result, outcome: "skipped", detail: excuse };
}

async function goldenCase(
  session: SqlSession,
  each: GoldenStatement,
  binary: BinaryStyle | undefined,
): Promise<Verdict> {
  if (each.error !== null) {
    // Where an exception of Java's own comes through, Spark has no condition: then any error of ours will do.
    const condition = each.error.condition.startsWith("java.") ? undefined : each.error.condition;
    return expectError(() => session.run(each.query), { ...each.error, condition, query: each.query });
  }
  const result = await session.run(each.query);
  const lines = (result.lines ?? linesOf(result, "hive", binary)).map((line) => line.replaceAll(/#\d+/g, "#x"));
  // Golden files are written without the blanks at their end.
  const whole = lines.every((line) => line.trim() === "") ? [] : lines;
  const actual = whole.length === 1 ? whole.map((line) => line.trimEnd()) : whole;
  const expected = each.output === null || each.output === "" ? [] : each.output.split("\n");
  const value = each.nondet || each.schema === "struct<>" || sameLines(actual, expected, each.query);
  const text = simpleString(result.schema);
  const types = result.schema.fields.map((one) => simpleString(one.type));
  const names = result.schema.fields.map((one) => one.name);
  const exact = each.schema === "struct<>" || text === each.schema;
  const type =
    exact || new RegExp(`^struct<${types.map((one) => `[^]*:${escaped(one)}`).join(",")}>$`).test(each.schema);
  const name =
    exact || new RegExp(`^struct<${names.map((one) => `${escaped(one)}:[^]*`).join(",")}>$`).test(each.schema);
  return {
    checks: { value, type, name },
    actual: `${text}\n${actual.join("\n")}`,
    expected: `${each.schema}\n${expected.join("\n")}`,
  };
}

interface Verdict {
  readonly checks?: NonNullable<CaseResult["checks"]>;
  readonly outcome?: CaseResult["outcome"];
  readonly actual: string;
  readonly expected: string;
}

async function checked(
  which: { readonly id: string; readonly group: string },
  work: () => Promise<Verdict>,
): Promise<CaseResult> {
  try {
    const { checks, outcome, actual, expected } = await work();
    const found = outcome ?? outcomeOf(checks ?? {});
    const detail = found === "passed" ? {} : { detail: `expected ${expected}\nactual   ${actual}` };
    return { ...which, outcome: found, ...(checks === undefined ? {} : { checks }), ...detail };
  } catch (error) {
    if (error instanceof NotHere) return { ...which, outcome: "skipped", detail: `needs the engine: ${error.message}` };
    const code = error instanceof BoathouseError ? `[${error.code}] ` : "[crash] ";
    return { ...which, outcome: "refused", detail: `${code}${messageOf(error)}` };
  }
}

interface ExpectedError {
  readonly condition: string | undefined;
  readonly text: string;
  readonly query: string;
}

/** Without an expectation any error will do. */
async function expectError(run: () => Promise<Result>, expected: ExpectedError | undefined): Promise<Verdict> {
  const condition = expected?.condition;
  try {
    const result = await run();
    return { outcome: "accepted", actual: linesOf(result, "hive").join("\n"), expected: `error ${condition ?? ""}` };
  } catch (error) {
    if (error instanceof NotHere) throw error;
    const code = error instanceof BoathouseError ? error.code : "crash";
    const passed = condition === undefined ? code !== "crash" : code === condition;
    return {
      outcome: passed ? "passed" : "condition",
      ...(passed && expected !== undefined && error instanceof BoathouseError
        ? { checks: errorChecks(error, expected) }
        : {}),
      actual: `${code}: ${messageOf(error)}`,
      expected: condition ?? "an error",
    };
  }
}

interface SparkReport {
  readonly sqlState?: string;
  readonly queryContext?: readonly {
    readonly objectType: string;
    readonly startIndex: number;
    readonly stopIndex: number;
  }[];
}

/** SQLSTATE and place, where Spark's report has them. Spark counts from 1 and includes the end. */
function errorChecks(error: BoathouseError, expected: ExpectedError): NonNullable<CaseResult["checks"]> {
  const json = expected.text.indexOf("{");
  if (json < 0) return {};
  const { sqlState, queryContext = [] } = JSON.parse(expected.text.slice(json)) as SparkReport;
  const [where] = queryContext;
  const { location } = error;
  const offset = (line: number, column: number): number =>
    expected.query
      .split("\n")
      .slice(0, line - 1)
      .reduce((sum, text) => sum + text.length + 1, column - 1);
  return {
    ...(sqlState === undefined ? {} : { sqlState: sqlState === error.sqlState }),
    ...(where === undefined || where.objectType !== ""
      ? {}
      : {
          span:
            location !== undefined &&
            offset(location.line, location.column) === where.startIndex - 1 &&
            offset(location.endLine ?? location.line, location.endColumn ?? location.column) === where.stopIndex,
        }),
  };
}

function linesOf(result: Result, style: ResultStyle, binary?: BinaryStyle): string[] {
  const { fields } = result.schema;
  return result.rows.map((row) =>
    row.map((value, index) => resultText(value, fields[index]?.type ?? { kind: "void" }, style, binary)).join("\t"),
  );
}

function cells(line: string): string {
  return line
    .split("\t")
    .map((cell) => shortest(cell.trim()))
    .join("\t");
}

/** The documentation gives its lines without the blanks at both ends. */
function trimmed(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split("\n")).map((line) => line.trim());
}

/** Whether there is an ORDER BY outside parentheses. */
function ordersRows(query: string): boolean {
  let outer = query;
  for (let before = ""; before !== outer;) {
    before = outer;
    outer = outer.replaceAll(/\([^()]*\)/g, " ");
  }
  return /\border\s+by\b/i.test(outer);
}

/** Lines of text, in any order unless the query puts its rows in one. */
function sameLines(actual: readonly string[], expected: readonly string[], query: string): boolean {
  const flat = (lines: readonly string[]): string[] =>
    lines
      .join("\n")
      .split("\n")
      .map((line) => rounded(shortest(line.trimEnd()), query));
  const [a, b] = [flat(actual), flat(expected)];
  return ordersRows(query) ? sameList(a, b) || sameList([...a].sort(), b) : sameList([...a].sort(), [...b].sort());
}

/** Java before 19 writes some doubles with a digit too many: the number counts. */
function shortest(line: string): string {
  return line.replaceAll(/-?\d\.\d+E-?\d+/g, (text) => String(Number(text)));
}

const STATISTICS = /\b(?:regr_\w+|skewness|kurtosis|var\w*|std\w*|corr|covar_\w+)\s*\(/i;

/** Moments depend on how rows fall into partitions, in Spark too: their last digits do not count. */
function rounded(line: string, query: string): string {
  return STATISTICS.test(query)
    ? line.replaceAll(/-?\d+\.\d{13,}/g, (text) => String(Number(Number(text).toPrecision(13))))
    : line;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function describe(schema: StructType, lines: readonly string[]): string {
  return describeText(
    schema.fields.map((each) => each.name),
    schema.fields.map((each) => simpleString(each.type)),
    lines,
  );
}

function describeText(
  names: readonly string[] | undefined,
  types: readonly string[] | undefined,
  lines: readonly string[],
): string {
  return `${(names ?? []).map((name, index) => `${name}: ${types?.[index] ?? "?"}`).join(", ")} => ${lines.join(" ; ")}`;
}

/** A type in Spark's JSON form as `simpleString` writes it. */
function jsonTypeText(type: unknown): string {
  if (typeof type === "string") return JSON_NAMES[type] ?? type.replaceAll(", ", ",");
  if (typeof type !== "object" || type === null) return "?";
  const { type: kind, ...rest } = type as Readonly<Record<string, unknown>>;
  if (kind === "array") return `array<${jsonTypeText(rest["elementType"])}>`;
  if (kind === "map") return `map<${jsonTypeText(rest["keyType"])},${jsonTypeText(rest["valueType"])}>`;
  const fields = Array.isArray(rest["fields"]) ? (rest["fields"] as JsonField[]) : [];
  return `struct<${fields.map((each) => `${each.name}:${jsonTypeText(each.type)}`).join(",")}>`;
}

const JSON_NAMES: Readonly<Record<string, string>> = {
  integer: "int",
  long: "bigint",
  short: "smallint",
  byte: "tinyint",
  null: "void",
};
