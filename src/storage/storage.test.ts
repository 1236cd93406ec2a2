import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readText } from "./content.ts";
import { FaultyStore } from "./faulty-store.ts";
import { compareKeys } from "./key.ts";
import { LocalStore } from "./local-store.ts";
import { Storage } from "./storage.ts";
import { canonicalUrl, contains, joinUrl, parseLocation } from "./url.ts";

describe("a container", () => {
  it("that is bound twice is one place", () => {
    const bindings = {
      "lake/raw": "https://lake.blob.core.windows.net/raw",
      "other/raw": "abfss://raw@lake.dfs.core.windows.net",
      "lake/silver": "/data/silver",
    };
    const storage = new Storage({ root: "/root", bindings });
    const place = "https://lake.blob.core.windows.net/raw/in/a b";
    expect(storage.placeOf("abfss://raw@lake.dfs.core.windows.net/in/a b")).toBe(place);
    expect(storage.placeOf("abfss://raw@other.dfs.core.windows.net/in/a b")).toBe(place);
    expect(storage.placeOf("abfss://silver@lake.dfs.core.windows.net/x")).toBe("file:///data/silver/x");
    expect(storage.placeOf("abfss://gold@lake.dfs.core.windows.net")).toBe("file:///root/storage/lake/gold");
    expect(storage.placeOf("https://files.example/a")).toBe("https://files.example/a");
  });

  it("of Azure is reached through the cache, a folder as it is", () => {
    const bindings = { "lake/raw": "https://lake.blob.core.windows.net/raw" };
    const storage = new Storage({ root: "/root", bindings, environment: {} });
    expect(storage.reachableFolder("abfss://raw@lake.dfs.core.windows.net/t")).toBe("/root/cache");
    expect(storage.reachableFolder("abfss://gold@lake.dfs.core.windows.net/t")).toBe("/root/storage/lake/gold/t");
  });
});

describe("a URL", () => {
  it.each([
    "abfss://raw@lake.dfs.core.windows.net/in/a.csv",
    "abfs://raw@lake.dfs.core.windows.net//in/a.csv/",
    "wasbs://raw@lake.blob.core.windows.net/in/a.csv",
    "https://lake.dfs.core.windows.net/raw/in/a.csv",
    "https://lake.blob.core.windows.net/raw/in/a.csv",
  ])("%s is one place of a storage account", (url) => {
    expect(canonicalUrl(url)).toBe("abfss://raw@lake.dfs.core.windows.net/in/a.csv");
  });

  it("keeps percent signs as Hadoop does, and decodes those of the web", () => {
    expect(parseLocation("abfss://raw@lake.dfs.core.windows.net/d=a%20b")).toMatchObject({ key: "d=a%20b" });
    expect(parseLocation("https://lake.dfs.core.windows.net/raw/d=a%2520b")).toMatchObject({ key: "d=a%20b" });
    expect(parseLocation("file:///data/a%20b")).toEqual({ kind: "file", path: "/data/a b" });
    expect(parseLocation("file:/data/x")).toEqual({ kind: "file", path: "/data/x" });
    expect(parseLocation("/data/a%20b/")).toEqual({ kind: "file", path: "/data/a%20b" });
    expect(canonicalUrl("/data/a b")).toBe("file:///data/a%20b");
  });

  it("of a web server keeps its query apart", () => {
    expect(parseLocation("https://example.com:8080/a/b%20c.csv?sig=x%2Fy")).toEqual({
      kind: "http",
      origin: "https://example.com:8080",
      key: "a/b c.csv",
      query: "sig=x%2Fy",
    });
  });

  it.each([
    "abfss://raw@lake.dfs.core.windows.net/a/../../b",
    "https://lake.dfs.core.windows.net/raw/%2e%2e/secret",
    "https://example.com/a/..%2fb",
    "https://example.com/a%00b",
    "https://example.com/a%5c..%5cb",
    "file:///data/../etc/passwd",
    "file:///data/%2e%2e/etc/passwd",
    "/data/../etc/passwd",
  ])("%s that climbs is refused", (url) => {
    expect(() => parseLocation(url)).toThrow(expect.objectContaining({ code: "INVALID_OBJECT_KEY" }));
  });

  it.each([
    "relative/path",
    "s3://bucket/x",
    "abfss://raw@evil.com/x",
    "abfss://RAW@lake.dfs.core.windows.net/x",
    "https://u:p@h/x",
  ])("%s is refused", (url) => {
    expect(() => parseLocation(url)).toThrow(expect.objectContaining({ code: "INVALID_STORAGE_URL" }));
  });

  it("is inside another by whole parts", () => {
    const outer = "abfss://raw@lake.dfs.core.windows.net/a";
    expect(contains(outer, joinUrl(outer, "b/c"))).toBe(true);
    expect(contains(outer, outer)).toBe(true);
    expect(contains(outer, `${outer}b`)).toBe(false);
    expect(contains("file:///", "file:///data")).toBe(true);
  });
});

