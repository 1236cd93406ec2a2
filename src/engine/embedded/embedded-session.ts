import { findRelation, findSchema } from "../../catalog/find.ts";
import { isTable } from "../../catalog/securable.ts";
import { throwIfAborted } from "../../core/cancellation.ts";
import { partsOf } from "../../sql/ast/node.ts";
import { parseName, parseStatement } from "../../sql/parser/parse.ts";
import type {
  Session,
  StatementAnalysis,
  StatementOptions,
  StatementResult,
  StreamSource,
  TableState,
} from "../session.ts";
import { analyzeStatement } from "./analyze-statement.ts";
import type { EngineEnvironment } from "./environment.ts";
import { completed } from "./resolver.ts";
import { parseWithParameters } from "./parse-with-parameters.ts";
import { runStatement } from "./run-statement.ts";
import { newSessionState, type SessionState } from "./session-state.ts";
import { StatementCall } from "./statement-call.ts";
import { openStreams } from "./streams.ts";

export interface SessionRequest {
  readonly user: string;
  /** Where names begin; the first catalog that the user sees when left out. */
  readonly catalog?: string;
  readonly schema?: string;
}

/** A session on the embedded engine. Throws `PRINCIPAL_DOES_NOT_EXIST`. */
export async function openSession(env: EngineEnvironment, request: SessionRequest): Promise<Session> {
  const access = await env.catalog.access(request.user);
  const catalogs = access.snapshot.children(access.snapshot.metastore.id).filter((each) => each.kind === "catalog");
  const visible = catalogs.find((each) => access.sees(each));
  const catalog = request.catalog ?? visible?.name ?? "main";
  const schema = request.schema ?? "default";
  return new EmbeddedSession(env, newSessionState({ user: access.user, catalog, schema }));
}

/** Spark SQL on DuckDB over Delta tables, as one principal. */
class EmbeddedSession implements Session {
  readonly #env: EngineEnvironment;
  readonly #state: SessionState;

  constructor(env: EngineEnvironment, state: SessionState) {
    this.#env = env;
    this.#state = state;
  }

  get user(): string {
    return this.#state.user;
  }

  get currentCatalog(): string {
    return this.#state.catalog;
  }

  get currentSchema(): string {
    return this.#state.schema;
  }

  async sql(text: string, options: StatementOptions = {}): Promise<StatementResult> {
    throwIfAborted(options.signal);
    const parsed = parseWithParameters(text, options);
    const call = new StatementCall(this.#env, this.#state, parsed.text, { ...options, run: runStatement });
    return runStatement(parsed.statement, call);
  }

  async streams(
    query: string,
    options: { readonly checkpoint: string; readonly file?: string },
  ): Promise<StreamSource[]> {
    const statement = parseStatement(query, parseOptions(options));
    const call = new StatementCall(this.#env, this.#state, query, options);
    try {
      return await openStreams(statement, call);
    } finally {
      await call.release();
    }
  }

  async analyze(text: string, options: StatementOptions = {}): Promise<StatementAnalysis> {
    const statement = parseStatement(text, parseOptions(options));
    const call = new StatementCall(this.#env, this.#state, text, options);
    try {
      return await analyzeStatement(statement, call);
    } finally {
      await call.release();
    }
  }

  async tableState(name: string): Promise<TableState | undefined> {
    const { user, catalog, schema } = this.#state;
    const full = completed(partsOf(parseName(name)), { user, catalog, schema });
    const access = await this.#env.catalog.access(user);
    if (findSchema(access, full) === undefined) return undefined;
    const found = findRelation(access, full);
    if (found === undefined) return undefined;
    const fullName = access.snapshot.fullName(found);
    if (!isTable(found)) {
      return {
        name: fullName,
        kind: "view",
        pipeline: undefined,
        schema: found.columns,
        version: undefined,
        hasRowFilter: false,
        maskedColumns: [],
        transactions: new Map(),
      };
    }
    const snapshot = await (await this.#env.tables.at(found.location)).snapshot();
    return {
      name: fullName,
      kind: found.kind,
      pipeline: found.pipeline,
      schema: snapshot.schema,
      version: snapshot.version,
      hasRowFilter: found.rowFilter !== undefined,
      maskedColumns: Object.keys(found.columnMasks),
      transactions: new Map([...snapshot.transactions].map(([appId, txn]) => [appId, txn.version])),
    };
  }

  close(): Promise<void> {
    this.#state.temporaryViews.clear();
    this.#state.temporaryFunctions.clear();
    this.#state.variables.clear();
    for (const { connection } of this.#state.streams.values()) connection.close();
    this.#state.streams.clear();
    return Promise.resolve();
  }
}

function parseOptions(options: { readonly file?: string }): { readonly file?: string } {
  return options.file === undefined ? {} : { file: options.file };
}
