import type { AddAction } from "../actions.ts";
import { allAdds, removeOf } from "../scan/listed-files.ts";
import type { TableLocation } from "../log/log-segment.ts";
import type { DeltaTable } from "../table.ts";
import { missingParts, type MissingParts } from "../scan/missing-files.ts";
import { dataFile, placeText } from "../log/paths.ts";

/** A file of a table that cannot be read: a row of `FSCK REPAIR TABLE`. */
export interface BrokenFile {
  /** As the log has it. */
  readonly dataFilePath: string;
  readonly dataFileMissing: boolean;
  /** Null where the file has no deletion vector, or one that the log itself holds. */
  readonly deletionVectorPath: string | null;
  readonly deletionVectorFileMissing: boolean;
}

export interface RepairResult {
  readonly broken: readonly BrokenFile[];
  /** Undefined when nothing was committed: nothing is missing, or the run was dry. */
  readonly version: number | undefined;
}

/**
 * Takes from the log what is no longer in storage, in one commit: data files that are missing, and those whose deletion
 * vector is missing, which would bring deleted rows back.
 */
export async function repairTable(
  table: DeltaTable,
  options: { readonly dryRun: boolean; readonly userName?: string },
): Promise<RepairResult> {
  const snapshot = await table.snapshot();
  const adds = await allAdds(snapshot);
  const parts = await missingParts(table.location, adds);
  const found = adds.flatMap((add, index) => {
    const broken = brokenFile(table.location, add, parts[index]);
    return broken === undefined ? [] : [{ add, broken }];
  });
  const broken = found.map((each) => each.broken);
  if (options.dryRun || found.length === 0) return { broken, version: undefined };
  const { userName } = options;
  const info = { operation: "FSCK", parameters: { dryRun: false }, ...(userName === undefined ? {} : { userName }) };
  const transaction = await table.begin(info, snapshot);
  const now = transaction.context.clock.now();
  transaction.stage({ removes: found.map(({ add }) => removeOf(add, now)) });
  transaction.addMetrics({ numFilesScanned: adds.length, numRemovedFiles: found.length });
  const { version } = await transaction.commit();
  return { broken, version };
}

function brokenFile(
  location: TableLocation,
  { path }: AddAction,
  parts: MissingParts | undefined,
): BrokenFile | undefined {
  if (parts === undefined || (!parts.dataFileMissing && !parts.vectorMissing)) return undefined;
  const { dataFileMissing, vector, vectorMissing } = parts;
  return {
    dataFilePath: path,
    dataFileMissing,
    deletionVectorPath: vector === undefined ? null : placeText(dataFile(location, vector)),
    deletionVectorFileMissing: vectorMissing,
  };
}
