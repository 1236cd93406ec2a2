import { systemClock, type Clock } from "../../core/clock.ts";
import { randomIds, type IdSource } from "../../core/ids.ts";
import { dateTimeOfEpoch, type DateTime } from "./datetime/date-time.ts";

/** What an expression may take from the world: time, identities, chance. Injected, so that a replay gives the same. */
export interface ExpressionEnvironment {
  utcNow(): DateTime;
  uuid(): string;
  /** At least 0, below 1. */
  random(): number;
}

export function environmentOf(options: {
  readonly clock?: Clock;
  readonly ids?: IdSource;
  readonly random?: () => number;
}): ExpressionEnvironment {
  const { clock = systemClock, ids = randomIds, random = Math.random } = options;
  return { utcNow: () => dateTimeOfEpoch(clock.now()), uuid: () => ids.uuid(), random };
}
