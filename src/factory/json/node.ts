/** A JSON value that knows where it stands: offsets into the text, so that findings can point at it. */
export type JsonNode = JsonObjectNode | JsonArrayNode | JsonStringNode | JsonNumberNode | JsonConstantNode;

interface Placed {
  /** Start inclusive, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface JsonObjectNode extends Placed {
  readonly kind: "object";
  readonly members: readonly JsonMember[];
}

export interface JsonMember {
  readonly key: JsonStringNode;
  readonly value: JsonNode;
}

export interface JsonArrayNode extends Placed {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}

export interface JsonStringNode extends Placed {
  readonly kind: "string";
  readonly value: string;
}

interface JsonNumberNode extends Placed {
  readonly kind: "number";
  /** As written: no digit is lost. */
  readonly text: string;
}

interface JsonConstantNode extends Placed {
  readonly kind: "constant";
  readonly value: boolean | null;
}

/** The value of the last member with this name, as JSON readers take it. */
export function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  if (node?.kind !== "object") return undefined;
  return node.members.findLast((member) => member.key.value === name)?.value;
}

/** The node at a path of names and positions. */
export function nodeAt(node: JsonNode | undefined, path: readonly (string | number)[]): JsonNode | undefined {
  let current = node;
  for (const step of path) {
    if (typeof step === "string") current = memberOf(current, step);
    else current = current?.kind === "array" ? current.items[step] : undefined;
  }
  return current;
}

/** The node as plain JSON. */
export function plainOf(node: JsonNode): unknown {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.members.map((member) => [member.key.value, plainOf(member.value)]));
    case "array":
      return node.items.map(plainOf);
    case "number":
      return Number(node.text);
    default:
      return node.value;
  }
}
