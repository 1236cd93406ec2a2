import { field, struct } from "../../../core/data-type.ts";
import type { CreateView } from "../../../sql/ast/create.ts";
import type { Node } from "../../../sql/ast/node.ts";
import type { Query } from "../../../sql/ast/query.ts";
import { analyzeQuery } from "../../../sql/analyzer/analyze.ts";
import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import { boundText } from "../bound-text.ts";
import { propertiesOf } from "./create-table.ts";
import type { Command } from "./command.ts";

/** `CREATE VIEW`, and `CREATE TEMPORARY VIEW`, which the session keeps. */
export const createView: Command<"create_view"> = {
  kinds: ["create_view"],
  async run(statement, call) {
    const { query } = statement;
    if (query === undefined || statement.scope === "global_temporary") {
      throw call.unsupported(
        statement.span,
        query === undefined ? "A view over files or metrics" : "A global temporary view",
      );
    }
    const collation = collationOf(statement);
    if (collation !== undefined && statement.scope !== "temporary") {
      throw call.unsupported(statement.span, "DEFAULT COLLATION of a stored view");
    }
    if (statement.scope === "temporary") await createTemporary(statement, query, call);
    else await createStored(statement, query, call);
    return doneResult("CREATE VIEW");
  },
};

function collationOf(statement: CreateView): string | undefined {
  return statement.collation?.parts.map((part) => part.name).join(".");
}

async function createTemporary(statement: CreateView, query: Query, call: StatementCall): Promise<void> {
  const name = (await call.parts(statement.name)).at(-1) ?? "";
  const key = name.toLowerCase();
  const { state } = call;
  if (state.temporaryViews.has(key)) {
    if (statement.mode === "if_not_exists") return;
    if (statement.mode !== "replace") {
      throw call.error(
        statement.name.span,
        "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS",
        `The temporary view ${name} exists already.`,
        "Add OR REPLACE.",
      );
    }
  }
  const { text, query: bound } = boundText(query, call);
  const schema = await viewSchema(statement, query, call);
  const collation = collationOf(statement);
  const context = {
    catalog: state.catalog,
    schema: state.schema,
    user: state.user,
    ...(collation === undefined ? {} : { collation }),
  };
  state.temporaryViews.set(key, { name, schema, definition: { query: bound, text, context } });
}

async function createStored(statement: CreateView, query: Query, call: StatementCall): Promise<void> {
  const columns = await viewSchema(statement, query, call);
  const { comment } = statement;
  await refuseTemporary(query, call);
  await call.env.catalog.createView(call.user, {
    name: await call.objectName(statement.name),
    mode: statement.mode === "refresh" || statement.mode === "replace_existing" ? "replace" : statement.mode,
    columns,
    definition: { text: boundText(query, call).text, catalog: call.state.catalog, schema: call.state.schema },
    properties: propertiesOf(statement, call),
    ...(comment === undefined ? {} : { comment }),
  });
}

/** What outlives the session reads nothing that ends with it. The query was analyzed before. */
export async function refuseTemporary(node: Node, call: StatementCall, what = "view"): Promise<void> {
  const [temporary] = (await call.resolver()).temporaryObjects;
  if (temporary === undefined) return;
  throw call.error(
    node.span,
    "INVALID_TEMP_OBJ_REFERENCE",
    `A stored ${what} cannot read the temporary ${temporary}, which ends with this session.`,
    `Create the ${what} as a TEMPORARY one, or what it reads as a stored one.`,
  );
}

/** The query's columns, under the names that the view gives them. */
async function viewSchema(
  statement: CreateView,
  query: Query,
  call: StatementCall,
): Promise<ReturnType<typeof struct>> {
  const collation = collationOf(statement);
  const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, { ...context, collation }));
  const { columns } = statement;
  if (columns.length > 0 && columns.length !== bound.schema.fields.length) {
    throw call.error(
      statement.span,
      "CREATE_VIEW_COLUMN_ARITY_MISMATCH",
      `The view names ${columns.length} columns, its query gives ${bound.schema.fields.length}.`,
    );
  }
  const fields = bound.schema.fields.map((each, index) => {
    const own = columns[index];
    const metadata = own?.comment === undefined ? undefined : { comment: own.comment };
    return field(own?.name.parts.at(-1)?.name ?? each.name, each.type, each.nullable, metadata);
  });
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name.toLowerCase())) {
      throw call.error(
        statement.span,
        "COLUMN_ALREADY_EXISTS",
        `The view would have the column ${name} twice.`,
        "Give it another alias.",
      );
    }
    seen.add(name.toLowerCase());
  }
  return struct(fields);
}
