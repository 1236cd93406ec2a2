import { BoathouseError } from "../core/errors.ts";
import type { HostTableFunction } from "../engine/embedded/environment.ts";
import { EVENT_LOG_SCHEMA, eventLogRow } from "../pipelines/event-log.ts";
import type { PipelineRunner } from "../pipelines/pipeline-runner.ts";
import type { Bundle } from "./bundle.ts";
import { findPipeline, pipelineSpecOf } from "./pipelines.ts";

/** `event_log('<pipeline>')`: by key, name or id. Only the metastore's admin reads it, who runs the pipelines here. */
export function eventLogFunction(options: {
  readonly pipelines: () => Promise<PipelineRunner>;
  readonly bundle: Bundle | undefined;
}): HostTableFunction {
  return async ({ arguments: given, access }) => {
    const [pipeline] = given;
    if (given.length !== 1 || typeof pipeline?.value !== "string") {
      throw new BoathouseError("WRONG_NUM_ARGS", "event_log takes the name of a pipeline.", {
        hint: "For instance: SELECT * FROM event_log('gold')",
      });
    }
    if (!access.isMetastoreAdmin()) {
      throw new BoathouseError("INSUFFICIENT_PERMISSIONS", `${access.user} may not read the log of a pipeline.`, {
        sqlState: "42501",
        hint: `Ask ${access.snapshot.metastore.owner}.`,
      });
    }
    const { events } = await options.pipelines();
    const log = await events.read(pipeline.value);
    const named =
      log.length > 0 ? log : await events.read(pipelineSpecOf(findPipeline(options.bundle, pipeline.value)).id);
    return { schema: EVENT_LOG_SCHEMA, rows: named.map(eventLogRow) };
  };
}
