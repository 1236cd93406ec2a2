import type { StructType } from "../core/data-type.ts";

/** Everything that has an owner and can be granted on. */
export type Securable =
  | Metastore
  | CatalogObject
  | SchemaObject
  | Table
  | View
  | Volume
  | RoutineObject
  | StorageCredential
  | ExternalLocation;

export type SecurableKind = Securable["kind"];

/** What stands in FROM. They share the names of a schema. */
export type Relation = Table | View;

interface Common {
  readonly id: string;
  /** The id of the object it belongs to; `""` for the metastore. */
  readonly parent: string;
  /** In lower case, as Unity Catalog keeps names. */
  readonly name: string;
  /** A user or a group. */
  readonly owner: string;
  readonly comment?: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly createdBy: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface Metastore extends Common {
  readonly kind: "metastore";
  /** Where managed data goes that no catalog or schema has a place for. Canonical URL. */
  readonly storageRoot: string;
}

export interface CatalogObject extends Common {
  readonly kind: "catalog";
  readonly managedLocation?: string;
}

export interface SchemaObject extends Common {
  readonly kind: "schema";
  readonly managedLocation?: string;
}

/** What holds data: a Delta table, however it is filled. */
export interface Table extends Common {
  readonly kind: "table" | "materialized_view" | "streaming_table";
  /** `managed`: the data belongs to the table and goes with it. */
  readonly storage: "managed" | "external";
  readonly format: string;
  /** Canonical URL. */
  readonly location: string;
  readonly columns: StructType;
  readonly partitionColumns: readonly string[];
  readonly rowFilter?: RowFilter;
  /** By column name in lower case. */
  readonly columnMasks: Readonly<Record<string, ColumnMask>>;
  /** The query of a materialized view or streaming table. */
  readonly definition?: Definition;
  /** The pipeline that fills it. */
  readonly pipeline?: string;
}

export interface View extends Common {
  readonly kind: "view";
  readonly columns: StructType;
  readonly definition: Definition;
}

/** SQL text with the context in which its names begin. */
export interface Definition {
  readonly text: string;
  readonly catalog: string;
  readonly schema: string;
}

/** A row is there when the function of these columns is true. */
export interface RowFilter {
  /** Id of a function. */
  readonly function: string;
  readonly arguments: readonly PolicyArgument[];
}

/** The column is the function of itself and of these. */
export interface ColumnMask {
  readonly function: string;
  readonly arguments: readonly PolicyArgument[];
}

/** A column, or a constant as SQL text. */
export type PolicyArgument = { readonly column: string } | { readonly sql: string };

export interface Volume extends Common {
  readonly kind: "volume";
  readonly storage: "managed" | "external";
  readonly location: string;
}

/** A function written in SQL. */
export interface RoutineObject extends Common {
  readonly kind: "function";
  readonly result: "scalar" | "table";
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly default?: string }[];
  /** As SQL spells it; `TABLE(a INT)` for a table function. Undefined: the body's own. */
  readonly returns?: string;
  /** The whole CREATE FUNCTION statement. */
  readonly definition: Definition;
}

/** The identity with which storage is reached: on Azure the managed identity of an Access Connector. */
export interface StorageCredential extends Common {
  readonly kind: "storage_credential";
  readonly azureManagedIdentity: {
    /** `/subscriptions/…/resourceGroups/…/providers/Microsoft.Databricks/accessConnectors/<name>` */
    readonly accessConnectorId: string;
    /** A user-assigned identity of the connector; its own otherwise. */
    readonly managedIdentityId?: string;
  };
  readonly access: "read_write" | "read_only";
}

export interface ExternalLocation extends Common {
  readonly kind: "external_location";
  /** Canonical. */
  readonly url: string;
  /** Id of a storage credential. */
  readonly credential: string;
  readonly access: "read_write" | "read_only";
}

export type Namespace =
  | "metastore"
  | "catalog"
  | "schema"
  | "relation"
  | "volume"
  | "function"
  | "credential"
  | "location";

/** Kinds with the same namespace share the names of their parent. */
export const NAMESPACES: Readonly<Record<SecurableKind, Namespace>> = {
  metastore: "metastore",
  catalog: "catalog",
  schema: "schema",
  table: "relation",
  view: "relation",
  materialized_view: "relation",
  streaming_table: "relation",
  volume: "volume",
  function: "function",
  storage_credential: "credential",
  external_location: "location",
};

/** As messages and `SHOW GRANTS` write it. */
export function kindText(kind: SecurableKind): string {
  return kind.replaceAll("_", " ").toUpperCase();
}

export function isRelation(securable: Securable): securable is Relation {
  return NAMESPACES[securable.kind] === "relation";
}

export function isTable(securable: Securable): securable is Table {
  return isRelation(securable) && securable.kind !== "view";
}
