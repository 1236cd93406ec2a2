import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { keyValue, withGlobals } from "../options.ts";

export function synthCommand(program: Command, effects: Effects): void {
  withGlobals(program.command("synth [project]"))
    .description("print or write the native artefacts of a project: factory JSON, databricks.yml, SQL files")
    .option("-o, --out <folder>", "write the files into a folder instead of printing them")
    .option("--var <name=value>", "a variable of the project's bundle; may be repeated", keyValue)
    .action(async (project: string | undefined, options: Record<string, unknown>) => {
      const { synth } = await import("./synth.ts");
      await synth(project, options, effects);
    });
}
