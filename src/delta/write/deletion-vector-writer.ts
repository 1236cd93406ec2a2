import { crc32 } from "node:zlib";
import type { IdSource } from "../../core/ids.ts";
import type { DeletionVectorDescriptor } from "../actions.ts";
import { keyOf, type TableLocation } from "../log/log-segment.ts";
import { encodeRoaring } from "../scan/roaring.ts";
import { encodeZ85 } from "../scan/z85.ts";

export interface WrittenVectors {
  /** In the order of the positions given. */
  readonly descriptors: readonly DeletionVectorDescriptor[];
  /** The store's key of the one file that holds them all. */
  readonly key: string;
}

/**
 * Writes deletion vectors, each as ascending positions of rows, into one file of the table (PROTOCOL.md, "Deletion
 * Vector File Storage Format"). They are not part of the table until a commit names them.
 */
export async function writeVectors(
  location: TableLocation,
  ids: IdSource,
  vectors: readonly (readonly number[])[],
): Promise<WrittenVectors> {
  const uuid = ids.uuid();
  const pathOrInlineDv = encodeZ85(Buffer.from(uuid.replaceAll("-", ""), "hex"));
  const parts: Buffer[] = [Buffer.of(FORMAT_VERSION)];
  let offset = FORMAT_VERSION_BYTES;
  const descriptors = vectors.map((positions): DeletionVectorDescriptor => {
    const bitmap = encodeRoaring(positions);
    const descriptor = {
      storageType: "u",
      pathOrInlineDv,
      offset,
      sizeInBytes: bitmap.length,
      cardinality: positions.length,
    };
    parts.push(bigEndian(bitmap.length), bitmap, bigEndian(crc32(bitmap)));
    offset += bitmap.length + 8;
    return descriptor;
  });
  const key = keyOf(location, `deletion_vector_${uuid}.bin`);
  await location.store.write(key, Buffer.concat(parts), { ifNoneMatch: "*" });
  return { descriptors, key };
}

const FORMAT_VERSION = 1;
const FORMAT_VERSION_BYTES = 1;

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
