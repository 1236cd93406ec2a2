import { nameOf } from "../../pipelines/dataset.ts";
import type { Effects } from "../context.ts";
import { openProject, type ProjectOptions } from "../open-project.ts";
import { writeRecords } from "../records.ts";
import { refreshRequest, type RefreshOptions } from "../refresh-options.ts";

export async function pipelinePlan(
  name: string,
  options: ProjectOptions & RefreshOptions,
  effects: Effects,
): Promise<void> {
  const opened = await openProject(options, effects);
  try {
    const { plan } = await opened.lakehouse.planPipeline(name, refreshRequest(options));
    const records = plan.flows.map(({ flow, dataset, full, after, reason }, index) => ({
      step: index + 1,
      dataset: nameOf(dataset.name),
      kind: dataset.kind.replaceAll("_", " "),
      flow: flow.name,
      refresh: full ? "full" : "incremental",
      after: after.map((each) => nameOf(each.name)).join(", "),
      why: reason,
    }));
    await writeRecords(records, { terminal: effects.terminal, json: options.json === true });
  } finally {
    await opened.close();
  }
}
