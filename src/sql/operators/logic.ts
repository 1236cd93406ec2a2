import { BOOLEAN, INT } from "../../core/data-type.ts";
import type { LoweringCall } from "../lowering.ts";
import {
  bindSignature,
  coerce,
  scalar,
  type BoundFunction,
  type CallSite,
  type ScalarRow,
  type Signature,
} from "../functions/function.ts";
import { template } from "../functions/template.ts";
import { anything, boolean, int, integral, only, oneOf, text } from "../functions/params.ts";
import { widerType } from "../types/common-type.ts";
import { isIntegral } from "../types/kinds.ts";
import { differingTypes, infix, result, twoOperands, wrongType } from "./binary.ts";

const category = "operator";

const truth = (symbol: string): Signature => ({ params: [boolean, boolean], returns: BOOLEAN, pretty: infix(symbol) });
const test = (name: string): Signature => ({
  params: [anything],
  returns: BOOLEAN,
  nullable: false,
  pretty: ([a = ""]) => `(${a} ${name})`,
});
const pattern = (word: string): Signature => ({
  params: [text, text],
  optional: [text],
  returns: BOOLEAN,
  pretty: ([value = "", like = "", escape]) =>
    `${value} ${word} ${like}${escape === undefined || escape === "\\" ? "" : ` ESCAPE '${escape}'`}`,
});

export const logicRows: readonly ScalarRow[] = [
  scalar("and", category, truth("AND"), "($1 AND $2)"),
  scalar("or", category, truth("OR"), "($1 OR $2)"),
  scalar(
    ["!", "not"],
    category,
    { params: [boolean], returns: BOOLEAN, pretty: ([a = ""]) => `(NOT ${a})` },
    "(NOT $1)",
  ),
  scalar("isnull", category, test("IS NULL"), "($1 IS NULL)"),
  scalar("isnotnull", category, test("IS NOT NULL"), "($1 IS NOT NULL)"),
  { kind: "scalar", names: ["like"], category, bind: (call) => like(call, "LIKE") },
  { kind: "scalar", names: ["ilike"], category, bind: (call) => like(call, "ILIKE") },
  { kind: "scalar", names: ["&"], category, bind: (call) => bitwise(call, "&", "($1 & $2)") },
  { kind: "scalar", names: ["|"], category, bind: (call) => bitwise(call, "|", "($1 | $2)") },
  { kind: "scalar", names: ["^"], category, bind: (call) => bitwise(call, "^", "xor($1, $2)") },
  scalar(
    "~",
    category,
    { params: [integral], returns: (args) => args[0]?.type ?? INT, pretty: ([a = ""]) => `~${a}` },
    "(~$1)",
  ),
  { kind: "scalar", names: ["shiftleft", "<<"], category, bind: (call) => shift(call, "<<") },
  { kind: "scalar", names: ["shiftright", ">>"], category, bind: (call) => shift(call, ">>") },
  { kind: "scalar", names: ["shiftrightunsigned", ">>>"], category, bind: (call) => shift(call, ">>>") },
];

/** The escape character is a backslash unless another is given as third argument. */
function like(call: CallSite, word: "LIKE" | "ILIKE"): BoundFunction {
  return bindSignature(
    call,
    word === "ILIKE" ? { ...pattern(word), pretty: undefined } : pattern(word),
    ([value = "", like = "", escape = "'\\'"], site) =>
      isUnescaped(site) ? `(${value} ${word} ${like})` : `(${value} ${word} ${like} ESCAPE ${escape})`,
  );
}

/** Without ESCAPE, DuckDB looks for constant prefixes, suffixes and parts, which is several times faster. */
function isUnescaped({ args: [, like, escape] }: LoweringCall): boolean {
  return (
    escape === undefined && like?.kind === "literal" && typeof like.value === "string" && !like.value.includes("\\")
  );
}

function bitwise(call: CallSite, symbol: string, sql: string): BoundFunction {
  const [left, right] = twoOperands(call);
  const type = widerType(left.type, right.type, call.context.ansi);
  if (type === undefined) throw differingTypes(call, symbol, left.type, right.type);
  const common = type.kind === "void" ? INT : type;
  if (!isIntegral(common)) throw wrongType(call, symbol, common, "INTEGRAL");
  return result(call, symbol, [coerce(left, common, call), coerce(right, common, call)], common, sql);
}

/** Java's shifts: only the low bits of the distance count, and bits fall off at the end. */
function shift(call: CallSite, symbol: "<<" | ">>" | ">>>"): BoundFunction {
  const bound = bindSignature(
    call,
    { params: [oneOf(int, only("long")), int], returns: ([value]) => value?.type ?? INT },
    "",
  );
  const type = bound.type;
  const long = type.kind === "long";
  const [bits, mask] = long ? ["64", "63"] : ["32", "31"];
  const power = `(1::HUGEINT << CAST($2 & ${mask} AS INTEGER))`;
  const unsigned = `($1::HUGEINT & ${long ? "18446744073709551615" : "4294967295"}::HUGEINT)`;
  const sql = {
    "<<": `spk_wrap${bits}($1::HUGEINT * ${power})`,
    ">>": `CAST(spk_floor_div($1::HUGEINT, ${power}) AS $T)`,
    ">>>": `spk_wrap${bits}(${unsigned} // ${power})`,
  }[symbol];
  const operator = call.name === symbol ? infix(symbol) : undefined;
  return { ...bound, lower: template(sql), pretty: operator };
}
