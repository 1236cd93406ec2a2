import { simpleString } from "../core/data-type.ts";
import type { Value } from "../core/value.ts";
import type { Access } from "./access.ts";
import { isRelation, isTable, NAMESPACES, type Securable, type Table } from "./securable.ts";
import { principalKey } from "./snapshot.ts";

/** One object that the user sees, and how it is called in full. */
interface Shown {
  readonly access: Access;
  readonly securable: Securable;
  readonly path: readonly string[];
}

export interface InformationTable {
  readonly columns: readonly string[];
  /** The rows of one object, none when it has nothing to do with this table. */
  readonly rows: (shown: Shown) => readonly (readonly Value[])[];
}

/** The tables of `information_schema`, by name. Source: Databricks' "Information schema" reference. */
export const INFORMATION_SCHEMA: ReadonlyMap<string, InformationTable> = new Map([
  [
    "catalogs",
    {
      columns: ["catalog_name", "catalog_owner", "comment"],
      rows: ({ securable }) =>
        securable.kind === "catalog" ? [[securable.name, securable.owner, comment(securable)]] : [],
    },
  ],
  [
    "schemata",
    {
      columns: ["catalog_name", "schema_name", "schema_owner", "comment"],
      rows: ({ securable, path }) =>
        securable.kind === "schema" ? [[...path, securable.owner, comment(securable)]] : [],
    },
  ],
  [
    "tables",
    {
      columns: [
        "table_catalog",
        "table_schema",
        "table_name",
        "table_type",
        "table_owner",
        "comment",
        "data_source_format",
        "storage_path",
      ],
      rows: ({ securable, path }) => {
        if (!isRelation(securable)) return [];
        const rest = isTable(securable) ? [securable.format.toUpperCase(), securable.location] : [null, null];
        return [[...path, tableType(securable), securable.owner, comment(securable), ...rest]];
      },
    },
  ],
  [
    "views",
    {
      columns: ["table_catalog", "table_schema", "table_name", "view_definition", "is_materialized"],
      rows: ({ access, securable, path }) => {
        if (!isRelation(securable) || securable.definition === undefined || securable.kind === "streaming_table")
          return [];
        // The definition tells of tables that a mere reader may not see.
        const text = access.administers("alter", securable).allowed ? securable.definition.text : null;
        return [[...path, text, securable.kind === "materialized_view" ? "YES" : "NO"]];
      },
    },
  ],
  [
    "columns",
    {
      columns: [
        "table_catalog",
        "table_schema",
        "table_name",
        "column_name",
        "ordinal_position",
        "is_nullable",
        "full_data_type",
        "comment",
      ],
      rows: ({ securable, path }) =>
        isRelation(securable)
          ? securable.columns.fields.map((each, index) => {
              const text = each.metadata?.["comment"];
              const nullable = each.nullable ? "YES" : "NO";
              return [
                ...path,
                each.name,
                index,
                nullable,
                simpleString(each.type),
                typeof text === "string" ? text : null,
              ];
            })
          : [],
    },
  ],
  [
    "volumes",
    {
      columns: [
        "volume_catalog",
        "volume_schema",
        "volume_name",
        "volume_type",
        "volume_owner",
        "comment",
        "storage_location",
      ],
      rows: ({ securable, path }) =>
        securable.kind === "volume"
          ? [[...path, securable.storage.toUpperCase(), securable.owner, comment(securable), securable.location]]
          : [],
    },
  ],
  [
    "routines",
    {
      columns: [
        "routine_catalog",
        "routine_schema",
        "routine_name",
        "routine_owner",
        "routine_type",
        "data_type",
        "routine_definition",
        "comment",
      ],
      rows: ({ access, securable, path }) => {
        if (securable.kind !== "function") return [];
        const text = access.administers("alter", securable).allowed ? securable.definition.text : null;
        return [[...path, securable.owner, "FUNCTION", securable.returns ?? null, text, comment(securable)]];
      },
    },
  ],
  ["catalog_privileges", privileges("catalog", ["catalog_name"])],
  ["schema_privileges", privileges("schema", ["catalog_name", "schema_name"])],
  ["table_privileges", privileges("relation", ["table_catalog", "table_schema", "table_name"])],
  ["volume_privileges", privileges("volume", ["volume_catalog", "volume_schema", "volume_name"])],
  ["routine_privileges", privileges("function", ["routine_catalog", "routine_schema", "routine_name"])],
  ["external_location_privileges", privileges("location", ["external_location_name"])],
  ["storage_credential_privileges", privileges("credential", ["storage_credential_name"])],
  [
    "row_filters",
    {
      columns: ["table_catalog", "table_schema", "table_name", "filter_name", "target_columns"],
      rows: ({ access, securable, path }) =>
        isTable(securable) && securable.rowFilter !== undefined
          ? [[...path, functionName(access, securable.rowFilter.function), argumentsText(securable.rowFilter)]]
          : [],
    },
  ],
  [
    "column_masks",
    {
      columns: ["table_catalog", "table_schema", "table_name", "column_name", "mask_name", "mask_columns"],
      rows: ({ access, securable, path }) =>
        isTable(securable)
          ? Object.entries(securable.columnMasks).map(([column, mask]) => [
              ...path,
              column,
              functionName(access, mask.function),
              argumentsText(mask),
            ])
          : [],
    },
  ],
  [
    "external_locations",
    {
      columns: [
        "external_location_name",
        "external_location_owner",
        "url",
        "storage_credential_name",
        "read_only",
        "comment",
      ],
      rows: ({ access, securable }) =>
        securable.kind === "external_location"
          ? [
              [
                securable.name,
                securable.owner,
                securable.url,
                access.snapshot.get(securable.credential)?.name ?? null,
                securable.access === "read_only" ? "YES" : "NO",
                comment(securable),
              ],
            ]
          : [],
    },
  ],
  [
    "storage_credentials",
    {
      columns: ["storage_credential_name", "storage_credential_owner", "credential", "read_only", "comment"],
      rows: ({ securable }) =>
        securable.kind === "storage_credential"
          ? [
              [
                securable.name,
                securable.owner,
                securable.azureManagedIdentity.accessConnectorId,
                securable.access === "read_only" ? "YES" : "NO",
                comment(securable),
              ],
            ]
          : [],
    },
  ],
] satisfies readonly (readonly [string, InformationTable])[]);

