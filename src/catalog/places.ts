import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BoathouseError } from "../core/errors.ts";
import type { Storage } from "../storage/storage.ts";
import { canonicalUrl, contains } from "../storage/url.ts";
import type { Access } from "./access.ts";
import { isTable, type ExternalLocation, type Securable, type Table, type Volume } from "./securable.ts";

/** What a path is read or written for. */
export type PathUse =
  | "READ FILES"
  | "WRITE FILES"
  | "CREATE EXTERNAL TABLE"
  | "CREATE EXTERNAL VOLUME"
  | "CREATE MANAGED STORAGE";

/** What governs a path, once it is allowed. Undefined for a path of this machine that the metastore's admin uses. */
export type Governor = ExternalLocation | Volume | Table | undefined;

/**
 * Compares places and decides on paths. Two URLs can name the same folder (`abfss:` through a binding, `file:`), so places
 * are compared where they really are.
 */
export class Places {
  readonly #storage: Storage;
  readonly #root: string;
  readonly #known = new Map<string, string>();

  constructor(storage: Storage, root: string) {
    this.#storage = storage;
    this.#root = pathToFileURL(resolve(root)).href;
  }

  /** Where a URL really is (`Storage.placeOf`). */
  placeOf(url: string): string {
    let place = this.#known.get(url);
    if (place === undefined) {
      place = this.#storage.placeOf(url);
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(url, place);
    }
    return place;
  }

  overlap(a: string, b: string): boolean {
    const [left, right] = [this.placeOf(a), this.placeOf(b)];
    return contains(left, right) || contains(right, left);
  }

  contains(outer: string, inner: string): boolean {
    return contains(this.placeOf(outer), this.placeOf(inner));
  }

  /** The external location that covers a URL. They do not overlap, so there is at most one. */
  externalLocationOf(access: Access, url: string): ExternalLocation | undefined {
    for (const each of access.snapshot.children(access.snapshot.metastore.id)) {
      if (each.kind === "external_location" && this.contains(each.url, url)) return each;
    }
    return undefined;
  }

  /**
   * Decides whether a user may use a path as such, by what governs it: a table's files by the table (never when it is
   * managed or has a row filter or masks), a volume's by the volume, everything else by the external location. What
   * nothing governs is open to the metastore's admin alone, and then only outside the lakehouse's own folder.
   *
   * Throws `INSUFFICIENT_PERMISSIONS`, `PATH_GOVERNED_BY_TABLE`, `PATH_NOT_GOVERNED` or `STORE_READ_ONLY`.
   */
  require(access: Access, url: string, use: PathUse): Governor {
    const holder = this.#holder(access, url);
    if (holder !== undefined) return this.#requireHolder(access, url, use, holder);
    return this.requireLocation(access, url, use);
  }

