import { autoCompact } from "../../delta/maintain/auto-compact.ts";
import { describe } from "../../delta/log/log-segment.ts";
import { rootFolder } from "../../delta/log/paths.ts";
import { scanFunctions } from "../../delta/scan/variant-layout.ts";
import type { Transaction } from "../../delta/write/transaction.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { openConnection } from "./connection.ts";
import { maintenanceFlag, maintenanceSetting } from "./maintenance-settings.ts";
import { sharedFoldersAt } from "./shared-folders.ts";
import type { StatementCall } from "./statement-call.ts";

/** Compacts the table of a statement that has committed, where its properties or the session ask for it. Never fails. */
export async function compactAfter(
  { location }: Pick<Transaction, "location">,
  version: number | undefined,
  call: StatementCall,
): Promise<void> {
  if (version === undefined) return;
  const { state } = call;
  const enabled = maintenanceFlag(state, "autoCompact.enabled");
  const maxFileSize = maintenanceSetting(state, "autoCompact.maxFileSize");
  const minFileSize = maintenanceSetting(state, "autoCompact.minFileSize");
  const minNumFiles = maintenanceSetting(state, "autoCompact.minNumFiles");
  try {
    const table = await call.env.tables.at(describe(location));
    const own = location.store.localPath === undefined ? call.env.storage.cache.folder : rootFolder(location);
    const connect = async (): Promise<[Connection, Connection]> => {
      const snapshot = await table.snapshot();
      const folders = [own, ...(await sharedFoldersAt(describe(location), snapshot, call))];
      const functions = scanFunctions(snapshot.schema);
      return [await openConnection(call, folders, functions), await openConnection(call, folders, functions)];
    };
    await autoCompact(
      table,
      {
        connect,
        version,
        userName: call.user,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      },
      {
        ...(enabled === undefined ? {} : { enabled }),
        ...(maxFileSize === undefined ? {} : { maxFileSize }),
        ...(minFileSize === undefined ? {} : { minFileSize }),
        ...(minNumFiles === undefined ? {} : { minNumFiles }),
      },
    );
  } catch {
    // The statement's own commit stands: files that stay small cost reads a little, and are taken up the next time.
  }
}
