import { BoathouseError } from "../../core/errors.ts";
import type { JsonNode } from "../json/json-text.ts";
import type { VariantNode } from "./node.ts";
import { numberNode } from "./parse-json.ts";
import { writeVariant } from "./write.ts";

/** The bytes of a VARIANT that holds JSON which was read already; undefined where keys repeat or it is too large. */
export function variantOfJson(node: JsonNode): Uint8Array | undefined {
  try {
    return writeVariant(variantNode(node), "from_json");
  } catch (error) {
    if (error instanceof BoathouseError) return undefined;
    throw error;
  }
}

function variantNode(node: JsonNode): VariantNode {
  switch (node.kind) {
    case "number":
      return /\d/.test(node.text) ? numberNode(node.text) : { kind: "double", value: special(node.text) };
    case "array":
      return { kind: "array", items: node.items.map(variantNode) };
    case "object":
      return { kind: "object", fields: node.fields.map(([key, value]) => [key, variantNode(value)] as const) };
    default:
      return node;
  }
}

/** `NaN`, `-INF`, `Infinity`. */
function special(text: string): number {
  if (text === "NaN") return Number.NaN;
  return text.startsWith("-") ? -Infinity : Infinity;
}
