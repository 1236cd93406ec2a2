import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Dataset } from "./dataset.ts";

/** How a delimited text file is written, as its dataset says. */
export interface TextFormat {
  readonly delimiter: string;
  /** Undefined reads every kind of line end, and writes `\r\n`. */
  readonly lineEnd: "\n" | "\r\n" | undefined;
  /** `""` switches quoting off. */
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  readonly nullText: string;
  readonly encoding: string;
  readonly compression: Compression;
}

export type Compression = "none" | "gzip" | "deflate";

/** The text properties of a dataset. Throws `FACTORY_UNSUPPORTED` for what cannot be read or written, by name. */
export function textFormat(dataset: Dataset): TextFormat {
  const { properties } = dataset;
  const delimiter = properties.text("columnDelimiter") ?? ",";
  if (delimiter === "") unsupported(dataset, "columnDelimiter", "an empty one", "Use a character that does not occur.");
  const quote = single(dataset, "quoteChar", properties.text("quoteChar") ?? '"');
  return {
    delimiter,
    lineEnd: lineEnd(dataset),
    quote,
    escape: quote === "" ? "" : single(dataset, "escapeChar", properties.text("escapeChar") ?? "\\") || quote,
    header: properties.flag("firstRowAsHeader", false),
    nullText: properties.text("nullValue") ?? "",
    encoding: encodingName(properties.text("encodingName") ?? "UTF-8", dataset),
    compression: compression(dataset),
  };
}

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  none: "none",
  "": "none",
  gzip: "gzip",
  deflate: "deflate",
};

/** The ending of a file that is compressed so. */
export function compressionSuffix(compression: Compression): string {
  return { none: "", gzip: ".gz", deflate: ".deflate" }[compression];
}

function compression(dataset: Dataset): Compression {
  const name = dataset.properties.text("compressionCodec") ?? "none";
  const found = COMPRESSIONS[name.toLowerCase()];
  if (found !== undefined) return found;
  return unsupported(
    dataset,
    "compressionCodec",
    `"${name}"`,
    didYouMean(name, ["gzip", "deflate", "none"]) ?? "gzip and deflate are.",
  );
}

function lineEnd(dataset: Dataset): TextFormat["lineEnd"] {
  const text = dataset.properties.text("rowDelimiter");
  if (text === undefined || text === "") return undefined;
  if (text === "\n" || text === "\r\n") return text;
  return unsupported(dataset, "rowDelimiter", JSON.stringify(text), String.raw`"\n" and "\r\n" are.`);
}

function single(dataset: Dataset, name: string, value: string): string {
  if (value === "" || (value.length === 1 && value.charCodeAt(0) < 128)) return value;
  return unsupported(dataset, name, JSON.stringify(value), "It is one character, or empty.");
}

/** Names of Data Factory that are spelt another way elsewhere. */
const ENCODINGS: Readonly<Record<string, string>> = {
  "UTF-8 WITHOUT BOM": "utf-8",
  JOHAB: "cp1361",
  IBM00858: "cp858",
};

function encodingName(name: string, dataset: Dataset): string {
  const known = ENCODINGS[name.toUpperCase()] ?? name;
  if (/^[A-Za-z0-9 ._:-]+$/.test(known)) return known.toLowerCase();
  return unsupported(dataset, "encodingName", `"${name}"`, 'For instance "UTF-8", "UTF-16LE" or "WINDOWS-1252".');
}

function unsupported(dataset: Dataset, property: string, what: string, hint: string): never {
  throw new BoathouseError("FACTORY_UNSUPPORTED", `The dataset "${dataset.name}": ${property} cannot be ${what}.`, {
    hint,
  });
}
