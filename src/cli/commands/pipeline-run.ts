import { isFlowResult } from "../../pipelines/pipeline-runner.ts";
import type { Effects } from "../context.ts";
import { writeRecords } from "../records.ts";
import { refreshRequest, type RefreshOptions } from "../refresh-options.ts";
import { followRun, type RunCommandOptions } from "../run-command.ts";

export async function pipelineRun(
  name: string,
  options: RunCommandOptions & RefreshOptions,
  effects: Effects,
): Promise<void> {
  const { terminal, signal } = effects;
  await followRun(
    options,
    effects,
    (lakehouse) => lakehouse.runPipeline(name, refreshRequest(options), { signal }),
    async (outcome) => {
      const records = [...outcome.state.nodes.values()].map(({ address, status, output }) => {
        const result = isFlowResult(output) ? output : undefined;
        const failed = result?.expectations.reduce((sum, each) => sum + each.failed, 0);
        return {
          flow: address,
          dataset: result?.dataset ?? "",
          status: result?.upToDate === true ? "up to date" : status,
          rows: result?.rows ?? 0,
          dropped: result?.droppedRows ?? 0,
          "failed expectations": failed ?? 0,
          version: result?.version ?? "",
        };
      });
      const machine = records.map((each) => ({ type: "pipeline.flow", ...each }));
      await writeRecords(records, { terminal, json: options.json === true, machine });
    },
  );
}
