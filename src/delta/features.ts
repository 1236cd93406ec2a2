import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { MetadataAction, ProtocolAction } from "./actions.ts";

/** One row a table feature (PROTOCOL.md, "Valid Feature Names in Table Features" and "Writer Version Requirements"). */
export interface TableFeature {
  readonly name: string;
  /** A feature that readers must know, or one for writers alone. */
  readonly readers: boolean;
  /** The versions from which it is implied, where it is older than feature lists. Undefined: only by name. */
  readonly legacy?: { readonly reader?: number; readonly writer: number };
  /** What switches it on in a table that supports it; undefined: support is enough. */
  readonly active?: (metadata: MetadataAction) => boolean;
  /** Features that it does not work without. */
  readonly requires?: readonly string[];
  readonly read: "supported" | "refused";
  /** `inactive`: a table may list it, but it must not be switched on for us to write. */
  readonly write: "supported" | "inactive" | "refused";
}

const isTrue =
  (property: string) =>
  (metadata: MetadataAction): boolean =>
    metadata.configuration[property]?.toLowerCase() === "true";

const schemaHas =
  (...markers: readonly string[]) =>
  (metadata: MetadataAction): boolean =>
    markers.some((marker) => metadata.schemaString.includes(`"${marker}`));

const mapped = (metadata: MetadataAction): boolean =>
  (metadata.configuration["delta.columnMapping.mode"] ?? "none").toLowerCase() !== "none";

const hasConstraints = (metadata: MetadataAction): boolean =>
  Object.keys(metadata.configuration).some((key) => key.toLowerCase().startsWith("delta.constraints."));

export const FEATURES: readonly TableFeature[] = [
  {
    name: "appendOnly",
    readers: false,
    legacy: { writer: 2 },
    active: isTrue("delta.appendOnly"),
    read: "supported",
    write: "supported",
  },
  {
    name: "invariants",
    readers: false,
    legacy: { writer: 2 },
    active: schemaHas("delta.invariants"),
    read: "supported",
    write: "supported",
  },
  {
    name: "checkConstraints",
    readers: false,
    legacy: { writer: 3 },
    active: hasConstraints,
    read: "supported",
    write: "supported",
  },
  {
    name: "changeDataFeed",
    readers: false,
    legacy: { writer: 4 },
    active: isTrue("delta.enableChangeDataFeed"),
    read: "supported",
    write: "supported",
  },
  {
    name: "generatedColumns",
    readers: false,
    legacy: { writer: 4 },
    active: schemaHas("delta.generationExpression"),
    read: "supported",
    write: "supported",
  },
  {
    name: "columnMapping",
    readers: true,
    legacy: { reader: 2, writer: 5 },
    active: mapped,
    read: "supported",
    write: "supported",
  },
  {
    name: "identityColumns",
    readers: false,
    legacy: { writer: 6 },
    active: schemaHas("delta.identity."),
    read: "supported",
    write: "supported",
  },
  {
    name: "deletionVectors",
    readers: true,
    active: isTrue("delta.enableDeletionVectors"),
    read: "supported",
    write: "supported",
  },
  {
    name: "rowTracking",
    readers: false,
    active: isTrue("delta.enableRowTracking"),
    requires: ["domainMetadata"],
    read: "supported",
    write: "supported",
  },
  { name: "timestampNtz", readers: true, read: "supported", write: "supported" },
  { name: "domainMetadata", readers: false, read: "supported", write: "supported" },
  { name: "v2Checkpoint", readers: true, read: "supported", write: "supported" },
  {
    name: "allowColumnDefaults",
    readers: false,
    active: schemaHas("CURRENT_DEFAULT"),
    read: "supported",
    write: "supported",
  },
  { name: "vacuumProtocolCheck", readers: true, read: "supported", write: "supported" },
  {
    name: "inCommitTimestamp",
    readers: false,
    active: isTrue("delta.enableInCommitTimestamps"),
    read: "supported",
    write: "supported",
  },
  {
    name: "typeWidening",
    readers: true,
    active: isTrue("delta.enableTypeWidening"),
    read: "supported",
    write: "supported",
  },
  {
    name: "typeWidening-preview",
    readers: true,
    active: isTrue("delta.enableTypeWidening"),
    read: "supported",
    write: "inactive",
  },
  { name: "variantType", readers: true, read: "supported", write: "supported" },
  { name: "variantType-preview", readers: true, read: "supported", write: "supported" },
  // Writers need not shred.
  { name: "variantShredding", readers: true, read: "supported", write: "supported" },
  { name: "variantShredding-preview", readers: true, read: "supported", write: "supported" },
  { name: "catalogManaged", readers: true, requires: ["inCommitTimestamp"], read: "supported", write: "supported" },
  { name: "catalogOwned", readers: true, requires: ["inCommitTimestamp"], read: "supported", write: "supported" },
  {
    name: "catalogOwned-preview",
    readers: true,
    requires: ["inCommitTimestamp"],
    read: "supported",
    write: "supported",
  },
  { name: "clustering", readers: false, read: "supported", write: "supported" },
  { name: "liquid", readers: false, read: "supported", write: "refused" },
  {
    name: "icebergCompatV1",
    readers: false,
    active: isTrue("delta.enableIcebergCompatV1"),
    read: "supported",
    write: "inactive",
  },
  {
    name: "icebergCompatV2",
    readers: false,
    active: isTrue("delta.enableIcebergCompatV2"),
    read: "supported",
    write: "inactive",
  },
  { name: "materializePartitionColumns", readers: false, read: "supported", write: "refused" },
  { name: "checkpointProtection", readers: false, read: "supported", write: "supported" },
  { name: "collations", readers: false, read: "supported", write: "refused" },
  { name: "collations-preview", readers: false, read: "supported", write: "refused" },
  // GEOMETRY and GEOGRAPHY are read as BINARY: the well-known binary form.
  { name: "geospatial", readers: true, read: "supported", write: "refused" },
];

