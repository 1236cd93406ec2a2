import { writeJson, type JsonNode } from "./json-text.ts";

export type PathStep =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" };

/** A path of `get_json_object`: `$.a[0]['b c'][*]`. Undefined when it is not one. */
export function parsePath(text: string): readonly PathStep[] | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: PathStep[] = [];
  const pattern = /\.([^.[\]]+)|\[(\d+)\]|\[\*\]|\['([^']*)'\]|\.\*/y;
  pattern.lastIndex = 1;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const name = match[1] ?? match[3];
    if (match[2] !== undefined) steps.push({ kind: "index", index: Number(match[2]) });
    else if (name !== undefined && name !== "*") steps.push({ kind: "field", name });
    else steps.push({ kind: "all" });
  }
  return steps;
}

/** What Spark's `get_json_object` gives: text of a string without quotes, JSON of anything else, undefined for nothing. */
export function evaluatePath(root: JsonNode, path: readonly PathStep[]): string | undefined {
  const found = matches(root, path);
  if (path.some((step) => step.kind === "all")) {
    if (found.length === 0) return undefined;
    const [only] = found;
    return found.length === 1 && only !== undefined ? writeJson(only) : `[${found.map(writeJson).join(",")}]`;
  }
  const [node] = found;
  if (node === undefined || node.kind === "null") return undefined;
  return node.kind === "string" ? node.value : writeJson(node);
}

function matches(node: JsonNode, path: readonly PathStep[]): JsonNode[] {
  const [step, ...rest] = path;
  if (step === undefined) return [node];
  if (step.kind === "field") {
    if (node.kind !== "object") return [];
    const field = node.fields.find(([name]) => name === step.name);
    return field === undefined ? [] : matches(field[1], rest);
  }
  if (step.kind === "index") {
    const item = node.kind === "array" ? node.items[step.index] : undefined;
    return item === undefined ? [] : matches(item, rest);
  }
  if (node.kind === "array") return node.items.flatMap((item) => matches(item, rest));
  return [];
}
