import { BOOLEAN, field, STRING, struct } from "../../../core/data-type.ts";
import { didYouMean } from "../../../core/nearest.ts";
import { repairTable } from "../../../delta/maintain/repair.ts";
import { generateManifests } from "../../../delta/maintain/symlink-manifest.ts";
import { doneResult, rowsResult } from "../result.ts";
import { followCommit } from "./alter-commit.ts";
import type { Command } from "./command.ts";
import { deltaTarget } from "./delta-target.ts";

/** `FSCK REPAIR TABLE t [DRY RUN]`, `MSCK REPAIR TABLE t SYNC METADATA`. */
export const repair: Command<"repair_table"> = {
  kinds: ["repair_table"],
  async run(statement, call) {
    if (statement.check === "files") {
      const { table } = await deltaTarget(statement.table, "write", call);
      const { broken, version } = await repairTable(table, { dryRun: statement.dryRun, userName: call.user });
      const rows = broken.map((each) => ({ ...each }));
      return rowsResult("FSCK", BROKEN, rows, version === undefined ? {} : { version, filesRemoved: broken.length });
    }
    if (!statement.syncMetadata) {
      throw call.error(
        statement.span,
        "NOT_SUPPORTED_COMMAND_FOR_V2_TABLE",
        "MSCK REPAIR TABLE is not supported for Delta tables: their log says which partitions there are.",
        "SYNC METADATA brings the catalog to what the log says. FSCK REPAIR TABLE takes files that are gone from the log.",
      );
    }
    const { table, entry } = await deltaTarget(statement.table, "alter", call);
    if (entry === undefined) {
      const message =
        "A table named by its path is not in the catalog: there is nothing to bring to what its log says.";
      throw call.error(statement.table.span, "NOT_SUPPORTED_COMMAND_FOR_V2_TABLE", message);
    }
    await followCommit(entry, await table.snapshot(), call);
    return doneResult("REPAIR TABLE");
  },
};

const BROKEN = struct([
  field("dataFilePath", STRING),
  field("dataFileMissing", BOOLEAN),
  field("deletionVectorPath", STRING),
  field("deletionVectorFileMissing", BOOLEAN),
]);

const MODE = "symlink_format_manifest";

/** `GENERATE symlink_format_manifest FOR TABLE t`. */
export const generate: Command<"generate"> = {
  kinds: ["generate"],
  async run(statement, call) {
    const { mode } = statement;
    if (mode.toLowerCase() !== MODE) {
      throw call.error(
        statement.span,
        "DELTA_UNSUPPORTED_GENERATE_MODE",
        `Specified mode '${mode}' is not supported. Supported modes are: '${MODE}'.`,
        didYouMean(mode, [MODE]),
      );
    }
    const { table } = await deltaTarget(statement.table, "write", call);
    await generateManifests(await table.snapshot());
    return doneResult("GENERATE");
  },
};
