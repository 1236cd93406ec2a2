import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BoathouseError, messageOf } from "../../../src/core/errors.ts";
import { textOf } from "../../../src/core/value.ts";
import type { Session, StatementResult } from "../../../src/engine/session.ts";
import { Lakehouse } from "../../../src/project/lakehouse.ts";
import { contentOf } from "../canonical.ts";
import { compareContent } from "../compare.ts";
import { DELTA_RS_LIMITS } from "../delta-rs-limits.ts";
import type { DeltaSpark } from "../delta-spark.ts";
import type { Reader } from "../reader.ts";
import type { Report } from "../report.ts";
import type { Ask, PeerCase, Refusal, Run, Step } from "./case.ts";

export interface Judges {
  readonly spark: DeltaSpark;
  readonly deltaRs: Reader;
  readonly work: string;
}

export async function checkMatrix(report: Report, cases: readonly PeerCase[], judges: Judges): Promise<void> {
  const lakehouse = await Lakehouse.open({ root: join(judges.work, "matrix") });
  const session = await lakehouse.session();
  for (const statement of ["CREATE CATALOG peers", "USE CATALOG peers", "CREATE SCHEMA peers.matrix"]) {
    await session.sql(statement);
  }
  const { storage } = await lakehouse.platform();
  for (const [index, each] of cases.entries()) {
    await report.check(each.name, async () => {
      const folder = join(judges.work, `case${index}`);
      await mkdir(folder, { recursive: true });
      const running = new RunningCase({ ...judges, session, folder, index, pathOf: (url) => storage.localPath(url) });
      return running.run(each);
    });
  }
  await session.close();
  await lakehouse.close();
}

interface Surroundings extends Judges {
  readonly session: Session;
  readonly folder: string;
  readonly index: number;
  readonly pathOf: (location: string) => string;
}

