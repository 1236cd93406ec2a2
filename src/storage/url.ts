import { fileURLToPath, pathToFileURL } from "node:url";
import { isAbsolute } from "node:path";
import { BoathouseError } from "../core/errors.ts";
import { checkKey } from "./key.ts";

/** Where a URL points. `key` is `""` for the root, has no slash at its ends, and is not percent-encoded. */
export type Location = AzureLocation | FileLocation | HttpLocation;

/** A place in a storage account: ADLS Gen2 and Blob storage name the same objects. */
export interface AzureLocation {
  readonly kind: "azure";
  readonly account: string;
  readonly container: string;
  readonly key: string;
}

export interface FileLocation {
  readonly kind: "file";
  /** Absolute; a path of this machine. */
  readonly path: string;
}

export interface HttpLocation {
  readonly kind: "http";
  /** `https://example.com:8080`. */
  readonly origin: string;
  readonly key: string;
  /** Without `?`. */
  readonly query: string;
}

/**
 * Reads the forms in which places are written: `abfss://container@account.dfs.core.windows.net/path` (also `abfs`,
 * `wasb`, `wasbs`), `https://account.dfs.core.windows.net/container/path` (also `.blob.`), `file:///path`, a plain absolute
 * path, `http(s)://host/path`. In `abfss:` and plain paths `%` is an ordinary character, as Hadoop has it; in `https:` and
 * `file:` URLs it encodes.
 *
 * Throws `INVALID_STORAGE_URL`, and `INVALID_OBJECT_KEY` for paths with `..`, NUL or backslash in them, encoded or not.
 */
export function parseLocation(text: string): Location {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case "abfss":
    case "abfs":
    case "wasbs":
    case "wasb":
      return hadoopLocation(text);
    case "http":
    case "https":
      return webLocation(text);
    case "file":
      return fileLocation(text);
    case undefined:
      if (isAbsolute(text)) return plainPath(text);
      throw invalid(text, "it is neither a URL nor an absolute path");
    default:
      throw invalid(text, `the scheme "${scheme}" is not supported`);
  }
}

/** One spelling for each place: `abfss:` for Azure, `file:` for paths. No slash at the end. */
export function formatLocation(location: Location): string {
  switch (location.kind) {
    case "azure": {
      const root = `abfss://${location.container}@${location.account}.dfs.core.windows.net`;
      return location.key === "" ? root : `${root}/${location.key}`;
    }
    case "file":
      return pathToFileURL(location.path).href.replace(/(?<!\/)\/$/, "");
    case "http": {
      const path = location.key.split("/").map(encodeURIComponent).join("/");
      return `${location.origin}/${path}${location.query === "" ? "" : `?${location.query}`}`;
    }
  }
}

/** The canonical spelling of a URL, for comparing places. */
export function canonicalUrl(url: string): string {
  return formatLocation(parseLocation(url));
}

/** Is `inner` the place `outer` or below it? Both canonical. */
export function contains(outer: string, inner: string): boolean {
  const folder = outer.replace(/\/+$/, "");
  return inner === folder || inner.startsWith(`${folder}/`);
}

/** `base` with further parts of a path behind it. `path` is a key, not percent-encoded. */
export function joinUrl(base: string, path: string): string {
  const location = parseLocation(base);
  checkKey(path, base);
  if (location.kind === "file")
    return formatLocation({ kind: "file", path: `${location.path.replace(/\/$/, "")}/${path}` });
  return formatLocation({ ...location, key: location.key === "" ? path : `${location.key}/${path}` });
}

const HOST = /^([a-z0-9]{3,24})\.(?:dfs|blob)\.core\.windows\.net$/;
const CONTAINER = /^(?:[a-z0-9](?:-?[a-z0-9]){2,62}|\$root|\$web|\$logs)$/;

function hadoopLocation(text: string): AzureLocation {
  const match = /^[a-z]+:\/\/([^@/]*)@([^/?#]*)(\/[^]*)?$/i.exec(text);
  const account = HOST.exec(match?.[2]?.toLowerCase() ?? "")?.[1];
  if (match === null || account === undefined) {
    throw invalid(text, "it does not have the form abfss://container@account.dfs.core.windows.net/path");
  }
  return azure(text, account, match[1] ?? "", trim(match[3] ?? ""));
}

function azure(text: string, account: string, container: string, key: string): AzureLocation {
  if (!CONTAINER.test(container) || container.length > 63) {
    throw invalid(text, `"${container}" cannot name a container`, "3 to 63 small letters, digits and single dashes");
  }
  if (key !== "") checkKey(key, `${container}@${account}`);
  return { kind: "azure", account, container, key };
}

function webLocation(text: string): Location {
  // WHATWG URLs resolve `..` and turn backslashes round, encoded dots too, so what was written is looked at first.
  const written = /^[a-z]+:\/\/[^/?#\\]*([^?#]*)/i.exec(text)?.[1] ?? "";
  const key = decoded(text, trim(written));
  const url = parsed(text);
  if (url.username !== "" || url.password !== "") throw invalid(text, "it holds a password");
  if (key !== "") checkKey(key, url.origin);
  const account = HOST.exec(url.hostname)?.[1];
  const query = url.search.replace(/^\?/, "");
  if (account === undefined || query !== "") return { kind: "http", origin: url.origin, key, query };
  const [container = "", ...rest] = key.split("/");
  return azure(text, account, container, rest.join("/"));
}

function fileLocation(text: string): FileLocation {
  const written = /^file:(?:\/\/[^/]*)?([^]*)$/i.exec(text)?.[1] ?? "";
  const key = decoded(text, trim(written));
  if (key !== "") checkKey(key, "file://");
  // Hadoop writes `file:/path`.
  const url = parsed(text.replace(/^file:\/(?!\/)/i, "file:///"));
  try {
    return { kind: "file", path: withoutSlash(fileURLToPath(url)) };
  } catch (error) {
    throw invalid(text, "it names no file of this machine", undefined, error);
  }
}

function plainPath(text: string): FileLocation {
  const key = trim(text.replaceAll("\\", process.platform === "win32" ? "/" : "\\"));
  if (key !== "") checkKey(key, "file://");
  return { kind: "file", path: withoutSlash(text.replace(/\/{2,}/g, "/")) };
}

/** A key of a path: no slashes at the ends, single ones between. */
function trim(path: string): string {
  return path.replace(/\/{2,}/g, "/").replace(/^\/|\/$/g, "");
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, "") : path;
}

function decoded(text: string, path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    throw invalid(text, "it holds a broken percent-encoding", undefined, error);
  }
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch (error) {
    throw invalid(text, "it is no URL", undefined, error);
  }
}

function invalid(text: string, why: string, hint?: string, cause?: unknown): BoathouseError {
  return new BoathouseError("INVALID_STORAGE_URL", `"${text}" names no place in storage: ${why}.`, {
    cause,
    hint: hint ?? "Use abfss://container@account.dfs.core.windows.net/path, an https:// URL, or an absolute path.",
  });
}
