import { operatorRows } from "../operators/operators.ts";
import { aggregates } from "./aggregates.ts";
import { arrays } from "./arrays.ts";
import { bitwise } from "./bitwise.ts";
import { conditional } from "./conditional.ts";
import { dateFormats } from "./date-formats.ts";
import { dateParts } from "./date-parts.ts";
import { dates } from "./dates.ts";
import type { FunctionRow } from "./function.ts";
import { hashes } from "./hashes.ts";
import { lambdas } from "./lambdas.ts";
import { maps } from "./maps.ts";
import { math } from "./math.ts";
import { misc } from "./misc.ts";
import { percentiles } from "./percentiles.ts";
import { regexps } from "./regexps.ts";
import { strings } from "./strings.ts";
import { windows } from "./windows.ts";

/** Every function of Spark SQL that is known here, the refused ones too. */
export const functionRows: readonly FunctionRow[] = [
  ...operatorRows,
  ...aggregates,
  ...percentiles,
  ...windows,
  ...conditional,
  ...strings,
  ...regexps,
  ...math,
  ...bitwise,
  ...hashes,
  ...dates,
  ...dateFormats,
  ...dateParts,
  ...arrays,
  ...maps,
  ...lambdas,
  ...misc,
];

const byName = new Map(functionRows.flatMap((row) => row.names.map((name) => [name, row] as const)));

/** The row of a function by any of its names, in lower case. */
export function lookupFunction(name: string): FunctionRow | undefined {
  return byName.get(name);
}

/** All names, for "did you mean". */
export function functionNames(): Iterable<string> {
  return byName.keys();
}
