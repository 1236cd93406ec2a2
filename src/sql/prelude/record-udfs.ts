import { STRING, type DataType, type StructType } from "../../core/data-type.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { schemaFromJson } from "../../core/schema-json.ts";
import { csvOptions, type CsvOptions } from "../csv/csv-options.ts";
import { csvToJson } from "../csv/from-csv.ts";
import { csvLine } from "../csv/to-csv.ts";
import { normalizeJson } from "../json/from-json.ts";
import { jsonOptions, type JsonOptions } from "../json/json-options.ts";
import { OptionTexts } from "../option-texts.ts";
import { parseTextTree } from "../text-tree.ts";
import { xmlToJson } from "../xml/from-xml.ts";
import { xmlText } from "../xml/to-xml.ts";
import { xmlOptions, type XmlOptions } from "../xml/xml-options.ts";
import { asText, udf, type Udf } from "./udf.ts";

/** CSV, JSON and XML: what is read becomes JSON text for DuckDB to cast, what is written comes as a tree of texts. */
export const recordUdfs: readonly Udf[] = [
  udf("spkjs_from_csv", [STRING, STRING, STRING], STRING, (text, schema, settings) =>
    csvToJson(asText(text), schemaOf(asText(schema)), csvSettings(asText(settings))),
  ),
  udf("spkjs_to_csv", [STRING, STRING], STRING, (tree, settings) => {
    const row = parseTextTree(asText(tree));
    return row !== null && typeof row === "object" && "fields" in row
      ? csvLine(row.fields, csvSettings(asText(settings)))
      : null;
  }),
  udf("spkjs_from_json", [STRING, STRING, STRING], STRING, (text, schema, settings) =>
    normalizeJson(asText(text), typeOf(asText(schema)), jsonSettings(asText(settings))),
  ),
  udf("spkjs_from_xml", [STRING, STRING, STRING], STRING, (text, schema, settings) =>
    xmlToJson(asText(text), schemaOf(asText(schema)), xmlSettings(asText(settings))),
  ),
  udf("spkjs_to_xml", [STRING, STRING, STRING], STRING, (tree, schema, settings) =>
    xmlText(parseTextTree(asText(tree)), schemaOf(asText(schema)), xmlSettings(asText(settings))),
  ),
];

/** The schema comes in a struct of one field, so that any type can be told. */
const typeOf = remembered((text: string): DataType => schemaFromJson(text).fields[0]?.type ?? { kind: "void" });

function schemaOf(text: string): StructType {
  const type = typeOf(text);
  if (type.kind !== "struct") throw new TypeError("A record is a struct.");
  return type;
}

const csvSettings = remembered((text: string): CsvOptions => csvOptions(optionTexts(text)));
const jsonSettings = remembered((text: string): JsonOptions => jsonOptions(optionTexts(text), "from_json"));
const xmlSettings = remembered((text: string): XmlOptions => xmlOptions(optionTexts(text)));

/** The settings that a statement hands down with each call, as a JSON object. */
function optionTexts(text: string): OptionTexts {
  const given = JSON.parse(text) as Json;
  const { options, sessionTimeZone, now } = isJsonObject(given) ? given : {};
  const values = Object.entries(isJsonObject(options) ? options : {}).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return new OptionTexts(
    new Map(values),
    typeof sessionTimeZone === "string" ? sessionTimeZone : "UTC",
    BigInt(typeof now === "string" ? now : 0),
  );
}

/** What was made of a text is made once for the rows of a statement. */
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size >= 100) known.clear();
    known.set(text, made);
    return made;
  };
}
