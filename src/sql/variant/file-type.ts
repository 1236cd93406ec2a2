import { quoteIdentifier } from "../quote.ts";

/** A type of a column in a file, as DuckDB describes it: only what may have a variant inside is taken apart. */
export type FileType =
  | { readonly kind: "struct"; readonly fields: readonly (readonly [name: string, type: FileType])[] }
  | { readonly kind: "list"; readonly element: FileType }
  | { readonly kind: "map"; readonly key: FileType; readonly value: FileType }
  | { readonly kind: "other"; readonly text: string };

/** `STRUCT(metadata BLOB, "value" BLOB)[]`, from DESCRIBE. Throws `SyntaxError` for what is no type. */
export function parseFileType(text: string): FileType {
  const tokens = text.match(TOKENS) ?? [];
  const parser = new Parser(tokens);
  const type = parser.type();
  if (!parser.atEnd) throw new SyntaxError(`${text} is no type.`);
  return type;
}

export function fileTypeText(type: FileType): string {
  switch (type.kind) {
    case "struct":
      return `STRUCT(${type.fields.map(([name, each]) => `${quoteIdentifier(name)} ${fileTypeText(each)}`).join(", ")})`;
    case "list":
      return `${fileTypeText(type.element)}[]`;
    case "map":
      return `MAP(${fileTypeText(type.key)}, ${fileTypeText(type.value)})`;
    default:
      return type.text;
  }
}

/** Under any of a type's names. */
export function isSameType(one: FileType, other: FileType): boolean {
  return fileTypeText(one).replaceAll(ZONED, "TIMESTAMPTZ") === fileTypeText(other).replaceAll(ZONED, "TIMESTAMPTZ");
}

const ZONED = "TIMESTAMP WITH TIME ZONE";

export function fieldType(type: FileType | undefined, name: string): FileType | undefined {
  if (type?.kind !== "struct") return undefined;
  return type.fields.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

const TOKENS = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*|\d+|[(),]|\[\d*\]/g;

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  type(): FileType {
    let type = this.#base();
    while (/^\[\d*\]$/.test(this.#peek())) {
      this.#at += 1;
      type = { kind: "list", element: type };
    }
    return type;
  }

  #base(): FileType {
    const words = [this.#next()];
    if (words[0] === "STRUCT" && this.#peek() === "(") return { kind: "struct", fields: this.#fields() };
    if (words[0] === "MAP" && this.#peek() === "(") {
      this.#expect("(");
      const key = this.type();
      this.#expect(",");
      const value = this.type();
      this.#expect(")");
      return { kind: "map", key, value };
    }
    // `TIMESTAMP WITH TIME ZONE`, `DECIMAL(10,2)`, `ENUM('a', 'b')`.
    while (/^[A-Za-z]/.test(this.#peek())) words.push(this.#next());
    let text = words.join(" ");
    if (this.#peek() === "(") {
      const start = this.#at;
      while (this.#next() !== ")");
      text += this.#tokens.slice(start, this.#at).join("");
    }
    return { kind: "other", text };
  }

  #fields(): [string, FileType][] {
    const fields: [string, FileType][] = [];
    this.#expect("(");
    while (this.#peek() !== ")") {
      const name = this.#next();
      fields.push([name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name, this.type()]);
      if (this.#peek() === ",") this.#at += 1;
    }
    this.#expect(")");
    return fields;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? "";
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new SyntaxError("A type ends too early.");
    this.#at += 1;
    return token;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new SyntaxError(`${token} is missing in a type.`);
  }
}