  /** The same for a place that is known to be free of other objects' files (`requireFree`). */
  requireLocation(access: Access, url: string, use: PathUse): Governor {
    const location = this.externalLocationOf(access, url);
    if (location !== undefined) {
      access.require(use, location);
      if (location.access === "read_only" && use !== "READ FILES") {
        throw new BoathouseError("STORE_READ_ONLY", `The external location ${location.name} can only be read.`);
      }
      return location;
    }
    const place = this.placeOf(url);
    if (access.isMetastoreAdmin() && !this.#isOurs(place) && !isContainer(url)) return undefined;
    throw new BoathouseError("PATH_NOT_GOVERNED", `No external location covers ${canonicalUrl(url)}.`, {
      hint: access.isMetastoreAdmin()
        ? `CREATE EXTERNAL LOCATION name URL '${canonicalUrl(url)}' WITH (STORAGE CREDENTIAL credential)`
        : `Ask ${access.snapshot.metastore.owner} for an external location and ${use} on it.`,
      details: { url: canonicalUrl(url), use },
    });
  }

  /** Does the path lie in the lakehouse's own folder, or hold it? */
  #isOurs(place: string): boolean {
    return contains(this.#root, place) || contains(place, this.#root);
  }

  /** The table or volume whose files are at the URL, above or below it. */
  #holder(access: Access, url: string): Table | Volume | undefined {
    const place = this.placeOf(url);
    for (const each of access.snapshot.all()) {
      if (!isHolder(each)) continue;
      const own = this.placeOf(each.location);
      if (contains(own, place) || (contains(place, own) && this.#isClosed(each))) return each;
    }
    return undefined;
  }

  /** A folder that holds such a thing somewhere below cannot be read as a whole. */
  #isClosed(holder: Table | Volume): boolean {
    return holder.storage === "managed" || (isTable(holder) && hasPolicy(holder));
  }

  #requireHolder(access: Access, url: string, use: PathUse, holder: Table | Volume): Governor {
    if (use === "READ FILES" || use === "WRITE FILES") {
      if (holder.kind === "volume" && contains(this.placeOf(holder.location), this.placeOf(url))) {
        access.require(use === "READ FILES" ? "READ VOLUME" : "WRITE VOLUME", holder);
        return holder;
      }
      if (isTable(holder) && use === "READ FILES" && !this.#isClosed(holder)) {
        access.require("SELECT", holder);
        return holder;
      }
    }
    const name = access.sees(holder) ? access.describe(holder) : "another object";
    throw new BoathouseError("PATH_GOVERNED_BY_TABLE", `${canonicalUrl(url)} holds the files of ${name}.`, {
      hint: use.startsWith("CREATE")
        ? "Choose another path: locations must not overlap."
        : "Use the object by its name.",
    });
  }

  /**
   * Refuses a place for new data that overlaps with data that is there: `LOCATION_OVERLAP`. Managed roots may share a
   * place with each other (their objects have folders of their own), with nothing else. What is `moved` leaves its old place.
   */
  requireFree(access: Access, url: string, what: NewPlace, moved?: Securable): void {
    for (const each of placesOf(access)) {
      if (each.of === moved || isHarmless(each, what) || !this.overlap(each.url, url)) continue;
      const name = access.sees(each.of) ? access.describe(each.of) : "another object";
      throw new BoathouseError("LOCATION_OVERLAP", `${canonicalUrl(url)} overlaps with the location of ${name}.`, {
        hint: "Choose a path that neither contains nor lies in another object's.",
        details: { url: canonicalUrl(url) },
      });
    }
  }
}

/** What asks for a place of its own. */
export type NewPlace = "data" | "managed root" | "external location";

interface Place {
  readonly of: Securable;
  readonly url: string;
  readonly is: "managed root" | "external location" | "managed data" | "external data";
}

function* placesOf(access: Access): Generator<Place> {
  for (const of of access.snapshot.all()) {
    if (of.kind === "metastore") yield { of, url: of.storageRoot, is: "managed root" };
    else if (of.kind === "external_location") yield { of, url: of.url, is: "external location" };
    else if (isHolder(of)) yield { of, url: of.location, is: `${of.storage} data` };
    else if ((of.kind === "catalog" || of.kind === "schema") && of.managedLocation !== undefined) {
      yield { of, url: of.managedLocation, is: "managed root" };
    }
  }
}

function isHarmless({ of, is }: Place, what: NewPlace): boolean {
  switch (what) {
    case "data":
      return is === "external location";
    case "managed root":
      return is !== "external data";
    case "external location":
      return is !== "external location" && of.kind !== "metastore";
  }
}

const MOST_KNOWN = 100_000;

export function hasPolicy(table: Table): boolean {
  return table.rowFilter !== undefined || Object.keys(table.columnMasks).length > 0;
}

function isHolder(securable: Securable): securable is Table | Volume {
  return isTable(securable) || securable.kind === "volume";
}

function isContainer(url: string): boolean {
  return canonicalUrl(url).startsWith("abfss:");
}
