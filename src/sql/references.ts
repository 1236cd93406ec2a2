import type { ObjectKind } from "./ast/create.ts";
import type { ColumnMask, Constraint, RowFilter } from "./ast/definition.ts";
import type { DynamicName, Expression, ObjectName } from "./ast/expression.ts";
import { partsOf, type Node, type Span } from "./ast/node.ts";
import type {
  LateralView,
  QueryBody,
  TableArgument,
  TableFunction,
  TableReference,
  TimeTravel,
  With,
} from "./ast/query.ts";
import type { Statement } from "./ast/statement.ts";
import type { DescribeSubject } from "./ast/utility.ts";
import { parseName } from "./parser/parse.ts";
import { notTooComplex } from "./too-complex.ts";

/** A table or view that is read, as written: not yet qualified, and no common table of the statement itself. */
export interface RelationReference {
  readonly name: readonly string[];
  /** Of the name alone. */
  readonly span: Span;
  readonly stream: boolean;
  readonly timeTravel: TimeTravel | undefined;
}

/** What the statement writes, creates, changes or looks at as a whole. */
export interface TargetReference {
  readonly name: readonly string[];
  readonly span: Span;
  readonly object: ObjectKind;
  readonly access: "write" | "create" | "alter" | "drop" | "describe";
}

export interface FunctionReference {
  readonly name: readonly string[];
  readonly span: Span;
  /** In FROM or LATERAL VIEW. */
  readonly table: boolean;
}

/** A file or folder that the statement names. */
export interface PathReference {
  readonly path: string;
  readonly span: Span;
  readonly use: "read" | "write" | "location";
  /** `csv` of ``csv.`/data` ``, of `format => 'csv'`; undefined when the files say it. */
  readonly format: string | undefined;
  /** `STREAM read_files(…)`. */
  readonly stream: boolean;
}

export interface References {
  readonly relations: readonly RelationReference[];
  readonly targets: readonly TargetReference[];
  readonly functions: readonly FunctionReference[];
  readonly paths: readonly PathReference[];
  /** `IDENTIFIER(…)` that is no plain string: what it names, only its value says. */
  readonly dynamic: readonly DynamicName[];
}

export interface ReferenceOptions {
  /** What an `IDENTIFIER(…)` means, where the caller knows the parameters. */
  readonly identifier?: (name: DynamicName) => readonly string[] | undefined;
}

/** The formats whose names before a path in back-ticks make a relation: ``parquet.`/data` ``. */
const PATH_FORMATS = new Set([
  "csv",
  "json",
  "parquet",
  "orc",
  "avro",
  "text",
  "xml",
  "binaryfile",
  "delta",
  "iceberg",
]);

/** The table functions whose first argument is a path. */
const PATH_FUNCTIONS = new Set(["read_files", "cloud_files", "list_files"]);

/** Everything a statement or query mentions by name, wherever it stands in it. */
export function referencesOf(node: Statement | Expression, options: ReferenceOptions = {}): References {
  const collector = new Collector(options);
  notTooComplex(undefined, () => collector.visit(node, new Set()));
  return collector.found;
}

/** Whether a name is a format and a path: ``csv.`/data/*.csv` ``. */
function pathOf(name: readonly string[]): { readonly format: string; readonly path: string } | undefined {
  const [format = "", path = "", ...rest] = name;
  if (rest.length > 0 || !PATH_FORMATS.has(format.toLowerCase()) || !/[/\\:]/.test(path)) return undefined;
  return { format: format.toLowerCase(), path };
}

type Scope = ReadonlySet<string>;

/** The nodes that can name something; all others are only walked through. */
type Naming =
  | Statement
  | Expression
  | QueryBody
  | TableReference
  | TableArgument
  | LateralView
  | ColumnMask
  | RowFilter
  | Constraint;

