import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { BoathouseError, isBoathouseError, messageOf } from "../../core/errors.ts";
import type { DeletionVectorDescriptor } from "../actions.ts";
import { corrupted } from "../log/commit-file.ts";
import { localCopy } from "./data-files.ts";
import { encodePath } from "../log/paths.ts";
import type { TableLocation } from "../log/log-segment.ts";
import { decodeRoaring } from "./roaring.ts";
import { decodeZ85 } from "./z85.ts";

/**
 * The positions of the deleted rows, ascending, from a descriptor as JSON; undefined when it says there is none.
 * `path` is the data file's, for errors. Throws `DELTA_LOG_CORRUPTED`.
 */
export async function readDeletionVector(
  location: TableLocation,
  descriptor: string,
  path: string,
): Promise<readonly number[] | undefined> {
  const vector = JSON.parse(descriptor) as Partial<DeletionVectorDescriptor>;
  const { storageType, pathOrInlineDv, cardinality } = vector;
  if (storageType === undefined || storageType === null || pathOrInlineDv === undefined) return undefined;
  let file: string | undefined;
  if (storageType !== "i") {
    file = await presentFile(location, pathOf(storageType, pathOrInlineDv, path), path);
  }
  try {
    const rows = decodeRoaring(await bitmapOf(file, { pathOrInlineDv, ...rest(vector) }));
    if (cardinality !== undefined && rows.length !== cardinality) {
      throw new SyntaxError(`it holds ${rows.length} rows where ${cardinality} are expected`);
    }
    return rows;
  } catch (error) {
    throw corrupted(`the deletion vector of ${path}`, messageOf(error), error);
  }
}

function pathOf(storageType: string, text: string, path: string): string {
  try {
    return vectorPath(storageType, text);
  } catch (error) {
    throw corrupted(`the deletion vector of ${path}`, messageOf(error), error);
  }
}

async function presentFile(location: TableLocation, vector: string, path: string): Promise<string> {
  try {
    const file = await localCopy(location, vector, "");
    if (existsSync(file)) return file;
  } catch (error) {
    if (!isBoathouseError(error, "OBJECT_NOT_FOUND")) throw error;
  }
  throw vectorMissing(vector, path);
}

interface StoredVector {
  readonly pathOrInlineDv: string;
  readonly offset: number;
  readonly sizeInBytes: number;
}

function rest(vector: Partial<DeletionVectorDescriptor>): Pick<StoredVector, "offset" | "sizeInBytes"> {
  return { offset: vector.offset ?? 0, sizeInBytes: vector.sizeInBytes ?? 0 };
}

/** `path` is the vector's file; undefined when it is inline. */
async function bitmapOf(path: string | undefined, vector: StoredVector): Promise<Buffer> {
  const { pathOrInlineDv, offset, sizeInBytes } = vector;
  if (path === undefined) return decodeZ85(pathOrInlineDv).subarray(0, sizeInBytes);
  const file = await readFile(path);
  // Big-endian framing around little-endian data: size, bitmap, CRC-32 of the bitmap.
  const size = file.readInt32BE(offset);
  if (size !== sizeInBytes) throw new SyntaxError(`its size is ${size}, where ${sizeInBytes} is expected`);
  const bitmap = file.subarray(offset + 4, offset + 4 + size);
  if (crc32(bitmap) !== file.readUInt32BE(offset + 4 + size)) throw new SyntaxError("its checksum does not match");
  return bitmap;
}

/** The file of a vector that is not inline, as a log names files. */
export function vectorPath(storageType: string, text: string): string {
  if (storageType === "p") return text;
  if (storageType !== "u") throw new SyntaxError(`the storage type "${storageType}" is not known`);
  const prefix = text.slice(0, -20);
  const hex = decodeZ85(text.slice(-20)).toString("hex");
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return encodePath(`${prefix === "" ? "" : `${prefix}/`}deletion_vector_${uuid}.bin`);
}

function vectorMissing(file: string, path: string): BoathouseError {
  return new BoathouseError("DELTA_FILE_NOT_FOUND", `The deletion vector ${file} of the file ${path} is not there.`, {
    sqlState: "42K03",
    details: { path: file },
    hint: "Without it, deleted rows would come back. Restore the file, or read a version that does not need it.",
  });
}
