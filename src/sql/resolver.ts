import type { DataType, StructField, StructType } from "../core/data-type.ts";
import type { Span } from "./ast/node.ts";
import type { LiteralValue, TimeTravel } from "./value.ts";
import type { Expression } from "./ast/expression.ts";
import type { Query } from "./ast/query.ts";

/**
 * What names mean. The engine answers it per statement and principal, from what it loaded beforehand, so analysis is
 * synchronous and does no I/O. Privileges are the resolver's: a relation that the principal may not read is not given
 * but refused with an error.
 */
export interface Resolver {
  /**
   * The relation of a name of one to three parts as written; the resolver completes it with `context`'s current
   * catalog and schema. Undefined: there is none. With `path` as in delta.`/path`, the format is the first part.
   */
  relation(name: readonly string[], use: RelationUse): Relation | undefined;
  /** The same of a name with options behind it, `t WITH (readChangeFeed = true)`: refuses those that it does not know. */
  relationWithOptions?(name: readonly string[], use: RelationUse, options: readonly RelationOption[]): Relation;
  /** A table function that the engine provides (`read_files`, `table_changes`), by name in lower case. */
  tableFunction?(name: readonly string[], use: TableFunctionUse): Relation | undefined;
  /** A user's SQL function. Asked after the built-in ones for one-part names. */
  routine(name: readonly string[], context: NameContext): Routine | undefined;
  /** A variable of the session or of the script that runs. */
  variable?(name: readonly string[]): VariableValue | undefined;
  /** The same table with the columns that it will have WITH SCHEMA EVOLUTION, when it is given rows with these. */
  evolved?(target: Relation, given: StructType): Relation;
  /** Full names that could have been meant, for the error message. */
  relationNames?(): Iterable<string>;
}

/** Where one-part and two-part names begin. In a view it is the context of the definition. */
export interface NameContext {
  readonly catalog: string;
  readonly schema: string;
  /** Whose privileges count: the view's owner inside a view. */
  readonly user: string;
  /** In the definition of a stored view or function nothing that only a session has is seen. */
  readonly stored?: boolean;
  /** Of strings that name none, in a view with a DEFAULT COLLATION: as Spark writes it. */
  readonly collation?: string;
}

export interface RelationUse {
  readonly context: NameContext;
  readonly stream: boolean;
  readonly timeTravel: TimeTravel | undefined;
  readonly span: Span | undefined;
}

export interface RelationOption {
  readonly name: string;
  readonly value: string;
}

export interface TableFunctionUse {
  readonly context: NameContext;
  readonly stream: boolean;
  /** Positional arguments have no name. All are constants. */
  readonly arguments: readonly TableFunctionArgument[];
  readonly span: Span | undefined;
}

export interface TableFunctionArgument extends TypedValue {
  readonly name: string | undefined;
}

export interface TypedValue {
  readonly type: DataType;
  readonly value: LiteralValue;
}

/** What a variable stands for. */
export interface VariableValue {
  /** The full name, as automatic column names show it: `["system", "session", "x"]`. */
  readonly name: readonly string[];
  readonly type: DataType;
  readonly nullable: boolean;
  /** A constant expression that gives its value. */
  readonly sql: string;
}

/** Something that stands in FROM. Opaque to `sql/` beyond this. */
export interface Relation {
  /** The full name, for lineage and messages: `[catalog, schema, table]`; one part for files and temporary views. */
  readonly name: readonly string[];
  readonly kind: "table" | "view" | "files";
  readonly schema: StructType;
  /** Columns that are there only when they are named: `_metadata`. */
  readonly hidden?: readonly StructField[];
  /** Set for a view: it is expanded here, under its definer's names. */
  readonly view?: ViewDefinition;
  /** Rows for which it is not true are not there for this principal. */
  readonly rowFilter?: Policy;
  /** By column name. */
  readonly columnMasks?: ReadonlyMap<string, Policy>;
}

export interface ViewDefinition {
  readonly query: Query;
  /** The text that the spans of `query` point into. */
  readonly text: string;
  readonly context: NameContext;
}

/** `SET ROW FILTER f ON (arguments)`, `SET MASK f USING COLUMNS (arguments)`. The masked column comes first by itself. */
export interface Policy {
  readonly function: Routine;
  readonly arguments: readonly ({ readonly column: string } | TypedValue)[];
}

/** A user's function written in SQL. */
export interface Routine {
  readonly name: readonly string[];
  readonly parameters: readonly RoutineParameter[];
  readonly context: NameContext;
  /** The text that the spans of the body point into. */
  readonly text: string;
  /** `returns` of undefined is the body's own type. */
  readonly body:
    | { readonly kind: "scalar"; readonly expression: Expression; readonly returns: DataType | undefined }
    | { readonly kind: "table"; readonly query: Query; readonly returns: StructType | undefined };
}

export interface RoutineParameter {
  readonly name: string;
  readonly type: DataType;
  readonly default: Expression | undefined;
}

/** What the words of a statement depend on besides names. */
export interface AnalysisContext {
  /** `spark.sql.ansi.enabled`. */
  readonly ansi: boolean;
  /** An IANA name. */
  readonly timeZone: string;
  readonly currentCatalog: string;
  readonly currentSchema: string;
  readonly user: string;
  /** Account and workspace groups of the user, nested ones included. */
  readonly groups: ReadonlySet<string>;
  /** For `:name`. */
  readonly parameters: Readonly<Record<string, TypedValue>>;
  /** For `?`, in order. */
  readonly positionalParameters?: readonly TypedValue[];
  /** Microseconds since the epoch: `current_timestamp()`, the same for the whole statement. */
  readonly now: bigint;
  /** The statement's text and file, for error messages. */
  readonly text: string;
  readonly file?: string | undefined;
  /** `SET` values of the session, by name in lower case (`spark.sql.…`). */
  readonly settings?: ReadonlyMap<string, string>;
  /** The DEFAULT COLLATION of the view whose query this is. */
  readonly collation?: string | undefined;
}
