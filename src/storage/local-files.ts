import { createHash } from "node:crypto";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { isErrno } from "../core/errno.ts";
import { BoathouseError } from "../core/errors.ts";
import { randomIds } from "../core/ids.ts";
import { processExists } from "../core/process.ts";

/** A file of our own beside objects, which no listing shows. */
const OWN_FILE = /^\.boathouse-(?:tmp-(\d+)-[0-9a-f-]{36}|lock-[0-9a-f]{40})$/;
/** A writer that has not touched its file for so long is gone, also when it ran in another container (milliseconds). */
const ABANDONED = 600_000;

export function isOwnFile(name: string): boolean {
  return OWN_FILE.test(name);
}

export function temporaryPath(path: string): string {
  return join(dirname(path), `.boathouse-tmp-${process.pid}-${randomIds.uuid()}`);
}

export function lockPath(path: string): string {
  return join(dirname(path), `.boathouse-lock-${createHash("sha1").update(basename(path)).digest("hex")}`);
}

/** Removes a temporary file that a killed process has left. */
export async function removeLeftover(path: string): Promise<void> {
  const pid = OWN_FILE.exec(basename(path))?.[1];
  if (pid === undefined || processExists(Number(pid))) return;
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED) await rm(path, { force: true });
}

/**
 * Runs while no other process runs with the same lock file. The lock of a process that was killed is broken.
 * Throws `STORE_UNAVAILABLE` when it cannot be had in ten seconds.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const mine = `${process.pid} ${randomIds.uuid()}`;
  await acquire(path, mine);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string, mine: string): Promise<void> {
  const own = temporaryPath(path);
  const handle = await open(own, "wx");
  try {
    // Linked into place with its content, so that nobody ever reads a lock without an owner.
    await handle.writeFile(mine);
    await handle.close();
    const deadline = Date.now() + WAIT;
    for (let pause = 1; ; pause = Math.min(50, pause * 2)) {
      try {
        await link(own, path);
        return;
      } catch (error) {
        if (!isErrno(error, "EEXIST")) throw error;
      }
      await breakAbandoned(path);
      if (Date.now() > deadline) {
        throw new BoathouseError("STORE_UNAVAILABLE", `${path} has been held by another process for ten seconds.`);
      }
      await systemClock.sleep(Math.ceil(pause * Math.random()));
    }
  } finally {
    await rm(own, { force: true });
  }
}

const WAIT = 10_000;

/** Moves the lock away before removing it: of several that try, one succeeds. */
async function breakAbandoned(path: string): Promise<void> {
  const owner = await readFile(path, "utf8").catch(() => undefined);
  if (owner === undefined || processExists(Number(owner.split(" ")[0]))) return;
  const away = temporaryPath(path);
  try {
    await rename(path, away);
    // Another process may have broken it and taken it between our reading and our renaming: give it back.
    if ((await readFile(away, "utf8")) !== owner) await link(away, path).catch(() => undefined);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  } finally {
    await rm(away, { force: true });
  }
}
