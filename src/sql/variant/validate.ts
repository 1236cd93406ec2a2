import { BoathouseError } from "../../core/errors.ts";
import type { VariantNode } from "./node.ts";
import { metadataSize, readNode, variantOf } from "./read.ts";

/**
 * Are the bytes a variant through and through: metadata that is one, every value readable, the fields of each object in
 * order and all different (Spark: `VariantUtil.isValidVariant`)?
 */
export function isValidVariant(bytes: Uint8Array): boolean {
  try {
    const variant = variantOf(bytes);
    if (metadataSize(variant.bytes) >= bytes.length) return false;
    return isOrdered(readNode(variant));
  } catch (error) {
    if (error instanceof BoathouseError) return false;
    throw error;
  }
}

function isOrdered(value: VariantNode): boolean {
  if (value.kind === "array") return value.items.every(isOrdered);
  if (value.kind !== "object") return true;
  return value.fields.every(([key, item], index) => {
    const before = value.fields[index - 1]?.[0];
    return (before === undefined || before < key) && isOrdered(item);
  });
}
