import { array, INT, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { schemaFromJson } from "../../core/schema-json.ts";
import type { DataType } from "../../core/data-type.ts";
import { normalizeJson, type FromJsonOptions } from "../json/from-json.ts";
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
  udf("spkjs_from_json", [STRING, STRING, STRING], STRING, (text, schema, options) => {
    const plan = planOf(asText(schema), asText(options));
    return normalizeJson(asText(text), plan.type, plan.options);
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

interface Plan {
  readonly type: DataType;
  readonly options: FromJsonOptions;
}

const plans = new Map<string, Plan>();

/** The schema comes wrapped in a struct of one field, so that any type can be told; the options as a JSON object. */
function planOf(schema: string, options: string): Plan {
  const key = `${schema}\n${options}`;
  const known = plans.get(key);
  if (known !== undefined) return known;
  const given = JSON.parse(options) as Json;
  const values = isJsonObject(given) ? given : {};
  const text = (name: string): string | undefined => (typeof values[name] === "string" ? values[name] : undefined);
  const flag = (name: string): boolean => text(name)?.toLowerCase() === "true";
  const plan: Plan = {
    type: schemaFromJson(schema).fields[0]?.type ?? { kind: "void" },
    options: {
      read: {
        allowNumericLeadingZeros: flag("allownumericleadingzeros"),
        allowUnquotedFieldNames: flag("allowunquotedfieldnames"),
        allowComments: flag("allowcomments"),
        allowSingleQuotes: text("allowsinglequotes")?.toLowerCase() !== "false",
        allowNonNumericNumbers: text("allownonnumericnumbers")?.toLowerCase() !== "false",
      },
      mode: text("mode")?.toUpperCase() === "FAILFAST" ? "FAILFAST" : "PERMISSIVE",
      dateFormat: text("dateformat"),
      timestampFormat: text("timestampformat"),
      timestampNtzFormat: text("timestampntzformat"),
      primitivesAsString: flag("primitivesasstring"),
      timeZone: text("timezone") ?? "UTC",
    },
  };
  if (plans.size > 200) plans.clear();
  plans.set(key, plan);
  return plan;
}
