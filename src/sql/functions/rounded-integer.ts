import type { DataType } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";

const RAISE =
  'error(\'[ARITHMETIC_OVERFLOW] Overflow. If necessary set "spark.sql.ansi.enabled" to "false" to bypass this error.\')';

/** The digits of a rounded integer in its own type: too large is an error in ANSI mode, else its low bits, as Java narrows. */
export function roundedInteger(digits: string, type: DataType, tools: LoweringTools): string {
  const name = tools.typeName(type);
  if (!tools.ansi) {
    const bits = { byte: 8, short: 16, int: 32 }[String(type.kind)] ?? 64;
    return `CAST(spk_wrap${bits}(CAST(${digits} AS HUGEINT)) AS ${name})`;
  }
  return tools.once(
    digits,
    (value) => `coalesce(TRY_CAST(${value} AS ${name}), CASE WHEN ${value} IS NOT NULL THEN ${RAISE} END)`,
  );
}
