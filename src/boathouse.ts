export { Lakehouse } from "./project/lakehouse.ts";
export type { LakehouseOptions, RunWatch, SessionContext } from "./project/lakehouse.ts";
export type { ShownEvent } from "./project/run-event.ts";
export { defineBundle } from "./project/bundle-definition.ts";
export type { BundleDefinition } from "./project/bundle-definition.ts";
export { defineFactory } from "./factory/model/define.ts";
export type { FactoryDefinition } from "./factory/model/definition.ts";
export { defineProject } from "./project/config.ts";
export type {
  MainRun,
  OptionContext,
  OptionEffect,
  ProjectConfig,
  ProjectOption,
  ReportQuery,
} from "./project/config.ts";
export { usageError } from "./project/config-api.ts";
export { serveFiles } from "./project/file-server.ts";
export type { FileServer, Served } from "./project/file-server.ts";
export { BoathouseError } from "./core/errors.ts";
export type { Session, StatementResult } from "./engine/session.ts";
