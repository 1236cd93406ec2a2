import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { keyValue, withJson, withProject, withRun } from "../options.ts";

export function factoryCommand(program: Command, effects: Effects): void {
  const factory = program.command("factory").description("Data Factory: run, check and try pipelines");
  withRun(factory.command("run <pipeline>"))
    .description("run a pipeline of the project's factory and show its activities")
    .option("-p, --param <name=value>", "a parameter of the pipeline; may be repeated", keyValue)
    .option("--mock <activity=json>", "an output for an activity that is not to run; may be repeated", keyValue)
    .action(async (pipeline: string, options: Record<string, unknown>) => {
      const { factoryRun } = await import("./factory-run.ts");
      await factoryRun(pipeline, options, effects);
    });
  withJson(factory.command("eval <expression>"))
    .description("evaluate an expression such as \"@concat('a', pipeline().parameters.b)\"")
    .option("-p, --param <name=value>", "a value for pipeline().parameters.<name>; may be repeated", keyValue)
    .option("--variable <name=value>", "a value for variables('<name>'); may be repeated", keyValue)
    .option(
      "--state <json>",
      "all that the expression refers to, as JSON text or a file: parameters, variables, activities, item, …",
    )
    .action(async (expression: string, options: Record<string, unknown>) => {
      const { factoryEval } = await import("./factory-eval.ts");
      await factoryEval(expression, options, effects);
    });
  withProject(factory.command("validate [folder]"))
    .description("check a factory without running it: the project's, or the git layout in a folder")
    .action(async (folder: string | undefined, options: Record<string, unknown>) => {
      const { factoryValidate } = await import("./factory-validate.ts");
      await factoryValidate(folder, options, effects);
    });
  withProject(factory.command("triggers"))
    .description("list the factory's triggers and when they are due next")
    .action(async (options: Record<string, unknown>) => {
      const { factoryTriggers } = await import("./factory-triggers.ts");
      await factoryTriggers(options, effects);
    });
}
