import type { Access } from "../../catalog/access.ts";
import { findRelation } from "../../catalog/find.ts";
import { hasPolicy } from "../../catalog/places.ts";
import type { Table } from "../../catalog/securable.ts";
import type { CatalogSnapshot } from "../../catalog/snapshot.ts";
import { BoathouseError } from "../../core/errors.ts";
import { feedSchema } from "../../delta/changes/change-columns.ts";
import { openChangeFeed } from "../../delta/changes/change-feed.ts";
import type { ChangeBound } from "../../delta/changes/change-range.ts";
import type { Snapshot } from "../../delta/snapshot.ts";
import type { DeltaTable } from "../../delta/table.ts";
import { partsOf } from "../../sql/ast/node.ts";
import { NotLoaded } from "../../sql/not-loaded.ts";
import { parseName } from "../../sql/parser/parse.ts";
import type {
  NameContext,
  Relation,
  RelationOption,
  RelationUse,
  TableFunctionUse,
  TypedValue,
} from "../../sql/resolver.ts";
import { parseInstant } from "../../sql/types/instant.ts";
import { readChangeOptions, type ChangeOptions } from "./change-options.ts";
import type { EngineEnvironment } from "./environment.ts";
import { pathName } from "./path-name.ts";
import { CHANGES_OUT_OF_RANGE, timeZoneOf, type SessionState } from "./session-state.ts";
import type { ChangesSource } from "./source.ts";

export const CHANGE_FUNCTIONS: ReadonlySet<string> = new Set(["table_changes", "table_changes_by_path"]);

export interface FoundChanges {
  readonly relation: Relation;
  readonly source: ChangesSource;
  /** What the result depends on. */
  readonly fingerprint: string;
}

/**
 * The change data feeds that a statement reads: `table_changes('t', 1, 5)`, `table_changes_by_path('/path', '2025-01-01')`,
 * `STREAM t WITH (readChangeFeed = true)`. Reading one takes what reading the table takes, and is refused where a row filter
 * or masks stand before it: they speak of the rows of today.
 */
export class TableChanges {
  readonly #env: EngineEnvironment;
  readonly #state: SessionState;
  readonly #catalog: CatalogSnapshot;
  readonly #snapshots: Map<string, Snapshot>;
  readonly #found = new Map<string, FoundChanges>();

  /** `snapshots` are those that the statement reads, by URL and a space for the newest. */
  constructor(env: EngineEnvironment, state: SessionState, catalog: CatalogSnapshot, snapshots: Map<string, Snapshot>) {
    this.#snapshots = snapshots;
    this.#env = env;
    this.#state = state;
    this.#catalog = catalog;
  }

  ofFunction(called: string, use: TableFunctionUse, access: Access): FoundChanges {
    if (use.stream) throw streamed(called);
    const [first, start, end, ...more] = use.arguments;
    if (first === undefined || start === undefined || more.length > 0) throw wrongCount(called, use.arguments.length);
    const named = use.arguments.find((each) => each.name !== undefined);
    if (named !== undefined) {
      throw new BoathouseError("NAMED_PARAMETERS_NOT_SUPPORTED", `Named parameters are not supported for ${called}.`, {
        sqlState: "4274K",
        hint: `Use positional arguments: ${called}('t', 1, 5).`,
      });
    }
    if (typeof first.value !== "string") throw unsupportedType(`${called}'s first argument`, first, "STRING literal");
    const bounds = {
      start: this.#bound("starting", start),
      end: end === undefined ? undefined : this.#bound("ending", end),
    };
    const name = called === "table_changes" ? partsOf(parseName(first.value)) : ["delta", first.value];
    return this.#find(name, use.context, access, { ...bounds, stream: false });
  }