describe("storage", () => {
  it("keeps containers in the root, or where they are bound", async () => {
    const root = await mkdtemp(join(tmpdir(), "boathouse-storage-"));
    try {
      const storage = new Storage({ root, bindings: { "lake/bronze": join(root, "elsewhere") } });
      for (const [url, path] of [
        ["abfss://raw@lake.dfs.core.windows.net/in/a.csv", "storage/lake/raw/in/a.csv"],
        ["https://lake.dfs.core.windows.net/bronze/b", "elsewhere/b"],
        [join(root, "plain"), "plain"],
      ] as const) {
        const { store, key } = storage.resolve(url);
        await store.write(key, Buffer.from(url));
        expect(await readFile(join(root, path), "utf8")).toBe(url);
        expect(storage.localPath(url)).toBe(join(root, path));
      }
      expect(storage.resolve("abfss://raw@lake.dfs.core.windows.net/x").store).toBe(
        storage.resolve("https://lake.blob.core.windows.net/raw/y").store,
      );
      expect(storage.localPath("abfss://bronze@lake.dfs.core.windows.net")).toBe(join(root, "elsewhere"));
      expect(() => storage.localPath("https://example.com/x")).toThrow(
        expect.objectContaining({ code: "STORE_NOT_LOCAL" }),
      );
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});

describe("a web address that is bound", () => {
  it("is asked for elsewhere, and keeps its name", () => {
    const web = {
      "https://files.example": "http://127.0.0.1:8000/a/",
      "https://files.example/in/b": "http://localhost:1",
    };
    const storage = new Storage({ root: tmpdir(), web });
    expect(storage.webAddress("https://files.example/x/y%20z?q=1")).toBe("http://127.0.0.1:8000/a/x/y%20z?q=1");
    expect(storage.webAddress("https://files.example/in/b/c")).toBe("http://localhost:1/c");
    expect(storage.webAddress("https://files.example/in/bc")).toBe("http://127.0.0.1:8000/a/in/bc");
    expect(storage.webAddress("https://other.example/x")).toBe("https://other.example/x");
    const { store, key, url } = storage.resolve("https://files.example/in/b/c");
    expect({ root: store.url, key, url }).toEqual({
      root: "https://files.example/in/b",
      key: "c",
      url: "https://files.example/in/b/c",
    });
  });
});

describe("keys", () => {
  it("are compared as their UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

describe("a store that fails on purpose", () => {
  it("fails at the operation it is told, before or after the effect, and once or for good", async () => {
    const root = await mkdtemp(join(tmpdir(), "boathouse-storage-"));
    try {
      const store = new LocalStore(root);
      const full = new FaultyStore(store, { at: 2, operations: ["write"], kind: "full" });
      await full.write("a", Buffer.from("x"));
      await expect(full.write("b", Buffer.from("x"))).rejects.toMatchObject({ code: "STORE_FULL" });
      await full.write("c", Buffer.from("x"));
      const crash = new FaultyStore(store, { at: 1, kind: "crash", when: "after" });
      await expect(crash.write("d", Buffer.from("d"))).rejects.toMatchObject({ code: "SIMULATED_CRASH" });
      await expect(crash.head("d")).rejects.toMatchObject({ code: "SIMULATED_CRASH" });
      expect(await readText(store, "d")).toBe("d");
      expect(await store.head("b")).toBeUndefined();
      expect(full.operations.map((each) => each.key)).toEqual(["a", "b", "c"]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
