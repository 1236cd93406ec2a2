import type { AddAction } from "../actions.ts";
import { dataFileExists } from "./data-files.ts";
import { vectorPath } from "./deletion-vector.ts";
import type { TableLocation } from "../log/log-segment.ts";
import { inParallel } from "../log/objects.ts";

/** What of a file is no longer in storage. */
export interface MissingParts {
  readonly dataFileMissing: boolean;
  /** The file of its deletion vector as a log names it; undefined when it has none of its own. */
  readonly vector: string | undefined;
  readonly vectorMissing: boolean;
}

/** Looks for files and their deletion vectors in storage. Gives an entry for each file, in their order. */
export function missingParts(location: TableLocation, adds: readonly AddAction[]): Promise<MissingParts[]> {
  return inParallel(adds, LOOKS, async ({ path, deletionVector }) => {
    const vector =
      deletionVector === undefined || deletionVector.storageType === "i"
        ? undefined
        : vectorPath(deletionVector.storageType, deletionVector.pathOrInlineDv);
    return {
      dataFileMissing: !(await dataFileExists(location, path)),
      vector,
      vectorMissing: vector !== undefined && !(await dataFileExists(location, vector)),
    };
  });
}

/** At once. */
const LOOKS = 32;
