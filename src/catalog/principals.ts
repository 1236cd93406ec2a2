import { BoathouseError } from "../core/errors.ts";
import { noPrincipal } from "./access.ts";
import type { Change } from "./change.ts";
import { ACCOUNT_USERS, principalKey, type Principal } from "./snapshot.ts";

/** Users and groups are kept by the metastore's admins. */
export function createPrincipal(
  change: Change,
  principal: Principal,
  mode: "create" | "if_not_exists" = "create",
): void {
  const existing = change.snapshot.principal(principal.name);
  if (existing !== undefined && mode === "if_not_exists" && existing.kind === principal.kind) return;
  requireAdmin(change);
  if (existing !== undefined) {
    throw new BoathouseError("PRINCIPAL_ALREADY_EXISTS", `There is a ${existing.kind} "${existing.name}" already.`);
  }
  if (principal.name.trim() === "" || /[\0\n\r`]/.test(principal.name)) {
    throw new BoathouseError("INVALID_NAME", `"${principal.name}" cannot be the name of a ${principal.kind}.`);
  }
  change.write({ write: "add_principal", principal });
}

/** Removes a user or group with its grants and memberships. What it owns has to be given to somebody else first. */
export function dropPrincipal(change: Change, name: string): void {
  requireAdmin(change);
  const principal = existingPrincipal(change, name);
  const key = principalKey(name);
  const owned = [...change.snapshot.all()].filter((each) => principalKey(each.owner) === key);
  const [first] = owned;
  if (first !== undefined || key === ACCOUNT_USERS) {
    const what =
      first === undefined
        ? "everybody"
        : `${change.access.describe(first)}${owned.length > 1 ? ` and ${owned.length - 1} more` : ""}`;
    throw new BoathouseError("PRINCIPAL_IN_USE", `${principal.name} owns or is ${what}.`, {
      hint: "Give what it owns to another principal: ALTER … OWNER TO …",
    });
  }
  change.write({ write: "remove_principal", name: principal.name });
}

export function addMember(change: Change, group: string, member: string): void {
  requireAdmin(change);
  const outer = existingGroup(change, group);
  const inner = existingPrincipal(change, member);
  if (change.snapshot.principalSet(outer.name).has(principalKey(inner.name))) {
    throw new BoathouseError(
      "GROUP_CYCLE",
      `"${inner.name}" contains "${outer.name}", so it cannot be a member of it.`,
    );
  }
  change.write({ write: "add_member", membership: { group: outer.name, member: inner.name } });
}

export function removeMember(change: Change, group: string, member: string): void {
  requireAdmin(change);
  const membership = { group: existingGroup(change, group).name, member: existingPrincipal(change, member).name };
  change.write({ write: "remove_member", membership });
}

function existingGroup(change: Change, name: string): Principal {
  const found = existingPrincipal(change, name);
  if (found.kind === "group" && principalKey(name) !== ACCOUNT_USERS) return found;
  throw new BoathouseError("NOT_A_GROUP", `"${name}" is not a group whose members can be changed.`);
}

function existingPrincipal(change: Change, name: string): Principal {
  const found = change.snapshot.principal(name);
  if (found === undefined) throw noPrincipal(change.snapshot, name);
  return found;
}

function requireAdmin(change: Change): void {
  if (change.access.isMetastoreAdmin()) return;
  throw new BoathouseError("INSUFFICIENT_PERMISSIONS", `The user ${change.access.user} is no admin of the metastore.`, {
    sqlState: "42501",
    hint: `${change.snapshot.metastore.owner} is.`,
  });
}
