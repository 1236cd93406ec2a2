import { BoathouseError } from "../core/errors.ts";
import { formatNamed, FORMATS, type FormatName } from "../formats/format.ts";
import {
  hasOption,
  readOptions,
  unknownOption,
  type Option,
  type Options,
  type OptionValues,
} from "../formats/option.ts";

/** How a source of files is read: once, or as a stream in micro-batches. */
export type SourceUse = "batch" | "stream";

const LISTING_ONLY = "cannot be set: new files are found by listing";
const CLOUD_KEYS = "cannot be set: access is governed by storage credentials";

function cloudKey(name: string): Option {
  return {
    name,
    type: "string",
    description: "Access to a cloud's notification services.",
    use: "read",
    refused: CLOUD_KEYS,
  };
}

/**
 * The options of Auto Loader and `read_files` (Databricks, "Auto Loader options" and "read_files"), those of the files'
 * formats apart. In `cloudFiles` they may have the prefix `cloudFiles.`.
 */
export const SOURCE_OPTIONS: readonly Option[] = [
  {
    name: "format",
    type: "string",
    description:
      "csv, json, parquet, text or binaryFile. `read_files` goes by the files' extension when it is left out.",
    use: "read",
  },
  {
    name: "schema",
    type: "string",
    description: "The columns, as in CREATE TABLE. Nothing is inferred then.",
    use: "read",
  },
  {
    name: "schemaLocation",
    type: "string",
    description: "The folder where inferred schemas are kept. By default the stream's checkpoint.",
    use: "read",
  },
  {
    name: "inferColumnTypes",
    aliases: ["inferSchema"],
    type: "boolean",
    description: "Infer types, not only names: true in `read_files`, false in `cloudFiles`, unless given.",
    use: "read",
  },
  {
    name: "schemaHints",
    type: "string",
    description: "Types of some of the columns, which inference then takes: `id BIGINT, address.zip STRING`.",
    use: "read",
  },
  {
    name: "schemaEvolutionMode",
    type: "choice",
    choices: ["addNewColumns", "rescue", "failOnNewColumns", "none"],
    description:
      "What a stream does on new columns: stop once and go on with them after a restart (addNewColumns, the default without a schema), rescue them, fail until the schema is changed, or ignore them (none, the default with a schema).",
    use: "read",
  },
  {
    name: "rescuedDataColumn",
    type: "string",
    description: "The column for what does not fit the schema. `_rescued_data` when the schema is inferred.",
    use: "read",
  },
  {
    name: "partitionColumns",
    type: "string",
    description: "Which folders `name=value` become columns, comma-separated; `''` for none. All by default.",
    use: "read",
  },
  {
    name: "pathGlobFilter",
    aliases: ["fileNamePattern"],
    type: "string",
    description: "A glob that files' names must match.",
    use: "read",
  },
  {
    name: "recursiveFileLookup",
    type: "boolean",
    description:
      "true: folders `name=value` are not columns. false: only files in the folder itself and in such folders.",
    use: "read",
  },
  {
    name: "modifiedAfter",
    type: "string",
    description: "Only files that changed after this timestamp.",
    use: "read",
  },
  {
    name: "modifiedBefore",
    type: "string",
    description: "Only files that changed before this timestamp.",
    use: "read",
  },
  {
    name: "includeExistingFiles",
    type: "boolean",
    default: "true",
    description: "Also files that were there before the stream was first started.",
    use: "read",
  },
  {
    name: "allowOverwrites",
    type: "boolean",
    default: "false",
    description: "Read a file again when it was overwritten.",
    use: "read",
  },
  {
    name: "maxFilesPerTrigger",
    type: "integer",
    default: "1000",
    description: "The most files of one micro-batch.",
    use: "read",
  },
  {
    name: "maxBytesPerTrigger",
    type: "string",
    description: "About the most bytes of one micro-batch, such as 10g: it ends with the file that passes this.",
    use: "read",
  },
  {
    name: "validateOptions",
    type: "boolean",
    default: "true",
    description: "Unknown options are errors.",
    use: "read",
    refused: "can only be true",
  },
  {
    name: "useStrictGlobber",
    type: "boolean",
    default: "true",
    description: "Globs as Hadoop reads them: `*` stays within a folder.",
    use: "read",
    refused: "can only be true",
  },
  {
    name: "ignoreCorruptFiles",
    type: "boolean",
    default: "false",
    description: "Pass over files that cannot be read.",
    use: "read",
    refused: "can only be false: no data is left out silently",
  },
  {
    name: "ignoreMissingFiles",
    type: "boolean",
    default: "false",
    description: "Pass over files that are gone when they are read.",
    use: "read",
    refused: "can only be false: no data is left out silently",
  },
  {
    name: "cleanSource",
    type: "choice",
    choices: ["OFF", "DELETE", "MOVE"],
    default: "OFF",
    description: "What is done with files that were read.",
    use: "read",
    refused: "can only be OFF",
  },
  {
    name: "cleanSource.retentionDuration",
    type: "string",
    description: "When files that were read are cleaned.",
    use: "read",
    refused: "cannot be set: cleanSource is OFF",
  },
  {
    name: "cleanSource.moveDestination",
    type: "string",
    description: "Where files that were read are moved.",
    use: "read",
    refused: "cannot be set: cleanSource is OFF",
  },
  {
    name: "maxFileAge",
    type: "string",
    description: "How long files are remembered.",
    use: "read",
    refused: "cannot be set: files are remembered for good",
  },
  { name: "backfillInterval", type: "string", description: "When to list again.", use: "read", refused: LISTING_ONLY },
  {
    name: "useNotifications",
    type: "boolean",
    default: "false",
    description: "Find files by events.",
    use: "read",
    refused: LISTING_ONLY,
  },
  {
    name: "useManagedFileEvents",
    type: "boolean",
    default: "false",
    description: "Find files by events.",
    use: "read",
    refused: LISTING_ONLY,
  },
  {
    name: "useIncrementalListing",
    type: "choice",
    choices: ["auto", "true", "false"],
    default: "false",
    description: "List only what sorts after the last file.",
    use: "read",
    refused: "can only be false: a listing is always whole",
  },
  { name: "fetchParallelism", type: "integer", description: "Threads for events.", use: "read", refused: LISTING_ONLY },
  {
    name: "pathRewrites",
    type: "string",
    description: "Rewrites paths of events.",
    use: "read",
    refused: LISTING_ONLY,
  },
  { name: "resourceTag", type: "string", description: "Tags of queues.", use: "read", refused: LISTING_ONLY },
  { name: "queueUrl", type: "string", description: "A queue of events.", use: "read", refused: LISTING_ONLY },
  { name: "queueName", type: "string", description: "A queue of events.", use: "read", refused: LISTING_ONLY },
  ...["connectionString", "clientId", "clientSecret", "tenantId", "subscriptionId", "resourceGroup", "region"].map(
    cloudKey,
  ),
  ...["awsAccessKey", "awsSecretKey", "roleArn", "projectId", "client", "databricks.serviceCredential"].map(cloudKey),
];

