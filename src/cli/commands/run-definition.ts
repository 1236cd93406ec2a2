import type { Command } from "commander";
import type { Effects } from "../context.ts";
import { bytes, keyValue, list, positive, withGlobals } from "../options.ts";

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

/** The options of `run` that every project has. */
export function runOptions(command: Command): Command {
  return withGlobals(command)
    .argument("[project]", "the project's folder (default: the project here or above, or the only one in this folder)")
    .option("--var <name=value>", "a variable of the project's bundle or options; may be repeated", keyValue)
    .option("-p, --param <name=value>", "a parameter of the main run; may be repeated", keyValue)
    .option("--bind <url=target>", "let a URL stand for a folder or another URL; may be repeated", list)
    .option("--memory <size>", "how much the engine holds in memory before it spills, such as 4GB", bytes)
    .option("--threads <number>", "how many threads the engine uses", positive)
    .option("-q, --quiet", "no progress");
}

const EXAMPLES = `
A run that was killed goes on where it was when it is started again with the same parameters.

Examples:
  boathouse run
  boathouse run my-lakehouse --param day=2026-01-31
  boathouse run my-lakehouse --bind https://files.example=./files --json`;
