import { array, INT, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { evaluatePath, parsePath } from "../json/json-path.ts";
import { readJson, writeJson, type JsonNode } from "../json/json-text.ts";
import { asText, udf, type Udf } from "./udf.ts";

export const jsonUdfs: readonly Udf[] = [
  udf("spkjs_get_json_object", [STRING, STRING], STRING, (text, path) => {
    const steps = parsePath(asText(path));
    const node = steps === undefined ? undefined : readJson(asText(text));
    return steps === undefined || node === undefined ? null : (evaluatePath(node, steps) ?? null);
  }),
  udf("spkjs_json_tuple", [STRING, array(STRING)], array(STRING), (text, names) => {
    const node = readJson(asText(text));
    return (Array.isArray(names) ? names : []).map((name) =>
      typeof name === "string" ? tupleField(node, name) : null,
    );
  }),
  udf("spkjs_json_array_length", [STRING], INT, (text) => {
    const node = readJson(asText(text));
    return node?.kind === "array" ? node.items.length : null;
  }),
  udf("spkjs_json_object_keys", [STRING], array(STRING), (text) => {
    const node = readJson(asText(text));
    return node?.kind === "object" ? node.fields.map(([name]) => name) : null;
  }),
  udf("spkjs_parse_json", [STRING], STRING, (text) => {
    const node = readJson(asText(text), { allowSingleQuotes: false, allowNonNumericNumbers: false });
    if (node !== undefined) return writeJson(node);
    throw new BoathouseError(
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      `Malformed records are detected in record parsing: ${asText(text)}.`,
      { sqlState: "22023" },
    );
  }),
];

function tupleField(node: JsonNode | undefined, name: string): string | null {
  if (node?.kind !== "object") return null;
  const value = node.fields.find(([each]) => each === name)?.[1];
  if (value === undefined || value.kind === "null") return null;
  return value.kind === "string" ? value.value : writeJson(value);
}
