import { array, field, INT, LONG, map, simpleString, STRING, struct, type DataType } from "../../core/data-type.ts";
import { isBoathouseError } from "../../core/errors.ts";
import type { BoundQuery } from "../bound.ts";
import { parseStatement } from "../parser/parse.ts";
import type { AnalysisContext, Relation, Resolver } from "../resolver.ts";
import { analyzeQuery } from "./analyze.ts";

/** Tables of plain data and what the analyzer says of queries over them. */

function table(name: string, columns: Readonly<Record<string, DataType>>, required: readonly string[] = []): Relation {
  const fields = Object.entries(columns).map(([column, type]) => field(column, type, !required.includes(column)));
  return { name: ["main", "shop", name], kind: "table", schema: struct(fields) };
}

const ADDRESS = struct([field("street", STRING), field("place", struct([field("city", STRING), field("zip", INT)]))]);

const TABLES: readonly Relation[] = [
  table("orders", { id: INT, customer: STRING, amount: LONG }, ["id"]),
  table("people", { id: INT, name: STRING, address: ADDRESS, tags: array(STRING), marks: map(STRING, INT) }, ["id"]),
];

const resolver: Resolver = {
  relation: (name) => TABLES.find((each) => each.name.at(-1) === name.at(-1)?.toLowerCase()),
  routine: () => undefined,
};

export function analyzed(text: string, settings: Readonly<Record<string, string>> = {}): BoundQuery {
  const statement = parseStatement(text);
  if (statement.kind !== "query") throw new TypeError("Not a query.");
  const context: AnalysisContext = {
    ansi: true,
    timeZone: "UTC",
    currentCatalog: "main",
    currentSchema: "shop",
    user: "ann",
    groups: new Set(),
    parameters: {},
    now: 1_700_000_000_000_000n,
    text,
    settings: new Map(Object.entries(settings)),
  };
  return analyzeQuery(statement, resolver, context);
}

/** Names only. */
export function namesOf(text: string, settings?: Readonly<Record<string, string>>): string[] {
  return analyzed(text, settings).schema.fields.map((each) => each.name);
}

/** `name: type`, with `!` behind what is never null. */
export function columnsOf(text: string): string[] {
  return analyzed(text).schema.fields.map(
    (each) => `${each.name}: ${simpleString(each.type)}${each.nullable ? "" : "!"}`,
  );
}

/** The condition of the error, or "none". */
export function errorOf(text: string, settings?: Readonly<Record<string, string>>): string {
  try {
    analyzed(text, settings);
    return "none";
  } catch (error) {
    if (!isBoathouseError(error)) throw error;
    return error.code;
  }
}
