import type { JsonNode } from "../json/node.ts";
import { parseJson } from "../json/parse.ts";
import { objectOf, type Value } from "./value.ts";

/** JSON text as a value: `1` is an integer, `1.0` a float, and no digit of an integer is lost. */
export function valueOfJsonText(text: string): Value {
  return valueOfNode(parseJson(text));
}

function valueOfNode(node: JsonNode): Value {
  switch (node.kind) {
    case "object":
      return objectOf(node.members.map((member) => [member.key.value, valueOfNode(member.value)]));
    case "array":
      return node.items.map(valueOfNode);
    case "number":
      return /^-?\d+$/.test(node.text) ? BigInt(node.text) : Number(node.text);
    default:
      return node.value;
  }
}
