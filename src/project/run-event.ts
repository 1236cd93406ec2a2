import type { Json, JsonObject } from "../core/json.ts";
import type { RunEvent } from "../runs/event.ts";
import type { RunRecord } from "../runs/run-log.ts";

/**
 * One thing that happened in a run, as `--json` prints it, the progress display reads it and the workspace shows it:
 * the run kernel's event and whose it is. Runs of factories (`factory`), jobs (`job`) and pipelines (`pipeline`) have the
 * same events; `parent` says which node of which run started this one.
 */
export interface ShownEvent extends JsonObject {
  /** `run.started`, `node.progress`, `node.succeeded`…: the kernel's word. */
  readonly type: RunEvent["type"];
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly run: string;
  readonly kind: string;
  /** The name of the factory pipeline, the job or the pipeline. */
  readonly name: string;
  readonly parent: ShownParent | null;
  /** The number of the event in its run. */
  readonly sequence: number;
  /** Further fields of the event, such as `node`, `status`, `output`, `error`, `progress`, `reason`; a note's name is `note`. */
  readonly [field: string]: Json;
}

export interface ShownParent extends JsonObject {
  readonly run: string;
  readonly node: string;
}

export function shownEvent(event: RunEvent, run: RunRecord): ShownEvent {
  const { type, at, sequence, ...rest } = event;
  // Events are what the log keeps as JSON; going through it drops what is undefined.
  const { name: note, ...fields } = JSON.parse(JSON.stringify(rest)) as JsonObject;
  return {
    type,
    time: new Date(at).toISOString(),
    run: run.id,
    kind: run.kind,
    name: run.name,
    parent: run.parent === undefined ? null : { run: run.parent.runId, node: run.parent.node },
    sequence,
    ...(note === undefined ? {} : { note }),
    ...fields,
  };
}
