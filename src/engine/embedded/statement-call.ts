import type { Access } from "../../catalog/access.ts";
import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError, isBoathouseError, unreachable } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import type { Expression, ObjectName } from "../../sql/ast/expression.ts";
import { partsOf, type Span } from "../../sql/ast/node.ts";
import type { Statement } from "../../sql/ast/statement.ts";
import { newAnalysis } from "../../sql/analyzer/analysis.ts";
import { binders } from "../../sql/analyzer/analyze.ts";
import { rootEnv } from "../../sql/analyzer/env.ts";
import { objectParts } from "../../sql/analyzer/identifier.ts";
import type { AnalysisContext, TypedValue } from "../../sql/resolver.ts";
import type { Place } from "../../sql/script/host.ts";
import type { Scope } from "../../sql/script/scope.ts";
import type { LiteralValue } from "../../sql/value.ts";
import type { Parameter, StatementOptions, StatementResult } from "../session.ts";
import type { EngineEnvironment } from "./environment.ts";
import { FileSources } from "./file-sources.ts";
import { withLoading } from "./not-loaded.ts";
import { pathName, pathText } from "./path-name.ts";
import { completed, StatementResolver } from "./resolver.ts";
import { isAnsi, timeZoneOf, type SessionState } from "./session-state.ts";

interface CallOptions extends StatementOptions {
  readonly checkpoint?: string;
  /** The variables of the script that the statement stands in. */
  readonly scope?: Scope | undefined;
  /** ANSI's rules, whatever the session says. */
  readonly ansi?: true;
  readonly run?: (statement: Statement, call: StatementCall) => Promise<StatementResult>;
}

/** One statement on its way: who runs it, in which session, with what given. */
export class StatementCall {
  readonly env: EngineEnvironment;
  readonly state: SessionState;
  readonly text: string;
  readonly options: StatementOptions;
  readonly id: string;
  readonly #checkpoint: string | undefined;
  readonly #scope: Scope | undefined;
  readonly #run: CallOptions["run"];
  readonly #ansi: true | undefined;
  #resolver: Promise<StatementResolver> | undefined;
  readonly #now: bigint;

  constructor(env: EngineEnvironment, state: SessionState, text: string, options: CallOptions) {
    this.env = env;
    this.#scope = options.scope;
    this.#run = options.run;
    this.#ansi = options.ansi;
    this.#checkpoint = options.checkpoint;
    this.state = state;
    this.text = text;
    this.options = options;
    this.id = env.ids.uuid();
    this.#now = BigInt(env.clock.now()) * 1000n;
  }

