import type { PartitionSpec, PartitionValue } from "../ast/definition.ts";
import type { Cursor } from "./cursor.ts";

/** `PARTITION (a = 1, b)`. */
export function partitionSpec(c: Cursor, defaults: "default allowed" | "no default" = "no default"): PartitionSpec {
  const { start } = c;
  c.expect("PARTITION");
  const values = c.parenthesized((): PartitionValue => {
    const at = c.start;
    const column = c.identifier("a partition column");
    if (!c.accept("=")) return { kind: "partition_value", span: c.span(at), column, value: undefined };
    if (c.at("DEFAULT") && defaults === "no default") {
      c.raise("REF_DEFAULT_VALUE_IS_NOT_ALLOWED_IN_PARTITION", "DEFAULT is not allowed in a partition here.", c.token);
    }
    const value = c.rules.expression(c);
    return { kind: "partition_value", span: c.span(at), column, value };
  });
  const seen = new Set<string>();
  for (const each of values) {
    if (seen.has(each.column.name)) {
      c.raise("DUPLICATE_KEY", `Found duplicate keys ${each.column.name}.`, each);
    }
    seen.add(each.column.name);
  }
  return { kind: "partition_spec", span: c.span(start), values };
}

export function optionalPartition(c: Cursor): PartitionSpec | undefined {
  return c.at("PARTITION") && c.peekIs(1, "(") ? partitionSpec(c) : undefined;
}
