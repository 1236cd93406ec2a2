import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { RunLog } from "../../src/runs/run-log.ts";
import { checksums } from "./checksums.ts";
import { REPOSITORY, TABLES } from "./flagship.ts";

/** At how many moments it dies. */
const KILLS = 10;
const SEED = 20_260_301;

/** What a lakehouse holds after its last run. */
interface State {
  readonly tables: Record<string, string>;
  readonly versions: Record<string, number>;
}

describe("the flagship, killed and started again", () => {
  let folder: string;
  let undisturbed: State;
  /** How many events a run tells. */
  let events: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "killed-"));
    const root = join(folder, "undisturbed");
    ({ events } = await run(root));
    undisturbed = await stateOf(root);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(moments())("ends with the same tables when it dies after %f of its events", async (part) => {
    const root = join(folder, `killed-${part}`);
    expect(await run(root, part * events)).toMatchObject({ killed: true });
    await run(root);
    const state = await stateOf(root);
    expect(state.tables).toEqual(undisturbed.tables);
    await run(root);
    expect(await stateOf(root)).toEqual(state);
    await rm(root, { recursive: true, force: true });
  });

  it("ends with the same tables when it dies ten times", async () => {
    const root = join(folder, "often");
    const random = randomFrom(SEED + 1);
    // What goes on has less left to do, so most of these are early.
    for (let kill = 0; kill < KILLS; kill += 1) await run(root, (random() * events) / (2 + kill));
    await run(root);
    expect((await stateOf(root)).tables).toEqual(undisturbed.tables);
  });
});

/** Random moments, spread over the whole of a run, as parts of it. */
function moments(): number[] {
  const random = randomFrom(SEED);
  return Array.from({ length: KILLS }, (_, index) => Math.round(((index + random()) / KILLS) * 970) / 1000);
}

/**
 * Runs the project as a user does. With a number of events it is killed a moment after it has told so many, unless it has
 * ended before: events come at the same points of the work however busy the machine is.
 */
async function run(root: string, killAfter?: number): Promise<{ readonly killed: boolean; readonly events: number }> {
  const child = spawn(process.execPath, ["bin/boathouse", "run", "netflix", "--root", root, "--json"], {
    cwd: REPOSITORY,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  let events = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    events += chunk.toString().split("\n").length - 1;
    if (killAfter !== undefined && events >= killAfter) setTimeout(() => child.kill("SIGKILL"), events % 25);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...ended) => resolve(ended));
  });
  const killed = signal === "SIGKILL";
  if (code !== 0 && !killed) throw new Error(`The run ended with ${code ?? signal ?? "nothing"}: ${said}`);
  return { killed, events };
}

/** Also checks that nothing is left that believes to be running. */
async function stateOf(root: string): Promise<State> {
  const lakehouse = await Lakehouse.open({ root, project: join(REPOSITORY, "netflix") });
  try {
    const { state } = await lakehouse.platform();
    const left = await new RunLog(state).list({ unfinished: true });
    expect(left).toEqual([]);
    const session = await lakehouse.session({ catalog: "netflix" });
    const versions: Record<string, number> = {};
    for (const table of TABLES) versions[table] = (await session.tableState(table))?.version ?? -1;
    await session.close();
    return { tables: await checksums(lakehouse, "netflix", TABLES), versions };
  } finally {
    await lakehouse.close();
  }
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
