import type { Action } from "../actions.ts";
import { corrupted } from "./commit-file.ts";
import { canonicalKey } from "./replay.ts";

/**
 * Makes sure that a compaction file is what the reconciliation of its commits leaves (PROTOCOL.md, "Log Compaction
 * Files"): each file there at most once, with one deletion vector, and not added and removed alike; one protocol and one
 * metadata; one action for each transaction and domain. The order of its actions says nothing, so what is named twice
 * cannot be told apart. `where` names the file in errors.
 *
 * Throws `DELTA_LOG_CORRUPTED`.
 */
export function checkReconciled(actions: readonly Action[], where: string): void {
  const seen = new Set<string>();
  for (const action of actions) {
    for (const key of keysOf(action)) {
      if (seen.has(key)) throw corrupted(where, `more than one action is about ${key}, so it is no reconciled state`);
      seen.add(key);
    }
  }
}

/** What only one action may be about. */
function keysOf({ add, remove, protocol, metaData, txn, domainMetadata }: Action): string[] {
  if (add !== undefined) return [`the file ${canonicalKey(add)}`, `the added file ${canonicalKey({ path: add.path })}`];
  if (remove !== undefined) return [`the file ${canonicalKey(remove)}`];
  if (protocol !== undefined) return ["the protocol"];
  if (metaData !== undefined) return ["the metadata"];
  if (txn !== undefined) return [`the transaction ${txn.appId}`];
  return domainMetadata === undefined ? [] : [`the domain ${domainMetadata.domain}`];
}
