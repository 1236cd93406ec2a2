import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import type { AddAction, DeletionVectorDescriptor } from "../actions.ts";
import { localCopy } from "../scan/data-files.ts";
import { vectorPath } from "../scan/deletion-vector.ts";
import { describe, keyOf, type TableLocation } from "../log/log-segment.ts";
import { missingParts } from "../scan/missing-files.ts";
import { inParallel } from "../log/objects.ts";
import { dataFile, decodePath, encodePath, placeText } from "../log/paths.ts";
import { encodeZ85 } from "../scan/z85.ts";

/** A file of the source under the name that it has in the clone. */
export interface ClonedFile {
  readonly add: AddAction;
  /** What has to be copied for it, once each; nothing for a shallow clone. */
  readonly copies: readonly FileCopy[];
}

export interface FileCopy {
  readonly from: TableLocation;
  /** As the source's log names the file. */
  readonly path: string;
  /** Tells its content from another one (`localCopy`). */
  readonly tag: string;
  /** The target's key. */
  readonly key: string;
}

/**
 * The files of a shallow clone: those of the source, by their absolute paths. Throws `DELTA_FILE_NOT_FOUND`, and
 * `DELTA_FILE_NOT_LOCAL` where the clone's log may not name them.
 */
export async function sharedFiles(
  adds: readonly AddAction[],
  from: TableLocation,
  to: TableLocation,
): Promise<ClonedFile[]> {
  await requireThere(from, adds);
  return adds.map((add) => {
    const { deletionVector } = add;
    const shared = { ...cloned(add), path: absolutePath(from, to, add.path) };
    const vector = deletionVector === undefined ? undefined : sharedVector(from, to, deletionVector);
    return { add: vector === undefined ? shared : { ...shared, deletionVector: vector }, copies: [] };
  });
}

/**
 * The files of a deep clone: copies, which have the names of the source where these are unique in the world, else names
 * that follow from what they copy. So a clone that was interrupted, or is brought up to date, finds its own copies again.
 * Throws `DELTA_FILE_NOT_FOUND`.
 */
export async function copiedFiles(
  adds: readonly AddAction[],
  from: TableLocation,
  to: TableLocation,
  sourceId: string,
): Promise<ClonedFile[]> {
  await requireThere(from, adds);
  return adds.map((add) => {
    const path = copyPath(add, sourceId);
    const copies = [{ from, path: add.path, tag: String(add.size), key: keyOf(to, decodePath(path)) }];
    const vector = add.deletionVector;
    if (vector === undefined || vector.storageType === "i") return { add: { ...cloned(add), path }, copies };
    const vectorCopy = copiedVector(from, to, vector);
    copies.push(vectorCopy.copy);
    return { add: { ...cloned(add), path, deletionVector: vectorCopy.descriptor }, copies };
  });
}

/** Copies what is not there yet. A copy is seen whole or not at all. */
export async function copyMissing(
  files: readonly ClonedFile[],
  to: TableLocation,
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = new Map(files.flatMap(({ copies }) => copies.map((copy) => [copy.key, copy] as const)));
  const options = signal === undefined ? {} : { signal };
  await inParallel([...wanted.values()], COPY_WIDTH, async ({ from, path, tag, key }) => {
    const file = await localCopy(from, path, tag, signal);
    const { size } = await stat(file);
    const there = await to.store.head(key, options);
    if (there?.size === size) return;
    try {
      await to.store.write(key, createReadStream(file), { ifNoneMatch: "*", ...options });
    } catch (error) {
      if (!isBoathouseError(error, "OBJECT_EXISTS")) throw error;
      if ((await to.store.head(key, options))?.size !== size) throw otherFile(to, key);
    }
  });
}

const COPY_WIDTH = 16;

/** Row ids and their commits are the source's own. */
function cloned({ baseRowId: _id, defaultRowCommitVersion: _version, ...add }: AddAction): AddAction {
  return { ...add, dataChange: true };
}

/** A name that another writer cannot have given to another file. */
const UNIQUE_NAME = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

