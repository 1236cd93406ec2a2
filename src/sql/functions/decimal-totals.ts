import type { LoweringCall, LoweringTools } from "../lowering.ts";
import { halfUpAverage } from "../operators/decimal-arithmetic.ts";
import { isDecimal } from "../types/kinds.ts";
import { typeAt } from "./rules.ts";

/**
 * DuckDB SQL of the sum and the number of an aggregate's decimals. Those that 64 bits hold are summed in these, apart from
 * the few that they do not.
 */
export function decimalTotals(
  value: string,
  call: LoweringCall,
  tools: LoweringTools,
): { readonly sum: string; readonly count: string } {
  const known = call.distinct ? undefined : tools.narrow.get(value);
  if (known === undefined) {
    return { sum: tools.aggregate("sum", [value]), count: tools.aggregate("count", [value]) };
  }
  const wide = `CASE WHEN ${known.tried} IS NULL THEN ${known.wide} END`;
  const [sum, rest] = [tools.aggregate("sum", [known.tried]), tools.aggregate("sum", [wide])];
  return {
    sum: `spk_add_sums(${sum}, ${rest})`,
    count: `(${tools.aggregate("count", [known.tried])} + ${tools.aggregate("count", [wide])})`,
  };
}

/** The sum over the count, half up: in 128 bits, and in text, which has no limit, where these are too few. */
export function decimalAverage(value: string, call: LoweringCall, tools: LoweringTools): string {
  const { sum, count } = decimalTotals(value, call, tools);
  const [from, to] = [typeAt(call.args, 0), call.type];
  if (!isDecimal(from) || !isDecimal(to)) throw new TypeError("Not a decimal.");
  const type = tools.typeName(to);
  const text = `CAST(spkjs_divide_decimal(CAST(${sum} AS VARCHAR), CAST(${count} AS BIGINT), ${to.scale}) AS ${type})`;
  // A window would be computed for each of its mentions.
  if (call.windowed) return text;
  return halfUpAverage(sum, from, count, to, text, tools);
}
