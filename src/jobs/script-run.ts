import { throwIfAborted } from "../core/cancellation.ts";
import { STRING } from "../core/data-type.ts";
import { locationOf } from "../core/diagnostic.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { uuidFrom } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Parameter, Session, StatementOptions } from "../engine/session.ts";
import type { HandlerContext } from "../runs/handler.ts";
import type { Cell, Notebook } from "./notebook.ts";
import { parsePython, type PythonStatement, type PythonValue } from "./python-cell.ts";
import { outputFromJson, outputOf, outputToJson, type StatementOutput } from "./result.ts";
import { scriptStatements, type ScriptStatement } from "./sql-script.ts";
import { taskValueName } from "./task-value.ts";
import { widgetStatement } from "./widget.ts";

export interface ScriptResult {
  /** What the last statement that returned rows left. */
  readonly last: StatementOutput | undefined;
  /** What `dbutils.notebook.exit` said. */
  readonly exit: string | undefined;
  /** How many statements ran. */
  readonly statements: number;
}

/**
 * Runs the cells of a notebook (or of a SQL file) in one session. After a crash, statements whose end is in the log are
 * not run again, except those that only change the session; the one that was under way carries the same write identity
 * as before, so a commit that happened is not repeated.
 */
export async function runScript(
  notebook: Notebook,
  run: {
    readonly context: HandlerContext;
    readonly session: Session;
    readonly parameters: Readonly<Record<string, string>>;
  },
): Promise<ScriptResult> {
  return new ScriptRun(notebook, run.context, run.session, run.parameters).run();
}

class ScriptRun {
  readonly #notebook: Notebook;
  readonly #context: HandlerContext;
  readonly #session: Session;
  readonly #given: Readonly<Record<string, string>>;
  /** Widgets by name: what the task gives comes before a default. */
  readonly #widgets: Map<string, string>;
  readonly #variables = new Map<string, PythonValue>();
  #count = 0;
  #last: StatementOutput | undefined;

  constructor(notebook: Notebook, context: HandlerContext, session: Session, given: Readonly<Record<string, string>>) {
    this.#notebook = notebook;
    this.#context = context;
    this.#session = session;
    this.#given = given;
    this.#widgets = new Map(Object.entries(given));
  }

