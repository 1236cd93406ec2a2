import { BoathouseError } from "../core/errors.ts";
import type { MetadataAction, ProtocolAction } from "./actions.ts";
import { isSupported } from "./features.ts";
import { flagProperty } from "./properties.ts";

/**
 * Commits that only add rows, or only remove whole files, say what changed by themselves. Those that copy rows need
 * change data files beside them (PROTOCOL.md, "Add CDC File"), which are not written yet.
 *
 * Throws `DELTA_CHANGE_DATA_FEED_NOT_SUPPORTED`.
 */
export function checkCopiesRows(
  table: { readonly metadata: MetadataAction; readonly protocol: ProtocolAction },
  where: string,
): void {
  const { metadata, protocol } = table;
  if (!flagProperty(metadata, "delta.enableChangeDataFeed") || !isSupported(protocol, "changeDataFeed")) return;
  throw new BoathouseError(
    "DELTA_CHANGE_DATA_FEED_NOT_SUPPORTED",
    `${where} has a change data feed, and this operation changes or deletes single rows.`,
    {
      sqlState: "0AKDC",
      hint: "Set delta.enableChangeDataFeed to false. Appends, overwrites and deletes of whole partitions work with it.",
    },
  );
}