export interface SourceSettings {
  readonly options: Options;
  /** Undefined: by the files' extension. */
  readonly format: FormatName | undefined;
  readonly formatOptions: OptionValues;
}

/** Takes the options of a source apart. Throws as `readOptions` does; a name that neither table has is unknown. */
export function sourceSettings(given: OptionValues, owner: string): SourceSettings {
  const source: Record<string, string> = {};
  const rest: Record<string, string> = {};
  for (const [written, value] of Object.entries(given)) {
    const name = written.replace(/^cloudFiles\./i, "");
    // A CSV reader's `inferSchema` says the same as `inferColumnTypes`.
    if (hasOption(SOURCE_OPTIONS, name)) source[name] = value;
    else rest[name] = value;
  }
  const options = readOptions(owner, SOURCE_OPTIONS, source, "read");
  const named = options.given("format");
  const format = named === undefined ? undefined : formatNamed(named);
  const formats = format === undefined ? FORMATS : [format];
  for (const name of Object.keys(rest)) {
    if (formats.some((each) => hasOption(each.options, name))) continue;
    throw unknownOption(owner, name, [...SOURCE_OPTIONS, ...formats.flatMap((each) => each.options)]);
  }
  if (format !== undefined) readOptions(format.name, format.options, rest, "read");
  const most = options.integer("maxFilesPerTrigger");
  if (most < 1) throw invalid(owner, "maxFilesPerTrigger", String(most), "It takes a whole number above 0.");
  return { options, format: format?.name, formatOptions: rest };
}

/** `10g`, `512 MB`, `1000` as bytes. */
export function parseBytes(text: string, owner: string): number {
  const match = /^\s*(\d+)\s*([kmgtp]?)b?\s*$/i.exec(text);
  if (match === null) throw invalid(owner, "maxBytesPerTrigger", text, "It takes bytes, such as 1000000, 512m or 10g.");
  return Number(match[1]) * 1024 ** ["", "k", "m", "g", "t", "p"].indexOf((match[2] ?? "").toLowerCase());
}

function invalid(owner: string, option: string, value: string, hint: string): BoathouseError {
  return new BoathouseError("INVALID_OPTION_VALUE", `${owner}: "${value}" is no value for the option "${option}".`, {
    details: { option, value },
    hint,
  });
}
