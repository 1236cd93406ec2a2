import type { Statement } from "../../../sql/ast/statement.ts";
import type { Command } from "./command.ts";
import { alter, comment } from "./alter.ts";
import { clone } from "./clone.ts";
import { convert } from "./convert.ts";
import { createFunction } from "./create-function.ts";
import { createSchema, createSecurable } from "./create-securable.ts";
import { createTable, createTableLike } from "./create-table.ts";
import { createView } from "./create-view.ts";
import { createDataset, refresh } from "./dataset.ts";
import { describe } from "./describe.ts";
import { drop } from "./drop.ts";
import { explain } from "./explain.ts";
import { grant, showGrants } from "./grant.ts";
import { insert } from "./insert.ts";
import { optimize, reorg } from "./optimize.ts";
import { query } from "./query.ts";
import { generate, repair } from "./repair.ts";
import { restore } from "./restore.ts";
import { rowChange } from "./row-change.ts";
import { resetConfiguration, setConfiguration, setTimeZone, use } from "./session-commands.ts";
import { INSIDE_SCRIPTS, script } from "./script.ts";
import { show } from "./show.ts";
import { truncate } from "./truncate.ts";
import { vacuum } from "./vacuum.ts";

/** Every kind of statement that the embedded engine runs. */
const COMMANDS = [
  query,
  insert,
  rowChange,
  truncate,
  restore,
  repair,
  generate,
  optimize,
  reorg,
  vacuum,
  createTable,
  createTableLike,
  clone,
  convert,
  createView,
  createDataset,
  refresh,
  createFunction,
  createSchema,
  createSecurable,
  alter,
  comment,
  drop,
  grant,
  showGrants,
  show,
  describe,
  explain,
  use,
  setConfiguration,
  resetConfiguration,
  setTimeZone,
  script,
] as const;

const BY_KIND = new Map<Statement["kind"], Command>(
  COMMANDS.flatMap((command) =>
    command.kinds.map((kind): [Statement["kind"], Command] => [kind, command as unknown as Command]),
  ),
);

export function commandFor(kind: Statement["kind"]): Command | undefined {
  return BY_KIND.get(kind);
}

/** The kinds of statements that run, for the table of what is supported. */
export function supportedStatements(): readonly Statement["kind"][] {
  return [...BY_KIND.keys(), ...INSIDE_SCRIPTS];
}
