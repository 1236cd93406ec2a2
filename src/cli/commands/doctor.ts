import { Exit, type Effects } from "../context.ts";
import { CHECKS, type CheckResult } from "../checks.ts";
import type { ProjectOptions } from "../open-project.ts";
import { write } from "../terminal.ts";

const MARKS = { ok: ["✓", "green"], warning: ["!", "yellow"], failed: ["✗", "red"] } as const;

/** Exit code 1 when something failed. */
export async function doctor(options: ProjectOptions, effects: Effects): Promise<void> {
  const { terminal } = effects;
  let failed = 0;
  for (const check of CHECKS) {
    const result = await check(options, effects);
    if (result.status === "failed") failed += 1;
    await show(result, options.json === true, effects);
  }
  if (options.json !== true) {
    const text = failed === 0 ? "Everything is in order." : `${failed} check${failed === 1 ? "" : "s"} failed.`;
    await write(terminal.err, `\n${text}\n`);
  }
  if (failed > 0) throw new Exit(1);
}

async function show(result: CheckResult, json: boolean, { terminal }: Effects): Promise<void> {
  if (json) {
    await write(terminal.out, `${JSON.stringify({ type: "check", ...result })}\n`);
    return;
  }
  const [mark, colour] = MARKS[result.status];
  const fix = result.fix === undefined ? "" : `\n    → ${result.fix}`;
  await write(terminal.out, `${terminal.style(colour, mark)} ${result.name}: ${result.detail}${fix}\n`);
}
