import type { DataType, StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { MetadataAction } from "./actions.ts";
import { FEATURES } from "./features.ts";
import { checkedProperty, durationOf, invalidProperty, PROPERTY_RULES } from "./property-rules.ts";
import { checkedVersion, versionProperty, type WantedVersions } from "./schema/protocol-versions.ts";
import { tableSchema } from "./schema/table-schema.ts";

/** Set by writers, never by users. */
const INTERNAL =
  /^delta\.(constraints\.|inCommitTimestampEnablement|columnMapping\.maxColumnId|identity\.|rowTracking\.)/i;

/** Whether only writers, or other statements, set the property. */
export function isInternalProperty(key: string): boolean {
  return INTERNAL.test(key);
}

/**
 * Properties as they are stored: the names of Delta's own in their proper spelling, their values checked;
 * `delta.feature.X` and the protocol's versions taken out and given as what to support. Throws
 * `DELTA_UNKNOWN_CONFIGURATION`, `DELTA_INVALID_TABLE_PROPERTY`, and what `checkedVersion` throws.
 */
export function readProperties(properties: Readonly<Record<string, string>>): {
  readonly configuration: Record<string, string>;
  readonly features: string[];
  readonly versions: WantedVersions;
} {
  const configuration: Record<string, string> = {};
  const features: string[] = [];
  let versions: WantedVersions = {};
  for (const [key, value] of Object.entries(properties)) {
    const feature = /^delta\.feature\.(.+)$/i.exec(key)?.[1];
    const version = versionProperty(key);
    if (feature !== undefined) features.push(featureName(feature, value));
    else if (version !== undefined) versions = { ...versions, [version]: checkedVersion(key, value) };
    else if (!/^delta\./i.test(key) || INTERNAL.test(key)) configuration[key] = value;
    else {
      const known = KNOWN.find((name) => name.toLowerCase() === key.toLowerCase());
      if (known === undefined) throw unknown(key);
      configuration[known] = checkedProperty(known, value);
    }
  }
  return { configuration, features, versions };
}

/** The features that a table with this metadata must support; those that only who owns the table switches on left out. */
export function requiredFeatures(metadata: MetadataAction): string[] {
  const active = FEATURES.filter(
    ({ name, active: isActive }) =>
      !name.endsWith("-preview") && name !== "allowColumnDefaults" && isActive?.(metadata) === true,
  );
  const names = active.map(({ name }) => name);
  if (holds(tableSchema(metadata.schemaString), "timestamp_ntz")) names.push("timestampNtz");
  if (holds(tableSchema(metadata.schemaString), "variant")) names.push("variantType");
  if (metadata.configuration["delta.checkpointPolicy"]?.toLowerCase() === "v2") names.push("v2Checkpoint");
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
  const duration = durationOf(text);
  if (duration === undefined) throw invalidProperty(name, text, 'Give an interval such as "interval 7 days".');
  return duration;
}

/** A whole number from `least` up. Throws `DELTA_INVALID_TABLE_PROPERTY`. */
export function countProperty(metadata: MetadataAction, name: string, fallback: number, least = 1): number {
  const text = metadata.configuration[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw invalidProperty(name, text, `Give a whole number from ${least}.`);
  return value;
}

export function flagProperty(metadata: MetadataAction, name: string, fallback: "true" | "false" = "false"): boolean {
  return (metadata.configuration[name] ?? fallback).toLowerCase() === "true";
}

const KNOWN = Object.keys(PROPERTY_RULES);

function featureName(name: string, value: string): string {
  const feature = FEATURES.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (feature === undefined) {
    const hint = didYouMean(
      name,
      FEATURES.map((each) => each.name),
    );
    throw new BoathouseError("DELTA_UNSUPPORTED_FEATURES_IN_CONFIG", `"${name}" is no table feature that is known.`, {
      sqlState: "56038",
      ...(hint === undefined ? {} : { hint }),
    });
  }
  if (/^(supported|enabled)$/i.test(value)) return feature.name;
  throw new BoathouseError(
    "DELTA_UNSUPPORTED_FEATURE_STATUS",
    `The status of the table feature ${feature.name} can be "supported", not "${value}".`,
    { sqlState: "0AKDE", hint: "A feature is taken away with ALTER TABLE … DROP FEATURE name." },
  );
}

function unknown(key: string): BoathouseError {
  const hint = didYouMean(key, KNOWN);
  return new BoathouseError("DELTA_UNKNOWN_CONFIGURATION", `"${key}" is no table property of Delta Lake.`, {
    sqlState: "F0000",
    hint: hint ?? 'Properties of your own must not begin with "delta.".',
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
