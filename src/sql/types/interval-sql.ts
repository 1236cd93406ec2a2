/** How an interval that its type cannot hold is reported. */
export interface IntervalOverflow {
  readonly condition: string;
  readonly message: string;
}

/** Spark: `withOverflow` with and without a hint to a function that gives NULL. */
export const INTERVAL_OVERFLOW: IntervalOverflow = {
  condition: "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
  message: "Integer overflow while operating with intervals.",
};

export function intervalOverflow(suggestion: string): IntervalOverflow {
  return {
    condition: "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION",
    message: `Integer overflow while operating with intervals. Use \`${suggestion}\` to tolerate overflow and return NULL instead.`,
  };
}

export function castOverflow(from: string, to: string): IntervalOverflow {
  return {
    condition: "CAST_OVERFLOW",
    message: `The value of the type "${from}" cannot be cast to "${to}" due to an overflow. Use \`try_cast\` to tolerate overflow and return NULL instead.`,
  };
}

interface Tools {
  readonly quiet?: boolean;
  once(sql: string, use: (name: string) => string): string;
}

/** A year-month interval of `months`, SQL of any number that overflows later than INT: HUGEINT, DECIMAL or DOUBLE. */
export function monthsInterval(months: string, overflow: IntervalOverflow, tools: Tools): string {
  return tools.once(months, (value) => `to_months(${intervalAmount(value, true, overflow, tools.quiet)})`);
}

/** A day-time interval of `micros`, SQL of any number that overflows later than BIGINT. */
export function microsInterval(micros: string, overflow: IntervalOverflow, tools: Tools): string {
  return tools.once(micros, (value) =>
    tools.once(intervalAmount(value, false, overflow, tools.quiet), (us) => `spk_day_time(${us})`),
  );
}

/** Months as INT or microseconds as BIGINT. The value stands three times: it must be a name. */
export function intervalAmount(value: string, months: boolean, overflow: IntervalOverflow, quiet = false): string {
  // The largest DOUBLE below 2^63 is not 2^63 - 1, so the upper bound stands apart.
  const limit = months ? "2147483648" : "9223372036854775808";
  const { condition, message } = overflow;
  const raise = quiet ? "" : ` WHEN ${value} IS NOT NULL THEN error('[${condition}] ${message.replaceAll("'", "''")}')`;
  const amount = `CAST(${value} AS ${months ? "INTEGER" : "BIGINT"})`;
  return `CASE WHEN ${value} >= -${limit} AND ${value} < ${limit} THEN ${amount}${raise} END`;
}
