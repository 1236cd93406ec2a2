import type { PeerCase } from "./case.ts";
import { CHANGES } from "./changes.ts";
import { COLUMNS } from "./columns.ts";
import { LOG } from "./log.ts";
import { MAINTAIN } from "./maintain.ts";
import { MAPPING } from "./mapping.ts";
import { SKIPPING } from "./skipping.ts";
import { TYPES } from "./types.ts";
import { UPKEEP } from "./upkeep.ts";
import { VARIANTS } from "./variants.ts";
import { VECTORS } from "./vectors.ts";
import { WRITES } from "./writes.ts";

/** Every writer feature of Delta, each in one entry or a few. */
export const MATRIX: readonly PeerCase[] = [
  ...TYPES,
  ...VARIANTS,
  ...SKIPPING,
  ...WRITES,
  ...COLUMNS,
  ...MAPPING,
  ...VECTORS,
  ...CHANGES,
  ...LOG,
  ...MAINTAIN,
  ...UPKEEP,
];
