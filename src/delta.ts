export { DeltaTable } from "./delta/table.ts";
export type { DeltaContext } from "./delta/context.ts";