  get user(): string {
    return this.state.user;
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  /** Where this statement stands, for those inside it. */
  get place(): Place {
    return { text: this.text, file: this.options.file, scope: this.#scope };
  }

  /** Another statement of this session: one of a script, or the text of EXECUTE IMMEDIATE. */
  nested({ text, file, scope, ansi }: Place, txn?: StatementOptions["txn"]): StatementCall {
    const { parameters, signal } = this.options;
    const run = this.#run;
    return new StatementCall(this.env, this.state, text, {
      ...(parameters === undefined || text !== this.text ? {} : { parameters }),
      ...(signal === undefined ? {} : { signal }),
      ...(file === undefined ? {} : { file }),
      ...(run === undefined ? {} : { run }),
      ...(ansi === undefined ? {} : { ansi }),
      ...(txn === undefined ? {} : { txn }),
      scope,
    });
  }

  /** Runs a statement under this call. */
  execute(statement: Statement): Promise<StatementResult> {
    return this.#run?.(statement, this) ?? unreachable("A statement inside another one needs the session.");
  }

  /** The names of this statement: loaded once, one version of everything. */
  resolver(): Promise<StatementResolver> {
    return (this.#resolver ??= this.env.catalog.snapshot().then((snapshot) => {
      const files = new FileSources(this.env, this.state, this.#checkpoint);
      return new StatementResolver(this.env, this.state, snapshot, files, this.#scope);
    }));
  }

  async access(): Promise<Access> {
    return (await this.resolver()).access;
  }

  /** Runs a synchronous analysis, loading what it asks for. */
  async analyze<T>(analysis: (resolver: StatementResolver, context: AnalysisContext) => T): Promise<T> {
    const resolver = await this.resolver();
    const context = this.context(resolver.access);
    return withLoading(() => {
      resolver.files.begin();
      return analysis(resolver, context);
    });
  }

  context(access: Access): AnalysisContext {
    const { state, text } = this;
    return {
      ansi: this.#ansi ?? isAnsi(state),
      timeZone: timeZoneOf(state),
      currentCatalog: state.catalog,
      currentSchema: state.schema,
      user: access.user,
      groups: access.principals,
      parameters: typedParameters(this.options.parameters ?? {}),
      now: this.#now,
      text,
      file: this.options.file,
      settings: state.settings,
    };
  }

  /** The cause of a failure in terms of the files that the statement reads, where they are the cause. */
  async explain(thrown: unknown): Promise<unknown> {
    const resolver = await this.#resolver?.catch(() => undefined);
    return resolver === undefined ? thrown : resolver.files.explain(thrown);
  }

  /** Lets go of what the statement has opened to read files. */
  async release(): Promise<void> {
    const resolver = await this.#resolver?.catch(() => undefined);
    await resolver?.files.release();
  }

  /** The parts of a name as written; `IDENTIFIER(…)` is computed. */
  async parts(name: ObjectName): Promise<string[]> {
    if (name.kind === "name") return partsOf(name);
    return this.analyze((resolver, context) => objectParts(name, rootEnv(newAnalysis(context, resolver), binders)));
  }

  /** `[catalog, schema, object]`. Throws `SCHEMA_NOT_FOUND` for a path, of which the catalog knows nothing. */
  async objectName(name: ObjectName): Promise<string[]> {
    const { catalog, schema } = this.state;
    const parts = await this.parts(name);
    const path = pathName(parts);
    if (path !== undefined) {
      throw this.error(
        name.span,
        "SCHEMA_NOT_FOUND",
        `There is no schema ${path.format}: ${pathText(path)} names a place, and this needs the name of an object in the catalog.`,
        path.format === "delta" ? "A table has a name after CREATE TABLE name LOCATION '…'." : undefined,
      );
    }
    return completed(parts, { catalog, schema, user: this.user });
  }

  /** `[catalog, schema]`. */
  async schemaName(name: ObjectName): Promise<string[]> {
    const parts = await this.parts(name);
    return parts.length >= 2 ? parts : [this.state.catalog, ...parts];
  }

  /** An error at a place of the statement. */
  error(span: Span | undefined, code: string, message: string, hint?: string): BoathouseError {
    return new BoathouseError(code, message, {
      ...(span === undefined
        ? {}
        : { location: locationOf(this.text, span.start, span.end, this.options.file), source: this.text }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** An error that has no place yet, at a place of the statement. */
  placed(error: unknown, { start, end }: Span): unknown {
    if (!isBoathouseError(error) || error.location !== undefined) return error;
    return error.at(locationOf(this.text, start, end, this.options.file), this.text);
  }

  unsupported(span: Span, what: string, hint?: string): BoathouseError {
    return this.error(span, "UNSUPPORTED_FEATURE", `${what} is not supported yet.`, hint);
  }

  textOf(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  /** The text of a property's value, which must be a constant. */
  constantText(expression: Expression | undefined): string | undefined {
    if (expression === undefined) return undefined;
    if (expression.kind === "literal" && expression.value !== null && !(expression.value instanceof Uint8Array)) {
      return String(expression.value);
    }
    throw this.error(expression.span, "INVALID_PROPERTY_VALUE", "A property's value is a constant.");
  }
}

function typedParameters(parameters: Readonly<Record<string, Parameter>>): Record<string, TypedValue> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { type, value }]) => [
      name,
      { type, value: literalValue(type.kind, value, name) },
    ]),
  );
}

/** A parameter's value as a literal of its type. */
function literalValue(kind: string, value: Value, name: string): LiteralValue {
  const integral = ["byte", "short", "int", "long"].includes(kind);
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return value;
  if (typeof value === "number") return integral ? BigInt(value) : value;
  if (typeof value === "string" || value instanceof Uint8Array) return value;
  throw new BoathouseError("INVALID_PARAMETER", `The parameter :${name} must be a plain value.`, { kind: "usage" });
}
