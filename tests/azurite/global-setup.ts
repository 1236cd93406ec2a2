import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { startAzurite, type Azurite } from "./process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Answers with the endpoint of the run's Azurite, which starts when it is first asked. */
    azurite: string;
  }
}

/** One emulator of Azure Blob storage for all tests of a run, only when one of them asks for it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let azurite: Promise<Azurite> | undefined;
  const server = createServer((_, response) => {
    azurite ??= startAzurite();
    azurite.then(
      ({ endpoint }) => response.end(endpoint),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  project.provide("azurite", `http://127.0.0.1:${port}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    await (await azurite?.catch(() => undefined))?.stop();
  };
}
