import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { randomIds } from "../../core/ids.ts";
import { processExists } from "../../core/process.ts";

/** A folder for files in passing. It is removed at the end; one that a killed process left is removed by the next. */
export class TemporaryFiles {
  readonly folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(parent: string): Promise<TemporaryFiles> {
    await mkdir(parent, { recursive: true });
    await removeLeftovers(parent);
    const folder = join(parent, `copy-${process.pid}-${randomIds.uuid()}`);
    await mkdir(folder);
    return new TemporaryFiles(folder);
  }

  /** A name that is free. */
  next(suffix = ""): string {
    this.#count += 1;
    return join(this.folder, `${this.#count}${suffix}`);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^copy-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !processExists(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}
