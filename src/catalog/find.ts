import { quoteIfNeeded } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import type { Access } from "./access.ts";
import {
  isRelation,
  isTable,
  kindText,
  NAMESPACES,
  type CatalogObject,
  type Namespace,
  type Relation,
  type RoutineObject,
  type SchemaObject,
  type Securable,
  type SecurableKind,
  type Table,
} from "./securable.ts";

/**
 * Objects by name. Names have all their parts (`[catalog, schema, table]`): completing them is the session's. Looking into
 * a catalog or schema takes USE CATALOG and USE SCHEMA, so that nobody learns from an error what is there.
 */
function findCatalog(access: Access, name: string): CatalogObject | undefined {
  const found = access.snapshot.child(access.snapshot.metastore.id, "catalog", name);
  return found?.kind === "catalog" ? found : undefined;
}

export function findSchema(access: Access, name: readonly string[]): SchemaObject | undefined {
  const catalog = findCatalog(access, part(name, 0));
  const found = catalog === undefined ? undefined : childOf(access, catalog, "schema", part(name, 1));
  return found?.kind === "schema" ? found : undefined;
}

export function findRelation(access: Access, name: readonly string[]): Relation | undefined {
  const found = findLeaf(access, name, "relation");
  return found !== undefined && isRelation(found) ? found : undefined;
}

export function findRoutine(access: Access, name: readonly string[]): RoutineObject | undefined {
  const found = findLeaf(access, name, "function");
  return found?.kind === "function" ? found : undefined;
}

/** Any object by kind and name. `table` finds every relation, as `GRANT … ON TABLE` does. Throws when there is none. */
export function getSecurable(access: Access, kind: SecurableKind, name: readonly string[]): Securable {
  const found = findSecurable(access, kind, name);
  if (found === undefined) throw notFound(access, kind, name);
  if (!fits(kind, found)) {
    throw new BoathouseError(
      "WRONG_COMMAND_FOR_OBJECT_TYPE",
      `${nameText(name)} is a ${kindText(found.kind)}, not a ${kindText(kind)}.`,
    );
  }
  return found;
}

export function getCatalog(access: Access, name: string): CatalogObject {
  const found = findCatalog(access, name);
  if (found === undefined) throw notFound(access, "catalog", [name]);
  return found;
}

export function getSchema(access: Access, name: readonly string[]): SchemaObject {
  const found = findSchema(access, name);
  if (found === undefined) throw notFound(access, "schema", name);
  return found;
}

export function getRelation(access: Access, name: readonly string[]): Relation {
  const found = findRelation(access, name);
  if (found === undefined) throw notFound(access, "table", name);
  return found;
}

export function getTable(access: Access, name: readonly string[]): Table {
  const found = getRelation(access, name);
  if (isTable(found)) return found;
  throw new BoathouseError("EXPECT_TABLE_NOT_VIEW", `${nameText(name)} is a view, which holds no data of its own.`);
}

export function getRoutine(access: Access, name: readonly string[]): RoutineObject {
  const found = findRoutine(access, name);
  if (found === undefined) throw notFound(access, "function", name);
  return found;
}

/** What the user sees in a metastore, catalog or schema, by name: for SHOW and for suggestions. */
function visibleChildren(access: Access, parent: Securable, namespace: Namespace): readonly Securable[] {
  return access.snapshot.children(parent.id).filter((each) => NAMESPACES[each.kind] === namespace && access.sees(each));
}

/** Spark's condition for an object that is not there, with the nearest name that the user can see. */
export function notFound(access: Access, kind: SecurableKind, name: readonly string[]): BoathouseError {
  const names = visibleNames(access, kind, name);
  const close = nearest(name.at(-1) ?? "", names, 3);
  const code = NOT_FOUND[NAMESPACES[kind]];
  const what = kind === "table" ? "table or view" : kind.replaceAll("_", " ");
  return new BoathouseError(code, `There is no ${what} ${nameText(name)}.`, {
    sqlState: kind === "schema" ? "42704" : "42P01",
    details: { name: name.join(".") },
    ...(close.length === 0
      ? {}
      : { hint: `Did you mean ${close.map((each) => nameText([...name.slice(0, -1), each])).join(" or ")}?` }),
  });
}

export function nameText(name: readonly string[]): string {
  return name.map(quoteIfNeeded).join(".");
}

function findSecurable(access: Access, kind: SecurableKind, name: readonly string[]): Securable | undefined {
  const namespace = NAMESPACES[kind];
  switch (namespace) {
    case "metastore":
      return access.snapshot.metastore;
    case "catalog":
      return findCatalog(access, part(name, 0));
    case "schema":
      return findSchema(access, name);
    case "credential":
    case "location":
      return access.snapshot.child(access.snapshot.metastore.id, namespace, part(name, 0));
    default:
      return findLeaf(access, name, namespace);
  }
}

function findLeaf(access: Access, name: readonly string[], namespace: Namespace): Securable | undefined {
  const schema = findSchema(access, name);
  return schema === undefined ? undefined : childOf(access, schema, namespace, part(name, 2));
}

/** A child is found by who can use or administer its parent; for others it is as if the question were not allowed. */
function childOf(
  access: Access,
  parent: CatalogObject | SchemaObject,
  namespace: Namespace,
  name: string,
): Securable | undefined {
  if (
    !access.isMetastoreAdmin() &&
    !access.administers("alter", parent).allowed &&
    access.has("BROWSE", parent) === undefined
  ) {
    access.require(parent.kind === "catalog" ? "USE CATALOG" : "USE SCHEMA", parent);
  }
  return access.snapshot.child(parent.id, namespace, name);
}

function part(name: readonly string[], index: number): string {
  return name[index] ?? "";
}

function fits(kind: SecurableKind, found: Securable): boolean {
  if (found.kind === kind || kind === "table") return true;
  return false;
}

function visibleNames(access: Access, kind: SecurableKind, name: readonly string[]): string[] {
  const parent = parentOf(access, kind, name);
  return parent === undefined ? [] : visibleChildren(access, parent, NAMESPACES[kind]).map((each) => each.name);
}

function parentOf(access: Access, kind: SecurableKind, name: readonly string[]): Securable | undefined {
  const namespace = NAMESPACES[kind];
  if (namespace === "catalog" || namespace === "credential" || namespace === "location")
    return access.snapshot.metastore;
  return namespace === "schema" ? findCatalog(access, part(name, 0)) : findSchema(access, name);
}

const NOT_FOUND: Readonly<Record<Namespace, string>> = {
  metastore: "METASTORE_NOT_FOUND",
  catalog: "CATALOG_NOT_FOUND",
  schema: "SCHEMA_NOT_FOUND",
  relation: "TABLE_OR_VIEW_NOT_FOUND",
  volume: "VOLUME_NOT_FOUND",
  function: "ROUTINE_NOT_FOUND",
  credential: "STORAGE_CREDENTIAL_NOT_FOUND",
  location: "EXTERNAL_LOCATION_NOT_FOUND",
};
