import { BOOLEAN, field, simpleString, STRING, struct, type StructType } from "../../src/core/data-type.ts";
import { BoathouseError } from "../../src/core/errors.ts";
import type { Value } from "../../src/core/value.ts";
import type { BoundQuery } from "../../src/sql/bound.ts";
import { columnComments } from "../../src/sql/column-comments.ts";
import { functionReference } from "../../src/sql/functions/documentation.ts";
import type { Describe, Show } from "../../src/sql/ast/utility.ts";
import { NotHere, type Result } from "./databases.ts";

/** A table or view of the small session, for DESCRIBE and SHOW. */
export interface Described {
  /** Where the session keeps it. */
  readonly key: string;
  /** Empty for a temporary view. */
  readonly schemaName: string;
  readonly name: string;
  readonly kind: "table" | "view";
  readonly schema: StructType;
}

/** `DESCRIBE QUERY`. */
export function queryColumns(bound: BoundQuery): Result {
  const comments = columnComments(bound);
  const fields = bound.schema.fields.map((each, index) => {
    const comment = comments[index];
    return field(each.name, each.type, each.nullable, comment === undefined ? undefined : { comment });
  });
  return columnsResult(struct(fields));
}

/** As spark-sql prints them: in columns of 20 characters. */
function columnsResult(schema: StructType): Result {
  const rows = schema.fields.map((each) => [each.name, simpleString(each.type), commentOf(each)]);
  return {
    schema: textColumns("col_name", "data_type", "comment"),
    rows: rows.map((row) => row.map((cell) => cell.padEnd(20))),
  };
}

/** `DESCRIBE t`, `DESCRIBE t column` of the table under a key. */
export function describedTable({ column }: Describe, key: string, all: readonly Described[]): Result {
  const found = all.find((each) => each.key === key);
  if (found === undefined) throw new BoathouseError("TABLE_OR_VIEW_NOT_FOUND", `There is no table ${key}.`);
  if (column === undefined) return columnsResult(found.schema);
  const name = column.parts.at(-1)?.name ?? "";
  const own = found.schema.fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (own === undefined) throw new BoathouseError("UNRESOLVED_COLUMN.WITH_SUGGESTION", `There is no column ${name}.`);
  const rows = [
    ["col_name", own.name],
    ["data_type", simpleString(own.type)],
    ["comment", commentOf(own) || "NULL"],
  ];
  return { schema: textColumns("info_name", "info_value"), rows };
}

/** Whether a DESCRIBE asks for columns alone: all else is the engine's to say. */
export function isPlain({ subject, extended, asJson, partition }: Describe): boolean {
  return !extended && !asJson && partition === undefined && ["table", "view", "query"].includes(subject);
}

interface Shown {
  readonly statement: Show;
  /** The parts of its name. */
  readonly name: readonly string[];
  readonly current: string;
  readonly all: readonly Described[];
  readonly schemas: ReadonlySet<string>;
  /** Those of the session. */
  readonly functions: Iterable<string>;
}

/** SHOW TABLES, VIEWS, COLUMNS and CURRENT SCHEMA; spark-sql prints only the names of the first two. */
export function shown({ statement, name, current, all, schemas, functions }: Shown): Result {
  switch (statement.subject) {
    case "tables":
    case "views": {
      const within = (name.at(-1) ?? current).toLowerCase();
      if (!schemas.has(within)) throw new BoathouseError("SCHEMA_NOT_FOUND", `There is no schema ${within}.`);
      const isViews = statement.subject === "views";
      const matches = patternOf(statement);
      const here = all.filter((each) => each.schemaName === within || each.schemaName === "");
      const found = here.filter((each) => (!isViews || each.kind === "view") && matches.test(each.name));
      const schema = struct([
        field("namespace", STRING, false),
        field(isViews ? "viewName" : "tableName", STRING, false),
        field("isTemporary", BOOLEAN, false),
      ]);
      const rows = found.map((each): Value[] => [each.schemaName, each.name, isTemporary(each)]);
      return { schema, rows, lines: found.map((each) => each.name) };
    }
    case "columns": {
      const relation = columnsOf(statement, name, current, all);
      return { schema: textColumns("col_name"), rows: relation.schema.fields.map((each) => [each.name]) };
    }
    case "functions": {
      const scope = statement.scope?.toLowerCase() ?? "all";
      const builtIn = functionReference().flatMap((each) => (each.supported ? [each.name, ...each.aliases] : []));
      const names = [...(scope === "user" ? [] : builtIn), ...(scope === "system" ? [] : functions)];
      const matches = patternOf(statement);
      const rows = names.filter((each) => matches.test(each)).map((each) => [each]);
      return { schema: textColumns("function"), rows };
    }
    case "current_schema":
      return { schema: textColumns("catalog", "namespace"), rows: [["spark_catalog", current]] };
    default:
      throw new NotHere("show");
  }
}

/** Whether a SHOW can be answered here. */
export function isShown({ subject }: Show): boolean {
  return ["tables", "views", "columns", "functions", "current_schema"].includes(subject);
}

function columnsOf(statement: Show, name: readonly string[], current: string, all: readonly Described[]): Described {
  const given = statement.schema?.parts.at(-1)?.name;
  const [own = "", written] = name.toReversed();
  if (given !== undefined && written !== undefined && given.toLowerCase() !== written.toLowerCase())
    throw new BoathouseError("SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE", "Two schemas are named.");
  const within = given ?? written;
  const named = all.filter((each) => each.name === own.toLowerCase());
  const temporary = within === undefined ? named.find((each) => each.schemaName === "") : undefined;
  const found = temporary ?? named.find((each) => each.schemaName === (within ?? current).toLowerCase());
  if (found === undefined) throw new BoathouseError("TABLE_OR_VIEW_NOT_FOUND", `There is no table ${own}.`);
  return found;
}

function isTemporary({ schemaName }: Described): boolean {
  return schemaName === "" || schemaName === "global_temp";
}

function patternOf({ pattern }: Show): RegExp {
  const parts = (pattern ?? "*")
    .split("|")
    .map((each) => each.replaceAll(/[.+?^${}()[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*"));
  return new RegExp(`^(?:${parts.join("|")})$`, "i");
}

function textColumns(...names: readonly string[]): StructType {
  return struct(names.map((name) => field(name, STRING)));
}

function commentOf({ metadata }: StructType["fields"][number]): string {
  const comment = metadata?.["comment"];
  return typeof comment === "string" ? comment : "";
}
