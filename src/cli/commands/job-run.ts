import type { Effects } from "../context.ts";
import { writeTasks } from "../job-tasks.ts";
import { followRun, type RunCommandOptions } from "../run-command.ts";

export async function jobRun(
  name: string,
  options: RunCommandOptions & { readonly param?: Readonly<Record<string, string>> },
  effects: Effects,
): Promise<void> {
  const { signal } = effects;
  await followRun(
    options,
    effects,
    (lakehouse) => lakehouse.runJob(name, { parameters: options.param ?? {}, signal }),
    (outcome) => writeTasks(outcome, effects.terminal, options.json === true),
  );
}
