import { statementOf, type Case } from "./case.ts";
import type { Difference } from "./compare.ts";
import type { Sides } from "./sides.ts";
import { textOf, within, type Tree } from "./tree.ts";

/** Why a difference cannot or should not be mended; undefined when it should. */
export async function explanationOf(
  each: Case,
  statement: Tree,
  difference: Difference,
  sides: Sides,
): Promise<string | undefined> {
  const plain = plainExplanation(difference, textOf(statement));
  if (plain !== undefined) return plain;
  return (await computed(each, statement, difference, sides))
    ? "Whether an operand that fails is computed at all, and which of two first, each engine decides for itself."
    : undefined;
}

/** An explanation that the difference alone gives. */
export function plainExplanation(difference: Difference, text: string): string | undefined {
  return PLAIN.find((rule) => rule.holds(difference, text))?.reason;
}

interface Rule {
  readonly reason: string;
  holds(difference: Difference, text: string): boolean;
}

const PLAIN: readonly Rule[] = [
  {
    reason: "Spark ends in an exception that is none of its conditions: a defect of its own, or any error will do.",
    holds: ({ theirs }) => /^(?:INTERNAL_ERROR|_LEGACY_ERROR_TEMP_|java\.|scala\.|org\.|com\.)/.test(theirs),
  },
  {
    reason: "Both refuse the types or the format of the arguments; which check comes first is Spark's own order.",
    holds: ({ kind, ours, theirs }) =>
      kind === "condition" &&
      ["DATATYPE_MISMATCH.", "INVALID_FORMAT."].some((each) => ours.startsWith(each) && theirs.startsWith(each)),
  },
  {
    reason: "The last digits of moments depend on the order in which rows are added.",
    holds: ({ kind, ours, theirs }, text) => kind === "value" && MOMENTS.test(text) && close(ours, theirs),
  },
  {
    reason: "Of rows that are equal in what is asked for, which one counts depends on their order.",
    holds: ({ kind }, text) => kind === "value" && /\b(?:max_by|min_by)\(/i.test(text),
  },
  {
    reason: "Spark's golden files of 4.1 name a wrong KLL buffer as we do; 4.1.4 has another condition for it.",
    holds: ({ kind, ours, theirs }) =>
      kind === "condition" &&
      /^KLL_SKETCH_(?:INVALID_INPUT|INCOMPATIBLE_MERGE):/.test(ours) &&
      theirs.startsWith("KLL_INVALID_INPUT_SKETCH_BUFFER:"),
  },
  {
    reason: "The order of equally frequent items in DataSketches' table hangs on the order of the rows.",
    holds: ({ kind, ours, theirs }, text) =>
      kind === "value" && /\bapprox_top_k\(/i.test(text) && sameItems(ours, theirs),
  },
  {
    reason: "Both refuse the time and the gap of a window; which of them is checked first is Spark's own order.",
    holds: ({ kind, ours, theirs }, text) =>
      kind === "condition" &&
      /\b(?:session_)?window\(/i.test(text) &&
      [ours, theirs].some((each) => each.startsWith("CANNOT_PARSE_INTERVAL:")),
  },
  {
    reason: "Spark keeps the low bits of a quotient of decimals that BIGINT does not hold; here it is an error.",
    holds: ({ kind, ours }, text) => kind === "refused" && ours.startsWith("CAST_OVERFLOW") && text.includes(" div "),
  },
  {
    reason:
      "A sum that leaves its type on the way and comes back: the total is right here, and an error or NULL in Spark.",
    holds: ({ kind, theirs }, text) =>
      /\b(?:try_)?(?:sum|avg|mean)\(/i.test(text) &&
      ((kind === "value" && theirs.includes("NULL")) || (kind === "accepted" && /OVERFLOW/.test(theirs))),
  },
];

const MOMENTS = /\b(?:regr_\w+|skewness|kurtosis|var\w*|std\w*|corr|covar_\w+)\s*\(/i;

/** The same items with the same counts, in whatever order. */
function sameItems(a: string, b: string): boolean {
  const items = (text: string): string => JSON.stringify((text.match(/\{"item":.*?,"count":\d+\}/g) ?? []).toSorted());
  return items(a) === items(b);
}

/** Equal but for the last digits of numbers. */
function close(a: string, b: string): boolean {
  const number = /-?\d+\.\d+(?:E-?\d+)?/g;
  const rounded = (text: string): string => {
    const [types = "", rows = ""] = text.split(": ");
    const few = rows.replaceAll(number, (digits) => {
      const value = Number(digits);
      return Math.abs(value) < 1e-12 ? "0" : value.toPrecision(9);
    });
    return `${types}: ${few.split(" ; ").toSorted().join(" ; ")}`;
  };
  return rounded(a) === rounded(b);
}

const GUARDS = /\b(?:CASE|if|iff|coalesce|nvl2?|ifnull|AND|OR)\b/i;

/** Expressions that no CASE, COALESCE, AND and the like keeps from being computed. */
function unguarded(tree: Tree): Tree[] {
  return tree.parts.flatMap((part) => {
    if (typeof part === "string") return [];
    const guards = part.parts.some((each) => typeof each === "string" && GUARDS.test(each));
    return [...(part.type === undefined ? [] : [part]), ...(guards ? [] : unguarded(part))];
  });
}

/** Whether a part of the statement fails alike on both sides when it stands alone. */
async function computed(each: Case, statement: Tree, difference: Difference, sides: Sides): Promise<boolean> {
  const { kind, ours, theirs } = difference;
  if (kind !== "accepted" && kind !== "refused" && kind !== "condition") return false;
  const error = (kind === "accepted" ? theirs : ours).split(":")[0] ?? "";
  const whole = textOf(statement);
  const from = whole.startsWith("TABLE u") ? " FROM u" : (/ FROM ([tuv])\b/.exec(whole)?.[0] ?? "");
  const parts = (kind === "refused" ? unguarded(statement) : within(statement))
    .filter((part) => `SELECT ${textOf(part)}${from}` !== textOf(statement))
    .map((part): Tree => ({ parts: ["SELECT ", part, from] }));
  const answers = await sides.answers(
    each,
    parts.map((part) => statementOf({ statement: part, ordered: false })),
  );
  return answers.some(
    ([own, other]) => "error" in own && "error" in other && own.error === error && other.error === error,
  );
}
