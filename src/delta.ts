export { DeltaTable } from "./delta/api/delta-table.ts";
export type {
  ChangeResult,
  CreateRequest,
  OverwriteRequest,
  TableVersion,
  WriteRequest,
  WriteResult,
} from "./delta/api/delta-table.ts";
export type { GivenRow, GivenRows, GivenValue } from "./delta/api/given-rows.ts";
export type { MergeRequest } from "./delta/api/merge.ts";
export type { RuntimeOptions } from "./delta/api/runtime.ts";
export type { ScanRequest, TableScan } from "./delta/api/table-scan.ts";
