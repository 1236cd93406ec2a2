import type { Json, JsonObject } from "../../core/json.ts";

/**
 * A factory written in TypeScript: the same data as the JSON of the git layout, with types. Nothing is added to it and
 * nothing is left out, so that it can be printed as that JSON and run from there.
 */
export interface FactoryDefinition {
  readonly name: string;
  readonly globalParameters?: Readonly<Record<string, GlobalParameter>>;
  readonly pipelines: Readonly<Record<string, PipelineDefinition>>;
  readonly datasets?: Readonly<Record<string, DatasetDefinition>>;
  readonly linkedServices?: Readonly<Record<string, LinkedServiceDefinition>>;
  readonly triggers?: Readonly<Record<string, TriggerDefinition>>;
}

/** A value, or an expression that gives it. */
type Dynamic<T> = T | `@${string}` | ExpressionValue;

interface ExpressionValue {
  readonly type: "Expression";
  readonly value: string;
}

interface GlobalParameter {
  readonly type: "string" | "int" | "float" | "bool" | "array" | "object";
  readonly value: Json;
}

interface Described {
  readonly description?: string;
  readonly annotations?: readonly Json[];
  readonly folder?: { readonly name: string };
}

type ParameterType =
  | "string"
  | "int"
  | "float"
  | "bool"
  | "array"
  | "object"
  | "secureString"
  | "String"
  | "Int"
  | "Float"
  | "Bool"
  | "Array"
  | "Object"
  | "SecureString";

interface Parameter {
  readonly type: ParameterType;
  readonly defaultValue?: Json;
}

interface Variable {
  readonly type: "String" | "Boolean" | "Array" | "Integer";
  readonly defaultValue?: Json;
}

export interface PipelineDefinition extends Described {
  readonly activities: readonly Activity[];
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly variables?: Readonly<Record<string, Variable>>;
  readonly concurrency?: number;
}

interface Reference<T extends "DatasetReference" | "LinkedServiceReference" | "PipelineReference"> {
  readonly referenceName: string;
  readonly type: T;
  readonly parameters?: Readonly<Record<string, Json>>;
}

type DatasetReference = Reference<"DatasetReference">;
type LinkedServiceReference = Reference<"LinkedServiceReference">;
type PipelineReference = Reference<"PipelineReference">;

interface ActivityDependency {
  readonly activity: string;
  readonly dependencyConditions: readonly ("Succeeded" | "Failed" | "Skipped" | "Completed")[];
}

interface ActivityPolicy {
  readonly timeout?: Dynamic<string>;
  readonly retry?: Dynamic<number>;
  readonly retryIntervalInSeconds?: number;
  readonly secureInput?: boolean;
  readonly secureOutput?: boolean;
}

interface ActivityFrame<Type extends string, Properties> extends Pick<Described, "description"> {
  readonly name: string;
  readonly type: Type;
  readonly dependsOn?: readonly ActivityDependency[];
  readonly userProperties?: readonly { readonly name: string; readonly value: Json }[];
  readonly state?: "Active" | "Inactive";
  readonly onInactiveMarkAs?: "Succeeded" | "Failed" | "Skipped";
  readonly typeProperties: Properties;
}

interface ExecutionFrame<Type extends string, Properties> extends ActivityFrame<Type, Properties> {
  readonly policy?: ActivityPolicy;
}

interface WorkspaceFrame<Type extends string, Properties> extends ExecutionFrame<Type, Properties> {
  readonly linkedServiceName: LinkedServiceReference;
}

interface CopyFrame extends ExecutionFrame<"Copy", CopyProperties> {
  readonly inputs: readonly DatasetReference[];
  readonly outputs: readonly DatasetReference[];
}

export interface CopyProperties {
  readonly source: { readonly type: "DelimitedTextSource" | "BinarySource"; readonly [more: string]: Json };
  readonly sink: { readonly type: "DelimitedTextSink" | "BinarySink"; readonly [more: string]: Json };
  readonly translator?: JsonObject;
  readonly enableStaging?: boolean;
  readonly parallelCopies?: number;
  readonly dataIntegrationUnits?: number;
  readonly enableSkipIncompatibleRow?: Dynamic<boolean>;
  readonly redirectIncompatibleRowSettings?: JsonObject;
  readonly logSettings?: JsonObject;
  readonly skipErrorFile?: JsonObject;
  readonly validateDataConsistency?: Dynamic<boolean>;
}

