import { spawn } from "node:child_process";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../src/core/json.ts";

/** What a process of its own took, as seen from outside, and what it said of itself. */
export interface ProcessRun {
  /** Seconds from its start to its end. */
  readonly seconds: number;
  /** Seconds of all cores: what does not depend on what else the machine does. */
  readonly cpu: number;
  /** Bytes: the most that it held in memory. */
  readonly peakMemory: number;
  readonly report: JsonObject;
}

/** Runs a part of the benchmarks in a process of its own. */
export async function inProcess(part: string, argument: Readonly<Record<string, string>>): Promise<ProcessRun> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(import.meta.dirname, "run.ts"), "--part", part, JSON.stringify(argument)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`The part ${part} ended with the exit code ${code}.`);
  const report = JSON.parse(Buffer.concat(chunks).toString("utf8").trim().split("\n").at(-1) ?? "") as Json;
  if (!isJsonObject(report)) throw new Error(`The part ${part} reported nothing.`);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, cpu: numberOf(report, "cpu"), peakMemory: numberOf(report, "peakMemory"), report };
}

/** Runs pairs in turn, so that both sides meet the same machine; gives what each side measured. */
export async function inTurn<A, B>(
  pairs: number,
  ours: () => Promise<A>,
  theirs: () => Promise<B>,
): Promise<{ readonly ours: A[]; readonly theirs: B[] }> {
  const measured: { ours: A[]; theirs: B[] } = { ours: [], theirs: [] };
  for (let pair = 0; pair < pairs; pair += 1) {
    measured.ours.push(await ours());
    measured.theirs.push(await theirs());
  }
  return measured;
}

/** Seconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  const high = sorted[Math.floor(middle)] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}

export function numberOf(report: JsonObject, name: string): number {
  const value = report[name];
  if (typeof value !== "number") throw new Error(`The report has no number "${name}".`);
  return value;
}

/** A table's line: what was compared, ours, the peer's, and the ratio of the medians. */
export function ratioLine(what: string, ours: readonly number[], theirs: readonly number[], unit: Unit): string {
  const [own, peer] = [median(ours), median(theirs)];
  return `  ${what.padEnd(38)} ${format(own, unit).padStart(10)} ${format(peer, unit).padStart(10)}   ratio ${(own / peer).toFixed(2)}`;
}

export function valueLine(what: string, value: number, unit: Unit): string {
  return `  ${what.padEnd(38)} ${format(value, unit).padStart(10)}`;
}

export type Unit = "seconds" | "bytes";

function format(value: number, unit: Unit): string {
  if (unit === "bytes") return `${(value / 2 ** 20).toFixed(0)} MiB`;
  return value < 1 ? `${(value * 1000).toFixed(value < 0.01 ? 2 : 0)} ms` : `${value.toFixed(2)} s`;
}
