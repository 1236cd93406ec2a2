import { field, struct, type DataType, type StructField, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { parseDataType } from "../sql/parser/parse.ts";

interface Hint {
  readonly path: readonly string[];
  readonly type: DataType;
}

/**
 * The schema with the types that `schemaHints` gives. A path such as `a.b` goes into structs, `a.element` into arrays, `a.key`
 * and `a.value` into maps. A hint for what is not there adds it (Databricks, "Override schema inference with schema hints").
 */
export function applyHints(schema: StructType, hints: string | undefined): StructType {
  if (hints === undefined || hints.trim() === "") return schema;
  let fields = schema.fields;
  for (const hint of parseHints(hints)) fields = applyTo(fields, hint.path, hint);
  return struct(fields);
}

function parseHints(text: string): Hint[] {
  return splitTop(text).map((part) => {
    const match = /^\s*((?:`(?:[^`]|``)+`|[^\s.`]+)(?:\.(?:`(?:[^`]|``)+`|[^\s.`]+))*)\s+([^]+?)\s*$/.exec(part);
    if (match === null) throw invalid(part, "it is not a column and a type");
    const path = [...(match[1] ?? "").matchAll(/`((?:[^`]|``)+)`|([^.`]+)/g)].map(
      (name) => name[1]?.replaceAll("``", "`") ?? name[2] ?? "",
    );
    try {
      return { path, type: parseDataType(match[2] ?? "") };
    } catch (error) {
      throw invalid(part, error instanceof Error ? error.message : "its type cannot be read", error);
    }
  });
}

/** Splits at commas outside brackets and back-ticks. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === "`") quoted = !quoted;
    if (quoted) continue;
    if (char === "<" || char === "(") depth += 1;
    else if (char === ">" || char === ")") depth -= 1;
    else if (char === "," && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)].filter((part) => part.trim() !== "");
}

function applyTo(fields: readonly StructField[], path: readonly string[], hint: Hint): StructField[] {
  const [name = "", ...rest] = path;
  const index = fields.findIndex((each) => each.name.toLowerCase() === name.toLowerCase());
  const known = fields[index];
  if (known === undefined) {
    const type = rest.length === 0 ? hint.type : struct(applyTo([], rest, hint));
    return [...fields, field(name, type)];
  }
  return fields.toSpliced(index, 1, { ...known, type: typeAt(known.type, rest, hint) });
}

function typeAt(type: DataType, path: readonly string[], hint: Hint): DataType {
  const [name, ...rest] = path;
  if (name === undefined) return hint.type;
  if (type.kind === "struct") return struct(applyTo(type.fields, path, hint));
  if (type.kind === "array" && name === "element") return { ...type, element: typeAt(type.element, rest, hint) };
  if (type.kind === "map" && name === "key") return { ...type, key: typeAt(type.key, rest, hint) };
  if (type.kind === "map" && name === "value") return { ...type, value: typeAt(type.value, rest, hint) };
  throw invalid(hint.path.join("."), `there is no "${name}" in it`);
}

function invalid(part: string, why: string, cause?: unknown): BoathouseError {
  return new BoathouseError("INVALID_SCHEMA_HINT", `The schema hint "${part.trim()}" cannot be used: ${why}.`, {
    cause,
    hint: "Write column and type, such as: id BIGINT, address.zip STRING, tags ARRAY<STRING>.",
  });
}
