import { BoathouseError } from "../core/errors.ts";

/** The longest name of one part that every file system and Azure take, in bytes. */
const MAX_PART = 255;
const MAX_KEY = 1024;

/**
 * Refuses what is no name of an object: an empty, absolute or climbing one, NUL and backslash (a separator on Windows
 * and for Azure), parts that are too long. `%` is an ordinary character: keys are not percent-encoded.
 */
export function checkKey(key: string, store: string): string {
  const problem = problemOf(key);
  if (problem !== undefined) {
    throw new BoathouseError("INVALID_OBJECT_KEY", `"${key}" cannot name an object in ${store}: ${problem}.`, {
      details: { key, store },
    });
  }
  return key;
}

/** The same for the beginning of a key, as `list` takes it: its last part may be cut short, or empty. */
export function checkPrefix(prefix: string, store: string): string {
  if (prefix === "") return prefix;
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  if (folder !== "") checkKey(folder.slice(0, -1), store);
  if (prefix.length > folder.length) {
    const last = prefix.slice(folder.length);
    if (/[\0\\]/.test(last)) checkKey(last, store);
  }
  return prefix;
}

/** Below zero when `a` comes first in the order of UTF-8 bytes, in which stores list. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return utf8Rank(left) - utf8Rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for characters beyond U+FFFF, yet are smaller than U+E000 to U+FFFF as code units. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function problemOf(key: string): string | undefined {
  if (key === "") return "it is empty";
  if (key.includes("\0")) return "it holds the character NUL";
  if (key.includes("\\")) return "it holds a backslash";
  if (Buffer.from(key).toString() !== key) return "it is no valid Unicode";
  if (Buffer.byteLength(key) > MAX_KEY) return `it is longer than ${MAX_KEY} bytes`;
  for (const part of key.split("/")) {
    if (part === "") return "one of its parts is empty";
    if (part === "." || part === "..") return `one of its parts is "${part}"`;
    if (Buffer.byteLength(part) > MAX_PART) return `one of its parts is longer than ${MAX_PART} bytes`;
  }
  return undefined;
}
