import { isTable, type Relation } from "../../../catalog/securable.ts";
import type { DataType, StructType } from "../../../core/data-type.ts";
import type { Json, JsonObject } from "../../../core/json.ts";

/** What `DESCRIBE TABLE EXTENDED … AS JSON` says of a table or view, in Spark 4's schema. */
export function tableJson(relation: Relation, name: readonly string[], schema: StructType): JsonObject {
  const [catalog = "", namespace = "", table = ""] = name;
  const common = {
    table_name: table,
    catalog_name: catalog,
    namespace: [namespace],
    schema_name: namespace,
    columns: columnsJson(schema),
    owner: relation.owner,
    created_time: new Date(relation.createdAt).toISOString().replace(/\.\d+Z$/, "Z"),
    ...(relation.comment === undefined ? {} : { comment: relation.comment }),
  };
  if (!isTable(relation)) {
    const { text, catalog: in_catalog, schema: in_schema } = relation.definition;
    return { ...common, type: "VIEW", view_text: text, view_catalog_and_namespace: `${in_catalog}.${in_schema}` };
  }
  return {
    ...common,
    type: relation.kind === "table" ? relation.storage.toUpperCase() : relation.kind.toUpperCase(),
    provider: relation.format,
    location: relation.location,
    table_properties: { ...relation.properties },
    ...(relation.partitionColumns.length === 0 ? {} : { partition_columns: [...relation.partitionColumns] }),
  };
}

function columnsJson(schema: StructType): Json[] {
  return schema.fields.map(({ name, type, nullable, metadata }) => ({
    name,
    type: typeJson(type),
    nullable,
    ...(typeof metadata?.["comment"] === "string" ? { comment: metadata["comment"] } : {}),
    ...(typeof metadata?.["CURRENT_DEFAULT"] === "string" ? { default: metadata["CURRENT_DEFAULT"] } : {}),
  }));
}

const NAMES: Readonly<Partial<Record<DataType["kind"], string>>> = {
  byte: "tinyint",
  short: "smallint",
  long: "bigint",
  timestamp: "timestamp_ltz",
  calendar_interval: "interval",
};

function typeJson(type: DataType): JsonObject {
  switch (type.kind) {
    case "decimal":
      return { name: "decimal", precision: type.precision, scale: type.scale };
    case "string":
      return type.length === undefined
        ? { name: "string", collation: type.collation ?? "UTF8_BINARY" }
        : { name: type.length.fixed ? "char" : "varchar", length: type.length.max };
    case "array":
      return { name: "array", element_type: typeJson(type.element), element_nullable: type.containsNull };
    case "map":
      return {
        name: "map",
        key_type: typeJson(type.key),
        value_type: typeJson(type.value),
        value_nullable: type.valueContainsNull,
      };
    case "struct":
      return { name: "struct", fields: columnsJson(type) };
    case "interval_year_month":
    case "interval_day_time":
      return { name: "interval", start_unit: type.start, end_unit: type.end };
    default:
      return { name: NAMES[type.kind] ?? type.kind };
  }
}
