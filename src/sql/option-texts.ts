import { BoathouseError } from "../core/errors.ts";
import { resolveZone } from "./java/zone.ts";
import { booleanOf, integerOf, javaDoubleOf } from "./text-cell.ts";

/** The options of a function that reads or writes records: texts by name, the name in any case. */
export class OptionTexts {
  readonly #values: ReadonlyMap<string, string>;
  readonly #timeZone: string;
  readonly #now: bigint;

  /** `timeZone` is the session's; `now` microseconds since the epoch. Names in `values` are in lower case. */
  constructor(values: ReadonlyMap<string, string>, timeZone: string, now: bigint) {
    this.#values = values;
    this.#timeZone = timeZone;
    this.#now = now;
  }

  text(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const lower = value.toLowerCase();
    if (lower !== "true" && lower !== "false") throw invalidOption(name, `${name} flag can be true or false.`);
    return lower === "true";
  }

  /** As Scala reads a boolean, which compares by capitals. */
  scalaFlag(name: string, otherwise: boolean): boolean {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const known = booleanOf(value);
    if (known === undefined) throw invalidOption(name, `For input string: "${value}"`);
    return known === "true";
  }

  integer(name: string, otherwise: number): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const known = integerOf(value, "int");
    if (known === undefined) throw invalidOption(name, `${name} should be an integer. Found ${value}.`);
    return Number(known);
  }

  double(name: string, otherwise: number): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const known = javaDoubleOf(value);
    if (known === undefined) throw invalidOption(name, `${name} should be a number. Found ${value}.`);
    return known;
  }

  /** One character; the empty text stands for none. */
  character(name: string, otherwise: string): string {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    if (value.length > 1) throw invalidOption(name, `${name} cannot be more than one character.`);
    return value;
  }

  mode(functionName: string): "PERMISSIVE" | "FAILFAST" {
    const value = this.text("mode")?.toUpperCase();
    if (value === "DROPMALFORMED") {
      throw new BoathouseError(
        "PARSE_MODE_UNSUPPORTED",
        `The function \`${functionName}\` doesn't support the DROPMALFORMED mode. Acceptable modes are PERMISSIVE and FAILFAST.`,
        { sqlState: "42601" },
      );
    }
    return value === "FAILFAST" ? "FAILFAST" : "PERMISSIVE";
  }

  moments(): {
    readonly dateFormat: string | undefined;
    readonly timestampFormat: string | undefined;
    readonly timestampNtzFormat: string | undefined;
    readonly timeZone: string;
    readonly now: bigint;
  } {
    return {
      dateFormat: this.text("dateFormat"),
      timestampFormat: this.text("timestampFormat"),
      timestampNtzFormat: this.text("timestampNTZFormat"),
      timeZone: this.#zone(),
      now: this.#now,
    };
  }

  #zone(): string {
    const value = this.text("timeZone");
    if (value === undefined) return this.#timeZone;
    const zone = resolveZone(value);
    if (zone !== undefined) return zone;
    throw new BoathouseError(
      "INVALID_TIMEZONE",
      `The timezone: ${value} is invalid. The timezone must be either a region-based zone ID or a zone offset.`,
      { sqlState: "22009" },
    );
  }

  /** An encoding has no meaning for a text that is already one, but must be one that Spark knows. */
  charset(...names: readonly string[]): void {
    for (const name of names) {
      const value = this.text(name);
      if (value === undefined || CHARSETS.has(value.toLowerCase())) continue;
      throw new BoathouseError(
        "INVALID_PARAMETER_VALUE.CHARSET",
        `The value of parameter(s) \`charset\` is invalid: expects one of the ${[...CHARSETS].join(", ")}, but got ${value}.`,
        { sqlState: "22023" },
      );
    }
  }

  /** Like the encoding. */
  codec(): void {
    const value = this.text("compression") ?? this.text("codec");
    if (value === undefined || CODECS.has(value.toLowerCase())) return;
    throw new BoathouseError(
      "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
      `The codec ${value} is not available. Available codecs are ${[...CODECS].join(", ")}.`,
      { sqlState: "56038" },
    );
  }

  /** Only English is known. */
  locale(): void {
    const value = this.text("locale");
    if (value !== undefined && !/^en(?:-us)?$/i.test(value)) throw refusedOption("locale");
  }

  absent(name: string): void {
    if (this.text(name) !== undefined) throw refusedOption(name);
  }
}

const CHARSETS = new Set(["iso-8859-1", "us-ascii", "utf-16", "utf-16be", "utf-16le", "utf-32", "utf-8"]);
const CODECS = new Set(["bzip2", "deflate", "uncompressed", "snappy", "none", "lz4", "gzip"]);

/** An option, or a value of one, that Spark has and this engine does not. */
export function refusedOption(name: string): BoathouseError {
  return new BoathouseError("UNSUPPORTED_FEATURE.OPTION", `The option ${name} is not supported with this value.`, {
    sqlState: "0A000",
  });
}

export function invalidOption(name: string, message: string): BoathouseError {
  return new BoathouseError("INVALID_OPTIONS.VALUE", `Invalid option ${name}: ${message}`, { sqlState: "42K06" });
}

/** What `FAILFAST` throws at a record that cannot be read whole. */
export function malformedRecord(shown: string): BoathouseError {
  return new BoathouseError(
    "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
    `Malformed records are detected in record parsing: ${shown}. Parse Mode: FAILFAST. To process malformed records as ` +
      `null result, try setting the option 'mode' as 'PERMISSIVE'.`,
    { sqlState: "22023" },
  );
}
