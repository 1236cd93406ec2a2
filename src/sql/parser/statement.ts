import type { With } from "../ast/query.ts";
import type { Statement } from "../ast/statement.ts";
import { alter } from "./alter.ts";
import { applyChanges } from "./auto-cdc.ts";
import { cache, loadData, refresh, resource } from "./cache.ts";
import { deleteFrom, insert, multiInsert, update } from "./change.ts";
import { explain, reset, set, use } from "./configuration.ts";
import { copyInto } from "./copy-into.ts";
import { create } from "./create.ts";
import type { Cursor } from "./cursor.ts";
import { declare } from "./declare.ts";
import { describe } from "./describe.ts";
import { drop } from "./drop.ts";
import { comment, grant } from "./grant.ts";
import {
  analyze,
  convert,
  generate,
  optimize,
  reorg,
  repair,
  restore,
  sync,
  truncate,
  undrop,
  vacuum,
} from "./maintenance.ts";
import { merge } from "./merge.ts";
import { query, queryAfterWith, withClause } from "./query.ts";
import { callProcedure, executeImmediate, scriptStatement } from "./script.ts";
import { show } from "./show.ts";
import { unsetTag } from "./tag.ts";

/** The statements by their first word; those that start a query or can follow a WITH are not here. */
const BY_WORD: Readonly<Record<string, (c: Cursor) => Statement>> = {
  ADD: resource,
  ALTER: alter,
  ANALYZE: analyze,
  APPLY: applyChanges,
  AUTO: applyChanges,
  CACHE: cache,
  CALL: callProcedure,
  CLEAR: cache,
  COMMENT: comment,
  CONVERT: convert,
  COPY: copyInto,
  CREATE: create,
  DECLARE: declare,
  DENY: grant,
  DESC: describe,
  DESCRIBE: describe,
  DROP: drop,
  EXECUTE: executeImmediate,
  EXPLAIN: explain,
  FSCK: repair,
  GENERATE: generate,
  GRANT: grant,
  LIST: resource,
  LOAD: loadData,
  MSCK: repair,
  OPTIMIZE: optimize,
  REFRESH: refresh,
  REORG: reorg,
  REPAIR: repair,
  REPLACE: create,
  RESET: reset,
  RESTORE: restore,
  REVOKE: grant,
  SET: set,
  SHOW: show,
  SYNC: sync,
  TRUNCATE: truncate,
  UNCACHE: cache,
  UNDROP: undrop,
  UNSET: unsetTag,
  USE: use,
  VACUUM: vacuum,
};

const CHANGES = ["INSERT", "UPDATE", "DELETE", "MERGE"];
const QUERIES = ["SELECT", "WITH", "VALUES", "TABLE", "FROM", "MAP", "REDUCE"];

/** A statement by its first word. */
export function statement(c: Cursor): Statement {
  const { start } = c;
  const script = scriptStatement(c);
  if (script !== undefined) return script;
  if (c.at("WITH")) {
    const common = withClause(c);
    return changing(c, common, start) ?? queryAfterWith(c, common, start);
  }
  const rule = c.token.kind === "word" ? BY_WORD[c.token.text] : undefined;
  if (rule !== undefined) return rule(c);
  const change = changing(c, undefined, start);
  if (change !== undefined) return change;
  if (!c.at("(") && !c.atAny(...QUERIES)) {
    // Looked for here, so that the error can say the nearest statement.
    c.atAny(...Object.keys(BY_WORD), ...CHANGES);
    c.fail("a statement");
  }
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
