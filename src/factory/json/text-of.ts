/** A value as text: text as it is, nothing for null and undefined, anything else as JSON. */
export function textOfJson(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}
