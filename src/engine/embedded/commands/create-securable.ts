import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import type { CreateSecurable } from "../../../sql/ast/create.ts";
import type { CreateMode } from "../../../sql/ast/create.ts";
import type { Command } from "./command.ts";

/** CREATE CATALOG, VOLUME, EXTERNAL LOCATION, GROUP. Credentials are declared in a bundle: SQL has no statement for them. */
export const createSecurable: Command<"create_securable"> = {
  kinds: ["create_securable"],
  async run(statement, call) {
    await create(statement, call);
    return doneResult(`CREATE ${statement.securable.replaceAll("_", " ").toUpperCase()}`);
  },
};

async function create(statement: CreateSecurable, call: StatementCall): Promise<void> {
  const { catalog } = call.env;
  const mode = namespaceMode(statement.mode, statement, call);
  const common = statement.comment === undefined ? { mode } : { mode, comment: statement.comment };
  const parts = await call.parts(statement.name);
  switch (statement.securable) {
    case "catalog": {
      if (statement.variant !== undefined || statement.using !== undefined)
        throw call.unsupported(statement.span, "A foreign or shared catalog");
      const { managedLocation } = statement;
      const place = managedLocation === undefined ? {} : { managedLocation };
      await catalog.createCatalog(call.user, { name: parts[0] ?? "", ...common, ...place });
      return;
    }
    case "volume": {
      const { location } = statement;
      const name = await call.objectName(statement.name);
      await catalog.createVolume(call.user, { name, ...common, ...(location === undefined ? {} : { location }) });
      return;
    }
    case "external_location": {
      const url = statement.location;
      const credential = statement.using?.parts.at(-1)?.name;
      if (url === undefined || credential === undefined) {
        throw call.error(
          statement.span,
          "INVALID_SQL_SYNTAX",
          "An external location needs a URL and a credential.",
          "CREATE EXTERNAL LOCATION name URL '…' WITH (STORAGE CREDENTIAL name)",
        );
      }
      await catalog.createExternalLocation(call.user, { name: parts[0] ?? "", url, credential, ...common });
      return;
    }
    case "group":
    case "user":
      await catalog.createPrincipal(call.user, { name: parts[0] ?? "", kind: statement.securable }, mode);
      return;
    default:
      throw call.unsupported(statement.span, `CREATE ${statement.securable.replaceAll("_", " ").toUpperCase()}`);
  }
}

export const createSchema: Command<"create_schema"> = {
  kinds: ["create_schema"],
  async run(statement, call) {
    if (statement.location !== undefined)
      throw call.unsupported(statement.span, "LOCATION on a schema", "Use MANAGED LOCATION.");
    const { comment, managedLocation } = statement;
    const properties = Object.fromEntries(
      statement.properties.map(({ key, value }) => [key, call.constantText(value) ?? ""]),
    );
    await call.env.catalog.createSchema(call.user, {
      name: await call.schemaName(statement.name),
      mode: namespaceMode(statement.mode, statement, call),
      properties,
      ...(comment === undefined ? {} : { comment }),
      ...(managedLocation === undefined ? {} : { managedLocation }),
    });
    return doneResult("CREATE SCHEMA");
  },
};

function namespaceMode(
  mode: CreateMode,
  statement: { readonly span: CreateSecurable["span"] },
  call: StatementCall,
): "create" | "if_not_exists" {
  if (mode === "create" || mode === "if_not_exists") return mode;
  throw call.unsupported(statement.span, "OR REPLACE here");
}
