import { BINARY, BOOLEAN, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { deleteFromVariant, editVariant, stripVariantNulls, type VariantEdit } from "../variant/edit.ts";
import type { VariantNode } from "../variant/node.ts";
import { readNode, variantOf } from "../variant/read.ts";
import { writeVariant } from "../variant/write.ts";
import { asBytes, asText, udf, type Udf } from "./udf.ts";

/** What changes values of the type VARIANT. */
export const variantEditUdfs: readonly Udf[] = [
  edit("spkjs_variant_insert", "insert"),
  edit("spkjs_variant_set", "set"),
  edit("spkjs_variant_replace", "replace"),
  edit("spkjs_variant_append", "append"),
  udf(
    "spkjs_variant_delete",
    [BINARY],
    BINARY,
    (bytes, ...paths) => {
      if (bytes === null || bytes === undefined) return null;
      const value = paths.reduce<VariantNode>(
        (node, path) => (path === null ? node : deleteFromVariant(node, asText(path))),
        readNode(variantOf(asBytes(bytes))),
      );
      return writeVariant(value, "variant_delete");
    },
    { nulls: "pass", variadic: STRING },
  ),
  udf("spkjs_variant_strip_nulls", [BINARY, BOOLEAN], BINARY, (bytes, arrays) =>
    writeVariant(stripVariantNulls(readNode(variantOf(asBytes(bytes))), arrays === true), "variant_strip_nulls"),
  ),
];

/** The variant, the path, the value to put in, and the function's name: one that begins with `try_` gives null for an error. */
function edit(name: string, kind: VariantEdit): Udf {
  return udf(name, [BINARY, STRING, BINARY, STRING], BINARY, (bytes, path, value, called) => {
    const [root, given] = [bytes, value].map((each) => readNode(variantOf(asBytes(each))));
    const functionName = asText(called);
    if (root === undefined || given === undefined) return null;
    try {
      return writeVariant(editVariant(root, kind, asText(path), given, functionName), functionName);
    } catch (error) {
      const isKnown = error instanceof BoathouseError && TOLERATED.has(error.code);
      if (isKnown && functionName.startsWith("try_")) return null;
      throw error;
    }
  });
}

const TOLERATED = new Set(["VARIANT_PATH_TYPE_MISMATCH", "VARIANT_DUPLICATE_KEY"]);
