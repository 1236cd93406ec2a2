import type { Statement } from "../ast/statement.ts";
import type { With } from "../ast/query.ts";
import { deleteFrom, insert, multiInsert, update } from "./change.ts";
import type { Cursor } from "./cursor.ts";
import { merge } from "./merge.ts";
import { query, queryAfterWith, withClause } from "./query.ts";

/** A statement by its first word. */
export function statement(c: Cursor): Statement {
  const { start } = c;
  if (c.at("WITH")) {
    const common = withClause(c);
    return changing(c, common, start) ?? queryAfterWith(c, common, start);
  }
  const change = changing(c, undefined, start);
  if (change !== undefined) return change;
  return query(c);
}

/** The statements that may have a WITH before them. */
function changing(c: Cursor, common: With | undefined, start: number): Statement | undefined {
  switch (c.token.kind === "word" ? c.token.text : "") {
    case "INSERT":
      return insert(c, common, start);
    case "UPDATE":
      return update(c, common, start);
    case "DELETE":
      return deleteFrom(c, common, start);
    case "MERGE":
      return merge(c, common, start);
    case "FROM":
      return multiInsert(c, common, start);
    default:
      return undefined;
  }
}
