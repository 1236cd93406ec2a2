import { mkdir, readdir, rm } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem, userInfo } from "node:os";
import { join, resolve } from "node:path";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { BoathouseError, messageOf } from "../core/errors.ts";
import { randomIds } from "../core/ids.ts";
import { processExists } from "../core/process.ts";
import { Connection, type ConnectionHost } from "./connection.ts";
import { translateError } from "./errors.ts";
import { engineZone } from "../sql/java/zone.ts";
import { quoteLiteral, quoteString } from "../sql/quote.ts";
import { buildScalarFunction, type ScalarFunction } from "./scalar-function.ts";
import type { DuckDbLibrary } from "./values.ts";

export interface DuckDbOptions {
  /** An IANA name (`UTC` by default): what TIMESTAMP values are shown and read in. */
  readonly timeZone?: string;
  /** Bytes. By default half of what the machine or its container has; beyond it DuckDB spills to disk. */
  readonly memoryLimit?: number;
  readonly threads?: number;
  /** Where a folder for spilled data is made, and removed again. By default in the system's temporary folder. */
  readonly tempDirectory?: string;
  /**
   * The only folders that SQL can read or write, with all settings locked. Without it everything is reachable: only for
   * SQL that no user can influence.
   */
  readonly allowedDirectories?: readonly string[];
  /** `false` lets DuckDB give rows in any order where SQL allows it, which costs less memory. `true` by default. */
  readonly preserveInsertionOrder?: boolean;
}

/**
 * A DuckDB instance in memory, set up as Spark SQL needs it: nulls first on ascending order, no extension is ever
 * fetched or loaded, data beyond the memory limit is spilled. Loading the library takes about 0.15 s, so it happens
 * here, not at import.
 */
export class DuckDb {
  readonly timeZone: string;
  readonly #native: DuckDBInstance;
  readonly #library: DuckDbLibrary;
  readonly #spill: string;
  readonly #connections = new Set<Connection>();
  readonly #functions = new Set<string>();

  private constructor(native: DuckDBInstance, library: DuckDbLibrary, timeZone: string, spill: string) {
    this.#native = native;
    this.#library = library;
    this.timeZone = timeZone;
    this.#spill = spill;
  }

  static async open(options: DuckDbOptions = {}): Promise<DuckDb> {
    const library = await import("@duckdb/node-api");
    const given = options.timeZone ?? "UTC";
    const timeZone = engineZone(given);
    if (timeZone === undefined) {
      throw new BoathouseError("UNSUPPORTED_FEATURE.TIME_ZONE", `The time zone "${given}" is not supported.`, {
        sqlState: "0A000",
        hint: "A session's offset from UTC must be of whole hours; give a name, such as Asia/Kolkata, for others.",
      });
    }
    const spill = await spillFolder(options.tempDirectory);
    const native = await library.DuckDBInstance.create(":memory:", {
      default_null_order: "nulls_first_on_asc_last_on_desc",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
      preserve_insertion_order: String(options.preserveInsertionOrder ?? true),
      memory_limit: `${options.memoryLimit ?? defaultMemoryLimit()}B`,
      max_expression_depth: "2500",
      threads: String(options.threads ?? availableParallelism()),
      temp_directory: spill,
    });
    try {
      const connection = await native.connect();
      for (const statement of settings(options, timeZone)) await connection.run(statement);
      connection.closeSync();
    } catch (error) {
      native.closeSync();
      if (/time ?zone/i.test(messageOf(error))) {
        throw new BoathouseError("INVALID_TIMEZONE", `There is no time zone "${timeZone}".`, {
          sqlState: "22009",
          cause: error,
          hint: 'Use a name of the IANA database, such as "Europe/Berlin" or "UTC".',
        });
      }
      throw translateError(error);
    }
    return new DuckDb(native, library, timeZone, spill);
  }

  async connect(): Promise<Connection> {
    const host: ConnectionHost = {
      library: this.#library,
      timeZone: this.timeZone,
      register: (definition, connection) => this.#register(definition, connection),
      released: (connection) => this.#connections.delete(connection),
    };
    const connection = new Connection(await this.#native.connect(), host);
    this.#connections.add(connection);
    return connection;
  }

  /** Closes all connections and removes what was spilled. */
  async close(): Promise<void> {
    const connections = [...this.#connections];
    for (const connection of connections) connection.close();
    await Promise.all(connections.map((connection) => connection.idle()));
    this.#native.closeSync();
    await rm(this.#spill, { recursive: true, force: true });
  }

  #register(definition: ScalarFunction, connection: DuckDBConnection): void {
    if (this.#functions.has(definition.name)) return;
    connection.registerScalarFunction(buildScalarFunction(definition, this.#library, this.timeZone));
    this.#functions.add(definition.name);
  }
}

/** In this order: the folders cannot change once access is off, and nothing once the configuration is locked. */
function settings(options: DuckDbOptions, timeZone: string): string[] {
  const statements = [`SET GLOBAL TimeZone = ${quoteString(timeZone)}`];
  if (options.allowedDirectories !== undefined) {
    const folders = options.allowedDirectories.map((each) => resolve(each));
    statements.push(
      `SET GLOBAL allowed_directories = ${quoteLiteral(folders)}`,
      // A folder does not lie in itself: COPY of several files into it names it.
      `SET GLOBAL allowed_paths = ${quoteLiteral(folders)}`,
      "SET GLOBAL enable_external_access = false",
      "SET GLOBAL lock_configuration = true",
    );
  }
  return statements;
}

function defaultMemoryLimit(): number {
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.floor(memory / 2);
}

/** A folder of this instance alone: DuckDB's spill files of two instances would have the same names. */
async function spillFolder(parent = join(tmpdir(), `boathouse-${userInfo().uid}`)): Promise<string> {
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  return join(parent, `duckdb-${process.pid}-${randomIds.uuid()}`);
}

/** Folders of processes that were killed. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^duckdb-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !processExists(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}
