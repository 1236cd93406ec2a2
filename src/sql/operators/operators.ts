import type { ScalarRow } from "../functions/function.ts";
import { arithmeticRows } from "./arithmetic.ts";
import { comparisonRows } from "./comparison.ts";
import { groupingRows } from "./grouping.ts";
import { logicRows } from "./logic.ts";

/** The operators of Spark SQL as rows of the registry, under their symbols and their function names. */
export const operatorRows: readonly ScalarRow[] = [...arithmeticRows, ...comparisonRows, ...logicRows, ...groupingRows];
