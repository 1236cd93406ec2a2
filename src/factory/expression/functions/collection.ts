import type { Call, FunctionRow } from "../function-row.ts";
import { isArray, isObject, objectOf, sameValue, textOf, type Value } from "../value.ts";

export const COLLECTION_FUNCTIONS: readonly FunctionRow[] = [
  {
    category: "collection",
    signature: "contains(collection: collection|string, value: any): boolean",
    description: "Whether a string holds a text, an array an item, an object a key; case counts.",
    call: (call) => {
      const collection = call.value(0);
      if (typeof collection === "string") return collection.includes(call.string(1));
      if (isArray(collection)) return collection.some((each) => sameValue(each, call.value(1)));
      return Object.hasOwn(call.object(0), call.string(1));
    },
  },
  {
    category: "collection",
    signature: "empty(collection: collection|string|null): boolean",
    description: "Whether a string, array or object holds nothing; null does.",
    call: (call) => {
      const collection = call.value(0);
      if (collection === null || collection === "") return true;
      if (typeof collection === "string") return false;
      return isArray(collection) ? collection.length === 0 : Object.keys(call.object(0)).length === 0;
    },
  },
  {
    category: "collection",
    signature: "first(collection: array|string): any",
    description: "The first item or character.",
    call: (call) => {
      const items = sequence(call);
      return typeof items === "string" ? items.slice(0, 1) : (items[0] ?? null);
    },
  },
  {
    category: "collection",
    signature: "intersection(first: collection, ...others: collection): collection",
    description: "What all arrays (or objects) have in common.",
    call: (call) => {
      const first = call.value(0);
      if (isArray(first)) {
        const others = call.values.map((_, index) => call.array(index)).slice(1);
        return distinct(first.filter((each) => others.every((other) => holds(other, each))));
      }
      const others = call.values.map((_, index) => call.object(index)).slice(1);
      return objectOf(
        Object.entries(call.object(0)).filter(([name, value]) =>
          others.every((other) => Object.hasOwn(other, name) && sameValue(other[name] ?? null, value)),
        ),
      );
    },
  },
  {
    category: "collection",
    signature: "join(items: array, delimiter: string): string",
    description: "The items as text with the delimiter between them.",
    call: (call) => call.array(0).map(textOf).join(call.string(1)),
  },
  {
    category: "collection",
    signature: "last(collection: array|string): any",
    description: "The last item or character.",
    call: (call) => {
      const items = sequence(call);
      return typeof items === "string" ? items.slice(-1) : (items.at(-1) ?? null);
    },
  },
  {
    category: "collection",
    signature: "length(collection: array|string): integer",
    description: "The number of items or characters.",
    call: (call) => BigInt(sequence(call).length),
  },
  {
    category: "collection",
    signature: "skip(collection: array|string, count: integer): array|string",
    description: "What follows the first items.",
    call: (call) => sequence(call).slice(Math.max(0, call.count(1))),
  },
  {
    category: "collection",
    signature: "take(collection: array|string, count: integer): array|string",
    description: "The first items.",
    call: (call) => sequence(call).slice(0, Math.max(0, call.count(1))),
  },
  {
    category: "collection",
    signature: "union(first: collection, ...others: collection): collection",
    description: "What any of the arrays (or objects) has; of equal keys the last one counts.",
    call: (call) => {
      if (isArray(call.value(0))) return distinct(call.values.flatMap((_, index) => call.array(index)));
      return objectOf(call.values.flatMap((_, index) => Object.entries(call.object(index))));
    },
  },
];

function sequence(call: Call): string | readonly Value[] {
  const value = call.value(0);
  if (typeof value === "string" || isArray(value)) return value;
  return call.fail(0, "must be an array or a string");
}

/** Without repetitions, in order. Atoms of one type are found by hash, so that large arrays stay linear. */
function distinct(values: readonly Value[]): Value[] {
  const atoms = new Set<Value>();
  const kept: Value[] = [];
  for (const value of values) {
    if (typeof value === "string" || typeof value === "bigint") {
      if (atoms.has(value)) continue;
      if (typeof value === "bigint" && kept.some((each) => typeof each !== "bigint" && sameValue(each, value)))
        continue;
      atoms.add(value);
    } else if (holds(kept, value)) continue;
    kept.push(value);
  }
  return kept;
}

function holds(values: readonly Value[], wanted: Value): boolean {
  return values.some((each) => isObject(each) === isObject(wanted) && sameValue(each, wanted));
}
