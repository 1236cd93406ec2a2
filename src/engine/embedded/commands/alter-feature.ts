import { dropFeature } from "../../../delta/schema/feature-drop.ts";
import type { AlterStatement } from "../../../sql/ast/alter.ts";
import { openConnection } from "../connection.ts";
import { sharedFolders } from "../shared-folders.ts";
import type { StatementCall } from "../statement-call.ts";
import { alterableTable, followCommit } from "./alter-commit.ts";
import type { ActionOf } from "./column-change.ts";

/** `ALTER TABLE … DROP FEATURE name [TRUNCATE HISTORY]`. */
export async function alterFeature(
  statement: AlterStatement,
  action: ActionOf<"drop_feature">,
  call: StatementCall,
): Promise<void> {
  const found = await alterableTable(statement.name, call);
  const table = await call.env.tables.at(found.location);
  const folders = [
    call.env.storage.reachableFolder(found.location),
    ...(await sharedFolders(await table.snapshot(), found, call)),
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
    await followCommit(found, await table.snapshot(), call);
  }
}
