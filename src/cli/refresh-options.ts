import type { RefreshRequest } from "../pipelines/refresh.ts";

export interface RefreshOptions {
  readonly fullRefresh?: boolean;
  readonly fullRefreshOnly?: string;
  readonly refreshOnly?: string;
}

export function refreshRequest({ fullRefresh, fullRefreshOnly, refreshOnly }: RefreshOptions): RefreshRequest {
  return {
    ...(fullRefresh === true ? { fullRefresh } : {}),
    ...(fullRefreshOnly === undefined ? {} : { fullRefreshSelection: names(fullRefreshOnly) }),
    ...(refreshOnly === undefined ? {} : { refreshSelection: names(refreshOnly) }),
  };
}

export function names(text: string): string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
