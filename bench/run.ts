/** `npm run bench [-- names] [--scale N] [--pairs N]`: what things cost, as ratios to a peer measured in the same run. */
import { availableParallelism, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Benchmark, Part } from "./benchmark.ts";
import { sqlAnalysis } from "./analysis.ts";
import { startup } from "./commands.ts";
import { csv } from "./data.ts";
import { delta } from "./delta.ts";
import { lakehouse, lakehouseParts } from "./lakehouse.ts";
import { tpch } from "./tpch.ts";

const BENCHMARKS: readonly Benchmark[] = [lakehouse, csv, delta, sqlAnalysis, tpch, startup];
/** What runs in a process of its own, for its time and its memory. */
const PARTS: Readonly<Record<string, Part>> = lakehouseParts;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: "string", default: "10" },
    pairs: { type: "string", default: "3" },
    part: { type: "string" },
  },
});

if (values.part === undefined) await runAll(positionals);
else await runPart(values.part, JSON.parse(positionals[0] ?? "{}") as Record<string, string>);

async function runAll(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => BENCHMARKS.every((each) => each.name !== name));
  const [scale, pairs] = [Number(values.scale), Number(values.pairs)];
  if (unknown.length > 0 || !(scale > 0) || !(pairs >= 1)) {
    console.error(
      `Usage: npm run bench [-- ${BENCHMARKS.map((each) => each.name).join(" | ")}] [--scale N] [--pairs N]`,
    );
    process.exitCode = 2;
    return;
  }
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  );
  for (const benchmark of BENCHMARKS) {
    if (names.length > 0 && !names.includes(benchmark.name)) continue;
    console.log(`\n${benchmark.name}: ${benchmark.description}`);
    for await (const line of benchmark.run({ scale, pairs })) console.log(line);
  }
}

async function runPart(name: string, argument: Readonly<Record<string, string>>): Promise<void> {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`There is no part ${name}.`);
  const report = await part(argument);
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log(JSON.stringify({ ...report, peakMemory: maxRSS * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 }));
}
