import { aCall, type Example } from "./calls.ts";
import { anExpression, type Maker } from "./expressions.ts";
import { aQuery } from "./queries.ts";
import { Random } from "./random.ts";
import type { Mode, Statement } from "./sides.ts";
import { columnOf } from "./table.ts";
import { piece, textOf, type Tree } from "./tree.ts";
import { ATOMIC, TYPES } from "./values.ts";

export interface Case extends Mode {
  readonly statement: Tree;
  readonly ordered: boolean;
}

export const MODES: readonly Mode[] = [
  { ansi: true, timeZone: "America/Los_Angeles" },
  { ansi: false, timeZone: "America/Los_Angeles" },
  { ansi: true, timeZone: "UTC" },
  { ansi: true, timeZone: "Asia/Kolkata" },
];

/** The case of this number; the same for the same seed. */
export function caseOf(seed: number, index: number, mode: Mode, examples: readonly Example[]): Case {
  const random = new Random(seed * 1_000_003 + index);
  if (random.chance(0.25)) return { ...mode, ...aQuery(random) };
  const rows = random.chance(0.5);
  const maker: Maker = { random, column: rows ? columnOf : () => undefined };
  const from = rows ? " FROM t" : "";
  if (random.chance(0.5)) {
    const example = random.pick(examples);
    if (example.kind === "scalar") return { ...mode, ...select(aCall(maker, example), from) };
    return { ...mode, ...overRows(maker, example) };
  }
  const type = random.pick(random.chance(0.7) ? ATOMIC : TYPES);
  return { ...mode, ...select(anExpression(maker, type, 3), from) };
}

function select(tree: Tree, from: string): { readonly statement: Tree; readonly ordered: boolean } {
  return { statement: piece("SELECT ", tree, from), ordered: false };
}

/** An aggregate or a window function. */
function overRows(maker: Maker, example: Example): { readonly statement: Tree; readonly ordered: boolean } {
  const { random } = maker;
  const call = aCall({ random, column: columnOf }, example);
  const windowed = example.kind === "window" || random.chance(0.2);
  const filter = example.kind === "aggregate" && !windowed && random.chance(0.15) ? " FILTER (WHERE id > 2)" : "";
  const already = / OVER\s*\(/i.test(textOf(call));
  const over = windowed && !already ? ` OVER (${random.pick(["", "PARTITION BY id % 2 "])}ORDER BY id)` : "";
  const group = over === "" && !already && random.chance(0.3) ? " GROUP BY id % 3" : "";
  const values = { ...call, parts: [...call.parts, filter + over] };
  return { statement: piece("SELECT ", values, " FROM t", group), ordered: false };
}

export function statementOf(each: { readonly statement: Tree; readonly ordered: boolean }): Statement {
  const text = textOf(each.statement);
  const { parts } = each.statement;
  const alone = parts[0] === "SELECT " && (parts.length === 2 || (parts.length === 3 && parts[2] === ""));
  return { text, ordered: each.ordered, forSpark: alone ? `${text} FROM VALUES (0)` : text };
}
