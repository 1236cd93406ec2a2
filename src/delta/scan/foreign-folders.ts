import { dirname } from "node:path";
import { describe } from "../log/log-segment.ts";
import { dataFile, rootFolder, type DataFile } from "../log/paths.ts";
import { textIn } from "../log/row-values.ts";
import type { Snapshot } from "../snapshot.ts";
import type { TableState } from "../log/table-state.ts";

/**
 * Folders besides the table's own that hold files of this version: those of the source of a shallow clone. Paths of this
 * machine, and URLs of folders in remote stores.
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
  const { location } = snapshot;
  const root = location.store.localPath === undefined ? describe(location) : rootFolder(location);
  const folders = rows.map((row) => folderOf(dataFile(location, `${textIn(row, "folder")}x`)));
  return [...new Set(folders)].filter((folder) => folder !== root && !folder.startsWith(`${root}/`));
}

function folderOf(file: DataFile): string {
  if (file.kind === "local") return dirname(file.path);
  const slash = file.key.lastIndexOf("/");
  return slash < 0 ? file.store.url : `${file.store.url}/${file.key.slice(0, slash)}`;
}
