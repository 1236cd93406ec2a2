import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../duckdb/connection.ts";
import { DuckDb } from "../duckdb/duckdb.ts";
import type { SourceFile } from "./source-file.ts";

/** For tests: a database and a folder of files. */
export interface Bench {
  readonly connection: Connection;
  readonly folder: string;
  file(content: string | Buffer, name?: string): Promise<SourceFile>;
  close(): Promise<void>;
}

export async function openBench(extension: string): Promise<Bench> {
  const database = await DuckDb.open({ threads: 2 });
  const connection = await database.connect();
  const folder = await mkdtemp(join(tmpdir(), "boathouse-formats-"));
  let count = 0;
  return {
    connection,
    folder,
    async file(content, name = `f${(count += 1)}.${extension}`) {
      const path = join(folder, name);
      await writeFile(path, content);
      return sourceFile(path);
    },
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function sourceFile(path: string): Promise<SourceFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, url: `file://${path}`, size, lastModified: mtimeMs };
}
