import { struct, type DataType, type StructField, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";

/** The paths of the fields of `found` that `known` does not have. Names that differ only in case are the same. */
export function newFields(known: StructType, found: StructType, path: readonly string[] = []): string[] {
  return found.fields.flatMap((each) => {
    const match = known.fields.find((other) => other.name.toLowerCase() === each.name.toLowerCase());
    const name = [...path, each.name];
    return match === undefined ? [name.join(".")] : newInside(match.type, each.type, name);
  });
}

/** `known` with the fields of `found` that it does not have at the end of their structs; what it has stays as it is. */
export function addFields(known: StructType, found: StructType): StructType {
  const fields: StructField[] = known.fields.map((each) => {
    const match = found.fields.find((other) => other.name.toLowerCase() === each.name.toLowerCase());
    return match === undefined ? each : { ...each, type: addInside(each.type, match.type) };
  });
  const names = new Set(known.fields.map((each) => each.name.toLowerCase()));
  return struct([...fields, ...found.fields.filter((each) => !names.has(each.name.toLowerCase()))]);
}

/**
 * What stops a stream that has met new columns (Databricks' condition of that name). `details.retry` says whether a restart goes
 * on: the new schema was written then.
 */
export function newFieldsError(fields: readonly string[], url: string, retry: boolean): BoathouseError {
  const names = fields.map((name) => `"${name}"`).join(", ");
  return new BoathouseError(
    "UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE",
    `Files of ${url} have fields that the schema does not know: ${names}.`,
    {
      sqlState: "KD003",
      details: { fields: [...fields], retry },
      hint: retry
        ? "They were added to the schema. Start the stream again: it goes on with them."
        : "Add them to schemaHints or the schema, or set schemaEvolutionMode => 'addNewColumns' or 'rescue'.",
    },
  );
}

function newInside(known: DataType, found: DataType, path: readonly string[]): string[] {
  if (known.kind === "struct" && found.kind === "struct") return newFields(known, found, path);
  if (known.kind === "array" && found.kind === "array")
    return newInside(known.element, found.element, [...path, "element"]);
  return [];
}

function addInside(known: DataType, found: DataType): DataType {
  if (known.kind === "struct" && found.kind === "struct") return addFields(known, found);
  if (known.kind === "array" && found.kind === "array")
    return { ...known, element: addInside(known.element, found.element) };
  return known;
}
