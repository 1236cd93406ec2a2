import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogSnapshot } from "../catalog/snapshot.ts";
import { principalKey } from "../catalog/snapshot.ts";
import { applicablePrivilege } from "../catalog/privileges.ts";
import type { Securable, SecurableKind } from "../catalog/securable.ts";
import { canonicalUrl } from "../storage/url.ts";
import { isBoathouseError } from "../core/errors.ts";
import type { Bundle, BundleResource, ResourceKind } from "./bundle.ts";
import { ResourceReader } from "./resource-reader.ts";

/** One thing that a deployment changed. */
export interface Deployed {
  readonly action: "created" | "changed" | "granted";
  /** `catalog shop`, `USE CATALOG on catalog shop to buyers`. */
  readonly what: string;
}

/** The user of this machine in a list of members. */
const CURRENT_USER = "${workspace.current_user.userName}";

/**
 * Makes the groups of a project's config and gives them exactly the members that it names; what is no group there is a
 * user. Groups that it does not name stay as they are.
 */
export async function deployGroups(
  catalog: Catalog,
  user: string,
  groups: Readonly<Record<string, readonly string[]>>,
): Promise<Deployed[]> {
  const done: Deployed[] = [];
  const isGroup = (name: string): boolean =>
    Object.keys(groups).some((each) => principalKey(each) === principalKey(name));
  const ensure = async (name: string, kind: "user" | "group"): Promise<void> => {
    if ((await catalog.snapshot()).principal(name) !== undefined) return;
    await catalog.createPrincipal(user, { name, kind }, "if_not_exists");
    done.push({ action: "created", what: `${kind} ${name}` });
  };
  for (const group of Object.keys(groups)) await ensure(group, "group");
  for (const [group, written] of Object.entries(groups)) {
    const members = written.map((each) => (each === CURRENT_USER ? user : each));
    for (const member of members) await ensure(member, isGroup(member) ? "group" : "user");
    const before = (await catalog.snapshot()).members(group);
    const has = (list: readonly string[], name: string): boolean =>
      list.some((each) => principalKey(each) === principalKey(name));
    for (const member of members.filter((each) => !has(before, each))) {
      await catalog.addMember(user, group, member);
      done.push({ action: "changed", what: `group ${group}: ${member} joins` });
    }
    for (const member of before.filter((each) => !has(members, each))) {
      await catalog.removeMember(user, group, member);
      done.push({ action: "changed", what: `group ${group}: ${member} leaves` });
    }
  }
  return done;
}

/**
 * Makes the catalog objects of a bundle, in the order in which they need each other, and grants what it grants. What is
 * there already is brought in line; nothing is removed, since statements may have granted more. Errors point at the
 * bundle's file.
 */
export async function deployBundle(catalog: Catalog, user: string, bundle: Bundle): Promise<Deployed[]> {
  const done: Deployed[] = [];
  for (const kind of ORDER) {
    for (const resource of Object.values(bundle.resources[kind])) {
      try {
        done.push(...(await deployResource(catalog, user, kind, resource)));
      } catch (error) {
        const location = resource.locate([]);
        if (!isBoathouseError(error) || error.location !== undefined || location === undefined) throw error;
        throw error.at(location, resource.source);
      }
    }
  }
  return done;
}

type CatalogKind = Exclude<ResourceKind, "jobs" | "pipelines">;

const ORDER: readonly CatalogKind[] = ["storage_credentials", "external_locations", "catalogs", "schemas", "volumes"];

const SECURABLES: Readonly<Record<CatalogKind, SecurableKind>> = {
  storage_credentials: "storage_credential",
  external_locations: "external_location",
  catalogs: "catalog",
  schemas: "schema",
  volumes: "volume",
};

async function deployResource(
  catalog: Catalog,
  user: string,
  kind: CatalogKind,
  resource: BundleResource,
): Promise<Deployed[]> {
  const reader = new ResourceReader(resource, SECURABLES[kind].replaceAll("_", " "));
  const name = nameOf(kind, reader);
  const on = { kind: SECURABLES[kind], name };
  const label = `${on.kind.replaceAll("_", " ")} ${name.join(".")}`;
  const done: Deployed[] = [];
  const before = find(await catalog.snapshot(), kind, name);
  const change = await MAKERS[kind]({ catalog, user, reader, name, before });
  reader.finish();
  if (change !== undefined) done.push({ action: change, what: label });
  const comment = reader.text("comment");
  if (before !== undefined && comment !== undefined && before.comment !== comment) {
    await catalog.describeObject(user, on, { comment });
    done.push({ action: "changed", what: `${label}: its comment` });
  }
  for (const { principal, privileges } of reader.grants()) {
    await ensurePrincipal(catalog, user, principal, done);
    const wanted = privileges.map((each) => applicablePrivilege(each, on.kind));
    const snapshot = await catalog.snapshot();
    const securable = find(snapshot, kind, name);
    const granted = securable === undefined ? [] : snapshot.grantsOn(securable.id);
    const missing = wanted.filter(
      (privilege) =>
        !granted.some(
          (each) => each.privilege === privilege && principalKey(each.principal) === principalKey(principal),
        ),
    );
    if (missing.length === 0) continue;
    await catalog.grant(user, { on, principal, privileges: missing });
    done.push({ action: "granted", what: `${missing.join(", ")} on ${label} to ${principal}` });
  }
  return done;
}

