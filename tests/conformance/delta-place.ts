import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { inParallel } from "../../src/delta/log/objects.ts";
import type { RemoteFiles } from "../../src/delta/scan/data-files.ts";
import { FileCache } from "../../src/storage/file-cache.ts";
import { LocalStore } from "../../src/storage/local-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { newContainer } from "../azurite/new-container.ts";
import { startAzurite } from "../azurite/process.ts";

/** Where the tables of the pack lie while they are read. */
export interface Place {
  readonly store: ObjectStore;
  readonly remote?: RemoteFiles;
  close(): Promise<void>;
}

export function localPlace(folder: string): Place {
  return { store: new LocalStore(folder), close: () => Promise.resolve() };
}

/** The same files in a container of Azurite, with a cache of their copies. */
export async function azurePlace(folder: string): Promise<Place> {
  const azurite = await startAzurite();
  const copies = await mkdtemp(join(tmpdir(), "boathouse-copies-"));
  const container = await newContainer(azurite.endpoint);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await inParallel(files, UPLOADS, async (file) => container.put(relative(folder, file), await readFile(file)));
  const store = container.store();
  return {
    store,
    remote: { cache: new FileCache({ folder: copies }), resolve: ({ key }) => ({ store, key }) },
    async close() {
      await azurite.stop();
      await rm(copies, { recursive: true, force: true });
    },
  };
}

const UPLOADS = 16;