function comment(securable: Securable): string | null {
  return securable.comment ?? null;
}

function tableType(securable: Securable): string {
  return isTable(securable) && securable.kind === "table"
    ? securable.storage.toUpperCase()
    : securable.kind.toUpperCase();
}

function functionName(access: Access, id: string): string | null {
  const found = access.snapshot.get(id);
  return found === undefined ? null : access.snapshot.fullName(found).join(".");
}

function argumentsText(policy: NonNullable<Table["rowFilter"]>): string {
  return policy.arguments.map((each) => ("column" in each ? each.column : each.sql)).join(", ");
}

/** Who has been granted what; those of others only for who administers the object. */
function privileges(namespace: string, nameColumns: readonly string[]): InformationTable {
  return {
    columns: ["grantor", "grantee", ...nameColumns, "privilege_type", "is_grantable", "inherited_from"],
    rows: ({ access, securable, path }) => {
      if (NAMESPACES[securable.kind] !== namespace) return [];
      const everything = access.administers("grant", securable).allowed;
      return access.snapshot.chain(securable).flatMap((on) =>
        access.snapshot
          .grantsOn(on.id)
          .filter((grant) => everything || access.principals.has(principalKey(grant.principal)))
          .map((grant) => [
            grant.grantedBy,
            grant.principal,
            ...path,
            grant.privilege,
            "NO",
            on === securable ? "NONE" : on.kind.toUpperCase(),
          ]),
      );
    },
  };
}
