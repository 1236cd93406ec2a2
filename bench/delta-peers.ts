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
    const run: DeltaPeer["run"] = (...given) => measured(python, ["delta-rs", ...given]);
    peers.push({ name: "delta-rs", vectors: false, run });
  }
  const spark = await installDeltaSpark(FOLDER);
  if (spark !== undefined) {
    const run: DeltaPeer["run"] = (...given) => measured(spark.python, ["spark", ...given, spark.jars]);
    peers.push({ name: "delta-spark", vectors: true, run });
  }
  return peers;
}

async function measured(python: string, args: readonly string[]): Promise<MeasuredChange> {
  const child = spawn(python, [join(import.meta.dirname, "peer_delta.py"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [answer, said]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => answer.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((settle, fail) => {
    child.once("error", fail);
    child.once("close", settle);
  });
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${Buffer.concat(said).toString().slice(-2000)}`);
  const report: unknown = JSON.parse(Buffer.concat(answer).toString());
  if (!isJsonObject(report)) throw new Error(`${args[0]} reported nothing.`);
  return { seconds: numberOf(report, "seconds"), peakMemory: numberOf(report, "peakMemory") };
}
