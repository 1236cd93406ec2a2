import { unreachable } from "../core/errors.ts";
import type { Privilege } from "./privileges.ts";
import { NAMESPACES, type Metastore, type Namespace, type Securable } from "./securable.ts";

export interface Principal {
  readonly name: string;
  readonly kind: "user" | "group";
}

export interface Grant {
  readonly securable: string;
  readonly principal: string;
  readonly privilege: Privilege;
  readonly grantedBy: string;
  readonly grantedAt: number;
}

export interface Membership {
  readonly group: string;
  readonly member: string;
}

/** Every user is a member of this group. */
export const ACCOUNT_USERS = "account users";

/** One change of the catalog, as a value: planned against a snapshot, then written in the same transaction. */
export type Write =
  | { readonly write: "put"; readonly securable: Securable }
  | { readonly write: "remove"; readonly id: string }
  | { readonly write: "grant"; readonly grant: Grant }
  | { readonly write: "revoke"; readonly securable: string; readonly principal: string; readonly privilege: Privilege }
  | { readonly write: "add_principal"; readonly principal: Principal }
  | { readonly write: "remove_principal"; readonly name: string }
  | { readonly write: "add_member"; readonly membership: Membership }
  | { readonly write: "remove_member"; readonly membership: Membership };

export interface SnapshotContent {
  readonly securables: Iterable<Securable>;
  readonly grants: Iterable<Grant>;
  readonly principals: Iterable<Principal>;
  readonly memberships: Iterable<Membership>;
}

/** The whole catalog at one version, in memory and immutable: what may be done is decided on it without I/O. */
export class CatalogSnapshot {
  readonly version: number;
  readonly metastore: Metastore;
  readonly #securables = new Map<string, Securable>();
  readonly #names = new Map<string, Securable>();
  readonly #children = new Map<string, Securable[]>();
  readonly #grants = new Map<string, Grant[]>();
  readonly #principals = new Map<string, Principal>();
  readonly #groupsOf = new Map<string, string[]>();
  readonly #memberships: readonly Membership[];

  constructor(version: number, content: SnapshotContent) {
    this.version = version;
    let metastore: Metastore | undefined;
    for (const each of content.securables) {
      this.#securables.set(each.id, each);
      this.#names.set(nameKey(each.parent, NAMESPACES[each.kind], each.name), each);
      append(this.#children, each.parent, each);
      if (each.kind === "metastore") metastore = each;
    }
    this.metastore = metastore ?? unreachable("The catalog has no metastore.");
    for (const each of content.grants) append(this.#grants, each.securable, each);
    for (const each of content.principals) this.#principals.set(principalKey(each.name), each);
    this.#memberships = [...content.memberships];
    for (const each of this.#memberships) append(this.#groupsOf, principalKey(each.member), each.group);
    for (const list of this.#children.values()) list.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(id: string): Securable | undefined {
    return this.#securables.get(id);
  }

  /** The object of a name in its parent. Names are compared without regard to case. */
  child(parent: string, namespace: Namespace, name: string): Securable | undefined {
    return this.#names.get(nameKey(parent, namespace, name.toLowerCase()));
  }

  children(parent: string): readonly Securable[] {
    return this.#children.get(parent) ?? [];
  }

  all(): Iterable<Securable> {
    return this.#securables.values();
  }

  /** The object and what contains it, up to its catalog: along this, privileges are inherited. */
  chain(securable: Securable): readonly Securable[] {
    const chain: Securable[] = [securable];
    for (let parent = this.get(securable.parent); parent !== undefined && parent.kind !== "metastore";) {
      chain.push(parent);
      parent = this.get(parent.parent);
    }
    return chain;
  }

  /** `catalog.schema.table`, as parts. */
  fullName(securable: Securable): readonly string[] {
    return this.chain(securable)
      .map((each) => each.name)
      .toReversed();
  }

  grantsOn(id: string): readonly Grant[] {
    return this.#grants.get(id) ?? [];
  }

  principal(name: string): Principal | undefined {
    const key = principalKey(name);
    return key === ACCOUNT_USERS ? { name: ACCOUNT_USERS, kind: "group" } : this.#principals.get(key);
  }

  principals(): Iterable<Principal> {
    return this.#principals.values();
  }

  members(group: string): readonly string[] {
    const key = principalKey(group);
    return this.#memberships.filter((each) => principalKey(each.group) === key).map((each) => each.member);
  }

  /** Keys (lower case) of the user, of its groups, nested ones included, and of `account users`. */
  principalSet(user: string): ReadonlySet<string> {
    const found = new Set([principalKey(user)]);
    for (const each of found) {
      for (const group of this.#groupsOf.get(each) ?? []) found.add(principalKey(group));
    }
    if (this.principal(user) !== undefined) found.add(ACCOUNT_USERS);
    return found;
  }

  /** The catalog after these changes. What belongs to a removed object goes with it. */
  after(writes: readonly Write[]): CatalogSnapshot {
    const securables = new Map(this.#securables);
    let grants = [...this.#grants.values()].flat();
    const principals = new Map(this.#principals);
    let memberships = [...this.#memberships];
    for (const each of writes) {
      switch (each.write) {
        case "put":
          securables.set(each.securable.id, each.securable);
          break;
        case "remove":
          securables.delete(each.id);
          grants = grants.filter((grant) => grant.securable !== each.id);
          break;
        case "grant":
          grants = [...grants.filter((grant) => !isSameGrant(grant, each.grant)), each.grant];
          break;
        case "revoke":
          grants = grants.filter((grant) => !isSameGrant(grant, each));
          break;
        case "add_principal":
          principals.set(principalKey(each.principal.name), each.principal);
          break;
        case "remove_principal":
          principals.delete(principalKey(each.name));
          grants = grants.filter((grant) => principalKey(grant.principal) !== principalKey(each.name));
          memberships = memberships.filter(
            (one) => ![one.group, one.member].map(principalKey).includes(principalKey(each.name)),
          );
          break;
        case "add_member":
          memberships = [...memberships.filter((one) => !isSameMembership(one, each.membership)), each.membership];
          break;
        case "remove_member":
          memberships = memberships.filter((one) => !isSameMembership(one, each.membership));
          break;
      }
    }
    return new CatalogSnapshot(this.version + 1, {
      securables: securables.values(),
      grants,
      principals: principals.values(),
      memberships,
    });
  }
}

/** Principals are compared without regard to case, as directories do. */
export function principalKey(name: string): string {
  return name.toLowerCase();
}

interface GrantKey {
  readonly securable: string;
  readonly principal: string;
  readonly privilege: Privilege;
}

function isSameGrant(a: GrantKey, b: GrantKey): boolean {
  return (
    a.securable === b.securable &&
    a.privilege === b.privilege &&
    principalKey(a.principal) === principalKey(b.principal)
  );
}

function isSameMembership(a: Membership, b: Membership): boolean {
  return principalKey(a.group) === principalKey(b.group) && principalKey(a.member) === principalKey(b.member);
}

function nameKey(parent: string, namespace: Namespace, name: string): string {
  return `${parent} ${namespace} ${name}`;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
