import { BoathouseError } from "../core/errors.ts";
import type { IdSource } from "../core/ids.ts";
import type { Access } from "./access.ts";
import type { Places } from "./places.ts";
import { kindText, NAMESPACES, type Namespace, type Securable } from "./securable.ts";
import type { CatalogSnapshot, Write } from "./snapshot.ts";

/**
 * A change of the catalog while it is planned: what it is decided on, and the writes that it comes to. Planning does no
 * I/O; the writes are made in the transaction in which the snapshot was read.
 */
export class Change {
  readonly access: Access;
  readonly snapshot: CatalogSnapshot;
  readonly places: Places;
  readonly now: number;
  readonly ids: IdSource;
  readonly writes: Write[] = [];

  constructor(access: Access, places: Places, now: number, ids: IdSource) {
    this.access = access;
    this.snapshot = access.snapshot;
    this.places = places;
    this.now = now;
    this.ids = ids;
  }

  write(...writes: readonly Write[]): void {
    this.writes.push(...writes);
  }

  /** The fields that every new object has. */
  common(parent: string, name: string, options: CommonOptions, id = this.ids.uuid()): CommonFields {
    return {
      id,
      parent,
      name,
      owner: this.access.user,
      properties: options.properties ?? {},
      createdAt: this.now,
      createdBy: this.access.user,
      updatedAt: this.now,
      updatedBy: this.access.user,
      ...(options.comment === undefined ? {} : { comment: options.comment }),
    };
  }

  put<T extends Securable>(securable: T): T {
    this.write({ write: "put", securable });
    return securable;
  }

  /** Puts an object that was changed. */
  update<T extends Securable>(securable: T): T {
    return this.put({ ...securable, updatedAt: this.now, updatedBy: this.access.user });
  }

  /** Refuses a name that its parent has already. */
  requireNew(parent: Securable, namespace: Namespace, name: string): void {
    const found = this.snapshot.child(parent.id, namespace, name);
    if (found !== undefined) throw this.exists(found);
  }

  exists(found: Securable): BoathouseError {
    const name = this.snapshot.fullName(found).join(".");
    return new BoathouseError(
      EXISTS[NAMESPACES[found.kind]],
      `The ${kindText(found.kind).toLowerCase()} ${name} exists already.`,
      {
        sqlState: "42710",
        hint: "Choose another name, or add IF NOT EXISTS or OR REPLACE where the statement has it.",
      },
    );
  }
}

export interface CommonOptions {
  readonly comment?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

type CommonFields = Pick<
  Securable,
  "id" | "parent" | "name" | "owner" | "properties" | "createdAt" | "createdBy" | "updatedAt" | "updatedBy"
> & { readonly comment?: string };

/** `create` fails for a name that is taken, `if_not_exists` leaves what is there. */
export type CreateMode = "create" | "if_not_exists" | "replace";

export interface Created<T> {
  readonly securable: T;
  /** What `if_not_exists` found is `unchanged`. */
  readonly outcome: "created" | "replaced" | "unchanged";
}

/**
 * A name as Unity Catalog takes it: at most 255 characters, no dot, space, slash or control character; kept in lower case.
 * Throws `INVALID_NAME`.
 */
export function checkedName(name: string | undefined): string {
  const problem =
    name === undefined || name === ""
      ? "it is empty"
      : name.length > 255
        ? "it is longer than 255 characters"
        : // oxlint-disable-next-line no-control-regex
          /[./ \u0000-\u001f\u007f]/.test(name)
          ? "dots, spaces, slashes and control characters are not allowed"
          : undefined;
  if (name === undefined || problem !== undefined) {
    throw new BoathouseError("INVALID_NAME", `"${name ?? ""}" cannot be the name of an object: ${problem ?? ""}.`, {
      sqlState: "42602",
    });
  }
  return name.toLowerCase();
}

const EXISTS: Readonly<Record<Namespace, string>> = {
  metastore: "METASTORE_ALREADY_EXISTS",
  catalog: "CATALOG_ALREADY_EXISTS",
  schema: "SCHEMA_ALREADY_EXISTS",
  relation: "TABLE_OR_VIEW_ALREADY_EXISTS",
  volume: "VOLUME_ALREADY_EXISTS",
  function: "ROUTINE_ALREADY_EXISTS",
  credential: "STORAGE_CREDENTIAL_ALREADY_EXISTS",
  location: "EXTERNAL_LOCATION_ALREADY_EXISTS",
};
