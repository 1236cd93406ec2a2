import { array, BINARY, BOOLEAN, LONG } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { asBytes, udf, type Udf } from "./udf.ts";

/** Bytes of a bitmap of `bitmap_construct_agg`. */
const SIZE = 4096;

export const bitmapUdfs: readonly Udf[] = [
  udf("spkjs_bitmap_count", [BINARY], LONG, (bytes) => {
    let count = 0n;
    for (const byte of asBytes(bytes)) for (let bits = byte; bits > 0; bits &= bits - 1) count += 1n;
    return count;
  }),
  udf(
    "spkjs_bitmap_construct",
    [array(LONG)],
    BINARY,
    (positions) => {
      const bitmap = new Uint8Array(SIZE);
      for (const position of Array.isArray(positions) ? positions : []) {
        if (position === null) continue;
        const bit = Number(position);
        if (bit < 0 || bit >= SIZE * 8) {
          throw new BoathouseError(
            "INVALID_BITMAP_POSITION",
            `The 0-indexed bitmap position ${bit} is out of bounds. The bitmap has ${SIZE * 8} bits (${SIZE} bytes).`,
            { sqlState: "22003" },
          );
        }
        bitmap[bit >> 3] = (bitmap[bit >> 3] ?? 0) | (1 << (bit & 7));
      }
      return bitmap;
    },
    { nulls: "pass" },
  ),
  udf(
    "spkjs_bitmap_merge",
    [array(BINARY), BOOLEAN],
    BINARY,
    (bitmaps, union) => {
      const merged = new Uint8Array(SIZE).fill(union === true ? 0 : 255);
      for (const bitmap of Array.isArray(bitmaps) ? bitmaps : []) {
        if (!(bitmap instanceof Uint8Array)) continue;
        for (let index = 0; index < SIZE; index += 1) {
          const byte = bitmap[index] ?? 0;
          merged[index] = union === true ? (merged[index] ?? 0) | byte : (merged[index] ?? 0) & byte;
        }
      }
      return merged;
    },
    { nulls: "pass" },
  ),
];
