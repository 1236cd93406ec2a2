import { noPrincipal, type Access } from "./access.ts";
import type { Named } from "./alter.ts";
import type { Change } from "./change.ts";
import { getSecurable } from "./find.ts";
import { applicablePrivilege, type Privilege } from "./privileges.ts";
import type { Securable } from "./securable.ts";
import { principalKey, type Principal } from "./snapshot.ts";

export interface GrantOptions {
  readonly on: Named;
  /** In SQL's or the API's spelling. */
  readonly privileges: readonly string[];
  readonly principal: string;
}

/** `GRANT`. What is granted already is granted still. */
export function grant(change: Change, options: GrantOptions): void {
  const { on, principal, privileges } = checked(change, options);
  for (const privilege of privileges) {
    const grantedBy = change.access.user;
    const made = { securable: on.id, principal: principal.name, privilege, grantedBy, grantedAt: change.now };
    change.write({ write: "grant", grant: made });
  }
}

/** `REVOKE`. ALL PRIVILEGES takes every grant of the principal on the object; what is inherited stays. */
export function revoke(change: Change, options: GrantOptions): void {
  const { on, principal, privileges } = checked(change, options);
  const key = principalKey(principal.name);
  const all = privileges.includes("ALL PRIVILEGES");
  for (const each of change.snapshot.grantsOn(on.id)) {
    if (principalKey(each.principal) !== key || !(all || privileges.includes(each.privilege))) continue;
    change.write({ write: "revoke", securable: on.id, principal: each.principal, privilege: each.privilege });
  }
}

/** A line of `SHOW GRANTS`. */
export interface ShownGrant {
  readonly principal: string;
  readonly privilege: Privilege;
  /** Where it was granted: the object, or what it inherits from. */
  readonly on: Securable;
  readonly grantedBy: string;
}

/**
 * The grants on an object, inherited ones included. Who does not administer the object sees those of themselves and
 * their groups. With `principal` only that one's own.
 */
export function showGrants(access: Access, named: Named, principal?: string): readonly ShownGrant[] {
  const { snapshot } = access;
  const on = getSecurable(access, named.kind, named.name);
  if (principal !== undefined && snapshot.principal(principal) === undefined) throw noPrincipal(snapshot, principal);
  const everything = access.administers("grant", on).allowed;
  return snapshot.chain(on).flatMap((each) =>
    snapshot
      .grantsOn(each.id)
      .filter((one) => everything || access.principals.has(principalKey(one.principal)))
      .filter((one) => principal === undefined || principalKey(one.principal) === principalKey(principal))
      .map((one) => ({ principal: one.principal, privilege: one.privilege, on: each, grantedBy: one.grantedBy })),
  );
}

function checked(
  change: Change,
  options: GrantOptions,
): { on: Securable; principal: Principal; privileges: Privilege[] } {
  const { access, snapshot } = change;
  const on = getSecurable(access, options.on.kind, options.on.name);
  const privileges = options.privileges.map((each) => applicablePrivilege(each, on.kind));
  access.requireAdministration("grant", on);
  const principal = snapshot.principal(options.principal);
  if (principal === undefined) throw noPrincipal(snapshot, options.principal);
  return { on, principal, privileges };
}
