import type { DataType } from "../core/data-type.ts";
import type { ObjectName } from "./ast/expression.ts";
import type { Identifier, Name } from "./ast/node.ts";
import type { Expression } from "./ast/expression.ts";

/** An identifier: in back-ticks when it was, or when it must be. */
export function printIdentifier(identifier: Identifier): string {
  const plain = !identifier.quoted && /^\w+$/.test(identifier.name);
  return plain ? identifier.name : quoted(identifier.name);
}

export function printName(name: Name): string {
  return name.parts.map(printIdentifier).join(".");
}

export function printObjectName(name: ObjectName, expression: (node: Expression) => string): string {
  if (name.kind === "name") return printName(name);
  return [`IDENTIFIER(${expression(name.expression)})`, ...name.rest.map(printIdentifier)].join(".");
}

/** A string literal. A backslash before `%` and `_` is the literal's own, for LIKE. */
export function printString(text: string): string {
  const escaped = text.replace(/\\(?![%_])|'|\p{Cc}/gu, (each) => ESCAPES[each] ?? unicode(each));
  return `'${escaped}'`;
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
  "\b": "\\b",
  "\u001a": "\\Z",
};

/** A data type as the parser reads it back, comments of fields included. */
export function printType(type: DataType): string {
  switch (type.kind) {
    case "byte":
      return "TINYINT";
    case "short":
      return "SMALLINT";
    case "long":
      return "BIGINT";
    case "decimal":
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case "string": {
      const { length, collation } = type;
      const base = length === undefined ? "STRING" : `${length.fixed ? "CHAR" : "VARCHAR"}(${length.max})`;
      return collation === undefined ? base : `${base} COLLATE ${collation.split(".").map(name).join(".")}`;
    }
    case "calendar_interval":
      return "INTERVAL";
    case "interval_year_month":
    case "interval_day_time": {
      const start = type.start.toUpperCase();
      return type.start === type.end ? `INTERVAL ${start}` : `INTERVAL ${start} TO ${type.end.toUpperCase()}`;
    }
    case "array":
      return `ARRAY<${printType(type.element)}>`;
    case "map":
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`;
    case "struct": {
      const fields = type.fields.map((field) => {
        const comment = field.metadata?.["comment"];
        const nullable = field.nullable ? "" : " NOT NULL";
        const tail = typeof comment === "string" ? ` COMMENT ${printString(comment)}` : "";
        return `${name(field.name)}: ${printType(field.type)}${nullable}${tail}`;
      });
      return `STRUCT<${fields.join(", ")}>`;
    }
    default:
      return type.kind.toUpperCase();
  }
}

/** Words with a space between; what is missing is left out. */
export function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== "").join(" ");
}

export function list<Item>(items: readonly Item[], print: (item: Item) => string): string {
  return items.map(print).join(", ");
}

/** `word (items)`, or nothing for no items. */
export function clause<Item>(word: string, items: readonly Item[], print: (item: Item) => string): string | undefined {
  return items.length === 0 ? undefined : `${word} (${list(items, print)})`;
}

function name(text: string): string {
  return /^\w+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `\`${text.replaceAll("`", "``")}\``;
}
