import type { Show } from "../../../sql/ast/utility.ts";
import { parseStatement } from "../../../sql/parser/parse.ts";
import type { StatementResult } from "../../session.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Described } from "./described.ts";

/**
 * `SHOW PARTITIONS t [PARTITION (a = 1)]`: the values of the partition columns that occur, a column each, as a query of the table:
 * its row filter and masks apply.
 */
export async function showPartitions(
  { name, partitionColumns: columns }: Described,
  statement: Show,
  call: StatementCall,
): Promise<StatementResult> {
  const shown = name.map(quoted).join(".");
  const fail = (reason: string, why: string): Error =>
    call.error(statement.span, `INVALID_PARTITION_OPERATION.${reason}`, `The partition command is invalid. ${why}`);
  if (columns.length === 0) throw fail("PARTITION_SCHEMA_IS_EMPTY", `Table ${shown} is not partitioned.`);
  const conditions = (statement.partition?.values ?? []).map(({ column, value }) => {
    const own = columns.find((each) => each.toLowerCase() === column.name.toLowerCase());
    if (own === undefined) {
      throw call.error(
        column.span,
        "PARTITIONS_NOT_FOUND",
        `The table ${shown} has no partition column ${column.name}.`,
        `Its partition columns are ${columns.join(", ")}.`,
      );
    }
    return value === undefined ? `${quoted(own)} IS NOT NULL` : `${quoted(own)} = ${call.textOf(value.span)}`;
  });
  const list = columns.map(quoted).join(", ");
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const text = `SELECT DISTINCT ${list} FROM ${shown}${where} ORDER BY ${list}`;
  return call.nested({ ...call.place, text }).execute(parseStatement(text));
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
