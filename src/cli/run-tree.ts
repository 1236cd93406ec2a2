import { isJsonObject, type Json } from "../core/json.ts";
import type { ShownEvent } from "../project/run-event.ts";
import type { Terminal } from "./terminal.ts";

/** A node or run that has ended, for one line of output. */
export interface EndedNode {
  /** From the outermost run to the node: `pl_orders › RunJob › silver`. */
  readonly path: readonly string[];
  readonly status: "succeeded" | "failed" | "skipped" | "cancelled" | "retrying";
  /** Milliseconds. */
  readonly duration: number | undefined;
  readonly detail: string;
}

interface RunningNode {
  readonly run: string;
  readonly node: string;
  readonly since: number;
  detail: string;
}

/** What is running now and how runs hang together, from their events. */
export class RunTree {
  readonly #runs = new Map<string, { readonly name: string; readonly parent: ShownEvent["parent"] }>();
  readonly #running = new Map<string, RunningNode>();

  /** What is worth a line of its own: ends, failures and retries. */
  apply(event: ShownEvent): EndedNode | undefined {
    const { run, name, parent, type } = event;
    if (!this.#runs.has(run)) this.#runs.set(run, { name, parent });
    const node = typeof event["node"] === "string" ? event["node"] : "";
    const key = `${run}/${node}`;
    const at = Date.parse(event.time);
    switch (type) {
      case "node.started":
        this.#running.set(key, { run, node, since: at, detail: "" });
        return undefined;
      case "node.progress": {
        const running = this.#running.get(key);
        if (running !== undefined) running.detail = countsText(event["progress"]);
        return undefined;
      }
      case "node.succeeded":
        return this.#ended(event, key, at, "succeeded", countsText(event["output"]));
      case "node.failed":
        return this.#ended(event, key, at, "failed", messageText(event["error"]));
      case "node.retrying":
        return this.#ended(event, key, at, "retrying", `${messageText(event["error"])}${dueText(event["due"], at)}`);
      case "node.skipped":
        return this.#ended(event, key, at, "skipped", text(event["reason"]));
      case "node.cancelled":
        return this.#ended(event, key, at, "cancelled", "");
      case "run.finished":
        for (const each of this.#running.keys()) if (each.startsWith(`${run}/`)) this.#running.delete(each);
        return undefined;
      default:
        return undefined;
    }
  }

  /** What is running, as lines; containers and activities that only wait for another run are left out. */
  running(now: number, style: Terminal["style"]): string[] {
    const waiting = new Set<string>();
    for (const { parent } of this.#runs.values()) if (parent !== null) waiting.add(`${parent.run}/${parent.node}`);
    const all = [...this.#running.entries()];
    const isContainer = (each: RunningNode): boolean =>
      all.some(([, other]) => other.run === each.run && other.node.startsWith(`${each.node}[`));
    const frame = SPINNER[Math.floor(now / 100) % SPINNER.length] ?? "";
    return all
      .filter(([key, each]) => !waiting.has(key) && !isContainer(each))
      .map(([, each]) => {
        const detail = each.detail === "" ? "" : `  ${each.detail}`;
        const time = style("dim", durationText(now - each.since));
        return `  ${style("cyan", frame)} ${this.#path(each.run, each.node).join(" › ")}  ${time}${detail}`;
      });
  }

  #ended(event: ShownEvent, key: string, at: number, status: EndedNode["status"], detail: string): EndedNode {
    const since = this.#running.get(key)?.since;
    this.#running.delete(key);
    const path = this.#path(event.run, text(event["node"]));
    return { path, status, duration: since === undefined ? undefined : at - since, detail };
  }

  #path(run: string, node: string): string[] {
    const own = this.#runs.get(run);
    if (own === undefined) return [nodeText(node)];
    const before = own.parent === null ? [own.name] : this.#path(own.parent.run, own.parent.node);
    return node === "" ? before : [...before, nodeText(node)];
  }
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

const MARKS = {
  succeeded: ["✓", "green"],
  failed: ["✗", "red"],
  skipped: ["–", "dim"],
  cancelled: ["■", "yellow"],
  retrying: ["↻", "yellow"],
} as const;

/** `  ✓ pl_orders › RunJob › silver  0.31 s  1,200 rows`. */
export function lineOf({ path, status, duration, detail }: EndedNode, style: Terminal["style"]): string {
  const [mark, colour] = MARKS[status];
  const time = duration === undefined ? "" : `  ${style("dim", durationText(duration))}`;
  const name = path.join(" › ");
  const rest = detail === "" ? "" : `  ${status === "succeeded" ? detail : style(colour, detail)}`;
  return `  ${style(colour, mark)} ${status === "skipped" ? style("dim", name) : name}${time}${rest}`;
}

/** `0.3 s`, `12.4 s`, `3 min 05 s`. */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** `Each[3]/Copy` → `Each[3] › Copy`; escapes of addresses are undone. */
function nodeText(address: string): string {
  return address
    .split("/")
    .map((part) => part.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
    .join(" › ");
}

/** Rows that an output or a progress speaks of. */
function countsText(value: Json | undefined): string {
  if (!isJsonObject(value)) return "";
  const count = (...names: readonly string[]): number | undefined =>
    names.map((name) => value[name]).find((each) => typeof each === "number");
  if (value["upToDate"] === true) return "up to date";
  const parts: string[] = [];
  const rows = count("rows", "rowsCopied");
  const dropped = count("droppedRows", "rowsSkipped");
  if (rows !== undefined) parts.push(`${rows.toLocaleString("en-US")} rows`);
  if (dropped !== undefined && dropped > 0) parts.push(`${dropped.toLocaleString("en-US")} dropped`);
  return parts.join(", ");
}

function messageText(error: Json | undefined): string {
  return isJsonObject(error) ? text(error["message"]) : "";
}

function dueText(due: Json | undefined, now: number): string {
  return typeof due === "number" && due > now ? ` Again in ${durationText(due - now)}.` : "";
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
