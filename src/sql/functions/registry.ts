import { operatorRows } from "../operators/operators.ts";
import { aggregates } from "./aggregates.ts";
import { arrayElements } from "./array-elements.ts";
import { arraySets } from "./array-sets.ts";
import { arrays } from "./arrays.ts";
import { bitmaps } from "./bitmaps.ts";
import { bitwise } from "./bitwise.ts";
import { collations } from "./collations.ts";
import { conditional } from "./conditional.ts";
import { csv } from "./csv.ts";
import { dateFormats } from "./date-formats.ts";
import { dateParts } from "./date-parts.ts";
import { dates } from "./dates.ts";
import { frequentItems } from "./frequent-items.ts";
import type { FunctionRow } from "./function.ts";
import { generators } from "./generators.ts";
import { hashes } from "./hashes.ts";
import { histograms } from "./histograms.ts";
import { hllSketches } from "./hll-sketches.ts";
import { json } from "./json.ts";
import { kllSketches } from "./kll-sketches.ts";
import { lambdas } from "./lambdas.ts";
import { makeTimestamps } from "./make-timestamp.ts";
import { maps } from "./maps.ts";
import { math } from "./math.ts";
import { misc } from "./misc.ts";
import { numberFormats } from "./number-formats.ts";
import { percentiles } from "./percentiles.ts";
import { roundings } from "./rounding.ts";
import { regexps } from "./regexps.ts";
import { sequences } from "./sequence.ts";
import { strings } from "./strings.ts";
import { unsupportedFunctions } from "./unsupported.ts";
import { thetaSketches } from "./theta-sketches.ts";
import { timeBuckets } from "./time-bucket.ts";
import { timeWindows } from "./time-windows.ts";
import { times } from "./times.ts";
import { tupleSketches } from "./tuple-sketches.ts";
import { variantEdits } from "./variant-edits.ts";
import { variants } from "./variants.ts";
import { vectors } from "./vectors.ts";
import { windows } from "./windows.ts";
import { xml } from "./xml.ts";
import { xpaths } from "./xpath.ts";

/** Every function of Spark SQL that is known here, the refused ones too. */
export const functionRows: readonly FunctionRow[] = [
  ...operatorRows,
  ...aggregates,
  ...percentiles,
  ...histograms,
  ...windows,
  ...conditional,
  ...strings,
  ...collations,
  ...regexps,
  ...math,
  ...roundings,
  ...bitwise,
  ...hashes,
  ...dates,
  ...dateFormats,
  ...dateParts,
  ...makeTimestamps,
  ...times,
  ...timeBuckets,
  ...timeWindows,
  ...numberFormats,
  ...arrays,
  ...arrayElements,
  ...arraySets,
  ...sequences,
  ...maps,
  ...lambdas,
  ...json,
  ...csv,
  ...xml,
  ...generators,
  ...bitmaps,
  ...hllSketches,
  ...thetaSketches,
  ...kllSketches,
  ...frequentItems,
  ...tupleSketches,
  ...variants,
  ...variantEdits,
  ...vectors,
  ...xpaths,
  ...misc,
  ...unsupportedFunctions,
];

const byName: ReadonlyMap<string, FunctionRow> = new Map(
  functionRows.flatMap((row) => row.names.map((name) => [name, row] as const)),
);

/** The row of a function by any of its names, in lower case. */
export function lookupFunction(name: string): FunctionRow | undefined {
  return byName.get(name);
}

/** All names that may stand in an expression, for "did you mean". */
export function functionNames(): string[] {
  return functionRows.filter((row) => row.kind !== "table").flatMap((row) => row.names);
}
