import { utimes } from "node:fs/promises";
import type { ObjectMeta, ObjectStore } from "../../src/storage/object-store.ts";

/** A store on this machine whose objects are as old as the clock says, as log files have to be that are dated by it. */
export function datedStore(store: ObjectStore, now: () => number): ObjectStore {
  const write = async (...given: Parameters<ObjectStore["write"]>): Promise<ObjectMeta> => {
    const written = await store.write(...given);
    const path = store.localPath?.(written.key);
    if (path === undefined) return written;
    const date = new Date(now());
    await utimes(path, date, date);
    return (await store.head(written.key)) ?? written;
  };
  return new Proxy(store, {
    get(target, property) {
      if (property === "write") return write;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
