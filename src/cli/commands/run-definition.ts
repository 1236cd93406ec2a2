import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { runOptions } from "../run-options.ts";

/** `boathouse run`: its options, and those that the project declares once it is known. */
export function runCommand(program: Command, effects: Effects, argv: readonly string[]): void {
  runOptions(program.command("run"))
    .description("run a project from its source to its last table, and report what came out")
    // A project declares options of its own, and only the project knows them.
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .addHelpText("after", EXAMPLES)
    .action(async () => {
      // Something is to be seen before the engine is loaded.
      const silent = ["--json", "--quiet", "-q", "--help", "-h"].some((each) => argv.includes(each));
      if (!silent) effects.terminal.err.write(effects.terminal.style("dim", "Loading the project\n"));
      const { run } = await import("./run.ts");
      await run(argv.slice(argv.indexOf("run") + 1), effects);
    });
}

const EXAMPLES = `
A run that was killed goes on where it was when it is started again with the same parameters.

Examples:
  boathouse run
  boathouse run my-lakehouse --param day=2026-01-31
  boathouse run my-lakehouse --bind https://files.example=./files --json`;
