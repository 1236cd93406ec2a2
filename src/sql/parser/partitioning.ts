import type { PartitionField, PartitionTransform } from "../ast/definition.ts";
import type { Expression } from "../ast/expression.ts";
import { columnDefinition, TABLE_COLUMN } from "./column.ts";
import type { Cursor } from "./cursor.ts";

/** `(a, bucket(4, b), c STRING)` after PARTITIONED BY. */
export function partitionFields(c: Cursor): PartitionField[] {
  return c.parenthesized((): PartitionField => {
    const { start } = c;
    if (!c.peekIs(1, ",", ")", "(", ".")) return columnDefinition(c, TABLE_COLUMN);
    if (c.peekIs(1, "(")) return applied(c);
    const name = c.name("a column");
    const column: Expression = { kind: "column", span: name.span, parts: name.parts };
    return { kind: "partition_transform", span: c.span(start), transform: "identity", arguments: [column] };
  });
}

function applied(c: Cursor): PartitionTransform {
  const { start } = c;
  const transform = c.identifier("a transform").name.toLowerCase();
  const args = c.parenthesized(() => c.rules.expression(c));
  const span = c.span(start);
  const single = ["year", "years", "month", "months", "day", "days", "date", "hour", "hours", "date_hour"];
  if (single.includes(transform) && args.length !== 1) {
    c.raise("PARSE_SYNTAX_ERROR", `Too many arguments for transform ${transform}.`, span);
  }
  const [first] = args;
  if (
    transform === "bucket" &&
    !(first?.kind === "literal" && (first.type.kind === "int" || first.type.kind === "long"))
  ) {
    c.raise("PARSE_SYNTAX_ERROR", "Invalid number of buckets: the first argument of bucket must be a number.", span);
  }
  return { kind: "partition_transform", span, transform, arguments: args };
}

/** The field that makes a list of columns with types and without: undefined when all are alike. */
export function isMixed(fields: readonly PartitionField[]): PartitionField | undefined {
  const [first] = fields;
  return fields.find((field) => field.kind !== first?.kind);
}
