import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Access } from "../catalog/access.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Lakehouse } from "../project/lakehouse.ts";
import type { Effects, GlobalOptions } from "./context.ts";
import { discoverRoot } from "./discover.ts";
import { openLakehouse } from "./open-lakehouse.ts";

export interface CatalogOptions extends GlobalOptions {
  readonly as?: string;
}

/** Opens the catalog of a lakehouse that is there, as the user or another principal. */
export async function withCatalog(
  options: CatalogOptions,
  effects: Effects,
  use: (opened: { readonly lakehouse: Lakehouse; readonly catalog: Catalog; readonly access: Access }) => Promise<void>,
): Promise<void> {
  const root = await discoverRoot(effects.cwd, options.root);
  if (!existsSync(join(root, "state.db"))) {
    throw new BoathouseError("LAKEHOUSE_NOT_FOUND", `There is no lakehouse in ${root}.`, {
      kind: "usage",
      hint: "Run a project first (boathouse run <project>), or name the lakehouse's folder with --root.",
    });
  }
  const lakehouse = await openLakehouse(options, effects);
  try {
    const catalog = await lakehouse.catalog();
    await use({ lakehouse, catalog, access: await catalog.access(options.as ?? lakehouse.user) });
  } finally {
    await lakehouse.close();
  }
}
