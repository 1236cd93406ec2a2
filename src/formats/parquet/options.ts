import type { Option } from "../option.ts";

/** Spark's Parquet options and those that Databricks adds. */
export const PARQUET_OPTIONS: readonly Option[] = [
  {
    name: "mergeSchema",
    type: "boolean",
    default: "true",
    description: "Infer the columns of all files; otherwise of the first.",
    use: "read",
  },
  {
    name: "readerCaseSensitive",
    type: "boolean",
    default: "true",
    description: "With rescued data, columns whose names differ only in case from the schema's are rescued.",
    use: "read",
  },
  {
    name: "datetimeRebaseMode",
    type: "choice",
    choices: ["CORRECTED", "LEGACY", "EXCEPTION"],
    default: "CORRECTED",
    description: "How dates before 1582 are read.",
    use: "read",
    refused: "can only be CORRECTED",
  },
  {
    name: "int96RebaseMode",
    type: "choice",
    choices: ["CORRECTED", "LEGACY", "EXCEPTION"],
    default: "CORRECTED",
    description: "How INT96 timestamps before 1900 are read.",
    use: "read",
    refused: "can only be CORRECTED",
  },
  {
    name: "compression",
    aliases: ["codec"],
    type: "choice",
    choices: ["snappy", "zstd", "gzip", "none", "uncompressed"],
    default: "snappy",
    description: "How column chunks are compressed when writing.",
    use: "write",
  },
];
