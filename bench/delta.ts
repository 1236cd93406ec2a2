import { deltaLog } from "./delta-log.ts";
import { deltaRows } from "./delta-rows.ts";
import type { Benchmark, BenchmarkOptions } from "./benchmark.ts";

/** A group of measurements of Delta tables; one file a group (`delta-….ts`). */
export interface DeltaPart {
  run(options: BenchmarkOptions): AsyncIterable<string>;
}

/** A group more is a file more and an entry here. Rows come last: after them the process holds memory in many pieces. */
const PARTS: readonly DeltaPart[] = [deltaLog, deltaRows];

export const delta: Benchmark = {
  name: "delta",
  description: "Delta tables; the peer is DuckDB on the same files, or what a line names",
  async *run(options) {
    for (const part of PARTS) yield* part.run(options);
  },
};
