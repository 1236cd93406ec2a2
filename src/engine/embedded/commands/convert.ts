import type { StructField } from "../../../core/data-type.ts";
import { field } from "../../../core/data-type.ts";
import { convertToDelta } from "../../../delta/maintain/convert.ts";
import { knownCollations } from "../../../sql/collation/collation.ts";
import type { PartitionField } from "../../../sql/ast/definition.ts";
import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { pathOf } from "./delta-target.ts";
import { tableOf } from "./relation-of.ts";

/** ``CONVERT TO DELTA parquet.`/path` [NO STATISTICS] [PARTITIONED BY (a INT, …)]``. What is a Delta table stays as it is. */
export const convert: Command<"convert"> = {
  kinds: ["convert"],
  async run(statement, call) {
    const found = await pathOf(statement.table, call);
    if (found === undefined) {
      // Every table of the catalog is a Delta table.
      await tableOf(statement.table, call);
      return doneResult("CONVERT");
    }
    if (found.format !== "parquet" && found.format !== "delta") {
      throw call.error(
        statement.table.span,
        "DELTA_CONVERT_NON_PARQUET_TABLE",
        `CONVERT TO DELTA only supports Parquet files, but you are trying to convert a ${found.format} source.`,
        "Read them with read_files, and write them with CREATE TABLE … AS SELECT.",
      );
    }
    try {
      call.env.catalog.places.require(await call.access(), found.path, "WRITE FILES");
    } catch (error) {
      throw call.placed(error, statement.table.span);
    }
    const table = await call.env.tables.at(found.path);
    if (found.format === "delta" && !(await table.exists())) {
      throw call.error(
        statement.table.span,
        "DELTA_CONVERT_NON_PARQUET_TABLE",
        "There is no Delta table at the path.",
        `Name the format of the files: parquet.\`${found.path}\`.`,
      );
    }
    const connection = await call.env.tables.planningConnection();
    try {
      const converted = await convertToDelta(table, {
        connection,
        partitionedBy: statement.partitionedBy.map((each) => partitionColumn(each, call)),
        statistics: !statement.noStatistics,
        userName: call.user,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
      return doneResult("CONVERT", converted === undefined ? {} : { version: converted.version });
    } finally {
      connection.close();
    }
  },
};

function partitionColumn(each: PartitionField, call: StatementCall): StructField {
  if (each.kind === "column_definition" && each.type !== undefined) {
    return field(each.name.parts.at(-1)?.name ?? "", knownCollations(each.type));
  }
  throw call.error(
    each.span,
    "DATATYPE_MISSING",
    "CONVERT TO DELTA needs the type of each partition column.",
    "Folders hold texts alone. Say PARTITIONED BY (year INT, country STRING).",
  );
}
