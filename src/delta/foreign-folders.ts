import { dirname } from "node:path";
import { localFile, rootFolder } from "./paths.ts";
import { textIn } from "./row-values.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TableState } from "./table-state.ts";

/**
 * Folders of this machine besides the table's own that hold files of this version: those of the source of a shallow clone.
 * Partition folders count as the folder that they are in.
 */
export function foreignFolders(snapshot: Snapshot): Promise<readonly string[]> {
  let found = known.get(snapshot.state);
  if (found === undefined) {
    found = findFolders(snapshot);
    known.set(snapshot.state, found);
    found.catch(() => known.delete(snapshot.state));
  }
  return found;
}

const known = new WeakMap<TableState, Promise<readonly string[]>>();

async function findFolders(snapshot: Snapshot): Promise<readonly string[]> {
  const list = await snapshot.fileList();
  const rows = await list.connection.rows(
    `SELECT DISTINCT regexp_replace(path, '(/[^/=]+(=|%3D)[^/]*)*/[^/]*$', '/') AS folder FROM ${list.rowsAt(snapshot.version)} ` +
      `WHERE starts_with(path, '/') OR regexp_matches(path, '^[A-Za-z][A-Za-z0-9+.-]*:')`,
  );
  if (rows.length === 0) return [];
  const root = rootFolder(snapshot.location);
  const folders = rows.map((row) => dirname(localFile(snapshot.location, `${textIn(row, "folder")}x`)));
  return [...new Set(folders)].filter((folder) => folder !== root && !folder.startsWith(`${root}/`));
}
