import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { withProject } from "../options.ts";

export function doctorCommand(program: Command, effects: Effects): void {
  withProject(program.command("doctor"))
    .description("check what Boathouse needs here: Node, libraries, disk, permissions, the project, its state")
    .action(async (options: Record<string, unknown>) => {
      const { doctor } = await import("./doctor.ts");
      await doctor(options, effects);
    });
}
