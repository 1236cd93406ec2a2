import type { StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { noPrincipal } from "./access.ts";
import { checkedName, type Change } from "./change.ts";
import { getSecurable, getTable, nameText, notFound } from "./find.ts";
import { checkPolicies } from "./policies.ts";
import {
  isRelation,
  isTable,
  kindText,
  NAMESPACES,
  type Definition,
  type RoutineObject,
  type Securable,
  type SecurableKind,
  type Table,
  type View,
} from "./securable.ts";

/** An object by kind and full name. */
export interface Named {
  readonly kind: SecurableKind;
  readonly name: readonly string[];
}

/**
 * `ALTER … OWNER TO`. What runs with its owner's rights goes only to the user and its groups, unless the metastore's admin
 * gives it away: else whoever writes a function could have it run as anybody.
 */
export function setOwner(change: Change, { kind, name }: Named, owner: string): Securable {
  const found = getSecurable(change.access, kind, name);
  change.access.requireAdministration("grant", found);
  const principal = change.snapshot.principal(owner);
  if (principal === undefined) throw noPrincipal(change.snapshot, owner);
  if ((found.kind === "function" || found.kind === "view") && !change.access.actsFor(principal.name)) {
    throw new BoathouseError(
      "INSUFFICIENT_PERMISSIONS",
      `The user ${change.access.user} cannot make ${principal.name} the owner of ${change.access.describe(found)}, which runs with its owner's rights.`,
      {
        sqlState: "42501",
        hint: `Ask ${change.snapshot.metastore.owner}, or choose yourself or a group that you are in.`,
      },
    );
  }
  return change.update({ ...found, owner: principal.name });
}

/** `ALTER … RENAME TO`: inside the same parent. Data, grants and policies stay, as they hang on the id. */
export function rename(change: Change, { kind, name }: Named, to: string): Securable {
  const found = getSecurable(change.access, kind, name);
  change.access.requireAdministration("alter", found);
  const wanted = checkedName(to);
  if (wanted === found.name) return found;
  const parent = change.snapshot.get(found.parent);
  if (parent === undefined) throw new BoathouseError("INVALID_NAME", "The metastore cannot be renamed.");
  change.requireNew(parent, NAMESPACES[found.kind], wanted);
  return change.update({ ...found, name: wanted });
}

/** What ALTER and COMMENT change without touching data. `null` takes a property or the comment away. */
export interface Description {
  readonly comment?: string | null;
  readonly properties?: Readonly<Record<string, string | null>>;
}

export function describeObject(change: Change, { kind, name }: Named, description: Description): Securable {
  const found = getSecurable(change.access, kind, name);
  requireModification(change, found);
  const { comment: before, ...rest } = found;
  const comment = description.comment === undefined ? before : (description.comment ?? undefined);
  const properties = Object.entries({ ...found.properties, ...description.properties }).flatMap(([key, value]) =>
    value === null ? [] : [[key, value] as const],
  );
  return change.update({
    ...rest,
    properties: Object.fromEntries(properties),
    ...(comment === undefined ? {} : { comment }),
  });
}

export interface TableDescription {
  readonly columns: StructType;
  readonly partitionColumns?: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
}

/** Follows what a commit has changed in a table: columns, partitioning, properties. */
export function describeTable(change: Change, name: readonly string[], description: TableDescription): Table {
  const table = getTable(change.access, name);
  requireModification(change, table);
  const altered: Table = {
    ...table,
    columns: description.columns,
    partitionColumns: description.partitionColumns ?? table.partitionColumns,
    properties: description.properties ?? table.properties,
  };
  checkPolicies(altered);
  return change.update(altered);
}

/** `ALTER VIEW … AS`, and the query of a materialized view or streaming table. */
export function setDefinition(
  change: Change,
  name: readonly string[],
  definition: Definition,
  columns: StructType,
): Table | View {
  const found = getSecurable(change.access, "table", name);
  if (!isRelation(found) || found.kind === "table") {
    throw new BoathouseError("EXPECT_VIEW_NOT_TABLE", `${nameText(name)} is a table, which has no query.`);
  }
  change.access.requireAdministration("alter", found);
  const owner = found.kind === "view" && !change.access.actsFor(found.owner) ? change.access.user : found.owner;
  const altered = { ...found, definition, columns, owner };
  if (isTable(altered)) checkPolicies(altered);
  return change.update(altered);
}

export interface DropOptions {
  readonly ifExists?: boolean;
  /** What is inside goes too; without it a catalog or schema has to be empty. */
  readonly cascade?: boolean;
}

/** Removes an object and what is inside it. Gives all that is gone, so that managed data can be removed. */
export function drop(change: Change, { kind, name }: Named, options: DropOptions = {}): readonly Securable[] {
  const { access } = change;
  let found: Securable;
  try {
    found = getSecurable(access, NAMESPACES[kind] === "relation" ? "table" : kind, name);
  } catch (error) {
    if (options.ifExists === true && error instanceof BoathouseError && error.code.endsWith("_NOT_FOUND")) return [];
    throw error;
  }
  if (found.kind === "metastore") throw notFound(access, "metastore", name);
  if (!DROPPED_AS[found.kind].includes(kind)) {
    throw new BoathouseError(
      "WRONG_COMMAND_FOR_OBJECT_TYPE",
      `${nameText(name)} is a ${kindText(found.kind).toLowerCase()}: drop it with DROP ${kindText(found.kind)}.`,
    );
  }
  access.requireAdministration("alter", found);
  const inside = descendants(change, found);
  const emptyDefault =
    found.kind === "catalog" && inside.length === 1 && inside[0]?.kind === "schema" && inside[0].name === "default";
  if (inside.length > 0 && options.cascade !== true && !emptyDefault) {
    throw new BoathouseError(
      `${kindText(found.kind)}_NOT_EMPTY`,
      `${access.describe(found)} is not empty: it holds ${inside.length} objects.`,
      {
        sqlState: "2BP01",
        hint: "Drop what is inside first, or add CASCADE.",
      },
    );
  }
  const gone = [...inside, found];
  refuseUse(change, gone);
  for (const each of gone) change.write({ write: "remove", id: each.id });
  return gone;
}

/** Tables are changed by who may MODIFY them, too. */
function requireModification(change: Change, found: Securable): void {
  const { access } = change;
  if (found.kind === "table" && access.decide("MODIFY", found).allowed) return;
  access.requireAdministration("alter", found);
}

const DROPPED_AS: Readonly<Record<Exclude<SecurableKind, "metastore">, readonly SecurableKind[]>> = {
  catalog: ["catalog"],
  schema: ["schema"],
  table: ["table"],
  streaming_table: ["streaming_table", "table"],
  materialized_view: ["materialized_view", "table", "view"],
  view: ["view"],
  volume: ["volume"],
  function: ["function"],
  storage_credential: ["storage_credential"],
  external_location: ["external_location"],
};

/** Inner objects first. */
function descendants(change: Change, of: Securable): Securable[] {
  return change.snapshot.children(of.id).flatMap((each) => [...descendants(change, each), each]);
}

/** What others lean on stays: a policy's function, a location's credential, the location under tables and volumes. */
function refuseUse(change: Change, gone: readonly Securable[]): void {
  const ids = new Set(gone.map((each) => each.id));
  for (const each of change.snapshot.all()) {
    if (ids.has(each.id)) continue;
    const used = gone.find((one) => uses(change, each, one));
    if (used === undefined) continue;
    const { access } = change;
    const user = access.sees(each) ? access.describe(each) : "another object";
    throw new BoathouseError("OBJECT_IN_USE", `${access.describe(used)} is used by ${user}.`, {
      sqlState: "2BP01",
      hint: "Drop or change that first.",
    });
  }
}

function uses(change: Change, user: Securable, used: Securable): boolean {
  if (used.kind === "storage_credential") return user.kind === "external_location" && user.credential === used.id;
  if (used.kind === "external_location") {
    if (isTable(user) || user.kind === "volume")
      return user.storage === "external" && change.places.contains(used.url, user.location);
    const root = user.kind === "catalog" || user.kind === "schema" ? user.managedLocation : undefined;
    return root !== undefined && change.places.contains(used.url, root);
  }
  return used.kind === "function" && isTable(user) && policyFunctions(user).includes(used.id);
}

function policyFunctions(table: Table): readonly RoutineObject["id"][] {
  const policies = [...(table.rowFilter === undefined ? [] : [table.rowFilter]), ...Object.values(table.columnMasks)];
  return policies.map((each) => each.function);
}
