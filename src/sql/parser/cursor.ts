import { unreachable } from "../../core/errors.ts";
import type { Expression } from "../ast/expression.ts";
import type { Identifier, Name, Node, Span } from "../ast/node.ts";
import type { Query } from "../ast/query.ts";
import type { Statement } from "../ast/statement.ts";
import { tokenize, type LexerOptions, type Token } from "../lexer.ts";
import { sqlError } from "./error.ts";
import { syntaxHint } from "./hint.ts";

/** What the grammar's files ask of each other: the three rules that meet everywhere, so that no file imports in a circle. */
export interface Rules {
  expression(cursor: Cursor): Expression;
  query(cursor: Cursor): Query;
  statement(cursor: Cursor): Statement;
}

export interface ParseOptions extends LexerOptions {
  /** The file the text came from, for error messages. */
  readonly file?: string;
}

/** These cannot be the alias of a table, because a join or set operation may follow it. Source: Spark's strictNonReserved. */
const STRICT = new Set(
  "ANTI CROSS EXCEPT FULL INNER INTERSECT JOIN LATERAL LEFT NATURAL ON RIGHT SEMI MINUS UNION USING".split(" "),
);

/** The place in the tokens, and the small steps that all of the grammar is made of. */
export class Cursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly rules: Rules;
  readonly options: ParseOptions;
  token: Token;
  /** How many `?` were seen. */
  parameterCount = 0;
  /** A query in parentheses that turned out to be the first part of a larger query, for `rules.query` to take up. */
  pending: Query | undefined;
  /** A word that is no alias of a relation just now, because a clause starts with it. */
  noAlias: string | undefined;
  /** How deep in BEGIN…END: there `SET x = 1` sets a variable. */
  blockDepth = 0;
  private position = 0;
  /** When on, the words that were looked for at each token, for the message of an error. */
  private readonly expected: Map<number, Set<string>> | undefined;

  constructor(text: string, rules: Rules, options: ParseOptions, trace = false) {
    this.text = text;
    this.rules = rules;
    this.options = options;
    this.tokens = tokenize(text, options);
    this.expected = trace ? new Map() : undefined;
    this.token = this.tokens[0] ?? unreachable("a text has at least its end token");
  }

  // Looking

  /** The token `ahead` of the current one. */
  peek(ahead = 1): Token {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)] ?? this.token;
  }

  /** Whether the current token is this keyword or operator. */
  at(text: string): boolean {
    if (this.token.text === text && (this.token.kind === "word" || this.token.kind === "operator")) return true;
    this.note(text);
    return false;
  }

  /** Whether the tokens from the current one on are these keywords or operators. */
  atAll(...texts: readonly string[]): boolean {
    for (let index = 0; index < texts.length; index += 1) {
      if (!isText(this.peek(index), texts[index])) {
        if (index === 0) this.note(texts.join(" "));
        return false;
      }
    }
    return true;
  }

  atAny(...texts: readonly string[]): boolean {
    return texts.some((text) => this.at(text));
  }

  /** Whether a keyword or operator stands `ahead`. */
  peekIs(ahead: number, ...texts: readonly string[]): boolean {
    const token = this.peek(ahead);
    return texts.some((text) => isText(token, text));
  }

  atEnd(): boolean {
    return this.token.kind === "end";
  }

  /** Whether an identifier can stand here; every keyword can be one. */
  atIdentifier(): boolean {
    return this.token.kind === "word" || this.token.kind === "quoted";
  }

  // Stepping

  advance(): Token {
    const token = this.token;
    if (token.kind !== "end") {
      this.position += 1;
      this.token = this.tokens[this.position] ?? token;
    }
    return token;
  }

  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.advance();
    return true;
  }

  /** Steps over the keywords if all of them are there. */
  acceptAll(...texts: readonly string[]): boolean {
    if (!this.atAll(...texts)) return false;
    for (let index = 0; index < texts.length; index += 1) this.advance();
    return true;
  }

  /** The one that is there, if any. */
  acceptAny<Text extends string>(...texts: readonly Text[]): Text | undefined {
    const found = texts.find((text) => this.at(text));
    if (found !== undefined) this.advance();
    return found;
  }

  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.accept(text)) this.fail(`'${text}'`);
  }

  expectAny<Text extends string>(...texts: readonly Text[]): Text {
    return this.acceptAny(...texts) ?? this.fail(texts.map((text) => `'${text}'`).join(", "));
  }

  /** A place to come back to, for the few rules that must try. */
  mark(): { readonly position: number; readonly parameters: number } {
    return { position: this.position, parameters: this.parameterCount };
  }

  reset(mark: { readonly position: number; readonly parameters: number }): void {
    this.position = mark.position;
    this.parameterCount = mark.parameters;
    this.token = this.tokens[this.position] ?? this.token;
  }

  /** The result of a rule, or undefined and the old place when it does not fit. */
  attempt<Result>(rule: () => Result): Result | undefined {
    const mark = this.mark();
    try {
      return rule();
    } catch (error) {
      if (error instanceof RangeError) throw error;
      this.reset(mark);
      return undefined;
    }
  }

  // Spans

  /** Where the current token starts. */
  get start(): number {
    return this.token.start;
  }

  /** From `start` to the end of the last token stepped over. */
  span(start: number): Span {
    const previous = this.tokens[this.position - 1];
    return { start, end: Math.max(start, previous?.end ?? start) };
  }

  /** The text between the start of a token and the end of the last one stepped over. */
  textFrom(start: number): string {
    return this.text.slice(start, this.span(start).end);
  }

  // Names and small values

  identifier(what = "an identifier"): Identifier {
    const token = this.token;
    if (token.kind !== "word" && token.kind !== "quoted") this.fail(what);
    if (token.text === "IDENTIFIER" && this.peekIs(1, "(") && this.peek(2).kind === "string") return this.computed();
    this.advance();
    return this.toIdentifier(token);
  }

  /** `IDENTIFIER('name')` where one part of a name stands: only a constant, known at once. */
  private computed(): Identifier {
    const { start } = this.advance();
    this.expect("(");
    const text = this.string();
    this.expect(")");
    const span = this.span(start);
    const parts = tokenize(text, this.options);
    const [only, end] = parts;
    if (parts.length > 2 || only === undefined || (only.kind !== "word" && only.kind !== "quoted")) {
      const limit = "The limit of name parts here is 1.";
      this.raise("IDENTIFIER_TOO_MANY_NAME_PARTS", `${text} is not a valid identifier: ${limit}`, span);
    }
    const name = only.kind === "quoted" ? only.text : text.slice(only.start, end?.start).trim();
    return { kind: "identifier", span, name, quoted: true };
  }

  /** An identifier where no expression can follow: `a-b` and letters beyond ASCII must be in back-ticks there. */
  strictIdentifier(what?: string): Identifier {
    const first = this.identifier(what);
    if (first.quoted) return first;
    let end = first.span.end;
    while (
      this.token.text === "-" &&
      this.token.kind === "operator" &&
      this.peek().kind === "word" &&
      end === this.start
    ) {
      this.advance();
      end = this.advance().end;
    }
    const name = this.text.slice(first.span.start, end);
    if (!/^\w+$/.test(name)) {
      this.raise(
        "INVALID_IDENTIFIER",
        `The unquoted identifier ${name} is invalid and must be back quoted as: \`${name}\`.`,
        { start: first.span.start, end },
      );
    }
    return first;
  }

  name(what = "a name"): Name {
    const start = this.start;
    const parts = [this.strictIdentifier(what)];
    while (this.accept(".")) parts.push(this.strictIdentifier(what));
    return { kind: "name", span: this.span(start), parts };
  }

  /** The text of a string literal; neighbours are joined. */
  string(what = "a string"): string {
    if (this.token.kind !== "string") this.fail(what);
    let value = this.advance().text;
    while (this.token.kind === "string") value += this.advance().text;
    return value;
  }

  /** One string literal only, for where another may follow. */
  oneString(what = "a string"): string {
    if (this.token.kind !== "string") this.fail(what);
    return this.advance().text;
  }

  integer(what = "an integer"): number {
    if (this.token.kind !== "integer") this.fail(what);
    return Number(this.advance().text);
  }

  signedInteger(what = "an integer"): bigint {
    const negative = this.accept("-");
    if (!negative) this.accept("+");
    if (this.token.kind !== "integer" && !(this.token.kind === "suffixed" && this.token.suffix.toUpperCase() === "L")) {
      this.fail(what);
    }
    const value = BigInt(this.advance().text);
    return negative ? -value : value;
  }

  // Lists

  /** `item, item, …`, at least one. */
  list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.accept(",")) items.push(item());
    return items;
  }

  /** `( item, item, … )`, at least one. */
  parenthesized<Item>(item: () => Item): Item[] {
    this.expect("(");
    const items = this.list(item);
    this.expect(")");
    return items;
  }

  /** `( … )`, perhaps empty. */
  optionalList<Item>(item: () => Item): Item[] {
    this.expect("(");
    const items = this.at(")") ? [] : this.list(item);
    this.expect(")");
    return items;
  }

  // Failing

  /** A syntax error at the current token. `expected` says what could have stood there. */
  fail(expected?: string): never {
    const token = this.token;
    const shown = token.kind === "end" ? "end of input" : `'${this.text.slice(token.start, token.end)}'`;
    const { text, tokens, position } = this;
    const hint = syntaxHint({ text, tokens, position, expected, wanted: this.expectedHere() });
    const message = `Syntax error at or near ${shown}${expected === undefined ? "" : `: expected ${expected}`}.`;
    throw sqlError("PARSE_SYNTAX_ERROR", message, { text: this.text, span: token, file: this.options.file }, hint);
  }

  /** Another of Spark's conditions, at a node or span. */
  raise(code: string, message: string, where: Span | Node, hint?: string): never {
    const span = "span" in where ? where.span : where;
    throw sqlError(code, message, { text: this.text, span, file: this.options.file }, hint);
  }

  private expectedHere(): readonly string[] {
    return [...(this.expected?.get(this.position) ?? [])].toSorted();
  }

  private note(text: string): void {
    if (this.expected === undefined) return;
    const known = this.expected.get(this.position);
    if (known === undefined) this.expected.set(this.position, new Set([text]));
    else known.add(text);
  }

  private toIdentifier(token: Token): Identifier {
    const quoted = token.kind === "quoted";
    const name = quoted ? token.text : this.text.slice(token.start, token.end);
    return { kind: "identifier", span: { start: token.start, end: token.end }, name, quoted };
  }
}

function isText(token: Token, text: string | undefined): boolean {
  return token.text === text && (token.kind === "word" || token.kind === "operator");
}

export function isStrict(word: string): boolean {
  return STRICT.has(word);
}
