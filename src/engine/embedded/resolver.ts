import { Access } from "../../catalog/access.ts";
import { findRelation, findRoutine } from "../../catalog/find.ts";
import { hasPolicy } from "../../catalog/places.ts";
import type { PolicyArgument, RoutineObject, Table, View } from "../../catalog/securable.ts";
import type { CatalogSnapshot } from "../../catalog/snapshot.ts";
import { field, LONG, type StructField, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { metadataType, trackingColumns } from "../../delta/write/row-tracking.ts";
import type { Snapshot } from "../../delta/snapshot.ts";
import { NotLoaded } from "../../sql/not-loaded.ts";
import type { Span } from "../../sql/ast/node.ts";
import type { Query } from "../../sql/ast/query.ts";
import { isTemporaryName } from "../../sql/analyzer/check-routine.ts";
import { parseStatement } from "../../sql/parser/parse.ts";
import { routineOf } from "../../sql/routine.ts";
import type {
  NameContext,
  Policy,
  Relation,
  RelationOption,
  RelationUse,
  Resolver,
  Routine,
  TableFunctionUse,
  TypedValue,
  VariableValue,
  ViewDefinition,
} from "../../sql/resolver.ts";
import { variableValue, type Scope } from "../../sql/script/scope.ts";
import type { TimeTravel } from "../../sql/value.ts";
import { travelKey, versionSpec } from "./travel.ts";
import type { EngineEnvironment } from "./environment.ts";
import { evolvedRelation } from "./evolved-relation.ts";
import { pathName, type PathName } from "./path-name.ts";
import type { SessionState } from "./session-state.ts";
import { FILE, ROW } from "../../delta/write/row-changes.ts";
import { requireWrite } from "./write-access.ts";
import type { Source } from "./source.ts";
import type { FileRelationSource, FileSources } from "./file-sources.ts";
import { policyArgument } from "./policy-argument.ts";
import { CHANGE_FUNCTIONS, TableChanges, type FoundChanges } from "./table-changes.ts";

/** The columns that tell a table's rows apart while it is changed: the file's index in the scan, and the place in it. */
const ROW_POSITION: readonly StructField[] = [field(FILE, LONG), field(ROW, LONG)];

/** The table that a statement changes: where it is named, and whether its rows are changed (not only added). */
export interface ChangeTarget {
  readonly span: Span;
  readonly rows: boolean;
  /** The pipeline on whose behalf it is changed. */
  readonly pipeline: string | undefined;
}

const FILE_FUNCTIONS: ReadonlySet<string> = new Set(["read_files", "cloud_files"]);

/** `_metadata` of a table. */
function hiddenOf(snapshot: Snapshot): readonly StructField[] {
  return [field("_metadata", metadataType(trackingColumns(snapshot)))];
}

/**
 * What names mean for one statement and principal. Every table is read at one snapshot, however often it is named.
 * Privileges are checked here: a name that the principal may not read is an error, never a relation.
 */
export class StatementResolver implements Resolver {
  readonly access: Access;
  readonly files: FileSources;
  readonly #env: EngineEnvironment;
  readonly #state: SessionState;
  readonly #catalog: CatalogSnapshot;
  readonly #changes: TableChanges;
  readonly #accesses = new Map<string, Access>();
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #systemTables = new Map<string, Relation | undefined>();
  readonly #sources = new Map<Relation, Source>();
  readonly #relations = new Map<string, Relation>();
  readonly #dependencies = new Map<string, string>();
  /** What only the session has and the statement names: `view x`. */
  readonly #temporary = new Set<string>();
  /** The variables of the script that the statement stands in. */
  readonly #scope: Scope | undefined;
  #target: ChangeTarget | undefined;
  #created: readonly string[] | undefined;

  constructor(
    env: EngineEnvironment,
    state: SessionState,
    catalog: CatalogSnapshot,
    files: FileSources,
    scope: Scope | undefined,
  ) {
    this.#scope = scope;
    this.#env = env;
    this.#state = state;
    this.#catalog = catalog;
    this.access = new Access(catalog, state.user);
    this.files = files;
    this.#changes = new TableChanges(env, state, catalog, this.#snapshots);
  }

  relation(name: readonly string[], use: RelationUse): Relation | undefined {
    const temporary = name.length === 1 && use.context.stored !== true ? this.#temporaryView(name[0] ?? "") : undefined;
    if (temporary !== undefined) return temporary;
    const named = pathName(name);
    if (named !== undefined) return this.#path(named, use);
    const full = completed(name, use.context);
    if (isSystem(full)) return this.#systemTable(full, use.context.user);
    return this.#stored(full, use);
  }

  tableFunction(name: readonly string[], use: TableFunctionUse): Relation | undefined {
    const called = (name.at(-1) ?? "").toLowerCase();
    const access = this.#accessOf(use.context.user);
    if (FILE_FUNCTIONS.has(called)) return this.#keep(this.files.readFiles(called, use, access));
    if (CHANGE_FUNCTIONS.has(called)) return this.#keep(this.#changes.ofFunction(called, use, access));
    const host = this.#env.tableFunctions.get(called);
    if (host === undefined || name.length !== 1) return undefined;
    const args = use.arguments.map((each) => ({ name: each.name, value: plainValue(each) }));
    return this.#rows(`${called}(${JSON.stringify(args)})`, () => host({ arguments: args, access }));
  }

  relationWithOptions(name: readonly string[], use: RelationUse, options: readonly RelationOption[]): Relation {
    return this.#keep(this.#changes.ofTable(name, use, options, this.#accessOf(use.context.user)));
  }

  #keep({ relation, source, fingerprint }: FileRelationSource | FoundChanges): Relation {
    this.#sources.set(relation, source);
    this.#depend(`${relation.name.join(".")} ${fingerprint}`, fingerprint);
    return relation;
  }

  routine(name: readonly string[], context: NameContext): Routine | undefined {
    // What is built in is found first, whatever a schema holds or hides.
    if (name.length === 1 && this.#isBuiltIn(name[0] ?? "")) return undefined;
    const temporary = context.stored === true ? undefined : this.#temporaryFunction(name);
    if (temporary !== undefined) return temporary;
    const access = this.#accessOf(context.user);
    const full = completed(name, context);
    this.#refuseCycle(full);
    const found = findRoutine(access, full);
    if (found === undefined) return undefined;
    access.require("EXECUTE", found);
    this.#depend(found.id, found.definition.text);
    return this.#routineOf(found);
  }

  variable(name: readonly string[]): VariableValue | undefined {
    const found = variableValue(name, this.#scope, this.#state.variables);
    if (found !== undefined) this.#temporary.add(`variable ${name.join(".")}`);
    return found;
  }

  *relationNames(): Iterable<string> {
    yield* this.#state.temporaryViews.keys();
    for (const each of this.#catalog.all()) {
      if (["table", "view", "materialized_view", "streaming_table"].includes(each.kind) && this.access.sees(each)) {
        yield this.#catalog.fullName(each).join(".");
      }
    }
  }

  /** Where the rows of a relation come from. */
  evolved(target: Relation, given: StructType): Relation {
    const source = this.#sources.get(target);
    if (source?.kind !== "delta") return target;
    const relation = evolvedRelation(target, source.snapshot, given);
    this.#sources.set(relation, source);
    return relation;
  }

  sourceOf(relation: Relation): Source | undefined {
    return this.#sources.get(relation);
  }

  /** The names and states of everything stored that was looked at. */
  dependencies(): { readonly name: string; readonly fingerprint: string }[] {
    return [...this.#dependencies].map(([name, fingerprint]) => ({ name, fingerprint }));
  }

  /** What ends with the session and was looked at: `view x`, `variable y`. */
  get temporaryObjects(): readonly string[] {
    return [...this.#temporary];
  }

  /** Says which name is that of the table to change: it takes MODIFY, and the positions of its rows can be asked for. */
  willChange(target: ChangeTarget): void {
    this.#target = target;
  }

  completed(name: readonly string[]): string[] {
    return completed(name, this.context);
  }

  get context(): NameContext {
    return { catalog: this.#state.catalog, schema: this.#state.schema, user: this.#state.user };
  }

  #isBuiltIn(name: string): boolean {
    const called = name.toLowerCase();
    return FILE_FUNCTIONS.has(called) || CHANGE_FUNCTIONS.has(called) || this.#env.tableFunctions.has(called);
  }

  #temporaryFunction(name: readonly string[]): Routine | undefined {
    if (!isTemporaryName(name)) return undefined;
    const called = (name.at(-1) ?? "").toLowerCase();
    const found = this.#state.temporaryFunctions.get(called)?.routine;
    if (found !== undefined) this.#temporary.add(`function ${called}`);
    return found;
  }

  /** Says which function is made: its body may not come back to it. */
  willCreate(name: readonly string[]): void {
    this.#created = name;
  }

  #refuseCycle(full: readonly string[]): void {
    const name = this.#created?.join(".");
    if (name?.toLowerCase() !== full.join(".").toLowerCase()) return;
    throw new BoathouseError("CYCLIC_FUNCTION_REFERENCE", `Cyclic function reference detected: ${name} calls itself.`);
  }

  #temporaryView(name: string): Relation | undefined {
    const view = this.#state.temporaryViews.get(name.toLowerCase());
    if (view === undefined) return undefined;
    this.#temporary.add(`view ${view.name}`);
    return { name: [view.name], kind: "view", schema: view.schema, view: view.definition };
  }

  #stored(full: readonly string[], use: RelationUse): Relation | undefined {
    const access = this.#accessOf(use.context.user);
    const found = findRelation(access, full);
    if (found === undefined) return undefined;
    const target = use.span !== undefined && use.span === this.#target?.span ? this.#target : undefined;
    if (target === undefined || target.rows) access.require("SELECT", found);
    if (target !== undefined && found.kind !== "view") requireWrite(access, found, target.pipeline);
    return found.kind === "view" ? this.#view(found, use) : this.#table(found, use, target?.rows === true);
  }

  #view(view: View, use: RelationUse): Relation {
    if (use.timeTravel !== undefined) throw refused(view, "a view has no versions to travel to");
    this.#depend(view.id, JSON.stringify(view.definition));
    const name = this.#catalog.fullName(view);
    return { name, kind: "view", schema: view.columns, view: viewDefinition(view) };
  }

  #table(table: Table, use: RelationUse, rows: boolean): Relation {
    const key = `${table.id} ${travelKey(use.timeTravel)} ${use.stream} ${rows}`;
    const known = this.#relations.get(key);
    if (known !== undefined) return known;
    if (use.timeTravel !== undefined && hasPolicy(table)) {
      throw refused(table, "time travel is not allowed on a table with a row filter or column masks");
    }
    const snapshot = this.#snapshot(table.location, use.timeTravel);
    const governance = JSON.stringify([table.rowFilter ?? null, table.columnMasks]);
    this.#depend(table.id, `${snapshot.metadata.id}@${snapshot.version} ${governance}`);
    const relation: Relation = {
      name: this.#catalog.fullName(table),
      kind: "table",
      schema: snapshot.schema,
      hidden: rows ? ROW_POSITION : hiddenOf(snapshot),
      ...this.#policies(table),
    };
    this.#relations.set(key, relation);
    this.#sources.set(relation, { kind: "delta", snapshot, table, url: table.location });
    return relation;
  }

  #path({ format, path }: PathName, use: RelationUse): Relation {
    const access = this.#accessOf(use.context.user);
    if (format !== "delta") {
      const { relation, source, fingerprint } = this.files.path(format, path, use, access);
      this.#sources.set(relation, source);
      this.#depend(path, fingerprint);
      return relation;
    }
    const target = use.span !== undefined && use.span === this.#target?.span ? this.#target : undefined;
    if (target === undefined || target.rows) this.#env.catalog.places.require(access, path, "READ FILES");
    if (target !== undefined) this.#env.catalog.places.require(access, path, "WRITE FILES");
    const snapshot = this.#snapshot(path, use.timeTravel);
    this.#depend(path, `${snapshot.metadata.id}@${snapshot.version}`);
    const hidden = target?.rows === true ? ROW_POSITION : hiddenOf(snapshot);
    const kind = target === undefined ? "files" : "table";
    const relation: Relation = { name: [path], kind, schema: snapshot.schema, hidden };
    this.#sources.set(relation, { kind: "delta", snapshot, table: undefined, url: path });
    return relation;
  }

  #snapshot(url: string, travel: TimeTravel | undefined): Snapshot {
    const key = `${url} ${travelKey(travel)}`;
    const known = this.#snapshots.get(key);
    if (known !== undefined) return known;
    throw new NotLoaded(url, async () => {
      const table = await this.#env.tables.at(url);
      this.#snapshots.set(key, await table.snapshot(versionSpec(travel)));
    });
  }

  #systemTable(full: readonly string[], user: string): Relation | undefined {
    return this.#rows(full.join("."), () => this.#env.catalog.systemTable(user, full), full);
  }

  /** A relation of rows that are at hand. They are not part of what a result depends on: they are always new. */
  #rows(
    key: string,
    load: () => Promise<{ readonly schema: Relation["schema"]; readonly rows: readonly unknown[] } | undefined>,
    name: readonly string[] = [],
  ): Relation | undefined {
    if (this.#systemTables.has(key)) return this.#systemTables.get(key);
    throw new NotLoaded(key, async () => {
      const loaded = await load();
      if (loaded === undefined) {
        this.#systemTables.set(key, undefined);
        return;
      }
      const relation: Relation = { name, kind: "files", schema: loaded.schema };
      this.#sources.set(relation, { kind: "rows", schema: loaded.schema, rows: loaded.rows });
      this.#systemTables.set(key, relation);
      this.#depend(key, this.#env.ids.uuid());
    });
  }

  #policies(table: Table): Pick<Relation, "rowFilter" | "columnMasks"> {
    const { rowFilter, columnMasks } = table;
    const masks = Object.entries(columnMasks).map(([column, mask]): [string, Policy] => [column, this.#policy(mask)]);
    return {
      ...(rowFilter === undefined ? {} : { rowFilter: this.#policy(rowFilter) }),
      ...(masks.length === 0 ? {} : { columnMasks: new Map(masks) }),
    };
  }

  #policy(policy: { readonly function: string; readonly arguments: readonly PolicyArgument[] }): Policy {
    const found = this.#catalog.get(policy.function);
    if (found?.kind !== "function") {
      throw new BoathouseError("POLICY_FUNCTION_NOT_FOUND", "The function of a row filter or mask is gone.", {
        hint: "Set the policy again, or drop it.",
      });
    }
    this.#depend(found.id, found.definition.text);
    return { function: this.#routineOf(found), arguments: policy.arguments.map(policyArgument) };
  }

  #routineOf(routine: RoutineObject): Routine {
    return routineFrom(routine, this.#catalog.fullName(routine));
  }

  #accessOf(user: string): Access {
    if (user === this.#state.user) return this.access;
    const known = this.#accesses.get(user);
    if (known !== undefined) return known;
    const access = new Access(this.#catalog, user);
    this.#accesses.set(user, access);
    return access;
  }

  #depend(name: string, fingerprint: string): void {
    this.#dependencies.set(name, fingerprint);
  }
}

/** A SQL function of the catalog as analysis takes it: it runs under its owner's rights and names. */
function routineFrom(routine: RoutineObject, name: readonly string[]): Routine {
  const { catalog, schema, text } = routine.definition;
  const statement = parseStatement(text);
  if (statement.kind !== "create_function") throw refused(routine, "its definition is no CREATE FUNCTION");
  return routineOf(statement, { name, context: { catalog, schema, user: routine.owner, stored: true }, text });
}

function viewDefinition(view: View): ViewDefinition {
  const { text, catalog, schema } = view.definition;
  return { query: parsedQuery(text), text, context: { catalog, schema, user: view.owner, stored: true } };
}

export function parsedQuery(text: string): Query {
  const statement = parseStatement(text);
  if (statement.kind === "query") return statement;
  throw new BoathouseError("VIEW_DEFINITION_INVALID", "The stored text of a view is no query.", { kind: "defect" });
}

/** The name with the parts that the context fills in. */
export function completed(name: readonly string[], context: NameContext): string[] {
  if (name.length >= 3) return [...name];
  return name.length === 2 ? [context.catalog, ...name] : [context.catalog, context.schema, ...name];
}

function isSystem(full: readonly string[]): boolean {
  const [catalog = "", schema = ""] = full;
  return schema.toLowerCase() === "information_schema" || catalog.toLowerCase() === "system";
}

function plainValue(argument: TypedValue): string | number | boolean | null {
  const { value } = argument;
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  return typeof value === "bigint" ? Number(value) : null;
}

function refused(of: { readonly name: string }, why: string): BoathouseError {
  return new BoathouseError("UNSUPPORTED_FEATURE", `${of.name} cannot be used like this: ${why}.`);
}
