import type { AnalysisContext } from "./resolver.ts";

/** For expressions that belong to nobody's session: Spark's defaults, in UTC. */
export function plainContext(text: string): AnalysisContext {
  return {
    ansi: true,
    timeZone: "UTC",
    currentCatalog: "",
    currentSchema: "",
    user: "",
    groups: new Set<string>(),
    parameters: {},
    now: BigInt(Date.now()) * 1000n,
    text,
  };
}
