import { createHash } from "node:crypto";
import { keyOf, type Place } from "./place.ts";

export type PlaceDescription =
  | {
      readonly type: "File";
      readonly name: string;
      readonly size: number;
      readonly lastModified: number | undefined;
      /** Base64, as storage shows it. */
      readonly md5: (signal: AbortSignal) => Promise<string>;
    }
  | {
      readonly type: "Folder";
      readonly name: string;
      readonly lastModified: number | undefined;
      readonly children: readonly { readonly name: string; readonly type: "File" | "Folder" }[];
    };

/** What stands at a place; undefined when nothing does. Folders are those that have files below them. */
export async function describePlace(place: Place, signal: AbortSignal): Promise<PlaceDescription | undefined> {
  const key = keyOf(place);
  const meta = key === "" ? undefined : await place.store.head(key, { signal });
  if (meta !== undefined) {
    const { size, lastModified } = meta;
    const name = key.slice(key.lastIndexOf("/") + 1);
    return {
      type: "File",
      name,
      size,
      lastModified: lastModified === 0 ? undefined : lastModified,
      md5: (stop) => contentHash(place, key, stop),
    };
  }
  return place.kind === "http" ? undefined : describeFolder(place, key, signal);
}

async function describeFolder(place: Place, key: string, signal: AbortSignal): Promise<PlaceDescription | undefined> {
  const prefix = key === "" ? "" : `${key}/`;
  const children = new Map<string, "File" | "Folder">();
  let lastModified = 0;
  for await (const meta of place.store.list(prefix, { signal })) {
    const rest = meta.key.slice(prefix.length);
    const slash = rest.indexOf("/");
    const name = slash < 0 ? rest : rest.slice(0, slash);
    if (slash >= 0 || !children.has(name)) children.set(name, slash < 0 ? "File" : "Folder");
    lastModified = Math.max(lastModified, meta.lastModified);
  }
  if (children.size === 0) return undefined;
  return {
    type: "Folder",
    name: key.slice(key.lastIndexOf("/") + 1),
    lastModified,
    children: [...children].map(([name, type]) => ({ name, type })),
  };
}

async function contentHash(place: Place, key: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("md5");
  const { body } = await place.store.read(key, { signal });
  for await (const chunk of body) hash.update(chunk);
  return hash.digest("base64");
}
