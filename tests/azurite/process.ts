import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Azurite {
  /** The Blob service of its account: `http://127.0.0.1:<port>/devstoreaccount1`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts Azurite's Blob service on a free port of the loopback address, all in memory. */
export async function startAzurite(): Promise<Azurite> {
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
  const folder = await mkdtemp(join(tmpdir(), "boathouse-azurite-"));
  const options = ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"];
  const child = spawn(process.execPath, [main, "--blobHost", "127.0.0.1", "--blobPort", "0", ...options], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  const origin = await new Promise<string>((resolve, reject) => {
    let output = "";
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /successfully listens on (http:\/\/\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`Azurite has not started: ${output}`)));
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { endpoint: `${origin}/devstoreaccount1`, stop };
}
