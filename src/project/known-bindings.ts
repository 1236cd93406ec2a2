import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrno } from "../core/errno.ts";
import { isJsonObject } from "../core/json.ts";

/** Where a lakehouse keeps what its project last bound its containers to. */
const FILE = "bindings.json";

type Containers = Readonly<Record<string, string>>;

/** Data stays where it was written: who opens the lakehouse without its project finds it by these. */
export async function readContainers(root: string): Promise<Containers> {
  const text = await readText(join(root, FILE));
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Written whole or not at all, and only when it has changed. */
export async function keepContainers(root: string, containers: Containers): Promise<void> {
  const text = JSON.stringify(containers, Object.keys(containers).toSorted(), 2);
  const before = await readText(join(root, FILE));
  if (before === text) return;
  await mkdir(root, { recursive: true });
  const temporary = join(root, `${FILE}.${process.pid}`);
  await writeFile(temporary, text);
  await rename(temporary, join(root, FILE));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return "{}";
    throw error;
  }
}
