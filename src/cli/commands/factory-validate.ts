import { resolve } from "node:path";
import { codeFrame, formatLocation } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import { loadFactory } from "../../factory/model/load.ts";
import type { Factory, FactoryDiagnostic } from "../../factory/model/resource.ts";
import { validateFactory } from "../../factory/model/validate.ts";
import { Exit, type Effects } from "../context.ts";
import { openProject, type ProjectOptions } from "../open-project.ts";
import { write } from "../terminal.ts";

/** Prints every finding at its place; exit code 1 when one is an error. */
export async function factoryValidate(
  folder: string | undefined,
  options: ProjectOptions,
  effects: Effects,
): Promise<void> {
  const { terminal } = effects;
  const factory = await factoryOf(folder, options, effects);
  const findings = validateFactory(factory);
  const errors = findings.filter((each) => each.severity === "error").length;
  if (options.json === true) {
    for (const { source: _, ...each } of findings) {
      await write(terminal.out, `${JSON.stringify({ type: "finding", ...each })}\n`);
    }
  } else {
    for (const each of findings) await write(terminal.out, `${findingText(each, effects)}\n\n`);
    const counts = Object.entries(factory.resources).map(
      ([kind, map]) => `${map.size} ${kind}${map.size === 1 ? "" : "s"}`,
    );
    const warnings = findings.length - errors;
    await write(terminal.err, `${factory.name}: ${counts.join(", ")}; ${errors} errors, ${warnings} warnings\n`);
  }
  if (errors > 0) throw new Exit(1);
}

async function factoryOf(folder: string | undefined, options: ProjectOptions, effects: Effects): Promise<Factory> {
  if (folder !== undefined) {
    try {
      return await loadFactory(resolve(effects.cwd, folder), { display: folder });
    } catch (error) {
      // The folder of a project holds its factory somewhere.
      if (!(error instanceof BoathouseError) || error.code !== "FACTORY_NOT_FOUND") throw error;
      options = { ...options, project: folder };
    }
  }
  const opened = await openProject(options, effects);
  try {
    const factory = await opened.lakehouse.factory();
    if (factory !== undefined) return factory;
    throw new BoathouseError("FACTORY_NOT_FOUND", "The project has no factory.", { kind: "usage" });
  } finally {
    await opened.close();
  }
}

function findingText({ severity, message, code, location, source, hint }: FactoryDiagnostic, effects: Effects): string {
  const { style } = effects.terminal;
  const lines = [style(severity === "error" ? "red" : "yellow", `${severity}: ${message} [${code}]`)];
  if (location !== undefined) lines.push(`  at ${formatLocation(location)}`, codeFrame(source, location, 1));
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines.join("\n");
}
