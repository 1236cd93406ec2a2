import type { BlockBlobClient, BlobRequestConditions } from "@azure/storage-blob";
import { throwIfAborted } from "../core/cancellation.ts";
import { attempt, type RequestSettings } from "./azure-requests.ts";

/** What the service says of an upload. */
export interface Uploaded {
  readonly etag?: string;
  readonly lastModified?: Date;
}

export interface Upload {
  readonly blob: BlockBlobClient;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Names the write: it stands in the object's metadata. */
  readonly id: string;
  readonly conditions: BlobRequestConditions;
  readonly settings: RequestSettings;
  readonly signal: AbortSignal | undefined;
}

/** The metadata entry that tells whose write an object is. */
export const WRITE_ID = "boathouse_write";

/**
 * Uploads an object: in one request when it is small, else in blocks that become the object in one step. Holds a few
 * blocks in memory. Gives its size. Nobody sees blocks of a broken upload, which the service drops after a week.
 */
export async function upload(request: Upload): Promise<Uploaded & { readonly size: number }> {
  const blocks = blocksOf(request.body);
  try {
    return await uploadBlocks(request, blocks);
  } finally {
    // Closes what the body reads from when not all of it was read.
    await blocks.return(undefined);
  }
}

async function uploadBlocks(
  request: Upload,
  blocks: AsyncGenerator<Buffer>,
): Promise<Uploaded & { readonly size: number }> {
  const { blob, id, conditions, settings, signal } = request;
  const metadata = { [WRITE_ID]: id };
  const first = await blocks.next();
  const only = first.done === true ? Buffer.alloc(0) : first.value;
  const second = only.length < BLOCK ? undefined : await blocks.next();
  if (second === undefined || second.done === true) {
    const answer = await attempt(settings, signal, (abortSignal) =>
      blob.upload(only, only.length, { conditions, metadata, abortSignal }),
    );
    return { ...answer, size: only.length };
  }
  const ids: string[] = [];
  const pending = new Set<Promise<unknown>>();
  let size = 0;
  const stage = async (block: Buffer): Promise<void> => {
    throwIfAborted(signal);
    // Ids of one length, and no other writer's: blocks of a name are shared until one of them commits.
    const block_id = Buffer.from(`${id}-${String(ids.length).padStart(6, "0")}`).toString("base64");
    ids.push(block_id);
    size += block.length;
    const staging = attempt(settings, signal, (abortSignal) =>
      blob.stageBlock(block_id, block, block.length, { abortSignal }),
    );
    pending.add(staging);
    staging.then(
      () => pending.delete(staging),
      () => undefined,
    );
    if (pending.size >= CONCURRENCY) await Promise.race(pending);
  };
  try {
    await stage(only);
    await stage(second.value);
    for (let next = await blocks.next(); next.done !== true; next = await blocks.next()) await stage(next.value);
    await Promise.all(pending);
  } catch (error) {
    await Promise.allSettled(pending);
    throw error;
  }
  const answer = await attempt(settings, signal, (abortSignal) =>
    blob.commitBlockList(ids, { conditions, metadata, abortSignal }),
  );
  return { ...answer, size };
}

/** Bytes of a block; 50,000 of them make up the largest object: 390 GiB. */
const BLOCK = 8 << 20;
/** Blocks on their way at once. */
const CONCURRENCY = 4;

/** The body in pieces of `BLOCK` bytes, the last one shorter. */
async function* blocksOf(body: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  if (body instanceof Uint8Array) {
    for (let start = 0; start < body.length; start += BLOCK) {
      yield await Promise.resolve(
        Buffer.from(body.buffer, body.byteOffset + start, Math.min(BLOCK, body.length - start)),
      );
    }
    return;
  }
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    let rest = chunk;
    while (size + rest.length >= BLOCK) {
      const cut = BLOCK - size;
      yield Buffer.concat([...parts, rest.subarray(0, cut)]);
      rest = rest.subarray(cut);
      [parts, size] = [[], 0];
    }
    if (rest.length > 0) parts.push(rest);
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(parts);
}
