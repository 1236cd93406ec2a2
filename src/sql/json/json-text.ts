/**
 * JSON as Spark reads it (Jackson with single quotes allowed): numbers keep their text, so that nothing is lost, objects
 * keep the order and repetition of their fields.
 */
export type JsonNode =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** `text` as written. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly fields: readonly (readonly [name: string, value: JsonNode])[] };

export interface JsonReadOptions {
  readonly allowNumericLeadingZeros?: boolean;
  readonly allowUnquotedFieldNames?: boolean;
  readonly allowComments?: boolean;
  readonly allowSingleQuotes?: boolean;
  readonly allowNonNumericNumbers?: boolean;
  /** A backslash before any character means that character. */
  readonly allowAnyEscape?: boolean;
  /** What stands behind the first value does not matter. */
  readonly prefix?: boolean;
}

/** Undefined when the text is not JSON. */
export function readJson(text: string, options: JsonReadOptions = {}): JsonNode | undefined {
  try {
    const reader = new Reader(text, options);
    const node = reader.value(0);
    return options.prefix === true || reader.atEnd() ? node : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Malformed extends Error {}

/** Jackson's own limit. */
const DEEPEST = 1000;

class Reader {
  #at = 0;
  readonly #text: string;
  readonly #options: JsonReadOptions;

  constructor(text: string, options: JsonReadOptions) {
    this.#text = text;
    this.#options = options;
  }

  atEnd(): boolean {
    this.#space();
    return this.#at >= this.#text.length;
  }

  value(depth: number): JsonNode {
    if (depth > DEEPEST) throw new Malformed();
    this.#space();
    const char = this.#text.charAt(this.#at);
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === '"' || (char === "'" && this.#options.allowSingleQuotes !== false)) {
      return { kind: "string", value: this.#string(char) };
    }
    for (const [word, node] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return node;
      }
    }
    if (this.#options.allowNonNumericNumbers !== false) {
      const special = /^(?:NaN|[+-]?INF|[+-]?Infinity)\b/.exec(this.#text.slice(this.#at, this.#at + 10));
      if (special !== null) {
        this.#at += special[0].length;
        return { kind: "number", text: special[0] };
      }
    }
    return this.#number();
  }

  #number(): JsonNode {
    const whole = this.#options.allowNumericLeadingZeros === true ? String.raw`\d+` : String.raw`(?:0|[1-9]\d*)`;
    const pattern = new RegExp(String.raw`-?${whole}(?:\.\d+)?(?:[eE][+-]?\d+)?`, "y");
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null || /[\w.]/.test(this.#text.charAt(this.#at + match[0].length))) throw new Malformed();
    this.#at += match[0].length;
    return { kind: "number", text: match[0].replace(/^(-?)0+(?=\d)/, "$1") };
  }

  #string(quote: string): string {
    let out = "";
    this.#at += 1;
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === "" || char < " ") throw new Malformed();
      this.#at += 1;
      if (char === quote) return out;
      out += char === "\\" ? this.#escape() : char;
    }
  }

  #escape(): string {
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    if (char === "u") {
      const code = this.#text.slice(this.#at, this.#at + 4);
      if (!/^[0-9A-Fa-f]{4}$/.test(code)) throw new Malformed();
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    const known = ESCAPES[char];
    if (known === undefined && (this.#options.allowAnyEscape !== true || char === "")) throw new Malformed();
    return known ?? char;
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at += 1;
    if (this.#eat("]")) return { kind: "array", items };
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.#eat("]")) return { kind: "array", items };
      if (!this.#eat(",")) throw new Malformed();
    }
  }

  #object(depth: number): JsonNode {
    const fields: [string, JsonNode][] = [];
    this.#at += 1;
    if (this.#eat("}")) return { kind: "object", fields };
    for (;;) {
      const name = this.#fieldName();
      if (!this.#eat(":")) throw new Malformed();
      fields.push([name, this.value(depth + 1)]);
      if (this.#eat("}")) return { kind: "object", fields };
      if (!this.#eat(",")) throw new Malformed();
    }
  }

  #fieldName(): string {
    this.#space();
    const char = this.#text.charAt(this.#at);
    if (char === '"' || (char === "'" && this.#options.allowSingleQuotes !== false)) return this.#string(char);
    if (this.#options.allowUnquotedFieldNames === true) {
      const name = /^[\w$]+/.exec(this.#text.slice(this.#at));
      if (name !== null) {
        this.#at += name[0].length;
        return name[0];
      }
    }
    throw new Malformed();
  }

  #eat(char: string): boolean {
    this.#space();
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    for (;;) {
      while (/[ \t\n\r]/.test(this.#text.charAt(this.#at))) this.#at += 1;
      if (this.#options.allowComments !== true) return;
      const comment = /^(?:\/\/[^\n]*|\/\*[^]*?\*\/)/.exec(this.#text.slice(this.#at));
      if (comment === null) return;
      this.#at += comment[0].length;
    }
  }
}

const WORDS: readonly (readonly [string, JsonNode])[] = [
  ["true", { kind: "boolean", value: true }],
  ["false", { kind: "boolean", value: false }],
  ["null", { kind: "null" }],
];

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Compact JSON text, numbers as they were written. */
export function writeJson(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return JSON.stringify(node.value);
    case "array":
      return `[${node.items.map(writeJson).join(",")}]`;
    case "object":
      return `{${node.fields.map(([name, value]) => `${JSON.stringify(name)}:${writeJson(value)}`).join(",")}}`;
  }
}
