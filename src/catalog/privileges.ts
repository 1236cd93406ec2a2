import { BoathouseError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { kindText, type SecurableKind } from "./securable.ts";

export type Privilege = (typeof PRIVILEGES)[number];

/** Unity Catalog's privileges, as SQL spells them. */
export const PRIVILEGES = [
  "ALL PRIVILEGES",
  "APPLY TAG",
  "BROWSE",
  "CREATE CATALOG",
  "CREATE EXTERNAL LOCATION",
  "CREATE EXTERNAL TABLE",
  "CREATE EXTERNAL VOLUME",
  "CREATE FUNCTION",
  "CREATE MANAGED STORAGE",
  "CREATE MATERIALIZED VIEW",
  "CREATE MODEL",
  "CREATE SCHEMA",
  "CREATE STORAGE CREDENTIAL",
  "CREATE TABLE",
  "CREATE VOLUME",
  "EXECUTE",
  "EXTERNAL USE LOCATION",
  "EXTERNAL USE SCHEMA",
  "MANAGE",
  "MODIFY",
  "READ FILES",
  "READ VOLUME",
  "REFRESH",
  "SELECT",
  "USE CATALOG",
  "USE SCHEMA",
  "WRITE FILES",
  "WRITE VOLUME",
] as const;

const RELATION: readonly Privilege[] = ["ALL PRIVILEGES", "APPLY TAG", "MANAGE", "SELECT"];
const REFRESHED: readonly Privilege[] = [...RELATION, "REFRESH"];
const TABLE: readonly Privilege[] = [...RELATION, "MODIFY"];
const VOLUME: readonly Privilege[] = ["ALL PRIVILEGES", "APPLY TAG", "MANAGE", "READ VOLUME", "WRITE VOLUME"];
const FUNCTION: readonly Privilege[] = ["ALL PRIVILEGES", "EXECUTE", "MANAGE"];
const SCHEMA: readonly Privilege[] = union(TABLE, REFRESHED, VOLUME, FUNCTION, [
  "CREATE FUNCTION",
  "CREATE MATERIALIZED VIEW",
  "CREATE MODEL",
  "CREATE TABLE",
  "CREATE VOLUME",
  "EXTERNAL USE SCHEMA",
  "USE SCHEMA",
]);

/** What can be granted on what. A container takes the privileges of what it contains, which then inherit them. */
export const APPLICABLE: Readonly<Record<SecurableKind, readonly Privilege[]>> = {
  metastore: ["CREATE CATALOG", "CREATE EXTERNAL LOCATION", "CREATE STORAGE CREDENTIAL"],
  catalog: union(SCHEMA, ["BROWSE", "CREATE SCHEMA", "USE CATALOG"]),
  schema: SCHEMA,
  table: TABLE,
  view: RELATION,
  materialized_view: REFRESHED,
  streaming_table: union(REFRESHED, TABLE),
  volume: VOLUME,
  function: FUNCTION,
  storage_credential: [
    "ALL PRIVILEGES",
    "CREATE EXTERNAL LOCATION",
    "CREATE EXTERNAL TABLE",
    "MANAGE",
    "READ FILES",
    "WRITE FILES",
  ],
  external_location: [
    "ALL PRIVILEGES",
    "BROWSE",
    "CREATE EXTERNAL TABLE",
    "CREATE EXTERNAL VOLUME",
    "CREATE MANAGED STORAGE",
    "EXTERNAL USE LOCATION",
    "MANAGE",
    "READ FILES",
    "WRITE FILES",
  ],
};

/** Never part of ALL PRIVILEGES. */
export const APART: ReadonlySet<Privilege> = new Set(["MANAGE", "EXTERNAL USE SCHEMA", "EXTERNAL USE LOCATION"]);

/** What even an owner has to be granted. */
export const NOT_BY_OWNING: ReadonlySet<Privilege> = new Set(["EXTERNAL USE SCHEMA", "EXTERNAL USE LOCATION"]);

/**
 * The privilege of a name in SQL's spelling or the API's (`USE_CATALOG`), checked against the kind of object.
 * Throws `PRIVILEGE_UNKNOWN` or `PRIVILEGE_NOT_APPLICABLE`, with the nearest name that would do.
 */
export function applicablePrivilege(name: string, kind: SecurableKind): Privilege {
  const written = name.trim().replaceAll("_", " ").replace(/\s+/g, " ").toUpperCase();
  const wanted = written === "ALL" ? "ALL PRIVILEGES" : written;
  const possible = APPLICABLE[kind];
  const found = possible.find((each) => each === wanted);
  if (found !== undefined) return found;
  const known = PRIVILEGES.some((each) => each === wanted);
  const [close] = nearest(wanted, possible);
  const list = `On a ${kindText(kind)} can be granted: ${possible.join(", ")}.`;
  throw new BoathouseError(
    known ? "PRIVILEGE_NOT_APPLICABLE" : "PRIVILEGE_UNKNOWN",
    known ? `The privilege ${wanted} does not apply to a ${kindText(kind)}.` : `There is no privilege ${wanted}.`,
    { hint: close === undefined ? list : `Did you mean "${close}"? ${list}`, details: { privilege: wanted, kind } },
  );
}

function union(...lists: readonly (readonly Privilege[])[]): readonly Privilege[] {
  return [...new Set(lists.flat())].toSorted();
}
