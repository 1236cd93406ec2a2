import { locationOf } from "../core/diagnostic.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { CreateDataset, CreateFlow, CreateView } from "../sql/ast/create.ts";
import type { Clauses, ColumnDefinition, Constraint } from "../sql/ast/definition.ts";
import type { ObjectName } from "../sql/ast/expression.ts";
import { partsOf, type Span } from "../sql/ast/node.ts";
import type { Query } from "../sql/ast/query.ts";
import type { Statement } from "../sql/ast/statement.ts";
import { parseStatement } from "../sql/parser/parse.ts";
import { splitStatements } from "../sql/parser/split.ts";
import { referencesOf } from "../sql/references.ts";
import type { Expectation } from "../engine/session.ts";
import type { Dataset, DatasetKind, Flow, Place } from "./dataset.ts";
import type { Declared } from "./dataflow.ts";
import type { PipelineSpec } from "./spec.ts";
import { beyondBatch } from "./stream-query.ts";

export interface SourceFile {
  /** As messages show it. */
  readonly path: string;
  readonly text: string;
}

/** The datasets and flows that a pipeline's SQL files declare. Throws at the place of what does not belong there. */
export function declare(spec: PipelineSpec, files: readonly SourceFile[]): Declared {
  const declared = files.map((file) => declareFile(spec, file));
  return {
    datasets: declared.flatMap((each) => each.datasets),
    flows: declared.flatMap((each) => each.flows),
  };
}

/** A statement of a file, and what the statements before it have set. */
interface StatementScope {
  readonly file: SourceFile;
  /** The statement's text after substitution, behind as many lines as stand before it in the file. */
  readonly text: string;
  readonly catalog: string;
  readonly schema: string;
}

function declareFile(spec: PipelineSpec, file: SourceFile): Declared {
  const datasets: Dataset[] = [];
  const flows: Flow[] = [];
  let { catalog, schema } = spec;
  const values = new Map(Object.entries(spec.configuration));
  for (const piece of splitStatements(file.text)) {
    const text = substitute(piece, values, file);
    const statement = parseIn(text, file);
    const scope: StatementScope = { file, text, catalog, schema };
    switch (statement.kind) {
      case "use": {
        const parts = staticName(statement.name, scope);
        if (statement.level === "catalog") catalog = parts[0] ?? catalog;
        else [schema, catalog] = [parts.at(-1) ?? schema, parts.length > 1 ? (parts[0] ?? catalog) : catalog];
        break;
      }
      case "set_configuration":
        if (statement.key !== undefined && statement.value !== undefined) values.set(statement.key, statement.value);
        break;
      case "create_dataset":
        add(declareDataset(statement, scope));
        break;
      case "create_view":
        add(declareView(statement, scope));
        break;
      case "create_flow":
        flows.push(declareFlow(statement, scope));
        break;
      default:
        throw refuse(statement.span, scope, "A pipeline's file only declares datasets and flows.", {
          code: "PIPELINE_STATEMENT_NOT_ALLOWED",
          hint: "Put other statements into a notebook or SQL file of a job.",
        });
    }
  }
  return { datasets, flows };

  function add(one: { readonly dataset: Dataset; readonly flow: Flow | undefined }): void {
    datasets.push(one.dataset);
    if (one.flow !== undefined) flows.push(one.flow);
  }
}

function declareDataset(
  statement: CreateDataset,
  scope: StatementScope,
): { readonly dataset: Dataset; readonly flow: Flow | undefined } {
  if (statement.autoCdc !== undefined) throw refuseCdc(statement.autoCdc.span, scope);
  const kind = DATASET_KINDS[statement.dataset];
  if (kind === "materialized_view" && statement.query === undefined) {
    throw refuse(statement.span, scope, "A materialized view needs a query.", { hint: "Add AS SELECT …" });
  }
  if (statement.schedule !== undefined) {
    throw refuse(statement.schedule.span, scope, "A dataset of a pipeline has no schedule of its own.", {
      hint: "Schedule the job that runs the pipeline.",
    });
  }
  return declared(kind, statement, scope);
}

const DATASET_KINDS: Readonly<Record<CreateDataset["dataset"], DatasetKind>> = {
  streaming_table: "streaming_table",
  materialized_view: "materialized_view",
  live_table: "materialized_view",
  live_view: "temporary_view",
};

function declareView(
  statement: CreateView,
  scope: StatementScope,
): { readonly dataset: Dataset; readonly flow: Flow | undefined } {
  if (statement.query === undefined || statement.scope === "global_temporary") {
    throw refuse(statement.span, scope, "A pipeline declares views AS a query, temporary or stored.");
  }
  return declared(statement.scope === "temporary" ? "temporary_view" : "view", statement, scope);
}

