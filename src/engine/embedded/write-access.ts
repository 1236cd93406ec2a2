import type { Access } from "../../catalog/access.ts";
import type { Table } from "../../catalog/securable.ts";
import { BoathouseError } from "../../core/errors.ts";

/**
 * Decides whether a user may write a table's rows. The pipeline that fills a table does so for whoever may refresh it;
 * everybody else needs MODIFY, and a materialized view takes no rows but those of its query.
 */
export function requireWrite(access: Access, table: Table, pipeline: string | undefined): void {
  if (pipeline !== undefined && pipeline === table.pipeline) {
    access.require("REFRESH", table);
    return;
  }
  if (table.kind === "materialized_view") {
    const name = access.snapshot.fullName(table).join(".");
    throw new BoathouseError("MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED", `The rows of ${name} are those of its query.`, {
      hint: "Change what the query reads, and refresh the view; or write into a table.",
    });
  }
  access.require("MODIFY", table);
}
