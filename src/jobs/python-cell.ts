import { locationOf } from "../core/diagnostic.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

/**
 * The few lines of Python that a SQL notebook needs for what has no SQL: task values, widgets and the exit value. No
 * Python runs; a cell is read as statements of this form, and anything else is refused at its place:
 *
 * ```python
 * rows = spark.sql("SELECT name FROM lookups")
 * dbutils.jobs.taskValues.set(key="names", value=[row[0] for row in rows.collect()])
 * dbutils.widgets.text("day", "today")
 * dbutils.notebook.exit("done")
 * ```
 */
export type PythonStatement =
  | { readonly kind: "assign"; readonly name: string; readonly value: PythonValue }
  | { readonly kind: "task_value"; readonly key: string; readonly value: PythonValue }
  | { readonly kind: "widget"; readonly name: string; readonly default: string }
  | { readonly kind: "remove_widget"; readonly name: string | undefined }
  | { readonly kind: "exit"; readonly value: PythonValue };

export type PythonValue =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "widget"; readonly name: string }
  | { readonly kind: "query"; readonly sql: string }
  | { readonly kind: "count"; readonly rows: PythonValue }
  /** The first row; `column` by position or name. */
  | { readonly kind: "cell"; readonly rows: PythonValue; readonly column: string | number }
  /** A list with one entry a row; without a column, the row as a mapping. */
  | { readonly kind: "column"; readonly rows: PythonValue; readonly column: string | number | undefined };

/** Throws `NOTEBOOK_PYTHON_UNSUPPORTED`. `line` is where the cell's text starts in the file, from 1. */
export function parsePython(text: string, line: number, file: string, source: string): PythonStatement[] {
  const padded = "\n".repeat(line - 1) + text;
  const reader = new Reader(
    padded,
    (start, end) =>
      new BoathouseError(
        "NOTEBOOK_PYTHON_UNSUPPORTED",
        "Python does not run here, and this line is more than it can read.",
        {
          location: locationOf(padded, start, end, file),
          source,
          hint: "Set task values, widgets or the exit value from literals and `spark.sql(…)`; do the rest in SQL cells.",
        },
      ),
  );
  const statements: PythonStatement[] = [];
  while (!reader.done) statements.push(reader.statement());
  return statements;
}

