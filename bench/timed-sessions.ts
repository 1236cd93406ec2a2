import type { Lakehouse } from "../src/project/lakehouse.ts";

export interface StatementTimes {
  /** Wall clock during which at least one statement ran. */
  seconds(): number;
  /** The statements that took longest, when BENCH_STATEMENTS is set. */
  report(): { readonly statements?: readonly string[] };
}

/** Measures the statements of every session that the lakehouse opens from now on. */
export function timedSessions(lakehouse: Lakehouse): StatementTimes {
  let running = 0;
  let began = 0;
  let total = 0;
  const all: { readonly from: number; readonly to: number; readonly cpu: string; readonly text: string }[] = [];
  const measured = async <T>(text: string, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const before = cpuSeconds();
    if (running === 0) began = from;
    running += 1;
    try {
      return await work();
    } finally {
      const to = performance.now();
      running -= 1;
      if (running === 0) total += to - began;
      all.push({ from, to, cpu: `${before.toFixed(1)}-${cpuSeconds().toFixed(1)}`, text });
    }
  };
  const open = lakehouse.session.bind(lakehouse);
  lakehouse.session = async (context) => {
    const session = await open(context);
    const sql = session.sql.bind(session);
    session.sql = (text, options) =>
      measured(text, async () => {
        const result = await sql(text, options);
        const rows = result.rows.bind(result);
        return Object.assign(result, { rows: () => measured(`rows of ${text}`, rows) });
      });
    return session;
  };
  const line = ({ from, to, cpu, text }: (typeof all)[number]): string =>
    `${((to - from) / 1000).toFixed(2)} s at ${(from / 1000).toFixed(2)} s (processor ${cpu} s): ${text.replaceAll(/\s+/g, " ").slice(0, 90)}`;
  return {
    seconds: () => total / 1000,
    report: () =>
      process.env["BENCH_STATEMENTS"] === undefined
        ? {}
        : {
            statements: all
              .toSorted((a, b) => b.to - b.from - (a.to - a.from))
              .slice(0, 25)
              .map(line),
          },
  };
}

/** Of the whole process, whatever runs in it. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