class RunningCase {
  readonly #at: Surroundings;
  readonly #rows: string;
  /** Folders of the tables that exist, by the name in braces. */
  readonly #paths = new Map<string, string>();
  #reads = 0;
  #notDeltaRs: string | undefined;

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
    this.#rows = join(surroundings.folder, "rows.ndjson");
  }

  async run({ steps, log = [], notDeltaRs }: PeerCase): Promise<string> {
    this.#notDeltaRs = notDeltaRs;
    for (const [index, step] of steps.entries()) {
      try {
        await this.#step(step);
      } catch (error) {
        const code = error instanceof BoathouseError ? `${error.code}: ` : "";
        throw new Error(`at step ${index + 1}, ${titleOf(step)}: ${code}${messageOf(error)}`, { cause: error });
      }
    }
    await this.#expectInLog(log);
    return `${steps.length} steps, ${this.#reads} readings`;
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case "run":
        await this.#run(step);
        await this.#readByAll(step.table);
        return;
      case "ask":
        return this.#ask(step);
      case "refuse":
        return this.#refuse(step);
    }
  }

  async #run({ by, statements, before = [] }: Run): Promise<void> {
    await this.#at.spark.run(before.map((each) => this.#sparks(each)));
    for (const statement of statements) {
      if (by === "us") await (await this.#at.session.sql(this.#ours(statement))).rows();
      else await this.#at.spark.run([this.#sparks(statement)]);
    }
    const named = new Set(statements.flatMap((each) => [...each.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)));
    for (const name of named) {
      if (name !== "folder" && !this.#paths.has(name)) await this.#learn(name, by);
    }
  }

  /** Where a table is that a step has made; one that Spark made comes into our catalog. */
  async #learn(name: string, by: Run["by"]): Promise<void> {
    const { session, folder, pathOf } = this.#at;
    if (by === "us") {
      const [detail] = await (await session.sql(`DESCRIBE DETAIL ${this.#name(name)}`)).rows();
      this.#paths.set(name, await realpath(pathOf(textOf(detail?.["location"]))));
      return;
    }
    const path = join(folder, name);
    if (!existsSync(join(path, "_delta_log"))) return;
    await session.sql(`CREATE TABLE ${this.#name(name)} USING DELTA LOCATION '${pathToFileURL(path).href}'`);
    this.#paths.set(name, path);
  }

  async #readByAll(table: string): Promise<void> {
    const { session, spark, deltaRs } = this.#at;
    const path = this.#paths.get(table);
    if (path === undefined) throw new Error(`There is no table {${table}}.`);
    const ours = await contentOf(await session.sql(`SELECT * FROM ${this.#name(table)}`));
    const limit = await this.#limitOf(table);
    for (const reader of limit === undefined ? [spark, deltaRs] : [spark]) {
      await compareContent(ours, await reader.read(path, this.#rows), reader.name, this.#rows);
      this.#reads += 1;
    }
  }

  /** Why delta-rs is not asked. */
  async #limitOf(table: string): Promise<string | undefined> {
    if (this.#notDeltaRs !== undefined) return this.#notDeltaRs;
    const [detail] = await (await this.#at.session.sql(`DESCRIBE DETAIL ${this.#name(table)}`)).rows();
    const features: unknown = detail?.["tableFeatures"];
    if (!Array.isArray(features)) return undefined;
    return features.map((feature) => DELTA_RS_LIMITS[String(feature)]).find((reason) => reason !== undefined);
  }

  async #ask({ ours, sparks, columns }: Ask): Promise<void> {
    const result = await this.#at.session.sql(this.#ours(ours));
    const content = await contentOf(columns === undefined ? result : pick(result, columns));
    const theirs = await this.#at.spark.query(this.#sparks(sparks), this.#rows, columns);
    await compareContent(content, theirs, "Spark", this.#rows);
  }

  async #refuse({ by, statement, condition }: Refusal): Promise<void> {
    let refusal: string | undefined;
    try {
      await this.#run({ kind: "run", by, statements: [statement], table: "" });
    } catch (error) {
      refusal = `${error instanceof BoathouseError ? `${error.code}: ` : ""}${messageOf(error)}`;
    }
    if (refusal === undefined) throw new Error("The statement was not refused.");
    if (!condition.test(refusal)) throw new Error(`The refusal is not ${condition.source}, it is ${refusal}`);
  }

  async #expectInLog(wanted: readonly RegExp[]): Promise<void> {
    if (wanted.length === 0) return;
    const folder = join(this.#paths.get("t") ?? "", "_delta_log");
    const names = (await readdir(folder, { recursive: true })).toSorted();
    const commits = names.filter((name) => name.endsWith(".json"));
    const texts = await Promise.all(commits.map((name) => readFile(join(folder, name), "utf8")));
    const log = [...names, ...texts].join("\n");
    const missing = wanted.filter((each) => !each.test(log)).map((each) => each.source);
    if (missing.length > 0) throw new Error(`The log has no ${missing.join(", no ")}.`);
  }

  #name(table: string): string {
    return `peers.matrix.${table}_${this.#at.index}`;
  }

  #ours(text: string): string {
    return this.#fill(text, (table) => this.#name(table));
  }

  #sparks(text: string): string {
    return this.#fill(text, (table) => `delta.\`${this.#pathOf(table)}\``);
  }

  #fill(text: string, table: (name: string) => string): string {
    return text.replaceAll(/\{(\w+)(\.path)?\}/g, (_, name: string, path?: string) => {
      if (name === "folder") return this.#at.folder;
      return path === undefined ? table(name) : this.#pathOf(name);
    });
  }

  #pathOf(table: string): string {
    return this.#paths.get(table) ?? join(this.#at.folder, table);
  }
}

function titleOf(step: Step): string {
  if (step.kind === "ask") return short(step.ours);
  return `${step.by}: ${short(step.kind === "run" ? step.statements.join("; ") : step.statement)}`;
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** Some columns of a result. */
function pick(result: StatementResult, names: readonly string[]): Pick<StatementResult, "schema" | "batches"> {
  const places = names.map((name) => result.schema.fields.findIndex((field) => field.name === name));
  const missing = names.filter((_, index) => (places[index] ?? -1) < 0);
  if (missing.length > 0) throw new Error(`The answer has no ${missing.join(", ")}.`);
  return {
    schema: { ...result.schema, fields: places.flatMap((place) => result.schema.fields[place] ?? []) },
    async *batches() {
      for await (const batch of result.batches()) {
        yield { ...batch, columns: places.flatMap((place) => [batch.columns[place] ?? []]) };
      }
    },
  };
}
