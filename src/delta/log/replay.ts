import {
  fileKey,
  type Action,
  type AddAction,
  type DomainMetadataAction,
  type MetadataAction,
  type ProtocolAction,
  type RemoveAction,
  type TxnAction,
} from "../actions.ts";

/**
 * Action reconciliation over a run of commits, fed in ascending order of versions (PROTOCOL.md, "Action
 * Reconciliation"): what is left at its end. Plain data; it does no I/O.
 */
export class Replay {
  protocol: ProtocolAction | undefined;
  metadata: MetadataAction | undefined;
  readonly transactions = new Map<string, TxnAction>();
  readonly domains = new Map<string, DomainMetadataAction>();
  /** Files that the run added and did not remove again, by key. */
  readonly added = new Map<string, AddAction>();
  /** Files that the run removed and did not add again: they hide what an earlier checkpoint says. */
  readonly removed = new Map<string, RemoveAction>();

  apply(actions: readonly Action[]): void {
    for (const action of actions) {
      if (action.add !== undefined) {
        const key = canonicalKey(action.add);
        this.removed.delete(key);
        this.added.delete(key);
        this.added.set(key, action.add);
      } else if (action.remove !== undefined) {
        const key = canonicalKey(action.remove);
        this.added.delete(key);
        this.removed.set(key, action.remove);
      } else this.#applyState(action);
    }
  }

  /** Takes from an older state what the run did not set. */
  inherit(older: Pick<Replay, "protocol" | "metadata" | "transactions" | "domains">): void {
    this.protocol ??= older.protocol;
    this.metadata ??= older.metadata;
    for (const [id, txn] of older.transactions) if (!this.transactions.has(id)) this.transactions.set(id, txn);
    for (const [name, domain] of older.domains) if (!this.domains.has(name)) this.domains.set(name, domain);
  }

  #applyState(action: Action): void {
    if (action.protocol !== undefined) this.protocol = action.protocol;
    else if (action.metaData !== undefined) this.metadata = action.metaData;
    else if (action.txn !== undefined) this.transactions.set(action.txn.appId, action.txn);
    else if (action.domainMetadata !== undefined) this.domains.set(action.domainMetadata.domain, action.domainMetadata);
  }
}

/** The key of a file; the spellings of one absolute path (`/a`, `file:/a`, `file:///a`) are the same. */
export function canonicalKey(file: Parameters<typeof fileKey>[0]): string {
  const key = fileKey(file);
  return key.startsWith("file:") ? key.replace(/^file:\/*/, "/") : key;
}
