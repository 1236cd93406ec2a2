import type { DataType, StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { MetadataAction } from "./actions.ts";
import { FEATURES } from "./features.ts";
import { tableSchema } from "./table-schema.ts";

/** The properties of Delta Lake that a table may have; those of others (`delta.` not in front) are kept as they are. */
const KNOWN = [
  "delta.appendOnly",
  "delta.autoOptimize",
  "delta.autoOptimize.autoCompact",
  "delta.autoOptimize.optimizeWrite",
  "delta.checkpoint.writeStatsAsJson",
  "delta.checkpoint.writeStatsAsStruct",
  "delta.checkpointInterval",
  "delta.checkpointPolicy",
  "delta.columnMapping.mode",
  "delta.dataSkippingNumIndexedCols",
  "delta.dataSkippingStatsColumns",
  "delta.deletedFileRetentionDuration",
  "delta.enableChangeDataFeed",
  "delta.enableDeletionVectors",
  "delta.enableExpiredLogCleanup",
  "delta.enableInCommitTimestamps",
  "delta.enableRowTracking",
  "delta.enableTypeWidening",
  "delta.isolationLevel",
  "delta.logRetentionDuration",
  "delta.parquet.compression.codec",
  "delta.parquet.format.version",
  "delta.randomizeFilePrefixes",
  "delta.setTransactionRetentionDuration",
  "delta.targetFileSize",
  "delta.tuneFileSizesForRewrites",
];

/** Set by writers, never by users. */
const INTERNAL =
  /^delta\.(constraints\.|inCommitTimestampEnablement|columnMapping\.maxColumnId|identity\.|rowTracking\.)/i;

/**
 * Properties as they are stored: the names of Delta's own in their proper spelling, `delta.feature.X` taken out and
 * given as features to support. Throws `DELTA_UNKNOWN_CONFIGURATION`.
 */
export function readProperties(properties: Readonly<Record<string, string>>): {
  readonly configuration: Record<string, string>;
  readonly features: string[];
} {
  const configuration: Record<string, string> = {};
  const features: string[] = [];
  for (const [key, value] of Object.entries(properties)) {
    const feature = /^delta\.feature\.(.+)$/i.exec(key)?.[1];
    if (feature !== undefined) features.push(featureName(feature, value));
    else if (!/^delta\./i.test(key) || INTERNAL.test(key)) configuration[key] = value;
    else {
      const known = KNOWN.find((name) => name.toLowerCase() === key.toLowerCase());
      if (known === undefined) throw unknown(key);
      configuration[known] = value;
    }
  }
  return { configuration, features };
}

/** The features that a table with this metadata must support. */
export function requiredFeatures(metadata: MetadataAction): string[] {
  const active = FEATURES.filter(
    ({ name, active: isActive }) => !name.endsWith("-preview") && isActive?.(metadata) === true,
  );
  const names = active.map(({ name }) => name);
  if (holds(tableSchema(metadata.schemaString), "timestamp_ntz")) names.push("timestampNtz");
  if (holds(tableSchema(metadata.schemaString), "variant")) names.push("variantType");
  if (metadata.configuration["delta.checkpointPolicy"]?.toLowerCase() === "v2") names.push("v2Checkpoint");
  if (metadata.configuration["delta.enableRowTracking"]?.toLowerCase() === "true") names.push("rowTracking");
  return names;
}

/** The property as it is written in the metadata: names are compared without regard to case. */
export function findProperty(metadata: MetadataAction, name: string): string | undefined {
  return Object.keys(metadata.configuration).find((key) => key.toLowerCase() === name.toLowerCase());
}

/** `interval 7 days`, `interval 30 minutes` → milliseconds. Throws `DELTA_INVALID_TABLE_PROPERTY`. */
export function durationProperty(metadata: MetadataAction, name: string, fallback: number): number {
  const text = metadata.configuration[name];
  if (text === undefined) return fallback;
  const match = /^\s*(?:interval\s+)?(\d+)\s+(week|day|hour|minute|second|millisecond)s?\s*$/i.exec(text);
  const unit = UNITS[(match?.[2] ?? "").toLowerCase()];
  if (match === null || unit === undefined) throw invalid(name, text, 'Give an interval such as "interval 7 days".');
  return Number(match[1]) * unit;
}

/** A whole number from `least` up. Throws `DELTA_INVALID_TABLE_PROPERTY`. */
export function countProperty(metadata: MetadataAction, name: string, fallback: number, least = 1): number {
  const text = metadata.configuration[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw invalid(name, text, `Give a whole number from ${least}.`);
  return value;
}

export function flagProperty(metadata: MetadataAction, name: string, fallback: "true" | "false" = "false"): boolean {
  return (metadata.configuration[name] ?? fallback).toLowerCase() === "true";
}

const UNITS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

function featureName(name: string, value: string): string {
  const feature = FEATURES.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (feature !== undefined && value.toLowerCase() === "supported") return feature.name;
  const hint =
    feature === undefined
      ? didYouMean(
          name,
          FEATURES.map((each) => each.name),
        )
      : 'The value must be "supported".';
  throw new BoathouseError(
    "DELTA_UNSUPPORTED_FEATURES_IN_CONFIG",
    `"delta.feature.${name}" = "${value}" is not known.`,
    {
      sqlState: "56038",
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

function unknown(key: string): BoathouseError {
  const hint = didYouMean(key, KNOWN);
  return new BoathouseError("DELTA_UNKNOWN_CONFIGURATION", `"${key}" is no table property of Delta Lake.`, {
    sqlState: "F0000",
    hint: hint ?? 'Properties of your own must not begin with "delta.".',
  });
}

function invalid(name: string, text: string, hint: string): BoathouseError {
  return new BoathouseError("DELTA_INVALID_TABLE_PROPERTY", `The table property ${name} cannot be "${text}".`, {
    hint,
  });
}

function holds(schema: StructType, kind: DataType["kind"]): boolean {
  const inside = (type: DataType): boolean => {
    if (type.kind === kind) return true;
    if (type.kind === "struct") return type.fields.some((field) => inside(field.type));
    if (type.kind === "array") return inside(type.element);
    return type.kind === "map" && (inside(type.key) || inside(type.value));
  };
  return inside(schema);
}
