import { BoathouseError } from "../../core/errors.ts";
import { uuidFrom } from "../../core/ids.ts";
import type { SelectedFile } from "../data/select-files.ts";
import { urlOf, type Place } from "../data/place.ts";
import type { ObjectMeta } from "../../storage/object-store.ts";

export type CopyBehavior = "PreserveHierarchy" | "FlattenHierarchy" | "MergeFiles";

/** What a copy is going to do, written down before a byte moves. Plain data. */
export interface CopyPlan {
  readonly targets: readonly PlannedTarget[];
}

export interface PlannedTarget {
  /** The key in the sink's store. */
  readonly key: string;
  /** What stood there when the copy was planned. */
  readonly etag: string | null;
  /** One, or for MergeFiles all, in order. */
  readonly sources: readonly PlannedSource[];
}

export interface PlannedSource {
  readonly key: string;
  readonly relative: string;
  readonly size: number;
  readonly etag: string;
  readonly lastModified: number;
}

export interface PlanOptions {
  readonly files: readonly SelectedFile[];
  readonly sink: Place;
  readonly behavior: CopyBehavior;
  readonly activityRunId: string;
  /** With its dot: for names that are made here. */
  readonly extension: string;
  /** Whether a name taken from the source gets the extension. */
  readonly rename: boolean;
  readonly signal: AbortSignal;
}

/** Names the target of every file; the same files and settings give the same names in every attempt. */
export async function planCopy(options: PlanOptions): Promise<CopyPlan> {
  const { files, sink, behavior, signal } = options;
  const groups = behavior === "MergeFiles" ? [[...files]] : files.map((file) => [file]);
  if (files.length > 1 && behavior !== "MergeFiles" && sink.file !== undefined) {
    throw new BoathouseError(
      "COPY_TARGET_AMBIGUOUS",
      `${files.length} files are to be copied to the one file ${urlOf(sink)}.`,
      { hint: "Leave fileName out of the sink's dataset, or set copyBehavior to MergeFiles." },
    );
  }
  const targets: PlannedTarget[] = [];
  const taken = new Map<string, string>();
  for (const group of groups) {
    const [first] = group;
    if (first === undefined) continue;
    const key = [sink.folder, nameOf(first, options)].filter((part) => part !== "").join("/");
    const before = taken.get(key);
    if (before !== undefined) {
      const message = `${before} and ${first.meta.key} would both become ${urlOf(sink, key)}.`;
      throw new BoathouseError("COPY_TARGET_AMBIGUOUS", message, { hint: "Use the copyBehavior FlattenHierarchy." });
    }
    taken.set(key, first.meta.key);
    const target = await sink.store.head(key, { signal });
    targets.push({ key, etag: target?.etag ?? null, sources: group.map(plannedSource) });
  }
  return { targets: targets.toSorted((a, b) => (a.key < b.key ? -1 : 1)) };
}

/** What the store said of a source when the copy was planned. */
export function metaOf({ key, size, etag, lastModified }: PlannedSource): ObjectMeta {
  return { key, size, etag, lastModified };
}

function nameOf(file: SelectedFile, options: PlanOptions): string {
  const { sink, behavior, activityRunId, extension, rename } = options;
  if (sink.file !== undefined) return sink.file;
  if (behavior === "MergeFiles") return `Data.${activityRunId}${extension}`;
  if (behavior === "FlattenHierarchy") {
    return `Data.${activityRunId}.${uuidFrom("copy", activityRunId, file.meta.key)}${extension}`;
  }
  if (file.relative === "") return `Data.${activityRunId}${extension}`;
  if (!rename) return file.relative;
  return `${file.relative.replace(/(?<=[^/])\.[^./]*$/, "")}${extension}`;
}

function plannedSource({ meta, relative }: SelectedFile): PlannedSource {
  const { key, size, etag, lastModified } = meta;
  return { key, relative, size, etag, lastModified };
}
