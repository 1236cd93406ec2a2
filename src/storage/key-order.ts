import { compareKeys } from "./key.ts";
import type { ObjectMeta } from "./object-store.ts";

/**
 * The objects of a listing below `folder` (`""`, or with a slash at its end) in the order of their keys' UTF-8 bytes.
 *
 * A hierarchical namespace lists the folder `a` where its name belongs, so that `a/x` comes before `a-b`; an emulator
 * compares UTF-16. In every order what is in one folder stands together, and it is in the right order, or a neighbour is
 * close: an entry of `folder` is held back until no later one can come before it.
 */
export async function* inKeyOrder(metas: AsyncIterable<ObjectMeta>, folder: string): AsyncGenerator<ObjectMeta> {
  let held: Entry[] = [];
  for await (const meta of metas) {
    const slash = meta.key.indexOf("/", folder.length);
    const name = slash < 0 ? meta.key : meta.key.slice(0, slash);
    const last = held.at(-1);
    if (slash >= 0 && last?.name === name && last.isFolder) {
      last.metas.push(meta);
      continue;
    }
    const done = held.filter((each) => isBefore(`${each.name}${each.isFolder ? "/" : ""}`, name));
    if (done.length > 0) {
      held = held.filter((each) => !done.includes(each));
      yield* sorted(done);
    }
    held.push({ name, isFolder: slash >= 0, metas: [meta] });
  }
  yield* sorted(held);
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly metas: ObjectMeta[];
}

/** By bytes as well as by UTF-16. */
function isBefore(a: string, b: string): boolean {
  return a < b && compareKeys(a, b) < 0;
}

function sorted(entries: readonly Entry[]): readonly ObjectMeta[] {
  return entries.flatMap(({ metas }) => metas).toSorted((a, b) => compareKeys(a.key, b.key));
}
