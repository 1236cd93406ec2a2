import { ascending, MIN_K, type KllItem, type KllKind, type KllSketch } from "./kll.ts";

/** The compact serial form of KLL sketches. Little-endian; eight bytes of preamble, twenty when there are several values. */
const FAMILY = 15;
const M = 8;
const EMPTY = 1;
const SINGLE = 4;
const SIZE: Readonly<Record<KllKind, number>> = { bigint: 8, float: 4, double: 8 };

export function writeKll(sketch: KllSketch, kind: KllKind): Uint8Array {
  const { k, items } = sketch;
  const size = SIZE[kind];
  const full = items.length > 1;
  const bytes = new Uint8Array(full ? 24 + (items.length + 2) * size : 8 + items.length * size);
  const view = new DataView(bytes.buffer);
  const flags = items.length === 0 ? EMPTY : full ? 0 : SINGLE;
  bytes.set([full ? 5 : 2, items.length === 1 ? 2 : 1, FAMILY, flags, 0, 0, M]);
  view.setUint16(4, k, true);
  const put = (item: KllItem, at: number): void => {
    if (kind === "bigint") view.setBigInt64(at, BigInt(item), true);
    else if (kind === "float") view.setFloat32(at, Number(item), true);
    else view.setFloat64(at, Number(item), true);
  };
  if (!full) {
    items.forEach((item) => put(item, 8));
    return bytes;
  }
  const sorted = items.toSorted(ascending);
  view.setBigInt64(8, BigInt(items.length), true);
  view.setUint16(16, k, true);
  bytes[18] = 1;
  view.setInt32(20, k - items.length, true);
  [sorted[0] ?? 0, sorted.at(-1) ?? 0, ...items].forEach((item, index) => put(item, 24 + index * size));
  return bytes;
}

/** The sketch; `estimated` for one that no longer has all its values; undefined when the bytes are none. */
export function readKll(bytes: Uint8Array, kind: KllKind): KllSketch | "estimated" | undefined {
  const head = readHead(bytes);
  if (head === undefined) return undefined;
  if (head.levels > 1 || head.minK !== head.k) return "estimated";
  const size = SIZE[kind];
  const start = head.full ? 24 + 2 * size : 8;
  if (bytes.length < start + head.n * size) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items = Array.from({ length: head.n }, (_, index) => {
    const at = start + index * size;
    if (kind === "bigint") return view.getBigInt64(at, true);
    return kind === "float" ? view.getFloat32(at, true) : view.getFloat64(at, true);
  });
  return { k: head.k, items };
}

/** How many values a sketch has seen, whatever kind it is. */
export function kllCount(bytes: Uint8Array): number | undefined {
  return readHead(bytes)?.n;
}

interface Head {
  readonly k: number;
  readonly minK: number;
  readonly n: number;
  readonly levels: number;
  readonly full: boolean;
}

function readHead(bytes: Uint8Array): Head | undefined {
  const [ints, version, family, flags = 0, , , m] = bytes;
  if (bytes.length < 8 || family !== FAMILY || m !== M) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const k = view.getUint16(4, true);
  const empty = (flags & EMPTY) !== 0;
  if (k < MIN_K) return undefined;
  if (ints === 2 && version === 1 && empty) return { k, minK: k, n: 0, levels: 1, full: false };
  if (ints === 2 && version === 2 && !empty) return { k, minK: k, n: 1, levels: 1, full: false };
  if (ints !== 5 || version !== 1 || empty || bytes.length < 24) return undefined;
  const n = Number(view.getBigInt64(8, true));
  const levels = view.getUint8(18);
  if (n < 0 || (levels === 1 && view.getInt32(20, true) !== k - n)) return undefined;
  return { k, minK: view.getUint16(16, true), n, levels, full: true };
}