function declared(
  kind: DatasetKind,
  statement: CreateDataset | CreateView,
  scope: StatementScope,
): { readonly dataset: Dataset; readonly flow: Flow | undefined } {
  refuseClauses(statement, scope);
  for (const column of statement.columns) refuseColumnClauses(column, scope);
  if ((kind === "view" || kind === "temporary_view") && statement.constraints.length > 0) {
    throw refuse(statement.span, scope, "Expectations on a view are not supported.", {
      hint: "Put them on the table that reads the view.",
    });
  }
  const written = staticName(statement.name, scope).filter((part, index) => index > 0 || part.toLowerCase() !== "live");
  const name = kind === "temporary_view" ? written.slice(-1) : qualify(written, scope);
  const textOf = (span: Span): string => scope.text.slice(span.start, span.end);
  const masks = statement.columns.flatMap((column): [string, string][] =>
    column.mask === undefined
      ? []
      : [[column.name.parts.at(-1)?.name.toLowerCase() ?? "", worded("MASK", textOf(column.mask.span))]],
  );
  const place = placeOf(statement.name.span, scope);
  const dataset: Dataset = {
    name,
    kind,
    columns: statement.columns,
    expectations: expectationsOf(statement.constraints, scope),
    comment: statement.comment,
    properties: statement.properties,
    layout: layoutOf(statement, textOf),
    rowFilter: statement.rowFilter === undefined ? undefined : worded("ROW FILTER", textOf(statement.rowFilter.span)),
    masks: new Map(masks),
    place,
  };
  const { query } = statement;
  if (query === undefined) return { dataset, flow: undefined };
  return { dataset, flow: flowOf(name.at(-1) ?? "", { target: name, query, once: false, place }, scope) };
}

function declareFlow(statement: CreateFlow, scope: StatementScope): Flow {
  const { query, name } = statement;
  if (query === undefined) throw refuseCdc(statement.span, scope);
  if (name === undefined) throw refuse(statement.span, scope, "A flow needs a name.");
  const target = qualify(staticName(statement.target, scope), scope);
  const place = placeOf(name.span, scope);
  return flowOf(staticName(name, scope).at(-1) ?? "", { target, query, once: statement.once, place }, scope);
}

function flowOf(
  name: string,
  parts: { readonly target: readonly string[]; readonly query: Query; readonly once: boolean; readonly place: Place },
  scope: StatementScope,
): Flow {
  const { span } = parts.query;
  const beyond = beyondBatch(parts.query);
  if (beyond !== undefined) {
    throw refuse(beyond.span, scope, `A stream is read batch by batch: ${beyond.what} over it is not supported.`, {
      code: "UNSUPPORTED_FEATURE.STREAMING_STATE",
      hint: "Let the streaming table take the rows as they come, and compute this in a MATERIALIZED VIEW of it.",
    });
  }
  const relations = referencesOf(parts.query).relations;
  let query = scope.text.slice(span.start, span.end);
  // From the back, so that the spans before stay right.
  for (const relation of [...relations].toSorted((a, b) => b.span.start - a.span.start)) {
    const [first = "", ...rest] = relation.name;
    if (first.toLowerCase() !== "live" || rest.length !== 1) continue;
    const [start, end] = [relation.span.start - span.start, relation.span.end - span.start];
    query = `${query.slice(0, start)}\`${rest[0] ?? ""}\`${query.slice(end)}`;
  }
  return {
    name,
    target: parts.target,
    // Behind the lines and blanks that stand before it in its file: errors then point into the file.
    query: scope.text.slice(0, span.start).replace(/[^\n\r]/g, " ") + query,
    catalog: scope.catalog,
    schema: scope.schema,
    once: parts.once,
    reads: relations.map((relation) => relation.name),
    place: parts.place,
  };
}

function expectationsOf(constraints: readonly Constraint[], scope: StatementScope): Expectation[] {
  const names = new Set<string>();
  return constraints.flatMap((constraint) => {
    if (constraint.kind === "primary_key" || constraint.kind === "foreign_key") return [];
    if (constraint.kind !== "expectation") {
      throw refuse(constraint.span, scope, "A dataset of a pipeline has expectations, no CHECK constraints.", {
        hint: "Write CONSTRAINT <name> EXPECT (<condition>) ON VIOLATION FAIL UPDATE.",
      });
    }
    const { start, end } = constraint.condition.span;
    const name = constraint.name.name.toLowerCase();
    if (names.has(name)) {
      throw refuse(constraint.name.span, scope, `Two expectations are named ${constraint.name.name}.`, {
        code: "PIPELINE_DUPLICATE_IDENTIFIERS",
        hint: "Rename one of them: they are counted by name.",
      });
    }
    names.add(name);
    const subquery = subqueryIn(constraint.condition);
    if (subquery !== undefined) {
      throw refuse(subquery, scope, "An expectation looks at one row: it has no subquery.", {
        code: "UNSUPPORTED_FEATURE.EXPECTATION_SUBQUERY",
        hint: "Join what it looks up in the dataset's query.",
      });
    }
    return [{ name: constraint.name.name, condition: scope.text.slice(start, end), action: constraint.action }];
  });
}