  /** A table in FROM that has options: `t WITH (readChangeFeed = true, startingVersion = 3)`. */
  ofTable(name: readonly string[], use: RelationUse, given: readonly RelationOption[], access: Access): FoundChanges {
    if (use.timeTravel !== undefined) {
      throw new BoathouseError("UNSUPPORTED_FEATURE", "A change data feed is not read together with time travel.", {
        hint: "Say where it begins and ends: WITH (readChangeFeed = true, startingVersion = 1, endingVersion = 5).",
      });
    }
    const options = readChangeOptions(given, use.stream, (text) => this.#instant(text));
    return this.#find(name, use.context, access, options);
  }

  #find(name: readonly string[], context: NameContext, access: Access, options: ChangeOptions): FoundChanges {
    const { url, table, full } = this.#place(name, context, access);
    const key = JSON.stringify([url, options]);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    throw new NotLoaded(`changes of ${url}`, async () => {
      const delta = await this.#env.tables.at(url);
      const { start, end, stream } = options;
      const newest = await this.#newest(url, delta);
      const allowOutOfRange = this.#allowsOutOfRange;
      const feed =
        stream || start === undefined
          ? { snapshot: newest, range: undefined }
          : await openChangeFeed(delta, { start, ...(end === undefined ? {} : { end }), allowOutOfRange }, newest);
      const { range, snapshot } = feed;
      this.#found.set(key, {
        relation: { name: full, kind: table === undefined ? "files" : "table", schema: feedSchema(snapshot.schema) },
        source: { kind: "changes", feed, start, delta, table, url },
        fingerprint: `${snapshot.metadata.id}@${snapshot.version} changes ${range?.first ?? ""}-${range?.last ?? ""}`,
      });
    });
  }

  /** One and the same for a statement, however often it names the table. */
  async #newest(url: string, delta: DeltaTable): Promise<Snapshot> {
    const known = this.#snapshots.get(`${url} `) ?? (await delta.snapshot());
    this.#snapshots.set(`${url} `, known);
    return known;
  }

  #place(
    name: readonly string[],
    context: NameContext,
    access: Access,
  ): { readonly url: string; readonly table: Table | undefined; readonly full: readonly string[] } {
    const named = pathName(name);
    if (named?.format === "delta") {
      this.#env.catalog.places.require(access, named.path, "READ FILES");
      return { url: named.path, table: undefined, full: [named.path] };
    }
    const { catalog, schema } = context;
    const full = name.length >= 3 ? [...name] : name.length === 2 ? [catalog, ...name] : [catalog, schema, ...name];
    const found = findRelation(access, full);
    if (found === undefined) {
      throw new BoathouseError(
        "TABLE_OR_VIEW_NOT_FOUND",
        `The table or view \`${name.join("`.`")}\` cannot be found. Verify the spelling and correctness of the schema and catalog.`,
      );
    }
    access.require("SELECT", found);
    if (found.kind === "view") {
      throw new BoathouseError(
        "DELTA_TABLE_ONLY_OPERATION",
        `${name.join(".")} is not a Delta table. table_changes is only supported for Delta tables.`,
        { sqlState: "0AKDD", hint: "Read the changes of the tables that the view is made of." },
      );
    }
    if (hasPolicy(found)) {
      throw new BoathouseError(
        "UNSUPPORTED_FEATURE",
        `The changes of ${full.join(".")} cannot be read: it has a row filter or column masks.`,
        { hint: "Drop the policies, or read the table itself." },
      );
    }
    return { url: found.location, table: found, full: this.#catalog.fullName(found) };
  }

  #bound(which: "starting" | "ending", argument: TypedValue): ChangeBound {
    const { value, type } = argument;
    if (value === null) {
      throw new BoathouseError(
        "DELTA_CDC_READ_NULL_RANGE_BOUNDARY",
        "CDC read start/end parameters cannot be null. Please provide a valid version or timestamp.",
        { sqlState: "22004" },
      );
    }
    if (typeof value === "bigint" && /^(byte|short|int|long)$/.test(type.kind)) return { version: Number(value) };
    if (typeof value === "bigint" && type.kind === "timestamp") return { timestamp: Number(value / 1000n) };
    if (typeof value === "string" && type.kind === "string") return { timestamp: this.#instant(value) };
    throw unsupportedType(`${which} option`, argument, "IntegerType, LongType, StringType, TimestampType");
  }

  /** Milliseconds since the epoch. */
  #instant(text: string): number {
    const micros = parseInstant(text, BigInt(this.#env.clock.now()) * 1000n, timeZoneOf(this.#state));
    if (micros !== undefined) return Number(micros / 1000n);
    throw new BoathouseError(
      "DELTA_TIMESTAMP_INVALID",
      `The provided timestamp ('${text}') cannot be converted to a valid timestamp.`,
      { sqlState: "42816", hint: "Versions are given as numbers, without quotes." },
    );
  }

  get #allowsOutOfRange(): boolean {
    return this.#state.settings.get(CHANGES_OUT_OF_RANGE.toLowerCase())?.toLowerCase() === "true";
  }
}

function streamed(called: string): BoathouseError {
  return new BoathouseError("UNSUPPORTED_FEATURE", `${called} is not read as a stream.`, {
    hint: "Write STREAM t WITH (readChangeFeed = true, startingVersion = 1).",
  });
}

function wrongCount(called: string, count: number): BoathouseError {
  return new BoathouseError(
    "INCORRECT_NUMBER_OF_ARGUMENTS",
    `${count < 2 ? "not enough args" : "too many args"}, ${called} requires at least 2 arguments and at most 3 arguments.`,
    { sqlState: "42605", hint: `${called}('table', start [, end]), with versions or timestamps.` },
  );
}

function unsupportedType(cause: string, { type }: TypedValue, supported: string): BoathouseError {
  return new BoathouseError(
    "DELTA_UNSUPPORTED_EXPRESSION",
    `Unsupported expression type(${type.kind}) for ${cause}. The supported types are [${supported}].`,
    { sqlState: "0A000" },
  );
}
