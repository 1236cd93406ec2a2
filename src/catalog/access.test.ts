import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { struct } from "../core/data-type.ts";
import { Access } from "./access.ts";
import { APPLICABLE, type Privilege } from "./privileges.ts";
import type { Securable, SecurableKind } from "./securable.ts";
import { CatalogSnapshot, type Grant, type Membership, type Principal } from "./snapshot.ts";

/*
 * The evaluator against an independent model: the rules of Unity Catalog as sets of facts, worked out from the grants
 * downwards (the evaluator looks upwards from the object).
 */

const USERS = ["ann", "bob", "eve"];
const GROUPS = ["staff", "leads", "empty"];
const TREE = [
  { id: "m", kind: "metastore", parent: "" },
  { id: "c1", kind: "catalog", parent: "m" },
  { id: "c2", kind: "catalog", parent: "m" },
  { id: "s1", kind: "schema", parent: "c1" },
  { id: "s2", kind: "schema", parent: "c1" },
  { id: "s3", kind: "schema", parent: "c2" },
  { id: "t1", kind: "table", parent: "s1" },
  { id: "v1", kind: "view", parent: "s1" },
  { id: "f1", kind: "function", parent: "s2" },
  { id: "t3", kind: "table", parent: "s3" },
] as const satisfies readonly { id: string; kind: SecurableKind; parent: string }[];

