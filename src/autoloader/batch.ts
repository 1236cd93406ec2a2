import { join } from "node:path";
import { randomIds } from "../core/ids.ts";
import type { StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Connection } from "../duckdb/connection.ts";
import { explainReadFailure } from "../formats/failure.ts";
import type { OptionValues } from "../formats/option.ts";
import type { FileRelation } from "../formats/relation.ts";
import type { Storage } from "../storage/storage.ts";
import { discover, type FoundFile } from "./discovery.ts";
import { sourceSettings } from "./options.ts";
import {
  discoveryOptions,
  formatOf,
  givenParts,
  inferSchema,
  instantOption,
  readerSettings,
  readRelation,
  sourceSchema,
} from "./reader.ts";
import { localFiles, verifyFiles } from "./staging.ts";

export interface FilesOptions {
  readonly connection: Connection;
  readonly storage: Storage;
  /** A file, a folder or a glob. */
  readonly url: string;
  readonly options: OptionValues;
  /** A local folder for copies of files that are not on this machine, which DuckDB must be allowed to read. */
  readonly staging: string;
}

/** The files of a `read_files(…)` that is no stream. */
export interface FilesPlan {
  readonly files: readonly FoundFile[];
  /** Without `_metadata`. */
  readonly schema: StructType;
  relation(extras?: { readonly metadata?: boolean }): Promise<FileRelation>;
  /** Throws when a file changed or vanished since it was found. */
  readonly verify: () => Promise<void>;
  /** Says of a failed read which file it was, where and why: see `explainReadFailure`. */
  readonly explain: (thrown: unknown) => Promise<unknown>;
}

/** Finds the files and their schema. Throws `PATH_NOT_FOUND` when there is no file. */
export async function planFiles(plan: FilesOptions): Promise<FilesPlan> {
  const { connection, storage, url } = plan;
  const settings = sourceSettings(plan.options, "read_files");
  refuseStreaming(Object.keys(plan.options));
  const reader = readerSettings(settings, "batch", "read_files");
  const discovery = discoveryOptions(settings, {
    after: await instantOption(connection, settings, "modifiedAfter"),
    before: await instantOption(connection, settings, "modifiedBefore"),
  });
  const found: FoundFile[] = [];
  for await (const file of discover(storage, url, discovery)) found.push(file);
  if (found.length === 0) {
    throw new BoathouseError("PATH_NOT_FOUND", `There are no files at ${url}.`, {
      sqlState: "42K03",
      hint: "Check the path, and the options that choose among its files.",
    });
  }
  const format = formatOf(reader, found);
  const files = await localFiles(storage, found, join(plan.staging, `files-${randomIds.uuid()}`));
  const schema =
    reader.givenSchema === undefined
      ? await inferSchema(connection, reader, format, files)
      : givenParts(reader.givenSchema, found);
  return {
    files: found,
    schema: sourceSchema(reader, schema),
    relation: ({ metadata = false } = {}) => readRelation(connection, reader, format, schema, files, { metadata }),
    verify: () => verifyFiles(storage, found),
    explain: (thrown) => explainReadFailure(thrown, files),
  };
}

const STREAMING_ONLY = [
  "includeExistingFiles",
  "allowOverwrites",
  "maxFilesPerTrigger",
  "maxBytesPerTrigger",
  "schemaLocation",
  "schemaEvolutionMode",
];

function refuseStreaming(names: readonly string[]): void {
  for (const name of names) {
    const bare = name.replace(/^cloudFiles\./i, "").toLowerCase();
    const option = STREAMING_ONLY.find((each) => each.toLowerCase() === bare);
    if (option === undefined) continue;
    throw new BoathouseError("UNSUPPORTED_OPTION", `read_files: the option "${option}" is only for streams.`, {
      details: { option },
      hint: "Write STREAM read_files(…), or leave the option out.",
    });
  }
}
