import { COMMON, PARAMETERS } from "./dataset-shapes.ts";
import {
  anything,
  flag,
  inert,
  object,
  oneOf,
  refused,
  required,
  secret,
  text,
  variant,
  type Member,
  type ObjectShape,
} from "./shape.ts";

const BOUND = inert("what a container is bound to is said by the project's target");
const LOCAL = inert("the workspace is the local one");

const HTTP_SERVER = object({
  url: required(text),
  authenticationType: oneOf("Anonymous", "Basic"),
  userName: text,
  password: secret,
  authHeaders: anything,
  enableServerCertificateValidation: flag,
  encryptedCredential: refused("only Azure can decrypt it"),
  certThumbprint: refused("client certificates are not supported"),
  embeddedCertData: refused("client certificates are not supported"),
});

const STORAGE: Readonly<Record<string, Member>> = {
  accountKey: BOUND,
  accountKind: BOUND,
  authenticationType: BOUND,
  azureCloudType: BOUND,
  credential: BOUND,
  encryptedCredential: BOUND,
  sasToken: BOUND,
  sasUri: BOUND,
  servicePrincipalCredential: BOUND,
  servicePrincipalCredentialType: BOUND,
  servicePrincipalId: BOUND,
  servicePrincipalKey: BOUND,
  tenant: BOUND,
};

const DATABRICKS = Object.fromEntries(
  [
    "accessToken",
    "authentication",
    "credential",
    "dataSecurityMode",
    "domain",
    "encryptedCredential",
    "existingClusterId",
    "instancePoolId",
    "newClusterCustomTags",
    "newClusterDriverNodeType",
    "newClusterEnableElasticDisk",
    "newClusterInitScripts",
    "newClusterLogDestination",
    "newClusterNodeType",
    "newClusterNumOfWorker",
    "newClusterSparkConf",
    "newClusterSparkEnvVars",
    "newClusterVersion",
    "policyId",
    "workspaceResourceId",
  ].map((name) => [name, LOCAL]),
);

const TYPE_PROPERTIES: Readonly<Record<string, ObjectShape>> = {
  HttpServer: HTTP_SERVER,
  AzureBlobFS: object({ url: required(text), ...STORAGE }),
  AzureBlobStorage: object({ connectionString: anything, serviceEndpoint: text, ...STORAGE }),
  AzureDatabricks: object(DATABRICKS),
  AzureKeyVault: object({ baseUrl: LOCAL, credential: LOCAL }),
};

const OTHER_LINKED_SERVICES = [
  "AmazonS3",
  "AzureBatch",
  "AzureDataExplorer",
  "AzureDataLakeAnalytics",
  "AzureDataLakeStore",
  "AzureDatabricksDeltaLake",
  "AzureFileStorage",
  "AzureFunction",
  "AzureMLService",
  "AzurePostgreSql",
  "AzureSqlDW",
  "AzureSqlDatabase",
  "AzureSqlMI",
  "AzureStorage",
  "AzureSynapseArtifacts",
  "AzureTableStorage",
  "CosmosDb",
  "FileServer",
  "FtpServer",
  "HDInsight",
  "Odbc",
  "Office365",
  "Oracle",
  "RestService",
  "Salesforce",
  "Sftp",
  "SharePointOnlineList",
  "Snowflake",
  "SqlServer",
  "Web",
];

export const LINKED_SERVICE = variant(
  "linked service",
  Object.fromEntries(
    Object.entries(TYPE_PROPERTIES).map(([type, properties]) => [
      type,
      object({
        ...COMMON,
        parameters: PARAMETERS,
        connectVia: inert("everything runs on this machine"),
        version: text,
        typeProperties: required(properties),
      }),
    ]),
  ),
  OTHER_LINKED_SERVICES,
);
