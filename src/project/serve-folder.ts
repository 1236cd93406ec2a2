import { stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { serveFiles, type FileServer } from "./file-server.ts";

/** A folder over HTTP on the loopback address, its files by their paths. */
export function serveFolder(folder: string): Promise<FileServer> {
  const root = resolve(folder);
  return serveFiles(async (path) => {
    const file = resolve(join(root, path));
    if (!file.startsWith(root + sep)) return undefined;
    const found = await stat(file).catch(() => undefined);
    return found?.isFile() === true ? { file } : undefined;
  });
}
