/** Where a node stands in the text it was parsed from: offsets in UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Every part of a syntax tree. `kind` says which; a field that does not apply is `undefined`, never absent. */
export interface Node {
  readonly kind: string;
  readonly span: Span;
}

/** One part of a name, without its back-ticks. */
export interface Identifier extends Node {
  readonly kind: "identifier";
  readonly name: string;
  readonly quoted: boolean;
}

/** `catalog.schema.table`, `function`, `column.field`: at least one part. */
export interface Name extends Node {
  readonly kind: "name";
  readonly parts: readonly Identifier[];
}

/** The parts as plain text. */
export function partsOf(name: Name): string[] {
  return name.parts.map((part) => part.name);
}
