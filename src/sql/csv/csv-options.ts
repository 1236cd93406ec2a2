import { BoathouseError } from "../../core/errors.ts";
import { refusedOption, type OptionTexts } from "../option-texts.ts";
import type { TextFormat } from "../text-cell.ts";

/** The options of `from_csv`, `to_csv` and `schema_of_csv` (Spark's `CSVOptions`). */
export interface CsvOptions {
  readonly separator: string;
  readonly quote: string;
  readonly escape: string;
  readonly comment: string;
  readonly trimLeading: boolean | undefined;
  readonly trimTrailing: boolean | undefined;
  readonly nullValue: string;
  /** Whether `nullValue` was given: only then nulls inside arrays, maps and structs show. */
  readonly showsNulls: boolean;
  readonly emptyValue: string | undefined;
  readonly quoteAll: boolean;
  readonly escapeQuotes: boolean;
  readonly maxColumns: number;
  readonly mode: "PERMISSIVE" | "FAILFAST";
  readonly corruptColumn: string;
  readonly preferDate: boolean;
  readonly format: TextFormat;
}

/** Throws for a value that Spark does not take, and for one that is not supported here. Names that Spark does not know it passes over. */
export function csvOptions(given: OptionTexts): CsvOptions {
  for (const name of ["header", "inferSchema", "enforceSchema"]) given.flag(name, false);
  given.scalaFlag("multiLine", false);
  given.double("samplingRatio", 1);
  given.integer("inputBufferSize", 1);
  given.charset("encoding", "charset");
  given.codec();
  given.locale();
  for (const name of ["rescuedDataColumn", "enableDateTimeParsingFallback"]) given.absent(name);
  if (given.integer("maxCharsPerColumn", -1) !== -1) throw refusedOption("maxCharsPerColumn");
  quoteHandling(given.text("unescapedQuoteHandling"));
  const escape = given.character("escape", "\\");
  const own = given.character("charToEscapeQuoteEscaping", "");
  if (own !== "" && own !== escape) throw refusedOption("charToEscapeQuoteEscaping");
  const preferDate = given.text("preferDate")?.toLowerCase() !== "false";
  return {
    separator: separatorOf(given.text("sep") ?? given.text("delimiter") ?? ","),
    quote: given.character("quote", '"'),
    escape,
    comment: given.character("comment", ""),
    trimLeading:
      given.text("ignoreLeadingWhiteSpace") === undefined ? undefined : given.flag("ignoreLeadingWhiteSpace", false),
    trimTrailing:
      given.text("ignoreTrailingWhiteSpace") === undefined ? undefined : given.flag("ignoreTrailingWhiteSpace", false),
    nullValue: given.text("nullValue") ?? "",
    showsNulls: given.text("nullValue") !== undefined,
    emptyValue: given.text("emptyValue"),
    quoteAll: given.flag("quoteAll", false),
    escapeQuotes: given.flag("escapeQuotes", true),
    maxColumns: given.integer("maxColumns", 20_480),
    mode: given.mode("from_csv"),
    corruptColumn: given.text("columnNameOfCorruptRecord") ?? "_corrupt_record",
    preferDate,
    format: {
      nanValue: given.text("nanValue") ?? "NaN",
      positiveInf: given.text("positiveInf") ?? "Inf",
      negativeInf: given.text("negativeInf") ?? "-Inf",
      ...given.moments(),
    },
  };
}

/** One character, several, or an escape such as `\t`. */
function separatorOf(text: string): string {
  if (text === "") throw invalid("Delimiter cannot be empty string");
  if (text === "\\")
    throw invalid("Single backslash is prohibited. It has special meaning as beginning of an escape sequence.");
  return text.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const known: string | undefined = ESCAPES[code];
    if (known === undefined) throw invalid(`Unsupported special character for delimiter: \\${code}`);
    return known;
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  '"': '"',
  "'": "'",
  "\\": "\\",
};

function quoteHandling(value: string | undefined): void {
  if (value === undefined || value.toUpperCase() === "STOP_AT_DELIMITER") return;
  if (["STOP_AT_CLOSING_QUOTE", "BACK_TO_DELIMITER", "SKIP_VALUE", "RAISE_ERROR"].includes(value.toUpperCase())) {
    throw refusedOption("unescapedQuoteHandling");
  }
  throw invalid(`There is no way to handle unescaped quotes that is called ${value}.`);
}

function invalid(message: string): BoathouseError {
  return new BoathouseError("INVALID_DELIMITER_VALUE", `Invalid value for delimiter or quotes: ${message}`, {
    sqlState: "42602",
  });
}
