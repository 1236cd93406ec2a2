import type { StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { canonicalUrl, joinUrl } from "../storage/url.ts";
import { checkedName, type Change, type CommonOptions, type Created, type CreateMode } from "./change.ts";
import { getSchema, nameText } from "./find.ts";
import { withPolicies, type NewPolicies } from "./policies.ts";
import type { Privilege } from "./privileges.ts";
import {
  isRelation,
  isTable,
  kindText,
  type Definition,
  type Relation,
  type SchemaObject,
  type Securable,
  type Table,
  type View,
} from "./securable.ts";

export interface CreateTableOptions extends CommonOptions {
  /** `[catalog, schema, table]`. */
  readonly name: readonly string[];
  readonly mode?: CreateMode;
  readonly kind?: Table["kind"];
  /** The id that `prepareTable` gave, so that the table is where its data was written. */
  readonly id?: string;
  /** Makes it external: a URL inside an external location. */
  readonly location?: string;
  readonly format?: string;
  readonly columns: StructType;
  readonly partitionColumns?: readonly string[];
  readonly definition?: Definition;
  readonly pipeline?: string;
  readonly policies?: NewPolicies;
}

/** Where a table is to be, before its data is written. */
export interface PreparedTable {
  readonly id: string;
  readonly location: string;
  readonly storage: Table["storage"];
  /** What is there under this name, to be left (`if_not_exists`) or replaced. */
  readonly existing?: Table;
}

type PrepareOptions = Pick<CreateTableOptions, "name" | "mode" | "kind" | "id" | "location"> &
  Partial<Pick<CreateTableOptions, "columns" | "policies">>;

/**
 * Checks that a table may be created, and says where. With `columns` it also checks that filters and masks fit them. Nothing
 * is written: its id only becomes known with `createTable`.
 */
export function prepareTable(change: Change, options: PrepareOptions): PreparedTable {
  const { access } = change;
  const kind = options.kind ?? "table";
  const { schema, name, existing } = target(change, options.name, options.mode, kind);
  if (existing !== undefined && isTable(existing)) {
    const { id, location, storage } = existing;
    if (
      options.mode === "replace" &&
      options.location !== undefined &&
      !samePlace(change, options.location, location)
    ) {
      throw new BoathouseError(
        "LOCATION_CHANGE_NOT_SUPPORTED",
        `${nameText(options.name)} cannot be replaced at another place.`,
        {
          hint: "Drop the table first.",
        },
      );
    }
    if (options.columns !== undefined && options.mode === "replace") {
      withPolicies(change, { ...existing, columns: options.columns }, options.policies ?? {});
    }
    return { id, location, storage, existing };
  }
  access.require(CREATE[kind], schema);
  const id = options.id ?? change.ids.uuid();
  if (options.location === undefined) {
    return { id, location: managedPlace(change, schema, "tables", id), storage: "managed" };
  }
  if (kind !== "table") {
    throw new BoathouseError(
      "LOCATION_NOT_SUPPORTED",
      `A ${kindText(kind).toLowerCase()} has no location of its own: ${name}.`,
    );
  }
  const location = canonicalUrl(options.location);
  change.places.requireFree(access, location, "data");
  change.places.requireLocation(access, location, "CREATE EXTERNAL TABLE");
  return { id, location, storage: "external" };
}

/**
 * Makes a table known, or replaces what is known of it: id, place, owner, grants, row filter and masks stay. The data is
 * not the catalog's to write.
 */
export function createTable(change: Change, options: CreateTableOptions): Created<Table> {
  const { id, location, storage, existing } = prepareTable(change, options);
  if (existing !== undefined && options.mode !== "replace") return { securable: existing, outcome: "unchanged" };
  const { policies = {} } = options;
  const described = {
    format: options.format ?? "delta",
    columns: options.columns,
    partitionColumns: options.partitionColumns ?? [],
    ...(options.definition === undefined ? {} : { definition: options.definition }),
    ...(options.pipeline === undefined ? {} : { pipeline: options.pipeline }),
  };
  if (existing !== undefined) {
    const { comment: _comment, definition: _definition, pipeline: _pipeline, ...kept } = existing;
    const comment = options.comment === undefined ? {} : { comment: options.comment };
    const replaced: Table = { ...kept, ...described, ...comment, properties: options.properties ?? {} };
    return { securable: change.update(withPolicies(change, replaced, policies)), outcome: "replaced" };
  }
  const schema = getSchema(change.access, options.name);
  const table: Table = {
    ...change.common(schema.id, checkedName(options.name[2]), options, id),
    kind: options.kind ?? "table",
    storage,
    location,
    ...described,
    columnMasks: {},
  };
  return { securable: change.put(withPolicies(change, table, policies)), outcome: "created" };
}

export interface CreateViewOptions extends CommonOptions {
  readonly name: readonly string[];
  readonly mode?: CreateMode;
  readonly columns: StructType;
  readonly definition: Definition;
}

export function createView(change: Change, options: CreateViewOptions): Created<View> {
  const { schema, name, existing } = target(change, options.name, options.mode, "view");
  if (existing?.kind === "view") {
    if (options.mode !== "replace") return { securable: existing, outcome: "unchanged" };
    const { comment: _comment, ...kept } = existing;
    const comment = options.comment === undefined ? {} : { comment: options.comment };
    const { columns, definition, properties = {} } = options;
    // It reads with its owner's rights: whoever writes the query gives their own.
    const owner = change.access.actsFor(existing.owner) ? existing.owner : change.access.user;
    return {
      securable: change.update<View>({ ...kept, ...comment, columns, definition, properties, owner }),
      outcome: "replaced",
    };
  }
  change.access.require(CREATE.view, schema);
  const view = change.put<View>({
    ...change.common(schema.id, name, options),
    kind: "view",
    columns: options.columns,
    definition: options.definition,
  });
  return { securable: view, outcome: "created" };
}

/** The folder of a managed object, which nobody else's can be. */
export function managedPlace(change: Change, schema: SchemaObject, folder: "tables" | "volumes", id: string): string {
  const { snapshot } = change;
  const catalog = snapshot.get(schema.parent);
  const own = schema.managedLocation ?? (catalog?.kind === "catalog" ? catalog.managedLocation : undefined);
  return joinUrl(
    own ?? snapshot.metastore.storageRoot,
    `__unitystorage/catalogs/${schema.parent}/schemas/${schema.id}/${folder}/${id}`,
  );
}

const CREATE: Readonly<Record<Relation["kind"], Privilege>> = {
  table: "CREATE TABLE",
  view: "CREATE TABLE",
  streaming_table: "CREATE TABLE",
  materialized_view: "CREATE MATERIALIZED VIEW",
};

/** The schema, the checked name, and what has it: of the same kind, and to be left or replaced. */
function target(
  change: Change,
  written: readonly string[],
  mode: CreateMode | undefined,
  kind: Relation["kind"],
): { schema: SchemaObject; name: string; existing: Relation | undefined } {
  const { access, snapshot } = change;
  const schema = getSchema(access, written);
  const name = checkedName(written[2]);
  access.require("USE SCHEMA", schema);
  const existing: Securable | undefined = snapshot.child(schema.id, "relation", name);
  if (existing === undefined || !isRelation(existing)) return { schema, name, existing: undefined };
  if (mode === undefined || mode === "create") throw change.exists(existing);
  if (existing.kind !== kind && mode === "replace") {
    throw new BoathouseError(
      "WRONG_COMMAND_FOR_OBJECT_TYPE",
      `${nameText(written)} is a ${kindText(existing.kind).toLowerCase()} and cannot be replaced by a ${kindText(kind).toLowerCase()}.`,
      { hint: "Drop it first." },
    );
  }
  if (mode === "replace") access.requireAdministration("alter", existing);
  return { schema, name, existing };
}

function samePlace(change: Change, a: string, b: string): boolean {
  return change.places.placeOf(a) === change.places.placeOf(b);
}
