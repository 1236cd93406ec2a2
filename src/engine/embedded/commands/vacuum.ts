import { describe as nameOf } from "../../../delta/log/log-segment.ts";
import { maintenanceFlag } from "../maintenance-settings.ts";
import { rowsResult, textColumns } from "../result.ts";
import type { Command } from "./command.ts";
import { deltaTarget } from "./delta-target.ts";

/** `VACUUM t [FULL | LITE] [RETAIN n HOURS] [DRY RUN]`: the table's path, or the files that would go. */
export const vacuum: Command<"vacuum"> = {
  kinds: ["vacuum"],
  async run(statement, call) {
    const { table } = await deltaTarget(statement.table, "write", call);
    const { mode, retainHours, dryRun } = statement;
    const lite = mode === "lite" || (mode === undefined && maintenanceFlag(call.state, "vacuum.lite.enabled") === true);
    try {
      const { files } = await table.vacuum({
        mode: lite ? "lite" : "full",
        dryRun,
        ...(retainHours === undefined ? {} : { retention: Math.round(retainHours * HOUR) }),
        allowShortRetention: maintenanceFlag(call.state, "retentionDurationCheck.enabled") === false,
        unlogged: maintenanceFlag(call.state, "vacuum.logging.enabled") === false,
        userName: call.user,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
      const root = nameOf(table.location);
      const rows = dryRun ? files.map((file) => ({ path: `${root}/${file}` })) : [{ path: root }];
      return rowsResult("VACUUM", textColumns("path"), rows);
    } catch (error) {
      throw call.placed(error, statement.span);
    }
  },
};

const HOUR = 3_600_000;
