import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const LF = 10;
const CR = 13;

/** Whether a byte occurs in a file. */
export async function fileHolds(path: string, byte: number, signal: AbortSignal): Promise<boolean> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    if (Buffer.isBuffer(chunk) && chunk.includes(byte)) return true;
  }
  return false;
}

/**
 * Rewrites delimited text in the form that DuckDB reads: quotes inside quoted values doubled rather than escaped, and one
 * kind of line end between records. Works on bytes: every character that matters is ASCII, and UTF-8 has no ASCII byte
 * inside a character. What is neither a quote, an escape nor a line end is copied in whole stretches.
 */
export async function normaliseText(options: {
  readonly from: string;
  readonly to: string;
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { from, to, signal } = options;
  const machine = new Normaliser(options);
  const source = createReadStream(from, { highWaterMark: 1 << 20, signal });
  await pipeline(
    Readable.from(
      (async function* () {
        for await (const chunk of source) if (Buffer.isBuffer(chunk)) yield machine.take(chunk);
        yield machine.end();
      })(),
    ),
    createWriteStream(to),
    { signal },
  );
}

class Normaliser {
  readonly #quote: number;
  readonly #escape: number;
  readonly #delimiterEnd: number;
  #inside = false;
  /** Whether a quote here would open a value. */
  #start = true;
  /** A byte whose meaning depends on the next: an escape inside a value, or a CR outside. */
  #held: number | undefined;

  constructor({ delimiter, quote, escape }: { delimiter: string; quote: string; escape: string }) {
    this.#quote = quote === "" ? -1 : quote.charCodeAt(0);
    this.#escape = escape === "" || escape === quote ? -1 : escape.charCodeAt(0);
    this.#delimiterEnd = delimiter.charCodeAt(delimiter.length - 1);
  }

  take(chunk: Buffer): Buffer {
    // An escape becomes two bytes at most where two stood, a held byte may be added.
    const out = Buffer.allocUnsafe(chunk.length * 2 + 2);
    let length = 0;
    for (const byte of chunk) {
      if (this.#held === this.#escape && this.#held !== undefined && this.#inside) {
        this.#held = undefined;
        if (byte === this.#quote) {
          out[length++] = byte;
          out[length++] = byte;
          continue;
        }
        out[length++] = this.#escape;
        if (byte === this.#escape) continue;
      } else if (this.#held === CR) {
        this.#held = undefined;
        out[length++] = LF;
        if (byte === LF) continue;
      }
      if (this.#inside) {
        if (byte === this.#escape) {
          this.#held = byte;
          continue;
        }
        if (byte === this.#quote) this.#inside = false;
        out[length++] = byte;
        this.#start = false;
      } else if (byte === CR) {
        this.#held = CR;
        this.#start = true;
      } else {
        // A quote right after a closing one opens the value again: it is a doubled one.
        if (byte === this.#quote && (this.#start || out[length - 1] === this.#quote)) this.#inside = true;
        this.#start = byte === LF || byte === this.#delimiterEnd;
        out[length++] = byte;
      }
    }
    return out.subarray(0, length);
  }

  end(): Buffer {
    if (this.#held === CR) return Buffer.from([LF]);
    return this.#held === undefined ? Buffer.alloc(0) : Buffer.from([this.#held]);
  }
}
