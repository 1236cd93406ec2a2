import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { planFiles } from "../../autoloader/batch.ts";
import { isGlob, literalPrefix } from "../../autoloader/glob.ts";
import { openSource, type AutoLoaderSource } from "../../autoloader/source.ts";
import type { Access } from "../../catalog/access.ts";
import { field, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { FILE_METADATA } from "../../formats/source-file.ts";
import { NotLoaded } from "../../sql/not-loaded.ts";
import type { Relation, RelationUse, TableFunctionArgument, TableFunctionUse } from "../../sql/resolver.ts";
import { joinUrl } from "../../storage/url.ts";
import type { EngineEnvironment } from "./environment.ts";
import type { SessionState } from "./session-state.ts";
import type { FilesSource } from "./source.ts";

export interface FileRelationSource {
  readonly relation: Relation;
  readonly source: FilesSource;
  /** What the result depends on: the files' names and etags. */
  readonly fingerprint: string;
}

/** The files that a statement reads as they are: `read_files(…)`, as a batch or a stream, and ``csv.`/path` ``. */
export class FileSources {
  readonly #env: EngineEnvironment;
  readonly #state: SessionState;
  /** Where streams keep what they know; only while streams are opened. */
  readonly #checkpoint: string | undefined;
  readonly #found = new Map<string, FileRelationSource>();
  readonly #counts = new Map<string, number>();
  readonly #checks: (() => Promise<void>)[] = [];
  readonly #connections: Connection[] = [];
  /** For copies of files that are not on this machine. */
  readonly #staging: string;
  readonly #explains: ((thrown: unknown) => Promise<unknown>)[] = [];

  constructor(env: EngineEnvironment, state: SessionState, checkpoint: string | undefined) {
    this.#env = env;
    this.#state = state;
    this.#checkpoint = checkpoint;
    this.#staging = join(env.temporaryFolder, `statement-${env.ids.uuid()}`);
  }

  /** Analysis begins (again): the same calls come in the same order. */
  begin(): void {
    this.#counts.clear();
  }

  readFiles(name: string, use: TableFunctionUse, access: Access): FileRelationSource {
    const { path, options } = argumentsOf(name, use.arguments);
    return this.#find(`${use.stream} ${name} ${path} ${JSON.stringify(options)}`, (key) =>
      use.stream ? this.#stream({ key, name, path, options, access }) : this.#batch(path, options, access),
    );
  }

  /** ``format.`path` ``. */
  path(format: string, path: string, use: RelationUse, access: Access): FileRelationSource {
    if (use.stream) {
      throw new BoathouseError(
        "UNSUPPORTED_FEATURE",
        `A stream of ${format} files is read with STREAM read_files('${path}').`,
      );
    }
    return this.#find(`path ${format} ${path}`, () => this.#batch(path, { format }, access));
  }

  /** Fails when a file that was read changed meanwhile; before the rows are committed. */
  async verify(): Promise<void> {
    for (const check of this.#checks) await check();
  }

  /** Says of a failed statement which of the files that it read was the cause, where and why; else gives it back. */
  async explain(thrown: unknown): Promise<unknown> {
    for (const explain of this.#explains) {
      const explained = await explain(thrown);
      if (explained !== thrown) return explained;
    }
    return thrown;
  }

  /** Lets go of what a batch needs while it is read. */
  async release(): Promise<void> {
    for (const connection of this.#connections.splice(0)) connection.close();
    await rm(this.#staging, { recursive: true, force: true });
  }

  #find(call: string, load: (key: string) => Promise<FileRelationSource>): FileRelationSource {
    const count = this.#counts.get(call) ?? 0;
    this.#counts.set(call, count + 1);
    const key = `${count} ${call}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    throw new NotLoaded(key, async () => {
      this.#found.set(key, await load(key));
    });
  }

  async #batch(path: string, options: Readonly<Record<string, string>>, access: Access): Promise<FileRelationSource> {
    const folder = this.#require(path, access);
    const connection = await this.#env.tables.planningConnection();
    this.#connections.push(connection);
    const plan = await planFiles({
      connection,
      storage: this.#env.storage,
      url: path,
      options,
      staging: this.#staging,
    });
    this.#checks.push(plan.verify);
    this.#explains.push(plan.explain);
    const state = plan.files.map((file) => `${file.url} ${file.etag}`).toSorted((a, b) => (a < b ? -1 : 1));
    const source: FilesSource = {
      kind: "files",
      folders: [folder],
      sql: async () => `(${(await plan.relation({ metadata: true })).sql})`,
    };
    return { relation: relationOf(path, plan.schema), source, fingerprint: hash(JSON.stringify([state, options])) };
  }

  async #stream(request: {
    readonly key: string;
    readonly name: string;
    readonly path: string;
    readonly options: Readonly<Record<string, string>>;
    readonly access: Access;
  }): Promise<FileRelationSource> {
    const { key, name, path, options, access } = request;
    const folder = this.#require(path, access);
    if (this.#checkpoint !== undefined) {
      const connection = await this.#env.tables.planningConnection();
      const opened = await openSource({
        connection,
        storage: this.#env.storage,
        url: path,
        options,
        checkpoint: joinUrl(this.#checkpoint, `sources/${hash(key).slice(0, 12)}`),
        staging: this.#env.temporaryFolder,
        dialect: name === "cloud_files" ? "cloud_files" : "read_files",
        clock: this.#env.clock,
        ids: this.#env.ids,
      }).catch((error: unknown) => {
        connection.close();
        throw error;
      });
      this.#state.streams.get(key)?.connection.close();
      this.#state.streams.set(key, { source: opened, connection });
    }
    const stream = this.#state.streams.get(key)?.source;
    if (stream === undefined) {
      throw new BoathouseError("STREAMING_FROM_FILES_NOT_ALLOWED", `STREAM read_files('${path}') needs a checkpoint.`, {
        hint: "Declare a streaming table in a pipeline, or leave STREAM out to read the files once.",
      });
    }
    const schema = stream.schema();
    const source: FilesSource = {
      kind: "files",
      folders: [folder],
      stream,
      sql: async (range) => {
        if (range === undefined) return emptySql(schema);
        const batch = await stream.relation(range, { metadata: true });
        this.#checks.push(() => batch.verify());
        this.#explains.push(batch.explain);
        return `(${batch.sql})`;
      },
    };
    return { relation: relationOf(path, schema), source, fingerprint: this.#env.ids.uuid() };
  }

  /** Checks that the principal may read the path; gives the folder of this machine that has to be reachable. */
  #require(path: string, access: Access): string {
    const base = isGlob(path) ? literalPrefix(path).replace(/\/$/, "") : path;
    this.#env.catalog.places.require(access, base, "READ FILES");
    const { store } = this.#env.storage.resolve(base);
    if (store.localPath === undefined) return this.#env.temporaryFolder;
    const local = this.#env.storage.localPath(base);
    return isGlob(path) ? local : dirname(local);
  }
}

/** How a session keeps the streams that it has opened, each with its own connection. */
export type OpenStreams = Map<string, { readonly source: AutoLoaderSource; readonly connection: Connection }>;

function relationOf(path: string, schema: StructType): Relation {
  return { name: [path], kind: "files", schema, hidden: [field("_metadata", FILE_METADATA)] };
}

function emptySql(schema: StructType): string {
  const fields = [...schema.fields, field("_metadata", FILE_METADATA)];
  const items = fields.map((each) => `CAST(NULL AS ${duckDbType(each.type)}) AS ${quoteIdentifier(each.name)}`);
  return `(SELECT ${items.join(", ")} WHERE false)`;
}

/** `read_files('path', name => value)`; `cloud_files('path', 'format', map('name', 'value'))`. */
function argumentsOf(
  name: string,
  args: readonly TableFunctionArgument[],
): { readonly path: string; readonly options: Readonly<Record<string, string>> } {
  const positional = args.filter((each) => each.name === undefined);
  const named = args.filter((each) => each.name !== undefined);
  const path = named.find((each) => each.name?.toLowerCase() === "path") ?? positional[0];
  if (typeof path?.value !== "string") {
    throw new BoathouseError("REQUIRED_PARAMETER_NOT_FOUND", `${name} needs a path, in quotes, as its first argument.`);
  }
  const format = name === "cloud_files" ? positional[1] : undefined;
  const most = name === "cloud_files" ? 2 : 1;
  if (positional.length > most) {
    throw new BoathouseError(
      "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      `${name} takes its options by name: option => value.`,
    );
  }
  const options = Object.fromEntries(
    named.filter((each) => each !== path).map((each) => [each.name ?? "", optionText(each)]),
  );
  return { path: path.value, options: format === undefined ? options : { format: optionText(format), ...options } };
}

function optionText({ value }: TableFunctionArgument): string {
  return typeof value === "object" ? "" : String(value);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
