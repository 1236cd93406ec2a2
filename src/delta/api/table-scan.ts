import { deltaPredicate } from "../scan/bound-predicate.ts";
import type { Scan } from "../scan/scan.ts";
import type { Snapshot } from "../snapshot.ts";
import { compiled, RowScan, type ScanRequest } from "./row-scan.ts";
import type { Runtime } from "./runtime.ts";

/** A read of a table at one version: what is committed after it began is not in it. */
export class TableScan extends RowScan {
  readonly #plan: () => Promise<Scan>;

  constructor(runtime: Runtime, snapshot: () => Promise<Snapshot>, request: ScanRequest) {
    let opened: Promise<Snapshot> | undefined;
    const open = (): Promise<Snapshot> => (opened ??= snapshot());
    const plan = async (): Promise<Scan> => planOf(await open(), request.where);
    super(
      runtime,
      async () => {
        const { version, schema } = await open();
        return { version, schema, from: async () => (await plan()).sql() };
      },
      request,
    );
    this.#plan = plan;
  }

  /** The files that it reads, after pruning by partition values and statistics. */
  plan(): Promise<Scan> {
    return this.#plan();
  }
}

function planOf(snapshot: Snapshot, where: string | undefined): Promise<Scan> {
  if (where === undefined) return snapshot.scan();
  return snapshot.scan({ predicate: deltaPredicate(compiled(where, snapshot.schema).bound) });
}