function copyPath({ path, size, modificationTime }: AddAction, sourceId: string): string {
  const decoded = decodePath(path);
  const isAbsolute = /^([a-z][a-z0-9+.-]*:|\/)/i.test(path);
  const name = basename(decoded);
  if (UNIQUE_NAME.test(name)) return isAbsolute ? encodePath(name) : path;
  const hash = createHash("sha256").update([sourceId, path, size, modificationTime].join("\0")).digest("hex");
  const folder = isAbsolute || !decoded.includes("/") ? "" : decoded.slice(0, decoded.lastIndexOf("/") + 1);
  return encodePath(`${folder}${hash.slice(0, 32)}-${name}`);
}

/** As the log of another table names the file: a URL. */
function absolutePath(from: TableLocation, to: TableLocation, path: string): string {
  const isRelative = !/^([a-z][a-z0-9+.-]*:|\/)/i.test(path);
  if (isRelative && from.store.url === to.store.url && !from.store.url.startsWith("file:")) {
    return `${from.store.url}/${encodePath(keyOf(from, decodePath(path)))}`;
  }
  const file = dataFile(from, path);
  if (file.kind === "remote") return `${file.store.url}/${encodePath(file.key)}`;
  if (to.store.localPath === undefined) {
    throw new BoathouseError(
      "DELTA_FILE_NOT_LOCAL",
      `${describe(to)} is in a remote store and cannot share the files of ${describe(from)} on this machine.`,
      { hint: "Clone it deep, or into local storage." },
    );
  }
  // Another store's URL says nothing to whoever reads the clone; the file itself is on this machine.
  return fileUrl(file.path);
}

/** As Java writes it, with one slash: Spark finds the file of a row by this text when it writes deletion vectors. */
function fileUrl(file: string): string {
  return `file:${file.startsWith("/") ? "" : "/"}${encodePath(file)}`;
}

function sharedVector(
  from: TableLocation,
  to: TableLocation,
  vector: DeletionVectorDescriptor,
): DeletionVectorDescriptor {
  if (vector.storageType === "i") return vector;
  const path = vectorPath(vector.storageType, vector.pathOrInlineDv);
  return { ...vector, storageType: "p", pathOrInlineDv: absolutePath(from, to, path) };
}

function copiedVector(
  from: TableLocation,
  to: TableLocation,
  vector: DeletionVectorDescriptor,
): { readonly descriptor: DeletionVectorDescriptor; readonly copy: FileCopy } {
  const path = vectorPath(vector.storageType, vector.pathOrInlineDv);
  const uuid = /^deletion_vector_(.*)\.bin$/.exec(basename(path))?.[1];
  if (uuid === undefined || !UNIQUE_NAME.test(uuid)) {
    throw new BoathouseError("DELTA_INVALID_PATH", `${path} is not named as a deletion vector is.`, {
      hint: "The log was written wrongly. Purge the deletion vectors of the source (OPTIMIZE), then clone it.",
    });
  }
  const pathOrInlineDv = encodeZ85(Buffer.from(uuid.replaceAll("-", ""), "hex"));
  return {
    descriptor: { ...vector, storageType: "u", pathOrInlineDv },
    copy: { from, path, tag: "", key: keyOf(to, `deletion_vector_${uuid}.bin`) },
  };
}

async function requireThere(location: TableLocation, adds: readonly AddAction[]): Promise<void> {
  for (const [index, parts] of (await missingParts(location, adds)).entries()) {
    const path = parts.dataFileMissing ? adds[index]?.path : parts.vectorMissing ? parts.vector : undefined;
    if (path === undefined) continue;
    const file = placeText(dataFile(location, path));
    throw new BoathouseError(
      "DELTA_FILE_NOT_FOUND",
      `${describe(location)} needs the file ${file}, which is not there.`,
      {
        sqlState: "42K03",
        details: { path: file },
        hint: "VACUUM removed it because the version is older than the retention period, or it was deleted outside the table. Clone a newer version.",
      },
    );
  }
}

function otherFile(to: TableLocation, key: string): BoathouseError {
  return new BoathouseError("DELTA_FILE_ALREADY_EXISTS", `${to.store.url}/${key} is another file already.`, {
    sqlState: "42K04",
    hint: "Clone into another place, or remove the file when nothing needs it.",
  });
}
