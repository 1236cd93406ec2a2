import { defineFactory } from "boathouse";

/**
 * The factory: asks GitHub what there is, checks that everything wanted is there, copies each file into the raw zone, and
 * hands over to the workflow. The same data as JSON: `boathouse synth netflix`.
 */
export const factory = defineFactory({
  name: "netflix-factory",
  linkedServices: {
    ls_github: {
      type: "HttpServer",
      typeProperties: { url: "https://raw.githubusercontent.com/", authenticationType: "Anonymous" },
    },
    ls_lake: {
      type: "AzureBlobFS",
      typeProperties: { url: "https://netflixlake.dfs.core.windows.net/" },
    },
    ls_databricks: {
      type: "AzureDatabricks",
      typeProperties: { domain: "https://adb-0000000000000000.0.azuredatabricks.net", authentication: "MSI" },
    },
  },
  datasets: {
    ds_github: {
      type: "DelimitedText",
      linkedServiceName: { referenceName: "ls_github", type: "LinkedServiceReference" },
      parameters: {
        repository: { type: "string" },
        ref: { type: "string" },
        path: { type: "string" },
        file_name: { type: "string" },
      },
      typeProperties: {
        location: {
          type: "HttpServerLocation",
          relativeUrl: {
            type: "Expression",
            value: "@{dataset().repository}/refs/heads/@{dataset().ref}/@{dataset().path}/@{dataset().file_name}",
          },
        },
        columnDelimiter: ",",
        quoteChar: '"',
        escapeChar: '"',
        firstRowAsHeader: true,
      },
    },
    ds_raw: {
      type: "DelimitedText",
      linkedServiceName: { referenceName: "ls_lake", type: "LinkedServiceReference" },
      parameters: { folder_name: { type: "string" }, file_name: { type: "string" } },
      typeProperties: {
        location: {
          type: "AzureBlobFSLocation",
          fileSystem: "raw",
          folderPath: { type: "Expression", value: "@dataset().folder_name" },
          fileName: { type: "Expression", value: "@dataset().file_name" },
        },
        columnDelimiter: ",",
        quoteChar: '"',
        escapeChar: '"',
        firstRowAsHeader: true,
      },
    },
  },
  pipelines: {
    pl_netflix: {
      description: "From GitHub to gold",
      parameters: {
        owner: { type: "string", defaultValue: "anshlambagit" },
        repo: { type: "string", defaultValue: "Netflix_Azure_Data_Engineering_Project" },
        ref: { type: "string", defaultValue: "main" },
        path: { type: "string", defaultValue: "RawData_AND_Notebooks" },
        p_array: {
          type: "array",
          defaultValue: [
            { folder_name: "titles", file_name: "netflix_titles.csv" },
            { folder_name: "cast", file_name: "netflix_cast.csv" },
            { folder_name: "category", file_name: "netflix_category.csv" },
            { folder_name: "countries", file_name: "netflix_countries.csv" },
            { folder_name: "directors", file_name: "netflix_directors.csv" },
          ],
        },
      },
      variables: { githubmetadata: { type: "String" } },
      activities: [
        {
          name: "GithubMetadata",
          description: "What GitHub says the folder holds",
          type: "WebActivity",
          policy: { timeout: "0.00:10:00", retry: 2, retryIntervalInSeconds: 30 },
          typeProperties: {
            method: "GET",
            url: {
              type: "Expression",
              value:
                "https://api.github.com/repos/@{pipeline().parameters.owner}/@{pipeline().parameters.repo}/contents/@{pipeline().parameters.path}?ref=@{pipeline().parameters.ref}",
            },
            headers: { Accept: "application/vnd.github+json", "User-Agent": "netflix-factory" },
          },
        },
        {
          name: "RememberMetadata",
          type: "SetVariable",
          dependsOn: [{ activity: "GithubMetadata", dependencyConditions: ["Succeeded"] }],
          typeProperties: {
            variableName: "githubmetadata",
            value: { type: "Expression", value: "@string(activity('GithubMetadata').output)" },
          },
        },
        {
          name: "MissingFiles",
          description: "Wanted, and not in GitHub's list",
          type: "Filter",
          dependsOn: [{ activity: "RememberMetadata", dependencyConditions: ["Succeeded"] }],
          typeProperties: {
            items: { type: "Expression", value: "@pipeline().parameters.p_array" },
            condition: { type: "Expression", value: "@not(contains(variables('githubmetadata'), item().file_name))" },
          },
        },
        {
          name: "ValidationGithub",
          type: "IfCondition",
          dependsOn: [{ activity: "MissingFiles", dependencyConditions: ["Succeeded"] }],
          typeProperties: {
            expression: {
              type: "Expression",
              value: "@greater(activity('MissingFiles').output.FilteredItemsCount, 0)",
            },
            ifTrueActivities: [
              {
                name: "SourceIncomplete",
                type: "Fail",
                typeProperties: {
                  message: {
                    type: "Expression",
                    value:
                      "@concat('The source lacks ', string(activity('MissingFiles').output.Value), '. Check owner, repo, ref and path.')",
                  },
                  errorCode: "SourceIncomplete",
                },
              },
            ],
          },
        },
        {
          name: "ForAllTheFiles",
          type: "ForEach",
          dependsOn: [{ activity: "ValidationGithub", dependencyConditions: ["Succeeded"] }],
          typeProperties: {
            items: { type: "Expression", value: "@pipeline().parameters.p_array" },
            activities: [
              {
                name: "CopyGithubData",
                type: "Copy",
                policy: { timeout: "0.12:00:00", retry: 1, retryIntervalInSeconds: 30 },
                inputs: [
                  {
                    referenceName: "ds_github",
                    type: "DatasetReference",
                    parameters: {
                      repository: "@concat(pipeline().parameters.owner, '/', pipeline().parameters.repo)",
                      ref: "@pipeline().parameters.ref",
                      path: "@pipeline().parameters.path",
                      file_name: "@item().file_name",
                    },
                  },
                ],
                outputs: [
                  {
                    referenceName: "ds_raw",
                    type: "DatasetReference",
                    parameters: { folder_name: "@item().folder_name", file_name: "@item().file_name" },
                  },
                ],
                typeProperties: {
                  source: {
                    type: "DelimitedTextSource",
                    storeSettings: { type: "HttpReadSettings", requestMethod: "GET" },
                    formatSettings: { type: "DelimitedTextReadSettings" },
                  },
                  sink: {
                    type: "DelimitedTextSink",
                    storeSettings: { type: "AzureBlobFSWriteSettings" },
                    formatSettings: { type: "DelimitedTextWriteSettings", quoteAllText: true, fileExtension: ".txt" },
                  },
                  enableStaging: false,
                },
              },
            ],
          },
        },
        {
          name: "ValidateLanding",
          description: "The titles are in the raw zone",
          type: "Validation",
          dependsOn: [{ activity: "ForAllTheFiles", dependencyConditions: ["Succeeded"] }],
          typeProperties: {
            dataset: {
              referenceName: "ds_raw",
              type: "DatasetReference",
              parameters: { folder_name: "titles", file_name: "netflix_titles.csv" },
            },
            timeout: "0.00:10:00",
            sleep: 10,
            minimumSize: 1,
          },
        },
        {
          name: "RunWorkflow",
          type: "DatabricksJob",
          dependsOn: [{ activity: "ValidateLanding", dependencyConditions: ["Succeeded"] }],
          linkedServiceName: { referenceName: "ls_databricks", type: "LinkedServiceReference" },
          typeProperties: { jobId: "netflix" },
        },
      ],
    },
  },
  triggers: {
    tr_daily: {
      type: "ScheduleTrigger",
      runtimeState: "Stopped",
      pipelines: [{ pipelineReference: { referenceName: "pl_netflix", type: "PipelineReference" } }],
      typeProperties: {
        recurrence: {
          frequency: "Day",
          interval: 1,
          startTime: "2026-01-01T05:00:00Z",
          timeZone: "UTC",
        },
      },
    },
  },
});
