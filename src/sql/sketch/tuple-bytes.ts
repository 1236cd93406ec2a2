import { SEED_HASH } from "./theta-bytes.ts";
import { NO_LIMIT } from "./theta.ts";
import { TUPLE_MODES, type TupleEntry, type TupleKind, type TupleSketch } from "./tuple.ts";

/**
 * The serial form of compact tuple sketches, version 3. Little-endian; one to three longs of preamble, then a hash, a
 * number and the number of its mode for each entry. DataSketches writes the entries in the order of its hash table and
 * takes them in any; here they ascend.
 */
const VERSION = 3;
const FAMILY = 9;
const TYPE = 1;
const READ_ONLY = 2;
const EMPTY = 4;
const COMPACT = 8;

export function writeTuple({ entries, theta, empty }: TupleSketch, kind: TupleKind): Uint8Array {
  const exact = empty || theta === NO_LIMIT;
  const longs = empty || (entries.length === 1 && exact) ? 1 : exact ? 2 : 3;
  const size = sizeOf(kind);
  const bytes = new Uint8Array(8 * longs + entries.length * size);
  const view = new DataView(bytes.buffer);
  bytes.set([longs, VERSION, FAMILY, TYPE, 0, COMPACT | READ_ONLY | (empty ? EMPTY : 0)]);
  view.setUint16(6, SEED_HASH, true);
  if (longs > 1) view.setInt32(8, entries.length, true);
  if (longs > 2) view.setBigInt64(16, theta, true);
  entries.forEach(({ hash, summary, mode }, index) => {
    const at = 8 * longs + index * size;
    view.setBigInt64(at, hash, true);
    if (kind === "double") view.setFloat64(at + 8, summary, true);
    else view.setInt32(at + 8, summary, true);
    view.setUint8(at + size - 1, TUPLE_MODES.indexOf(mode));
  });
  return bytes;
}

/** The sketch, or undefined when the bytes are none of this kind. */
export function readTuple(bytes: Uint8Array, kind: TupleKind): TupleSketch | undefined {
  const [longs = 0, version, family, type, , flags = 0] = bytes;
  if (bytes.length < 8 || version !== VERSION || family !== FAMILY || type !== TYPE) return undefined;
  if (longs < 1 || longs > 3 || bytes.length < 8 * longs) return undefined;
  if ((flags & EMPTY) !== 0) return { theta: NO_LIMIT, entries: [], empty: true };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = longs === 1 ? 1 : view.getInt32(8, true);
  const theta = longs > 2 ? view.getBigInt64(16, true) : NO_LIMIT;
  const size = sizeOf(kind);
  if (count < 0 || bytes.length < 8 * longs + count * size || theta <= 0n) return undefined;
  const entries: TupleEntry[] = [];
  for (let at = 8 * longs; entries.length < count; at += size) {
    const mode = TUPLE_MODES[view.getUint8(at + size - 1)];
    if (mode === undefined) return undefined;
    const summary = kind === "double" ? view.getFloat64(at + 8, true) : view.getInt32(at + 8, true);
    entries.push({ hash: view.getBigInt64(at, true), summary, mode });
  }
  entries.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  return { theta, entries, empty: false };
}

/** A hash, a number and a mode. */
function sizeOf(kind: TupleKind): number {
  return kind === "double" ? 17 : 13;
}
