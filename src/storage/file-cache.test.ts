import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FaultyStore } from "./faulty-store.ts";
import { FileCache } from "./file-cache.ts";
import { LocalStore } from "./local-store.ts";
import type { ObjectStore } from "./object-store.ts";

describe("copies of remote files", () => {
  let root: string;
  let folder: string;
  let origin: LocalStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "boathouse-cache-"));
    folder = join(root, "cache");
    origin = new LocalStore(join(root, "origin"));
    for (const name of ["a", "b", "c", "d"]) {
      await origin.write(`${name}.parquet`, Buffer.alloc(100, name), { ifNoneMatch: "*" });
    }
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const object = (name: string, store: ObjectStore = origin): Parameters<FileCache["fileOf"]>[0] => ({
    store,
    key: `${name}.parquet`,
    tag: "100",
  });

  it("are fetched once, whoever asks, in this process and the next", async () => {
    const store = new FaultyStore(origin);
    const cache = new FileCache({ folder });
    const paths = await Promise.all(Array.from({ length: 8 }, () => cache.fileOf(object("a", store))));
    expect(new Set(paths).size).toBe(1);
    expect(await readFile(paths[0] ?? "", "utf8")).toBe("a".repeat(100));
    expect(await new FileCache({ folder }).fileOf(object("a", store))).toBe(paths[0]);
    expect(store.operations).toEqual([{ operation: "read", key: "a.parquet" }]);
  });

  it("are told apart by the store, the name and the tag", async () => {
    const cache = new FileCache({ folder });
    const other = new LocalStore(join(root, "other"));
    await other.write("a.parquet", Buffer.from("other"));
    const paths = await Promise.all([
      cache.fileOf(object("a")),
      cache.fileOf(object("b")),
      cache.fileOf(object("a", other)),
      cache.fileOf({ ...object("a"), tag: "2" }),
    ]);
    expect(new Set(paths).size).toBe(4);
  });

  it("appear whole or not at all", async () => {
    const cache = new FileCache({ folder });
    const broken: ObjectStore = {
      url: origin.url,
      list: (prefix) => origin.list(prefix),
      head: (key) => origin.head(key),
      write: (key, body) => origin.write(key, body),
      delete: (key) => origin.delete(key),
      read: async (key) => ({ meta: (await origin.read(key)).meta, body: half() }),
    };
    await expect(cache.fileOf(object("a", broken))).rejects.toMatchObject({ code: "OBJECT_TRUNCATED" });
    expect(await readdir(folder)).toEqual([]);
    expect(await readFile(await cache.fileOf(object("a")), "utf8")).toBe("a".repeat(100));
    await expect(cache.fileOf(object("none"))).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
  });

  it("are waited for until somebody cancels, which does not concern others", async () => {
    const store = new FaultyStore(origin);
    const cache = new FileCache({ folder });
    const abort = new AbortController();
    const first = cache.fileOf(object("a", store), abort.signal);
    const second = cache.fileOf(object("a", store));
    abort.abort();
    await expect(first).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await readFile(await second, "utf8")).toBe("a".repeat(100));
    expect(store.operations).toHaveLength(1);
  });

  it("go when there are too many, those that were not used for longest first", async () => {
    const cache = new FileCache({ folder, limit: 300, grace: 60_000 });
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => cache.fileOf(object(name))));
    await utimes(a ?? "", 1, 1);
    await utimes(b ?? "", 2, 2);
    await cache.fileOf(object("a"));
    const d = await cache.fileOf(object("d"));
    // The limit is 300 bytes, of which a tenth is kept free; b is old, the others are in use.
    const left = new Set((await readdir(folder)).map((name) => join(folder, name)));
    expect(left).toEqual(new Set([a, c, d]));
  });

  it("keep files that are made of others, each made once and whole", async () => {
    const cache = new FileCache({ folder });
    let made = 0;
    const derived = (text: string, fails = false): Promise<string> =>
      cache.derived({
        name: ["of", text],
        extension: ".parquet",
        make: async (path) => {
          made += 1;
          await writeFile(path, text);
          if (fails) throw new Error("half");
          return text.length;
        },
      });
    await expect(derived("x", true)).rejects.toThrow("half");
    expect(await readdir(folder)).toEqual([]);
    const [path] = await Promise.all([derived("x"), derived("x"), derived("y")]);
    expect(await readFile(path, "utf8")).toBe("x");
    expect(made).toBe(3);
    await rm(path);
    expect(await derived("x")).toBe(path);
    expect(made).toBe(4);
  });

  it("leave nothing of killed processes, and take in what was written here", async () => {
    const gone = join(folder, "write-999999999-x");
    await mkdir(gone, { recursive: true });
    await writeFile(join(gone, "part"), "x");
    const store = new FaultyStore(origin);
    const cache = new FileCache({ folder });
    const own = await cache.writeFolder();
    await writeFile(join(own, "part"), "written here");
    expect((await readdir(folder)).filter((name) => name.startsWith("write-"))).toEqual([own.slice(folder.length + 1)]);
    await cache.adopt(join(own, "part"), object("d", store));
    expect(await readFile(await cache.fileOf(object("d", store)), "utf8")).toBe("written here");
    expect(store.operations).toEqual([]);
  });
});

async function* half(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from("half"));
}