const principal = fc.constantFrom(...USERS, ...GROUPS, "account users");
const world = fc.record({
  owners: fc.array(fc.constantFrom(...USERS, ...GROUPS), { minLength: TREE.length, maxLength: TREE.length }),
  members: fc.array(fc.tuple(fc.constantFrom(...GROUPS), fc.constantFrom(...USERS, ...GROUPS)), { maxLength: 5 }),
  grants: fc.array(
    fc
      .constantFrom(...TREE)
      .chain((on) => fc.tuple(fc.constant(on.id), principal, fc.constantFrom(...APPLICABLE[on.kind]))),
    { maxLength: 12 },
  ),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

describe("what a user may do", () => {
  it("is what the rules give when they are worked out the other way round", () => {
    fc.assert(
      fc.property(world, (given) => {
        const snapshot = snapshotOf(given);
        const model = modelOf(given);
        const wrong: unknown[] = [];
        for (const user of USERS) {
          const access = new Access(snapshot, user);
          for (const { id, kind } of TREE) {
            const on = snapshot.get(id);
            if (on === undefined) throw new Error(id);
            for (const privilege of APPLICABLE[kind]) {
              if (privilege === "ALL PRIVILEGES") continue;
              const expected = model.may(user, privilege, id);
              if (access.decide(privilege, on).allowed !== expected) wrong.push({ user, privilege, id, expected });
            }
            for (const how of ["grant", "alter"] as const) {
              const expected = model.administers(user, how, id);
              if (access.administers(how, on).allowed !== expected) wrong.push({ user, how, id, expected });
            }
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("names a reason for each requirement, and the ones that are missing", () => {
    const given: World = {
      owners: TREE.map(() => "ann"),
      members: [["staff", "bob"]],
      grants: [
        ["c1", "account users", "USE CATALOG"],
        ["c1", "staff", "SELECT"],
      ],
    };
    const snapshot = snapshotOf(given);
    const table = snapshot.get("t1");
    if (table === undefined) throw new Error("t1");
    const access = new Access(snapshot, "bob");
    expect(access.decide("SELECT", table)).toMatchObject({
      allowed: false,
      requirements: [
        { privilege: "USE CATALOG", on: { id: "c1" }, reason: { because: "grant", principal: "account users" } },
        { privilege: "USE SCHEMA", on: { id: "s1" } },
        { privilege: "SELECT", on: { id: "t1" }, reason: { because: "grant", principal: "staff", on: { id: "c1" } } },
      ],
    });
    expect(() => access.require("SELECT", table)).toThrow(
      expect.objectContaining({
        code: "INSUFFICIENT_PERMISSIONS",
        message: "The user bob does not have USE SCHEMA on SCHEMA c1.s1.",
        hint: "The owner ann can run: GRANT USE SCHEMA ON SCHEMA c1.s1 TO `bob`",
      }),
    );
    expect(access.sees(table)).toBe(false);
    expect(access.effective(table).map((each) => each.privilege)).toEqual(["SELECT"]);
  });
});

/** Facts `user privilege object`, from the top down. */
function modelOf({ owners, members, grants }: World): {
  may(user: string, privilege: Privilege, id: string): boolean;
  administers(user: string, how: "grant" | "alter", id: string): boolean;
} {
  const belongs = new Map<string, Set<string>>(USERS.map((user) => [user, new Set([user, "account users"])]));
  for (let round = 0; round < GROUPS.length + 1; round += 1) {
    for (const set of belongs.values()) for (const [group, member] of members) if (set.has(member)) set.add(group);
  }
  const childrenOf = (id: string): string[] =>
    TREE.filter((each) => each.parent === id && id !== "m").map((each) => each.id);
  const below = (id: string): string[] => [id, ...childrenOf(id).flatMap(below)];
  const held = new Set<string>();
  const owns = new Set<string>();
  for (const user of USERS) {
    const mine = belongs.get(user) ?? new Set();
    for (const [index, { id, kind }] of TREE.entries()) {
      if (!mine.has(owners[index] ?? "")) continue;
      owns.add(`${user} ${id}`);
      for (const privilege of APPLICABLE[kind])
        if (!privilege.startsWith("EXTERNAL USE")) held.add(`${user} ${privilege} ${id}`);
    }
    for (const [on, who, privilege] of grants) {
      if (!mine.has(who)) continue;
      const apart = (each: Privilege): boolean => each === "MANAGE" || each.startsWith("EXTERNAL USE");
      const given = privilege === "ALL PRIVILEGES" ? APPLICABLE.catalog.filter((each) => !apart(each)) : [privilege];
      for (const each of given) for (const id of below(on)) held.add(`${user} ${each} ${id}`);
    }
  }
  const parents = (id: string): string[] => {
    const parent = TREE.find((each) => each.id === id)?.parent ?? "";
    return parent === "" || parent === "m" ? [] : [parent, ...parents(parent)];
  };
  const use = (id: string): Privilege => (id.startsWith("c") ? "USE CATALOG" : "USE SCHEMA");
  const reaches = (user: string, id: string): boolean =>
    parents(id).every((each) => held.has(`${user} ${use(each)} ${each}`));
  return {
    may(user, privilege, id) {
      const own = /^[cs]/.test(id) && privilege !== "MANAGE" ? held.has(`${user} ${use(id)} ${id}`) : true;
      return held.has(`${user} ${privilege} ${id}`) && own && reaches(user, id);
    },
    administers(user, how, id) {
      if ([id, ...parents(id)].some((each) => owns.has(`${user} ${each}`))) return true;
      if (how === "grant" && owns.has(`${user} m`)) return true;
      const mine = belongs.get(user) ?? new Set();
      const manages = grants.some(
        ([on, who, privilege]) => privilege === "MANAGE" && mine.has(who) && [id, ...parents(id)].includes(on),
      );
      return manages && reaches(user, id);
    },
  };
}

function snapshotOf({ owners, members, grants }: World): CatalogSnapshot {
  const stamp = { properties: {}, createdAt: 0, createdBy: "", updatedAt: 0, updatedBy: "" };
  const definition = { text: "", catalog: "", schema: "" };
  const columns = struct([]);
  const securables = TREE.map(({ id, kind, parent }, index): Securable => {
    const common = { id, parent, name: id, owner: owners[index] ?? "", ...stamp };
    switch (kind) {
      case "metastore":
        return { ...common, kind, storageRoot: "" };
      case "catalog":
      case "schema":
        return { ...common, kind };
      case "view":
        return { ...common, kind, columns, definition };
      case "function":
        return { ...common, kind, result: "scalar", parameters: [], definition };
      case "table":
        return {
          ...common,
          kind,
          storage: "managed",
          format: "delta",
          location: "",
          columns,
          partitionColumns: [],
          columnMasks: {},
        };
    }
  });
  const principals: Principal[] = [
    ...USERS.map((name) => ({ name, kind: "user" as const })),
    ...GROUPS.map((name) => ({ name, kind: "group" as const })),
  ];
  const memberships = members.map(([group, member]): Membership => ({ group, member }));
  const made = grants.map(([securable, who, privilege]): Grant => ({
    securable,
    principal: who,
    privilege,
    grantedBy: "ann",
    grantedAt: 0,
  }));
  return new CatalogSnapshot(1, { securables, grants: made, principals, memberships });
}