export type Activity =
  | ExecutionFrame<"AppendVariable", { readonly variableName: string; readonly value: Json }>
  | CopyFrame
  | WorkspaceFrame<
      "DatabricksJob",
      { readonly jobId: Dynamic<string>; readonly jobParameters?: Readonly<Record<string, Json>> }
    >
  | WorkspaceFrame<
      "DatabricksNotebook",
      { readonly notebookPath: Dynamic<string>; readonly baseParameters?: Readonly<Record<string, Json>> }
    >
  | ExecutionFrame<
      "Delete",
      { readonly dataset: DatasetReference; readonly storeSettings?: JsonObject; readonly enableLogging?: false }
    >
  | ExecutionFrame<
      "ExecutePipeline",
      {
        readonly pipeline: PipelineReference;
        readonly parameters?: Readonly<Record<string, Json>>;
        readonly waitOnCompletion?: boolean;
      }
    >
  | ActivityFrame<"Fail", { readonly message: Dynamic<string>; readonly errorCode: Dynamic<string> }>
  | ActivityFrame<"Filter", { readonly items: ExpressionValue; readonly condition: ExpressionValue }>
  | ActivityFrame<
      "ForEach",
      {
        readonly items: ExpressionValue;
        readonly isSequential?: boolean;
        readonly batchCount?: number;
        readonly activities: readonly Activity[];
      }
    >
  | ExecutionFrame<
      "GetMetadata",
      {
        readonly dataset: DatasetReference;
        readonly fieldList: readonly Json[];
        readonly storeSettings?: JsonObject;
        readonly formatSettings?: JsonObject;
      }
    >
  | ActivityFrame<
      "IfCondition",
      {
        readonly expression: ExpressionValue;
        readonly ifTrueActivities?: readonly Activity[];
        readonly ifFalseActivities?: readonly Activity[];
      }
    >
  | ExecutionFrame<
      "Lookup",
      {
        readonly source: { readonly type: "DelimitedTextSource" | "JsonSource"; readonly [more: string]: Json };
        readonly dataset: DatasetReference;
        readonly firstRowOnly?: boolean;
      }
    >
  | ExecutionFrame<
      "SetVariable",
      { readonly variableName: string; readonly value: Json; readonly setSystemVariable?: boolean }
    >
  | ActivityFrame<
      "Switch",
      {
        readonly on: ExpressionValue;
        readonly cases?: readonly { readonly value: string; readonly activities: readonly Activity[] }[];
        readonly defaultActivities?: readonly Activity[];
      }
    >
  | ActivityFrame<
      "Until",
      {
        readonly expression: ExpressionValue;
        readonly timeout?: Dynamic<string>;
        readonly activities: readonly Activity[];
      }
    >
  | ActivityFrame<
      "Validation",
      {
        readonly dataset: DatasetReference;
        readonly timeout?: Dynamic<string>;
        readonly sleep?: Dynamic<number>;
        readonly minimumSize?: Dynamic<number>;
        readonly childItems?: Dynamic<boolean>;
      }
    >
  | ActivityFrame<"Wait", { readonly waitTimeInSeconds: Dynamic<number> }>
  | ExecutionFrame<
      "WebActivity",
      {
        readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
        readonly url: Dynamic<string>;
        readonly headers?: Readonly<Record<string, Dynamic<string>>>;
        readonly body?: Json;
        readonly authentication?: JsonObject;
        readonly httpRequestTimeout?: Dynamic<string>;
        readonly turnOffAsync?: boolean;
      }
    >;

type Location =
  | {
      readonly type: "HttpServerLocation";
      readonly relativeUrl?: Dynamic<string>;
      readonly folderPath?: Dynamic<string>;
      readonly fileName?: Dynamic<string>;
    }
  | {
      readonly type: "AzureBlobFSLocation";
      readonly fileSystem: Dynamic<string>;
      readonly folderPath?: Dynamic<string>;
      readonly fileName?: Dynamic<string>;
    }
  | {
      readonly type: "AzureBlobStorageLocation";
      readonly container: Dynamic<string>;
      readonly folderPath?: Dynamic<string>;
      readonly fileName?: Dynamic<string>;
    };

