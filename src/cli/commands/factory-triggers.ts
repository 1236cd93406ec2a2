import { listTriggers } from "../../factory/triggers/schedules.ts";
import type { Effects } from "../context.ts";
import { openProject, type ProjectOptions } from "../open-project.ts";
import { writeRecords } from "../records.ts";

export async function factoryTriggers(options: ProjectOptions, effects: Effects): Promise<void> {
  const opened = await openProject(options, effects);
  try {
    const factory = await opened.lakehouse.factory();
    const triggers = factory === undefined ? [] : listTriggers(factory, Date.now());
    const records = triggers.map(({ name, type, started, pipelines, next }) => ({
      trigger: name,
      type,
      state: started ? "Started" : "Stopped",
      pipelines: pipelines.join(", "),
      next: next === undefined ? "" : new Date(next).toISOString(),
    }));
    await writeRecords(records, {
      terminal: effects.terminal,
      json: options.json === true,
      empty: "The factory has no triggers.",
    });
  } finally {
    await opened.close();
  }
}
