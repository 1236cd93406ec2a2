import type { ObjectContent, ObjectMeta, ObjectStore } from "../../src/storage/object-store.ts";

/**
 * A store whose objects are as old as the clock says, as log files have to be that are dated by it. The objects
 * themselves are left as they are: another date would be another content to whoever is reading one.
 */
export function datedStore(store: ObjectStore, now: () => number): ObjectStore {
  const dates = new Map<string, number>();
  const dated = (meta: ObjectMeta): ObjectMeta => ({ ...meta, lastModified: dates.get(meta.key) ?? meta.lastModified });
  const own: Partial<ObjectStore> = {
    async write(key, ...given): Promise<ObjectMeta> {
      // Before it can be seen; of several that write one name only the first succeeds.
      if (!dates.has(key)) dates.set(key, now());
      return dated(await store.write(key, ...given));
    },
    async *list(...given): AsyncIterable<ObjectMeta> {
      for await (const meta of store.list(...given)) yield dated(meta);
    },
    async head(...given): Promise<ObjectMeta | undefined> {
      const meta = await store.head(...given);
      return meta === undefined ? undefined : dated(meta);
    },
    async read(...given): Promise<ObjectContent> {
      const content = await store.read(...given);
      return { ...content, meta: dated(content.meta) };
    },
    async delete(key, ...given): Promise<void> {
      await store.delete(key, ...given);
      dates.delete(key);
    },
  };
  return new Proxy(store, {
    get(target, property) {
      const mine: unknown = Reflect.get(own, property);
      if (mine !== undefined) return mine;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
