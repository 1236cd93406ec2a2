import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A command of the tutorial and what it printed. */
export interface Transcript {
  readonly command: string;
  readonly output: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const TUTORIAL = join(ROOT, "docs/tutorial.md");

/** The blocks of a text that begin with `$ command`. */
export function transcriptsIn(text: string): Transcript[] {
  return [...text.matchAll(BLOCK)].map(([, command = "", output = ""]) => ({ command, output: output.trimEnd() }));
}

const BLOCK = /^```\n\$ (.+)\n([\s\S]*?)```$/gm;

/**
 * Runs commands one after the other in a copy of the flagship, as the user `sam` and with the built program, and gives what
 * each of them printed.
 */
export async function runAll(commands: readonly string[]): Promise<Transcript[]> {
  const folder = await mkdtemp(join(tmpdir(), "tutorial-"));
  try {
    await cp(join(ROOT, "netflix"), join(folder, "netflix"), {
      recursive: true,
      filter: (path) => !path.includes(".boathouse"),
    });
    const done: Transcript[] = [];
    for (const command of commands) done.push({ command, output: await run(command, folder) });
    return done;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a shell shows. Outside of a terminal, results of SQL are tables only when asked for. */
function run(command: string, cwd: string): Promise<string> {
  const format = command.startsWith("boathouse sql ") ? " --format table" : "";
  const real = command.replace(/^boathouse /, `"${join(ROOT, "bin/boathouse")}" `) + format;
  return new Promise((resolve) => {
    const env = { ...process.env, BOATHOUSE_USER: "sam", NO_COLOR: "1" };
    execFile("sh", ["-c", real], { cwd, env, maxBuffer: 2 ** 24 }, (error, out, err) => {
      const parts = error === null ? [err, out] : [out, err];
      const text = parts.map((part) => part.replace(/\r/g, "").replace(/^\n+|\s+$/g, "")).filter((part) => part !== "");
      resolve(text.join(error === null ? "\n\n" : "\n").replace(/[ \t]+$/gm, ""));
    });
  });
}

/** `npx tsx scripts/docs/tutorial.ts`: puts what the commands print now into the tutorial. */
async function main(): Promise<void> {
  const text = await readFile(TUTORIAL, "utf8");
  const done = await runAll(transcriptsIn(text).map(({ command }) => command));
  const outputs = done.map(({ output }) => output).values();
  const filled = text.replace(BLOCK, (_, command: string) => {
    const output = outputs.next().value ?? "";
    return `\`\`\`\n$ ${command}\n${output === "" ? "" : `${output}\n`}\`\`\``;
  });
  await writeFile(TUTORIAL, filled);
  console.log(`docs/tutorial.md: ${done.length} commands.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
