import { BoathouseError, messageOf } from "../core/errors.ts";
import type { IdSource } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import type { AuditRow } from "./migrations.ts";
import type { CatalogDatabase } from "./persistence.ts";

/** An action to be kept in `system.access.audit`. */
export interface AuditEvent {
  readonly user: string;
  /** As Databricks names it: `createTable`, `getTable`, `updatePermissions`. */
  readonly action: string;
  readonly parameters: JsonObject;
  /** What it failed with. */
  readonly error?: unknown;
}

export function auditRow(event: AuditEvent, time: number, ids: IdSource): AuditRow {
  const { error } = event;
  return {
    event_id: ids.uuid(),
    event_time: time,
    user_name: event.user,
    service_name: "unityCatalog",
    action_name: event.action,
    request_params: JSON.stringify(event.parameters),
    status_code: statusOf(error),
    error_code: error === undefined ? null : error instanceof BoathouseError ? error.code : "INTERNAL_ERROR",
    error_message: error === undefined ? null : messageOf(error),
  };
}

export async function recordAudit(db: CatalogDatabase, row: AuditRow): Promise<void> {
  await db.insertInto("catalog_audit").values(row).execute();
}

/** The newest first. */
export async function readAudit(db: CatalogDatabase, most: number): Promise<AuditRow[]> {
  return db.selectFrom("catalog_audit").selectAll().orderBy("event_time", "desc").limit(most).execute();
}

function statusOf(error: unknown): number {
  if (error === undefined) return 200;
  if (!(error instanceof BoathouseError)) return 500;
  if (error.code === "INSUFFICIENT_PERMISSIONS") return 403;
  if (error.code.endsWith("_NOT_FOUND")) return 404;
  if (error.code.endsWith("_ALREADY_EXISTS")) return 409;
  return error.kind === "defect" ? 500 : 400;
}
