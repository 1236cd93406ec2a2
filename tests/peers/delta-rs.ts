import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PACKAGES = ["deltalake==1.6.6", "pyarrow==26.0.1"];

/** delta-rs in a Python process. Both throw what it says of a failure. */
export interface DeltaRs {
  /** Puts the rows, each in its canonical form (see `canonical.ts`), into the file `rows`. */
  read(path: string, rows: string): Promise<ReadTable>;
  /** Makes one of the tables of `delta_rs.py`. */
  write(table: string, path: string): Promise<void>;
  close(): Promise<void>;
}

export interface ReadTable {
  /** As JSON, in Delta's form. */
  readonly schema: string;
  readonly version: number;
  readonly rows: number;
  readonly checksum: string;
}

/** The Python that has delta-rs, installed into an ignored folder when it is not there; undefined where there is no Python. */
export async function installDeltaRs(folder: string): Promise<string | undefined> {
  if (spawnSync("python3", ["--version"], { stdio: "ignore" }).status !== 0) return undefined;
  const windows = process.platform === "win32";
  const python = join(folder, "venv", windows ? "Scripts/python.exe" : "bin/python");
  const stamp = join(folder, "installed");
  const wanted = PACKAGES.join(" ");
  if (existsSync(python) && existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return python;
  console.log(`Installing ${PACKAGES.join(" and ")} into ${folder}`);
  await mkdir(folder, { recursive: true });
  run("python3", ["-m", "venv", join(folder, "venv")]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES]);
  await writeFile(stamp, wanted);
  return python;
}

export function startDeltaRs(python: string): DeltaRs {
  const child = spawn(python, [join(import.meta.dirname, "delta_rs.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: Readonly<Record<string, string>>): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await answers.next();
    if (done === true) throw new Error("delta-rs ended without an answer.");
    const answer = JSON.parse(value) as { readonly error?: string };
    if (answer.error !== undefined) throw new Error(`delta-rs: ${answer.error}`);
    return answer;
  };
  return {
    read: async (path, rows) => (await ask({ do: "read", path, rows })) as ReadTable,
    async write(table, path) {
      await ask({ do: "write", table, path });
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
