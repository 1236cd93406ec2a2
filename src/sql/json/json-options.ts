import type { OptionTexts } from "../option-texts.ts";
import type { TextFormat } from "../text-cell.ts";
import type { JsonReadOptions } from "./json-text.ts";

/** The options of `from_json` and `schema_of_json` (Spark's `JSONOptions`). */
export interface JsonOptions {
  readonly read: JsonReadOptions;
  readonly mode: "PERMISSIVE" | "FAILFAST";
  readonly corruptColumn: string;
  readonly primitivesAsString: boolean;
  readonly prefersDecimal: boolean;
  readonly inferTimestamp: boolean;
  readonly dropFieldIfAllNull: boolean;
  readonly format: TextFormat;
}

/** Throws for a value that Spark does not take, and for an option that is not supported here. Names that Spark does not know it passes over. */
export function jsonOptions(given: OptionTexts, functionName: string): JsonOptions {
  for (const name of ["multiLine", "ignoreNullFields", "writeNonAsciiCharacterAsCodePoint", "pretty"]) {
    given.scalaFlag(name, false);
  }
  given.double("samplingRatio", 1);
  given.charset("encoding", "charset");
  given.codec();
  given.locale();
  for (const name of [
    "singleVariantColumn",
    "rescuedDataColumn",
    "enableDateTimeParsingFallback",
    "allowUnquotedControlChars",
  ]) {
    given.absent(name);
  }
  return {
    read: {
      allowComments: given.scalaFlag("allowComments", false),
      allowUnquotedFieldNames: given.scalaFlag("allowUnquotedFieldNames", false),
      allowSingleQuotes: given.scalaFlag("allowSingleQuotes", true),
      allowNumericLeadingZeros: given.scalaFlag("allowNumericLeadingZeros", false),
      allowNonNumericNumbers: given.scalaFlag("allowNonNumericNumbers", true),
      allowAnyEscape: given.scalaFlag("allowBackslashEscapingAnyCharacter", false),
      prefix: true,
    },
    mode: functionName === "from_json" ? given.mode(functionName) : "PERMISSIVE",
    corruptColumn: given.text("columnNameOfCorruptRecord") ?? "_corrupt_record",
    primitivesAsString: given.scalaFlag("primitivesAsString", false),
    prefersDecimal: given.scalaFlag("prefersDecimal", false),
    inferTimestamp: given.scalaFlag("inferTimestamp", false),
    dropFieldIfAllNull: given.scalaFlag("dropFieldIfAllNull", false),
    format: { nanValue: "NaN", positiveInf: "Infinity", negativeInf: "-Infinity", ...given.moments() },
  };
}
