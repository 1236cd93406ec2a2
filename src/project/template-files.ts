import { stringify } from "yaml";
import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { synthFactory } from "../factory/model/define.ts";
import type { FactoryDefinition } from "../factory/model/definition.ts";
import type { BundleDefinition } from "./bundle-definition.ts";
import type { Artefact } from "./synth.ts";
import { TEMPLATES } from "./templates.ts";

/**
 * A small lakehouse in one of two spellings. A factory pipeline copies a file over HTTP into the raw zone and runs a job:
 * Auto Loader to bronze, a SQL notebook to silver, a materialized view with an expectation to gold. Where its source is
 * said to be, a folder of the project stands in.
 */
export function templateFiles(template: string): Artefact[] {
  switch (template) {
    case "native":
      return [
        ...synthFactory(FACTORY).map(({ path, text }) => ({ path: `factory/${path}`, text })),
        { path: "databricks.yml", text: stringify(BUNDLE, { lineWidth: 120 }) },
        { path: "boathouse.yml", text: stringify(SETTINGS, { lineWidth: 120 }) },
        ...SOURCES,
      ];
    case "typescript":
      return [
        { path: "boathouse.config.ts", text: configText() },
        { path: "factory.ts", text: definitionText("factory", "defineFactory", FACTORY) },
        { path: "workflow.ts", text: definitionText("bundle", "defineBundle", BUNDLE) },
        ...SOURCES,
      ];
    default:
      throw new BoathouseError("TEMPLATE_UNKNOWN", `There is no template "${template}".`, {
        kind: "usage",
        hint: didYouMean(template, TEMPLATES) ?? `There are: ${TEMPLATES.join(", ")}.`,
      });
  }
}

const LAKE = "abfss://raw@mylake.dfs.core.windows.net";

const FACTORY: FactoryDefinition = {
  name: "orders",
  linkedServices: {
    ls_shop: {
      type: "HttpServer",
      typeProperties: { url: "https://files.shop.example/", authenticationType: "Anonymous" },
    },
    ls_lake: { type: "AzureBlobFS", typeProperties: { url: "https://mylake.dfs.core.windows.net/" } },
    ls_databricks: {
      type: "AzureDatabricks",
      typeProperties: { domain: "https://adb-0000000000000000.0.azuredatabricks.net", authentication: "MSI" },
    },
  },
  datasets: {
    ds_shop: {
      type: "Binary",
      linkedServiceName: { referenceName: "ls_shop", type: "LinkedServiceReference" },
      parameters: { file: { type: "string" } },
      typeProperties: {
        location: { type: "HttpServerLocation", relativeUrl: { type: "Expression", value: "@dataset().file" } },
      },
    },
    ds_raw: {
      type: "Binary",
      linkedServiceName: { referenceName: "ls_lake", type: "LinkedServiceReference" },
      parameters: { file: { type: "string" } },
      typeProperties: {
        location: {
          type: "AzureBlobFSLocation",
          fileSystem: "raw",
          folderPath: "orders",
          fileName: { type: "Expression", value: "@dataset().file" },
        },
      },
    },
  },
  pipelines: {
    pl_orders: {
      parameters: { files: { type: "array", defaultValue: ["orders.csv"] } },
      activities: [
        {
          name: "EachFile",
          type: "ForEach",
          typeProperties: {
            items: { type: "Expression", value: "@pipeline().parameters.files" },
            activities: [
              {
                name: "Land",
                type: "Copy",
                policy: { retry: 2, retryIntervalInSeconds: 30 },
                inputs: [{ referenceName: "ds_shop", type: "DatasetReference", parameters: { file: "@item()" } }],
                outputs: [{ referenceName: "ds_raw", type: "DatasetReference", parameters: { file: "@item()" } }],
                typeProperties: {
                  source: {
                    type: "BinarySource",
                    storeSettings: { type: "HttpReadSettings", requestMethod: "GET" },
                  },
                  sink: { type: "BinarySink", storeSettings: { type: "AzureBlobFSWriteSettings" } },
                },
              },
            ],
          },
        },
        {
          name: "RunJob",
          type: "DatabricksJob",
          dependsOn: [{ activity: "EachFile", dependencyConditions: ["Succeeded"] }],
          linkedServiceName: { referenceName: "ls_databricks", type: "LinkedServiceReference" },
          typeProperties: { jobId: "orders" },
        },
      ],
    },
  },
};

