import { isTable, type Relation } from "../../../catalog/securable.ts";
import { quoteIfNeeded, sqlType, type StructField, type StructType } from "../../../core/data-type.ts";
import { defaultsFeature } from "../../../delta/write/defined-columns.ts";
import { identityOf } from "../../../sql/identity.ts";

/** The statement that makes a table or view like this one, for SHOW CREATE TABLE. Policies are not part of it. */
export function createText(relation: Relation, name: readonly string[], schema: StructType): string {
  const quoted = name.map(quoteIfNeeded).join(".");
  const comment = relation.comment === undefined ? "" : `\nCOMMENT ${text(relation.comment)}`;
  const needed = isTable(relation) ? defaultsFeature(schema) : {};
  const entries = Object.entries({ ...needed, ...relation.properties }).map(
    ([key, value]) => `  ${text(key)} = ${text(value)}`,
  );
  const properties = entries.length === 0 ? "" : `\nTBLPROPERTIES (\n${entries.join(",\n")})`;
  if (!isTable(relation)) {
    const columns = schema.fields.map((each) => `  ${quoteIfNeeded(each.name)}${commentOf(each)}`).join(",\n");
    return `CREATE VIEW ${quoted} (\n${columns})${comment}${properties}\nAS ${relation.definition.text}`;
  }
  const columns = schema.fields.map((each) => `  ${columnText(each)}`).join(",\n");
  const { partitionColumns: by } = relation;
  const partitions = by.length === 0 ? "" : `\nPARTITIONED BY (${by.map(quoteIfNeeded).join(", ")})`;
  const location = relation.storage === "external" ? `\nLOCATION ${text(relation.location)}` : "";
  const kind = relation.kind.replaceAll("_", " ").toUpperCase();
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
