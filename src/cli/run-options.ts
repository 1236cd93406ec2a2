import type { Command } from "commander";
import { bytes, keyValue, list, positive, withGlobals } from "./options.ts";

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
