import type { JsonObject } from "../src/core/json.ts";

export interface BenchmarkOptions {
  /** Of the flagship's sample: 1 is the size of the real files, 72 thousand rows in all. */
  readonly scale: number;
  /** How often each pair of ours and the peer's is measured. */
  readonly pairs: number;
}

/** Compares something of ours with a peer or a limit that is measured in the same run. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  /** Gives what it finds out, line by line. */
  run(options: BenchmarkOptions): AsyncIterable<string>;
}

/** A piece of a benchmark that has a process to itself. What it gives is JSON. */
export type Part = (argument: Readonly<Record<string, string>>) => Promise<JsonObject>;
