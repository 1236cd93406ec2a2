import { BoathouseError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { pipelineRunOf } from "../../factory/run-pipeline.ts";
import type { Effects } from "../context.ts";
import { writeRecords } from "../records.ts";
import { followRun, type RunCommandOptions } from "../run-command.ts";
import { durationText } from "../run-tree.ts";

interface FactoryRunOptions extends RunCommandOptions {
  readonly param?: Readonly<Record<string, string>>;
  readonly mock?: Readonly<Record<string, string>>;
}

export async function factoryRun(pipeline: string, options: FactoryRunOptions, effects: Effects): Promise<void> {
  const mocks = mocksOf(options.mock ?? {});
  await followRun(
    options,
    effects,
    (lakehouse) =>
      lakehouse.runFactoryPipeline(pipeline, { parameters: options.param ?? {}, mocks, signal: effects.signal }),
    async (outcome) => {
      const run = pipelineRunOf(outcome);
      const rows = run.activities.map(({ path, status, start, end, error }) => ({
        activity: path,
        status,
        duration: start === undefined || end === undefined ? "" : durationText(end - start),
        error: error?.["message"] ?? "",
      }));
      const machine = { type: "factory.run", ...run } as unknown as Json;
      await writeRecords(rows, { terminal: effects.terminal, json: options.json === true, machine: [machine] });
    },
  );
}

function mocksOf(given: Readonly<Record<string, string>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      try {
        return [name, JSON.parse(text) as Json];
      } catch (error) {
        throw new BoathouseError("MOCK_INVALID", `The output for "${name}" is not JSON: ${text}`, {
          kind: "usage",
          cause: error,
          hint: `For instance: --mock '${name}={"rows": 1}'`,
        });
      }
    }),
  );
}
