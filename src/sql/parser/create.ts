import type { CreateDataset, CreateMode, CreateSecurable, CreateStatement } from "../ast/create.ts";
import { createFlow } from "./auto-cdc.ts";
import { createFunction } from "./create-function.ts";
import { createProcedure } from "./create-procedure.ts";
import { createIndex, createPolicy, createSchema, createSecurable, SECURABLES } from "./create-securable.ts";
import { createTable } from "./create-table.ts";
import { createDataset, createView } from "./create-view.ts";
import type { Cursor } from "./cursor.ts";

/** `CREATE [OR REPLACE | OR REFRESH] …` and `REPLACE TABLE …`. */
export function create(c: Cursor): CreateStatement {
  const { start } = c;
  if (c.accept("REPLACE")) return createTable(c, start, "replace_existing", { external: false, temporary: false });
  c.expect("CREATE");
  let mode: CreateMode = "create";
  if (c.accept("OR")) mode = c.expectAny("REPLACE", "REFRESH") === "REPLACE" ? "replace" : "refresh";
  return pipelineDataset(c, start, mode) ?? table(c, start, mode) ?? object(c, start, mode);
}

/** Streaming tables, materialized views, flows and the legacy LIVE forms; undefined, nothing read, for the rest. */
function pipelineDataset(c: Cursor, start: number, mode: CreateMode): CreateStatement | undefined {
  const ahead = c.atAny("PRIVATE", "TEMPORARY", "TEMP") && pipelineWord(c, 1) ? 1 : 0;
  if (!pipelineWord(c, ahead)) return undefined;
  const isPrivate = ahead === 1;
  if (isPrivate) c.advance();
  if (c.at("FLOW")) return createFlow(c, start, mode);
  const what = (dataset: CreateDataset["dataset"], legacy: boolean): CreateDataset =>
    createDataset(c, start, mode, { dataset, legacy, private: isPrivate });
  if (c.acceptAll("MATERIALIZED", "VIEW")) return what("materialized_view", false);
  if (c.acceptAll("STREAMING", "TABLE")) return what("streaming_table", false);
  if (c.acceptAll("STREAMING", "LIVE", "TABLE")) return what("streaming_table", true);
  if (c.acceptAll("STREAMING", "LIVE", "VIEW")) return what("live_view", true);
  if (c.acceptAll("LIVE", "TABLE")) return what("live_table", true);
  c.expect("LIVE", "VIEW");
  return what("live_view", true);
}

function pipelineWord(c: Cursor, ahead: number): boolean {
  if (c.peekIs(ahead, "MATERIALIZED")) return c.peekIs(ahead + 1, "VIEW");
  if (c.peekIs(ahead, "STREAMING")) return c.peekIs(ahead + 1, "TABLE", "LIVE");
  if (c.peekIs(ahead, "LIVE")) return c.peekIs(ahead + 1, "TABLE", "VIEW");
  return c.peekIs(ahead, "FLOW");
}

function table(c: Cursor, start: number, mode: CreateMode): CreateStatement | undefined {
  const globally = c.at("GLOBAL") && c.peekIs(1, "TEMPORARY", "TEMP");
  if (globally) c.advance();
  const temporary =
    c.atAny("TEMPORARY", "TEMP") && c.peekIs(1, "VIEW", "TABLE", "EXTERNAL", "FUNCTION") && temporaryWord(c);
  const external = c.at("EXTERNAL") && c.peekIs(1, "TABLE") && c.accept("EXTERNAL");
  if (c.at("TABLE")) return createTable(c, start, refreshless(c, mode), { external, temporary });
  if (c.at("VIEW")) {
    const scope = globally ? "global_temporary" : temporary ? "temporary" : "permanent";
    return createView(c, start, mode, scope);
  }
  if (c.at("FUNCTION")) return createFunction(c, start, refreshless(c, mode), temporary);
  if (temporary || globally || external) c.fail("'TABLE', 'VIEW' or 'FUNCTION'");
  return undefined;
}

function temporaryWord(c: Cursor): true {
  c.advance();
  return true;
}

function refreshless(c: Cursor, mode: CreateMode): CreateMode {
  if (mode === "refresh") {
    c.raise(
      "PARSE_SYNTAX_ERROR",
      `Syntax error at or near '${c.token.text}': OR REFRESH goes with STREAMING TABLE and MATERIALIZED VIEW.`,
      c.token,
    );
  }
  return mode;
}

function object(c: Cursor, start: number, mode: CreateMode): CreateStatement {
  refreshless(c, mode);
  if (c.acceptAny("SCHEMA", "DATABASE", "NAMESPACE") !== undefined) return createSchema(c, start, mode);
  if (c.at("PROCEDURE")) return createProcedure(c, start, mode);
  if (c.at("POLICY")) return createPolicy(c, start, mode);
  if (c.at("INDEX")) return createIndex(c, start);
  let variant: CreateSecurable["variant"];
  if (c.atAll("EXTERNAL", "VOLUME")) variant = "external";
  else if (c.atAll("FOREIGN", "CATALOG")) variant = "foreign";
  if (variant !== undefined) c.advance();
  const found = SECURABLES.find(([words]) => c.acceptAll(...words));
  if (found === undefined) return c.fail("what to create");
  return createSecurable(c, start, mode, found[1], variant);
}
