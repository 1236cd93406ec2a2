import type { ObjectStore } from "../../storage/object-store.ts";

/** A small object as text. Throws `OBJECT_NOT_FOUND`. */
export async function readObject(store: ObjectStore, key: string): Promise<string> {
  return (await readBytes(store, key)).toString("utf8");
}

async function readBytes(store: ObjectStore, key: string): Promise<Buffer> {
  const { body } = await store.read(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Runs `work` over the items, at most `width` at a time; results keep the order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
