import { array, field, LONG, struct, type DataType } from "../../core/data-type.ts";
import { aggregateBy } from "./aggregates.ts";
import { filled, integer } from "./defaults.ts";
import { bindSignature, expressionAt, type BoundFunction, type CallSite, type FunctionRow } from "./function.ts";
import { anything, int, strictly } from "./params.ts";
import { integerOf, isFoldable, typeAt, uncomputed } from "./rules.ts";

const MOST_TRACKED = 1_000_000;

/** `approx_top_k(value [, k [, maxItemsTracked]])`: exact as long as every different value is tracked. */
function approxTopK(given: CallSite): BoundFunction {
  const call = filled(given, 3, [integer(5), integer(10000)]);
  const bound = bindSignature(
    call,
    {
      params: [anything, strictly(int), strictly(int)],
      returns: ([value]) => array(struct([field("item", value?.type ?? LONG), field("count", LONG, false)]), false),
      nullable: false,
    },
    ([value = "NULL"], site, tools) => {
      const [form = "", key = ""] = forms[typeAt(site.args, 0).kind] ?? [];
      const nulls = tools.aggregate("count", [`CASE WHEN ${value} IS NULL THEN 1 END`]);
      return tools.once(tools.aggregate("histogram", [value]), (all) => {
        const [x, p] = [tools.fresh("x"), tools.fresh("p")];
        const keys = `list_transform(map_keys(${all}), lambda ${x}: ${key.replaceAll("$", x)})`;
        const counts = `list_transform(map_values(${all}), lambda ${x}: CAST(${x} AS BIGINT))`;
        const positions = `spkjs_most_frequent_${form}(${keys}, ${counts}, CAST(${nulls} AS BIGINT), ${k}, ${tracked})`;
        return `list_transform(${positions}, lambda ${p}: {'item': CASE WHEN ${p} > 0 THEN map_keys(${all})[${p}] END, 'count': CAST(CASE WHEN ${p} > 0 THEN map_values(${all})[${p}] ELSE ${nulls} END AS BIGINT)})`;
      });
    },
  );
  const k = constantAt(call, 1, "k");
  const tracked = constantAt(call, 2, "maxItemsTracked");
  if (tracked > MOST_TRACKED) {
    throw call.error(
      "APPROX_TOP_K_MAX_ITEMS_TRACKED_EXCEEDS_LIMIT",
      `The max items tracked \`maxItemsTracked\`(${tracked}) of \`approx_top_k\` should be less than or equal to ${MOST_TRACKED}.`,
      { sqlState: "22023" },
    );
  }
  if (tracked < k) {
    throw call.error(
      "APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K",
      `The max items tracked \`maxItemsTracked\`(${tracked}) of \`approx_top_k\` should be greater than or equal to \`k\`(${k}).`,
      { sqlState: "22023" },
    );
  }
  checkItem(call, expressionAt(call, 0).type);
  return bound;
}

/** How Java hashes a type, and the value that it hashes as DuckDB SQL over `$`. */
const forms: Readonly<Partial<Record<DataType["kind"], readonly [string, string]>>> = {
  byte: ["int", "CAST($ AS BIGINT)"],
  short: ["int", "CAST($ AS BIGINT)"],
  int: ["int", "CAST($ AS BIGINT)"],
  date: ["int", "date_diff('day', DATE '1970-01-01', $)"],
  long: ["long", "$"],
  string: ["text", "$"],
};

function checkItem(call: CallSite, type: DataType): void {
  if (forms[type.kind] !== undefined) return;
  if (["array", "map", "struct", "binary", "variant"].includes(type.kind)) {
    throw call.error(
      "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT",
      `Cannot resolve "${call.name}" due to data type mismatch: ${type.kind} columns are not supported.`,
    );
  }
  throw call.error(
    "UNSUPPORTED_FEATURE.FUNCTION",
    `The function ${call.name} is not supported over this type: give whole numbers, dates or strings.`,
  );
}

function constantAt(call: CallSite, index: number, name: string): number {
  const given = expressionAt(call, index);
  if (!isFoldable(given)) {
    throw call.error(
      "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT",
      `Cannot resolve "${call.name}" due to data type mismatch: ${name} must be a constant literal.`,
    );
  }
  const value = integerOf(given);
  if (value === undefined) throw uncomputed(call, name);
  if (value === null) {
    throw call.error("APPROX_TOP_K_NULL_ARG", `The value of \`${name}\` in \`approx_top_k\` cannot be NULL.`, {
      sqlState: "22004",
    });
  }
  if (value > 0) return value;
  throw call.error(
    "APPROX_TOP_K_NON_POSITIVE_ARG",
    `The value of \`${name}\` in \`approx_top_k\` must be a positive integer, but got ${value}.`,
    { sqlState: "22023" },
  );
}

export const frequentItems: readonly FunctionRow[] = [aggregateBy("approx_top_k", approxTopK)];
