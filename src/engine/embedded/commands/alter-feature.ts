import { dropFeature } from "../../../delta/schema/feature-drop.ts";
import type { AlterStatement } from "../../../sql/ast/alter.ts";
import { openConnection } from "../connection.ts";
import { sharedFolders } from "../shared-folders.ts";
import type { StatementCall } from "../statement-call.ts";
import { followCommit } from "./alter-commit.ts";
import { deltaTarget } from "./delta-target.ts";
import type { ActionOf } from "./column-change.ts";

/** `ALTER TABLE … DROP FEATURE name [TRUNCATE HISTORY]`. */
export async function alterFeature(
  statement: AlterStatement,
  action: ActionOf<"drop_feature">,
  call: StatementCall,
): Promise<void> {
  const { table, entry, url } = await deltaTarget(statement.name, "alter", call);
  const folders = [
    call.env.storage.reachableFolder(url),
    ...(await sharedFolders(await table.snapshot(), entry, call)),
  ];
  const connection = await openConnection(call, folders, "");
  const { feature, truncateHistory } = action;
  const info = { userName: call.user, ...(call.signal === undefined ? {} : { signal: call.signal }) };
  try {
    await dropFeature({ table, connection, info, feature, truncateHistory });
  } catch (error) {
    throw call.placed(error, action.span);
  } finally {
    connection.close();
    // Also what was committed on the way to a refusal.
    await followCommit(entry, await table.snapshot(), call);
  }
}
