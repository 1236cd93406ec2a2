/** Times of day as text and as microseconds since midnight, as Spark's `stringToTime` reads them. */

const TIME = /^T?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?(?:\s*([AP])M)?$/i;

/** Microseconds since midnight, or undefined: `[h]h:[m]m[:[s]s[.fraction]][ AM|PM]`, with or without a T in front. */
export function parseTimeOfDay(text: string): bigint | undefined {
  const matched = TIME.exec(text.trim());
  if (matched === null) return undefined;
  const [, hours = "", minutes = "", seconds = "0", fraction = "", half] = matched;
  const hour = hourOf(Number(hours), half);
  if (hour === undefined || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const whole = BigInt((hour * 60 + Number(minutes)) * 60 + Number(seconds));
  return whole * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
}

/** `HH:mm:ss[.ffffff]`, without zeros at the end. */
export function timeOfDayText(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const fraction = String(micros % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((each) => String(each).padStart(2, "0"))
    .join(":");
  return fraction === "" ? clock : `${clock}.${fraction}`;
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour > 23 ? undefined : hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toUpperCase() === "P" ? 12 : 0);
}
