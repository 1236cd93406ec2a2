import type { ObjectContent, ObjectMeta, ObjectStore, ReadOptions } from "./object-store.ts";

/** The whole of what a read gives, in memory: for small objects. */
export async function bytesOf(content: ObjectContent): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.body) chunks.push(chunk);
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** A small object as text. Throws a `TypeError` when it is not UTF-8. */
export async function readText(store: ObjectStore, key: string, options?: ReadOptions): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
    await bytesOf(await store.read(key, options)),
  );
}

/** The listing as an array: where it is known to be short. */
export async function listAll(store: ObjectStore, prefix: string): Promise<ObjectMeta[]> {
  const found: ObjectMeta[] = [];
  for await (const meta of store.list(prefix)) found.push(meta);
  return found;
}
