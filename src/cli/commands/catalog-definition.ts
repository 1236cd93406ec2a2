import { Option, type Command } from "commander";
import type { Effects } from "../context.ts";
import { positive, withGlobals } from "../options.ts";

export function catalogCommand(program: Command, effects: Effects): void {
  const catalog = program
    .command("catalog")
    .description("Unity Catalog: what there is, who may use it, where it came from");
  withAs(catalog.command("tree [name]", { isDefault: true }))
    .description("show catalogs, schemas and tables with rows and owners; all, or what is below a name")
    .action(async (name: string | undefined, options: Record<string, unknown>) => {
      const { catalogTree } = await import("./catalog-tree.ts");
      await catalogTree(name, options, effects);
    });
  withAs(catalog.command("grants <name>"))
    .description("show who may do what with a catalog, schema or table, and why")
    .option("--principal <name>", "only what this user or group was granted")
    .addOption(
      new Option("--kind <kind>", "what has the name, where it is no catalog, schema or table").choices([
        "volume",
        "function",
        "external_location",
        "storage_credential",
      ]),
    )
    .action(async (name: string, options: Record<string, unknown>) => {
      const { catalogGrants } = await import("./catalog-grants.ts");
      await catalogGrants(name, options, effects);
    });
  withAs(catalog.command("lineage <table>"))
    .description("show from which tables a table was made, or a column from which columns")
    .option("--column <name>", "follow one column")
    .option("--downstream", "what was made from it instead")
    .option("--depth <steps>", "how many steps (default: 10)", positive)
    .action(async (table: string, options: Record<string, unknown>) => {
      const { catalogLineage } = await import("./catalog-lineage.ts");
      await catalogLineage(table, options, effects);
    });
}

function withAs(command: Command): Command {
  return withGlobals(command).option("--as <principal>", "as another user sees it");
}
