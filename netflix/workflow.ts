import { defineBundle } from "boathouse";

const ACCESS_CONNECTOR =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/netflix/providers/Microsoft.Databricks/accessConnectors/netflix-access";

/**
 * The workflow and what it needs: the credential and locations of the lake, two pipelines, and the job that runs bronze,
 * silver and gold. The same data as YAML: `boathouse synth netflix`.
 */
export const bundle = defineBundle({
  bundle: { name: "netflix" },
  variables: {
    catalog: { description: "Where the tables are", default: "netflix" },
    lake: { description: "The raw zone", default: "abfss://raw@netflixlake.dfs.core.windows.net" },
  },
  resources: {
    storage_credentials: {
      lake: {
        name: "netflix_lake",
        comment: "The managed identity of the Access Connector",
        azure_managed_identity: { access_connector_id: ACCESS_CONNECTOR },
      },
    },
    external_locations: {
      raw: {
        name: "netflix_raw",
        url: "${var.lake}",
        credential_name: "netflix_lake",
        comment: "Files as the factory lands them",
      },
    },
    pipelines: {
      bronze: {
        name: "netflix-bronze",
        catalog: "${var.catalog}",
        schema: "bronze",
        configuration: { lake: "${var.lake}" },
        libraries: [{ glob: { include: "bronze/**" } }],
      },
      gold: {
        name: "netflix-gold",
        catalog: "${var.catalog}",
        schema: "gold",
        libraries: [{ glob: { include: "gold/**" } }],
      },
    },
    jobs: {
      netflix: {
        name: "netflix",
        max_concurrent_runs: 1,
        queue: { enabled: true },
        parameters: [{ name: "catalog", default: "${var.catalog}" }],
        schedule: {
          quartz_cron_expression: "0 0 6 * * ?",
          timezone_id: "UTC",
          pause_status: "PAUSED",
        },
        tasks: [
          {
            task_key: "unity_catalog",
            description: "Schemas, policies and grants",
            notebook_task: { notebook_path: "governance/unity_catalog.sql" },
          },
          {
            task_key: "bronze",
            depends_on: [{ task_key: "unity_catalog" }],
            pipeline_task: { pipeline_id: "${resources.pipelines.bronze.id}" },
          },
          {
            task_key: "lookup_locations",
            description: "Which lookups there are",
            depends_on: [{ task_key: "bronze" }],
            sql_task: { warehouse_id: "local", file: { path: "silver/lookup_locations.sql" } },
          },
          {
            task_key: "lookups",
            depends_on: [{ task_key: "lookup_locations" }],
            for_each_task: {
              inputs: "{{tasks.lookup_locations.output.rows}}",
              concurrency: 4,
              task: {
                task_key: "lookup",
                notebook_task: {
                  notebook_path: "silver/lookup.sql",
                  base_parameters: {
                    source: "{{input.source}}",
                    value_column: "{{input.value_column}}",
                    target: "{{input.target}}",
                  },
                },
              },
            },
          },
          {
            task_key: "is_sunday",
            description: "A full rebuild on Sundays, what is new on other days",
            depends_on: [{ task_key: "bronze" }],
            condition_task: { op: "EQUAL_TO", left: "{{job.start_time.iso_weekday}}", right: "7" },
          },
          {
            task_key: "titles_rebuild",
            depends_on: [{ task_key: "is_sunday", outcome: "true" }],
            notebook_task: { notebook_path: "silver/titles.sql", base_parameters: { rebuild: "true" } },
          },
          {
            task_key: "titles_update",
            depends_on: [{ task_key: "is_sunday", outcome: "false" }],
            notebook_task: { notebook_path: "silver/titles.sql", base_parameters: { rebuild: "false" } },
          },
          {
            task_key: "gold",
            depends_on: [{ task_key: "lookups" }, { task_key: "titles_rebuild" }, { task_key: "titles_update" }],
            run_if: "NONE_FAILED",
            pipeline_task: { pipeline_id: "${resources.pipelines.gold.id}" },
          },
        ],
      },
    },
  },
  targets: { local: { default: true } },
});
