import type { DataType } from "../../core/data-type.ts";
import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError, isBoathouseError, type ErrorOptions } from "../../core/errors.ts";
import type { Span } from "../ast/node.ts";
import { collationIn } from "../collation/collation.ts";
import type { Column, ColumnSource, CteDefinition } from "../bound.ts";
import { NotLoaded } from "../not-loaded.ts";
import type { AnalysisContext, NameContext, Relation, Resolver } from "../resolver.ts";
import type { TimeTravel } from "../value.ts";

/** What is shared by the whole analysis of one statement. */
export interface Statement {
  readonly context: AnalysisContext;
  readonly resolver: Resolver;
  readonly scans: ScanRecord[];
  /** Stored relations that the statement names itself. */
  readonly reads: Map<string, readonly string[]>;
  /** Where the values of columns of scans come from. */
  readonly sources: Map<number, ColumnSource>;
  lastId: number;
  /** Whether any of its strings has a collation of its own. */
  collated: boolean;
}

export interface ScanRecord {
  readonly relation: Relation;
  readonly stream: boolean;
  readonly timeTravel: TimeTravel | undefined;
  readonly columns: readonly Column[];
  readonly span: Span | undefined;
}

/**
 * Where in the analysis we are: whose names count, which text the spans point into, which common table expressions are
 * known. Entering a view or a SQL function makes another one over the same statement.
 */
export interface Analysis {
  readonly statement: Statement;
  readonly names: NameContext;
  readonly text: string;
  readonly file: string | undefined;
  readonly ctes: CteScope | undefined;
  /** Values of a SQL function's parameters are resolved through these, after columns. */
  readonly depth: number;
  /** True outside views and functions. */
  readonly direct: boolean;
}

/** Common table expressions by name, innermost first. */
export interface CteScope {
  readonly name: string;
  readonly definition: CteDefinition;
  readonly parent: CteScope | undefined;
}

/** Deeper nesting of views and functions than this is taken for a cycle. */
const MAX_DEPTH = 100;

export function newAnalysis(context: AnalysisContext, resolver: Resolver): Analysis {
  return {
    statement: { context, resolver, scans: [], reads: new Map(), sources: new Map(), lastId: 0, collated: false },
    names: {
      catalog: context.currentCatalog,
      schema: context.currentSchema,
      user: context.user,
      ...(context.collation === undefined ? {} : { collation: context.collation }),
    },
    text: context.text,
    file: context.file,
    ctes: undefined,
    depth: 0,
    direct: true,
  };
}

/** The analysis inside a view or a function. */
export function enter(analysis: Analysis, names: NameContext, text: string, span: Span | undefined): Analysis {
  if (analysis.depth >= MAX_DEPTH) {
    throw failure(
      analysis,
      span,
      "VIEW_EXCEED_MAX_NESTED_DEPTH",
      "Views or functions are nested too deeply; they may refer to themselves.",
    );
  }
  const { statement, depth } = analysis;
  return { statement, names, text, file: undefined, ctes: undefined, depth: depth + 1, direct: false };
}

export function nextId(analysis: Analysis): number {
  analysis.statement.lastId += 1;
  return analysis.statement.lastId;
}

export function newColumn(analysis: Analysis, name: string, type: DataType, nullable: boolean): Column {
  if (collationIn(type) !== undefined) analysis.statement.collated = true;
  return { id: nextId(analysis), name, type, nullable };
}

/** An error of analysis, at its place. */
export function failure(
  analysis: Analysis,
  span: Span | undefined,
  condition: string,
  message: string,
  options: Omit<ErrorOptions, "location" | "source"> = {},
): BoathouseError {
  return new BoathouseError(condition, message, {
    ...options,
    ...(span === undefined
      ? {}
      : { location: locationOf(analysis.text, span.start, span.end, analysis.file), source: analysis.text }),
  });
}

/**
 * Asks the resolver, whose errors know no place: they are put where the statement asks. What a view or function asks for is
 * placed where the statement names the view or function.
 */
export function askedAt<T>(span: Span | undefined, analysis: Analysis, ask: () => T): T {
  const place = (thrown: unknown): unknown => {
    if (span === undefined || !analysis.direct || !isBoathouseError(thrown) || thrown.location !== undefined) {
      return thrown;
    }
    return thrown.at(locationOf(analysis.text, span.start, span.end, analysis.file), analysis.text);
  };
  try {
    return ask();
  } catch (error) {
    if (error instanceof NotLoaded) throw analysis.direct ? error.placed(place) : error;
    throw place(error);
  }
}

/** A construct that is refused by name. */
export function unsupported(analysis: Analysis, span: Span | undefined, what: string, why?: string): BoathouseError {
  const reason = why === undefined ? "" : `: ${why}`;
  return failure(analysis, span, "UNSUPPORTED_FEATURE", `${what} is not supported${reason}.`);
}
