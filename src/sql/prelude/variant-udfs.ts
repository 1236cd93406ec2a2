import {
  array,
  BINARY,
  BOOLEAN,
  DOUBLE,
  field,
  FLOAT,
  INT,
  LONG,
  STRING,
  struct,
  VOID,
  type DataType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { schemaFromJson, schemaToJson } from "../../core/schema-json.ts";
import type { Value } from "../../core/value.ts";
import { castVariant, castVariantNested, type VariantCast } from "../variant/cast.ts";
import { variantJson } from "../variant/json.ts";
import { parseDecimal, VARIANT_NULL, withLastFields, type VariantField, type VariantNode } from "../variant/node.ts";
import { NotJson, parseVariantJson } from "../variant/parse-json.ts";
import { invalidGetPath, parseVariantPath, valueAt } from "../variant/path.ts";
import { isVariantNull, readNode, variantOf } from "../variant/read.ts";
import { mergeSchemas, schemaOfVariant, variantSchemaText } from "../variant/schema.ts";
import { UNSHRED } from "../variant/shredded-sql.ts";
import { unshred, type Shape } from "../variant/unshred.ts";
import { isValidVariant } from "../variant/validate.ts";
import { writeVariant } from "../variant/write.ts";
import { asBigint, asBytes, asNumber, asText, udf, type Udf } from "./udf.ts";

const ENTRIES = array(struct([field("key", STRING), field("value", BINARY)]));
const ROWS = array(struct([field("pos", INT), field("key", STRING), field("value", BINARY)]));

/** What takes and gives values of the type VARIANT, as bytes (`variant/encoding.ts`). */
export const variantUdfs: readonly Udf[] = [
  // The second argument says whether of a repeated key the last value counts.
  udf("spkjs_variant_parse", [STRING, BOOLEAN], BINARY, (text, repeats) => parse(asText(text), repeats === true)),
  udf("spkjs_variant_try_parse", [STRING, BOOLEAN], BINARY, (text, repeats) => {
    try {
      return parse(asText(text), repeats === true);
    } catch (error) {
      if (error instanceof BoathouseError) return null;
      throw error;
    }
  }),
  udf("spkjs_variant_json", [BINARY, STRING], STRING, (bytes, zone) => variantJson(nodeOf(bytes), asText(zone))),
  udf(
    "spkjs_variant_is_null",
    [BINARY],
    BOOLEAN,
    (bytes) => bytes !== null && isVariantNull(variantOf(asBytes(bytes))),
    {
      nulls: "pass",
    },
  ),
  udf("spkjs_variant_is_valid", [BINARY], BOOLEAN, (bytes) => isValidVariant(asBytes(bytes))),
  udf("spkjs_variant_schema", [BINARY], STRING, (bytes) => variantSchemaText(schemaOfVariant(nodeOf(bytes)))),
  // The schemas of many values: each in JSON, then the different ones together.
  udf("spkjs_variant_type", [BINARY], STRING, (bytes) =>
    schemaToJson(struct([field("value", schemaOfVariant(nodeOf(bytes)))])),
  ),
  udf(
    "spkjs_variant_merged_schema",
    [array(STRING)],
    STRING,
    (list) => {
      const types = itemsOf(list).flatMap((item) => (item === null ? [] : [wrappedType(asText(item))]));
      return variantSchemaText(types.reduce(mergeSchemas, VOID));
    },
    { nulls: "pass" },
  ),
  udf("spkjs_variant_explode", [BINARY], ROWS, (bytes) => {
    const value = nodeOf(bytes);
    if (value.kind === "array")
      return value.items.map((item, pos) => ({ pos, key: null, value: writeVariant(item, "variant_explode") }));
    if (value.kind !== "object") return [];
    return value.fields.map(([key, item], pos) => ({ pos, key, value: writeVariant(item, "variant_explode") }));
  }),
  udf(UNSHRED, [BINARY, STRING, STRING], BINARY, (metadata, data, shape) =>
    writeVariant(unshred(asBytes(metadata), parseJson(asText(data)), shapeNamed(asText(shape))), "read"),
  ),
  ...getters(),
  ...makers(),
];

function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

const shapes = new Map<string, Shape>();

/** The shapes of files are few, and the same for many rows. */
function shapeNamed(text: string): Shape {
  let shape = shapes.get(text);
  if (shape === undefined) {
    if (shapes.size >= MOST_SHAPES) shapes.clear();
    shape = JSON.parse(text) as Shape;
    shapes.set(text, shape);
  }
  return shape;
}

const MOST_SHAPES = 1000;

function parse(text: string, repeats: boolean): Uint8Array {
  try {
    const value = parseVariantJson(text);
    return writeVariant(repeats ? withLastFields(value) : value, "parse_json");
  } catch (error) {
    if (error instanceof NotJson || (error instanceof BoathouseError && error.code === "VARIANT_DUPLICATE_KEY")) {
      throw new BoathouseError(
        "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
        `Malformed records are detected in record parsing: ${text}. Parse Mode: FAILFAST. ` +
          "To process malformed records as null result, use try_parse_json.",
        { sqlState: "22023", cause: error },
      );
    }
    throw error;
  }
}

/** What stands at a path, cast: a function for each way in which the result comes. */
function getters(): Udf[] {
  const get = (form: string, result: DataType, cast: (value: VariantNode, how: VariantCast) => Value): Udf =>
    udf(`spkjs_variant_get_${form}`, [BINARY, STRING, STRING], result, (bytes, path, plan) => {
      const how = planOf(asText(plan));
      const steps = parseVariantPath(asText(path));
      if (steps === undefined) throw invalidGetPath(asText(path), how.name);
      const found = valueAt(variantOf(asBytes(bytes)), steps);
      return found === undefined ? null : cast(readNode(found), how);
    });
  return [
    get("bytes", BINARY, castVariant),
    get("text", STRING, castVariant),
    get("boolean", BOOLEAN, castVariant),
    get("long", LONG, castVariant),
    get("double", DOUBLE, castVariant),
    get("nested", STRING, castVariantNested),
  ];
}

/** From a value of SQL to a variant. */
function makers(): Udf[] {
  const make = (name: string, from: DataType, node: (value: Value) => VariantNode): Udf =>
    udf(`spkjs_variant_${name}`, [from], BINARY, (value) => writeVariant(node(value), "cast"));
  return [
    make("of_boolean", BOOLEAN, (value) => ({ kind: "boolean", value: value === true })),
    make("of_long", LONG, (value) => ({ kind: "long", value: asBigint(value) })),
    make("of_double", DOUBLE, (value) => ({ kind: "double", value: asNumber(value) })),
    make("of_float", FLOAT, (value) => ({ kind: "float", value: asNumber(value) })),
    make("of_decimal", STRING, (value) => parseDecimal(asText(value))),
    make("of_date", LONG, (value) => ({ kind: "date", days: asNumber(value) })),
    make("of_timestamp", LONG, (value) => ({ kind: "timestamp", micros: asBigint(value) })),
    make("of_timestamp_ntz", LONG, (value) => ({ kind: "timestamp_ntz", micros: asBigint(value) })),
    make("of_string", STRING, (value) => ({ kind: "string", value: asText(value) })),
    make("of_binary", BINARY, (value) => ({ kind: "binary", value: asBytes(value) })),
    make("array", array(BINARY), (list) => ({
      kind: "array",
      items: itemsOf(list).map((item) => (item === null ? VARIANT_NULL : nodeOf(item))),
    })),
    make("object", ENTRIES, (list) => ({ kind: "object", fields: itemsOf(list).map(entryOf) })),
  ];
}

function nodeOf(bytes: Value): VariantNode {
  return readNode(variantOf(asBytes(bytes)));
}

function itemsOf(list: Value): readonly Value[] {
  return Array.isArray(list) ? list : [];
}

function entryOf(entry: Value): VariantField {
  if (typeof entry !== "object" || entry === null || !("key" in entry)) return ["", VARIANT_NULL];
  const { key, value } = entry;
  return [asText(key), value === null || value === undefined ? VARIANT_NULL : nodeOf(value)];
}

/** The type of the one field of a schema in JSON. */
function wrappedType(schema: string): DataType {
  return schemaFromJson(schema).fields[0]?.type ?? VOID;
}

interface Plan extends VariantCast {
  readonly name: string;
}

const plans = new Map<string, Plan>();

/** What `types/cast-variant.ts` writes: the type wrapped in a struct of one field, and how to convert to it. */
function planOf(text: string): Plan {
  const known = plans.get(text);
  if (known !== undefined) return known;
  const given = JSON.parse(text) as Json;
  const { schema, zone, name, try: tries } = isJsonObject(given) ? given : {};
  const plan: Plan = {
    to: wrappedType(typeof schema === "string" ? schema : ""),
    zone: typeof zone === "string" ? zone : "UTC",
    try: tries === true,
    name: typeof name === "string" ? name : "variant_get",
  };
  if (plans.size > 200) plans.clear();
  plans.set(text, plan);
  return plan;
}
