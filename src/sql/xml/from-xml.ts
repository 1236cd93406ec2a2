import { STRING, type DataType, type StructType } from "../../core/data-type.ts";
import { malformedRecord } from "../option-texts.ts";
import { structNames } from "../types/duckdb-type.ts";
import { MalformedXml, XmlReader, type XmlAttribute } from "./xml-events.ts";
import type { XmlOptions } from "./xml-options.ts";
import { trimmed, UnfitXml, xmlValue } from "./xml-value.ts";

/** A record that did not fit, with what could be read of it. */
class PartialRow extends Error {
  readonly row: readonly Cell[];

  constructor(row: readonly Cell[]) {
    super();
    this.row = row;
  }
}

/** JSON text of a value, or the values of an array so far. */
type Cell = string | null | readonly (string | null)[];

/** An XML record as JSON text from which DuckDB makes a struct of the type (Spark's `StaxXmlParser`). */
export function xmlToJson(text: string, type: StructType, options: XmlOptions): string {
  const corrupt = type.fields.findIndex((each) => each.name === options.corruptColumn);
  const inner: StructType = { ...type, fields: type.fields.filter((_, index) => index !== corrupt) };
  let row: readonly Cell[];
  let whole = true;
  try {
    row = new RecordReader(new XmlReader(text), options).record(inner);
  } catch (error) {
    if (!(error instanceof UnfitXml || error instanceof MalformedXml || error instanceof PartialRow)) throw error;
    if (options.mode === "FAILFAST") throw malformedRecord(`[${inner.fields.map(() => "null").join(",")}]`);
    row = error instanceof PartialRow ? error.row : inner.fields.map(() => null);
    whole = false;
  }
  const cells = row.map(cellText);
  if (corrupt >= 0) cells.splice(corrupt, 0, whole ? "null" : JSON.stringify(text));
  return objectText(cells, type);
}

function objectText(cells: readonly string[], type: StructType): string {
  const names = structNames(type.fields);
  return `{${cells.map((cell, index) => `${JSON.stringify(names[index] ?? "")}:${cell}`).join(",")}}`;
}

function cellText(cell: Cell): string {
  if (cell === null) return "null";
  return typeof cell === "string" ? cell : `[${cell.map((each) => each ?? "null").join(",")}]`;
}

/** Reads by the type, event by event, so that what is left unread after a misfit is what Spark leaves unread. */
class RecordReader {
  readonly #events: XmlReader;
  readonly #options: XmlOptions;

  constructor(events: XmlReader, options: XmlOptions) {
    this.#events = events;
    this.#options = options;
  }

  record(type: StructType): Cell[] {
    const root = this.#events.next();
    if (root.kind !== "start") throw new MalformedXml();
    return this.#object(type, root.attributes);
  }

  #object(type: StructType, attributes: readonly XmlAttribute[] = []): Cell[] {
    const row: Cell[] = type.fields.map(() => null);
    for (const [index, value] of this.#attributes(attributes, type)) row[index] = value;
    let failed = false;
    for (;;) {
      const event = this.#events.next();
      if (event.kind === "start") {
        try {
          this.#child(event.name, event.attributes, type, row);
        } catch (error) {
          if (!(error instanceof UnfitXml || error instanceof MalformedXml || error instanceof PartialRow)) throw error;
          failed = true;
        }
      } else if (event.kind === "text") this.#ownText(event.text, type, row);
      else break;
    }
    if (failed) throw new PartialRow(row);
    return row;
  }