const TOKEN =
  /(?<space>[ \t\r]+|#[^\n]*|\\\n)|(?<line>[\n;])|(?<text>"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<mark>[^\s])/gy;

interface Token {
  readonly kind: "line" | "text" | "number" | "name" | "mark";
  readonly text: string;
  readonly start: number;
}

class Reader {
  readonly #tokens: Token[] = [];
  readonly #fail: (start: number, end: number) => BoathouseError;
  #at = 0;

  constructor(text: string, fail: (start: number, end: number) => BoathouseError) {
    this.#fail = fail;
    let depth = 0;
    for (const match of text.matchAll(TOKEN)) {
      const { space, line, text: string, number, name } = match.groups ?? {};
      const [token] = match;
      if (token === "(" || token === "[") depth += 1;
      if (token === ")" || token === "]") depth -= 1;
      if (space !== undefined || (line !== undefined && depth > 0)) continue;
      const kind =
        line !== undefined
          ? "line"
          : string !== undefined
            ? "text"
            : number !== undefined
              ? "number"
              : name !== undefined
                ? "name"
                : "mark";
      if (kind === "line" && (this.#tokens.at(-1)?.kind ?? "line") === "line") continue;
      this.#tokens.push({ kind, text: token, start: match.index });
    }
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  statement(): PythonStatement {
    const statement = this.#assignment() ?? this.#call();
    if (!this.done && this.#next().kind !== "line") throw this.#error(this.#at - 1);
    return statement;
  }

  #assignment(): PythonStatement | undefined {
    const [name, equals] = [this.#tokens[this.#at], this.#tokens[this.#at + 1]];
    if (name?.kind !== "name" || equals?.text !== "=") return undefined;
    this.#at += 2;
    return { kind: "assign", name: name.text, value: this.#value() };
  }

  #call(): PythonStatement {
    const start = this.#at;
    const path = this.#path();
    if (this.#tokens[this.#at]?.text !== "(") throw this.#error(start);
    const { positional, named } = this.#arguments();
    const literal = (value: PythonValue | undefined): string => {
      if (value?.kind !== "literal" || typeof value.value !== "string") throw this.#error(start);
      return value.value;
    };
    switch (path) {
      case "dbutils.jobs.taskValues.set": {
        const value = named.get("value") ?? positional[1] ?? this.#refuse(start);
        return { kind: "task_value", key: literal(named.get("key") ?? positional[0]), value };
      }
      case "dbutils.widgets.text":
      case "dbutils.widgets.dropdown":
      case "dbutils.widgets.combobox":
      case "dbutils.widgets.multiselect": {
        const value = literal(named.get("defaultValue") ?? positional[1]);
        return { kind: "widget", name: literal(named.get("name") ?? positional[0]), default: value };
      }
      case "dbutils.widgets.remove":
        return { kind: "remove_widget", name: literal(positional[0]) };
      case "dbutils.widgets.removeAll":
        return { kind: "remove_widget", name: undefined };
      case "dbutils.notebook.exit":
        return { kind: "exit", value: positional[0] ?? this.#refuse(start) };
      default:
        throw this.#error(start);
    }
  }

  #value(): PythonValue {
    const token = this.#next();
    if (token.kind === "text") return { kind: "literal", value: stringOf(token.text) };
    if (token.kind === "number") return { kind: "literal", value: Number(token.text) };
    if (token.text === "[") return this.#list();
    if (token.kind !== "name") throw this.#error(this.#at - 1);
    const constant = CONSTANTS.get(token.text);
    if (constant !== undefined) return { kind: "literal", value: constant };
    this.#at -= 1;
    return this.#trailers(this.#source());
  }

  #source(): PythonValue {
    const start = this.#at;
    const first = this.#next();
    const following = this.#tokens.slice(this.#at, this.#at + 5).map((each) => each.text);
    if (first.text === "spark" && following.slice(0, 3).join("") === ".sql(") {
      this.#at += 2;
      const [sql] = this.#arguments().positional;
      if (sql?.kind !== "literal" || typeof sql.value !== "string") throw this.#error(start);
      return { kind: "query", sql: sql.value };
    }
    if (first.text === "dbutils" && following.join("") === ".widgets.get(") {
      this.#at += 4;
      const [name] = this.#arguments().positional;
      if (name?.kind !== "literal" || typeof name.value !== "string") throw this.#error(start);
      return { kind: "widget", name: name.value };
    }
    return { kind: "name", name: first.text };
  }

  /** `.first()[0]`, `.first()["c"]`, `.collect()[0][0]`, `.count()`. */
  #trailers(rows: PythonValue): PythonValue {
    if (!this.#take(".")) return rows;
    const method = this.#next();
    this.#expect("(");
    this.#expect(")");
    if (method.text === "count") return { kind: "count", rows };
    if (method.text === "collect") {
      this.#expect("[");
      this.#expect("0");
      this.#expect("]");
    } else if (method.text !== "first") {
      throw this.#error(this.#at - 3);
    }
    return { kind: "cell", rows, column: this.#column() };
  }

  #list(): PythonValue {
    const comprehension = this.#comprehension();
    if (comprehension !== undefined) return comprehension;
    const items: Json[] = [];
    while (!this.#take("]")) {
      const item = this.#value();
      if (item.kind !== "literal") throw this.#error(this.#at - 1);
      items.push(item.value);
      if (!this.#take(",") && this.#tokens[this.#at]?.text !== "]") throw this.#error(this.#at);
    }
    return { kind: "literal", value: items };
  }

  /** `[row[0] for row in <rows>.collect()]`, with `row["c"]`, `row.c` or `row.asDict()`. */
  #comprehension(): PythonValue | undefined {
    const start = this.#at;
    const variable = this.#tokens[start];
    const next = this.#tokens[start + 1];
    if (variable?.kind !== "name" || (next?.text !== "[" && next?.text !== ".")) return undefined;
    this.#at += 1;
    let column: string | number | undefined;
    if (this.#tokens[this.#at + 1]?.text === "asDict") {
      this.#at += 2;
      this.#expect("(");
      this.#expect(")");
    } else {
      column = this.#column();
    }
    if (!this.#take("for") || this.#next().text !== variable.text || !this.#take("in")) throw this.#error(start);
    const rows = this.#source();
    for (const mark of [".", "collect", "(", ")", "]"]) this.#expect(mark);
    return { kind: "column", rows, column };
  }

  #column(): string | number {
    if (this.#take(".")) return this.#next().text;
    this.#expect("[");
    const token = this.#next();
    this.#expect("]");
    if (token.kind === "text") return stringOf(token.text);
    if (token.kind === "number") return Number(token.text);
    throw this.#error(this.#at - 2);
  }

  #path(): string {
    const parts = [this.#next().text];
    while (this.#take(".")) parts.push(this.#next().text);
    return parts.join(".");
  }

  #arguments(): { readonly positional: readonly PythonValue[]; readonly named: ReadonlyMap<string, PythonValue> } {
    const positional: PythonValue[] = [];
    const named = new Map<string, PythonValue>();
    this.#expect("(");
    while (!this.#take(")")) {
      const name = this.#tokens[this.#at];
      if (name?.kind === "name" && this.#tokens[this.#at + 1]?.text === "=") {
        this.#at += 2;
        named.set(name.text, this.#value());
      } else {
        positional.push(this.#value());
      }
      if (!this.#take(",") && this.#tokens[this.#at]?.text !== ")") throw this.#error(this.#at);
    }
    return { positional, named };
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#error(this.#at - 1);
    this.#at += 1;
    return token;
  }

  #take(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#error(this.#at);
  }

  #refuse(at: number): never {
    throw this.#error(at);
  }

  #error(at: number): BoathouseError {
    const token = this.#tokens[Math.min(Math.max(at, 0), this.#tokens.length - 1)];
    return this.#fail(token?.start ?? 0, (token?.start ?? 0) + (token?.text.length ?? 1));
  }
}

const CONSTANTS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

function stringOf(token: string): string {
  const inner = /^("""|''')/.test(token) ? token.slice(3, -3) : token.slice(1, -1);
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\n": "" };
  return inner.replace(/\\([^])/g, (whole, character: string) => {
    if (character in escapes) return escapes[character] ?? "";
    return `'"\\`.includes(character) ? character : whole;
  });
}
