import {
  anything,
  flag,
  inert,
  object,
  record,
  reference,
  refused,
  required,
  text,
  variant,
  type Member,
  type ObjectShape,
  type Shape,
  type VariantShape,
} from "./shape.ts";

/** What every resource may have beside what it is. */
export const COMMON: Readonly<Record<string, Shape | Member>> = {
  description: text,
  annotations: inert("it is a note"),
  folder: inert("it orders the list of the portal"),
};

export const PARAMETERS: Shape = record(object({ type: required(text), defaultValue: anything }));

const LOCATION: VariantShape = variant(
  "location",
  {
    HttpServerLocation: object({ relativeUrl: text, folderPath: text, fileName: text }),
    AzureBlobFSLocation: object({ fileSystem: required(text), folderPath: text, fileName: text }),
    AzureBlobStorageLocation: object({ container: required(text), folderPath: text, fileName: text }),
  },
  [
    "AmazonS3Location",
    "AzureDataLakeStoreLocation",
    "AzureFileStorageLocation",
    "FileServerLocation",
    "FtpServerLocation",
    "GoogleCloudStorageLocation",
    "HdfsLocation",
    "LakehouseLocation",
    "SftpLocation",
  ],
);

const COMPRESSION = { compressionCodec: text, compressionLevel: text };

const TYPE_PROPERTIES: Readonly<Record<string, ObjectShape>> = {
  DelimitedText: object({
    location: required(LOCATION),
    columnDelimiter: text,
    rowDelimiter: text,
    quoteChar: text,
    escapeChar: text,
    firstRowAsHeader: flag,
    nullValue: text,
    encodingName: text,
    ...COMPRESSION,
  }),
  Binary: object({ location: required(LOCATION), compression: refused("a binary copy moves bytes as they are") }),
  Json: object({
    location: required(LOCATION),
    encodingName: text,
    compression: refused("JSON files are read as they are"),
  }),
};

/** Datasets of Data Factory that cannot be used here. */
const OTHER_DATASETS = [
  "Avro",
  "AzureBlob",
  "AzureBlobFSFile",
  "AzurePostgreSqlTable",
  "AzureSqlDWTable",
  "AzureSqlMITable",
  "AzureSqlTable",
  "AzureTable",
  "CosmosDbSqlApiCollection",
  "Excel",
  "HttpFile",
  "Iceberg",
  "Orc",
  "OracleTable",
  "Parquet",
  "RestResource",
  "SnowflakeTable",
  "SqlServerTable",
  "Xml",
];

export const DATASET: VariantShape = variant(
  "dataset",
  Object.fromEntries(
    Object.entries(TYPE_PROPERTIES).map(([type, properties]) => [
      type,
      object({
        ...COMMON,
        linkedServiceName: required(reference("linkedService")),
        parameters: PARAMETERS,
        schema: inert("columns are found by the file's header or by the mapping"),
        structure: inert("columns are found by the file's header or by the mapping"),
        typeProperties: required(properties),
      }),
    ]),
  ),
  OTHER_DATASETS,
);
