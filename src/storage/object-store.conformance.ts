import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BoathouseError } from "../core/errors.ts";
import { bytesOf, listAll } from "./content.ts";
import type { ObjectStore } from "./object-store.ts";

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Puts an object there without the store: another process, the far side of a network. */
  put(key: string, body: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What every object store keeps to. Read-only stores are held to the part on reading, and refuse to write. */
export function objectStoreConformance(
  name: string,
  open: () => Promise<StoreUnderTest>,
  abilities: { readonly access: "read-write" | "read-only" },
): void {
  describe(`${name} is an object store`, () => {
    let subject: StoreUnderTest;
    let store: ObjectStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.close());

    const read = async (key: string, options?: Parameters<ObjectStore["read"]>[1]): Promise<string> =>
      Buffer.from(await bytesOf(await store.read(key, options))).toString();

    it("reads what is there, with the same meta as head", async () => {
      await subject.put("folder/ä %20&?#+.txt", Buffer.from("hello"));
      const content = await store.read("folder/ä %20&?#+.txt");
      expect(Buffer.from(await bytesOf(content)).toString()).toBe("hello");
      expect(content.meta).toMatchObject({ key: "folder/ä %20&?#+.txt", size: 5 });
      expect(await store.head("folder/ä %20&?#+.txt")).toEqual(content.meta);
    });

    it("reads an empty object", async () => {
      await subject.put("empty", Buffer.alloc(0));
      expect(await read("empty")).toBe("");
      expect(await store.head("empty")).toMatchObject({ size: 0 });
    });

    it("reads ranges, cut at the end", async () => {
      await subject.put("digits", Buffer.from("0123456789"));
      expect(await read("digits", { offset: 2, length: 3 })).toBe("234");
      expect(await read("digits", { offset: 8 })).toBe("89");
      expect(await read("digits", { length: 1 })).toBe("0");
      expect(await read("digits", { offset: 8, length: 50 })).toBe("89");
      expect(await read("digits", { offset: 50 })).toBe("");
      expect(await read("digits", { length: 0 })).toBe("");
      expect((await store.read("digits", { offset: 2, length: 3 })).meta.size).toBe(10);
    });

    it("reads large objects in pieces", async () => {
      const large = Buffer.alloc(3_000_001, "boathouse ");
      await subject.put("large", large);
      const { body } = await store.read("large");
      let pieces = 0;
      let bytes = 0;
      for await (const chunk of body) {
        expect(Buffer.compare(chunk, large.subarray(bytes, bytes + chunk.length))).toBe(0);
        pieces += 1;
        bytes += chunk.length;
      }
      expect(bytes).toBe(large.length);
      expect(pieces).toBeGreaterThan(1);
    });

    it("says that an object is not there", async () => {
      expect(await store.head("nothing")).toBeUndefined();
      expect(await store.head("deep/er/nothing")).toBeUndefined();
      await expect(store.read("nothing")).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
    });

    it("gives another etag when the content changes, and refuses to read the old one", async () => {
      await subject.put("file", Buffer.from("one"));
      const before = await store.head("file");
      expect(await read("file", { ifMatch: before?.etag ?? "" })).toBe("one");
      await subject.put("file", Buffer.from("two"));
      const after = await store.head("file");
      expect(after?.etag).not.toBe(before?.etag);
      const late = (async (): Promise<unknown> => bytesOf(await store.read("file", { ifMatch: before?.etag ?? "" })))();
      await expect(late).rejects.toMatchObject({ code: "OBJECT_CHANGED" });
    });

    it("notices that an object changes while it is read", async () => {
      await subject.put("large", Buffer.alloc(8_000_000, "a"));
      const meta = await store.head("large");
      const { body } = await store.read("large", { ifMatch: meta?.etag ?? "" });
      const reading = (async (): Promise<void> => {
        let first = true;
        for await (const _ of body) {
          if (first) await subject.put("large", Buffer.alloc(8_000_000, "b"));
          first = false;
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: "OBJECT_CHANGED" });
    });

    it("stops reading when it is cancelled", async () => {
      await subject.put("large", Buffer.alloc(4_000_000, "a"));
      const abort = new AbortController();
      const { body } = await store.read("large", { signal: abort.signal });
      const reading = (async (): Promise<void> => {
        for await (const _ of body) abort.abort();
      })();
      await expect(reading).rejects.toMatchObject({ code: "CANCELLED" });
    });

    it.each(["", "/etc/passwd", "../up", "a/../../up", "a/./b", "a//b", "a/", "nul\0", "back\\slash", "x".repeat(300)])(
      "refuses the key %j",
      async (key) => {
        await expect(store.head(key)).rejects.toMatchObject({ code: "INVALID_OBJECT_KEY" });
        await expect(store.read(key)).rejects.toMatchObject({ code: "INVALID_OBJECT_KEY" });
        if (abilities.access === "read-only") return;
        await expect(store.write(key, Buffer.from("x"))).rejects.toMatchObject({ code: "INVALID_OBJECT_KEY" });
        await expect(store.delete(key)).rejects.toMatchObject({ code: "INVALID_OBJECT_KEY" });
      },
    );

    if (abilities.access === "read-only") {
      it("refuses to write, delete and list", async () => {
        await expect(store.write("a", Buffer.from("x"))).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
        await expect(store.delete("a")).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
        await expect(listAll(store, "")).rejects.toMatchObject({ code: "UNSUPPORTED_STORE_OPERATION" });
      });
      return;
    }

    it("lists in the order of UTF-8 bytes, everything under a prefix, and from a name on", async () => {
      const keys = [
        "a",
        "a-b",
        "a.txt",
        "a/b",
        "a/b/c".replace("b/c", "bb/c"),
        "a0",
        "B",
        "é",
        "\u{10000}",
        "\uFFFD",
        "_x/.y",
      ];
      for (const key of keys.filter((each) => each !== "a")) await store.write(key, Buffer.from(key));
      const sorted = keys
        .filter((each) => each !== "a")
        .toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
      const names = async (prefix: string, startAfter?: string): Promise<string[]> => {
        const found: string[] = [];
        for await (const meta of store.list(prefix, startAfter === undefined ? {} : { startAfter }))
          found.push(meta.key);
        return found;
      };
      expect(await names("")).toEqual(sorted);
      expect(await names("a")).toEqual(sorted.filter((each) => each.startsWith("a")));
      expect(await names("a/")).toEqual(["a/b", "a/bb/c"]);
      expect(await names("a/b")).toEqual(["a/b", "a/bb/c"]);
      expect(await names("nothing/here")).toEqual([]);
      for (const start of [...sorted, "a/", "a/b/", "a/a", "zz"]) {
        expect(await names("", start)).toEqual(
          sorted.filter((each) => Buffer.compare(Buffer.from(each), Buffer.from(start)) > 0),
        );
      }
      expect(await listAll(store, "a.txt")).toEqual([await store.head("a.txt")]);
    });

    it("writes bytes and streams, and says what it wrote", async () => {
      const meta = await store.write("deep/er/file", pieces("one ", "two"));
      expect(meta).toEqual(await store.head("deep/er/file"));
      expect(await read("deep/er/file")).toBe("one two");
      await store.write("deep/er/file", Buffer.from("three"));
      expect(await read("deep/er/file")).toBe("three");
    });

    it("leaves nothing behind when the source of a write fails", async () => {
      await store.write("file", Buffer.from("old"));
      await expect(store.write("file", failing())).rejects.toMatchObject({ code: "OBJECT_TRUNCATED" });
      await expect(store.write("new", failing(), { ifNoneMatch: "*" })).rejects.toMatchObject({
        code: "OBJECT_TRUNCATED",
      });
      expect(await read("file")).toBe("old");
      expect((await listAll(store, "")).map((each) => each.key)).toEqual(["file"]);
    });

    it("creates a name once, whoever tries", async () => {
      const attempts = Array.from({ length: 12 }, (_, index) =>
        store.write("log/0.json", Buffer.from(String(index)), { ifNoneMatch: "*" }).then(
          () => index,
          (error: unknown) => error,
        ),
      );
      const outcomes = await Promise.all(attempts);
      const winners = outcomes.filter((each) => typeof each === "number");
      expect(winners).toHaveLength(1);
      expect(await read("log/0.json")).toBe(String(winners[0]));
      for (const each of outcomes.filter((outcome) => typeof outcome !== "number")) {
        expect(each).toMatchObject({ code: "OBJECT_EXISTS" });
      }
    });

    it("replaces only what it expects, whoever tries", async () => {
      const { etag } = await store.write("counter", Buffer.from("0"));
      await expect(store.write("missing", Buffer.from("x"), { ifMatch: etag })).rejects.toMatchObject({
        code: "OBJECT_CHANGED",
      });
      const increments = Array.from({ length: 8 }, async () => {
        for (;;) {
          const { meta, body } = await store.read("counter");
          const next = Number(Buffer.from(await bytesOf({ meta, body })).toString()) + 1;
          try {
            return await store.write("counter", Buffer.from(String(next)), { ifMatch: meta.etag });
          } catch (error) {
            if (!(error instanceof BoathouseError) || error.code !== "OBJECT_CHANGED") throw error;
          }
        }
      });
      await Promise.all(increments);
      expect(await read("counter")).toBe("8");
    });

    it("gives every write of the same content another etag", async () => {
      const etags = new Set<string>();
      for (let index = 0; index < 20; index += 1) etags.add((await store.write("same", Buffer.from("x"))).etag);
      expect(etags.size).toBe(20);
    });

    it("deletes, also what is not there", async () => {
      await store.write("a/b", Buffer.from("x"));
      await store.delete("a/b");
      await store.delete("a/b");
      await store.delete("never/was");
      expect(await listAll(store, "")).toEqual([]);
    });
  });
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from("half"));
  throw new BoathouseError("OBJECT_TRUNCATED", "the source broke off");
}
