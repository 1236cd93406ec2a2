import { runCopy } from "../copy/run-copy.ts";
import { BINARY_SINK, BINARY_SOURCE, DELIMITED_SINK, DELIMITED_SOURCE } from "../data/store-shapes.ts";
import {
  anything,
  flag,
  inert,
  integer,
  list,
  object,
  oneOf,
  refused,
  reference,
  required,
  text,
  variant,
} from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";

const COLUMN = object({
  name: text,
  ordinal: integer,
  type: text,
  physicalType: inert("delimited text has text only"),
  path: refused("delimited text is mapped by name or ordinal"),
});

const TRANSLATOR = variant("translator", {
  TabularTranslator: object({
    mappings: list(object({ source: required(COLUMN), sink: required(COLUMN) })),
    columnMappings: anything,
    typeConversion: flag,
    typeConversionSettings: inert("values of delimited text keep their form"),
    collectionReference: refused("delimited text has no collections"),
    mapComplexValuesToString: refused("delimited text has no complex values"),
    schemaMapping: refused("use mappings"),
  }),
});

const LOG_LOCATION = object({ linkedServiceName: required(reference("linkedService")), path: required(text) });

/** Tabular and file sources of Data Factory that do not run here. */
const OTHER_SOURCES = [
  "AvroSource",
  "AzureSqlSource",
  "BlobSource",
  "ExcelSource",
  "FileSystemSource",
  "JsonSource",
  "OracleSource",
  "OrcSource",
  "ParquetSource",
  "RestSource",
  "SnowflakeSource",
  "SqlServerSource",
  "SqlSource",
  "XmlSource",
];

const OTHER_SINKS = [
  "AvroSink",
  "AzureSqlSink",
  "BlobSink",
  "JsonSink",
  "OrcSink",
  "ParquetSink",
  "RestSink",
  "SnowflakeSink",
  "SqlDWSink",
  "SqlServerSink",
  "SqlSink",
];

export const COPY: ActivityKind = {
  type: "Copy",
  description:
    "Copies delimited text (converting it) or files as they are, from the web or storage to storage. Every file lands once.",
  properties: object({
    source: required(
      variant("source", { DelimitedTextSource: DELIMITED_SOURCE, BinarySource: BINARY_SOURCE }, OTHER_SOURCES),
    ),
    sink: required(variant("sink", { DelimitedTextSink: DELIMITED_SINK, BinarySink: BINARY_SINK }, OTHER_SINKS)),
    translator: TRANSLATOR,
    enableStaging: refused("there is no staging store between two local ones"),
    stagingSettings: inert("staging is off"),
    parallelCopies: integer,
    dataIntegrationUnits: inert("the copy uses this machine"),
    enableSkipIncompatibleRow: flag,
    redirectIncompatibleRowSettings: LOG_LOCATION,
    logSettings: object({
      enableCopyActivityLog: flag,
      copyActivityLogSettings: object({ logLevel: oneOf("Warning"), enableReliableLogging: flag }),
      logLocationSettings: required(LOG_LOCATION),
    }),
    skipErrorFile: object({ fileMissing: flag, fileForbidden: flag, dataInconsistency: flag, invalidFileName: flag }),
    validateDataConsistency: flag,
    preserve: refused("files of a folder have no attributes to keep"),
    preserveRules: refused("files of a folder have no attributes to keep"),
  }),
  policy: true,
  datasets: true,
  run: runCopy,
};
