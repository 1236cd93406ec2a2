import type { ObjectKind } from "../ast/create.ts";
import type { Cursor } from "./cursor.ts";

/** The words that name a kind of object, longest first. */
const KINDS: readonly (readonly [words: readonly string[], kind: ObjectKind])[] = [
  [["MATERIALIZED", "VIEW"], "materialized_view"],
  [["STREAMING", "TABLE"], "streaming_table"],
  [["EXTERNAL", "LOCATION"], "external_location"],
  [["STORAGE", "CREDENTIAL"], "storage_credential"],
  [["SERVICE", "CREDENTIAL"], "service_credential"],
  [["ANONYMOUS", "FUNCTION"], "anonymous_function"],
  [["ANY", "FILE"], "any_file"],
  [["TABLE"], "table"],
  [["VIEW"], "view"],
  [["SCHEMA"], "schema"],
  [["DATABASE"], "schema"],
  [["NAMESPACE"], "schema"],
  [["CATALOG"], "catalog"],
  [["VOLUME"], "volume"],
  [["FUNCTION"], "function"],
  [["PROCEDURE"], "function"],
  [["METASTORE"], "metastore"],
  [["CREDENTIAL"], "storage_credential"],
  [["CONNECTION"], "connection"],
  [["SERVER"], "connection"],
  [["SHARE"], "share"],
  [["RECIPIENT"], "recipient"],
  [["PROVIDER"], "provider"],
  [["POLICY"], "policy"],
  [["COLUMN"], "column"],
  [["FLOW"], "flow"],
  [["VARIABLE"], "variable"],
  [["GROUP"], "group"],
  [["USER"], "user"],
];

/** The kind of object whose words stand here, stepped over. */
export function acceptObjectKind(c: Cursor): ObjectKind | undefined {
  return KINDS.find(([words]) => c.acceptAll(...words))?.[1];
}

/** The kind, when a name follows it: `TABLE t`, but not a table of the name `table`. */
export function acceptObjectKindBeforeName(c: Cursor): ObjectKind | undefined {
  const found = KINDS.find(([words]) => c.atAll(...words));
  if (found === undefined) return undefined;
  const [words, kind] = found;
  const next = c.peek(words.length);
  const nameless = kind === "metastore" || kind === "any_file" || kind === "anonymous_function";
  if (!nameless && next.kind !== "word" && next.kind !== "quoted") return undefined;
  c.acceptAll(...words);
  return kind;
}

/** The words of a kind, as SQL writes them. */
export function objectWords(kind: ObjectKind): string {
  return (KINDS.find(([, each]) => each === kind)?.[0] ?? [kind.toUpperCase()]).join(" ");
}
