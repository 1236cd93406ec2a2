import type { SessionState } from "./session-state.ts";

/** Settings of a session that steer the maintenance of tables, under Delta Lake's names and with its defaults. */
const SETTINGS = {
  "optimize.minFileSize": { kind: "count", fallback: "1073741824" },
  "optimize.maxFileSize": { kind: "count", fallback: "1073741824" },
  "optimize.maxDeletedRowsRatio": { kind: "ratio", fallback: "0.05" },
  "optimize.clustering.mergeStrategy.minCubeSize.threshold": { kind: "count", fallback: "8589934592" },
  "autoCompact.enabled": { kind: "flag", fallback: "false" },
  "autoCompact.maxFileSize": { kind: "count", fallback: "134217728" },
  "autoCompact.minFileSize": { kind: "count", fallback: "67108864" },
  "autoCompact.minNumFiles": { kind: "count", fallback: "50" },
  "optimizeWrite.enabled": { kind: "flag", fallback: "false" },
  "retentionDurationCheck.enabled": { kind: "flag", fallback: "true" },
  "vacuum.lite.enabled": { kind: "flag", fallback: "false" },
  "vacuum.logging.enabled": { kind: "flag", fallback: "true" },
} as const;

type Name = keyof typeof SETTINGS;
type Numbers = { [K in Name]: (typeof SETTINGS)[K]["kind"] extends "flag" ? never : K }[Name];
type Flags = Exclude<Name, Numbers>;

const PREFIX = "spark.databricks.delta.";

/** For `SET`: the full names, and what is wrong with a value. */
export const MAINTENANCE_SETTINGS: readonly {
  readonly name: string;
  readonly shown: (state: SessionState) => string;
  readonly problem: (value: string) => string | undefined;
}[] = Object.entries(SETTINGS).map(([name, { kind, fallback }]) => ({
  name: PREFIX + name,
  shown: (state) => state.settings.get((PREFIX + name).toLowerCase()) ?? fallback,
  problem: (value) => {
    if (kind === "flag") return /^(true|false)$/i.test(value) ? undefined : `"${value}" is none of true, false.`;
    const number = Number(value);
    if (kind === "ratio") {
      return value.trim() !== "" && number >= 0 && number <= 1 ? undefined : `"${value}" is no number from 0 to 1.`;
    }
    return /^\d+$/.test(value) && Number.isSafeInteger(number) ? undefined : `"${value}" is no whole number from 0.`;
  },
}));

/** A number that the session has set. */
export function maintenanceSetting(state: SessionState, name: Numbers): number | undefined {
  const text = state.settings.get((PREFIX + name).toLowerCase());
  return text === undefined ? undefined : Number(text);
}

export function maintenanceFlag(state: SessionState, name: Flags): boolean | undefined {
  const text = state.settings.get((PREFIX + name).toLowerCase());
  return text === undefined ? undefined : text.toLowerCase() === "true";
}
