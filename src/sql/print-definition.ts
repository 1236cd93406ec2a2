import type {
  Clauses,
  ClusterBy,
  ColumnDefinition,
  ColumnMask,
  ColumnPosition,
  Constraint,
  Generated,
  PartitionField,
  PartitionSpec,
  Property,
  RowFilter,
  Schedule,
} from "./ast/definition.ts";
import { printSort } from "./print-expression.ts";
import {
  clause,
  list,
  printIdentifier,
  printName,
  printObjectName,
  printString,
  printType,
  words,
} from "./print-name.ts";
import type { Printer } from "./print.ts";

/** `('key' = value, …)`. */
export function printProperties(p: Printer, properties: readonly Property[]): string {
  return `(${list(properties, (each) => printProperty(p, each))})`;
}

function printProperty(p: Printer, property: Property): string {
  const key = printString(property.key);
  return property.value === undefined ? key : `${key} = ${p.expression(property.value)}`;
}

export function printColumn(p: Printer, column: ColumnDefinition): string {
  return words(
    printName(column.name),
    column.type && printType(column.type),
    !column.nullable && "NOT NULL",
    column.default && `DEFAULT ${p.expression(column.default)}`,
    column.generated && printGenerated(p, column.generated),
    column.comment !== undefined && `COMMENT ${printString(column.comment)}`,
    ...column.constraints.map((each) => printConstraint(p, each)),
    column.mask && printMask(p, column.mask),
    column.position && printPosition(column.position),
  );
}

export function printPosition(position: ColumnPosition): string {
  return position.after === undefined ? "FIRST" : `AFTER ${printIdentifier(position.after)}`;
}

function printGenerated(p: Printer, generated: Generated): string {
  if (generated.kind === "generated_expression") return `GENERATED ALWAYS AS (${p.expression(generated.expression)})`;
  const options = words(
    generated.start !== undefined && `START WITH ${generated.start}`,
    generated.step !== undefined && `INCREMENT BY ${generated.step}`,
  );
  return words(`GENERATED ${generated.always ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`, options !== "" && `(${options})`);
}

export function printMask(p: Printer, mask: ColumnMask): string {
  return words(
    `MASK ${printObjectName(mask.function, p.expression)}`,
    clause("USING COLUMNS", mask.using, p.expression),
  );
}

export function printRowFilter(p: Printer, filter: RowFilter): string {
  return `ROW FILTER ${printObjectName(filter.function, p.expression)} ON (${list(filter.on, p.expression)})`;
}

export function printConstraint(p: Printer, constraint: Constraint): string {
  const name = constraint.name && `CONSTRAINT ${printIdentifier(constraint.name)}`;
  switch (constraint.kind) {
    case "expectation": {
      const action = { warn: undefined, drop: "ON VIOLATION DROP ROW", fail: "ON VIOLATION FAIL UPDATE" }[
        constraint.action
      ];
      return words(name, `EXPECT (${p.expression(constraint.condition)})`, action);
    }
    case "check":
      return words(name, `CHECK (${p.expression(constraint.condition)})`, ...constraint.characteristics);
    case "primary_key":
    case "unique": {
      const columns = list(constraint.columns, (each) =>
        words(printIdentifier(each), each.name === constraint.timeSeries?.name && "TIMESERIES"),
      );
      const word = constraint.kind === "unique" ? "UNIQUE" : "PRIMARY KEY";
      return words(name, word, columns !== "" && `(${columns})`, ...constraint.characteristics);
    }
    default:
      return words(
        name,
        clause("FOREIGN KEY", constraint.columns, printIdentifier),
        `REFERENCES ${printObjectName(constraint.references, p.expression)}`,
        constraint.referencedColumns.length > 0 && `(${list(constraint.referencedColumns, printIdentifier)})`,
        ...constraint.characteristics,
      );
  }
}

/** `(columns, constraints)`, or nothing. */
export function printElements(
  p: Printer,
  node: { readonly columns: readonly ColumnDefinition[]; readonly constraints: readonly Constraint[] },
): string | undefined {
  const elements = [
    ...node.columns.map((column) => printColumn(p, column)),
    ...node.constraints.map((constraint) => printConstraint(p, constraint)),
  ];
  return elements.length === 0 ? undefined : `(${elements.join(", ")})`;
}

export function printClauses(p: Printer, node: Clauses): string {
  const { buckets } = node;
  const binding = node.schemaBinding?.replace("_", " ").toUpperCase();
  return words(
    node.using && `USING ${printName(node.using)}`,
    node.options.length > 0 && `OPTIONS ${printProperties(p, node.options)}`,
    clause("PARTITIONED BY", node.partitionedBy, (field) => printPartitionField(p, field)),
    node.clusterBy && printClusterBy(node.clusterBy),
    buckets &&
      words(
        clause("CLUSTERED BY", buckets.columns, printIdentifier),
        clause("SORTED BY", buckets.sortedBy, (item) => printSort(p, item)),
        `INTO ${buckets.count} BUCKETS`,
      ),
    ...node.hive.map((each) => each.text),
    node.location !== undefined && `LOCATION ${printString(node.location)}`,
    node.credential && `WITH (CREDENTIAL ${printIdentifier(node.credential)})`,
    node.comment !== undefined && `COMMENT ${printString(node.comment)}`,
    node.collation && `DEFAULT COLLATION ${printName(node.collation)}`,
    node.properties.length > 0 && `TBLPROPERTIES ${printProperties(p, node.properties)}`,
    node.rowFilter && `WITH ${printRowFilter(p, node.rowFilter)}`,
    node.tags.length > 0 && `WITH TAGS ${printProperties(p, node.tags)}`,
    node.schedule && printSchedule(p, node.schedule),
    node.refreshPolicy && `REFRESH POLICY ${node.refreshPolicy.replaceAll("_", " ").toUpperCase()}`,
    binding && `WITH SCHEMA ${binding}`,
  );
}

export function printClusterBy(clusterBy: ClusterBy): string {
  return clusterBy.by === "columns"
    ? `CLUSTER BY (${list(clusterBy.columns, printName)})`
    : `CLUSTER BY ${clusterBy.by.toUpperCase()}`;
}

export function printPartitionField(p: Printer, field: PartitionField): string {
  if (field.kind === "column_definition") return printColumn(p, field);
  const args = list(field.arguments, p.expression);
  return field.transform === "identity" ? args : `${field.transform}(${args})`;
}

export function printSchedule(p: Printer, schedule: Schedule): string {
  if (schedule.onUpdate) {
    return words("TRIGGER ON UPDATE", schedule.atMostEvery && `AT MOST EVERY ${p.expression(schedule.atMostEvery)}`);
  }
  if (schedule.every !== undefined) return `SCHEDULE EVERY ${schedule.every.count} ${schedule.every.unit}`;
  const zone = schedule.timeZone === undefined ? undefined : `AT TIME ZONE ${printString(schedule.timeZone)}`;
  return words(`SCHEDULE CRON ${printString(schedule.cron ?? "")}`, zone);
}

export function printPartition(p: Printer, spec: PartitionSpec): string {
  const values = list(spec.values, (each) =>
    words(printIdentifier(each.column), each.value && `= ${p.expression(each.value)}`),
  );
  return `PARTITION (${values})`;
}
