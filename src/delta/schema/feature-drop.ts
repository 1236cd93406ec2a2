import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Action } from "../actions.ts";
import { parseCommit } from "../log/commit-file.ts";
import { FEATURES, supportedFeatures } from "../features.ts";
import { REMOVABLE, type RemovableFeature, type TraceParts } from "./feature-traces.ts";
import { cleanUpLog } from "../log/log-cleanup.ts";
import { completeCheckpoints, describe, listLog } from "../log/log-segment.ts";
import { readObject } from "../log/objects.ts";
import { PROPERTY_RULES } from "../property-rules.ts";
import type { Snapshot } from "../snapshot.ts";
import type { DeltaTable } from "../table.ts";

export interface FeatureDrop extends TraceParts {
  readonly feature: string;
  /** Only when no version that is left uses the feature, after those of more than a day ago were forgotten. */
  readonly truncateHistory: boolean;
}

/**
 * Takes a feature from a table's protocol: first whatever uses it goes from the newest version, then the protocol becomes
 * what the rest needs. Older versions keep using a feature of readers, so that history before is protected by the feature
 * `checkpointProtection`, or, with `truncateHistory`, has to be gone. Gives the new version.
 *
 * Throws `DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT`, `DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE`,
 * `DELTA_FEATURE_DROP_DEPENDENT_FEATURE`, `DELTA_FEATURE_DROP_WAIT_FOR_RETENTION_PERIOD`,
 * `DELTA_FEATURE_DROP_HISTORICAL_VERSIONS_EXIST` and what says what else stands in the way.
 */
export async function dropFeature(drop: FeatureDrop): Promise<number> {
  const { table, truncateHistory } = drop;
  const before = await table.snapshot();
  const name = droppable(drop.feature, before);
  if (name === PROTECTION) return dropProtection(drop, before);
  const feature = REMOVABLE[name];
  if (feature === undefined) throw notRemovable(name);
  if (truncateHistory && !feature.inHistory) {
    throw new BoathouseError(
      "DELTA_FEATURE_DROP_HISTORY_TRUNCATION_NOT_ALLOWED",
      `Older versions may keep using the feature ${name}: it needs no TRUNCATE HISTORY.`,
      { sqlState: "42000", hint: `ALTER TABLE … DROP FEATURE ${name}` },
    );
  }
  refuseDependents(name, before);
  const wasUsed = await feature.isUsed(before);
  if (wasUsed) await feature.remove(drop);
  if (feature.inHistory) await table.checkpoint();
  if (truncateHistory) {
    if (wasUsed) throw waiting("DELTA_FEATURE_DROP_WAIT_FOR_RETENTION_PERIOD", name, before);
    await forgetHistory(table);
    if (await isInHistory(name, feature, table)) {
      throw waiting("DELTA_FEATURE_DROP_HISTORICAL_VERSIONS_EXIST", name, before);
    }
  }
  const version = await downgrade(drop, name, feature);
  if (feature.inHistory) await table.checkpoint();
  return version;
}

const PROTECTION = "checkpointProtection";
const PROTECTED_BEFORE = "delta.requireCheckpointProtectionBeforeVersion";
const TRUNCATE_AFTER = "delta.dropFeatureTruncateHistory.retentionDuration";

/** What needs a feature, by its name. */
const DEPENDENTS: Readonly<Record<string, readonly string[]>> = {
  domainMetadata: ["clustering", "rowTracking"],
  columnMapping: ["icebergCompatV1", "icebergCompatV2"],
  inCommitTimestamp: ["catalogManaged", "catalogOwned", "catalogOwned-preview"],
  vacuumProtocolCheck: ["catalogManaged", "catalogOwned", "catalogOwned-preview"],
};

/** The feature's name as it is written. */
function droppable(written: string, { protocol }: Snapshot): string {
  const wanted = written.toLowerCase();
  const present = supportedFeatures(protocol).find((name) => name.toLowerCase() === wanted);
  if (present !== undefined) return present;
  if (Object.keys(PROPERTY_RULES).some((name) => name.toLowerCase() === wanted)) {
    throw new BoathouseError(
      "DELTA_FEATURE_DROP_FEATURE_IS_DELTA_PROPERTY",
      `${written} is a table property, no table feature.`,
      { sqlState: "42000", hint: `ALTER TABLE … UNSET TBLPROPERTIES ('${written}')` },
    );
  }
  if (FEATURES.some(({ name }) => name.toLowerCase() === wanted)) {
    throw new BoathouseError(
      "DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT",
      `Cannot drop ${written}, which is not in the table's protocol.`,
      { sqlState: "55000", hint: `There are: ${supportedFeatures(protocol).join(", ")}.` },
    );
  }
  const hint = didYouMean(
    written,
    FEATURES.map(({ name }) => name),
  );
  throw new BoathouseError("DELTA_FEATURE_DROP_UNSUPPORTED_CLIENT_FEATURE", `${written} is no feature that is known.`, {
    sqlState: "0AKDC",
    ...(hint === undefined ? {} : { hint }),
  });
}

function notRemovable(name: string): BoathouseError {
  return new BoathouseError(
    "DELTA_FEATURE_DROP_NONREMOVABLE_FEATURE",
    `Cannot drop ${name}: dropping this feature is not supported.`,
    { sqlState: "0AKDC", hint: `These can be dropped: ${[...Object.keys(REMOVABLE), PROTECTION].join(", ")}.` },
  );
}

