import { Databases } from "../conformance/databases.ts";
import { SqlSession } from "../conformance/sql-session.ts";
import { answerOf, differenceOf, type Difference } from "./compare.ts";
import type { Spark, SparkAnswer } from "./spark.ts";
import { TABLES } from "./table.ts";

/** How a session is set. */
export interface Mode {
  readonly ansi: boolean;
  readonly timeZone: string;
}

export interface Statement {
  readonly text: string;
  readonly ordered: boolean;
  /** The same over one row of a table: Spark starts a job for a SELECT without FROM, and takes three times as long. */
  readonly forSpark: string;
}

/** Both engines, with the same tables. */
export class Sides {
  readonly #spark: Spark;
  readonly #databases = new Databases();
  readonly #sessions = new Map<string, Promise<SqlSession>>();
  #prepared = "";

  constructor(spark: Spark) {
    this.#spark = spark;
  }

  async session(mode: Mode): Promise<SqlSession> {
    const key = JSON.stringify(mode);
    const open = this.#sessions.get(key) ?? this.#open(mode);
    this.#sessions.set(key, open);
    return open;
  }

  async #open(mode: Mode): Promise<SqlSession> {
    const session = new SqlSession(this.#databases, mode);
    for (const [name, query] of Object.entries(TABLES)) await session.run(`CREATE TABLE ${name} AS ${query}`);
    return session;
  }

  /** The differences, one for each statement. */
  async compare(mode: Mode, statements: readonly Statement[]): Promise<(Difference | undefined)[]> {
    const answers = await this.answers(mode, statements);
    return answers.map(([ours, theirs], index) => differenceOf(ours, theirs, statements[index]?.ordered ?? false));
  }

  /** Our answer and Spark's. */
  async answers(mode: Mode, statements: readonly Statement[]): Promise<(readonly [SparkAnswer, SparkAnswer])[]> {
    if (statements.length === 0) return [];
    const key = JSON.stringify(mode);
    const setup = Object.entries(TABLES).map(([name, query]) => `CREATE OR REPLACE TEMPORARY VIEW ${name} AS ${query}`);
    const theirs = this.#spark.run({
      ...mode,
      setup: this.#prepared === key ? [] : setup,
      queries: statements.map(({ forSpark }) => forSpark),
    });
    this.#prepared = key;
    const session = await this.session(mode);
    const ours: SparkAnswer[] = [];
    for (const { text } of statements) ours.push(await answerOf(() => session.run(text)));
    const answers = await theirs;
    return ours.map((own, index) => {
      const other = answers[index];
      if (other === undefined) throw new RangeError("Spark gave too few answers.");
      return [own, other] as const;
    });
  }

  async close(): Promise<void> {
    await this.#databases.close();
  }
}
