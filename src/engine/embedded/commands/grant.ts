import type { Named } from "../../../catalog/alter.ts";
import type { SecurableKind } from "../../../catalog/securable.ts";
import type { ObjectKind } from "../../../sql/ast/create.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { Span } from "../../../sql/ast/node.ts";
import type { StatementCall } from "../statement-call.ts";
import { doneResult, rowsResult, textColumns } from "../result.ts";
import type { Command } from "./command.ts";

export const grant: Command<"grant" | "revoke" | "deny"> = {
  kinds: ["grant", "revoke", "deny"],
  async run(statement, call) {
    const on = await namedObject(statement.object, statement.name, statement.span, call);
    const change = { on, privileges: statement.privileges, principal: statement.principal.name };
    if (statement.kind === "deny")
      throw call.unsupported(statement.span, "DENY", "Unity Catalog only grants: revoke what should not be.");
    if (statement.kind === "grant") await call.env.catalog.grant(call.user, change);
    else await call.env.catalog.revoke(call.user, change);
    return doneResult(statement.kind.toUpperCase());
  },
};

export const showGrants: Command<"show_grants"> = {
  kinds: ["show_grants"],
  async run(statement, call) {
    const schema = textColumns("Principal", "ActionType", "ObjectType", "ObjectKey");
    if (statement.object === undefined) throw call.unsupported(statement.span, "SHOW GRANTS without ON");
    const on = await namedObject(statement.object, statement.name, statement.span, call);
    const grants = await call.env.catalog.showGrants(call.user, on, statement.principal?.name);
    const { snapshot } = await call.access();
    const rows = grants.map((each) => ({
      Principal: each.principal,
      ActionType: each.privilege,
      ObjectType: each.on.kind.toUpperCase(),
      ObjectKey: snapshot.fullName(each.on).join("."),
    }));
    return rowsResult("SHOW GRANTS", schema, rows);
  },
};

const KINDS: Readonly<Partial<Record<ObjectKind, SecurableKind>>> = {
  metastore: "metastore",
  catalog: "catalog",
  schema: "schema",
  table: "table",
  view: "view",
  materialized_view: "materialized_view",
  streaming_table: "streaming_table",
  volume: "volume",
  function: "function",
  external_location: "external_location",
  storage_credential: "storage_credential",
};

/** The catalog's name for an object of a statement. */
export async function namedObject(
  object: ObjectKind,
  name: ObjectName | undefined,
  span: Span,
  call: StatementCall,
): Promise<Named> {
  const kind = KINDS[object];
  if (kind === undefined) throw call.unsupported(span, `${object.replaceAll("_", " ").toUpperCase()} here`);
  if (kind === "metastore" || name === undefined) return { kind, name: [] };
  const named = kind === "schema" ? call.schemaName(name) : isLeaf(kind) ? call.objectName(name) : call.parts(name);
  return { kind, name: await named };
}

function isLeaf(kind: SecurableKind): boolean {
  return !["catalog", "schema", "external_location", "storage_credential", "metastore"].includes(kind);
}
