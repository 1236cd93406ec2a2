import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { withRun } from "../options.ts";

export function scheduleCommand(program: Command, effects: Effects): void {
  withRun(program.command("schedule"))
    .description(
      "run jobs by their schedules and factory pipelines by their triggers when they are due, until interrupted",
    )
    .option("--list", "only show what is due next")
    .action(async (options: Record<string, unknown>) => {
      const { schedule } = await import("./schedule.ts");
      await schedule(options, effects);
    });
}
