import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openContainer, type TestContainer } from "../../tests/azurite/container.ts";
import { AzureStore } from "./azure-store.ts";
import { bytesOf, listAll, readText } from "./content.ts";
import { objectStoreConformance } from "./object-store.conformance.ts";

objectStoreConformance(
  "a container of Azure",
  async () => {
    const container = await openContainer();
    return { store: container.store(), put: (key, body) => container.put(key, body), close: () => container.delete() };
  },
  { access: "read-write" },
);

describe("a container of Azure", () => {
  let container: TestContainer;
  beforeAll(async () => {
    container = await openContainer();
  });
  afterAll(() => container.delete());

  it("takes streams of any length in blocks that become visible at once", async () => {
    const store = container.store();
    const parts = Array.from({ length: 21 }, (_, n) => Buffer.alloc(1_000_003, n + 65));
    const meta = await store.write("stream", stream(parts), { ifNoneMatch: "*" });
    expect(meta).toEqual(await store.head("stream"));
    expect(meta.size).toBe(21 * 1_000_003);
    expect(Buffer.compare(await bytesOf(await store.read("stream")), Buffer.concat(parts))).toBe(0);
    await expect(store.write("stream", stream(parts), { ifNoneMatch: "*" })).rejects.toMatchObject({
      code: "OBJECT_EXISTS",
    });
    await expect(store.write("stream", stream(parts), { ifMatch: "0x0" })).rejects.toMatchObject({
      code: "OBJECT_CHANGED",
    });
  });

  it("leaves the directories of a hierarchical namespace out", async () => {
    const store = container.store();
    await container.client.getBlockBlobClient("dir").upload("", 0, { metadata: { hdi_isfolder: "true" } });
    await container.client.getBlockBlobClient("marker/").upload("", 0);
    await store.write("dir/file", Buffer.from("x"));
    expect((await listAll(store, "dir")).map((each) => each.key)).toEqual(["dir/file"]);
    expect((await listAll(store, "marker")).map((each) => each.key)).toEqual([]);
    expect(await store.head("dir")).toBeUndefined();
    await expect(store.read("dir")).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
  });

  it("recognises its own write when the answer is lost", async () => {
    const proxy = await openProxy(container, lose("PUT", 1));
    const meta = await proxy.store.write("lost/1", Buffer.from("mine"), { ifNoneMatch: "*" });
    expect(meta).toEqual(await container.store().head("lost/1"));
    expect(proxy.requests.filter((each) => each === "PUT")).toHaveLength(2);
    await proxy.close();
  });

  it("does not take somebody else's write for its own when no answer comes", async () => {
    await container.put("lost/2", Buffer.from("theirs"));
    const proxy = await openProxy(container, lose("PUT", 1));
    await expect(proxy.store.write("lost/2", Buffer.from("mine"), { ifNoneMatch: "*" })).rejects.toMatchObject({
      code: "OBJECT_EXISTS",
    });
    await proxy.close();
  });

  it("says when it cannot know whether a conditional write took effect", async () => {
    const proxy = await openProxy(container, { ...lose("PUT", 100), reach: false });
    await expect(proxy.store.write("lost/3", Buffer.from("mine"), { ifNoneMatch: "*" })).rejects.toMatchObject({
      code: "OBJECT_STATE_UNKNOWN",
    });
    await expect(proxy.store.write("lost/3", Buffer.from("mine"))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await proxy.close();
  });

  it("tries again when the service is busy, and gives up in the end", async () => {
    await container.put("busy", Buffer.from("x"));
    const once = await openProxy(container, { methods: ["GET"], times: 1, status: 429 });
    expect(await readText(once.store, "busy")).toBe("x");
    await once.close();
    const always = await openProxy(container, { methods: ["GET"], times: 100, status: 503 });
    await expect(always.store.read("busy")).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      details: { attempts: 3, status: 503 },
    });
    await always.close();
  });

  it("tries again when the service stays silent", async () => {
    await container.put("silent", Buffer.from("x"));
    const proxy = await openProxy(container, { methods: ["GET"], times: 1, status: "silence" });
    expect(await readText(proxy.store, "silent")).toBe("x");
    await proxy.close();
  });

  it("closes what it reads from when a write fails", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(Buffer.alloc(4 << 20));
      } finally {
        closed = true;
      }
    }
    const proxy = await openProxy(container, { methods: ["PUT"], times: 100, status: 503 });
    await expect(proxy.store.write("endless", source())).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(closed).toBe(true);
    await proxy.close();
  });

  it("gives no token to an address without TLS", async () => {
    const store = container.store({ credential: { kind: "identity" } });
    await expect(store.head("x")).rejects.toMatchObject({ code: "STORAGE_CREDENTIAL_MISSING" });
  });

  it("says what is wrong with the container, the key and the address, and shows no signature", async () => {
    const at = (options: ConstructorParameters<typeof AzureStore>[0]): AzureStore => new AzureStore(options);
    const { target } = container;
    const url = "abfss://raw@lake.dfs.core.windows.net";
    const missing = container.store({ target: { ...target, container: "not-there" } });
    await expect(missing.read("x")).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
    await expect(missing.head("x")).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
    await expect(listAll(missing, "")).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
    const wrongKey = at({ target, url, credential: { kind: "key", key: Buffer.from("wrong").toString("base64") } });
    await expect(wrongKey.read("x")).rejects.toMatchObject({ code: "STORE_FORBIDDEN" });
    const nobody = at({
      target: { ...target, endpoint: "http://127.0.0.1:9/devstoreaccount1" },
      url,
      credential: { kind: "sas", token: "sv=2020-08-04&sig=topsecret" },
      retries: 0,
    });
    const error: unknown = await nobody
      .write("x", Buffer.from("x"), { ifNoneMatch: "*" })
      .catch((each: unknown) => each);
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(JSON.stringify(error) + String(error instanceof Error && error.cause)).not.toContain("topsecret");
  });
});

