import { createHash } from "node:crypto";
import { isBoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { readObject } from "./objects.ts";

/** What `_last_checkpoint` says (PROTOCOL.md, "Last Checkpoint File Schema"); fields in the order of Delta Lake's. */
export interface LastCheckpoint {
  readonly version: number;
  /** Actions in it; -1 where that is not known. */
  readonly size: number;
  readonly sizeInBytes?: number;
  readonly numOfAddFiles?: number;
  readonly v2Checkpoint?: JsonObject;
}

export const LAST_CHECKPOINT = "_last_checkpoint";

/** `key`: of the file. Undefined when there is none, or it is damaged: it is only a hint where to begin. */
export async function readLastCheckpoint(store: ObjectStore, key: string): Promise<LastCheckpoint | undefined> {
  let value: Json;
  try {
    value = JSON.parse(await readObject(store, key)) as Json;
  } catch (error) {
    if (isBoathouseError(error, "OBJECT_NOT_FOUND") || error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isJsonObject(value)) return undefined;
  const { version, size, checksum } = value;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 0) return undefined;
  if (typeof checksum === "string" && checksum !== jsonChecksum(value)) return undefined;
  return { version, size: typeof size === "number" ? size : -1 };
}

/** Points at a checkpoint that has been written, unless the file points at a later one. */
export async function writeLastCheckpoint(store: ObjectStore, key: string, last: LastCheckpoint): Promise<void> {
  const known = await readLastCheckpoint(store, key);
  if (known !== undefined && known.version > last.version) return;
  const value = JSON.parse(JSON.stringify(last)) as JsonObject;
  const text = JSON.stringify({ ...value, checksum: jsonChecksum(value) });
  await store.write(key, Buffer.from(text));
}

/** The MD5 of a JSON value's canonical form, its own key `checksum` left out (PROTOCOL.md, "JSON checksum"). */
export function jsonChecksum(value: JsonObject): string {
  return createHash("md5").update(canonicalJson(value)).digest("hex");
}

/** `"a"+0+"b"="c%20d",…`, in the order of the paths' bytes. */
export function canonicalJson(value: JsonObject): string {
  const entries: string[] = [];
  const visit = (node: Json, path: string): void => {
    if (Array.isArray(node)) node.forEach((each: Json, index) => visit(each, join(path, String(index))));
    else if (isJsonObject(node)) for (const [key, each] of Object.entries(node)) visit(each, join(path, encoded(key)));
    else entries.push(`${path}=${typeof node === "string" ? encoded(node) : JSON.stringify(node)}`);
  };
  for (const [key, each] of Object.entries(value)) if (key !== "checksum") visit(each, encoded(key));
  // All of it is ASCII: the order of code units is that of bytes.
  return entries.toSorted((a, b) => (a < b ? -1 : 1)).join(",");
}

function join(path: string, name: string): string {
  return `${path}+${name}`;
}

function encoded(text: string): string {
  const escaped = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `"${escaped}"`;
}
