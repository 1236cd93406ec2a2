import { isBoathouseError } from "../../core/errors.ts";
import { parseCommit } from "./commit-file.ts";
import { checksumName, commitName } from "./log-files.ts";
import { logKey, type TableLocation } from "./log-segment.ts";
import { readObject } from "./objects.ts";
import type { TableState } from "./table-state.ts";
import { checksumOfState, nextChecksum, parseChecksum, type VersionChecksum } from "./version-checksum.ts";

/** Writes `N.crc` after commits, each from the one before, or from the table's state where that is not there. */
export class ChecksumWriter {
  readonly #location: TableLocation;
  #last: { readonly version: number; readonly checksum: VersionChecksum } | undefined;

  constructor(location: TableLocation) {
    this.#location = location;
  }

  /**
   * `tableId`: of the table that was committed to. `newest`: its newest state, which is asked for when the checksum of the
   * version before is missing or does not tell. A version that is not the newest any more may then go without.
   */
  async write(version: number, tableId: string, newest: () => Promise<TableState>): Promise<void> {
    const key = logKey(this.#location, commitName(version));
    const actions = parseCommit(await readObject(this.#location.store, key), key);
    const before = version === 0 ? undefined : await this.#before(version);
    // The table may have been dropped and made anew; a replacement of the table says so.
    const fits = before?.metadata.id === tableId || actions.some(({ metaData }) => metaData !== undefined);
    let checksum = version > 0 && (before === undefined || !fits) ? undefined : nextChecksum(before, actions);
    if (checksum === undefined) {
      const state = await newest();
      if (state.version !== version || state.metadata.id !== tableId) return;
      checksum = await checksumOfState(state, actions);
    }
    this.#last = { version, checksum };
    try {
      const body = Buffer.from(`${JSON.stringify(checksum)}\n`);
      await this.#location.store.write(logKey(this.#location, checksumName(version)), body, { ifNoneMatch: "*" });
    } catch (error) {
      if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
    }
  }

  async #before(version: number): Promise<VersionChecksum | undefined> {
    const last = this.#last;
    if (last?.version === version - 1) return last.checksum;
    return readChecksum(this.#location, version - 1);
  }
}

/** Undefined when there is none, or it is damaged. */
export async function readChecksum(location: TableLocation, version: number): Promise<VersionChecksum | undefined> {
  try {
    return parseChecksum(await readObject(location.store, logKey(location, checksumName(version))));
  } catch (error) {
    if (isBoathouseError(error, "OBJECT_NOT_FOUND")) return undefined;
    throw error;
  }
}