function refuseDependents(name: string, { protocol }: Snapshot): void {
  const supported = supportedFeatures(protocol);
  const dependents = (DEPENDENTS[name] ?? []).filter((each) => supported.includes(each));
  if (dependents.length === 0) return;
  throw new BoathouseError(
    "DELTA_FEATURE_DROP_DEPENDENT_FEATURE",
    `Cannot drop the table feature ${name}, because others in this table depend on it: ${dependents.join(", ")}.`,
    { sqlState: "55000", hint: "Drop these first." },
  );
}

async function downgrade(drop: FeatureDrop, name: string, feature: RemovableFeature): Promise<number> {
  const { table, truncateHistory, info } = drop;
  const snapshot = await table.snapshot();
  if (await feature.isUsed(snapshot)) {
    throw new BoathouseError(
      "DELTA_FEATURE_DROP_CONFLICT_REVALIDATION_FAIL",
      `Cannot drop ${name}, because somebody has used it again in the meantime.`,
      { sqlState: "40000", hint: "Repeat the statement." },
    );
  }
  const parameters = { featureName: name, truncateHistory };
  const transaction = await table.begin({ operation: "DROP FEATURE", parameters, ...info }, snapshot);
  // Depends on every file: none may come that uses it.
  await transaction.scan({ listOnly: true });
  if (feature.inHistory && !truncateHistory) {
    transaction.support([PROTECTION]);
    transaction.updateMetadata({ setProperties: { [PROTECTED_BEFORE]: String(snapshot.version + 1) } });
  }
  transaction.updateMetadata({ dropFeatures: [name], unsetProperties: feature.properties ?? [] });
  const { domain } = feature;
  if (domain !== undefined && snapshot.domain(domain) !== undefined) transaction.setDomain(domain, undefined);
  return (await transaction.commit()).version;
}

/** What older versions need is protected until they are gone. */
async function dropProtection(drop: FeatureDrop, snapshot: Snapshot): Promise<number> {
  const { table, truncateHistory, info } = drop;
  if (!truncateHistory) {
    throw new BoathouseError(
      "DELTA_FEATURE_CAN_ONLY_DROP_CHECKPOINT_PROTECTION_WITH_HISTORY_TRUNCATION",
      "The feature checkpointProtection protects history: it can only be dropped with it.",
      { sqlState: "55000", hint: "ALTER TABLE … DROP FEATURE checkpointProtection TRUNCATE HISTORY" },
    );
  }
  const until = Number(snapshot.configuration[PROTECTED_BEFORE] ?? 0);
  if ((await firstVersion(snapshot)) < until) {
    await table.checkpoint();
    await forgetHistory(table);
  }
  if ((await firstVersion(snapshot)) < until) {
    throw waiting("DELTA_FEATURE_DROP_CHECKPOINT_PROTECTION_WAIT_FOR_RETENTION_PERIOD", PROTECTION, snapshot);
  }
  const parameters = { featureName: PROTECTION, truncateHistory };
  const transaction = await table.begin({ operation: "DROP FEATURE", parameters, ...info });
  transaction.updateMetadata({ dropFeatures: [PROTECTION], unsetProperties: [PROTECTED_BEFORE] });
  return (await transaction.commit()).version;
}

/** The first version whose commit is left. */
async function firstVersion({ location, version }: Snapshot): Promise<number> {
  for await (const { file } of listLog(location, 0)) if (file.kind === "commit") return file.version;
  return version;
}

/** Deletes the log of versions older than `delta.dropFeatureTruncateHistory.retentionDuration`, a day if not said otherwise. */
async function forgetHistory(table: DeltaTable): Promise<void> {
  const { context, location, state } = await table.snapshot();
  const { metadata } = state;
  const configuration = {
    ...metadata.configuration,
    "delta.enableExpiredLogCleanup": "true",
    "delta.logRetentionDuration": metadata.configuration[TRUNCATE_AFTER] ?? "interval 24 hours",
  };
  await cleanUpLog(context, location, { ...state, metadata: { ...metadata, configuration } });
}

/** Whether a version that can still be read uses the feature: its commits say so, and the checkpoint before them. */
async function isInHistory(name: string, feature: RemovableFeature, table: DeltaTable): Promise<boolean> {
  const { location } = table;
  const files = [];
  for await (const each of listLog(location, 0)) files.push(each);
  const uses = (action: Action): boolean =>
    ("metaData" in action && action.metaData !== undefined && feature.uses?.(action.metaData) === true) ||
    (name === "deletionVectors" && (action.add ?? action.remove)?.deletionVector !== undefined) ||
    (name === "v2Checkpoint" && action.checkpointMetadata !== undefined);
  const commits = files.filter(({ file }) => file.kind === "commit");
  for (const { meta } of commits) {
    if (parseCommit(await readObject(location.store, meta.key), meta.key).some(uses)) return true;
  }
  const first = commits[0]?.file.version ?? 0;
  if (first === 0) return false;
  const base = completeCheckpoints(files).findLast(({ version }) => version >= first);
  if (base === undefined) return false;
  const snapshot = await table.snapshot({ version: base.version });
  return (name === "v2Checkpoint" && base.files.length > 1) || (await feature.isUsed(snapshot));
}

function waiting(code: string, name: string, { location, configuration }: Snapshot): BoathouseError {
  const kept = configuration["delta.logRetentionDuration"] ?? "interval 30 days";
  const short = configuration[TRUNCATE_AFTER] ?? "interval 24 hours";
  return new BoathouseError(
    code,
    `The newest version of ${describe(location)} is free of ${name}, but older versions that can be read use it.`,
    {
      sqlState: "22KD0",
      hint: `Wait until they expire (delta.logRetentionDuration=${kept}); or ${short}, and run DROP FEATURE ${name} TRUNCATE HISTORY.`,
    },
  );
}
