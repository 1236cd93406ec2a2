import { describe, expect, it } from "vitest";
import { azureCredential } from "./azure-credential.ts";
import { parseAzureTarget } from "./azure-target.ts";
import { inKeyOrder } from "./key-order.ts";
import type { ObjectMeta } from "./object-store.ts";

describe("what a container is bound to", () => {
  it.each([
    ["abfss://raw@lake.dfs.core.windows.net", "https://lake.blob.core.windows.net", "lake", "raw"],
    ["https://lake.dfs.core.windows.net/raw", "https://lake.blob.core.windows.net", "lake", "raw"],
    ["https://lake.blob.core.windows.net/raw/", "https://lake.blob.core.windows.net", "lake", "raw"],
    ["https://lake.blob.core.usgovcloudapi.net/raw", "https://lake.blob.core.usgovcloudapi.net", "lake", "raw"],
    [
      "http://127.0.0.1:10000/devstoreaccount1/raw",
      "http://127.0.0.1:10000/devstoreaccount1",
      "devstoreaccount1",
      "raw",
    ],
  ])("%s is a container of an account", (text, endpoint, account, container) => {
    expect(parseAzureTarget(text)).toEqual({ endpoint, account, container });
  });

  it.each([
    "https://lake.blob.core.windows.net/raw/folder",
    "http://127.0.0.1:10000/devstoreaccount1/raw/folder",
    "https://files.example/raw",
    "https://files.example",
    "/data/raw",
  ])("%s is none", (text) => {
    expect(() => parseAzureTarget(text)).toThrow(expect.objectContaining({ code: "INVALID_STORAGE_BINDING" }));
  });

  it("holds no secret, and the error does not show it", () => {
    let message = "";
    try {
      parseAzureTarget("https://lake.blob.core.windows.net/raw?sv=1&sig=secret");
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("shared access signature");
    expect(message).not.toContain("secret");
  });
});

describe("the credential of an account", () => {
  it("is a key, a shared access signature or a connection string of the environment", () => {
    expect(azureCredential("lake", { AZURE_STORAGE_KEY: "k" })).toEqual({ kind: "key", key: "k" });
    expect(azureCredential("lake", { AZURE_STORAGE_SAS_TOKEN: "?sv=1" })).toEqual({ kind: "sas", token: "sv=1" });
    const text = "DefaultEndpointsProtocol=https;AccountName=lake;AccountKey=a==;EndpointSuffix=core.windows.net";
    expect(azureCredential("lake", { AZURE_STORAGE_CONNECTION_STRING: text })).toEqual({ kind: "key", key: "a==" });
    const sas = "BlobEndpoint=https://lake.blob.core.windows.net/;SharedAccessSignature=sv=1&sig=x%3D";
    expect(azureCredential("lake", { AZURE_STORAGE_CONNECTION_STRING: sas })).toEqual({
      kind: "sas",
      token: "sv=1&sig=x%3D",
    });
  });

  it("is not given to another account", () => {
    const identity = { kind: "identity" };
    expect(azureCredential("other", { AZURE_STORAGE_ACCOUNT: "lake", AZURE_STORAGE_KEY: "k" })).toEqual(identity);
    const text = "AccountName=lake;AccountKey=a==";
    expect(azureCredential("other", { AZURE_STORAGE_CONNECTION_STRING: text })).toEqual(identity);
    expect(azureCredential("other", { AZURE_STORAGE_KEY_LAKE: "k" })).toEqual(identity);
    expect(azureCredential("lake", { AZURE_STORAGE_KEY_LAKE: "own", AZURE_STORAGE_KEY: "k" })).toEqual({
      kind: "key",
      key: "own",
    });
  });

  it("is the identity of the process when there is none, and the public key for the emulator", () => {
    expect(azureCredential("lake", { AZURE_STORAGE_KEY: " " })).toEqual({ kind: "identity" });
    expect(azureCredential("devstoreaccount1", {})).toEqual({ kind: "emulator" });
  });
});

describe("a listing", () => {
  const ordered = async (keys: readonly string[], folder = ""): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of inKeyOrder(metas(keys), folder)) found.push(key);
    return found;
  };

  it("of a hierarchical namespace comes into the order of bytes", async () => {
    expect(await ordered(["a/b/c", "a/b/d", "a/b-c", "a/x", "a-b", "a.txt", "a0", "b"])).toEqual([
      "a-b",
      "a.txt",
      "a/b-c",
      "a/b/c",
      "a/b/d",
      "a/x",
      "a0",
      "b",
    ]);
    expect(await ordered(["t/d/1", "t/d-x/1", "t/d.y"], "t/")).toEqual(["t/d-x/1", "t/d.y", "t/d/1"]);
  });

  it("stays as it is in the order of bytes, and need not end to begin", async () => {
    const keys = ["_delta_log/0", "a", "a-b", "a/b", "a0", "é", "\uFFFD", "\u{10000}"];
    expect(await ordered(keys)).toEqual(keys);
    for await (const { key } of inKeyOrder(endless(), "")) {
      if (key === "f00000000000100") break;
    }
  });
});

async function* metas(keys: readonly string[]): AsyncGenerator<ObjectMeta> {
  for (const key of keys) yield await Promise.resolve({ key, size: 0, etag: "", lastModified: 0 });
}

async function* endless(): AsyncGenerator<ObjectMeta> {
  for (let n = 0; ; n += 1) {
    yield await Promise.resolve({ key: `f${String(n).padStart(14, "0")}`, size: 0, etag: "", lastModified: 0 });
  }
}
