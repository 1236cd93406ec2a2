import {
  flag,
  inert,
  list,
  object,
  oneOf,
  refused,
  text,
  timespan,
  variant,
  anything,
  type Member,
  type Shape,
} from "../model/shape.ts";

const CONNECTIONS = inert("copies set their own number of connections");

const AZURE_READ: Readonly<Record<string, Shape | Member>> = {
  recursive: flag,
  wildcardFolderPath: text,
  wildcardFileName: text,
  fileListPath: text,
  modifiedDatetimeStart: text,
  modifiedDatetimeEnd: text,
  deleteFilesAfterCompletion: flag,
  maxConcurrentConnections: CONNECTIONS,
  disableMetricsCollection: CONNECTIONS,
  enablePartitionDiscovery: refused("partition columns are not read from paths"),
  partitionRootPath: text,
};

/** How files of a store are chosen. */
export const READ_SETTINGS = variant("store settings", {
  HttpReadSettings: object({
    requestMethod: oneOf("GET"),
    requestBody: refused("files are read with GET"),
    additionalHeaders: text,
    requestTimeout: timespan,
    maxConcurrentConnections: CONNECTIONS,
    disableMetricsCollection: CONNECTIONS,
    enablePartitionDiscovery: refused("partition columns are not read from paths"),
    partitionRootPath: text,
    additionalColumns: refused("additional columns belong to the source"),
  }),
  AzureBlobFSReadSettings: object(AZURE_READ),
  AzureBlobStorageReadSettings: object({ ...AZURE_READ, prefix: text }),
});

const AZURE_WRITE = {
  copyBehavior: oneOf("PreserveHierarchy", "FlattenHierarchy", "MergeFiles"),
  blockSizeInMB: inert("files are written whole"),
  maxConcurrentConnections: CONNECTIONS,
  disableMetricsCollection: CONNECTIONS,
  metadata: refused("files of a folder have no metadata"),
};

/** How files are written to a store. */
const WRITE_SETTINGS = variant("store settings", {
  AzureBlobFSWriteSettings: object(AZURE_WRITE),
  AzureBlobStorageWriteSettings: object(AZURE_WRITE),
});

const SOURCE = {
  storeSettings: READ_SETTINGS,
  sourceRetryCount: inert("reads are repeated on their own"),
  sourceRetryWait: inert("reads are repeated on their own"),
  maxConcurrentConnections: CONNECTIONS,
  disableMetricsCollection: CONNECTIONS,
};

const COMPRESSION = variant("compression settings", {
  TarGZipReadSettings: object({ preserveCompressionFileNameAsFolder: refused("archives are not unpacked") }),
  ZipDeflateReadSettings: object({ preserveCompressionFileNameAsFolder: refused("archives are not unpacked") }),
});

export const DELIMITED_READ = variant("format settings", {
  DelimitedTextReadSettings: object({
    skipLineCount: { kind: "integer", least: 0 },
    compressionProperties: COMPRESSION,
  }),
});

export const JSON_READ = variant("format settings", {
  JsonReadSettings: object({ compressionProperties: COMPRESSION }),
});

export const DELIMITED_SOURCE = object({
  ...SOURCE,
  formatSettings: DELIMITED_READ,
  additionalColumns: list(object({ name: text, value: anything })),
});

export const BINARY_SOURCE = object({
  ...SOURCE,
  formatSettings: variant("format settings", { BinaryReadSettings: object({ compressionProperties: COMPRESSION }) }),
});

export const JSON_SOURCE = object({ ...SOURCE, formatSettings: JSON_READ });

const SINK = {
  storeSettings: WRITE_SETTINGS,
  maxConcurrentConnections: CONNECTIONS,
  disableMetricsCollection: CONNECTIONS,
  sinkRetryCount: inert("writes are repeated on their own"),
  sinkRetryWait: inert("writes are repeated on their own"),
  writeBatchSize: inert("files are written whole"),
  writeBatchTimeout: inert("files are written whole"),
};

export const DELIMITED_SINK = object({
  ...SINK,
  formatSettings: variant("format settings", {
    DelimitedTextWriteSettings: object({
      quoteAllText: flag,
      fileExtension: text,
      maxRowsPerFile: refused("a copy writes one file for each source"),
      fileNamePrefix: refused("a copy writes one file for each source"),
    }),
  }),
});

export const BINARY_SINK = object(SINK);
