import { BoathouseError } from "../core/errors.ts";
import { canonicalUrl } from "../storage/url.ts";
import { checkedName, type Change, type CommonOptions, type Created, type CreateMode } from "./change.ts";
import { getCatalog, getSecurable } from "./find.ts";
import type { CatalogObject, ExternalLocation, SchemaObject, StorageCredential } from "./securable.ts";

export interface CreateCatalogOptions extends CommonOptions {
  readonly name: string;
  readonly mode?: Exclude<CreateMode, "replace">;
  /** Where its managed data goes; inside an external location with CREATE MANAGED STORAGE. */
  readonly managedLocation?: string;
}

/** `CREATE CATALOG`. It comes with a schema `default`. */
export function createCatalog(change: Change, options: CreateCatalogOptions): Created<CatalogObject> {
  const { access, snapshot } = change;
  const name = checkedName(options.name);
  const existing = snapshot.child(snapshot.metastore.id, "catalog", name);
  if (existing?.kind === "catalog" && options.mode === "if_not_exists")
    return { securable: existing, outcome: "unchanged" };
  access.require("CREATE CATALOG", snapshot.metastore);
  if (RESERVED_CATALOGS.has(name)) throw reserved(name);
  change.requireNew(snapshot.metastore, "catalog", name);
  const catalog = change.put<CatalogObject>({
    ...change.common(snapshot.metastore.id, name, options),
    kind: "catalog",
    ...managedRoot(change, options.managedLocation),
  });
  change.put<SchemaObject>({ ...change.common(catalog.id, "default", {}), kind: "schema" });
  return { securable: catalog, outcome: "created" };
}

export interface CreateSchemaOptions extends CommonOptions {
  readonly name: readonly string[];
  readonly mode?: Exclude<CreateMode, "replace">;
  readonly managedLocation?: string;
}

export function createSchema(change: Change, options: CreateSchemaOptions): Created<SchemaObject> {
  const { access, snapshot } = change;
  const catalog = getCatalog(access, options.name[0] ?? "");
  const name = checkedName(options.name[1]);
  access.require("USE CATALOG", catalog);
  const existing = snapshot.child(catalog.id, "schema", name);
  if (existing?.kind === "schema" && options.mode === "if_not_exists")
    return { securable: existing, outcome: "unchanged" };
  access.require("CREATE SCHEMA", catalog);
  if (name === "information_schema") throw reserved(name);
  change.requireNew(catalog, "schema", name);
  const schema = change.put<SchemaObject>({
    ...change.common(catalog.id, name, options),
    kind: "schema",
    ...managedRoot(change, options.managedLocation),
  });
  return { securable: schema, outcome: "created" };
}

export interface CreateCredentialOptions extends CommonOptions {
  readonly name: string;
  readonly mode?: Exclude<CreateMode, "replace">;
  readonly accessConnectorId: string;
  readonly managedIdentityId?: string;
  readonly access?: "read_write" | "read_only";
}

export function createCredential(change: Change, options: CreateCredentialOptions): Created<StorageCredential> {
  const { access, snapshot } = change;
  const name = checkedName(options.name);
  const existing = snapshot.child(snapshot.metastore.id, "credential", name);
  if (existing?.kind === "storage_credential" && options.mode === "if_not_exists") {
    return { securable: existing, outcome: "unchanged" };
  }
  access.require("CREATE STORAGE CREDENTIAL", snapshot.metastore);
  change.requireNew(snapshot.metastore, "credential", name);
  if (!ACCESS_CONNECTOR.test(options.accessConnectorId)) {
    throw new BoathouseError(
      "INVALID_ACCESS_CONNECTOR",
      `"${options.accessConnectorId}" is no Access Connector's id.`,
      {
        hint: "It has the form /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Databricks/accessConnectors/<name>.",
      },
    );
  }
  const credential = change.put<StorageCredential>({
    ...change.common(snapshot.metastore.id, name, options),
    kind: "storage_credential",
    azureManagedIdentity: {
      accessConnectorId: options.accessConnectorId,
      ...(options.managedIdentityId === undefined ? {} : { managedIdentityId: options.managedIdentityId }),
    },
    access: options.access ?? "read_write",
  });
  return { securable: credential, outcome: "created" };
}

export interface CreateLocationOptions extends CommonOptions {
  readonly name: string;
  readonly mode?: Exclude<CreateMode, "replace">;
  readonly url: string;
  /** The storage credential's name. */
  readonly credential: string;
  readonly access?: "read_write" | "read_only";
}

export function createLocation(change: Change, options: CreateLocationOptions): Created<ExternalLocation> {
  const { access, snapshot } = change;
  const name = checkedName(options.name);
  const existing = snapshot.child(snapshot.metastore.id, "location", name);
  if (existing?.kind === "external_location" && options.mode === "if_not_exists") {
    return { securable: existing, outcome: "unchanged" };
  }
  const credential = credentialFor(change, options.credential);
  access.require("CREATE EXTERNAL LOCATION", snapshot.metastore);
  change.requireNew(snapshot.metastore, "location", name);
  const url = canonicalUrl(options.url);
  change.places.requireFree(access, url, "external location");
  const location = change.put<ExternalLocation>({
    ...change.common(snapshot.metastore.id, name, options),
    kind: "external_location",
    url,
    credential: credential.id,
    access: options.access ?? credential.access,
  });
  return { securable: location, outcome: "created" };
}

export interface AlterLocationOptions {
  readonly name: string;
  readonly url?: string;
  readonly credential?: string;
}

export function alterLocation(change: Change, options: AlterLocationOptions): ExternalLocation {
  const { access } = change;
  const found = getSecurable(access, "external_location", [options.name]);
  if (found.kind !== "external_location") throw reserved(options.name);
  access.requireAdministration("alter", found);
  let altered: ExternalLocation = found;
  if (options.url !== undefined) {
    const url = canonicalUrl(options.url);
    change.places.requireFree(access, url, "external location", found);
    altered = { ...altered, url };
  }
  if (options.credential !== undefined)
    altered = { ...altered, credential: credentialFor(change, options.credential).id };
  return change.update(altered);
}

/** Using a credential takes CREATE EXTERNAL LOCATION on it. */
function credentialFor(change: Change, name: string): StorageCredential {
  const credential = getSecurable(change.access, "storage_credential", [name]);
  if (credential.kind !== "storage_credential") throw reserved(name);
  change.access.require("CREATE EXTERNAL LOCATION", credential);
  return credential;
}

function managedRoot(change: Change, written: string | undefined): { managedLocation?: string } {
  if (written === undefined) return {};
  const url = canonicalUrl(written);
  change.places.requireFree(change.access, url, "managed root");
  change.places.requireLocation(change.access, url, "CREATE MANAGED STORAGE");
  return { managedLocation: url };
}

const RESERVED_CATALOGS = new Set(["system", "hive_metastore", "samples", "__databricks_internal"]);

const ACCESS_CONNECTOR =
  /^\/subscriptions\/[0-9a-f-]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Databricks\/accessConnectors\/[^/]+$/i;

function reserved(name: string): BoathouseError {
  return new BoathouseError("INVALID_NAME", `The name "${name}" is reserved.`, { sqlState: "42602" });
}
