export { DeltaTable } from "./delta/api/delta-table.ts";
export type {
  ChangeResult,
  CreateRequest,
  OverwriteRequest,
  WriteRequest,
  WriteResult,
} from "./delta/api/delta-table.ts";
export type { GivenRow, GivenRows, GivenValue, ParquetRows } from "./delta/api/given-rows.ts";
export type { MergeRequest } from "./delta/api/merge.ts";
export type { RuntimeOptions } from "./delta/api/runtime.ts";
export type { ArrowRows } from "./delta/api/arrow-rows.ts";
export type { ChangePoint, ChangeRequest } from "./delta/api/change-scan.ts";
export type { RowScan, ScanRequest } from "./delta/api/row-scan.ts";
export type { TableScan } from "./delta/api/table-scan.ts";
export type { TableVersion } from "./delta/api/table-version.ts";
