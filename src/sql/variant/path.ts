import { BoathouseError } from "../../core/errors.ts";
import { elementOf, fieldOf, type Variant } from "./read.ts";

/** A field's name, or an index from 0. */
export type PathStep = string | number;

const STEP = /\.([^.[]+)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]/y;
const known = new Map<string, readonly PathStep[] | undefined>();

/** The steps of `$.a['b c'][0]`, or undefined where the text is no such path (Spark: `VariantPathParser`). */
export function parseVariantPath(text: string): readonly PathStep[] | undefined {
  if (known.has(text)) return known.get(text);
  if (known.size > 1000) known.clear();
  const steps = stepsOf(text);
  known.set(text, steps);
  return steps;
}

function stepsOf(text: string): readonly PathStep[] | undefined {
  if (!text.startsWith("$")) return undefined;
  const steps: PathStep[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    if (found === null) return undefined;
    const [, name, single, double, index] = found;
    if (index !== undefined && Number(index) > 2_147_483_647) return undefined;
    steps.push(index === undefined ? (name ?? single ?? double ?? "") : Number(index));
  }
  return steps;
}

/** The value at a path, or undefined. */
export function valueAt(variant: Variant, steps: readonly PathStep[]): Variant | undefined {
  let found: Variant | undefined = variant;
  for (const step of steps) {
    if (found === undefined) return undefined;
    found = typeof step === "number" ? elementOf(found, step) : fieldOf(found, step);
  }
  return found;
}

export function invalidGetPath(path: string, functionName: string): BoathouseError {
  return new BoathouseError(
    "INVALID_VARIANT_GET_PATH",
    `The path \`${path}\` is not a valid variant extraction path in \`${functionName}\`. A valid path should start with ` +
      "`$` and is followed by zero or more segments like `[123]`, `.name`, `['name']`, or `[\"name\"]`.",
    { sqlState: "22023" },
  );
}
