import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { keyValue, positive, withProject, withRun } from "../options.ts";

export function jobCommand(program: Command, effects: Effects): void {
  const job = program.command("job").description("workflows: run, repair and list jobs");
  withRun(job.command("run <job>"))
    .description("run a job of the project's bundle")
    .option("-p, --param <name=value>", "a job parameter; may be repeated", keyValue)
    .action(async (name: string, options: Record<string, unknown>) => {
      const { jobRun } = await import("./job-run.ts");
      await jobRun(name, options, effects);
    });
  withRun(job.command("repair [run]"))
    .description("run what failed in a job run again (default: the latest failed one), with the job as it is now")
    .option("--tasks <keys>", "these tasks and what depends on them instead; separated by commas")
    .option("-p, --param <name=value>", "another value for a job parameter; may be repeated", keyValue)
    .action(async (run: string | undefined, options: Record<string, unknown>) => {
      const { jobRepair } = await import("./job-repair.ts");
      await jobRepair(run, options, effects);
    });
  withProject(job.command("list [job]"))
    .description("list the project's jobs, or a job's latest runs")
    .option("--limit <number>", "how many runs at the most (default: 20)", positive)
    .action(async (name: string | undefined, options: Record<string, unknown>) => {
      const { jobList } = await import("./job-list.ts");
      await jobList(name, options, effects);
    });
}
