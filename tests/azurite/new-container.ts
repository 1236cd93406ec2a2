import { randomUUID } from "node:crypto";
import { BlobServiceClient, StorageSharedKeyCredential, type ContainerClient } from "@azure/storage-blob";
import { AzureStore, type AzureStoreOptions } from "../../src/storage/azure-store.ts";
import type { AzureTarget } from "../../src/storage/azure-target.ts";

export interface TestContainer {
  readonly target: AzureTarget;
  /** What a project binds a container to. */
  readonly address: string;
  readonly client: ContainerClient;
  store(options?: Partial<AzureStoreOptions>): AzureStore;
  /** Puts an object there without a store. */
  put(key: string, body: Uint8Array): Promise<void>;
  delete(): Promise<void>;
}

/** A new container of an Azurite. `endpoint`: `http://127.0.0.1:<port>/devstoreaccount1`. */
export async function newContainer(endpoint: string): Promise<TestContainer> {
  const target = { endpoint, account: "devstoreaccount1", container: `test-${randomUUID()}` };
  const { credential } = BlobServiceClient.fromConnectionString("UseDevelopmentStorage=true");
  if (!(credential instanceof StorageSharedKeyCredential)) throw new Error("The emulator's key is not known.");
  const client = new BlobServiceClient(endpoint, credential).getContainerClient(target.container);
  await client.create();
  return {
    target,
    address: `${endpoint}/${target.container}`,
    client,
    store: (options = {}) =>
      new AzureStore({
        target,
        credential: { kind: "emulator" },
        url: "abfss://raw@lake.dfs.core.windows.net",
        retries: 1,
        ...options,
      }),
    async put(key, body) {
      await client.getBlockBlobClient(key).uploadData(body);
    },
    async delete() {
      await client.delete();
    },
  };
}
