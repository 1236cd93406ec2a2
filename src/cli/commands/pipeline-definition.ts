import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { withProject, withRun } from "../options.ts";

export function pipelineCommand(program: Command, effects: Effects): void {
  const pipeline = program.command("pipeline").description("declarative pipelines: run, plan and read their events");
  withRefresh(withRun(pipeline.command("run <pipeline>")))
    .description("update a pipeline of the project's bundle")
    .action(async (name: string, options: Record<string, unknown>) => {
      const { pipelineRun } = await import("./pipeline-run.ts");
      await pipelineRun(name, options, effects);
    });
  withRefresh(withProject(pipeline.command("plan <pipeline>")))
    .description("show what an update would do, in which order and why, without running it")
    .action(async (name: string, options: Record<string, unknown>) => {
      const { pipelinePlan } = await import("./pipeline-plan.ts");
      await pipelinePlan(name, options, effects);
    });
  withProject(pipeline.command("events <pipeline>"))
    .description("show the event log of a pipeline's latest update")
    .option("--update <id>", "another update: its id, or all")
    .action(async (name: string, options: Record<string, unknown>) => {
      const { pipelineEvents } = await import("./pipeline-events.ts");
      await pipelineEvents(name, options, effects);
    });
}

function withRefresh(command: Command): Command {
  return command
    .option("--full-refresh", "empty every dataset and fill it from the beginning")
    .option("--full-refresh-only <datasets>", "only these datasets, from the beginning; separated by commas")
    .option("--refresh-only <datasets>", "only these datasets; separated by commas");
}
