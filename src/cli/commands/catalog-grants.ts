import type { SecurableKind } from "../../catalog/securable.ts";
import { findRelation } from "../../catalog/find.ts";
import type { Effects } from "../context.ts";
import { withCatalog, type CatalogOptions } from "../open-catalog.ts";
import { writeRecords } from "../records.ts";

interface GrantsOptions extends CatalogOptions {
  readonly principal?: string;
  readonly kind?: SecurableKind;
}

/** The grants on an object, and those that it inherits. */
export async function catalogGrants(name: string, options: GrantsOptions, effects: Effects): Promise<void> {
  await withCatalog(options, effects, async ({ lakehouse, catalog, access }) => {
    const parts = name.split(".");
    const relation = parts.length === 3 && options.kind === undefined ? findRelation(access, parts) : undefined;
    const kind = options.kind ?? relation?.kind ?? BY_PARTS[parts.length] ?? "table";
    const grants = await catalog.showGrants(options.as ?? lakehouse.user, { kind, name: parts }, options.principal);
    const records = grants.map((each) => ({
      principal: each.principal,
      privilege: each.privilege,
      "granted on": `${each.on.kind.replaceAll("_", " ")} ${access.snapshot.fullName(each.on).join(".")}`,
      "granted by": each.grantedBy,
    }));
    await writeRecords(records, {
      terminal: effects.terminal,
      json: options.json === true,
      empty: `Nobody was granted anything on ${name}; its owner may do everything.`,
    });
  });
}

const BY_PARTS: Readonly<Record<number, SecurableKind>> = { 1: "catalog", 2: "schema", 3: "table" };
