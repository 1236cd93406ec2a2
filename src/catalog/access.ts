import { BoathouseError } from "../core/errors.ts";
import { APART, APPLICABLE, NOT_BY_OWNING, type Privilege } from "./privileges.ts";
import { isRelation, kindText, type Securable } from "./securable.ts";
import { principalKey, type CatalogSnapshot, type Grant } from "./snapshot.ts";

/** Why something is allowed. */
export type Reason =
  | { readonly because: "owner"; readonly principal: string; readonly on: Securable }
  | {
      readonly because: "grant";
      readonly principal: string;
      readonly on: Securable;
      readonly privilege: Privilege;
      readonly grantedBy: string;
    }
  | { readonly because: "metastore_admin"; readonly principal: string; readonly on: Securable };

/** One of the things that an access needs. Without a reason it is missing. */
export interface Requirement {
  readonly privilege: Privilege | "OWNERSHIP OR MANAGE";
  readonly on: Securable;
  readonly reason?: Reason;
}

export interface Decision {
  readonly allowed: boolean;
  readonly requirements: readonly Requirement[];
}

/** `grant`: who may grant and change owners; `alter`: who may change and drop. */
export type Administration = "grant" | "alter";

/**
 * What one user may do, decided on a snapshot without I/O. The rules are Unity Catalog's: a privilege counts when it is
 * granted to the user or one of its groups on the object or on what contains it below the metastore, or when they own the
 * object itself; reaching an object also takes USE CATALOG and USE SCHEMA on its parents. Owning a parent, or MANAGE, lets
 * one administer what is inside, not read it.
 */
export class Access {
  readonly snapshot: CatalogSnapshot;
  readonly user: string;
  /** The user, its groups and `account users`, in lower case. */
  readonly principals: ReadonlySet<string>;

  /** Throws `PRINCIPAL_DOES_NOT_EXIST`. */
  constructor(snapshot: CatalogSnapshot, user: string) {
    const principal = snapshot.principal(user);
    if (principal === undefined) throw noPrincipal(snapshot, user);
    this.snapshot = snapshot;
    this.user = principal.name;
    this.principals = snapshot.principalSet(user);
  }

  /** Why the user has a privilege on an object, the way to it apart. Undefined: it has not. */
  has(privilege: Privilege, on: Securable): Reason | undefined {
    if (this.#is(on.owner) && !NOT_BY_OWNING.has(privilege) && APPLICABLE[on.kind].includes(privilege)) {
      return { because: "owner", principal: on.owner, on };
    }
    for (const each of this.snapshot.chain(on)) {
      const grant = this.#grant(each, (one) => one.privilege === privilege || covers(one.privilege, privilege));
      if (grant !== undefined) return reasonOf(grant, each);
    }
    return undefined;
  }

