import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listAll, readText } from "./content.ts";
import { storeError } from "./local-errors.ts";
import { LocalStore } from "./local-store.ts";
import { objectStoreConformance } from "./object-store.conformance.ts";

objectStoreConformance(
  "a local folder",
  async () => {
    const root = await mkdtemp(join(tmpdir(), "boathouse-store-"));
    return {
      store: new LocalStore(root),
      put: async (key, body) => {
        await mkdir(dirname(join(root, key)), { recursive: true });
        await writeFile(join(root, key), body);
      },
      close: () => rm(root, { recursive: true, force: true }),
    };
  },
  { access: "read-write" },
);

describe("a local folder", () => {
  let root: string;
  let store: LocalStore;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "boathouse-store-"));
    store = new LocalStore(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("hides what a killed writer has left, and removes it when it is old", async () => {
    const leftover = join(root, "log", ".boathouse-tmp-999999999-00000000-0000-4000-8000-000000000000");
    const fresh = leftover.replace("0000-4", "0001-4");
    await store.write("log/0", Buffer.from("x"));
    await writeFile(leftover, "half");
    await writeFile(fresh, "half");
    await utimes(leftover, 1, 1);
    expect((await listAll(store, "")).map((each) => each.key)).toEqual(["log/0"]);
    expect((await readdir(join(root, "log"))).toSorted()).toEqual([fresh.slice(root.length + 5), "0"]);
  });

  it("breaks the lock of a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
    await once(child, "exit");
    await store.write("file", Buffer.from("one"));
    const { lockPath } = await import("./local-files.ts");
    await writeFile(lockPath(join(root, "file")), `${child.pid} gone`);
    await store.write("file", Buffer.from("two"));
    expect(await readText(store, "file")).toBe("two");
  });

  it("follows links inside its root and none that lead out", async () => {
    await store.write("real/file", Buffer.from("x"));
    await symlink(join(root, "real"), join(root, "linked"));
    await symlink("/etc/hostname", join(root, "escape"));
    expect(await readText(store, "linked/file")).toBe("x");
    await expect(store.read("escape")).rejects.toMatchObject({ code: "STORE_FORBIDDEN" });
    await rm(join(root, "escape"));
    expect((await listAll(store, "")).map((each) => each.key)).toEqual(["linked/file", "real/file"]);
  });

  it("says that a folder is no object", async () => {
    await store.write("a/b", Buffer.from("x"));
    expect(await store.head("a")).toBeUndefined();
    await expect(store.read("a")).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
    await expect(store.write("a/b/c", Buffer.from("x"))).rejects.toMatchObject({ code: "INVALID_OBJECT_KEY" });
    await expect(store.write("a", Buffer.from("x"))).rejects.toMatchObject({ code: "INVALID_OBJECT_KEY" });
  });

  it("says that the disk is full", () => {
    const full = Object.assign(new Error("write failed"), { code: "ENOSPC" });
    expect(storeError(full, "file:///data/x")).toMatchObject({ code: "STORE_FULL" });
  });

  it("keeps every acknowledged write and no half of one when its process is killed", async () => {
    const program = `
      import { LocalStore } from ${JSON.stringify(join(import.meta.dirname, "local-store.ts"))};
      const store = new LocalStore(${JSON.stringify(root)});
      for (let n = 0; ; n += 1) {
        await store.write("log/" + String(n).padStart(6, "0"), Buffer.alloc(200_000, String(n % 10)), { ifNoneMatch: "*" });
        process.stdout.write(n + "\\n");
      }`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let acknowledged = -1;
    child.stdout.on("data", (chunk: Buffer) => {
      const lines = chunk.toString().trim().split("\n");
      acknowledged = Number(lines.at(-1));
      if (acknowledged >= 15) child.kill("SIGKILL");
    });
    await once(child, "exit");
    const metas = await listAll(store, "log/");
    expect(metas.length).toBeGreaterThan(acknowledged);
    for (const meta of metas) expect(meta.size).toBe(200_000);
  });
});
