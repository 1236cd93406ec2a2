import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { CaseResult, Suite } from "./suite.ts";

/**
 * Runs a conformance suite: `npm run conformance -- <factory|sql|delta> [--data DIR] [--filter REGEX] [--json] [--verbose]
 * [--update] [--azure]`. Exit code 0 when nothing on the committed pass-list fell, 1 when something did, 2 for wrong usage.
 */
const SUITES = ["factory", "sql", "delta"];
const USAGE = `usage: npm run conformance -- <${SUITES.join("|")}> [--data DIR] [--filter REGEX] [--json] [--verbose] [--update] [--azure]`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  const { name, data, filter, json, verbose, update, azure } = options;
  if (!existsSync(data)) {
    console.log(`No conformance data at ${data}: nothing to run.`);
    console.log("0 passed, 0 failed, 0 skipped");
    return 0;
  }
  const { suite } = (await import(`./${name}.ts`)) as { suite: Suite };
  const wanted = (id: string): boolean => filter === undefined || filter.test(id);
  const results: CaseResult[] = [];
  for await (const result of suite.run({ data, wanted, azure })) {
    if (!wanted(result.id)) continue;
    results.push(result);
    if (json) console.log(JSON.stringify(result));
    else if (verbose && result.outcome !== "passed") console.log(lineOf(result));
  }
  const listFile = join(import.meta.dirname, "pass", `${name}.txt`);
  const listed = readList(listFile);
  const fell = results.filter((result) => result.outcome !== "passed" && listed.has(result.id));
  if (json) console.log(JSON.stringify({ suite: name, groups: summary(results), fell: fell.map(({ id }) => id) }));
  else report(results, fell);
  if (update) {
    const passed = results.filter(({ outcome }) => outcome === "passed").map(({ id }) => id);
    const grown = [...new Set([...listed, ...passed])].sort();
    writeFileSync(listFile, grown.map((id) => `${id}\n`).join(""));
  }
  const count = (test: (result: CaseResult) => boolean): number => results.filter(test).length;
  const passed = count(({ outcome }) => outcome === "passed");
  const skipped = count(({ outcome }) => outcome === "skipped");
  console.log(`${passed} passed, ${results.length - passed - skipped} failed, ${skipped} skipped`);
  return fell.length === 0 ? 0 : 1;
}

interface Options {
  readonly name: string;
  readonly data: string;
  readonly filter: RegExp | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly update: boolean;
  readonly azure: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        data: { type: "string" },
        filter: { type: "string" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        update: { type: "boolean", default: false },
        azure: { type: "boolean", default: false },
      },
    });
    const [name = "", ...rest] = positionals;
    if (values.azure && name !== "delta") throw new Error("--azure is for the suite delta");
    if (!SUITES.includes(name) || rest.length > 0) throw new Error(`no suite "${positionals.join(" ")}"`);
    const root = resolve(import.meta.dirname, "../..");
    const folder = values.data === undefined ? resolve(root, "../shared/conformance") : resolve(values.data);
    return {
      name,
      data: join(folder, name),
      filter: values.filter === undefined ? undefined : new RegExp(values.filter),
      json: values.json,
      verbose: values.verbose,
      update: values.update,
      azure: values.azure,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return undefined;
  }
}

function readList(file: string): Set<string> {
  if (!existsSync(file)) return new Set();
  return new Set(
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  );
}

interface GroupSummary {
  readonly outcomes: Record<string, number>;
  readonly checks: Record<string, { right: number; of: number }>;
  total: number;
}

function summary(results: readonly CaseResult[]): Record<string, GroupSummary> {
  const groups: Record<string, GroupSummary> = {};
  for (const result of results) {
    const group = (groups[result.group] ??= { outcomes: {}, checks: {}, total: 0 });
    group.total += 1;
    group.outcomes[result.outcome] = (group.outcomes[result.outcome] ?? 0) + 1;
    for (const [check, right] of Object.entries(result.checks ?? {})) {
      const counter = (group.checks[check] ??= { right: 0, of: 0 });
      counter.of += 1;
      if (right) counter.right += 1;
    }
  }
  return groups;
}

function report(results: readonly CaseResult[], fell: readonly CaseResult[]): void {
  for (const [group, { outcomes, checks, total }] of Object.entries(summary(results))) {
    const skipped = outcomes["skipped"] ?? 0;
    const passed = outcomes["passed"] ?? 0;
    const others = Object.entries(outcomes).filter(([outcome]) => outcome !== "passed" && outcome !== "skipped");
    const parts = [
      `${passed}/${total - skipped} passed (${percent(passed, total - skipped)})`,
      ...others.map(([outcome, count]) => `${count} ${outcome}`),
      ...(skipped === 0 ? [] : [`${skipped} skipped`]),
      ...Object.entries(checks).map(([check, { right, of }]) => `${check}s ${percent(right, of)}`),
    ];
    console.log(`${group}: ${parts.join(", ")}`);
  }
  for (const result of fell) console.log(`FELL ${lineOf(result)}`);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)}%`;
}

function lineOf(result: CaseResult): string {
  const detail = result.detail === undefined ? "" : `\n    ${result.detail.replaceAll("\n", "\n    ")}`;
  return `${result.outcome} ${result.id}${detail}`;
}
