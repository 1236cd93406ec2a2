import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Row } from "../../src/core/value.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { serveFolder } from "../../src/project/serve-folder.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import type { RunOutcome } from "../../src/runs/execution.ts";

const PROJECT = resolve(import.meta.dirname, "../projects/orders");
export const OWNER = "owner@example.com";

/** The project of native artefacts in a lakehouse of its own, its source served over HTTP. */
export interface Orders {
  readonly lakehouse: Lakehouse;
  readonly root: string;
  /** The folder that is served. */
  readonly source: string;
  run(): Promise<RunOutcome>;
  rows(sql: string, user?: string): Promise<Row[]>;
  versions(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export const TABLES = [
  "bronze.orders",
  "bronze.products",
  "silver.order_items",
  "gold.revenue_by_category",
  "gold.customers",
];

/** Opens the project over a folder that `writeSource` has filled. */
export async function openOrders(): Promise<Orders> {
  const folder = await mkdtemp(join(tmpdir(), "orders-"));
  const source = join(folder, "source");
  const root = join(folder, "root");
  await writeSource(source);
  const server = await serveFolder(source);
  const lakehouse = await Lakehouse.open({
    root,
    project: PROJECT,
    user: OWNER,
    bindings: { "https://files.shop.example": server.url },
  });
  const rows: Orders["rows"] = async (sql, user) => {
    const session = await lakehouse.session({ catalog: "shop", ...(user === undefined ? {} : { user }) });
    try {
      return await (await session.sql(sql)).rows();
    } finally {
      await session.close();
    }
  };
  return {
    lakehouse,
    root,
    source,
    rows,
    async run() {
      await lakehouse.deploy();
      return (await lakehouse.runFactoryPipeline("pl_orders")).finished;
    },
    async versions() {
      const session = await lakehouse.session({ catalog: "shop" });
      const found: Record<string, number> = {};
      for (const table of TABLES) found[table] = (await session.tableState(table))?.version ?? -1;
      await session.close();
      return found;
    },
    async close() {
      await lakehouse.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Item {
  readonly sku: string;
  readonly quantity: number;
  readonly price: number;
}

interface Order {
  readonly id: number | string;
  readonly placed_at: string;
  readonly customer: { readonly name: string; readonly address: { readonly country: string; readonly city: string } };
  readonly items: readonly Item[];
  readonly [more: string]: unknown;
}

const PRODUCTS = [
  { sku: "A-1", category: "books" },
  { sku: "B-2", category: "games" },
  { sku: "C-3", category: "books" },
];

/** Two days of orders, the products, and the manifest that names the files. */
async function writeSource(folder: string): Promise<void> {
  await mkdir(join(folder, "orders"), { recursive: true });
  await mkdir(join(folder, "products"), { recursive: true });
  const first = [
    order(1, "2026-03-01T09:30:00Z", "Ada", "de", [item("A-1", 2, 9.5), item("B-2", 1, 40)]),
    order(2, "2026-03-01T10:00:00Z", "Bo", "fr", [item("C-3", 3, 5.25)]),
    order(3, "2026-03-01T11:15:00Z", "Ada", "de", []),
    order(7, "2026-03-01T12:00:00Z", "Eve", "it", [item("C-3", 1, 0)]),
  ];
  const second = [
    // The same order again, with what it has become.
    order(2, "2026-03-02T08:00:00Z", "Bo", "fr", [item("C-3", 4, 5.25)]),
    order(4, "2026-03-02T09:00:00Z", "Cy", "de", [item("B-2", 2, 38.5), item("A-1", 1, 0)]),
  ];
  await writeFile(join(folder, "orders/2026-03-01.json"), lines(first));
  await writeFile(join(folder, "orders/2026-03-02.json"), `${lines(second)}{"id": 5, "placed_at": "2026-03-02T\n`);
  await writeProducts(join(folder, "products/products.parquet"));
  await writeManifest(folder, [
    { folder: "orders", file: "2026-03-01.json" },
    { folder: "orders", file: "2026-03-02.json" },
    { folder: "products", file: "products.parquet" },
  ]);
}

/** A third day: an order with a field that the others have not, and one whose id is no number. */
export async function addDay(folder: string): Promise<void> {
  const more = { ...order(6, "2026-03-03T07:00:00Z", "Di", "es", [item("B-2", 1, 41)]), coupon: "SPRING" };
  const odd = { ...order(8, "2026-03-03T08:00:00Z", "Flo", "es", []), id: "eight" };
  await writeFile(join(folder, "orders/2026-03-03.json"), lines([more, odd]));
  await writeManifest(folder, [
    { folder: "orders", file: "2026-03-01.json" },
    { folder: "orders", file: "2026-03-02.json" },
    { folder: "orders", file: "2026-03-03.json" },
    { folder: "products", file: "products.parquet" },
  ]);
}

async function writeManifest(folder: string, files: readonly { folder: string; file: string }[]): Promise<void> {
  await writeFile(join(folder, "manifest.json"), JSON.stringify(files));
}

async function writeProducts(path: string): Promise<void> {
  const database = await DuckDb.open();
  const connection = await database.connect();
  const values = PRODUCTS.map(({ sku, category }) => `('${sku}', '${category}')`);
  await connection.run(`COPY (SELECT * FROM (VALUES ${values.join(", ")}) AS p (sku, category)) TO '${path}'`);
  connection.close();
  await database.close();
}

function order(id: number, placed: string, name: string, country: string, items: readonly Item[]): Order {
  return { id, placed_at: placed, customer: { name, address: { country, city: "X" } }, items };
}

function item(sku: string, quantity: number, price: number): Item {
  return { sku, quantity, price };
}

function lines(records: readonly Order[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
