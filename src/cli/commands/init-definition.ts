import { Argument, type Command } from "commander";
import { TEMPLATES } from "../../project/templates.ts";
import type { Effects } from "../context.ts";
import { withJson } from "../options.ts";

export function initCommand(program: Command, effects: Effects): void {
  withJson(program.command("init"))
    .description("start a project that runs: native artefacts (JSON, YAML, SQL) or the same in TypeScript")
    .addArgument(new Argument("<template>", "what it is written in").choices(TEMPLATES))
    .argument("[folder]", "where (default: a folder named my-lakehouse)")
    .option("--force", "also into a folder that is not empty; files of the same names are replaced")
    .action(async (template: string, folder: string | undefined, options: Record<string, unknown>) => {
      const { init } = await import("./init.ts");
      await init(template, folder, options, effects);
    });
}