const BUNDLE: BundleDefinition = {
  bundle: { name: "orders" },
  variables: { catalog: { description: "Where the tables are", default: "shop" } },
  resources: {
    storage_credentials: {
      lake: {
        name: "lake",
        azure_managed_identity: {
          access_connector_id:
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.Databricks/accessConnectors/shop",
        },
      },
    },
    external_locations: { raw: { name: "raw", url: LAKE, credential_name: "lake" } },
    catalogs: { shop: { name: "${var.catalog}" } },
    schemas: {
      bronze: { name: "bronze", catalog_name: "${resources.catalogs.shop.name}" },
      silver: { name: "silver", catalog_name: "${resources.catalogs.shop.name}" },
      gold: { name: "gold", catalog_name: "${resources.catalogs.shop.name}" },
    },
    pipelines: {
      bronze: {
        name: "orders-bronze",
        catalog: "${var.catalog}",
        schema: "bronze",
        configuration: { lake: LAKE },
        libraries: [{ glob: { include: "bronze/**" } }],
      },
      gold: {
        name: "orders-gold",
        catalog: "${var.catalog}",
        schema: "gold",
        libraries: [{ glob: { include: "gold/**" } }],
      },
    },
    jobs: {
      orders: {
        name: "orders",
        tasks: [
          { task_key: "bronze", pipeline_task: { pipeline_id: "${resources.pipelines.bronze.id}" } },
          {
            task_key: "silver",
            depends_on: [{ task_key: "bronze" }],
            notebook_task: { notebook_path: "silver/orders.sql", base_parameters: { catalog: "${var.catalog}" } },
          },
          {
            task_key: "gold",
            depends_on: [{ task_key: "silver" }],
            pipeline_task: { pipeline_id: "${resources.pipelines.gold.id}" },
          },
        ],
      },
    },
  },
};

const SETTINGS = {
  name: "orders",
  main: { pipeline: "pl_orders" },
  bindings: { "https://files.shop.example": "source" },
  report: [{ title: "Revenue", sql: "SELECT country, revenue FROM shop.gold.revenue ORDER BY revenue DESC" }],
} as const;

const SOURCES: readonly Artefact[] = [
  {
    path: "bronze/orders.sql",
    text: `-- Every file that lands in the raw zone is read once.
CREATE OR REFRESH STREAMING TABLE orders
COMMENT 'Orders as they arrived'
AS SELECT *, _metadata.file_name AS source_file
FROM STREAM read_files('\${lake}/orders/', format => 'csv', header => true);
`,
  },
  {
    path: "silver/orders.sql",
    text: `-- Databricks notebook source
USE CATALOG IDENTIFIER(:catalog);

-- COMMAND ----------

CREATE TABLE IF NOT EXISTS silver.orders (
  order_id INT NOT NULL,
  ordered_on DATE,
  country STRING,
  amount DECIMAL(10, 2)
);

-- COMMAND ----------

-- A second run finds every order again and changes nothing.
MERGE INTO silver.orders AS target
USING (
  SELECT DISTINCT
    try_cast(order_id AS INT) AS order_id,
    try_cast(ordered_on AS DATE) AS ordered_on,
    upper(trim(country)) AS country,
    try_cast(amount AS DECIMAL(10, 2)) AS amount
  FROM bronze.orders
  WHERE try_cast(order_id AS INT) IS NOT NULL
) AS source
ON target.order_id = source.order_id
WHEN NOT MATCHED THEN INSERT *;
`,
  },
  {
    path: "gold/revenue.sql",
    text: `CREATE OR REFRESH MATERIALIZED VIEW revenue (
  CONSTRAINT has_revenue EXPECT (revenue > 0) ON VIOLATION DROP ROW
)
COMMENT 'Revenue of each country'
AS SELECT country, count(*) AS orders, sum(amount) AS revenue
FROM silver.orders
GROUP BY country;
`,
  },
  {
    path: "source/orders.csv",
    text: `order_id,ordered_on,country,amount
1,2026-01-02,de,19.90
2,2026-01-02,fr,5.00
3,2026-01-03,de,120.00
3,2026-01-03,de,120.00
4,2026-01-04,it,not known
5,2026-01-05,fr,42.50
`,
  },
  {
    path: ".gitignore",
    text: ".boathouse/\n",
  },
];

function configText(): string {
  const { name, ...rest } = SETTINGS;
  return `import { defineProject } from "boathouse";
import { factory } from "./factory.ts";
import { bundle } from "./workflow.ts";

export default defineProject({
  name: ${JSON.stringify(name)},
  factory,
  bundle,
${typescript(rest).split("\n").slice(1, -1).join("\n")}
});
`;
}

function definitionText(name: string, define: string, value: object): string {
  return `import { ${define} } from "boathouse";\n\nexport const ${name} = ${define}(${typescript(value)});\n`;
}

/** Data as TypeScript writes it: names without quotes, commas at the ends. */
function typescript(value: object): string {
  return JSON.stringify(value, null, 2)
    .replace(/^(\s*)"([A-Za-z_]\w*)":/gm, "$1$2:")
    .replace(/([^,{[\n])(?=\n\s*[}\]])/g, "$1,");
}
