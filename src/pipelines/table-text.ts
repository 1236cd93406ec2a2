import { sqlType, type StructType } from "../core/data-type.ts";
import { nameOf, quoteName, type Dataset } from "./dataset.ts";
import { BoathouseError } from "../core/errors.ts";

/** `CREATE TABLE` for a dataset, given the schema of its query. Declared columns come first and decide the types. */
export function createTableText(dataset: Dataset, querySchema: StructType): string {
  const parts = [
    `CREATE TABLE IF NOT EXISTS ${quoteName(dataset.name)} (\n  ${columnTexts(dataset, querySchema).join(",\n  ")}\n)`,
    "USING DELTA",
    dataset.layout,
    dataset.comment === undefined ? "" : `COMMENT ${quoteText(dataset.comment)}`,
    propertiesText(dataset),
    dataset.rowFilter === undefined ? "" : `WITH ${dataset.rowFilter}`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** `CREATE VIEW` for a view of the pipeline, with the column names that it declares. */
export function createViewText(dataset: Dataset, query: string): string {
  const columns = dataset.columns.map((column) => {
    const name = quoteName([column.name.parts.at(-1)?.name ?? ""]);
    return column.comment === undefined ? name : `${name} COMMENT ${quoteText(column.comment)}`;
  });
  const isTemporary = dataset.kind === "temporary_view";
  return [
    `CREATE OR REPLACE ${isTemporary ? "TEMPORARY " : ""}VIEW`,
    quoteName(isTemporary ? dataset.name.slice(-1) : dataset.name),
    columns.length === 0 ? "" : `(${columns.join(", ")})`,
    dataset.comment === undefined ? "" : `COMMENT ${quoteText(dataset.comment)}`,
    propertiesText(dataset),
    `AS ${query}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** The dataset's query, its columns cast to the types that the dataset declares. */
export function alignedQuery(dataset: Dataset, query: string): string {
  if (dataset.columns.every((column) => column.type === undefined)) return query;
  const items = dataset.columns.map((column) => {
    const name = quoteName(column.name.parts.map((part) => part.name));
    return column.type === undefined ? name : `CAST(${name} AS ${sqlType(column.type)}) AS ${name}`;
  });
  return `SELECT ${items.join(", ")} FROM (${query}\n)`;
}

function columnTexts(dataset: Dataset, querySchema: StructType): string[] {
  const declared = dataset.columns.map((column) => ({ column, name: column.name.parts.at(-1)?.name ?? "" }));
  checkColumns(
    dataset,
    declared.map((each) => each.name),
    querySchema,
  );
  return [...columnTypes(dataset, querySchema).values()].map(({ name, type }) => {
    const own = declared.find((each) => each.name.toLowerCase() === name.toLowerCase())?.column;
    const mask = dataset.masks.get(name.toLowerCase());
    return [
      quoteName([name]),
      type,
      own?.nullable === false ? "NOT NULL" : "",
      own?.comment === undefined ? "" : `COMMENT ${quoteText(own.comment)}`,
      mask ?? "",
    ]
      .filter((part) => part !== "")
      .join(" ");
  });
}

/** The columns of a dataset and their SQL types, by name in lower case. */
export function columnTypes(
  dataset: Dataset,
  querySchema: StructType,
): ReadonlyMap<string, { readonly name: string; readonly type: string }> {
  const produced = new Map(querySchema.fields.map((each) => [each.name.toLowerCase(), each]));
  const declared = dataset.columns.map((column) => ({ name: column.name.parts.at(-1)?.name ?? "", type: column.type }));
  return new Map(
    (declared.length > 0 ? declared : querySchema.fields).map(({ name, type }) => {
      const known = type ?? produced.get(name.toLowerCase())?.type;
      return [name.toLowerCase(), { name, type: known === undefined ? "STRING" : sqlType(known) }];
    }),
  );
}

function checkColumns(dataset: Dataset, declared: readonly string[], querySchema: StructType): void {
  if (declared.length === 0) return;
  const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  const produced = lower(querySchema.fields.map((each) => each.name));
  const missing = declared.filter((name) => !produced.includes(name.toLowerCase()));
  const extra = querySchema.fields.filter((each) => !lower(declared).includes(each.name.toLowerCase()));
  if (missing.length === 0 && extra.length === 0) return;
  const problems = [
    missing.length === 0 ? "" : `its query does not give ${missing.join(", ")}`,
    extra.length === 0 ? "" : `its query also gives ${extra.map((each) => each.name).join(", ")}`,
  ].filter((problem) => problem !== "");
  throw new BoathouseError(
    "PIPELINE_SCHEMA_MISMATCH",
    `${nameOf(dataset.name)} declares other columns than it gets: ${problems.join("; ")}.`,
    {
      location: dataset.place.location,
      source: dataset.place.source,
      hint: "Declare the columns that the query gives, or none.",
    },
  );
}

export function propertiesText(dataset: Dataset): string {
  const entries = dataset.properties.flatMap(({ key, value }) =>
    value?.kind === "literal" && value.value !== null ? [`${quoteText(key)} = ${quoteText(String(value.value))}`] : [],
  );
  return entries.length === 0 ? "" : `TBLPROPERTIES (${entries.join(", ")})`;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
