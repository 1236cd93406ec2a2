import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import type { StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { randomIds, type IdSource } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import type { State } from "../state/state.ts";
import type { Storage } from "../storage/storage.ts";
import { canonicalUrl } from "../storage/url.ts";
import { Access } from "./access.ts";
import * as alter from "./alter.ts";
import { auditRow, recordAudit, type AuditEvent } from "./audit.ts";
import { Change, type Created } from "./change.ts";
import * as containers from "./containers.ts";
import * as grants from "./grants.ts";
import {
  lineageRows,
  readLineage,
  recordLineageRows,
  type LineageEdge,
  type LineageEvent,
  type LineageQuery,
} from "./lineage.ts";
import type { CatalogTables } from "./migrations.ts";
import { applyWrites, readSnapshot, readVersion, type CatalogDatabase } from "./persistence.ts";
import { Places } from "./places.ts";
import * as policies from "./policies.ts";
import * as principals from "./principals.ts";
import * as relations from "./relations.ts";
import { createFunction, type CreateFunctionOptions } from "./routines.ts";
import type {
  CatalogObject,
  Definition,
  ExternalLocation,
  Metastore,
  RoutineObject,
  SchemaObject,
  Securable,
  StorageCredential,
  Table,
  View,
  Volume,
} from "./securable.ts";
import { principalKey, type CatalogSnapshot, type Principal } from "./snapshot.ts";
import { systemTable, type SystemTable } from "./system-tables.ts";
import { createVolume, type CreateVolumeOptions } from "./volumes.ts";

export interface CatalogOptions {
  /** With `catalogMigrations` applied. */
  readonly state: State;
  readonly storage: Storage;
  /** The lakehouse's folder. */
  readonly root: string;
  /** Who owns the metastore when it is made, and is its admin: the user of this machine. */
  readonly owner: string;
  /** Where managed data goes that no catalog or schema has a place for. Only looked at when the metastore is made. */
  readonly storageRoot?: string;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/**
 * Unity Catalog: what there is, who owns it, who may do what with it, and what was done. Every change is one transaction
 * that reads the catalog, decides as the given user, writes and keeps an audit event; changes that are refused are kept
 * as well. Several processes may share the database.
 *
 * For reading, `access(user)` gives a snapshot with the user's rights on it, all of it synchronous.
 */
export class Catalog {
  readonly places: Places;
  readonly #db: CatalogDatabase;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  #latest: CatalogSnapshot | undefined;

  private constructor(options: CatalogOptions) {
    this.#db = options.state.db.withTables<CatalogTables>();
    this.places = new Places(options.storage, options.root);
    this.#clock = options.clock ?? systemClock;
    this.#ids = options.ids ?? randomIds;
  }

  /** Opens the catalog, making the metastore and its owner when they are not there. */
  static async open(options: CatalogOptions): Promise<Catalog> {
    const catalog = new Catalog(options);
    await catalog.#bootstrap(options);
    return catalog;
  }

  /** The catalog as it is now. Reads the database only when somebody has changed it. */
  async snapshot(): Promise<CatalogSnapshot> {
    return this.#current(this.#db);
  }

  /** A user's rights on the catalog as it is now. Throws `PRINCIPAL_DOES_NOT_EXIST`. */
  async access(user: string): Promise<Access> {
    return new Access(await this.snapshot(), user);
  }

  createCatalog(user: string, options: containers.CreateCatalogOptions): Promise<Created<CatalogObject>> {
    return this.#change(user, "createCatalog", { name: options.name }, (change) =>
      containers.createCatalog(change, options),
    );
  }

  createSchema(user: string, options: containers.CreateSchemaOptions): Promise<Created<SchemaObject>> {
    return this.#change(user, "createSchema", named(options.name), (change) =>
      containers.createSchema(change, options),
    );
  }

  createStorageCredential(
    user: string,
    options: containers.CreateCredentialOptions,
  ): Promise<Created<StorageCredential>> {
    const parameters = { name: options.name, access_connector_id: options.accessConnectorId };
    return this.#change(user, "createStorageCredential", parameters, (change) =>
      containers.createCredential(change, options),
    );
  }

  createExternalLocation(user: string, options: containers.CreateLocationOptions): Promise<Created<ExternalLocation>> {
    const parameters = { name: options.name, url: options.url, credential_name: options.credential };
    return this.#change(user, "createExternalLocation", parameters, (change) =>
      containers.createLocation(change, options),
    );
  }

  alterExternalLocation(user: string, options: containers.AlterLocationOptions): Promise<ExternalLocation> {
    return this.#change(user, "updateExternalLocation", { ...options }, (change) =>
      containers.alterLocation(change, options),
    );
  }

  /** Checks that a table may be created and says where its data goes. `createTable` with that id makes it known. */
  async prepareTable(
    user: string,
    options: Parameters<typeof relations.prepareTable>[1],
  ): Promise<relations.PreparedTable> {
    return relations.prepareTable(this.#plan(await this.access(user)), options);
  }

  createTable(user: string, options: relations.CreateTableOptions): Promise<Created<Table>> {
    return this.#change(user, "createTable", named(options.name), (change) => relations.createTable(change, options));
  }

  createView(user: string, options: relations.CreateViewOptions): Promise<Created<View>> {
    return this.#change(user, "createTable", named(options.name), (change) => relations.createView(change, options));
  }

  createVolume(user: string, options: CreateVolumeOptions): Promise<Created<Volume>> {
    return this.#change(user, "createVolume", named(options.name), (change) => createVolume(change, options));
  }

  createFunction(user: string, options: CreateFunctionOptions): Promise<Created<RoutineObject>> {
    return this.#change(user, "createFunction", named(options.name), (change) => createFunction(change, options));
  }

  drop(user: string, on: alter.Named, options: alter.DropOptions = {}): Promise<readonly Securable[]> {
    return this.#change(user, action("delete", on), named(on.name), (change) => alter.drop(change, on, options));
  }

  rename(user: string, on: alter.Named, to: string): Promise<Securable> {
    return this.#change(user, action("update", on), { ...named(on.name), new_name: to }, (change) =>
      alter.rename(change, on, to),
    );
  }

  setOwner(user: string, on: alter.Named, owner: string): Promise<Securable> {
    return this.#change(user, action("update", on), { ...named(on.name), owner }, (change) =>
      alter.setOwner(change, on, owner),
    );
  }

  /** Comment and properties of any object. */
  describeObject(user: string, on: alter.Named, description: alter.Description): Promise<Securable> {
    return this.#change(user, action("update", on), named(on.name), (change) =>
      alter.describeObject(change, on, description),
    );
  }

  /** Columns, partitioning and properties of a table, after a commit has changed them. */
  describeTable(user: string, name: readonly string[], description: alter.TableDescription): Promise<Table> {
    return this.#change(user, "updateTable", named(name), (change) => alter.describeTable(change, name, description));
  }

  setDefinition(
    user: string,
    name: readonly string[],
    definition: Definition,
    columns: StructType,
  ): Promise<Table | View> {
    return this.#change(user, "updateTable", named(name), (change) =>
      alter.setDefinition(change, name, definition, columns),
    );
  }

  setRowFilter(user: string, options: policies.PolicyOptions): Promise<Table> {
    const parameters = { ...named(options.table), row_filter: options.function.join(".") };
    return this.#change(user, "updateTable", parameters, (change) => policies.setRowFilter(change, options));
  }

  dropRowFilter(user: string, table: readonly string[]): Promise<Table> {
    return this.#change(user, "updateTable", named(table), (change) => policies.dropRowFilter(change, table));
  }

  setColumnMask(user: string, options: Parameters<typeof policies.setColumnMask>[1]): Promise<Table> {
    const parameters = { ...named(options.table), column: options.column, mask: options.function.join(".") };
    return this.#change(user, "updateTable", parameters, (change) => policies.setColumnMask(change, options));
  }

  dropColumnMask(user: string, table: readonly string[], column: string): Promise<Table> {
    return this.#change(user, "updateTable", { ...named(table), column }, (change) =>
      policies.dropColumnMask(change, table, column),
    );
  }

  grant(user: string, options: grants.GrantOptions): Promise<void> {
    return this.#change(user, "updatePermissions", permissions("add", options), (change) =>
      grants.grant(change, options),
    );
  }

  revoke(user: string, options: grants.GrantOptions): Promise<void> {
    return this.#change(user, "updatePermissions", permissions("remove", options), (change) =>
      grants.revoke(change, options),
    );
  }

  async showGrants(user: string, on: alter.Named, principal?: string): Promise<readonly grants.ShownGrant[]> {
    return grants.showGrants(await this.access(user), on, principal);
  }

  createPrincipal(user: string, principal: Principal, mode?: "create" | "if_not_exists"): Promise<void> {
    return this.#change(user, "createPrincipal", { ...principal }, (change) =>
      principals.createPrincipal(change, principal, mode),
    );
  }

  dropPrincipal(user: string, name: string): Promise<void> {
    return this.#change(user, "deletePrincipal", { name }, (change) => principals.dropPrincipal(change, name));
  }

  addMember(user: string, group: string, member: string): Promise<void> {
    return this.#change(user, "addPrincipalToGroup", { group, member }, (change) =>
      principals.addMember(change, group, member),
    );
  }

  removeMember(user: string, group: string, member: string): Promise<void> {
    return this.#change(user, "removePrincipalFromGroup", { group, member }, (change) =>
      principals.removeMember(change, group, member),
    );
  }

  /** Keeps what a statement that ran has moved. */
  async recordLineage(event: LineageEvent): Promise<void> {
    const rows = lineageRows(event, this.#clock.now(), this.#ids);
    await this.#db.transaction().execute((transaction) => recordLineageRows(transaction, rows));
  }

  async lineage(user: string, query: LineageQuery): Promise<LineageEdge[]> {
    return readLineage(this.#db, await this.access(user), query);
  }

  /** Keeps an action that was no change of the catalog: a table that was read, an access that was refused. */
  async audit(event: AuditEvent): Promise<void> {
    await recordAudit(this.#db, auditRow(event, this.#clock.now(), this.#ids));
  }

  /**
   * A table that the catalog answers itself: `<catalog>.information_schema.<name>`, `system.information_schema.<name>`,
   * `system.access.<name>`, with what the user may see. Undefined when there is none of that name.
   */
  async systemTable(user: string, name: readonly string[]): Promise<SystemTable | undefined> {
    return systemTable(this.#db, await this.access(user), name);
  }

  async #change<T>(user: string, event: string, parameters: JsonObject, plan: (change: Change) => T): Promise<T> {
    const time = this.#clock.now();
    try {
      const { result, snapshot } = await this.#db.transaction().execute(async (transaction) => {
        const before = await this.#current(transaction);
        const change = this.#plan(new Access(before, user));
        const planned = plan(change);
        if (change.writes.length > 0) await applyWrites(transaction, change.writes);
        await recordAudit(transaction, auditRow({ user, action: event, parameters }, time, this.#ids));
        return { result: planned, snapshot: change.writes.length > 0 ? before.after(change.writes) : before };
      });
      this.#latest = snapshot;
      return result;
    } catch (error) {
      if (error instanceof BoathouseError && error.kind === "user") {
        await this.audit({ user, action: event, parameters, error });
      }
      throw error;
    }
  }

  #plan(access: Access): Change {
    return new Change(access, this.places, this.#clock.now(), this.#ids);
  }

  async #current(db: CatalogDatabase): Promise<CatalogSnapshot> {
    const known = this.#latest;
    const version = await readVersion(db);
    if (known?.version === version) return known;
    const read = db.isTransaction
      ? await readSnapshot(db, version)
      : await db
          .transaction()
          .execute(async (transaction) => readSnapshot(transaction, await readVersion(transaction)));
    if (read.version >= (this.#latest?.version ?? 0)) this.#latest = read;
    return read;
  }

  async #bootstrap(options: CatalogOptions): Promise<void> {
    if ((await readVersion(this.#db)) > 0) return;
    const now = this.#clock.now();
    const stamp = { createdAt: now, createdBy: options.owner, updatedAt: now, updatedBy: options.owner };
    const metastore: Metastore = {
      id: this.#ids.uuid(),
      kind: "metastore",
      parent: "",
      name: "metastore",
      owner: options.owner,
      properties: {},
      ...stamp,
      storageRoot: canonicalUrl(options.storageRoot ?? DEFAULT_ROOT),
    };
    await this.#db.transaction().execute(async (transaction) => {
      if ((await readVersion(transaction)) > 0) return;
      await applyWrites(transaction, [
        { write: "add_principal", principal: { name: options.owner, kind: "user" } },
        { write: "put", securable: metastore },
      ]);
    });
  }
}

const DEFAULT_ROOT = "abfss://metastore@boathouse.dfs.core.windows.net";

function named(name: readonly string[]): { full_name_arg: string } {
  return { full_name_arg: name.map(principalKey).join(".") };
}

/** `deleteTable`, `updateExternalLocation`. */
function action(verb: "delete" | "update", on: alter.Named): string {
  const words = on.kind.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return verb + words.join("");
}

function permissions(change: "add" | "remove", options: grants.GrantOptions): JsonObject {
  const { on, principal, privileges } = options;
  return {
    securable_type: on.kind,
    securable_full_name: on.name.join("."),
    changes: [{ principal, [change]: privileges }],
  };
}
