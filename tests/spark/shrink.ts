import { statementOf, type Case } from "./case.ts";
import type { Difference } from "./compare.ts";
import type { Sides } from "./sides.ts";
import { sizeOf, smaller, textOf, withRow, type Tree } from "./tree.ts";

const ROUNDS = 14;
const TRIES = 24;
const ROWS = 8;

/** The smallest statement found that differs in the same way. */
export async function shrink(
  each: Case,
  difference: Difference,
  sides: Sides,
): Promise<{ readonly statement: Tree; readonly difference: Difference }> {
  let best = { statement: each.statement, difference };
  for (let round = 0; round < ROUNDS; round += 1) {
    const seen = new Set([textOf(best.statement)]);
    const candidates = [...rowsOf(best.statement), ...smaller(best.statement)].filter((tree) => {
      const text = textOf(tree);
      return !seen.has(text) && seen.add(text) && (sizeOf(tree) < sizeOf(best.statement) || !text.includes("c_"));
    });
    const next = await firstOf(each, candidates.slice(0, TRIES), best.difference, sides);
    if (next === undefined) return best;
    best = next;
  }
  return best;
}

async function firstOf(
  each: Case,
  candidates: readonly Tree[],
  { kind }: Difference,
  sides: Sides,
): Promise<{ readonly statement: Tree; readonly difference: Difference } | undefined> {
  const found = await sides.compare(
    each,
    candidates.map((statement) => statementOf({ statement, ordered: each.ordered })),
  );
  const index = found.findIndex((one) => one?.kind === kind);
  const [statement, difference] = [candidates[index], found[index]];
  return statement === undefined || difference === undefined ? undefined : { statement, difference };
}

/** The statement for one row of the table alone. */
function rowsOf(statement: Tree): Tree[] {
  if (statement.parts.length !== 3 || statement.parts.at(-1) !== " FROM t") return [];
  return Array.from({ length: ROWS }, (_, row) => withRow({ ...statement, parts: statement.parts.slice(0, 2) }, row));
}
