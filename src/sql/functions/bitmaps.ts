import { BINARY, LONG } from "../../core/data-type.ts";
import { aggregate, scalar, type FunctionRow } from "./function.ts";
import { long, only } from "./params.ts";

const category = "bitmap";
const bytes = only("binary");

/** Bitmaps of 32,768 bits, as `bitmap_construct_agg` makes them. */
export const bitmaps: readonly FunctionRow[] = [
  scalar("bitmap_bit_position", category, { params: [long], returns: LONG }, "spk_bitmap_position($1)"),
  scalar("bitmap_bucket_number", category, { params: [long], returns: LONG }, "spk_bitmap_bucket($1)"),
  scalar("bitmap_count", category, { params: [bytes], returns: LONG }, "spkjs_bitmap_count($1)"),
  aggregate(
    "bitmap_construct_agg",
    category,
    { params: [long], returns: BINARY, nullable: false },
    "spkjs_bitmap_construct(list!(DISTINCT $1))",
  ),
  aggregate(
    "bitmap_or_agg",
    category,
    { params: [bytes], returns: BINARY, nullable: false },
    "spkjs_bitmap_merge(list!($1), true)",
  ),
  aggregate(
    "bitmap_and_agg",
    category,
    { params: [bytes], returns: BINARY, nullable: false },
    "spkjs_bitmap_merge(list!($1), false)",
  ),
];
