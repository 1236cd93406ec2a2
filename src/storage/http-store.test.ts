import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { BoathouseError } from "../core/errors.ts";
import type { Clock } from "../core/clock.ts";
import { bytesOf } from "./content.ts";
import { HttpStore } from "./http-store.ts";
import { objectStoreConformance } from "./object-store.conformance.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

objectStoreConformance(
  "a web server",
  async () => {
    const objects = new Map<string, Uint8Array>();
    const { server, url } = await serve(fileServer(objects));
    return {
      store: new HttpStore(url),
      put: async (key, body) => {
        objects.set(key, body);
        return Promise.resolve();
      },
      close: () => close(server),
    };
  },
  { access: "read-only" },
);

describe("a web server", () => {
  let server: Server | undefined;
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => Date.UTC(2026, 0, 1),
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  };

  afterEach(async () => {
    pauses.length = 0;
    if (server !== undefined) await close(server);
    server = undefined;
  });

  async function storeOf(
    handler: Handler,
    options: { readonly retries?: number; readonly timeout?: number } = {},
  ): Promise<HttpStore> {
    const started = await serve(handler);
    server = started.server;
    return new HttpStore(started.url, { clock, ...options });
  }
  const text = async (store: HttpStore, ifMatch?: string): Promise<string> =>
    Buffer.from(await bytesOf(await store.read("file", ifMatch === undefined ? {} : { ifMatch }))).toString();

  it("is asked again when it is busy, as late as it says", async () => {
    let requests = 0;
    const store = await storeOf((_, response) => {
      requests += 1;
      if (requests === 1) response.writeHead(429, { "retry-after": "7" }).end();
      else if (requests === 2) response.writeHead(503).end();
      else response.end("there");
    });
    expect(await text(store)).toBe("there");
    expect(pauses[0]).toBe(7000);
    expect(pauses[1]).toBeGreaterThanOrEqual(200);
    expect(pauses[1]).toBeLessThanOrEqual(400);
  });

  it("is given up after so many attempts", async () => {
    let requests = 0;
    const store = await storeOf(
      (_, response) => {
        requests += 1;
        response.writeHead(500).end();
      },
      { retries: 2 },
    );
    await expect(text(store)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { attempts: 3 } });
    expect(requests).toBe(3);
  });

  it("that does not exist is unavailable", async () => {
    const started = await serve(() => undefined);
    await close(started.server);
    await expect(text(new HttpStore(started.url, { clock, retries: 1 }))).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
  });

  it("that stays silent is unavailable", async () => {
    const store = await storeOf(() => undefined, { retries: 0, timeout: 30 });
    await expect(text(store)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("refuses with a code of its own", async () => {
    const store = await storeOf((_, response) => response.writeHead(403).end());
    await expect(text(store)).rejects.toMatchObject({ code: "STORE_FORBIDDEN" });
    await expect(store.head("file")).rejects.toBeInstanceOf(BoathouseError);
  });

  it("continues a broken download where it broke off", async () => {
    const content = Buffer.alloc(300_000, "0123456789");
    const ranges: (string | undefined)[] = [];
    const store = await storeOf((request, response) => {
      ranges.push(request.headers.range);
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const headers = { etag: '"v1"', "content-length": content.length - start };
      if (start === 0) response.writeHead(200, headers);
      else response.writeHead(206, { ...headers, "content-range": `bytes ${start}-299999/300000` });
      if (ranges.length < 3) response.write(content.subarray(start, start + 100_000), () => response.destroy());
      else response.end(content.subarray(start));
    });
    expect(await text(store)).toBe(content.toString());
    expect(ranges.length).toBeGreaterThan(1);
  });

  it("with a truncated body fails by that name when it cannot continue", async () => {
    const store = await storeOf((_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write(Buffer.alloc(100), () => response.destroy());
    });
    await expect(text(store)).rejects.toMatchObject({ code: "OBJECT_TRUNCATED", details: { expected: 1000 } });
  });

  it("whose object changes between two halves of a download fails by that name", async () => {
    let requests = 0;
    const store = await storeOf((request, response) => {
      requests += 1;
      if (requests > 1) {
        response.writeHead(request.headers["if-match"] === '"v1"' ? 412 : 500).end();
        return;
      }
      response.writeHead(200, { etag: '"v1"', "content-length": 1000 });
      response.write(Buffer.alloc(100), () => response.destroy());
    });
    await expect(text(store)).rejects.toMatchObject({ code: "OBJECT_CHANGED" });
  });

  it("with weak etags is compared by us", async () => {
    const store = await storeOf((request, response) => {
      if (request.headers["if-match"] !== undefined) response.writeHead(412).end();
      else response.writeHead(200, { etag: 'W/"v2"' }).end("two");
    });
    expect(await text(store, 'W/"v2"')).toBe("two");
    await expect(text(store, 'W/"v1"')).rejects.toMatchObject({ code: "OBJECT_CHANGED" });
  });

  it("without HEAD is asked for one byte", async () => {
    const store = await storeOf((request, response) => {
      if (request.method === "HEAD") response.writeHead(405).end();
      else response.writeHead(206, { "content-range": "bytes 0-0/77", etag: '"x"' }).end("a");
    });
    expect(await store.head("file")).toEqual({ key: "file", size: 77, etag: '"x"', lastModified: 0 });
  });

  it("that ignores ranges is read all the same", async () => {
    const store = await storeOf((_, response) => response.writeHead(200, { "content-length": 10 }).end("0123456789"));
    expect(Buffer.from(await bytesOf(await store.read("file", { offset: 3, length: 4 }))).toString()).toBe("3456");
  });
});

function fileServer(objects: ReadonlyMap<string, Uint8Array>): Handler {
  return (request, response) => {
    const object = objects.get(decodeURIComponent((request.url ?? "").slice(1)));
    if (object === undefined) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${createHash("md5").update(object).digest("hex")}"`;
    const headers = { etag, "last-modified": new Date(0).toUTCString(), "accept-ranges": "bytes" };
    if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== etag) {
      response.writeHead(412).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(
      object.length,
      range?.[2] === undefined || range[2] === "" ? object.length : Number(range[2]) + 1,
    );
    if (range !== null && start >= object.length) {
      response.writeHead(416, { "content-range": `bytes */${object.length}` }).end();
      return;
    }
    const part = object.subarray(start, end);
    const partial = { "content-range": `bytes ${start}-${end - 1}/${object.length}` };
    response.writeHead(range === null ? 200 : 206, {
      ...headers,
      ...(range === null ? {} : partial),
      "content-length": part.length,
    });
    if (request.method === "HEAD") response.end();
    else response.end(part);
  };
}

async function serve(handler: Handler): Promise<{ server: Server; url: string }> {
  const server = createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, url: `http://127.0.0.1:${address.port}` };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
