import { BoathouseError } from "../../core/errors.ts";
import type { ObjectMeta } from "../../storage/object-store.ts";
import { dateTimeOfEpoch } from "../expression/datetime/date-time.ts";
import { parseDateTime } from "../expression/datetime/parse.ts";
import type { Properties } from "../runtime/properties.ts";
import type { Dataset } from "./dataset.ts";
import { keyOf, urlOf, type Place } from "./place.ts";

export interface SelectedFile {
  readonly meta: ObjectMeta;
  /** Its path below the folder that was asked for. */
  readonly relative: string;
}

/** The files that a dataset and the store settings of a source choose, in the order of their keys. */
export async function selectFiles(
  dataset: Dataset,
  settings: Properties,
  signal: AbortSignal,
): Promise<readonly SelectedFile[]> {
  const { place } = dataset;
  const list = settings.text("fileListPath");
  if (list !== undefined && list !== "") return listedFiles(place, list, signal);
  const wildcard = settings.text("wildcardFileName");
  const folderPattern = settings.text("wildcardFolderPath");
  const prefix = settings.text("prefix");
  if (wildcard === undefined && folderPattern === undefined && prefix === undefined && place.file !== undefined) {
    return [await oneFile(dataset, signal)];
  }
  const root = folderPattern === undefined ? place.folder : literalStart(folderPattern);
  const matches = matcher({
    folder: place.folder,
    folderPattern,
    wildcard,
    recursive: settings.flag("recursive", true),
  });
  const modified = modifiedWithin(settings);
  const found: SelectedFile[] = [];
  const start = prefix ?? (root === "" ? "" : `${root}/`);
  for await (const meta of place.store.list(start, { signal })) {
    if (isHidden(meta.key) || !modified(meta)) continue;
    if (prefix !== undefined) found.push({ meta, relative: meta.key });
    else if (matches(meta.key)) found.push({ meta, relative: below(meta.key, root) });
  }
  return found;
}

/** The one file that a dataset names. Throws `FACTORY_SOURCE_MISSING`. */
export async function oneFile(dataset: Dataset, signal: AbortSignal): Promise<SelectedFile> {
  const { place } = dataset;
  const meta = await place.store.head(keyOf(place), { signal });
  if (meta !== undefined) return { meta, relative: place.file ?? "" };
  throw missing(urlOf(place), `Check the location of the dataset "${dataset.name}".`);
}

export function missing(url: string, hint: string): BoathouseError {
  return new BoathouseError("FACTORY_SOURCE_MISSING", `There is no file ${url}.`, { hint, details: { url } });
}

async function listedFiles(place: Place, list: string, signal: AbortSignal): Promise<SelectedFile[]> {
  const key = list.replace(/^\/+/, "");
  const { body } = await place.store.read(withoutContainer(key, place), { signal });
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const names = Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/);
  const found: SelectedFile[] = [];
  for (const name of names.map((each) => each.trim().replace(/^\/+/, "")).filter((each) => each !== "")) {
    const path = place.folder === "" ? name : `${place.folder}/${name}`;
    const meta = await place.store.head(path, { signal });
    if (meta === undefined) throw missing(urlOf(place, path), `${urlOf(place, key)} lists it.`);
    found.push({ meta, relative: name });
  }
  return found;
}

/** `fileListPath` begins with the container. */
function withoutContainer(key: string, place: Place): string {
  const container = /^abfss:\/\/([^@]+)@/.exec(place.store.url)?.[1];
  return container !== undefined && key.startsWith(`${container}/`) ? key.slice(container.length + 1) : key;
}

interface Matching {
  readonly folder: string;
  readonly folderPattern: string | undefined;
  readonly wildcard: string | undefined;
  readonly recursive: boolean;
}

function matcher({ folder, folderPattern, wildcard, recursive }: Matching): (key: string) => boolean {
  const folders = wildcardExpression((folderPattern ?? folder.replace(/[*?^]/g, "^$&")).replace(/^\/|\/$/g, ""));
  const files = wildcardExpression(wildcard ?? "*");
  return (key) => {
    const slash = key.lastIndexOf("/");
    const parent = slash < 0 ? "" : key.slice(0, slash);
    if (!files.test(key.slice(slash + 1))) return false;
    if (folders.test(parent)) return true;
    if (!recursive) return false;
    for (let end = parent.lastIndexOf("/"); end >= 0; end = parent.lastIndexOf("/", end - 1)) {
      if (folders.test(parent.slice(0, end))) return true;
      if (end === 0) break;
    }
    return folders.test("") && parent !== "";
  };
}

/** `*` is any number of characters of a name, `?` one or none of them; `^` takes the next character as it is. */
function wildcardExpression(pattern: string): RegExp {
  let source = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const letter = pattern[index] ?? "";
    if (letter === "*") source += "[^/]*";
    else if (letter === "?") source += "[^/]?";
    else {
      const literal = letter === "^" && index + 1 < pattern.length ? (pattern[(index += 1)] ?? "") : letter;
      source += literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    }
  }
  return new RegExp(`^${source}$`, "u");
}

/** The folders before the first wildcard. */
function literalStart(pattern: string): string {
  const parts = pattern.replace(/^\/|\/$/g, "").split("/");
  const wild = parts.findIndex((part) => /[*?^]/.test(part));
  return parts.slice(0, wild < 0 ? parts.length : wild).join("/");
}

function modifiedWithin(settings: Properties): (meta: ObjectMeta) => boolean {
  const start = time(settings, "modifiedDatetimeStart");
  const end = time(settings, "modifiedDatetimeEnd");
  return (meta) => {
    const { ticks } = dateTimeOfEpoch(meta.lastModified);
    return (start === undefined || ticks >= start) && (end === undefined || ticks < end);
  };
}

function time(settings: Properties, name: string): bigint | undefined {
  const text = settings.text(name);
  if (text === undefined || text === "") return undefined;
  return parseDateTime(text)?.ticks ?? settings.fail(name, `is not a date: "${text}"`);
}

/** Data Factory leaves out files and folders whose name begins with `_` or `.`. */
function isHidden(key: string): boolean {
  return key.split("/").some((part) => part.startsWith("_") || part.startsWith("."));
}

function below(key: string, root: string): string {
  return root === "" ? key : key.slice(root.length + 1);
}
