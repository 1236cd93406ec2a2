import type { State } from "../../state/state.ts";
import type { LandingRow, LandingTables } from "./migrations.ts";

/** What one file of a copy counted. */
export interface FileCounts {
  readonly dataRead: number;
  readonly dataWritten: number;
  readonly rowsRead?: number;
  readonly rowsCopied?: number;
  readonly rowsSkipped?: number;
}

/** What is known of a target. */
export interface Landing {
  readonly target: string;
  readonly source: string;
  readonly sourceEtag: string;
  readonly sourceSha256: string | undefined;
  readonly settings: string;
  readonly targetEtag: string;
  readonly identity: string;
  readonly counts: FileCounts;
}

/** The record of what has landed, in the control plane's database: what makes a landing happen once. */
export class Landings {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async find(target: string): Promise<Landing | undefined> {
    const row = await this.#db
      .selectFrom("factory_landing")
      .selectAll()
      .where("target", "=", target)
      .executeTakeFirst();
    return row === undefined ? undefined : landingOf(row);
  }

  async record(landing: Landing, at: number): Promise<void> {
    const row: LandingRow = {
      target: landing.target,
      source: landing.source,
      source_etag: landing.sourceEtag,
      source_sha256: landing.sourceSha256 ?? null,
      settings: landing.settings,
      target_etag: landing.targetEtag,
      identity: landing.identity,
      counts: JSON.stringify(landing.counts),
      landed_at: at,
    };
    const { target: _, ...update } = row;
    await this.#db
      .insertInto("factory_landing")
      .values(row)
      .onConflict((conflict) => conflict.column("target").doUpdateSet(update))
      .execute();
  }

  get #db() {
    return this.#state.db.withTables<LandingTables>();
  }
}

function landingOf(row: LandingRow): Landing {
  return {
    target: row.target,
    source: row.source,
    sourceEtag: row.source_etag,
    sourceSha256: row.source_sha256 ?? undefined,
    settings: row.settings,
    targetEtag: row.target_etag,
    identity: row.identity,
    counts: JSON.parse(row.counts) as FileCounts,
  };
}