interface DatasetFrame<Type extends string, Properties> extends Described {
  readonly type: Type;
  readonly linkedServiceName: LinkedServiceReference;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly schema?: readonly Json[];
  readonly typeProperties: Properties & { readonly location: Location };
}

export type DatasetDefinition =
  | DatasetFrame<
      "DelimitedText",
      {
        readonly columnDelimiter?: Dynamic<string>;
        readonly rowDelimiter?: Dynamic<string>;
        readonly quoteChar?: Dynamic<string>;
        readonly escapeChar?: Dynamic<string>;
        readonly firstRowAsHeader?: Dynamic<boolean>;
        readonly nullValue?: Dynamic<string>;
        readonly encodingName?: Dynamic<string>;
        readonly compressionCodec?: Dynamic<string>;
        readonly compressionLevel?: Dynamic<string>;
      }
    >
  | DatasetFrame<"Binary", object>
  | DatasetFrame<"Json", { readonly encodingName?: Dynamic<string> }>;

interface LinkedServiceFrame<Type extends string, Properties> extends Described {
  readonly type: Type;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly typeProperties: Properties;
}

type Secret =
  | string
  | { readonly type: "SecureString"; readonly value: string }
  | { readonly type: "AzureKeyVaultSecret"; readonly store: LinkedServiceReference; readonly secretName: string };

export type LinkedServiceDefinition =
  | LinkedServiceFrame<
      "HttpServer",
      {
        readonly url: Dynamic<string>;
        readonly authenticationType?: "Anonymous" | "Basic";
        readonly userName?: Dynamic<string>;
        readonly password?: Secret;
        readonly authHeaders?: JsonObject;
        readonly enableServerCertificateValidation?: boolean;
      }
    >
  | LinkedServiceFrame<
      "AzureBlobFS",
      { readonly url: Dynamic<string>; readonly [more: string]: Json | ExpressionValue | undefined }
    >
  | LinkedServiceFrame<"AzureBlobStorage", { readonly [more: string]: Json | undefined }>
  | LinkedServiceFrame<
      "AzureDatabricks",
      { readonly domain?: Dynamic<string>; readonly [more: string]: Json | ExpressionValue | undefined }
    >
  | LinkedServiceFrame<"AzureKeyVault", { readonly baseUrl: string }>;

interface TriggeredPipeline {
  readonly pipelineReference: PipelineReference;
  readonly parameters?: Readonly<Record<string, Json>>;
}

interface TriggerFrame<Type extends string, Properties> extends Described {
  readonly type: Type;
  readonly runtimeState?: "Started" | "Stopped" | "Disabled";
  readonly typeProperties: Properties;
}

interface Recurrence {
  readonly frequency: "Minute" | "Hour" | "Day" | "Week" | "Month";
  readonly interval?: number;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly timeZone?: string;
  readonly schedule?: RecurrenceSchedule;
}

type WeekDay = "Sunday" | "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday";

interface RecurrenceSchedule {
  readonly minutes?: readonly number[];
  readonly hours?: readonly number[];
  readonly weekDays?: readonly WeekDay[];
  readonly monthDays?: readonly number[];
  readonly monthlyOccurrences?: readonly { readonly day: WeekDay; readonly occurrence?: number }[];
}

export type TriggerDefinition =
  | (TriggerFrame<"ScheduleTrigger", { readonly recurrence: Recurrence }> & {
      readonly pipelines: readonly TriggeredPipeline[];
    })
  | (TriggerFrame<
      "TumblingWindowTrigger",
      {
        readonly frequency: "Minute" | "Hour" | "Month";
        readonly interval: number;
        readonly startTime: string;
        readonly endTime?: string;
        readonly delay?: string;
        readonly maxConcurrency?: number;
        readonly retryPolicy?: { readonly count?: number; readonly intervalInSeconds?: number };
        readonly dependsOn?: readonly JsonObject[];
      }
    > & { readonly pipeline: TriggeredPipeline })
  | (TriggerFrame<
      "BlobEventsTrigger",
      {
        readonly blobPathBeginsWith?: string;
        readonly blobPathEndsWith?: string;
        readonly ignoreEmptyBlobs?: boolean;
        readonly scope: string;
        readonly events: readonly ("Microsoft.Storage.BlobCreated" | "Microsoft.Storage.BlobDeleted")[];
      }
    > & { readonly pipelines: readonly TriggeredPipeline[] });