  #child(tag: string, attributes: readonly XmlAttribute[], type: StructType, row: Cell[]): void {
    const name = this.#name(tag);
    const index = indexOf(type, name);
    const known = type.fields[index]?.type;
    if (known?.kind === "array") {
      const value =
        known.element.kind === "struct"
          ? this.#structElement(known.element, name, attributes)
          : this.#field(known.element, name, attributes);
      row[index] = [...listOf(row[index]), value];
    } else if (known?.kind === "struct") row[index] = this.#structElement(known, name, attributes);
    else if (known !== undefined) row[index] = this.#field(known, name, attributes);
    else this.#unknown(name, type, row);
  }

  #unknown(name: string, type: StructType, row: Cell[]): void {
    const any = type.fields.findIndex((each) => each.name === this.#options.wildcardColumn);
    const known = type.fields[any]?.type;
    if (known === undefined) {
      this.#skipChildren();
      this.#skipEnd();
      return;
    }
    const value = this.#field(STRING, name, []);
    if (known.kind === "array") row[any] = [...listOf(row[any]), value];
    else row[any] = value;
  }

  /** Text beside elements belongs to the value tag. */
  #ownText(text: string, type: StructType, row: Cell[]): void {
    if (isSpace(text)) return;
    const index = type.fields.findIndex((each) => each.name === this.#options.valueTag);
    const known = type.fields[index]?.type;
    if (known === undefined) return;
    if (known.kind === "array") row[index] = [...listOf(row[index]), xmlValue(text, known.element, this.#options)];
    else row[index] = xmlValue(text, known, this.#options);
  }

  #structElement(type: StructType, name: string, attributes: readonly XmlAttribute[]): string {
    const row: Cell[] = type.fields.map(() => null);
    const own = this.#attributes(attributes, type);
    const event = this.#events.peek();
    if (event.kind === "start" || event.kind === "text") {
      for (const [index, cell] of this.#object(type).entries()) row[index] = cell;
    } else this.#field(type, name, attributes);
    for (const [index, value] of own) row[index] = value;
    return objectText(row.map(cellText), type);
  }

  #field(type: DataType, name: string, attributes: readonly XmlAttribute[]): string | null {
    const event = this.#events.peek();
    if (event.kind === "start") return this.#element(type, name, attributes);
    if (event.kind === "end") {
      this.#skipEnd();
      return type.kind === "string" && this.#options.nullValue !== "" ? '""' : null;
    }
    if (event.kind === "document_end") throw new UnfitXml();
    if (type.kind === "array") {
      this.#events.next();
      const value = xmlValue(event.text, type.element, this.#options);
      this.#skipEnd();
      return value;
    }
    if (type.kind === "struct") return objectText(this.#object(type).map(cellText), type);
    if (type.kind === "string") return xmlValue(this.#source(), STRING, this.#options);
    if (isSpace(event.text)) {
      this.#events.next();
      return this.#field(type, name, attributes);
    }
    const value = xmlValue(event.text, type, this.#options);
    this.#events.next();
    this.#skipEnd();
    return value;
  }

  #element(type: DataType, name: string, attributes: readonly XmlAttribute[]): string | null {
    switch (type.kind) {
      case "struct":
        return objectText(this.#object(type).map(cellText), type);
      case "map":
        return this.#map(type.value, attributes);
      case "array":
        return this.#field(type.element, name, []);
      case "string":
        return xmlValue(this.#source(), STRING, this.#options);
      default:
        throw new UnfitXml();
    }
  }

  #map(type: DataType, attributes: readonly XmlAttribute[]): string {
    const pairs = new Map<string, string>();
    for (const each of attributes) {
      pairs.set(this.#options.attributePrefix + each.name, xmlValue(each.value, type, this.#options));
    }
    for (;;) {
      const event = this.#events.next();
      if (event.kind === "start") {
        const name = this.#name(event.name);
        pairs.set(name, this.#field(type, name, []) ?? "null");
      } else if (event.kind === "text") {
        if (!isSpace(event.text)) pairs.set(this.#options.valueTag, xmlValue(event.text, type, this.#options));
      } else break;
    }
    return `{${[...pairs].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
  }

  /** The XML text of what stands in the element, to its end. */
  #source(): string {
    let out = "";
    let depth = 0;
    do {
      const event = this.#events.next();
      if (event.kind === "start") {
        out += `<${event.name}${event.attributes.map((each) => ` ${each.name}="${each.value}"`).join("")}>`;
        depth += 1;
      } else if (event.kind === "end") {
        out += `</${event.name}>`;
        depth -= 1;
      } else if (event.kind === "text") out += event.text;
      else throw new MalformedXml();
    } while (this.#events.peek().kind !== "end" || depth > 0);
    this.#skipEnd();
    return out;
  }

  #skipChildren(): void {
    let depth = 0;
    while (depth > 0 || this.#events.peek().kind !== "end") {
      const event = this.#events.next();
      if (event.kind === "start") depth += 1;
      else if (event.kind === "end") depth -= 1;
      else if (event.kind === "document_end") throw new MalformedXml();
    }
  }

  #skipEnd(): void {
    for (;;) {
      const event = this.#events.next();
      if (event.kind === "end") return;
      if (event.kind !== "text" || !isSpace(event.text)) throw new UnfitXml();
    }
  }

  #attributes(attributes: readonly XmlAttribute[], type: StructType): readonly (readonly [number, string])[] {
    return attributesOf(attributes, this.#options).flatMap(([name, value]) => {
      const index = indexOf(type, name);
      const known = type.fields[index]?.type;
      if (known === undefined) return [];
      return [[index, value === null ? "null" : xmlValue(value, known, this.#options)] as const];
    });
  }

  #name(name: string): string {
    return localName(name, this.#options);
  }
}

/** Attributes by the name of their field; null for the text of a null. */
export function attributesOf(
  attributes: readonly XmlAttribute[],
  options: XmlOptions,
): readonly (readonly [name: string, value: string | null])[] {
  if (options.excludeAttribute) return [];
  const found = new Map<string, string | null>();
  for (const { name, value } of attributes) {
    const text = options.trims ? trimmed(value) : value;
    found.set(options.attributePrefix + localName(name, options), text === options.nullValue ? null : text);
  }
  return [...found];
}

/** Without the prefix, where that is not wanted. */
export function localName(name: string, options: XmlOptions): string {
  return options.ignoreNamespace ? (name.split(":").at(-1) ?? name) : name;
}

export function isSpace(text: string): boolean {
  return /^[ \t\n\r]*$/.test(text);
}

function listOf(cell: Cell | undefined): readonly (string | null)[] {
  return cell === null || cell === undefined || typeof cell === "string" ? [] : cell;
}

function indexOf(type: StructType, name: string): number {
  const exact = type.fields.findIndex((each) => each.name === name);
  return exact >= 0 ? exact : type.fields.findIndex((each) => each.name.toLowerCase() === name.toLowerCase());
}