/** There is no directory of principals on one machine: whom a bundle grants something is made known. */
async function ensurePrincipal(catalog: Catalog, user: string, name: string, done: Deployed[]): Promise<void> {
  if ((await catalog.snapshot()).principal(name) !== undefined) return;
  const kind = name.includes("@") ? "user" : "group";
  await catalog.createPrincipal(user, { name, kind }, "if_not_exists");
  done.push({ action: "created", what: `${kind} ${name}` });
}

function nameOf(kind: CatalogKind, reader: ResourceReader): readonly string[] {
  const name = reader.requiredText("name");
  if (kind === "schemas") return [reader.requiredText("catalog_name"), name];
  if (kind === "volumes") return [reader.requiredText("catalog_name"), reader.requiredText("schema_name"), name];
  return [name];
}

interface Making {
  readonly catalog: Catalog;
  readonly user: string;
  readonly reader: ResourceReader;
  readonly name: readonly string[];
  readonly before: Securable | undefined;
}

type Maker = (making: Making) => Promise<"created" | "changed" | undefined>;

const MAKERS: Readonly<Record<CatalogKind, Maker>> = {
  async storage_credentials({ catalog, user, reader, name: [name = ""], before }) {
    const identity = reader.object("azure_managed_identity");
    const accessConnectorId = identity.requiredText("access_connector_id");
    const managedIdentityId = identity.text("managed_identity_id");
    const access = reader.flag("read_only") === true ? "read_only" : "read_write";
    identity.finish();
    if (before !== undefined) return undefined;
    await catalog.createStorageCredential(user, {
      ...common(reader),
      name,
      accessConnectorId,
      access,
      ...(managedIdentityId === undefined ? {} : { managedIdentityId }),
    });
    return "created";
  },
  async external_locations({ catalog, user, reader, name: [name = ""], before }) {
    const url = reader.requiredText("url");
    const credential = reader.requiredText("credential_name");
    const access = reader.flag("read_only") === true ? "read_only" : "read_write";
    if (before === undefined) {
      await catalog.createExternalLocation(user, { ...common(reader), name, url, credential, access });
      return "created";
    }
    if (before.kind !== "external_location" || before.url === canonicalUrl(url)) return undefined;
    await catalog.alterExternalLocation(user, { name, url, credential });
    return "changed";
  },
  async catalogs({ catalog, user, reader, name: [name = ""], before }) {
    const root = reader.text("storage_root");
    const properties = reader.texts("properties");
    if (before !== undefined) return undefined;
    await catalog.createCatalog(user, { ...common(reader), ...managed(root), ...properties, name });
    return "created";
  },
  async schemas({ catalog, user, reader, name, before }) {
    const root = reader.text("storage_root");
    const properties = reader.texts("properties");
    if (before !== undefined) return undefined;
    await catalog.createSchema(user, { ...common(reader), ...managed(root), ...properties, name });
    return "created";
  },
  async volumes({ catalog, user, reader, name, before }) {
    const location = reader.text("storage_location");
    const type =
      reader.choice("volume_type", ["MANAGED", "EXTERNAL"]) ?? (location === undefined ? "MANAGED" : "EXTERNAL");
    if ((type === "EXTERNAL") !== (location !== undefined)) {
      throw reader.problem("volume_type", "An external volume has a `storage_location`, a managed one has none.");
    }
    if (before !== undefined) return undefined;
    await catalog.createVolume(user, { ...common(reader), name, ...(location === undefined ? {} : { location }) });
    return "created";
  },
};

function common(reader: ResourceReader): { comment?: string } {
  const comment = reader.text("comment");
  return comment === undefined ? {} : { comment };
}

function managed(root: string | undefined): { managedLocation?: string } {
  return root === undefined ? {} : { managedLocation: root };
}

function find(snapshot: CatalogSnapshot, kind: CatalogKind, name: readonly string[]): Securable | undefined {
  const [first = "", second = "", third = ""] = name;
  const { id } = snapshot.metastore;
  switch (kind) {
    case "storage_credentials":
      return snapshot.child(id, "credential", first);
    case "external_locations":
      return snapshot.child(id, "location", first);
    case "catalogs":
      return snapshot.child(id, "catalog", first);
    default: {
      const catalog = snapshot.child(id, "catalog", first);
      const schema = catalog === undefined ? undefined : snapshot.child(catalog.id, "schema", second);
      if (kind === "schemas" || schema === undefined) return schema;
      return snapshot.child(schema.id, "volume", third);
    }
  }
}
