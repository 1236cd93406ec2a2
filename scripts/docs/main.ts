import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { referencePages } from "./pages.ts";

/** `npm run docs`: writes the pages of `docs/reference`, and removes what is no page any more. */
const folder = fileURLToPath(new URL("../../docs/reference/", import.meta.url));
const pages = referencePages();
await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) {
  if (name.endsWith(".md") && !pages.has(name)) await rm(join(folder, name));
}
for (const [name, text] of pages) await writeFile(join(folder, name), text);
console.log(`docs/reference: ${pages.size} pages.`);
