import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serveFiles, type FileServer } from "./file-server.ts";

let folder: string;
let server: FileServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "files-"));
  await writeFile(join(folder, "a b.csv"), "0123456789");
  await writeFile(join(folder, "empty.csv"), "");
  server = await serveFiles((path) => {
    if (path === "/list") return { json: ["a b.csv"] };
    return path === "/a b.csv" || path === "/empty.csv" ? { file: join(folder, path) } : undefined;
  });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  fetch(server.url + path, { headers, method });

describe("a file server", () => {
  it("gives files and data by path, and 404 for the rest", async () => {
    expect(await (await get("/a%20b.csv")).text()).toBe("0123456789");
    expect(await (await get("/list")).json()).toEqual(["a b.csv"]);
    expect(await (await get("/empty.csv")).text()).toBe("");
    expect((await get("/none")).status).toBe(404);
    expect((await get("/list", {}, "POST")).status).toBe(405);
  });

  it("answers ranges", async () => {
    const some = await get("/a%20b.csv", { range: "bytes=2-4" });
    expect([some.status, some.headers.get("content-range"), await some.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    expect(await (await get("/a%20b.csv", { range: "bytes=-3" })).text()).toBe("789");
    expect((await get("/a%20b.csv", { range: "bytes=10-" })).status).toBe(416);
  });

  it("tells a changed file by its entity tag", async () => {
    const { headers } = await get("/a%20b.csv", {}, "HEAD");
    const etag = headers.get("etag") ?? "";
    expect(headers.get("content-length")).toBe("10");
    expect((await get("/a%20b.csv", { "if-none-match": etag })).status).toBe(304);
    await writeFile(join(folder, "a b.csv"), "changed");
    expect((await get("/a%20b.csv", { "if-match": etag })).status).toBe(412);
  });
});
