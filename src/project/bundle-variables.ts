import { BoathouseError } from "../core/errors.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/** `${…}` as bundles write it; what it names is looked up by dotted path. */
const REFERENCE = /\$\{([A-Za-z_][\w-]*(?:\.[\w-]+(?:\[\d+\])?)*)\}/g;
const MOST_ROUNDS = 20;

/**
 * Replaces `${var.x}`, `${bundle.name}`, `${resources.jobs.daily.id}` in every string of `value`. A string that is one
 * reference and nothing else takes the value's own type. References inside looked-up values are followed.
 *
 * `lookup` gives undefined for a name that it has not: then `BUNDLE_UNKNOWN_REFERENCE` is thrown. Names that start with
 * none of `roots` are left as they are: they belong to somebody else (a pipeline's configuration, say).
 */
export function interpolate(
  value: Json,
  options: {
    readonly lookup: (path: string) => Json | undefined;
    readonly roots: readonly string[];
    readonly known: () => Iterable<string>;
  },
  depth = 0,
): Json {
  if (typeof value === "string") return interpolateText(value, options, depth);
  if (Array.isArray(value)) return value.map((each: Json) => interpolate(each, options, depth));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolate(each, options, depth)]));
}

function interpolateText(text: string, options: Parameters<typeof interpolate>[1], depth: number): Json {
  if (depth > MOST_ROUNDS) {
    throw new BoathouseError("BUNDLE_CIRCULAR_REFERENCE", `The reference ${text} leads back to itself.`);
  }
  const isMine = (path: string): boolean => options.roots.includes(path.split(".")[0] ?? "");
  const resolve = (path: string): Json => {
    const found = options.lookup(path);
    if (found === undefined) {
      const hint = didYouMean(path, options.known());
      throw new BoathouseError(
        "BUNDLE_UNKNOWN_REFERENCE",
        `There is nothing called \${${path}}.`,
        hint === undefined ? {} : { hint },
      );
    }
    return interpolate(found, options, depth + 1);
  };
  const whole = /^\$\{([^{}]+)\}$/.exec(text)?.[1];
  if (whole !== undefined && new RegExp(`^${REFERENCE.source}$`).test(text) && isMine(whole)) return resolve(whole);
  return text.replace(REFERENCE, (match, path: string) => {
    if (!isMine(path)) return match;
    const found = resolve(path);
    return typeof found === "string" ? found : JSON.stringify(found);
  });
}

/** The value at a dotted path with `[0]` indexes inside plain data. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const step of path) {
    const [, name = step, index] = /^([^[]*)(?:\[(\d+)\])?$/.exec(step) ?? [];
    current = isJsonObject(current) ? current[name] : undefined;
    if (index !== undefined) current = Array.isArray(current) ? (current as readonly Json[])[Number(index)] : undefined;
  }
  return current;
}
