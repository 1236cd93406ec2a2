import { Command } from "commander";
import { BoathouseError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { fromRunError } from "../../runs/run-error.ts";
import { readBinding } from "../../project/bindings.ts";
import type { OptionEffect, ProjectConfig } from "../../project/config.ts";
import { Lakehouse } from "../../project/lakehouse.ts";
import { loadProjectConfig } from "../../project/load.ts";
import { runMain } from "../../project/run-main.ts";
import type { Effects, GlobalOptions } from "../context.ts";
import { LAKEHOUSE, requireProject } from "../discover.ts";
import { checkGlobals } from "../options.ts";
import { followRuns } from "../progress.ts";
import { writeReport } from "../report.ts";

import { runOptions } from "./run-definition.ts";
import { join, resolve } from "node:path";

interface RunOptions extends GlobalOptions {
  readonly var?: Readonly<Record<string, string>>;
  readonly param?: Readonly<Record<string, string>>;
  readonly bind?: readonly string[];
  readonly memory?: number;
  readonly threads?: number;
  readonly quiet?: boolean;
}

/** Runs a project's main run to its end. */
export async function run(args: readonly string[], effects: Effects): Promise<void> {
  const { terminal, cwd, signal } = effects;
  const started = performance.now();
  const folder = await requireProject(cwd, givenProject(args));
  const config = await loadProjectConfig(folder);
  const { options, values } = parse(args, config, effects);
  checkGlobals(options);
  const progress = followRuns(terminal, { json: options.json === true, quiet: options.quiet === true });
  const root = options.root === undefined ? join(folder, LAKEHOUSE) : resolve(cwd, options.root);
  const variables = options.var ?? {};
  const prepared: OptionEffect[] = [];
  try {
    progress.note(`Running ${config.name ?? folder}`);
    for (const [name, option] of Object.entries(config.options ?? {})) {
      const value = values[name] ?? option.default;
      prepared.push(await option.prepare(value, { folder, root, cwd, variables }));
    }
    const bindings = Object.assign({}, ...prepared.map((each) => each.bindings), bindingsOf(options.bind)) as Record<
      string,
      string
    >;
    const lakehouse = await Lakehouse.open({
      root,
      project: folder,
      variables,
      bindings,
      ...(options.target === undefined ? {} : { target: options.target }),
      ...(options.memory === undefined ? {} : { memoryLimit: options.memory }),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
    });
    try {
      const stop = lakehouse.observe((event) => progress.event(event));
      const parameters = Object.assign({}, ...prepared.map((each) => each.parameters), options.param) as JsonObject;
      const outcome = await runMain(lakehouse, { parameters, signal, note: (text) => progress.note(text) });
      stop();
      await progress.end();
      if (outcome.status !== "succeeded") {
        throw outcome.error === undefined
          ? new BoathouseError("RUN_FAILED", `The run ended as ${outcome.status}.`)
          : fromRunError(outcome.error);
      }
      await writeReport(lakehouse, { terminal, json: options.json === true, started, folder, root, cwd, signal });
    } finally {
      await lakehouse.close();
    }
  } finally {
    await progress.end();
    for (const each of prepared) await each.close?.();
  }
}

/** The first argument that is neither an option nor an option's value. */
function givenProject(args: readonly string[]): string | undefined {
  const first = runOptions(new Command("run"));
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (arg === "--") return args[index + 1];
    if (!arg.startsWith("-")) return arg;
    if (arg.includes("=") && !first.options.some((each) => each.long === arg || each.short === arg)) continue;
    const option = first.options.find((each) => each.long === arg || each.short === arg);
    // An option that the project declares takes a value.
    const takesValue = option === undefined ? arg !== "--help" && arg !== "-h" : option.required || option.optional;
    if (takesValue) index += 1;
  }
  return undefined;
}

function parse(
  args: readonly string[],
  config: ProjectConfig,
  { terminal }: Effects,
): { readonly options: RunOptions; readonly values: Readonly<Record<string, string>> } {
  const command = runOptions(new Command("boathouse run"))
    .description(`run ${config.name ?? "a project"} from its source to its last table`)
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
  const values: Record<string, string> = {};
  for (const [name] of own) {
    const key = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const value = options[key];
    if (typeof value === "string") values[name] = value;
  }
  return { options, values };
}

function bindingsOf(bind: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries((bind ?? []).map(readBinding));
}