  /** Whether the user can use a privilege on an object: has it, and USE CATALOG and USE SCHEMA on the way. */
  decide(privilege: Privilege, on: Securable): Decision {
    return decision([...this.#way(on, privilege), this.#requirement(privilege, on)]);
  }

  /** Whether the user may administer an object: owns it or what contains it, or has MANAGE and can reach it. */
  administers(how: Administration, on: Securable): Decision {
    const reason = this.#administration(how, on);
    const requirement: Requirement = {
      privilege: "OWNERSHIP OR MANAGE",
      on,
      ...(reason === undefined ? {} : { reason }),
    };
    const byManage = reason?.because === "grant";
    return decision([...(byManage ? this.#way(on, "MANAGE") : []), requirement]);
  }

  /** Throws `INSUFFICIENT_PERMISSIONS` that says what is missing and how to get it. */
  require(privilege: Privilege, on: Securable): void {
    this.#demand(this.decide(privilege, on));
  }

  requireAdministration(how: Administration, on: Securable): void {
    this.#demand(this.administers(how, on));
  }

  /**
   * Whether the user may decide what runs with the rights of a principal: its own, those of a group that it is in, and as
   * the metastore's admin anybody's.
   */
  actsFor(principal: string): boolean {
    return this.#is(principal) || this.isMetastoreAdmin();
  }

  isMetastoreAdmin(): boolean {
    return this.#is(this.snapshot.metastore.owner);
  }

  /**
   * Whether listings show it. Metadata is seen by whoever may use or administer the object and can reach it, by holders
   * of BROWSE on the catalog, and by the metastore's admins.
   */
  sees(on: Securable): boolean {
    if (on.kind === "metastore" || this.isMetastoreAdmin()) return true;
    if (this.has("BROWSE", on) !== undefined || this.administers("alter", on).allowed) return true;
    const usable = APPLICABLE[on.kind].some(
      (privilege) => privilege !== "ALL PRIVILEGES" && this.has(privilege, on) !== undefined,
    );
    return usable && decision(this.#way(on, undefined)).allowed;
  }

  /** The privileges that the user has on an object, each with its reason. */
  effective(on: Securable): { readonly privilege: Privilege; readonly reason: Reason }[] {
    return APPLICABLE[on.kind].flatMap((privilege) => {
      const reason = privilege === "ALL PRIVILEGES" ? undefined : this.has(privilege, on);
      return reason === undefined ? [] : [{ privilege, reason }];
    });
  }

  #administration(how: Administration, on: Securable): Reason | undefined {
    for (const each of this.snapshot.chain(on)) {
      if (this.#is(each.owner)) return { because: "owner", principal: each.owner, on: each };
    }
    const { metastore } = this.snapshot;
    if (how === "grant" && this.isMetastoreAdmin()) {
      return { because: "metastore_admin", principal: metastore.owner, on: metastore };
    }
    for (const each of this.snapshot.chain(on)) {
      const grant = this.#grant(each, (one) => one.privilege === "MANAGE");
      if (grant !== undefined) return reasonOf(grant, each);
    }
    return undefined;
  }

  /** USE CATALOG and USE SCHEMA on the containers, outermost first. */
  #way(on: Securable, privilege: Privilege | undefined): Requirement[] {
    return this.snapshot
      .chain(on)
      .toReversed()
      .flatMap((each) => {
        const use = each.kind === "catalog" ? "USE CATALOG" : each.kind === "schema" ? "USE SCHEMA" : undefined;
        // What is asked for an object itself comes last, once.
        if (
          use === undefined ||
          (each === on && (use === privilege || privilege === undefined || privilege === "MANAGE"))
        )
          return [];
        return [this.#requirement(use, each)];
      });
  }

  #requirement(privilege: Privilege, on: Securable): Requirement {
    const reason = this.has(privilege, on);
    return reason === undefined ? { privilege, on } : { privilege, on, reason };
  }

  #grant(on: Securable, fits: (grant: Grant) => boolean): Grant | undefined {
    return this.snapshot.grantsOn(on.id).find((grant) => fits(grant) && this.#is(grant.principal));
  }

  #is(principal: string): boolean {
    return this.principals.has(principalKey(principal));
  }

  #demand(found: Decision): void {
    if (found.allowed) return;
    const missing = found.requirements.filter((each) => each.reason === undefined);
    const what = missing.map((each) => `${needText(each)} on ${this.describe(each.on)}`).join(", and ");
    const [first] = missing;
    throw new BoathouseError("INSUFFICIENT_PERMISSIONS", `The user ${this.user} does not have ${what}.`, {
      sqlState: "42501",
      ...(first === undefined ? {} : { hint: this.#remedy(first) }),
      details: {
        user: this.user,
        missing: missing.map((each) => ({ privilege: each.privilege, on: this.snapshot.fullName(each.on).join(".") })),
      },
    });
  }

  #remedy({ privilege, on }: Requirement): string {
    const name =
      on.kind === "metastore"
        ? "METASTORE"
        : `${isRelation(on) ? "TABLE" : kindText(on.kind)} ${this.snapshot.fullName(on).join(".")}`;
    const wanted = privilege === "OWNERSHIP OR MANAGE" ? "MANAGE" : privilege;
    return `The owner ${on.owner} can run: GRANT ${wanted} ON ${name} TO \`${this.user}\``;
  }

  /** `SCHEMA sales.gold`. */
  describe(on: Securable): string {
    return on.kind === "metastore" ? "the METASTORE" : `${kindText(on.kind)} ${this.snapshot.fullName(on).join(".")}`;
  }
}

/** The error for a name that is neither a user nor a group. */
export function noPrincipal(snapshot: CatalogSnapshot, name: string): BoathouseError {
  const names = [...snapshot.principals()].map((each) => each.name);
  return new BoathouseError("PRINCIPAL_DOES_NOT_EXIST", `There is no user or group "${name}".`, {
    hint: names.length === 0 ? "Create it first." : `There are: ${names.toSorted().join(", ")}.`,
  });
}

function needText(requirement: Requirement): string {
  return requirement.privilege === "OWNERSHIP OR MANAGE" ? "ownership or MANAGE" : requirement.privilege;
}

/** Does holding `granted` give `wanted`? */
function covers(granted: Privilege, wanted: Privilege): boolean {
  return granted === "ALL PRIVILEGES" && !APART.has(wanted);
}

function reasonOf(grant: Grant, on: Securable): Reason {
  return { because: "grant", principal: grant.principal, on, privilege: grant.privilege, grantedBy: grant.grantedBy };
}

function decision(requirements: readonly Requirement[]): Decision {
  return { allowed: requirements.every((each) => each.reason !== undefined), requirements };
}
