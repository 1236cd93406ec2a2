import { constants } from "node:fs";
import { chmod, copyFile, open, type FileHandle } from "node:fs/promises";
import { BoathouseError } from "../../core/errors.ts";

/**
 * Copies a Parquet file, without the annotations by which Parquet itself calls groups VARIANT: DuckDB reads the copy's as the groups
 * that they are, in which a null of JSON is not NULL. The data is copied as it stands, and shares its blocks with the
 * original where the file system can do that; the footer alone is written anew.
 *
 * Gives the size of the copy. Throws `DELTA_PARQUET_FOOTER_MALFORMED`.
 */
export async function copyWithoutAnnotations(file: string, copy: string): Promise<number> {
  await copyFile(file, copy, constants.COPYFILE_FICLONE);
  await chmod(copy, 0o600);
  const handle = await open(copy, "r+");
  try {
    const { size } = await handle.stat();
    const end = await bytesAt(handle, file, size - TAIL, TAIL);
    const length = end.readUInt32LE(0);
    if (end.toString("latin1", 4) !== "PAR1" || length > size - TAIL) throw malformed(file);
    const start = size - TAIL - length;
    const footer = withoutAnnotations(await bytesAt(handle, file, start, length), file);
    end.writeUInt32LE(footer.length, 0);
    await handle.write(Buffer.concat([footer, end]), 0, footer.length + TAIL, start);
    await handle.truncate(start + footer.length + TAIL);
    await handle.sync();
    return start + footer.length + TAIL;
  } finally {
    await handle.close();
  }
}

/** The length of the footer, and `PAR1`. */
const TAIL = 8;

async function bytesAt(handle: FileHandle, file: string, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = position < 0 ? { bytesRead: -1 } : await handle.read(bytes, 0, length, position);
  if (bytesRead !== length) throw malformed(file);
  return bytes;
}

/**
 * The same `FileMetaData` (parquet.thrift), in whose `schema` no element has the `logicalType` VARIANT. That is the last
 * field of an element, so that no other one changes when it is cut out.
 */
function withoutAnnotations(footer: Buffer, file: string): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  const thrift = new Thrift(footer, file);
  thrift.fields((id, type) => {
    if (id !== SCHEMA || type !== LIST) return thrift.skip(type);
    thrift.elements((element) => {
      if (element !== STRUCT) throw malformed(file);
      let cut = false;
      thrift.fields((field, kind, start) => {
        if (cut) throw malformed(file);
        if (field !== LOGICAL_TYPE || kind !== STRUCT) return thrift.skip(kind);
        thrift.fields((logical, inner) => {
          cut ||= logical === VARIANT;
          thrift.skip(inner);
        });
        if (!cut) return;
        kept.push(footer.subarray(from, start));
        from = thrift.position;
      });
    });
  });
  return Buffer.concat([...kept, footer.subarray(from)]);
}

/** Fields of `FileMetaData`, `SchemaElement` and `LogicalType`. */
const SCHEMA = 2;
const LOGICAL_TYPE = 10;
const VARIANT = 16;

/** Types of the compact protocol. */
const BYTE = 3;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;
const UUID = 13;

/** Reads Thrift's compact protocol where it stands. */
class Thrift {
  readonly #bytes: Buffer;
  readonly #file: string;
  position = 0;

  constructor(bytes: Buffer, file: string) {
    this.#bytes = bytes;
    this.#file = file;
  }

  /** The fields of a struct, each of which `visit` reads or skips. `start`: of its header. */
  fields(visit: (id: number, type: number, start: number) => void): void {
    let id = 0;
    for (;;) {
      const start = this.position;
      const header = this.#byte();
      if (header === 0) return;
      const step = header >> 4;
      if (step === 0) {
        const coded = this.#varint();
        id = coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
      } else id += step;
      visit(id, header & 15, start);
    }
  }

  /** The elements of a list, each of which `visit` reads or skips. */
  elements(visit: (type: number) => void): void {
    const header = this.#byte();
    const size = header >> 4 === 15 ? this.#varint() : header >> 4;
    for (let index = 0; index < size; index += 1) visit(header & 15);
  }

  skip(type: number): void {
    // The values of truth among fields stand in the header.
    if (type <= 2) return;
    if (type === BYTE) return this.#forward(1);
    if (type < DOUBLE) return void this.#varint();
    if (type === DOUBLE) return this.#forward(8);
    if (type === BINARY) return this.#forward(this.#varint());
    if (type === LIST || type === SET) return this.elements((element) => this.#skipElement(element));
    if (type === STRUCT) return this.fields((_, inner) => this.skip(inner));
    if (type === UUID) return this.#forward(16);
    if (type !== MAP) throw malformed(this.#file);
    const size = this.#varint();
    if (size === 0) return;
    const types = this.#byte();
    for (let index = 0; index < size; index += 1) {
      this.#skipElement(types >> 4);
      this.#skipElement(types & 15);
    }
  }

  #skipElement(type: number): void {
    if (type <= 2) this.#forward(1);
    else this.skip(type);
  }

  #forward(bytes: number): void {
    this.position += bytes;
    if (this.position > this.#bytes.length) throw malformed(this.#file);
  }

  #byte(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw malformed(this.#file);
    this.position += 1;
    return byte;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}

function malformed(file: string): BoathouseError {
  return new BoathouseError(
    "DELTA_PARQUET_FOOTER_MALFORMED",
    `The footer of the Parquet file ${file} cannot be read.`,
    {
      hint: "Write the file anew, or restore it.",
    },
  );
}
