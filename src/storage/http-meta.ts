import { randomIds } from "../core/ids.ts";
import type { ObjectMeta } from "./object-store.ts";

/** What the headers of a whole object say of it. */
export function httpMeta(key: string, headers: Headers): ObjectMeta {
  const size = isEncoded(headers) ? undefined : integer(headers.get("content-length"));
  const modified = headers.get("last-modified");
  const time = modified === null ? Number.NaN : Date.parse(modified);
  return {
    key,
    size: size ?? -1,
    etag: headers.get("etag") ?? substitute(modified, headers),
    lastModified: Number.isNaN(time) ? 0 : time,
  };
}

/** The size of the whole object in the answer to a range request. */
export function totalOf(headers: Headers): number | undefined {
  return integer(/\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] ?? null);
}

/** Weak and strong forms of an etag name the same object (RFC 9110, 8.8.3.2: weak comparison). */
export function sameEtag(a: string, b: string): boolean {
  return a.replace(/^W\//, "") === b.replace(/^W\//, "");
}

/** Without an etag; a `Last-Modified` alone would miss a second change in the same second less often with the size. */
function substitute(modified: string | null, headers: Headers): string {
  if (modified === null) return `unknown-${randomIds.uuid()}`;
  const total = totalOf(headers) ?? integer(headers.get("content-length"));
  return `modified-${modified}-${total ?? ""}`;
}

/** The length of a compressed body is not the object's. */
function isEncoded(headers: Headers): boolean {
  const encoding = headers.get("content-encoding");
  return encoding !== null && encoding !== "" && encoding !== "identity";
}

function integer(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
