import { BoathouseError } from "../../core/errors.ts";
import { duplicateKey, VARIANT_NULL, type VariantField, type VariantNode } from "./node.ts";
import { parseVariantPath, type PathStep } from "./path.ts";

/** What a change does where its path ends. */
export type VariantEdit = "insert" | "set" | "replace" | "append";

/**
 * A value with another one put in at a path, as Spark's `variant_insert`, `variant_set` (`replace`: only where something
 * stands already) and `variant_array_append` do it. What is missing on the way is made by `insert` and `set`; arrays are
 * filled up with nulls. Throws `VARIANT_PATH_TYPE_MISMATCH` where a step meets another kind of value, and
 * `VARIANT_DUPLICATE_KEY` for `insert`.
 */
export function editVariant(
  root: VariantNode,
  edit: VariantEdit,
  path: string,
  value: VariantNode,
  functionName: string,
): VariantNode {
  const steps = editPath(path, functionName, edit === "append");
  return edited(root, 0);

  function edited(node: VariantNode | undefined, depth: number): VariantNode {
    const step = steps[depth];
    if (step === undefined) return edit === "append" ? appended(node, depth) : value;
    const container =
      node ?? (typeof step === "number" ? { kind: "array", items: [] } : { kind: "object", fields: [] });
    const isLast = depth === steps.length - 1;
    return typeof step === "number" ? atIndex(container, step, depth, isLast) : atKey(container, step, depth, isLast);
  }

  function atKey(node: VariantNode, key: string, depth: number, isLast: boolean): VariantNode {
    if (node.kind !== "object") throw mismatch(depth);
    const at = node.fields.findIndex(([name]) => name === key);
    const found = node.fields[at]?.[1];
    if (found !== undefined && isLast && edit === "insert") throw duplicateKey(key);
    if (found === undefined && (edit === "replace" || edit === "append")) return node;
    const field: VariantField = [key, edited(found, depth + 1)];
    return { kind: "object", fields: at < 0 ? [...node.fields, field] : node.fields.with(at, field) };
  }

  function atIndex(node: VariantNode, index: number, depth: number, isLast: boolean): VariantNode {
    if (node.kind !== "array") throw mismatch(depth);
    const { items } = node;
    const found = items[index];
    if (found === undefined) {
      if (edit === "replace" || edit === "append") return node;
      if (index > MOST_ELEMENTS) throw tooMany(functionName);
      const filling = Array.from({ length: index - items.length }, () => VARIANT_NULL);
      return { kind: "array", items: [...items, ...filling, edited(undefined, depth + 1)] };
    }
    if (isLast && edit === "insert") return { kind: "array", items: items.toSpliced(index, 0, value) };
    return { kind: "array", items: items.with(index, edited(found, depth + 1)) };
  }

  function appended(node: VariantNode | undefined, depth: number): VariantNode {
    if (node?.kind !== "array") throw mismatch(depth);
    return { kind: "array", items: [...node.items, value] };
  }

  function mismatch(depth: number): BoathouseError {
    return new BoathouseError(
      "VARIANT_PATH_TYPE_MISMATCH",
      `The path \`${path}\` does not fit the variant value in \`${functionName}\`: step ${depth + 1} meets a value of another kind.`,
      { sqlState: "22023" },
    );
  }
}

/** Without what stands at a path; the same where nothing does. */
export function deleteFromVariant(root: VariantNode, path: string): VariantNode {
  return without(root, editPath(path, "variant_delete", false));
}

function without(node: VariantNode, [step, ...rest]: readonly PathStep[]): VariantNode {
  if (typeof step === "number" && node.kind === "array") {
    const found = node.items[step];
    if (found === undefined) return node;
    const items = rest.length === 0 ? node.items.toSpliced(step, 1) : node.items.with(step, without(found, rest));
    return { kind: "array", items };
  }
  if (typeof step !== "string" || node.kind !== "object") return node;
  const fields = node.fields.flatMap(([key, value]): readonly VariantField[] => {
    if (key !== step) return [[key, value]];
    return rest.length === 0 ? [] : [[key, without(value, rest)]];
  });
  return { kind: "object", fields };
}

/** Without null fields, and without null elements where `arrays` says so; at every depth. */
export function stripVariantNulls(node: VariantNode, arrays: boolean): VariantNode {
  const kept = (value: VariantNode): boolean => value.kind !== "null";
  if (node.kind === "array") {
    const items = arrays ? node.items.filter(kept) : node.items;
    return { kind: "array", items: items.map((item) => stripVariantNulls(item, arrays)) };
  }
  if (node.kind !== "object") return node;
  const fields = node.fields.filter(([, value]) => kept(value));
  return { kind: "object", fields: fields.map(([key, value]) => [key, stripVariantNulls(value, arrays)] as const) };
}

/** More would be larger than any variant. */
const MOST_ELEMENTS = 16 * 1024 * 1024;

function tooMany(functionName: string): BoathouseError {
  return new BoathouseError("VARIANT_SIZE_LIMIT", `Cannot build variant bigger than 16.0 MiB in \`${functionName}\`.`, {
    sqlState: "22023",
  });
}

function editPath(path: string, functionName: string, root: boolean): readonly PathStep[] {
  const steps = parseVariantPath(path);
  if (steps !== undefined && (root || steps.length > 0)) return steps;
  throw new BoathouseError(
    "INVALID_VARIANT_PATH",
    `The path \`${path}\` is not a valid variant path in \`${functionName}\`. A valid path should start with \`$\` and is ` +
      "followed by one or more segments like `[123]`, `.name`, `['name']`, or `[\"name\"]`.",
    { sqlState: "22023" },
  );
}
