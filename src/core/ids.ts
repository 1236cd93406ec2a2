import { createHash, randomUUID } from "node:crypto";

/** Where new identities come from. Injected, so that a replay gives the same ones. */
export interface IdSource {
  /** A UUID in lower case with dashes. */
  uuid(): string;
}

export const randomIds: IdSource = { uuid: () => randomUUID() };

/** Identities that follow from a seed: for tests and replays. */
export function seededIds(seed: string): IdSource {
  let count = 0;
  return { uuid: () => uuidFrom(seed, String(count++)) };
}

/** The namespace of all identities that follow from a name here. */
const NAMESPACE = "6f2c1f0e-5b3a-5c8e-9d1c-0b0a7b0a7e57";

/** A UUID of version 5 (RFC 9562, section 5.5) over the parts: the same parts always give the same identity. */
export function uuidFrom(...parts: readonly string[]): string {
  const hash = createHash("sha1").update(Buffer.from(NAMESPACE.replaceAll("-", ""), "hex"));
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
