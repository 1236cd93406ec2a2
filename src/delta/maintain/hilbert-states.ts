/** Bits of a state in an entry of the table. */
export const STATE_BITS = 8;

/**
 * The Hilbert curve as a table of states: entry `state * 2^n + corner` holds, above `STATE_BITS`, which corner of the cell
 * comes when, and below them the state of the cell in that corner. A state is where the curve enters a cell and along
 * which axis it leaves it. Source: C. Hamilton, "Compact Hilbert Indices" (Dalhousie University, CS-2006-07).
 */
export function hilbertStates(dimensions: number): number[] {
  const size = 2 ** dimensions;
  const known = new Map<string, number>();
  const states: { readonly entry: number; readonly direction: number }[] = [];
  const idOf = (entry: number, direction: number): number => {
    const key = `${entry} ${direction}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, states.length);
    return states.push({ entry, direction }) - 1;
  };
  idOf(0, 0);
  const table: number[] = [];
  for (let id = 0; id < states.length; id += 1) {
    const { entry, direction } = states[id] ?? { entry: 0, direction: 0 };
    for (let corner = 0; corner < size; corner += 1) {
      const turned = rotated(corner ^ entry, -(direction + 1), dimensions);
      const place = fromGray(turned);
      const nextEntry = entry ^ rotated(entryOf(place), direction + 1, dimensions);
      const nextDirection = (direction + directionOf(place, dimensions) + 1) % dimensions;
      table.push((place << STATE_BITS) | idOf(nextEntry, nextDirection));
    }
  }
  return table;
}

function fromGray(code: number): number {
  let value = code;
  for (let shifted = code >> 1; shifted > 0; shifted >>= 1) value ^= shifted;
  return value;
}

/** Where the curve enters the cell at a place of the order. */
function entryOf(place: number): number {
  if (place === 0) return 0;
  const even = 2 * Math.floor((place - 1) / 2);
  return even ^ (even >> 1);
}

function directionOf(place: number, dimensions: number): number {
  if (place === 0) return 0;
  return trailingOnes(place % 2 === 0 ? place - 1 : place) % dimensions;
}

function trailingOnes(value: number): number {
  let count = 0;
  for (let rest = value; (rest & 1) === 1; rest >>= 1) count += 1;
  return count;
}

/** Bits of a number of `width` bits, turned to the left; to the right where `by` is negative. */
function rotated(value: number, by: number, width: number): number {
  const shift = ((by % width) + width) % width;
  return ((value << shift) | (value >> (width - shift))) & (2 ** width - 1);
}