  async run(): Promise<ScriptResult> {
    const { text, file, cells } = this.#notebook;
    const python = new Map<Cell, PythonStatement[]>();
    for (const cell of cells) {
      if (cell.kind === "python") python.set(cell, parsePython(cell.text, cell.line, file, text));
    }
    for (const cell of cells) {
      if (cell.kind === "sql") await this.#runSql(cell);
      for (const statement of python.get(cell) ?? []) {
        if (statement.kind === "exit") {
          const exit = await this.#evaluate(statement.value);
          return { ...this.#result(), exit: typeof exit === "string" ? exit : JSON.stringify(exit) };
        }
        await this.#runPython(statement);
      }
    }
    return this.#result();
  }

  #result(): ScriptResult {
    return { last: this.#last, exit: undefined, statements: this.#count };
  }

  async #runSql(cell: Cell): Promise<void> {
    const text = this.#substitute(cell);
    for (const statement of scriptStatements(text, cell.line, this.#notebook.file)) {
      const widget = widgetStatement(statement, this.#notebook);
      if (widget === undefined) {
        const output = await this.#statement(statement);
        if (output.rows.length > 0 || isQuery(statement)) this.#last = output;
      } else if (widget.kind === "create") {
        this.#widgets.set(widget.name, this.#given[widget.name] ?? widget.default);
      } else {
        this.#widgets.delete(widget.name);
      }
    }
  }

  async #statement(statement: ScriptStatement): Promise<StatementOutput> {
    throwIfAborted(this.#context.signal);
    this.#count += 1;
    const version = this.#count;
    const name = this.#nameOf(version, statement.text);
    const txn = { appId: name, version };
    const run = async () => outputToJson(await this.#execute(statement.text, writes(statement) ? { txn } : {}));
    const output = changesSession(statement) ? await run() : await this.#context.once(name, run);
    return outputFromJson(output);
  }

  /** Names a statement of this attempt; another one when the user has changed its text before a resumption. */
  #nameOf(number: number, text: string): string {
    const { run, address, retry } = this.#context;
    return uuidFrom("statement", run.id, address, String(retry), String(number), text.trim());
  }

  async #execute(text: string, more: Pick<StatementOptions, "txn">): Promise<StatementOutput> {
    const options: StatementOptions = {
      parameters: this.#parameters(),
      file: this.#notebook.file,
      signal: this.#context.signal,
      ...more,
    };
    try {
      return await outputOf(await this.#session.sql(text, options));
    } catch (error) {
      if (isBoathouseError(error) && error.location?.file === this.#notebook.file) {
        throw error.at(error.location, this.#notebook.text);
      }
      throw error;
    }
  }

  #parameters(): Readonly<Record<string, Parameter>> {
    return Object.fromEntries([...this.#widgets].map(([name, value]) => [name, { type: STRING, value }]));
  }

  /** The older ways to a widget's value: `${name}` and `getArgument('name')`, put into the text as they are. */
  #substitute(cell: Cell): string {
    return cell.text
      .replace(/\\\$|\$\{\s*([^{}]*?)\s*\}/g, (whole, name: string | undefined, at: number) => {
        if (name === undefined) return "$";
        const value = this.#widgets.get(name);
        if (value !== undefined) return value;
        const line = cell.text.slice(cell.text.lastIndexOf("\n", at) + 1, at);
        // What is no plain name is left to the engine, which knows its own settings.
        if (!/^\w+$/.test(name) || line.trimStart().startsWith("--")) return whole;
        throw this.#unknown(name, cell, at, whole.length);
      })
      .replace(/\bgetArgument\(\s*(["'])(\w+)\1\s*(?:,\s*(["'])(.*?)\3\s*)?\)/gi, (...match) => {
        const [whole, , name, , fallback] = match as (string | undefined)[];
        const value = this.#widgets.get(name ?? "") ?? fallback;
        if (value === undefined) throw this.#unknown(name ?? "", cell, cell.text.indexOf(whole ?? ""), 1);
        return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
      });
  }

  #unknown(name: string, cell: Cell, at: number, length: number): BoathouseError {
    const padded = "\n".repeat(cell.line - 1) + cell.text;
    const start = cell.line - 1 + at;
    return new BoathouseError("NOTEBOOK_PARAMETER_UNKNOWN", `This notebook has no parameter "${name}".`, {
      location: locationOf(padded, start, start + length, this.#notebook.file),
      source: this.#notebook.text,
      hint:
        didYouMean(name, this.#widgets.keys()) ??
        `Give it in the task's \`base_parameters\`, or begin with CREATE WIDGET TEXT ${name} DEFAULT "…".`,
    });
  }

  async #runPython(statement: Exclude<PythonStatement, { kind: "exit" }>): Promise<void> {
    switch (statement.kind) {
      case "assign":
        this.#variables.set(statement.name, this.#bound(statement.value));
        return;
      case "widget":
        this.#widgets.set(statement.name, this.#given[statement.name] ?? statement.default);
        return;
      case "remove_widget":
        if (statement.name === undefined) this.#widgets.clear();
        else this.#widgets.delete(statement.name);
        return;
      case "task_value":
        this.#context.set(taskValueName(this.#context.node.id, statement.key), await this.#evaluate(statement.value));
        return;
    }
  }

  /** A value with its variables replaced by what they stand for now. */
  #bound(value: PythonValue): PythonValue {
    if (value.kind === "name") {
      const known = this.#variables.get(value.name);
      if (known !== undefined) return known;
      throw new BoathouseError(
        "NOTEBOOK_PYTHON_UNSUPPORTED",
        `There is no variable "${value.name}" in this notebook.`,
        {
          location: { file: this.#notebook.file, line: 1, column: 1 },
          hint: didYouMean(value.name, this.#variables.keys()) ?? "Assign it in a cell before.",
        },
      );
    }
    return "rows" in value ? { ...value, rows: this.#bound(value.rows) } : value;
  }

  async #evaluate(unbound: PythonValue): Promise<Json> {
    const value = this.#bound(unbound);
    switch (value.kind) {
      case "literal":
        return value.value;
      case "widget":
        return this.#widgets.get(value.name) ?? "";
      case "count": {
        const { rows } = await this.#query(`SELECT count(*) AS count FROM (${queryOf(value.rows)})`);
        return rows[0]?.["count"] ?? 0;
      }
      case "cell": {
        const { rows } = await this.#query(queryOf(value.rows));
        const [row] = rows;
        return row === undefined ? null : cellOf(row, value.column);
      }
      case "column": {
        const { rows, truncated } = await this.#query(queryOf(value.rows));
        if (truncated) {
          throw new BoathouseError("NOTEBOOK_RESULT_TOO_LARGE", `More than ${rows.length} rows are no task value.`, {
            hint: "Narrow the query, or pass the name of a table.",
          });
        }
        const { column } = value;
        return column === undefined ? rows : rows.map((row) => cellOf(row, column));
      }
      default:
        throw new BoathouseError("NOTEBOOK_PYTHON_UNSUPPORTED", "A DataFrame is no value.", {
          hint: "Take a cell of it with .first()[0], or a column with [row[0] for row in ….collect()].",
        });
    }
  }

  async #query(sql: string): Promise<StatementOutput> {
    this.#count += 1;
    const run = async () => outputToJson(await this.#execute(sql, {}));
    return outputFromJson(await this.#context.once(this.#nameOf(this.#count, sql), run));
  }
}

function queryOf(value: PythonValue): string {
  return value.kind === "query" ? value.sql : "";
}

function cellOf(row: Readonly<Record<string, Json>>, column: string | number): Json {
  return (typeof column === "number" ? Object.values(row).at(column) : row[column]) ?? null;
}

function isQuery(statement: ScriptStatement): boolean {
  return ["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "DESCRIBE", "DESC"].includes(statement.tokens[0]?.text ?? "");
}

/** Statements that live only as long as the session, and so are run again after a crash. */
function changesSession({ tokens }: ScriptStatement): boolean {
  const words = tokens.slice(0, 5).map((token) => token.text);
  const [first = ""] = words;
  if (["USE", "SET", "RESET", "DECLARE", "CACHE", "UNCACHE"].includes(first)) return true;
  if (first === "BEGIN") return tokens.some((token) => token.kind === "word" && token.text === "SET");
  if (first === "EXECUTE") return setsVariables(tokens);
  return (first === "CREATE" || first === "DROP") && words.some((word) => word === "TEMP" || word === "TEMPORARY");
}

/** Whether EXECUTE IMMEDIATE may change variables: with INTO, or a text that is not plainly a statement on stored things. */
function setsVariables(tokens: ScriptStatement["tokens"]): boolean {
  const [, , text] = tokens;
  const isPlain =
    text?.kind === "string" &&
    /^\s*(?:INSERT|MERGE|UPDATE|DELETE|CREATE\s+(?!.*\bTEMP)|DROP\s+(?!TEMP)|ALTER)\b/is.test(text.text);
  return !isPlain || tokens.some((token) => token.kind === "word" && token.text === "INTO");
}

function writes({ tokens }: ScriptStatement): boolean {
  const first = tokens[0]?.text ?? "";
  const words = "INSERT MERGE UPDATE DELETE COPY WITH FROM CREATE REPLACE TRUNCATE BEGIN EXECUTE";
  return words.split(" ").includes(first);
}
