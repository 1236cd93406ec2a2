import { Command } from "commander";
import { BoathouseError } from "../../core/errors.ts";
import type { ProjectConfig } from "../../project/config.ts";
import { loadProjectConfig } from "../../project/load.ts";
import { runMain } from "../../project/run-main.ts";
import type { Effects } from "../context.ts";
import { checkGlobals } from "../options.ts";
import { requireProject } from "../discover.ts";
import { openProject, type ProjectOptions } from "../open-project.ts";
import { followRuns } from "../progress.ts";
import { commandName } from "../command-name.ts";
import { writeReport } from "../report.ts";
import { requireSuccess } from "../run-outcome.ts";
import { runOptions } from "../run-options.ts";

interface RunOptions extends ProjectOptions {
  readonly param?: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
}

/** Runs a project's main run to its end. */
export async function run(args: readonly string[], effects: Effects): Promise<void> {
  const { terminal, cwd, signal } = effects;
  const started = performance.now();
  const given = givenProject(args);
  const project = await requireProject(cwd, given);
  const config = await loadProjectConfig(project);
  const options = parse(args, config, effects);
  checkGlobals(options);
  const json = options.json === true;
  const progress = followRuns(terminal, { json, quiet: options.quiet === true });
  progress.note(`Running ${config.name ?? project}`);
  const opened = await openProject({ ...options, project }, effects, "prepare");
  const { lakehouse } = opened;
  try {
    lakehouse.observe((event) => progress.event(event));
    const parameters = { ...opened.parameters, ...options.param };
    const outcome = await runMain(lakehouse, { parameters, signal, note: (text) => progress.note(text) });
    progress.end();
    requireSuccess(outcome);
    const command = commandName(effects.env);
    await writeReport(lakehouse, { terminal, json, started, given, root: options.root, command, signal });
  } finally {
    progress.end();
    await opened.close();
  }
}

/** The first argument that is neither an option nor an option's value. */
function givenProject(args: readonly string[]): string | undefined {
  const known = runOptions(new Command("run")).options;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (arg === "--") return args[index + 1];
    if (!arg.startsWith("-")) return arg;
    const option = known.find((each) => each.long === arg || each.short === arg);
    // What is not known yet is an option that the project declares; it takes a value.
    const takesValue = option === undefined ? !arg.includes("=") && !HELP.includes(arg) : option.required;
    if (takesValue) index += 1;
  }
  return undefined;
}

const HELP: readonly string[] = ["--help", "-h"];

function parse(args: readonly string[], config: ProjectConfig, { terminal }: Effects): RunOptions {
  const command = runOptions(new Command("boathouse run"))
    .description(`run ${config.name ?? "a project"} from its source to its last table, and report what came out`)
    .helpOption("-h, --help", "show help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
      outputError: (text, print) => print(terminal.style("red", text)),
    });
  const own = Object.entries(config.options ?? {});
  for (const [name, { description, default: value }] of own) {
    if (command.options.some((each) => each.long === `--${name}`)) {
      throw new BoathouseError("PROJECT_CONFIG_INVALID", `The project's option --${name} is an option of run itself.`, {
        hint: "Give it another name.",
      });
    }
    command.option(`--${name} <value>`, `${description} (default: ${value})`);
  }
  command.parse([...args], { from: "user" });
  const options: RunOptions & Readonly<Record<string, unknown>> = command.opts();
  const set: Record<string, string> = {};
  for (const [name] of own) {
    const value = options[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof value === "string") set[name] = value;
  }
  return { ...options, set };
}
