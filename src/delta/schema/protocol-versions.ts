import { BoathouseError } from "../../core/errors.ts";
import type { ProtocolAction } from "../actions.ts";
import { supportedFeatures, withFeatures } from "../features.ts";

/** The versions that the properties `delta.minReaderVersion` and `delta.minWriterVersion` ask for. */
export interface WantedVersions {
  readonly reader?: number;
  readonly writer?: number;
}

/** `delta.minReaderVersion` → `reader`; undefined for other properties. */
export function versionProperty(key: string): keyof WantedVersions | undefined {
  if (key.toLowerCase() === "delta.minreaderversion") return "reader";
  return key.toLowerCase() === "delta.minwriterversion" ? "writer" : undefined;
}

/** Throws `DELTA_PROTOCOL_PROPERTY_NOT_INT`, and `DELTA_INVALID_PROTOCOL_VERSION` for a version that there is not. */
export function checkedVersion(key: string, value: string): number {
  if (!/^\d+$/.test(value)) {
    throw new BoathouseError("DELTA_PROTOCOL_PROPERTY_NOT_INT", `${key} needs to be a whole number, not "${value}".`, {
      sqlState: "42K06",
    });
  }
  const most = versionProperty(key) === "reader" ? 3 : 7;
  if (Number(value) >= 1 && Number(value) <= most) return Number(value);
  throw new BoathouseError("DELTA_INVALID_PROTOCOL_VERSION", `${key} cannot be ${value}.`, {
    sqlState: "KD004",
    hint: `It is one of 1 to ${most}.`,
  });
}

/**
 * The protocol with at least these versions. Lower ones than a table has ask for the features that they imply, and for
 * nothing else, as in Delta Lake. From 7 on features are listed by name. Throws `DELTA_READ_FEATURE_PROTOCOL_REQUIRES_WRITE`.
 */
export function withVersions(protocol: ProtocolAction, wanted: WantedVersions): ProtocolAction {
  const { minReaderVersion, minWriterVersion } = protocol;
  const reader = Math.max(wanted.reader ?? 1, minReaderVersion);
  const writer = Math.max(wanted.writer ?? 1, minWriterVersion);
  const implied =
    wanted.writer === undefined || wanted.writer === 7
      ? []
      : supportedFeatures({ minReaderVersion: 1, minWriterVersion: wanted.writer });
  if (reader === 3 && writer < 7) {
    throw new BoathouseError(
      "DELTA_READ_FEATURE_PROTOCOL_REQUIRES_WRITE",
      "Reader version 3 needs writer version 7: features are listed for both.",
      { sqlState: "KD004", hint: "Set delta.minWriterVersion to 7 as well." },
    );
  }
  if (reader === minReaderVersion && writer === minWriterVersion && minWriterVersion < 7) return protocol;
  if (writer < 7) return { minReaderVersion: reader, minWriterVersion: writer };
  const listed =
    minWriterVersion === 7
      ? withFeatures(protocol, implied)
      : withFeatures({ minReaderVersion: 1, minWriterVersion: 7, writerFeatures: [] }, supportedFeatures(protocol));
  if (reader <= listed.minReaderVersion) return listed;
  return reader < 3
    ? { ...listed, minReaderVersion: reader }
    : { ...listed, minReaderVersion: 3, readerFeatures: listed.readerFeatures ?? [] };
}
