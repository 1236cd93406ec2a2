import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { isJsonObject } from "../src/core/json.ts";
import { installDeltaRs } from "../tests/peers/delta-rs.ts";
import { installDeltaSpark } from "../tests/peers/delta-spark.ts";
import { numberOf } from "./measure.ts";

const FOLDER = resolve(import.meta.dirname, "../.peers");

/** What a change of a table took. */
export interface MeasuredChange {
  /** Of the change alone, not of the process's start. */
  readonly seconds: number;
  /** Bytes: the most that the process, and those it started, held. */
  readonly peakMemory: number;
}

/** Another implementation of Delta, a process for each change. */
export interface DeltaPeer {
  readonly name: string;
  /** Does it write deletion vectors? */
  readonly vectors: boolean;
  run(work: "upsert" | "optimize", table: string, rows: string): Promise<MeasuredChange>;
}

/** Those that can be installed on this machine. */
export async function deltaPeers(): Promise<readonly DeltaPeer[]> {
  const peers: DeltaPeer[] = [];
  const python = await installDeltaRs(FOLDER);
  if (python !== undefined) {
    const run: DeltaPeer["run"] = (...given) => measured(python, [PEER, "delta-rs", ...given]);
    peers.push({ name: "delta-rs", vectors: false, run });
  }
  const spark = await installDeltaSpark(FOLDER);
  if (spark !== undefined) {
    const run: DeltaPeer["run"] = (...given) => measured(spark.python, [PEER, "spark", ...given, spark.jars]);
    peers.push({ name: "delta-spark", vectors: true, run });
  }
  return peers;
}

/** Ours in a process for each change as well, as it is built. */
export function changeOurs(work: "upsert" | "optimize", table: string, rows: string): Promise<MeasuredChange> {
  return measured(process.execPath, [join(import.meta.dirname, "own_delta.js"), work, table, rows]);
}

const PEER = join(import.meta.dirname, "peer_delta.py");

async function measured(program: string, args: readonly string[]): Promise<MeasuredChange> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [answer, said]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => answer.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((settle, fail) => {
    child.once("error", fail);
    child.once("close", settle);
  });
  if (code !== 0)
    throw new Error(`${args.slice(0, 2).join(" ")} ended with ${code}: ${Buffer.concat(said).toString().slice(-2000)}`);
  const report: unknown = JSON.parse(Buffer.concat(answer).toString());
  if (!isJsonObject(report)) throw new Error(`${args.slice(0, 2).join(" ")} reported nothing.`);
  return { seconds: numberOf(report, "seconds"), peakMemory: numberOf(report, "peakMemory") };
}
