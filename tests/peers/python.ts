import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A Python script that answers each line of JSON with one. */
export interface Answering {
  /** Throws when the process ends. */
  ask(request: object): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The Python of a virtual environment with these packages, made in `folder` when it is not there; undefined where there
 * is no Python.
 */
export async function installPackages(folder: string, packages: readonly string[]): Promise<string | undefined> {
  if (!canRun("python3", "--version")) return undefined;
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const stamp = join(folder, "installed");
  const wanted = packages.join(" ");
  if (existsSync(python) && existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return python;
  console.log(`Installing ${packages.join(" and ")} into ${folder}`);
  await mkdir(folder, { recursive: true });
  run("python3", ["-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]);
  await writeFile(stamp, wanted);
  return python;
}

export function canRun(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Of what a script writes to its standard error, the end is shown when it fails. */
const MOST_SAID = 4000;

export function startAnswering(python: string, script: string, args: readonly string[] = []): Answering {
  const child = spawn(python, ["-B", script, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-MOST_SAID)));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error(`${script} ended without an answer.\n${said}`);
      return JSON.parse(value);
    },
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(" ")} ended with the exit code ${status}.`);
}
