import { pathToFileURL } from "node:url";
import { isTable, type Table } from "../../catalog/securable.ts";
import { foreignFolders } from "../../delta/scan/foreign-folders.ts";
import type { Snapshot } from "../../delta/snapshot.ts";
import { hasVariant } from "../../sql/types/variant-type.ts";
import { isRemote } from "../../storage/storage.ts";
import type { StatementCall } from "./statement-call.ts";

/**
 * The folders outside of a table's own that its files are in: a shallow clone lives on those of its source, and files with
 * variants may be read from copies. The log of a
 * managed table was written by us, for somebody who might read the source. What others may have written names files that
 * the user has to be allowed to read.
 */
export async function sharedFolders(
  snapshot: Snapshot,
  table: Table | undefined,
  call: StatementCall,
): Promise<readonly string[]> {
  const { storage, catalog } = call.env;
  const folders = await foreignFolders(snapshot);
  const reached = folders.map((folder) => (isRemote(folder) ? storage.cache.folder : folder));
  if (hasVariant(snapshot.schema)) reached.push(storage.cache.folder);
  if (folders.length === 0 || table?.storage === "managed") return reached;
  const access = await call.access();
  for (const folder of folders) {
    catalog.places.require(access, isRemote(folder) ? folder : pathToFileURL(folder).href, "READ FILES");
  }
  return reached;
}

/** The same for the table in a folder, whose entry in the catalog is looked for. */
export async function sharedFoldersAt(
  url: string,
  snapshot: Snapshot,
  call: StatementCall,
): Promise<readonly string[]> {
  const { places } = call.env.catalog;
  let entry: Table | undefined;
  for (const each of (await call.access()).snapshot.all()) {
    if (isTable(each) && places.placeOf(each.location) === places.placeOf(url)) entry = each;
  }
  return sharedFolders(snapshot, entry, call);
}
