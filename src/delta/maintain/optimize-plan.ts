import type { AddAction } from "../actions.ts";
import { numRecords } from "../write/file-stats.ts";
import type { RewriteGroup } from "./rewrite-files.ts";
import type { ScanFile } from "../scan/scan-sql.ts";

/** Bytes, and the share of deleted rows from which on a file is written anew. */
export interface OptimizeSizes {
  /** Files below it are put together. */
  readonly minFileSize: number;
  /** How large files are to become, about. */
  readonly maxFileSize: number;
  readonly maxDeletedRowsRatio: number;
}

/** A file of the scan, with its `add`. */
export interface ListedFile {
  readonly file: ScanFile;
  readonly add: AddAction;
}

/**
 * Small files, and those with many deleted rows, put together partition by partition, in the order of the table so that
 * rows that came together stay together. A file alone is only written anew for its deleted rows.
 */
export function planCompaction(files: readonly ListedFile[], sizes: OptimizeSizes): RewriteGroup[] {
  const wornOut = new Set(files.filter((each) => isWornOut(each, sizes)));
  const wanted = files.filter((each) => each.file.size < sizes.minFileSize || wornOut.has(each));
  return binsOf(wanted, partitionOf, sizes.maxFileSize)
    .filter((bin) => bin.length > 1 || bin.some((each) => wornOut.has(each)))
    .map((bin) => ({ files: indexes(bin) }));
}

/** All files of each partition together. */
export function planZorder(
  files: readonly ListedFile[],
  columns: readonly (readonly string[])[],
  fileSize: number,
): RewriteGroup[] {
  return binsOf(files, partitionOf, Number.POSITIVE_INFINITY).map((bin) => ({
    files: indexes(bin),
    order: { curve: "zorder", columns, fileSize },
  }));
}

/** Files that hold what is deleted: they stay in the partition and the cube that they are in. */
export function planPurge(files: readonly ListedFile[], maxFileSize: number): RewriteGroup[] {
  const cubeOf = ({ add }: ListedFile): string => JSON.stringify([add.tags ?? null, add.clusteringProvider ?? null]);
  return binsOf(files, (each) => partitionOf(each) + cubeOf(each), maxFileSize).map((bin) => {
    const { tags, clusteringProvider } = bin[0]?.add ?? {};
    return {
      files: indexes(bin),
      marks: {
        ...(tags === undefined ? {} : { tags }),
        ...(clusteringProvider === undefined ? {} : { clusteringProvider }),
      },
    };
  });
}

/** Files in the given order, into cubes of about a size. */
export function packCubes(files: readonly ListedFile[], size: number): (readonly number[])[] {
  return binsOf(files, () => "", size).map(indexes);
}

/** The partition as its typed values say: several texts may mean one. */
export function partitionOf({ file }: ListedFile): string {
  return JSON.stringify(file.partitionValues);
}

/** A file with a vector but without a count of rows is written anew, which gives it one. */
function isWornOut({ add }: ListedFile, { maxDeletedRowsRatio }: OptimizeSizes): boolean {
  if (add.deletionVector === undefined) return false;
  const rows = numRecords(add);
  return rows === undefined || add.deletionVector.cardinality / rows > maxDeletedRowsRatio;
}

/** Files of one key, in their order, up to a size together. */
function binsOf(
  files: readonly ListedFile[],
  keyOf: (file: ListedFile) => string,
  size: number,
): (readonly ListedFile[])[] {
  const groups = new Map<string, ListedFile[]>();
  for (const each of files) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()].flatMap((group) => {
    const bins: ListedFile[][] = [];
    let filled = 0;
    for (const each of group) {
      const bin = bins.at(-1);
      if (bin === undefined || filled + each.file.size > size) {
        bins.push([each]);
        filled = each.file.size;
      } else {
        bin.push(each);
        filled += each.file.size;
      }
    }
    return bins;
  });
}

function indexes(bin: readonly ListedFile[]): number[] {
  return bin.map(({ file }) => file.index);
}
