import type { Json, JsonObject } from "../../core/json.ts";

/**
 * The names of the run's values. A variable that was only appended to still has its default in front, so that the run
 * keeps what was appended apart from what was set.
 */
export function setMark(variable: string): string {
  return `set(${variable})`;
}

export function returnValueName(key: string): string {
  return `return(${key})`;
}

/** What the pipeline returns, or undefined when it set nothing. */
export function returnValueOf(values: ReadonlyMap<string, Json>): JsonObject | undefined {
  const entries = [...values].flatMap(([name, value]): [string, Json][] => {
    const key = /^return\((.*)\)$/s.exec(name)?.[1];
    return key === undefined ? [] : [[key, value]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The variables as they are now. */
export function variablesOf(
  defaults: Readonly<Record<string, Json>>,
  values: ReadonlyMap<string, Json>,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(defaults).map(([name, initial]) => {
      const value = values.get(name);
      if (value === undefined) return [name, initial];
      const appended = Array.isArray(value) && Array.isArray(initial) && values.get(setMark(name)) !== true;
      return [name, appended ? [...initial, ...value] : value];
    }),
  );
}
