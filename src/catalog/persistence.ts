import type { Kysely } from "kysely";
import { unreachable } from "../core/errors.ts";
import { schemaFromJson, schemaToJson } from "../core/schema-json.ts";
import type { CatalogTables } from "./migrations.ts";
import { PRIVILEGES, type Privilege } from "./privileges.ts";
import { isRelation, NAMESPACES, type Securable } from "./securable.ts";
import { CatalogSnapshot, principalKey, type Write } from "./snapshot.ts";

export type CatalogDatabase = Kysely<CatalogTables>;

/** 0 while there is no catalog yet. */
export async function readVersion(db: CatalogDatabase): Promise<number> {
  const row = await db.selectFrom("catalog_version").select("version").executeTakeFirst();
  return row?.version ?? 0;
}

/** Everything, in one transaction's view when `db` is one. */
export async function readSnapshot(db: CatalogDatabase, version: number): Promise<CatalogSnapshot> {
  const securables = await db.selectFrom("catalog_securable").select("body").execute();
  const grants = await db.selectFrom("catalog_grant").selectAll().execute();
  const principals = await db.selectFrom("catalog_principal").selectAll().execute();
  const memberships = await db.selectFrom("catalog_member").selectAll().execute();
  return new CatalogSnapshot(version, {
    securables: securables.map((row) => fromBody(row.body)),
    grants: grants.map((row) => ({
      securable: row.securable,
      principal: row.principal,
      privilege: knownPrivilege(row.privilege),
      grantedBy: row.granted_by,
      grantedAt: row.granted_at,
    })),
    principals: principals.map(({ name, kind }) => ({ name, kind })),
    memberships: memberships.map((row) => ({ group: row.group_name, member: row.member_name })),
  });
}

/** Makes the changes and counts the version up. Inside a transaction only. */
export async function applyWrites(db: CatalogDatabase, writes: readonly Write[]): Promise<void> {
  for (const each of writes) await applyWrite(db, each);
  await db
    .insertInto("catalog_version")
    .values({ id: 1, version: 1 })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((expression) => ({ version: expression("catalog_version.version", "+", 1) })),
    )
    .execute();
}

async function applyWrite(db: CatalogDatabase, change: Write): Promise<void> {
  switch (change.write) {
    case "put": {
      const { id, parent, name, kind } = change.securable;
      const row = { parent, namespace: NAMESPACES[kind], name, kind, body: toBody(change.securable) };
      await db
        .insertInto("catalog_securable")
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
      return;
    }
    case "remove":
      await db.deleteFrom("catalog_grant").where("securable", "=", change.id).execute();
      await db.deleteFrom("catalog_securable").where("id", "=", change.id).execute();
      return;
    case "grant": {
      const { securable, principal, privilege, grantedBy, grantedAt } = change.grant;
      const row = { principal, granted_by: grantedBy, granted_at: grantedAt };
      await db
        .insertInto("catalog_grant")
        .values({ securable, principal_key: principalKey(principal), privilege, ...row })
        .onConflict((conflict) => conflict.columns(["securable", "principal_key", "privilege"]).doUpdateSet(row))
        .execute();
      return;
    }
    case "revoke":
      await db
        .deleteFrom("catalog_grant")
        .where("securable", "=", change.securable)
        .where("principal_key", "=", principalKey(change.principal))
        .where("privilege", "=", change.privilege)
        .execute();
      return;
    case "add_principal": {
      const { name, kind } = change.principal;
      await db
        .insertInto("catalog_principal")
        .values({ name_key: principalKey(name), name, kind })
        .onConflict((conflict) => conflict.column("name_key").doUpdateSet({ name, kind }))
        .execute();
      return;
    }
    case "remove_principal": {
      const key = principalKey(change.name);
      await db.deleteFrom("catalog_grant").where("principal_key", "=", key).execute();
      await db
        .deleteFrom("catalog_member")
        .where((where) => where.or([where("group_key", "=", key), where("member_key", "=", key)]))
        .execute();
      await db.deleteFrom("catalog_principal").where("name_key", "=", key).execute();
      return;
    }
    case "add_member": {
      const { group, member } = change.membership;
      const names = { group_name: group, member_name: member };
      await db
        .insertInto("catalog_member")
        .values({ group_key: principalKey(group), member_key: principalKey(member), ...names })
        .onConflict((conflict) => conflict.columns(["group_key", "member_key"]).doUpdateSet(names))
        .execute();
      return;
    }
    case "remove_member":
      await db
        .deleteFrom("catalog_member")
        .where("group_key", "=", principalKey(change.membership.group))
        .where("member_key", "=", principalKey(change.membership.member))
        .execute();
      return;
  }
}

function toBody(securable: Securable): string {
  return JSON.stringify(isRelation(securable) ? { ...securable, columns: schemaToJson(securable.columns) } : securable);
}

/** Only `toBody` writes these texts. */
function fromBody(body: string): Securable {
  const stored = JSON.parse(body) as Securable & { readonly columns?: unknown };
  if (!isRelation(stored)) return stored;
  const columns: unknown = stored.columns;
  if (typeof columns !== "string") return unreachable(`The stored columns of ${stored.name} are no text.`);
  return { ...stored, columns: schemaFromJson(columns) };
}

function knownPrivilege(name: string): Privilege {
  return PRIVILEGES.find((each) => each === name) ?? unreachable(`The stored privilege ${name} is unknown.`);
}
