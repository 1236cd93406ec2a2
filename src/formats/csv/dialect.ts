import { BoathouseError } from "../../core/errors.ts";
import { encodingOf } from "../encoding.ts";
import type { TextEncoding } from "../lines.ts";
import type { Options } from "../option.ts";

/** How the text of a CSV file is cut into values. */
export interface CsvDialect {
  /** One or more characters. */
  readonly separator: string;
  /** Undefined: quoting is off. */
  readonly quote: string | undefined;
  readonly escape: string | undefined;
  readonly comment: string | undefined;
  readonly header: boolean;
  readonly multiLine: boolean;
  readonly trimLeading: boolean;
  readonly trimTrailing: boolean;
  readonly nullValue: string;
  readonly emptyValue: string;
  readonly encoding: TextEncoding;
  readonly maxColumns: number | undefined;
}

export function csvDialect(options: Options): CsvDialect {
  const multiLine = options.boolean("multiLine");
  const encoding = encodingOf(options.string("encoding"));
  if (multiLine && encoding !== "utf-8") {
    throw new BoathouseError("UNSUPPORTED_OPTION", `${options.owner}: multiLine needs the encoding UTF-8.`, {
      details: { option: "encoding" },
      hint: "Convert the files to UTF-8, or leave multiLine out where no value holds a line break.",
    });
  }
  const dialect: CsvDialect = {
    separator: unescapeSeparator(options.string("sep")),
    quote: character(options.string("quote")),
    escape: character(options.string("escape")),
    comment: character(options.string("comment")),
    header: options.boolean("header"),
    multiLine,
    trimLeading: options.boolean("ignoreLeadingWhiteSpace"),
    trimTrailing: options.boolean("ignoreTrailingWhiteSpace"),
    nullValue: options.string("nullValue"),
    emptyValue: options.string("emptyValue"),
    encoding,
    maxColumns: options.given("maxColumns") === undefined ? undefined : options.integer("maxColumns"),
  };
  for (const name of ["sep", "quote"] as const) {
    const value = name === "sep" ? dialect.separator : dialect.quote;
    if (value !== undefined && /[\r\n]/.test(value)) {
      throw new BoathouseError("INVALID_OPTION_VALUE", `${options.owner}: "${name}" cannot be a line break.`, {
        details: { option: name },
      });
    }
  }
  if (dialect.quote !== undefined && dialect.separator.includes(dialect.quote)) {
    throw new BoathouseError("INVALID_OPTION_VALUE", `${options.owner}: "sep" and "quote" are the same character.`, {
      details: { option: "sep" },
    });
  }
  return dialect;
}

function character(value: string): string | undefined {
  return value === "" || value === "\0" ? undefined : value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  t: "\t",
  b: "\b",
  f: "\f",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "0": "\0",
};

/** Spark takes backslash escapes in separators, also within longer ones. */
function unescapeSeparator(value: string): string {
  if (value === "" || value === "\\") {
    throw new BoathouseError("INVALID_OPTION_VALUE", `"${value}" cannot separate fields.`, {
      details: { option: "sep" },
      hint: value === "" ? "Give at least one character." : "Write \\\\ for a backslash.",
    });
  }
  return value.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (whole, code: string) => {
    if (code.length === 5) return String.fromCharCode(parseInt(code.slice(1), 16));
    const known = ESCAPES[code];
    if (known !== undefined) return known;
    throw new BoathouseError("INVALID_OPTION_VALUE", `The separator "${value}" holds the unknown escape "${whole}".`, {
      details: { option: "sep" },
    });
  });
}
