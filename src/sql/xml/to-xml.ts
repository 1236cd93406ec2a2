import type { DataType, StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { TextTree } from "../text-tree.ts";
import type { XmlOptions } from "./xml-options.ts";

/** The XML of a struct whose leaves are texts already (Spark's `StaxXmlGenerator`). */
export function xmlText(row: TextTree, type: StructType, options: XmlOptions): string {
  if (options.attributePrefix === "") {
    throw new BoathouseError(
      "INVALID_OPTIONS.VALUE",
      "Invalid option attributePrefix: 'attributePrefix' option should not be empty string.",
      { sqlState: "42K06" },
    );
  }
  const writer = new Writer(options);
  writer.childElement(options.rowTag, type, row);
  return options.indent === "" ? `${writer.text}\n` : writer.text;
}

interface Open {
  readonly name: string;
  /** Whether `>` is written. */
  closed: boolean;
  children: boolean;
}

class Writer {
  text = "";
  readonly #options: XmlOptions;
  readonly #open: Open[] = [];

  constructor(options: XmlOptions) {
    this.#options = options;
  }

  childElement(name: string, type: DataType, value: TextTree): void {
    if ((value === null || type.kind === "void") && this.#options.nullValue === undefined) return;
    if (name === this.#options.valueTag) {
      this.#content(type, value);
      return;
    }
    this.#start(name);
    this.#content(type, value);
    this.#end();
  }

  #child(name: string, type: DataType, value: TextTree): void {
    const { attributePrefix, nullValue } = this.#options;
    if (isAttribute(name, this.#options)) {
      const key = name.slice(attributePrefix.length);
      if (value === null) {
        if (nullValue !== undefined) this.#attribute(key, nullValue);
      } else if (typeof value === "string") this.#attribute(key, value);
      else throw refused(`The attribute ${key} of to_xml`, "only plain values are supported in attributes");
    } else if (type.kind === "array" && value !== null && typeof value !== "string" && "items" in value) {
      for (const item of value.items) this.childElement(name, type.element, item);
    } else this.childElement(name, type, value);
  }

  #content(type: DataType, value: TextTree): void {
    if (value === null) this.#characters(this.#options.nullValue ?? "");
    else if (typeof value === "string") this.#characters(value);
    else if ("items" in value && type.kind === "array") {
      for (const item of value.items) this.#child(this.#options.arrayElementName, type.element, item);
    } else if ("fields" in value && type.kind === "struct") {
      const fields = type.fields.map((each, index) => [each.name, each.type, value.fields[index] ?? null] as const);
      this.#children(fields);
    } else if ("entries" in value && type.kind === "map") {
      this.#children(
        value.entries.map(([key, each]) => [typeof key === "string" ? key : "", type.value, each] as const),
      );
    }
  }

  #children(fields: readonly (readonly [name: string, type: DataType, value: TextTree])[]): void {
    for (const attributes of [true, false]) {
      for (const [name, type, value] of fields) {
        if (isAttribute(name, this.#options) === attributes) this.#child(name, type, value);
      }
    }
  }

  #start(name: string): void {
    if (this.#options.validateName && !/^[:A-Z_a-z\u00C0-\u{EFFFF}][-.:\w\u00B7\u00C0-\u{EFFFF}]*$/u.test(name)) {
      throw new BoathouseError("INVALID_XML_NAME", `Illegal name of an XML element: ${name}`, { sqlState: "22023" });
    }
    const parent = this.#open.at(-1);
    if (parent !== undefined) {
      this.#closeTag();
      parent.children = true;
      this.#indent();
    }
    this.text += `<${name}`;
    this.#open.push({ name, closed: false, children: false });
  }

  #end(): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    if (!open.closed) {
      this.text += "/>";
      return;
    }
    if (open.children) this.#indent();
    this.text += `</${open.name}>`;
  }

  #indent(): void {
    if (this.#options.indent !== "") this.text += `\n${this.#options.indent.repeat(this.#open.length)}`;
  }

  #closeTag(): void {
    const open = this.#open.at(-1);
    if (open === undefined || open.closed) return;
    this.text += ">";
    open.closed = true;
  }

  #attribute(name: string, value: string): void {
    const open = this.#open.at(-1);
    if (open === undefined || open.closed)
      throw refused(`The attribute ${name} of to_xml`, "it would stand behind text");
    this.text += ` ${name}="${checked(value).replaceAll(/[&<"\t\n\r]/g, escaped)}"`;
  }

  #characters(value: string): void {
    this.#closeTag();
    this.text += checked(value)
      .replaceAll(/[&<\r]/g, escaped)
      .replaceAll("]]>", "]]&gt;");
  }
}

function isAttribute(name: string, options: XmlOptions): boolean {
  return name.startsWith(options.attributePrefix) && name !== options.valueTag;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", '"': "&quot;" };

function escaped(char: string): string {
  return ESCAPES[char] ?? `&#x${(char.codePointAt(0) ?? 0).toString(16)};`;
}

function checked(text: string): string {
  // oxlint-disable-next-line no-control-regex -- characters that XML 1.0 does not have
  const bad = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/.exec(text)?.[0];
  if (bad === undefined) return text;
  const code = (bad.codePointAt(0) ?? 0).toString(16);
  throw new BoathouseError("INVALID_XML_CHARACTER", `Invalid white space character (0x${code}) in text to output.`, {
    sqlState: "22023",
  });
}

function refused(what: string, why: string): BoathouseError {
  return new BoathouseError("UNSUPPORTED_FEATURE", `${what} is not supported: ${why}.`, { sqlState: "0A000" });
}
