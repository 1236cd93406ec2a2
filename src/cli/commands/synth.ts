import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { synthesize } from "../../project/synth.ts";
import { loadProject } from "../../project/load.ts";
import { localUser } from "../../project/local-user.ts";
import type { Effects, GlobalOptions } from "../context.ts";
import { requireProject } from "../discover.ts";
import { write } from "../terminal.ts";

interface SynthOptions extends GlobalOptions {
  readonly out?: string;
  readonly var?: Readonly<Record<string, string>>;
}

export async function synth(given: string | undefined, options: SynthOptions, effects: Effects): Promise<void> {
  const { terminal, cwd, env } = effects;
  const project = await loadProject(await requireProject(cwd, given), {
    user: localUser(env),
    environment: env,
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.var === undefined ? {} : { variables: options.var }),
  });
  const { out } = options;
  const target = out === undefined ? {} : { out: resolve(cwd, out) };
  const { artefacts, codeOnly } = await synthesize(project, target);
  if (out !== undefined) {
    const folder = resolve(cwd, out);
    for (const { path, text } of artefacts) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }
  for (const { path, text } of artefacts) {
    if (options.json === true) await write(terminal.out, `${JSON.stringify({ type: "artefact", path, text })}\n`);
    else if (out === undefined)
      await write(terminal.out, `${terminal.style("bold", `── ${path}`)}\n${text.trimEnd()}\n\n`);
  }
  if (out !== undefined) await write(terminal.err, `${artefacts.length} files in ${out}. Next: boathouse run ${out}\n`);
  if (codeOnly.length > 0) {
    const names = codeOnly.map((each) => `--${each}`).join(", ");
    await write(
      terminal.err,
      `${names}: options that are code stay in boathouse.config.ts. Without it, say where URLs lead with --bind url=folder.\n`,
    );
  }
}