class Collector {
  readonly found = {
    relations: [] as RelationReference[],
    targets: [] as TargetReference[],
    functions: [] as FunctionReference[],
    paths: [] as PathReference[],
    dynamic: [] as DynamicName[],
  } satisfies References;
  private readonly options: ReferenceOptions;

  constructor(options: ReferenceOptions) {
    this.options = options;
  }

  /** Looks at a node and all below it. `scope` holds the common tables that it sees, in lower case. */
  visit(node: Node, scope: Scope): void {
    const inner = "with" in node && isWith(node.with) ? this.common(node.with, scope) : scope;
    // A node of another kind falls through the switch.
    this.look(node as Naming, inner);
    for (const [key, value] of Object.entries(node)) if (key !== "with" && key !== "span") this.below(value, inner);
  }

  private below(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) for (const each of value) this.below(each, scope);
    else if (isNode(value)) this.visit(value, scope);
    else if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
      for (const each of Object.values(value)) if (typeof each === "object") this.below(each, scope);
    }
  }

  /** The common tables, each seen by those after it; a recursive one by itself too. */
  private common(node: With, scope: Scope): Scope {
    const names = new Set(scope);
    for (const table of node.tables) {
      const name = table.name.name.toLowerCase();
      this.visit(table.query, node.recursive ? new Set([...names, name]) : names);
      names.add(name);
    }
    return names;
  }

  private look(each: Naming, scope: Scope): void {
    switch (each.kind) {
      case "table":
        this.relation(each.name, scope, each.stream, each.timeTravel);
        break;
      case "table_query":
        this.relation(each.name, scope, false, undefined);
        break;
      case "table_argument":
        if (each.table.kind !== "query") this.relation(each.table, scope, false, undefined);
        break;
      case "table_function":
        this.call(each.name, true);
        this.pathFunction(each);
        break;
      case "lateral_view":
        this.call(each.name, true);
        break;
      case "call":
        this.call(each.name, false);
        break;
      case "column_mask":
      case "row_filter":
        this.call(each.function, false);
        break;
      case "create_policy":
        this.call(each.function, false);
        this.target(each.on.name, each.on.securable, "alter");
        break;
      case "insert":
        this.target(each.target, "table", "write");
        break;
      case "update":
      case "delete":
      case "merge":
      case "truncate":
        this.target(each.target, "table", "write");
        break;
      case "copy_into":
        this.target(each.target, "table", "write");
        this.path(each.path, each.span, "read", each.format);
        break;
      case "load_data":
        this.target(each.table, "table", "write");
        this.path(each.path, each.span, "read", undefined);
        break;
      case "insert_directory":
        if (each.path !== undefined) this.path(each.path, each.span, "write", each.using?.parts[0]?.name);
        break;
      case "create_table":
        this.target(each.name, "table", "create");
        if (each.location !== undefined) this.path(each.location, each.span, "location", each.using?.parts[0]?.name);
        break;
      case "create_table_like":
      case "clone_table":
        this.target(each.name, "table", "create");
        this.relation(each.source, scope, false, each.kind === "clone_table" ? each.timeTravel : undefined);
        if (each.location !== undefined) this.path(each.location, each.span, "location", undefined);
        break;
      case "create_view":
        this.target(each.name, "view", "create");
        break;
      case "create_dataset":
        this.target(each.name, each.dataset === "streaming_table" ? "streaming_table" : "materialized_view", "create");
        break;
      case "create_flow":
        this.target(each.target, "streaming_table", "write");
        break;
      case "create_schema":
        this.target(each.name, "schema", "create");
        break;
      case "create_procedure":
      case "create_function":
        this.target(each.name, "function", "create");
        break;
      case "create_securable":
        this.target(each.name, each.securable, "create");
        if (each.location !== undefined) this.path(each.location, each.span, "location", undefined);
        break;
      case "create_index":
        this.target(each.table, "table", "alter");
        break;
      case "alter":
        this.target(each.name, each.object, "alter");
        break;
      case "drop":
        this.target(each.name, each.object, "drop");
        break;
      case "comment":
        this.target(each.name, each.object, "alter");
        break;
      case "describe":
        if (each.name !== undefined) this.described(each.name, each.subject);
        break;
      case "optimize":
      case "vacuum":
      case "restore":
      case "reorg":
      case "generate":
      case "convert":
      case "repair_table":
        this.target(each.table, "table", "write");
        break;
      case "analyze":
        if (each.name !== undefined) this.target(each.name, each.target === "table" ? "table" : "schema", "alter");
        break;
      case "cache":
      case "uncache":
        if (each.table !== undefined) this.target(each.table, "table", "describe");
        break;
      case "foreign_key":
        this.target(each.references, "table", "describe");
        break;
      default:
    }
  }

  private described(name: ObjectName, subject: DescribeSubject): void {
    const object = subject === "history" || subject === "detail" || subject === "query" ? "table" : subject;
    this.target(name, object, "describe");
  }

  private relation(written: ObjectName, scope: Scope, stream: boolean, timeTravel: TimeTravel | undefined): void {
    const name = this.name(written);
    if (name === undefined) return;
    const [first = ""] = name;
    if (name.length === 1 && scope.has(first.toLowerCase())) return;
    const file = pathOf(name);
    if (file !== undefined) this.path(file.path, written.span, "read", file.format, stream);
    else this.found.relations.push({ name, span: written.span, stream, timeTravel });
  }

  private target(written: ObjectName, object: ObjectKind, access: TargetReference["access"]): void {
    const name = this.name(written);
    if (name === undefined) return;
    const file = object === "table" ? pathOf(name) : undefined;
    if (file !== undefined) this.path(file.path, written.span, access === "describe" ? "read" : "write", file.format);
    else this.found.targets.push({ name, span: written.span, object, access });
  }

  private call(written: ObjectName, table: boolean): void {
    const name = this.name(written);
    if (name !== undefined) this.found.functions.push({ name, span: written.span, table });
  }

  private pathFunction(node: TableFunction): void {
    if (node.name.kind !== "name") return;
    const function_ = partsOf(node.name).join(".").toLowerCase();
    if (!PATH_FUNCTIONS.has(function_)) return;
    const plain = node.arguments.filter((each) => each.kind === "argument");
    const path = plain.find((each) => each.name?.name.toLowerCase() === "path") ?? plain[0];
    const format =
      plain.find((each) => each.name?.name.toLowerCase() === "format") ??
      (function_ === "cloud_files" ? plain[1] : undefined);
    const text = path === undefined ? undefined : stringOf(path.value);
    if (path === undefined || text === undefined) return;
    const formatText = format === undefined ? undefined : stringOf(format.value);
    this.path(text, path.value.span, "read", formatText, node.stream || function_ === "cloud_files");
  }

  private path(path: string, span: Span, use: PathReference["use"], format: string | undefined, stream = false): void {
    this.found.paths.push({ path, span, use, format: format?.toLowerCase(), stream });
  }

  /** The parts of a name; undefined, and noted, when only a value can say them. */
  private name(written: ObjectName): readonly string[] | undefined {
    if (written.kind === "name") return partsOf(written);
    const known = this.options.identifier?.(written) ?? constantName(written);
    if (known === undefined) this.found.dynamic.push(written);
    return known;
  }
}

/** The parts of `IDENTIFIER('a.b').c`. */
function constantName(name: DynamicName): string[] | undefined {
  const text = stringOf(name.expression);
  return text === undefined ? undefined : [...partsOf(parseName(text)), ...name.rest.map((part) => part.name)];
}

function stringOf(expression: Expression): string | undefined {
  return expression.kind === "literal" && typeof expression.value === "string" && expression.type.kind === "string"
    ? expression.value
    : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "kind" in value && "span" in value;
}

function isWith(value: unknown): value is With {
  return isNode(value) && value.kind === "with";
}