/** The text of a clause with its first words, which its span may leave out. */
function worded(words: string, text: string): string {
  return text.toUpperCase().startsWith(`${words} `) ? text : `${words} ${text}`;
}

function layoutOf(clauses: Clauses, textOf: (span: Span) => string): string {
  const [first] = clauses.partitionedBy;
  const last = clauses.partitionedBy.at(-1);
  const partitioned =
    first === undefined || last === undefined
      ? ""
      : `PARTITIONED BY (${textOf({ start: first.span.start, end: last.span.end })})`;
  const clustered = clauses.clusterBy === undefined ? "" : textOf(clauses.clusterBy.span);
  return [partitioned, clustered].filter((part) => part !== "").join(" ");
}

/** Clauses of tables that a pipeline's datasets do not have. */
function refuseClauses(clauses: Clauses, scope: StatementScope): void {
  const [hive] = clauses.hive;
  const unwanted = hive ?? clauses.buckets ?? clauses.options[0] ?? clauses.tags[0];
  if (unwanted !== undefined) {
    const word = unwanted.kind === "property" ? "OPTIONS and TAGS" : unwanted.kind.replaceAll("_", " ").toUpperCase();
    throw refuse(unwanted.span, scope, `A dataset of a pipeline has no ${word}.`);
  }
}

/** The first subquery below a node. */
function subqueryIn(value: unknown): Span | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if ("kind" in value && (value.kind === "subquery" || value.kind === "in_query" || value.kind === "exists")) {
    return "span" in value ? (value.span as Span) : undefined;
  }
  for (const each of Object.values(value)) {
    const found = subqueryIn(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a table's column may have and that of a dataset, which its query gives, does not. */
function refuseColumnClauses(column: ColumnDefinition, scope: StatementScope): void {
  const hint = "Compute it in the query.";
  if (column.default !== undefined) {
    throw refuse(column.span, scope, "A column of a dataset has no DEFAULT.", { hint });
  }
  if (column.generated !== undefined) {
    throw refuse(column.generated.span, scope, "A column of a dataset is not GENERATED.", { hint });
  }
  const check = column.constraints.find((each) => each.kind === "check" || each.kind === "expectation");
  if (check === undefined) return;
  throw refuse(check.span, scope, "A condition stands after the columns.", {
    hint: "Write CONSTRAINT <name> EXPECT (<condition>) behind the last column.",
  });
}

function refuseCdc(span: Span, scope: StatementScope): BoathouseError {
  return refuse(span, scope, "AUTO CDC is not supported yet.", {
    code: "UNSUPPORTED_FEATURE.AUTO_CDC",
    hint: "Use MERGE INTO in a notebook for now.",
  });
}

function staticName(name: ObjectName, scope: StatementScope): string[] {
  if (name.kind === "name") return partsOf(name);
  throw refuse(name.span, scope, "A pipeline names its datasets outright.", {
    hint: "Use ${name} from its configuration.",
  });
}

function qualify(parts: readonly string[], scope: StatementScope): string[] {
  if (parts.length >= 3) return [...parts];
  return parts.length === 2 ? [scope.catalog, ...parts] : [scope.catalog, scope.schema, ...parts];
}

function placeOf(span: Span, scope: StatementScope): Place {
  const location = locationOf(scope.text, span.start, span.end, scope.file.path);
  return { file: scope.file.path, location, source: scope.file.text };
}

function refuse(
  span: Span,
  scope: StatementScope,
  message: string,
  options: { readonly code?: string; readonly hint?: string } = {},
): BoathouseError {
  const { location, source } = placeOf(span, scope);
  return new BoathouseError(options.code ?? "PIPELINE_INVALID", message, {
    location,
    source,
    ...(options.hint === undefined ? {} : { hint: options.hint }),
  });
}

function parseIn(text: string, file: SourceFile): Statement {
  try {
    return parseStatement(text, { file: file.path });
  } catch (error) {
    if (isBoathouseError(error) && error.location !== undefined) throw error.at(error.location, file.text);
    throw error;
  }
}

/**
 * A statement with `${name}` replaced from the configuration, behind the line breaks and blanks that stand before it
 * in the file: so its places are those of the file, as long as a value does not move them within its line.
 */
function substitute(
  piece: { readonly start: number; readonly end: number },
  values: ReadonlyMap<string, string>,
  file: SourceFile,
): string {
  const before = file.text.slice(0, piece.start).replace(/[^\n\r]/g, " ");
  const text = file.text
    .slice(piece.start, piece.end)
    .replace(/\$\{([^}]*)\}/g, (whole, name: string, offset: number) => {
      const value = values.get(name.trim());
      if (value !== undefined) return value;
      const start = piece.start + offset;
      throw new BoathouseError("PIPELINE_UNKNOWN_PARAMETER", `The configuration has no value ${whole}.`, {
        location: locationOf(file.text, start, start + whole.length, file.path),
        source: file.text,
        hint: didYouMean(name, values.keys()) ?? "Add it to the pipeline's `configuration`.",
      });
    });
  return before + text;
}
