import { join } from "node:path";
import { installPackages, startAnswering } from "./python.ts";
import type { Reader, ReadTable } from "./reader.ts";

const PACKAGES = ["deltalake==1.6.6", "pyarrow==26.0.1"];

/** delta-rs in a Python process. */
export interface DeltaRs extends Reader {
  /** Makes one of the tables of `delta_rs.py`. */
  write(table: string, path: string): Promise<void>;
}

/** The Python that has delta-rs, installed into an ignored folder when it is not there; undefined where there is no Python. */
export async function installDeltaRs(folder: string): Promise<string | undefined> {
  return installPackages(join(folder, "venv"), PACKAGES);
}

export function startDeltaRs(python: string): DeltaRs {
  const process = startAnswering(python, join(import.meta.dirname, "delta_rs.py"));
  const ask = async (request: Readonly<Record<string, string>>): Promise<unknown> => {
    const answer = (await process.ask(request)) as { readonly error?: string };
    if (answer.error !== undefined) throw new Error(`delta-rs: ${answer.error}`);
    return answer;
  };
  return {
    name: "delta-rs",
    read: async (path, rows) => (await ask({ do: "read", path, rows })) as ReadTable,
    async write(table, path) {
      await ask({ do: "write", table, path });
    },
    close: () => process.close(),
  };
}
