import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BoathouseError } from "../../core/errors.ts";
import { templateFiles } from "../../project/template-files.ts";
import type { Effects, GlobalOptions } from "../context.ts";
import { write } from "../terminal.ts";

export async function init(
  template: string,
  given: string | undefined,
  options: GlobalOptions & { readonly force?: boolean },
  effects: Effects,
): Promise<void> {
  const { terminal, cwd } = effects;
  const name = given ?? "my-lakehouse";
  const folder = resolve(cwd, name);
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0 && options.force !== true) {
    throw new BoathouseError("FOLDER_NOT_EMPTY", `The folder ${name} is not empty.`, {
      kind: "usage",
      hint: "Choose another folder, or give --force to write into this one.",
    });
  }
  const files = templateFiles(template);
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
    if (options.json === true) await write(terminal.out, `${JSON.stringify({ type: "file", path })}\n`);
    else await write(terminal.out, `${name}/${path}\n`);
  }
  await write(terminal.err, `\nNext: boathouse run ${name}\n`);
}