interface Fault {
  readonly methods: readonly string[];
  /** How many requests it befalls. */
  readonly times: number;
  /** What comes instead of the answer. */
  readonly status: number | "broken" | "silence";
  /** Does the service get the request? */
  readonly reach?: boolean;
}

/** The requests take effect, and their answers are lost. */
function lose(method: string, times: number): Fault {
  return { methods: [method], times, status: "broken", reach: true };
}

/** A store whose requests go through a network that fails. */
async function openProxy(
  container: TestContainer,
  fault: Fault,
): Promise<{ readonly store: AzureStore; readonly requests: readonly string[]; close(): Promise<void> }> {
  const requests: string[] = [];
  let failed = 0;
  const { target } = container;
  const server = createServer((incoming, outgoing) => {
    requests.push(incoming.method ?? "");
    const fails = fault.methods.includes(incoming.method ?? "") && failed < fault.times;
    if (fails) failed += 1;
    if (fails && fault.reach !== true) fail(fault, incoming, outgoing);
    else forward(target.endpoint, incoming, outgoing, fails ? () => fail(fault, incoming, outgoing) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/${target.account}`;
  return {
    store: container.store({ target: { ...target, endpoint }, retries: 2, timeout: 300 }),
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function fail(fault: Fault, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (fault.status === "silence") return;
  if (fault.status === "broken") incoming.socket.destroy();
  else {
    const { status } = fault;
    // The request is read to its end first, as the service does.
    incoming.resume().once("end", () => outgoing.writeHead(status, { "x-ms-error-code": "ServerBusy" }).end());
  }
}

function forward(
  endpoint: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  instead: (() => void) | undefined,
): void {
  const { origin, host } = new URL(endpoint);
  const options = { method: incoming.method, headers: { ...incoming.headers, host } };
  const onward = request(`${origin}${incoming.url ?? ""}`, options, (answer) => {
    if (instead !== undefined) {
      answer.resume().once("end", instead);
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.once("error", () => incoming.socket.destroy());
  incoming.pipe(onward);
}

async function* stream(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield await Promise.resolve(part);
}
