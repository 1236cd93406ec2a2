import { BOOLEAN, STRING } from "../../core/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import type { Property } from "../ast/definition.ts";
import type { Cursor } from "./cursor.ts";
import { isNumber, literal, number } from "./literal.ts";

/** `('key' = value, a.b 'value', key)`: values are constants. */
export function propertyList(c: Cursor): Property[] {
  return c.parenthesized(() => property(c, constantValue));
}

/** The same, with any expression as a value: OPTIONS of a table. */
export function optionList(c: Cursor): Property[] {
  return c.optionalList(() => property(c, (cursor) => cursor.rules.expression(cursor)));
}

/** A property list whose keys must all have values. */
export function propertyListWithValues(c: Cursor): Property[] {
  const properties = propertyList(c);
  const bare = properties.find((each) => each.value === undefined);
  if (bare !== undefined) {
    c.raise("PARSE_SYNTAX_ERROR", `Operation not allowed: a value must be specified for the key ${bare.key}.`, bare);
  }
  return properties;
}

/** A property list of keys alone, for UNSET. */
export function propertyKeys(c: Cursor): Property[] {
  const properties = propertyList(c);
  const full = properties.find((each) => each.value !== undefined);
  if (full !== undefined) {
    c.raise("PARSE_SYNTAX_ERROR", `Operation not allowed: no value may be specified for the key ${full.key}.`, full);
  }
  return properties;
}

export function propertyKey(c: Cursor): string {
  if (c.token.kind === "string") return c.oneString();
  return c
    .name("a key")
    .parts.map((part) => part.name)
    .join(".");
}

function property(c: Cursor, value: (cursor: Cursor) => Expression): Property {
  const { start } = c;
  const key = propertyKey(c);
  const bare = !c.accept("=") && (c.at(",") || c.at(")"));
  return { kind: "property", span: c.span(start), key, value: bare ? undefined : value(c) };
}

function constantValue(c: Cursor): Expression {
  const { start } = c;
  if (c.token.kind === "string") return literal(STRING, c.oneString(), c.span(start));
  if (isNumber(c.token.kind)) return number(c, start, false);
  if (c.accept("-")) {
    if (!isNumber(c.token.kind)) c.fail("a number");
    return number(c, start, true);
  }
  const truth = c.acceptAny("TRUE", "FALSE");
  if (truth !== undefined) return literal(BOOLEAN, truth === "TRUE", c.span(start));
  return c.fail("a constant");
}
