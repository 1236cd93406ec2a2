import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { ChangeBound } from "../../delta/changes/change-range.ts";
import type { RelationOption } from "../../sql/resolver.ts";

/** What a statement asks of a change data feed. */
export interface ChangeOptions {
  /** Undefined for a stream that begins with the rows that are there. */
  readonly start: ChangeBound | undefined;
  readonly end: ChangeBound | undefined;
  readonly stream: boolean;
}

const KNOWN = ["readChangeFeed", "startingVersion", "startingTimestamp", "endingVersion", "endingTimestamp"];

/**
 * The options behind a table in FROM: `WITH (readChangeFeed = true, startingVersion = 1, endingVersion = 5)`. A stream
 * without a start begins with the table as it is. `instant` reads a timestamp's text, to milliseconds.
 *
 * Throws `UNSUPPORTED_FEATURE` for other options, `DELTA_NO_START_FOR_CDC_READ`, `DELTA_MULTIPLE_CDC_BOUNDARY`,
 * `DELTA_VERSION_INVALID`, `DELTA_ILLEGAL_OPTION`.
 */
export function readChangeOptions(
  options: readonly RelationOption[],
  stream: boolean,
  instant: (text: string) => number,
): ChangeOptions {
  const given = new Map<string, string>();
  for (const { name, value } of options) {
    const known = KNOWN.find((each) => each.toLowerCase() === name.toLowerCase());
    if (known === undefined) throw unknownOption(name);
    given.set(known, value);
  }
  const read = given.get("readChangeFeed")?.toLowerCase();
  if (read !== "true") throw read === undefined || read === "false" ? withoutFeed() : illegal("readChangeFeed", read);
  const start = bound(given, "starting", instant);
  const end = bound(given, "ending", instant);
  if (stream) {
    if (end !== undefined) throw endless();
    return { start, end, stream };
  }
  if (start === undefined) {
    throw new BoathouseError(
      "DELTA_NO_START_FOR_CDC_READ",
      "No startingVersion or startingTimestamp provided for CDC read.",
      { sqlState: "42601" },
    );
  }
  return { start, end, stream };
}

function bound(
  given: ReadonlyMap<string, string>,
  which: "starting" | "ending",
  instant: (text: string) => number,
): ChangeBound | undefined {
  const version = given.get(`${which}Version`);
  const timestamp = given.get(`${which}Timestamp`);
  if (version !== undefined && timestamp !== undefined) {
    throw new BoathouseError(
      "DELTA_MULTIPLE_CDC_BOUNDARY",
      `Multiple ${which} arguments provided for CDC read. Please provide one of either ${which}Timestamp or ${which}Version.`,
      { sqlState: "42614" },
    );
  }
  if (timestamp !== undefined) return { timestamp: instant(timestamp) };
  if (version === undefined) return undefined;
  if (/^\d+$/.test(version)) return { version: Number(version) };
  throw new BoathouseError("DELTA_VERSION_INVALID", `The provided version (${version}) is not a valid version.`, {
    sqlState: "42815",
  });
}

function unknownOption(name: string): BoathouseError {
  return new BoathouseError("UNSUPPORTED_FEATURE", `The option ${name} of a table in FROM is not supported.`, {
    hint: didYouMean(name, KNOWN) ?? `Known are ${KNOWN.join(", ")}.`,
  });
}

function withoutFeed(): BoathouseError {
  return new BoathouseError("UNSUPPORTED_FEATURE", "Options of a table in FROM need readChangeFeed = true.", {
    hint: "Leave WITH (…) out to read the table itself.",
  });
}

function illegal(name: string, value: string): BoathouseError {
  return new BoathouseError("DELTA_ILLEGAL_OPTION", `Invalid value '${value}' for option '${name}'.`, {
    sqlState: "42616",
    hint: name === "readChangeFeed" ? "It must be 'true' or 'false'." : "Give a version or a timestamp.",
  });
}

function endless(): BoathouseError {
  return new BoathouseError(
    "DELTA_ILLEGAL_OPTION",
    "A stream has no end: endingVersion and endingTimestamp are for batches.",
    {
      sqlState: "42616",
      hint: "Leave them out, or leave STREAM out.",
    },
  );
}
