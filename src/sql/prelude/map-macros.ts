import { macro, type Macro } from "./macro.ts";

const NULL_KEY = "error('[NULL_MAP_KEY] Cannot use null as map key.')";
const DUPLICATE =
  'error(\'[DUPLICATED_MAP_KEY] Duplicate map key was found, please check the input data. To remove duplicates by keeping the last one set "spark.sql.mapKeyDedupPolicy" to "LAST_WIN".\')';

export const mapMacros: readonly Macro[] = [
  macro(
    "spk_map_of",
    "k, v",
    `CASE WHEN len(k) <> len(v) THEN error('[INVALID_PARAMETER_VALUE.MAP_LENGTHS] The key array and value array of MapData must have the same length.')
      WHEN len(list_filter(k, lambda spk_x: spk_x IS NULL)) > 0 THEN ${NULL_KEY}
      WHEN list_unique(k) < len(k) THEN ${DUPLICATE} ELSE MAP(k, v) END`,
  ),
  macro(
    "spk_map_last_of",
    "k, v",
    `CASE WHEN len(k) <> len(v) THEN error('[INVALID_PARAMETER_VALUE.MAP_LENGTHS] The key array and value array of MapData must have the same length.')
      WHEN len(list_filter(k, lambda spk_x: spk_x IS NULL)) > 0 THEN ${NULL_KEY}
      ELSE MAP(list_filter(k, lambda spk_x, spk_i: list_position(k, spk_x) = spk_i),
        list_transform(list_filter(k, lambda spk_x, spk_i: list_position(k, spk_x) = spk_i),
          lambda spk_x: v[len(k) + 1 - list_position(list_reverse(k), spk_x)])) END`,
  ),
  macro(
    "spk_map_last_from",
    "e",
    'CASE WHEN e IS NOT NULL THEN spk_map_last_of(list_transform(e, lambda spk_y: spk_y."key"), list_transform(e, lambda spk_y: spk_y."value")) END',
  ),
  macro(
    "spk_map_from",
    "e",
    'CASE WHEN e IS NOT NULL THEN spk_map_of(list_transform(e, lambda spk_x: spk_x."key"), list_transform(e, lambda spk_x: spk_x."value")) END',
  ),
];
