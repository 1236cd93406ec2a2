/**
 * `npm run test:spark`: random expressions and queries, run here and by a real Spark; every difference that is not
 * explained is printed as a small statement. `--seed N` repeats a run, `--count N` says how many. Ends with
 * `N passed, N failed, N skipped`.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { examplesOf } from "./calls.ts";
import { caseOf, MODES, statementOf, type Case } from "./case.ts";
import type { Difference, Kind } from "./compare.ts";
import { explanationOf, plainExplanation } from "./explained.ts";
import { shrink } from "./shrink.ts";
import { Sides } from "./sides.ts";
import { installSpark, startSpark } from "./spark.ts";
import { textOf } from "./tree.ts";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const BATCH = 100;

const GRAVITY: readonly Kind[] = ["value", "accepted", "crash", "refused", "type", "name", "condition"];

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "2500" },
    kind: { type: "string" },
  },
});
const seed = Number(values.seed);
const count = Number(values.count);

const python = await installSpark(join(REPOSITORY, ".peers"));
if (python === undefined) {
  console.log("There is no python3 or no java here, which Spark needs.\n0 passed, 0 failed, 1 skipped");
} else {
  const spark = startSpark(python);
  const sides = new Sides(spark);
  try {
    console.log(`${count} cases, --seed ${seed}`);
    const session = await sides.session(MODES[0] ?? { ansi: true, timeZone: "UTC" });
    const examples = examplesOf(await spark.examples(), (query) => {
      try {
        parseStatement(query);
        return session.schemaOf(query)?.fields[0]?.type;
      } catch {
        return undefined;
      }
    });
    const found: { readonly each: Case; readonly difference: Difference }[] = [];
    const counts = new Map<Kind | "passed", number>();
    for (let start = 0; start < count; start += BATCH) {
      const mode = MODES[(start / BATCH) % MODES.length] ?? { ansi: true, timeZone: "UTC" };
      const cases = Array.from({ length: Math.min(BATCH, count - start) }, (_, index) =>
        caseOf(seed, start + index, mode, examples),
      );
      const differences = await sides.compare(mode, cases.map(statementOf));
      for (const [index, difference] of differences.entries()) {
        counts.set(difference?.kind ?? "passed", (counts.get(difference?.kind ?? "passed") ?? 0) + 1);
        const each = cases[index];
        if (difference === undefined || each === undefined || difference.kind === "unsupported") continue;
        if (difference.kind !== "nullable" || values.kind === "nullable") found.push({ each, difference });
      }
    }
    found.sort((a, b) => GRAVITY.indexOf(a.difference.kind) - GRAVITY.indexOf(b.difference.kind));
    const printed = new Set<string>();
    const explained = new Map<string, number>();
    let failed = 0;
    for (const { each, difference } of found.filter(
      (one) => values.kind === undefined || one.difference.kind === values.kind,
    )) {
      const plain = plainExplanation(difference, textOf(each.statement));
      const small =
        plain === undefined ? await shrink(each, difference, sides) : { statement: each.statement, difference };
      const reason = plain ?? (await explanationOf(each, small.statement, small.difference, sides));
      if (reason !== undefined) {
        explained.set(reason, (explained.get(reason) ?? 0) + 1);
        continue;
      }
      failed += 1;
      const text = textOf(small.statement);
      if (printed.has(text)) continue;
      printed.add(text);
      console.log(`\n${small.difference.kind}  (${each.ansi ? "ANSI" : "not ANSI"}, ${each.timeZone})\n  ${text};`);
      console.log(`  ours  ${small.difference.ours.slice(0, 500)}\n  Spark ${small.difference.theirs.slice(0, 500)}`);
    }
    console.log(`\n${[...counts].map(([kind, many]) => `${many} ${kind}`).join(", ")}`);
    for (const [reason, many] of explained) console.log(`${many} explained: ${reason}`);
    const passed = (counts.get("passed") ?? 0) + (counts.get("nullable") ?? 0);
    const skipped = (counts.get("unsupported") ?? 0) + found.length - failed;
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await sides.close();
    await spark.close();
  }
}
