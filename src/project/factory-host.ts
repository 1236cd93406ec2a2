import type { Clock } from "../core/clock.ts";
import type { IdSource } from "../core/ids.ts";
import type { Json } from "../core/json.ts";
import type { Factory } from "../factory/model/resource.ts";
import { FactoryRunner, type FactoryRunnerOptions } from "../factory/runtime/factory-runner.ts";
import type { DatabricksWorkspace } from "../factory/runtime/services.ts";
import type { Platform } from "./platform.ts";

export interface FactoryHostOptions {
  readonly factory: Factory;
  readonly platform: Platform;
  readonly workspace: DatabricksWorkspace;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly observe: NonNullable<FactoryRunnerOptions["observe"]>;
  /** Outputs of activities that are not to run. */
  readonly mocks?: Readonly<Record<string, Json>>;
}

/** Gives a factory what it needs of the house. The secrets of key vaults are environment variables. */
export function openFactoryRunner(options: FactoryHostOptions): FactoryRunner {
  const { factory, platform, workspace, clock, ids, observe, mocks } = options;
  const { state, storage, databases, folders, temporaryFolder } = platform;
  return new FactoryRunner({
    factory,
    services: {
      state,
      storage,
      connect: async () => (await databases.connect("UTC", folders)).connection,
      workspace,
      temporaryFolder,
      mapUrl: (url) => storage.webAddress(url),
      secrets: (name) => process.env[name],
      clock,
      ids,
    },
    observe,
    ...(mocks === undefined ? {} : { mocks }),
  });
}
