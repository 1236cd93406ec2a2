import type { Table } from "../../../catalog/securable.ts";
import type { StructType } from "../../../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../../../core/errors.ts";
import type { CloneTable, CreateTable, CreateTableLike } from "../../../sql/ast/create.ts";
import { pathText, type PathName } from "../path-name.ts";
import type { StatementCall } from "../statement-call.ts";
import { pathOf } from "./delta-target.ts";
import { policiesOf } from "./policies.ts";

/** What gets a table at its place, and a name in the catalog unless it is named by its path. */
export type NamedTable = CreateTable | CreateTableLike | CloneTable;

export interface TableParts {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly comment: string | undefined;
}

export interface Target {
  /** The catalog's; undefined for a table that is named by its path, of which the catalog is told nothing. */
  readonly id: string | undefined;
  /** `[catalog, schema, table]`, or `[path]`. */
  readonly name: readonly string[];
  readonly location: string;
  readonly storage: Table["storage"];
  /** There was none yet. */
  readonly isNew: boolean;
  /** IF NOT EXISTS found it. */
  readonly skip: boolean;
}

/** Where the table of a statement is to be. Throws when it may not be made, or may not be replaced. */
export async function prepare(statement: NamedTable, call: StatementCall, columns?: StructType): Promise<Target> {
  const path = await pathOf(statement.name, call);
  if (path !== undefined) return prepareAtPath(statement, path, call);
  const name = await call.objectName(statement.name);
  const mode = modeOf(statement);
  const kind = call.options.dataset?.kind ?? "table";
  const { location } = statement;
  const prepared = await call.env.catalog.prepareTable(call.user, {
    name,
    mode,
    kind,
    ...(location === undefined ? {} : { location }),
    ...(columns === undefined ? {} : { columns }),
    ...(statement.kind === "create_table" ? { policies: await policiesOf(statement, call) } : {}),
  });
  if (statement.mode === "replace_existing" && prepared.existing === undefined) {
    throw notThere(statement, name.join("."), call);
  }
  const isNew = prepared.existing === undefined;
  const { id, storage } = prepared;
  return { id, name, location: prepared.location, storage, isNew, skip: !isNew && mode === "if_not_exists" };
}

/** Makes a table, once more where another statement made one at the place meanwhile: then it is to be left, or replaced. */
export async function afterRace<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!isBoathouseError(error, "DELTA_TABLE_ALREADY_EXISTS")) throw error;
    return make();
  }
}

/** What `afterRace` waits for, where the other was done before this one began. */
export function overtaken({ location }: Target): BoathouseError {
  return new BoathouseError("DELTA_TABLE_ALREADY_EXISTS", `A table was created at ${location} meanwhile.`);
}

/** ``CREATE TABLE delta.`/path` ``, by the right to write files there, and nothing else may lie there. */
async function prepareAtPath(statement: NamedTable, named: PathName, call: StatementCall): Promise<Target> {
  const { path } = named;
  const { span } = statement.name;
  await refuseAtPath(statement, named, call);
  const { places } = call.env.catalog;
  const access = await call.access();
  try {
    const governor = places.require(access, path, "WRITE FILES");
    if (governor?.kind !== "volume") places.requireFree(access, path, "data");
  } catch (error) {
    throw call.placed(error, span);
  }
  const exists = await (await call.env.tables.at(path)).exists();
  if (exists && statement.mode === "create") {
    const message = `Cannot create table or view ${pathText(named)} because it already exists.`;
    const hint = "Say CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS to leave it as it is.";
    throw call.error(span, "TABLE_OR_VIEW_ALREADY_EXISTS", message, hint);
  }
  if (!exists && statement.mode === "replace_existing") throw notThere(statement, pathText(named), call);
  const skip = exists && statement.mode === "if_not_exists";
  return { id: undefined, name: [path], location: path, storage: "external", isNew: !exists, skip };
}

/** What a table that is named by its path does not have. */
async function refuseAtPath(statement: NamedTable, named: PathName, call: StatementCall): Promise<void> {
  const { name, location } = statement;
  if (named.format !== "delta") {
    const message = `${pathText(named)} is not a valid name for a table: tables are Delta tables.`;
    throw call.error(name.span, "INVALID_SCHEMA_OR_RELATION_NAME", message, "Name it delta.`/path`.");
  }
  // Throws: the catalog knows a pipeline's datasets by their names.
  if (call.options.dataset !== undefined) await call.objectName(name);
  const { places } = call.env.catalog;
  if (location !== undefined && places.placeOf(location) !== places.placeOf(named.path)) {
    throw call.error(
      name.span,
      statement.kind === "clone_table" ? "DELTA_CLONE_AMBIGUOUS_TARGET" : "DELTA_AMBIGUOUS_PATHS_IN_CREATE_TABLE",
      `The statement names two different places: ${named.path} and ${location}.`,
      "Leave LOCATION out.",
    );
  }
  if (statement.kind !== "create_table") return;
  const policy = statement.rowFilter ?? statement.columns.find(({ mask }) => mask !== undefined)?.mask;
  if (policy === undefined) return;
  const hint = "Give the table a name, with LOCATION for its place.";
  throw call.unsupported(policy.span, "A row filter or mask of a table that the catalog does not know", hint);
}

function notThere(statement: NamedTable, shown: string, call: StatementCall): BoathouseError {
  return call.error(statement.name.span, "TABLE_OR_VIEW_NOT_FOUND", `There is no table ${shown} to replace.`);
}

/** Makes the table known under its name, if it has one, after its data was committed. */
export async function register(
  statement: NamedTable,
  call: StatementCall,
  target: Target,
  parts: TableParts,
): Promise<void> {
  const { id, name } = target;
  if (id === undefined) return;
  const { dataset } = call.options;
  const { catalog, schema } = call.state;
  const created = call.env.catalog.createTable(call.user, {
    name,
    id,
    mode: modeOf(statement),
    kind: dataset?.kind ?? "table",
    columns: parts.schema,
    partitionColumns: parts.partitionColumns,
    properties: parts.properties,
    ...(parts.comment === undefined ? {} : { comment: parts.comment }),
    ...(statement.location === undefined ? {} : { location: statement.location }),
    ...(dataset === undefined
      ? {}
      : { pipeline: dataset.pipeline, definition: { text: dataset.definition, catalog, schema } }),
    ...(statement.kind === "create_table" ? { policies: await policiesOf(statement, call) } : {}),
  });
  try {
    const { securable } = await created;
    if (securable.id !== id) await discard(target, call);
  } catch (error) {
    // Only what the catalog has decided: otherwise the table may be known all the same.
    if (error instanceof BoathouseError && error.kind === "user") await discard(target, call);
    throw error;
  }
}

/** Removes the data of a table that did not come to be, because another statement took its name meanwhile. */
async function discard(target: Target, call: StatementCall): Promise<void> {
  if (!target.isNew || target.storage !== "managed") return;
  await call.env.tables.forget(target.location);
  await call.env.storage.deleteAll(target.location);
}

function modeOf(statement: NamedTable): "create" | "if_not_exists" | "replace" {
  if (statement.mode === "if_not_exists") return "if_not_exists";
  return statement.mode === "create" ? "create" : "replace";
}
