import { operatorRows } from "../operators/operators.ts";
import { aggregates } from "./aggregates.ts";
import { arrays } from "./arrays.ts";
import { bitwise } from "./bitwise.ts";
import { conditional } from "./conditional.ts";
import { dateFormats } from "./date-formats.ts";
import { dateParts } from "./date-parts.ts";
import { dates } from "./dates.ts";
import type { FunctionRow } from "./function.ts";
import { generators } from "./generators.ts";
import { hashes } from "./hashes.ts";
import { json } from "./json.ts";
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
  ...json,
  ...generators,
  ...misc,
];

/** Where a function may stand: in an expression, or in FROM. */
export type FunctionPlace = "expression" | "table";

const byPlace: Readonly<Record<FunctionPlace, ReadonlyMap<string, FunctionRow>>> = {
  expression: indexed(functionRows.filter((row) => row.kind !== "table")),
  table: indexed(functionRows.filter((row) => row.kind === "table" || row.kind === "generator")),
};

/** The row of a function by any of its names, in lower case. */
export function lookupFunction(name: string, place: FunctionPlace = "expression"): FunctionRow | undefined {
  return byPlace[place].get(name);
}

/** All names in expressions, for "did you mean". */
export function functionNames(): Iterable<string> {
  return byPlace.expression.keys();
}

export function tableFunctionNames(): Iterable<string> {
  return byPlace.table.keys();
}

function indexed(rows: readonly FunctionRow[]): ReadonlyMap<string, FunctionRow> {
  return new Map(rows.flatMap((row) => row.names.map((name) => [name, row] as const)));
}
