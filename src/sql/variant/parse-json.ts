import { parseDecimal, VARIANT_NULL, type VariantField, type VariantNode } from "./node.ts";

/** Why a text is not JSON. */
export class NotJson extends Error {}

/** Jackson's limits, which Spark leaves as they are. */
const DEEPEST = 1000;
const LONGEST_NUMBER = 1000;

/**
 * The first JSON value of a text, as Spark's `VariantBuilder.parseJson` reads it: strict JSON, what stands behind the
 * value ignored. Throws `NotJson`. Duplicate keys are left for the writer to find.
 */
export function parseVariantJson(text: string): VariantNode {
  return new Reader(text).root();
}

/** A number as it was written: the smallest kind that holds it exactly, a double for an exponent or more than 38 digits. */
export function numberNode(text: string): VariantNode {
  if (!/[.eE]/.test(text)) {
    if (text.length < 16) return { kind: "long", value: BigInt(text) };
    const value = BigInt(text);
    if (value >= -(2n ** 63n) && value < 2n ** 63n) return { kind: "long", value };
  }
  if (!/[eE]/.test(text)) {
    const found = parseDecimal(text);
    const digits = (found.unscaled < 0n ? -found.unscaled : found.unscaled).toString().length;
    if (found.scale <= 38 && digits <= 38) return found;
  }
  return { kind: "double", value: Number(text) };
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What may not stand right behind a word. */
const NAME = /[\w$]/;

const QUOTE = 34;
const BACKSLASH = 92;
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

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  root(): VariantNode {
    const value = this.#value(0);
    const isNumber = value.kind === "long" || value.kind === "decimal" || value.kind === "double";
    // Behind a number has to be a blank, behind anything else anything may stand.
    if (isNumber && !/^[ \t\n\r]?$/.test(this.#text.charAt(this.#at))) throw new NotJson("a number goes on");
    return value;
  }

  #value(depth: number): VariantNode {
    this.#blank();
    switch (this.#text.charAt(this.#at)) {
      case "{":
        return this.#object(depth + 1);
      case "[":
        return this.#array(depth + 1);
      case '"':
        return { kind: "string", value: this.#string() };
      case "t":
        return this.#word("true", { kind: "boolean", value: true });
      case "f":
        return this.#word("false", { kind: "boolean", value: false });
      case "n":
        return this.#word("null", VARIANT_NULL);
      default:
        return this.#number();
    }
  }

  #word(word: string, value: VariantNode): VariantNode {
    if (!this.#text.startsWith(word, this.#at)) throw new NotJson("an unknown word");
    this.#at += word.length;
    if (NAME.test(this.#text.charAt(this.#at))) throw new NotJson("an unknown word");
    return value;
  }

  #number(): VariantNode {
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.test(this.#text) ? this.#text.slice(this.#at, NUMBER.lastIndex) : "";
    this.#at += number.length;
    if (number === "" || number.length > LONGEST_NUMBER) throw new NotJson("not a number");
    return numberNode(number);
  }

  #string(): string {
    this.#at += 1;
    let out = "";
    for (;;) {
      const start = this.#at;
      let code = this.#text.charCodeAt(start);
      while (code >= 32 && code !== QUOTE && code !== BACKSLASH) code = this.#text.charCodeAt((this.#at += 1));
      out += this.#text.slice(start, this.#at);
      this.#at += 1;
      if (code === QUOTE) return out;
      if (code !== BACKSLASH) throw new NotJson("a string without end or with a control character");
      out += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    if (char === "u") {
      const code = this.#text.slice(this.#at, this.#at + 4);
      if (!/^[0-9A-Fa-f]{4}$/.test(code)) throw new NotJson("an unknown escape");
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    const known = ESCAPES[char];
    if (known === undefined) throw new NotJson("an unknown escape");
    return known;
  }

  #array(depth: number): VariantNode {
    if (depth > DEEPEST) throw new NotJson("too deep");
    const items: VariantNode[] = [];
    if (this.#opened("]")) return { kind: "array", items };
    for (;;) {
      items.push(this.#value(depth));
      if (this.#closed("]")) return { kind: "array", items };
    }
  }

  #object(depth: number): VariantNode {
    if (depth > DEEPEST) throw new NotJson("too deep");
    const fields: VariantField[] = [];
    if (this.#opened("}")) return { kind: "object", fields };
    for (;;) {
      this.#blank();
      if (this.#text.charAt(this.#at) !== '"') throw new NotJson("a field without a name in double quotes");
      const key = this.#string();
      this.#blank();
      if (this.#text.charAt(this.#at) !== ":") throw new NotJson("a field without a colon");
      this.#at += 1;
      fields.push([key, this.#value(depth)]);
      if (this.#closed("}")) return { kind: "object", fields };
    }
  }

  /** Behind the opening sign: does it end already? */
  #opened(end: string): boolean {
    this.#at += 1;
    this.#blank();
    if (this.#text.charAt(this.#at) !== end) return false;
    this.#at += 1;
    return true;
  }

  #closed(end: string): boolean {
    this.#blank();
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    if (char === end) return true;
    if (char !== ",") throw new NotJson("neither a comma nor an end");
    return false;
  }

  #blank(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }
}
