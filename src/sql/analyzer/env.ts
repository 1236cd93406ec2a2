import type { Expression, Star, Window, WindowReference } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { Query, QueryBody } from "../ast/query.ts";
import type { BoundExpression, BoundPlan, Column, LambdaVariableExpression } from "../bound.ts";
import type { Analysis } from "./analysis.ts";
import { EMPTY_SCOPE, type Scope } from "./scope.ts";

/** Where an expression stands: what its names mean and what may occur in it. */
export interface Env {
  readonly analysis: Analysis;
  /** Asked before `scope`: what SELECT gives, in ORDER BY. */
  readonly first: Scope | undefined;
  readonly scope: Scope;
  /** Asked after `scope`: what an alias stands for, in GROUP BY, HAVING and among the items of SELECT themselves. */
  readonly alias: ((name: string, span: Span) => BoundExpression | undefined) | undefined;
  /** The query around this one, whose columns may be used. */
  readonly outer: Env | undefined;
  readonly lambda: LambdaScope | undefined;
  /** Parameters of the SQL function whose body this is, by name in lower case. */
  readonly parameters: ReadonlyMap<string, BoundExpression> | undefined;
  readonly windows: ReadonlyMap<string, Window | WindowReference>;
  /** What calls of `window` and `session_window` stand for. */
  readonly timeWindow?: TimeWindow | undefined;
  readonly allows: Allowed;
  readonly binders: Binders;
}

/** A window of time as a column of the rows that are selected from. */
export interface TimeWindow {
  /** `struct<start, end>`, named `window` or `session_window`. */
  readonly column: Column;
  /** A session is that of its row alone, until GROUP BY merges those that meet. */
  readonly isSession: boolean;
}

/** What may stand here; a text says where we are, for the error. */
export interface Allowed {
  readonly aggregates: boolean;
  readonly windows: boolean;
  readonly generators: boolean;
  readonly clause: string;
}

export interface LambdaScope {
  readonly variables: ReadonlyMap<string, LambdaVariableExpression>;
  readonly parent: LambdaScope | undefined;
}

/** A query and the columns that it shows. */
export interface BoundRelation {
  readonly plan: BoundPlan;
  readonly scope: Scope;
}

/** The functions that call each other across files. */
export interface Binders {
  expression(node: Expression, env: Env): BoundExpression;
  query(node: Query | QueryBody, env: Env): BoundRelation;
  /** The columns that a star stands for. */
  star(node: Star, env: Env): readonly BoundExpression[];
}

const NOTHING: Allowed = { aggregates: false, windows: false, generators: false, clause: "this clause" };

/** An environment without columns: for constants, and as the root of a statement. */
export function rootEnv(analysis: Analysis, binders: Binders): Env {
  return {
    analysis,
    first: undefined,
    scope: EMPTY_SCOPE,
    alias: undefined,
    outer: undefined,
    lambda: undefined,
    parameters: undefined,
    windows: new Map(),
    allows: NOTHING,
    binders,
  };
}

/** Inside one clause: other columns, other things allowed, no aliases unless given. */
export function inClause(env: Env, scope: Scope, allows: Partial<Allowed> & { readonly clause: string }): Env {
  return { ...env, first: undefined, alias: undefined, lambda: undefined, scope, allows: { ...NOTHING, ...allows } };
}

/** A query inside an expression: it sees this query's columns as outer ones. */
export function nestedEnv(env: Env): Env {
  return {
    ...env,
    first: undefined,
    alias: undefined,
    lambda: undefined,
    scope: EMPTY_SCOPE,
    outer: env,
    windows: new Map(),
    timeWindow: undefined,
    allows: NOTHING,
  };
}

export function bind(node: Expression, env: Env): BoundExpression {
  return env.binders.expression(node, env);
}

export function bindAll(nodes: readonly Expression[], env: Env): BoundExpression[] {
  return nodes.map((node) => env.binders.expression(node, env));
}
