import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "../../src/core/value.ts";
import type { Session, StatementOptions, StatementResult } from "../../src/engine/session.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { parseScript } from "../../src/sql/parser/parse.ts";

/** Who owns the metastore. */
export const OWNER = "owner@example.com";
/** A user without any privilege. */
export const ANA = "ana@example.com";
/** A user in the group `readers`. */
export const RAY = "ray@example.com";

/** A lakehouse without a project: the catalog `main` with the schema `s`, some users, and SQL. */
export interface TestLakehouse {
  readonly folder: string;
  readonly lakehouse: Lakehouse;
  /** Runs a statement as the owner, in a session that stays. */
  sql(text: string, options?: StatementOptions): Promise<StatementResult>;
  rows(text: string): Promise<Row[]>;
  /** The rows of a statement as arrays of values, as somebody. */
  as(user: string, text: string): Promise<unknown[][]>;
  /** The rows of a statement as arrays of values. */
  values(text: string): Promise<unknown[][]>;
  /** Runs several statements, with semicolons between them. */
  run(script: string): Promise<void>;
  close(): Promise<void>;
}

export async function openTestLakehouse(): Promise<TestLakehouse> {
  const folder = await mkdtemp(join(tmpdir(), "engine-"));
  const lakehouse = await Lakehouse.open({ root: join(folder, "root"), user: OWNER, threads: 1 });
  const catalog = await lakehouse.catalog();
  for (const name of [ANA, RAY]) await catalog.createPrincipal(OWNER, { name, kind: "user" });
  await catalog.createPrincipal(OWNER, { name: "readers", kind: "group" });
  await catalog.addMember(OWNER, "readers", RAY);
  await catalog.createCatalog(OWNER, { name: "main" });
  await catalog.createSchema(OWNER, { name: ["main", "s"] });
  const sessions = new Map<string, Promise<Session>>();
  const sessionOf = (user: string): Promise<Session> => {
    const found = sessions.get(user) ?? lakehouse.session({ user, catalog: "main", schema: "s" });
    sessions.set(user, found);
    return found;
  };
  const values = async (user: string, text: string): Promise<unknown[][]> => {
    const result = await (await sessionOf(user)).sql(text);
    const rows: unknown[][] = [];
    for await (const { rowCount, columns } of result.batches()) {
      for (let row = 0; row < rowCount; row += 1) rows.push(columns.map((column) => plain(column[row])));
    }
    return rows;
  };
  return {
    folder,
    lakehouse,
    sql: async (text, options) => (await sessionOf(OWNER)).sql(text, options),
    rows: async (text) => (await (await sessionOf(OWNER)).sql(text)).rows(),
    as: values,
    values: (text) => values(OWNER, text),
    async run(script) {
      for (const { span } of parseScript(script)) await values(OWNER, script.slice(span.start, span.end));
    },
    async close() {
      for (const session of sessions.values()) await (await session).close();
      await lakehouse.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whole numbers of any width as numbers. */
function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
