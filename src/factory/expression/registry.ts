import { didYouMean } from "../../core/nearest.ts";
import type { FunctionRow } from "./function-row.ts";
import { COLLECTION_FUNCTIONS } from "./functions/collection.ts";
import { CONVERSION_FUNCTIONS } from "./functions/conversion.ts";
import { DATE_FUNCTIONS } from "./functions/date.ts";
import { LOGICAL_FUNCTIONS } from "./functions/logical.ts";
import { MATH_FUNCTIONS } from "./functions/math.ts";
import { STRING_FUNCTIONS } from "./functions/string.ts";
import { parseSignature, type Signature } from "./signature.ts";

/** Every function of the language ("Expressions and functions in Azure Data Factory"): 84. */
export const FUNCTIONS: readonly FunctionRow[] = [
  ...STRING_FUNCTIONS,
  ...COLLECTION_FUNCTIONS,
  ...LOGICAL_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...DATE_FUNCTIONS,
];

/** What refers to the run rather than computing: name, arguments, what it gives. */
export const REFERENCES = [
  "pipeline(): object",
  "variables(name: string): any",
  "activity(name: string): object",
  "item(): any",
  "dataset(): object",
  "linkedService(): object",
  "trigger(): object",
  "triggerBody(): any",
  "triggerOutputs(): any",
  "body(activity: string): any",
] as const;

export interface KnownFunction {
  readonly signature: Signature;
  /** Absent for references. */
  readonly row?: FunctionRow;
}

const known = new Map<string, KnownFunction>(
  [
    ...FUNCTIONS.map((row): KnownFunction => ({ signature: parseSignature(row.signature), row })),
    ...REFERENCES.map((each): KnownFunction => ({ signature: parseSignature(each) })),
  ].map((each) => [each.signature.name.toLowerCase(), each]),
);

/** A function or reference by its name, whose case does not matter. */
export function findFunction(name: string): KnownFunction | undefined {
  return known.get(name.toLowerCase());
}

export function suggestFunction(name: string): string {
  const near = didYouMean(
    name,
    [...known.values()].map((each) => each.signature.name),
  );
  return near ?? "See the table of expression functions in the reference.";
}
