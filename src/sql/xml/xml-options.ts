import { BoathouseError } from "../../core/errors.ts";
import { invalidOption, type OptionTexts } from "../option-texts.ts";
import type { TextFormat } from "../text-cell.ts";

/** The options of `from_xml`, `to_xml` and `schema_of_xml` (Spark's `XmlOptions`). */
export interface XmlOptions {
  readonly rowTag: string;
  readonly attributePrefix: string;
  readonly valueTag: string;
  readonly arrayElementName: string;
  readonly wildcardColumn: string;
  readonly indent: string;
  readonly excludeAttribute: boolean;
  readonly ignoreNamespace: boolean;
  readonly trims: boolean;
  readonly inferSchema: boolean;
  readonly prefersDecimal: boolean;
  readonly preferDate: boolean;
  readonly validateName: boolean;
  /** The text of a null; undefined: nulls have none. */
  readonly nullValue: string | undefined;
  readonly mode: "PERMISSIVE" | "FAILFAST";
  readonly corruptColumn: string;
  readonly format: TextFormat;
}

/** Throws for a value that Spark does not take, and for an option that is not supported here. Names that Spark does not know it passes over. */
export function xmlOptions(given: OptionTexts): XmlOptions {
  for (const name of ["treatEmptyValuesAsNulls", "multiLine"]) given.scalaFlag(name, false);
  given.charset("encoding", "charset");
  given.codec();
  given.locale();
  for (const name of [
    "rowValidationXSDPath",
    "enableDateTimeParsingFallback",
    "singleVariantColumn",
    "rescuedDataColumn",
  ]) {
    given.absent(name);
  }
  if (given.double("samplingRatio", 1) <= 0) throw invalidOption("samplingRatio", "it should be greater than 0.");
  const rowTag = given.text("rowTag") ?? "ROW";
  if (rowTag === "") throw required("rowTag", "should not be an empty string");
  for (const name of ["rowTag", "rootTag", "declaration"]) {
    if (/^<|>$/.test(given.text(name) ?? "")) throw required(name, "should not include angle brackets");
  }
  const attributePrefix = given.text("attributePrefix") ?? "_";
  const valueTag = given.text("valueTag") ?? "_VALUE";
  if (valueTag === "") throw required("valueTag", "should not be an empty string");
  if (valueTag === attributePrefix) throw required("valueTag", "and 'attributePrefix' options should not be the same");
  return {
    rowTag,
    attributePrefix,
    valueTag,
    arrayElementName: given.text("arrayElementName") ?? "item",
    wildcardColumn: given.text("wildcardColName") ?? "xs_any",
    indent: given.text("indent") ?? "    ",
    excludeAttribute: given.scalaFlag("excludeAttribute", false),
    ignoreNamespace: given.scalaFlag("ignoreNamespace", false),
    trims: given.scalaFlag("ignoreSurroundingSpaces", true),
    inferSchema: given.scalaFlag("inferSchema", true),
    prefersDecimal: given.scalaFlag("prefersDecimal", false),
    preferDate: given.scalaFlag("preferDate", true),
    validateName: given.scalaFlag("validateName", true),
    nullValue: given.text("nullValue"),
    mode: given.mode("from_xml"),
    corruptColumn: given.text("columnNameOfCorruptRecord") ?? "_corrupt_record",
    format: { nanValue: "NaN", positiveInf: "Infinity", negativeInf: "-Infinity", ...given.moments() },
  };
}

function required(name: string, rule: string): BoathouseError {
  return new BoathouseError("INVALID_OPTIONS.VALUE", `Invalid option ${name}: '${name}' ${rule}.`, {
    sqlState: "42K06",
  });
}
