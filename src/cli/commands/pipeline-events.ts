import { eventLogRow } from "../../pipelines/event-log.ts";
import { findPipeline, pipelineSpecOf } from "../../project/pipelines.ts";
import type { Effects } from "../context.ts";
import { openProject, type ProjectOptions } from "../open-project.ts";
import { writeRecords } from "../records.ts";

export async function pipelineEvents(
  name: string,
  options: ProjectOptions & { readonly update?: string },
  effects: Effects,
): Promise<void> {
  const opened = await openProject(options, effects);
  try {
    const { lakehouse } = opened;
    const { id } = pipelineSpecOf(findPipeline(lakehouse.project?.bundle, name));
    const { events } = await lakehouse.pipelines();
    const update = options.update ?? (await events.latestUpdate(id));
    const log = await events.read(id, update === "all" ? undefined : update);
    const records = log.map(({ at, level, type, message }) => ({
      time: new Date(at).toISOString(),
      level,
      event: type,
      message,
    }));
    await writeRecords(records, {
      terminal: effects.terminal,
      json: options.json === true,
      machine: log.map(eventLogRow),
      empty: `The pipeline ${name} has not run yet. Run it: boathouse pipeline run ${name}`,
    });
  } finally {
    await opened.close();
  }
}