const BY_NAME = new Map(FEATURES.map((feature) => [feature.name, feature]));

/** The features that a table supports: those its protocol lists, or those its versions imply. */
export function supportedFeatures(protocol: ProtocolAction): string[] {
  if (protocol.minWriterVersion >= 7) {
    const names = new Set([...(protocol.readerFeatures ?? []), ...(protocol.writerFeatures ?? [])]);
    if (protocol.minReaderVersion === 2) names.add("columnMapping");
    return [...names];
  }
  return FEATURES.filter(({ legacy }) => legacy !== undefined && legacy.writer <= protocol.minWriterVersion).map(
    ({ name }) => name,
  );
}

export function isSupported(protocol: ProtocolAction, name: string): boolean {
  return supportedFeatures(protocol).includes(name);
}

/** Throws `DELTA_UNSUPPORTED_FEATURES_FOR_READ` or `DELTA_INVALID_PROTOCOL_VERSION`, naming what is not known. */
export function checkReadable(protocol: ProtocolAction, where: string): void {
  const { minReaderVersion } = protocol;
  if (minReaderVersion < 1 || minReaderVersion > 3) throw unknownVersion(where, "reader", minReaderVersion);
  if (minReaderVersion < 3) return;
  const refused = (protocol.readerFeatures ?? []).filter((name) => BY_NAME.get(name)?.read !== "supported");
  if (refused.length > 0) throw unsupported(where, "read", refused);
}

/** Throws `DELTA_UNSUPPORTED_FEATURES_FOR_WRITE` or `DELTA_INVALID_PROTOCOL_VERSION`. */
export function checkWritable(protocol: ProtocolAction, metadata: MetadataAction, where: string): void {
  checkReadable(protocol, where);
  const { minWriterVersion } = protocol;
  if (minWriterVersion < 1 || minWriterVersion > 7) throw unknownVersion(where, "writer", minWriterVersion);
  const refused = supportedFeatures(protocol).filter((name) => {
    const feature = BY_NAME.get(name);
    if (feature === undefined || feature.write === "refused") return true;
    return feature.write === "inactive" && feature.active?.(metadata) !== false;
  });
  if (refused.length > 0) throw unsupported(where, "write", refused);
}

/** The lowest protocol that a new table with these features needs. */
export function protocolFor(names: readonly string[]): ProtocolAction {
  return withFeatures({ minReaderVersion: 1, minWriterVersion: 2 }, names);
}

/** The protocol with further features; the same object when it supports them already. */
export function withFeatures(protocol: ProtocolAction, names: readonly string[]): ProtocolAction {
  const have = supportedFeatures(protocol);
  const needed = new Set(names.flatMap((name) => [name, ...(BY_NAME.get(name)?.requires ?? [])]));
  const missing = [...needed].filter((name) => !have.includes(name));
  if (missing.length === 0) return protocol;
  const versions = missing.map((name) => {
    const feature = BY_NAME.get(name);
    return feature?.legacy === undefined || feature.readers ? undefined : feature.legacy.writer;
  });
  if (protocol.minWriterVersion < 7 && versions.every((version) => version !== undefined)) {
    return { ...protocol, minWriterVersion: Math.max(protocol.minWriterVersion, ...versions) };
  }
  const all = [...have, ...missing];
  const readers = all.filter((name) => BY_NAME.get(name)?.readers === true);
  const listed = readers.length > 0;
  const stays = protocol.minReaderVersion === 3;
  return {
    minReaderVersion: listed || stays ? 3 : 1,
    minWriterVersion: 7,
    ...(listed || stays ? { readerFeatures: readers } : {}),
    writerFeatures: all,
  };
}

function unsupported(where: string, mode: "read" | "write", names: readonly string[]): BoathouseError {
  const verb = mode === "read" ? "Reading" : "Writing";
  const hints = names.map((name) => (BY_NAME.has(name) ? undefined : didYouMean(name, BY_NAME.keys())));
  return new BoathouseError(
    mode === "read" ? "DELTA_UNSUPPORTED_FEATURES_FOR_READ" : "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE",
    `${verb} ${where} needs table features that are not supported: ${names.join(", ")}.`,
    {
      sqlState: "56038",
      details: { features: names },
      hint:
        hints.find((hint) => hint !== undefined) ??
        (mode === "read"
          ? "Read the table with an engine that knows them, or drop the features there (ALTER TABLE … DROP FEATURE)."
          : "The table can be read. To write it, use an engine that knows them, or drop the features there."),
    },
  );
}

function unknownVersion(where: string, kind: string, version: number): BoathouseError {
  return new BoathouseError(
    "DELTA_INVALID_PROTOCOL_VERSION",
    `${where} has ${kind} version ${version}, which is not known.`,
    {
      sqlState: "KD004",
      hint: "It was written by a newer Delta Lake: known are reader versions 1 to 3 and writer versions 1 to 7.",
    },
  );
}
