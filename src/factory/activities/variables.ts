import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";

/** The name of a variable as the pipeline declares it. Throws `FACTORY_VARIABLE_UNKNOWN`. */
export function declaredVariable(context: ActivityContext, name: string): string {
  const names = Object.keys(context.spec.variables);
  const found = names.find((each) => each.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new BoathouseError("FACTORY_VARIABLE_UNKNOWN", `The pipeline has no variable "${name}".`, {
    hint: didYouMean(name, names) ?? "Declare it under the pipeline's variables.",
  });
}
