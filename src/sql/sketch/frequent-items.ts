/**
 * The order in which Apache DataSketches gives items of the same frequency: that of its hash table, which depends on
 * Java's hash codes. Only while the table holds every item, so that counts are exact.
 */

/** Items that a table of `maxTracked` holds before it would forget some. */
export function capacityFor(maxTracked: number): number {
  return 0.75 * 2 ** Math.ceil(Math.log(Math.ceil(maxTracked / 0.75)) / Math.log(2));
}

/** Positions of the items, the most frequent first. `hashCodes` and `counts` go together. */
export function mostFrequent(hashCodes: readonly number[], counts: readonly bigint[]): number[] {
  let table: (number | undefined)[] = Array.from({ length: 8 }, () => undefined);
  hashCodes.forEach((_, item) => {
    insert(table, item, hashCodes);
    if (item + 1 > 0.75 * table.length) table = filled(2 * table.length, table, hashCodes);
  });
  // Spark writes the table down and merges it into another one.
  let merged: (number | undefined)[] = Array.from({ length: 8 }, () => undefined);
  iterated(filled(table.length, table, hashCodes)).forEach((item, index) => {
    insert(merged, item, hashCodes);
    if (index + 1 > 0.75 * merged.length) merged = filled(2 * merged.length, merged, hashCodes);
  });
  return iterated(merged).sort((a, b) => Number((counts[b] ?? 0n) - (counts[a] ?? 0n)));
}

/** Java's `String.hashCode`. */
export function javaTextHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash;
}

/** Java's `Long.hashCode`. */
export function javaLongHash(value: bigint): number {
  return Number(BigInt.asIntN(32, value ^ (BigInt.asUintN(64, value) >> 32n)));
}

function filled(
  size: number,
  items: readonly (number | undefined)[],
  hashCodes: readonly number[],
): (number | undefined)[] {
  const table: (number | undefined)[] = Array.from({ length: size }, () => undefined);
  for (const item of items) if (item !== undefined) insert(table, item, hashCodes);
  return table;
}

function insert(table: (number | undefined)[], item: number, hashCodes: readonly number[]): void {
  let probe = Number(spread(BigInt(hashCodes[item] ?? 0)) & BigInt(table.length - 1));
  while (table[probe] !== undefined) probe = (probe + 1) % table.length;
  table[probe] = item;
}

/** The items as DataSketches goes over them: by a stride of the golden ratio. */
function iterated(table: readonly (number | undefined)[]): number[] {
  const stride = Math.trunc(table.length * ((Math.sqrt(5) - 1) / 2)) | 1;
  return table.flatMap((_, step) => {
    const item = table[(step * stride) % table.length];
    return item === undefined ? [] : [item];
  });
}

function spread(code: bigint): bigint {
  const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
  let key = wrap(code);
  key = wrap((key ^ (key >> 33n)) * 0xff51afd7ed558ccdn);
  key = wrap((key ^ (key >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return key ^ (key >> 33n);
}
