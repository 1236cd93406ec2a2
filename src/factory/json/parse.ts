import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { JsonArrayNode, JsonMember, JsonNode, JsonObjectNode, JsonStringNode } from "./node.ts";

const DEEPEST = 500;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Everything from the space on, without the quote and the backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Parses JSON (RFC 8259) into nodes with positions. Throws `JSON_SYNTAX` at line and column. */
export function parseJson(text: string, file?: string): JsonNode {
  const parser = new JsonParser(text, file);
  const node = parser.value(0);
  parser.expectEnd();
  return node;
}

/** Where in the text a character of a string stands, counting escapes: for findings inside strings. */
export function offsetInString(text: string, node: JsonStringNode, index: number): number {
  let offset = node.start + 1;
  for (let seen = 0; seen < index && offset < node.end - 1; seen += 1) {
    if (text[offset] !== "\\") offset += 1;
    else offset += text[offset + 1] === "u" ? 6 : 2;
  }
  return offset;
}

class JsonParser {
  readonly #text: string;
  readonly #file: string | undefined;
  #offset = 0;

  constructor(text: string, file: string | undefined) {
    this.#text = text;
    this.#file = file;
  }

  value(depth: number): JsonNode {
    if (depth > DEEPEST) throw this.#problem("The JSON is nested too deeply.");
    this.#skipSpace();
    const start = this.#offset;
    const letter = this.#text[start];
    if (letter === "{") return this.#object(depth);
    if (letter === "[") return this.#array(depth);
    if (letter === '"') return this.#string();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#text.startsWith(word, start)) {
        this.#offset += word.length;
        return { kind: "constant", value, start, end: this.#offset };
      }
    }
    NUMBER.lastIndex = start;
    const number = NUMBER.exec(this.#text)?.[0];
    if (number === undefined) throw this.#unexpected("a value");
    this.#offset += number.length;
    return { kind: "number", text: number, start, end: this.#offset };
  }

  expectEnd(): void {
    this.#skipSpace();
    if (this.#offset < this.#text.length) throw this.#unexpected("the end of the JSON");
  }

  #object(depth: number): JsonObjectNode {
    const start = this.#offset;
    const members: JsonMember[] = [];
    this.#offset += 1;
    if (this.#take("}")) return { kind: "object", members, start, end: this.#offset };
    do {
      this.#skipSpace();
      if (this.#text[this.#offset] !== '"') throw this.#unexpected("a name in double quotes");
      const key = this.#string();
      if (!this.#take(":")) throw this.#unexpected('":"');
      members.push({ key, value: this.value(depth + 1) });
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#unexpected('"," or "}"');
    return { kind: "object", members, start, end: this.#offset };
  }

  #array(depth: number): JsonArrayNode {
    const start = this.#offset;
    const items: JsonNode[] = [];
    this.#offset += 1;
    if (this.#take("]")) return { kind: "array", items, start, end: this.#offset };
    do items.push(this.value(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) throw this.#unexpected('"," or "]"');
    return { kind: "array", items, start, end: this.#offset };
  }

  #string(): JsonStringNode {
    const start = this.#offset;
    let value = "";
    this.#offset += 1;
    for (;;) {
      PLAIN.lastIndex = this.#offset;
      const plain = PLAIN.exec(this.#text)?.[0] ?? "";
      value += plain;
      this.#offset += plain.length;
      const letter = this.#text[this.#offset];
      if (letter === '"') {
        this.#offset += 1;
        return { kind: "string", value, start, end: this.#offset };
      }
      if (letter !== "\\") throw this.#problem("The string is not closed on its line.", start);
      value += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#offset + 1] ?? "";
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#offset += 2;
      return simple;
    }
    const hex = /^u([0-9a-fA-F]{4})/.exec(this.#text.slice(this.#offset + 1, this.#offset + 6))?.[1];
    if (hex === undefined) throw this.#problem(`"\\${letter}" is no escape of JSON.`);
    this.#offset += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #take(mark: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#offset] !== mark) return false;
    this.#offset += 1;
    return true;
  }

  #skipSpace(): void {
    while (" \t\n\r".includes(this.#text[this.#offset] ?? "x")) this.#offset += 1;
  }

  #unexpected(wanted: string): BoathouseError {
    const found = this.#text[this.#offset];
    return this.#problem(
      found === undefined ? `The JSON ends where ${wanted} is expected.` : `Expected ${wanted}, found "${found}".`,
    );
  }

  #problem(message: string, offset = this.#offset): BoathouseError {
    const location = locationOf(this.#text, offset, offset + 1, this.#file);
    return new BoathouseError("JSON_SYNTAX", message, { location, source: this.#text });
  }
}
