import { fixedOffset, resolveZone } from "../java/zone.ts";

/**
 * DuckDB SQL of the instant of a local time in the session's time zone. Of two instants that have the same local time, when
 * clocks are set back, Java takes the earlier one, DuckDB the later.
 */
export function instantSql(local: string, timeZone: string): string {
  const instant = `CAST(${local} AS TIMESTAMPTZ)`;
  return repeatsTimes(timeZone) ? `spk_first_instant(${instant})` : instant;
}

/** Are there local times that a zone has twice? */
export function repeatsTimes(timeZone: string): boolean {
  return (
    fixedOffset(resolveZone(timeZone) ?? timeZone) === undefined && !/^(?:Etc\/)?(?:UTC|GMT|UCT|Zulu)$/i.test(timeZone)
  );
}
