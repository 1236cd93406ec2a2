import { field, struct, type StructType } from "../../core/data-type.ts";
import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { CreateTable, CreateView } from "../ast/create.ts";
import type { ObjectName } from "../ast/expression.ts";
import { partsOf, type Span } from "../ast/node.ts";
import type { Query } from "../ast/query.ts";
import { analyzeQuery } from "../analyzer/analyze.ts";
import { parseScript } from "../parser/parse.ts";
import type { AnalysisContext, NameContext, Relation, Resolver, Routine } from "../resolver.ts";
import { routineOf } from "../routine.ts";

/** The column that tells the rows of a table of DuckDB apart. */
export const ROW = "__row";

/**
 * What the names of a statement mean, said in DDL: `CREATE TABLE` for each table, `CREATE VIEW` and `CREATE FUNCTION …
 * RETURN …` for what is computed from them. A later statement sees the earlier ones.
 */
export class Definitions implements Resolver {
  readonly #relations = new Map<string, Relation>();
  readonly #routines = new Map<string, Routine>();
  /** The name of a table in DuckDB: as it was defined. */
  readonly #tables = new Map<Relation, readonly string[]>();
  readonly #context: AnalysisContext;

  /** Throws what parsing and analysis do, and `UNSUPPORTED_FEATURE` for a statement that defines nothing. */
  constructor(ddl: string, context: AnalysisContext) {
    this.#context = { ...context, text: ddl, file: undefined };
    for (const statement of parseScript(ddl)) {
      switch (statement.kind) {
        case "create_table":
          this.#addTable(statement);
          break;
        case "create_view":
          this.#addView(statement);
          break;
        case "create_function": {
          const { key, full } = this.#named(statement.name);
          this.#routines.set(key, routineOf(statement, { name: full, context: this.#names(), text: ddl }));
          break;
        }
        default:
          throw this.#refused(
            statement.span,
            "only CREATE TABLE, CREATE VIEW and CREATE FUNCTION say what a name means",
          );
      }
    }
  }

  relation(name: readonly string[], { context }: { readonly context: NameContext }): Relation | undefined {
    return this.#relations.get(keyOf(completed(name, context)));
  }

  routine(name: readonly string[], context: NameContext): Routine | undefined {
    return this.#routines.get(keyOf(completed(name, context)));
  }

  relationNames(): Iterable<string> {
    return [...this.#relations.values()].map((each) => each.name.join("."));
  }

  /** The one table that is defined. */
  only(span: Span): Relation {
    const [relation] = this.#relations.values();
    if (relation === undefined) throw this.#refused(span, "it names no table");
    return relation;
  }

  /** The parts of the name under which DuckDB has the table. */
  nativeName(relation: Relation): readonly string[] {
    return this.#tables.get(relation) ?? relation.name;
  }

  #addTable(statement: CreateTable): void {
    const { key, full, written } = this.#named(statement.name);
    const schema = statement.query === undefined ? this.#columnsOf(statement) : this.#schemaOf(statement.query);
    const relation: Relation = { name: full, kind: "table", schema, hidden: [field(ROW, { kind: "long" }, false)] };
    this.#relations.set(key, relation);
    this.#tables.set(relation, written);
  }

  #columnsOf(statement: CreateTable): StructType {
    return struct(
      statement.columns.map((column) => {
        if (column.generated !== undefined) {
          throw this.#refused(column.span, "columns that are generated are not supported");
        }
        if (column.type === undefined) throw this.#refused(column.span, "the column has no type");
        const text = column.default === undefined ? undefined : this.#textOf(column.default.span);
        const metadata = text === undefined ? undefined : { CURRENT_DEFAULT: text };
        return field(column.name.parts.at(-1)?.name ?? "", column.type, column.nullable, metadata);
      }),
    );
  }

  #addView(statement: CreateView): void {
    const { query } = statement;
    if (query === undefined) throw this.#refused(statement.span, "a view needs a query");
    const { key, full } = this.#named(statement.name);
    const schema = struct(
      this.#schemaOf(query).fields.map((each, index) =>
        field(statement.columns[index]?.name.parts.at(-1)?.name ?? each.name, each.type, each.nullable),
      ),
    );
    const view = { query, text: this.#context.text, context: this.#names() };
    this.#relations.set(key, { name: full, kind: "view", schema, view });
  }

  #schemaOf(query: Query): StructType {
    return analyzeQuery(query, this, this.#context).schema;
  }

  #names(): NameContext {
    const { currentCatalog: catalog, currentSchema: schema, user } = this.#context;
    return { catalog, schema, user };
  }

  #named(name: ObjectName): { readonly key: string; readonly full: string[]; readonly written: readonly string[] } {
    if (name.kind !== "name") throw this.#refused(name.span, "the name must be written out");
    const written = partsOf(name);
    const full = completed(written, this.#names());
    return { key: keyOf(full), full, written };
  }

  #textOf({ start, end }: Span): string {
    return this.#context.text.slice(start, end);
  }

  #refused(span: Span, why: string): BoathouseError {
    const { text } = this.#context;
    return new BoathouseError("UNSUPPORTED_FEATURE", `The definition cannot be used: ${why}.`, {
      sqlState: "0A000",
      location: locationOf(text, span.start, span.end),
      source: text,
    });
  }
}

function completed(name: readonly string[], context: NameContext): string[] {
  return [context.catalog, context.schema, ...name].slice(-Math.max(3, name.length));
}

function keyOf(name: readonly string[]): string {
  return name.join("\0").toLowerCase();
}
