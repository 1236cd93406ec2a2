import { BoathouseError } from "../core/errors.ts";
import { splitColumnList } from "./scan/column-stats.ts";

/** What a value of a table property may be, and the form in which it is kept; undefined: it is none. */
interface Rule {
  readonly accepts: (value: string) => string | undefined;
  readonly hint: string;
}

const FLAG: Rule = {
  accepts: (value) => (/^(true|false)$/i.test(value) ? value.toLowerCase() : undefined),
  hint: "Give true or false.",
};
const DURATION: Rule = {
  accepts: (value) => (durationOf(value) === undefined ? undefined : value),
  hint: 'Give an interval such as "interval 7 days"; months and years have no fixed length: say 365 days.',
};
const SIZE: Rule = {
  accepts: (value) => (/^[1-9]\d*\s*[kmg]?b?$/i.test(value.trim()) ? value : undefined),
  hint: "Give bytes, or a number with kb, mb or gb.",
};

/** The properties of Delta Lake that a table may have; those of others (`delta.` not in front) are kept as they are. */
export const PROPERTY_RULES: Readonly<Record<string, Rule>> = {
  "delta.appendOnly": FLAG,
  "delta.autoOptimize": FLAG,
  "delta.autoOptimize.autoCompact": oneOf("true", "false", "auto", "legacy"),
  "delta.autoOptimize.optimizeWrite": FLAG,
  "delta.checkpoint.writeStatsAsJson": FLAG,
  "delta.checkpoint.writeStatsAsStruct": FLAG,
  "delta.checkpointInterval": wholeFrom(1),
  "delta.checkpointPolicy": oneOf("classic", "v2"),
  "delta.columnMapping.mode": oneOf("none", "name", "id"),
  "delta.dataSkippingNumIndexedCols": wholeFrom(-1),
  "delta.dataSkippingStatsColumns": {
    accepts: (value) => (splitColumnList(value).some((path) => path.some((part) => part === "")) ? undefined : value),
    hint: "Give names of columns with commas between them; `a b` in back-ticks, fields as s.x.",
  },
  "delta.deletedFileRetentionDuration": DURATION,
  "delta.dropFeatureTruncateHistory.retentionDuration": DURATION,
  "delta.enableChangeDataFeed": FLAG,
  "delta.enableDeletionVectors": FLAG,
  "delta.enableExpiredLogCleanup": FLAG,
  "delta.enableInCommitTimestamps": FLAG,
  "delta.enableRowTracking": FLAG,
  "delta.enableTypeWidening": FLAG,
  "delta.isolationLevel": oneOf("Serializable", "WriteSerializable"),
  "delta.logRetentionDuration": DURATION,
  "delta.parquet.compression.codec": oneOf("zstd", "snappy", "gzip", "uncompressed", "none"),
  "delta.parquet.format.version": {
    accepts: (value) => (/^\d+\.\d+\.\d+$/.test(value) ? value : undefined),
    hint: 'Give a version such as "1.0.0".',
  },
  "delta.randomizeFilePrefixes": FLAG,
  "delta.requireCheckpointProtectionBeforeVersion": wholeFrom(0),
  "delta.rowTrackingSuspended": FLAG,
  "delta.setTransactionRetentionDuration": DURATION,
  "delta.targetFileSize": SIZE,
  "delta.tuneFileSizesForRewrites": FLAG,
};

/** A value in the form in which it is kept. Throws `DELTA_INVALID_TABLE_PROPERTY`. */
export function checkedProperty(name: string, value: string): string {
  const rule = PROPERTY_RULES[name];
  const kept = rule === undefined ? value : rule.accepts(value);
  if (kept !== undefined) return kept;
  throw invalidProperty(name, value, rule?.hint ?? "");
}

/** Milliseconds of `interval 1 week 2 days`, `30 minutes`; undefined when it is no interval of fixed length. */
export function durationOf(text: string): number | undefined {
  const parts = text
    .trim()
    .replace(/^interval\s+/i, "")
    .split(/\s+/);
  if (parts.length === 0 || parts.length % 2 !== 0) return undefined;
  let sum = 0;
  for (let at = 0; at < parts.length; at += 2) {
    const unit = UNITS[(parts[at + 1] ?? "").toLowerCase().replace(/s$/, "")];
    const count = parts[at] ?? "";
    if (unit === undefined || !/^\d+$/.test(count)) return undefined;
    sum += Number(count) * unit;
  }
  return sum;
}

export function invalidProperty(name: string, text: string, hint: string): BoathouseError {
  return new BoathouseError("DELTA_INVALID_TABLE_PROPERTY", `The table property ${name} cannot be "${text}".`, {
    hint,
  });
}

const UNITS: Readonly<Record<string, number>> = {
  microsecond: 0.001,
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

function oneOf(...values: readonly string[]): Rule {
  return {
    accepts: (value) => values.find((each) => each.toLowerCase() === value.toLowerCase()),
    hint: `Give one of ${values.join(", ")}.`,
  };
}

function wholeFrom(least: number): Rule {
  return {
    accepts: (value) =>
      /^-?\d+$/.test(value) && Number(value) >= least && Number(value) < 2 ** 31 ? value : undefined,
    hint: `Give a whole number from ${least}.`,
  };
}
