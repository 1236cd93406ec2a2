import { isBoathouseError } from "../../core/errors.ts";
import type { Action, AddAction, CdcAction, DomainMetadataAction, RemoveAction, TxnAction } from "../actions.ts";
import type { TableLocation } from "../log/log-segment.ts";
import type { Metrics, OperationCounts } from "./metrics.ts";

/** Files that a transaction adds to its table or takes from it. */
export interface FileChanges {
  readonly adds?: readonly AddAction[];
  readonly removes?: readonly RemoveAction[];
  readonly changes?: readonly CdcAction[];
  /** Paths of data files whose rows stand in the change data files of this transaction. */
  readonly recorded?: readonly string[];
  /** The store's keys of files that were written for this: discarded when the commit fails. */
  readonly written?: readonly string[];
}

/** What a transaction will commit, apart from the table's definition. */
export class Staged {
  readonly transactions: TxnAction[] = [];
  readonly domains: DomainMetadataAction[] = [];
  readonly #adds: AddAction[] = [];
  readonly #removes = new Map<string, RemoveAction>();
  readonly #changes: CdcAction[] = [];
  readonly #recorded = new Set<string>();
  readonly #metrics = new Map<string, number>();
  #written: string[] = [];
  #rows = 0;

  stage({ adds = [], removes = [], changes = [], recorded = [], written = [] }: FileChanges): void {
    this.#adds.push(...adds);
    for (const remove of removes) this.#removes.set(remove.path, remove);
    this.#changes.push(...changes);
    for (const path of recorded) this.#recorded.add(path);
    this.#written.push(...written);
  }

  /** Rows that were written into the files added. */
  countRows(rows: number): void {
    this.#rows += rows;
  }

  addMetrics(metrics: Metrics): void {
    for (const [name, value] of Object.entries(metrics)) {
      this.#metrics.set(name, (this.#metrics.get(name) ?? 0) + value);
    }
  }

  get metrics(): Metrics {
    return Object.fromEntries(this.#metrics);
  }

  get adds(): readonly AddAction[] {
    return this.#adds;
  }

  get removes(): readonly RemoveAction[] {
    return [...this.#removes.values()];
  }

  get changes(): readonly CdcAction[] {
    return this.#changes;
  }

  /** Files that change rows of the table, which the change data files do not speak of. */
  get unrecorded(): readonly string[] {
    const files = [...this.#adds, ...this.removes].filter(({ dataChange }) => dataChange);
    return files.map(({ path }) => path).filter((path) => !this.#recorded.has(path));
  }

  get isEmpty(): boolean {
    return (
      this.#adds.length + this.#removes.size + this.domains.length + this.transactions.length + this.#changes.length ===
      0
    );
  }

  /** Does it take rows from the table? */
  get removesRows(): boolean {
    return this.removes.some(({ dataChange }) => dataChange);
  }

  actions(): Action[] {
    return [
      ...this.transactions.map((txn) => ({ txn })),
      ...this.domains.map((domainMetadata) => ({ domainMetadata })),
      ...this.removes.map((remove) => ({ remove })),
      ...this.#adds.map((add) => ({ add })),
      ...this.#changes.map((cdc) => ({ cdc })),
    ];
  }

  counts(): Omit<OperationCounts, "executionTime"> {
    const bytes = (files: readonly { readonly size?: number }[]): number =>
      files.reduce((sum, { size = 0 }) => sum + size, 0);
    // A file whose deletion vector changed is removed and added, and was not written.
    const kept = new Set(this.#adds.filter(({ path }) => this.#removes.has(path)).map(({ path }) => path));
    const adds = this.#adds.filter(({ path }) => !kept.has(path));
    const removes = this.removes.filter(({ path }) => !kept.has(path));
    return {
      addedFiles: adds.length,
      addedBytes: bytes(adds),
      writtenRows: this.#rows,
      removedFiles: removes.length,
      removedBytes: bytes(removes),
      changeFiles: this.#changes.length,
    };
  }

  /** Says that files from here on are rearranged, and no row of theirs is new or gone. */
  rearranges(adds: readonly AddAction[], removes: readonly RemoveAction[]): void {
    this.stage({
      adds: adds.map((add) => ({ ...add, dataChange: false })),
      removes: removes.map((remove) => ({ ...remove, dataChange: false })),
    });
  }

  /** The files are the table's now, or may be. */
  keep(): void {
    this.#written = [];
  }

  /** Deletes the files that were written. What cannot be deleted is left to VACUUM. */
  async discard(location: TableLocation): Promise<void> {
    const keys = this.#written;
    this.#written = [];
    await Promise.all(
      keys.map(async (key) => {
        try {
          await location.store.delete(key);
        } catch (error) {
          if (!isBoathouseError(error)) throw error;
        }
      }),
    );
  }
}
