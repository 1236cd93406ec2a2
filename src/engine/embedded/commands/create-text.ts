import { isTable } from "../../../catalog/securable.ts";
import { quoteIfNeeded, sqlType, type StructField } from "../../../core/data-type.ts";
import { defaultsFeature } from "../../../delta/write/defined-columns.ts";
import { identityOf } from "../../../sql/identity.ts";
import type { Described } from "./described.ts";

/** The statement that makes a table or view like this one, for SHOW CREATE TABLE. Policies are not part of it. */
export async function createText(found: Described): Promise<string> {
  const { entry, partitionColumns: by } = found;
  const schema = await found.columns();
  const quoted = found.name.map(quoteIfNeeded).join(".");
  const comment = found.comment === undefined ? "" : `\nCOMMENT ${text(found.comment)}`;
  const isView = entry !== undefined && !isTable(entry);
  const needed = isView ? {} : defaultsFeature(schema);
  const entries = Object.entries({ ...needed, ...found.properties }).map(
    ([key, value]) => `  ${text(key)} = ${text(value)}`,
  );
  const properties = entries.length === 0 ? "" : `\nTBLPROPERTIES (\n${entries.join(",\n")})`;
  if (isView) {
    const columns = schema.fields.map((each) => `  ${quoteIfNeeded(each.name)}${commentOf(each)}`).join(",\n");
    return `CREATE VIEW ${quoted} (\n${columns})${comment}${properties}\nAS ${entry.definition.text}`;
  }
  const columns = schema.fields.map((each) => `  ${columnText(each)}`).join(",\n");
  const partitions = by.length === 0 ? "" : `\nPARTITIONED BY (${by.map(quoteIfNeeded).join(", ")})`;
  const location = entry?.storage === "external" ? `\nLOCATION ${text(entry.location)}` : "";
  const kind = (entry?.kind ?? "table").replaceAll("_", " ").toUpperCase();
  return `CREATE ${kind} ${quoted} (\n${columns})\nUSING delta${partitions}${location}${comment}${properties}`;
}

function columnText(each: StructField): string {
  const generated = each.metadata?.["delta.generationExpression"];
  const value = each.metadata?.["CURRENT_DEFAULT"];
  return [
    `${quoteIfNeeded(each.name)} ${sqlType(each.type)}`,
    ...(each.nullable ? [] : ["NOT NULL"]),
    ...(typeof generated === "string" ? [`GENERATED ALWAYS AS (${generated})`] : []),
    ...(typeof value === "string" ? [`DEFAULT ${value}`] : []),
    ...identityText(each),
  ]
    .join(" ")
    .concat(commentOf(each));
}

function identityText(each: StructField): string[] {
  const identity = identityOf(each);
  if (identity === undefined) return [];
  const { start, step, allowExplicitInsert } = identity;
  const when = allowExplicitInsert ? "BY DEFAULT" : "ALWAYS";
  return [`GENERATED ${when} AS IDENTITY (START WITH ${start} INCREMENT BY ${step})`];
}

function commentOf({ metadata }: StructField): string {
  const comment = metadata?.["comment"];
  return typeof comment === "string" ? ` COMMENT ${text(comment)}` : "";
}

function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
