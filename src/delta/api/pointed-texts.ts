import type { VectorLibrary } from "../../duckdb/vectors.ts";

/**
 * Texts of a vector that lie elsewhere. Those of rows after one another mostly lie after one another too, so that they are
 * fetched together: a call for each costs ten times as much.
 */
export class PointedTexts {
  readonly #duckdb: VectorLibrary;
  readonly #source: Uint8Array;
  readonly #words: Uint32Array;
  readonly #valid: Uint8Array | undefined;
  /** What was fetched, and where it lay. */
  #held: Uint8Array = new Uint8Array(0);
  #low = 0;
  #high = 0;

  /** `source` has sixteen bytes a row: the length, four of the text, the address. */
  constructor(duckdb: VectorLibrary, source: Uint8Array, valid: Uint8Array | undefined) {
    this.#duckdb = duckdb;
    this.#source = source;
    this.#words = new Uint32Array(source.buffer, source.byteOffset, source.byteLength >> 2);
    this.#valid = valid;
  }

  /** The text of a row, of more than twelve bytes; rows before `end` will be asked for next. */
  at(row: number, end: number): Uint8Array {
    const address = this.#address(row);
    const length = this.#words[row * 4] ?? 0;
    if (address < this.#low || address + length > this.#high) this.#fetch(row, end);
    return this.#held.subarray(address - this.#low, address - this.#low + length);
  }

  #fetch(first: number, end: number): void {
    let [low, lowRow] = [this.#address(first), first];
    let high = low + (this.#words[first * 4] ?? 0);
    for (let row = first + 1; row < end && high - low < MOST_BYTES; row += 1) {
      const length = this.#words[row * 4] ?? 0;
      if (!this.#isValid(row) || length <= 12) continue;
      const address = this.#address(row);
      if (address > high + MOST_GAP) break;
      if (address < low) {
        // The text before: its end must reach the first byte known, or nearly so.
        if (address + length < low - MOST_GAP) break;
        [low, lowRow] = [address, row];
      }
      high = Math.max(high, address + length);
    }
    const { buffer, byteOffset } = this.#source;
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError("DuckDB's memory is not shared");
    this.#held = this.#duckdb.get_data_from_pointer(buffer, byteOffset + lowRow * 16 + 8, high - low);
    [this.#low, this.#high] = [low, high];
  }

  #address(row: number): number {
    return (this.#words[row * 4 + 2] ?? 0) + (this.#words[row * 4 + 3] ?? 0) * 2 ** 32;
  }

  #isValid(row: number): boolean {
    return this.#valid === undefined || (((this.#valid[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
  }
}

/** Bytes between two texts. Less than a page of memory: what lies between is then in the page of the one or of the other. */
const MOST_GAP = 64;
const MOST_BYTES = 1024 ** 2;
