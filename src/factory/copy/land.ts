import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { BoathouseError, isBoathouseError } from "../../core/errors.ts";
import type { Clock } from "../../core/clock.ts";
import { urlOf, type Place } from "../data/place.ts";
import { hasEtag, readOptions, stage, type StagedFile } from "../data/stage.ts";
import type { TemporaryFiles } from "../data/temporary-files.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { ObjectMeta, ObjectStore } from "../../storage/object-store.ts";
import { convertText, stageText, type ConvertedText, type TextCopy } from "./copy-text.ts";
import type { FileCounts, Landing, Landings } from "./landing.ts";
import { metaOf, type PlannedSource, type PlannedTarget } from "./plan.ts";
import type { SkippedRow } from "./session-log.ts";
import { sinkBytes } from "./text-writer.ts";

export interface LandOptions {
  readonly source: Place;
  readonly sink: Place;
  /** What decides the content beside the sources. */
  readonly settings: string;
  /** The same for all attempts of one activity. */
  readonly identity: string;
  readonly landings: Landings;
  readonly files: TemporaryFiles;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How text is converted; absent for binary copies. */
  readonly text?: Omit<TextCopy, "store" | "sourceUrl" | "files" | "signal">;
  readonly connect: () => Promise<Connection>;
}

export interface Landed {
  /** `landed`: written by this copy, in this attempt or an earlier one. `unchanged`: it stood there already. */
  readonly outcome: "landed" | "unchanged";
  readonly counts: FileCounts;
  readonly skipped: readonly SkippedRow[];
}

/**
 * Brings one planned target to the sink, once: what an earlier attempt has landed is left alone, and so is what an
 * earlier run has landed from the same source with the same settings, as long as nobody has touched the target since.
 *
 * The target is seen whole or not at all. Its record is written after it; a crash in between is found out by comparing
 * the content that stands there.
 */
export async function land(target: PlannedTarget, options: LandOptions): Promise<Landed> {
  const { source, sink, settings, identity, landings, clock, signal } = options;
  const url = urlOf(sink, target.key);
  const sourceUrl = target.sources.map((each) => urlOf(source, each.key)).join("\n");
  const sourceEtag = target.sources.map((each) => each.etag).join("\n");
  const known = await landings.find(url);
  const current = await sink.store.head(target.key, { signal });
  const same =
    known !== undefined &&
    known.source === sourceUrl &&
    known.settings === settings &&
    known.targetEtag === current?.etag
      ? known
      : undefined;
  if (same?.sourceEtag === sourceEtag && target.sources.every(hasEtag)) return already(same, identity);
  const prepared =
    options.text === undefined ? await prepareBytes(target, options) : await prepareText(target, options, options.text);
  if (same?.sourceSha256 !== undefined && same.sourceSha256 === prepared.sha256) {
    // The server gives another etag, or none, to the same content.
    await landings.record({ ...same, sourceEtag }, clock.now());
    return already(same, identity);
  }
  const meta = await writeOnce(target, sink.store, url, prepared, signal);
  const counts: FileCounts = { ...prepared.counts, dataWritten: meta.size };
  const landing: Landing = {
    target: url,
    source: sourceUrl,
    sourceEtag,
    sourceSha256: prepared.sha256,
    settings,
    targetEtag: meta.etag,
    identity,
    counts,
  };
  await landings.record(landing, clock.now());
  return { outcome: "landed", counts, skipped: prepared.skipped };
}

/** What is to be written; it can be read again. */
interface Prepared {
  readonly bytes: () => AsyncIterable<Uint8Array>;
  readonly counts: Omit<FileCounts, "dataWritten">;
  readonly skipped: readonly SkippedRow[];
  /** Of the one source, where it is known. */
  readonly sha256: string | undefined;
}

function already(landing: Landing, identity: string): Landed {
  const outcome = landing.identity === identity ? "landed" : "unchanged";
  return { outcome, counts: landing.counts, skipped: [] };
}

async function prepareBytes(target: PlannedTarget, options: LandOptions): Promise<Prepared> {
  const { source, files, signal } = options;
  const staged: { planned: PlannedSource; file: StagedFile }[] = [];
  for (const planned of target.sources) {
    const url = urlOf(source, planned.key);
    staged.push({ planned, file: await stage({ store: source.store, meta: metaOf(planned), files, signal, url }) });
  }
  return {
    async *bytes() {
      for (const { planned, file } of staged) {
        if (!file.direct) yield* createReadStream(file.path, { highWaterMark: 1 << 18, signal });
        else yield* (await source.store.read(planned.key, readOptions(metaOf(planned), signal))).body;
      }
    },
    counts: { dataRead: staged.reduce((sum, { file }) => sum + file.size, 0) },
    skipped: [],
    sha256: staged.length === 1 ? staged[0]?.file.sha256 : undefined,
  };
}

async function prepareText(
  target: PlannedTarget,
  options: LandOptions,
  text: NonNullable<LandOptions["text"]>,
): Promise<Prepared> {
  const { source, sink, files, signal } = options;
  const copy: TextCopy = { ...text, store: source.store, sourceUrl: (key) => urlOf(source, key), files, signal };
  const converted: ConvertedText[] = [];
  const connection = await options.connect();
  try {
    for (const planned of target.sources) {
      const result = await convertText(copy, planned, await stageText(copy, planned), connection);
      const [first] = converted;
      if (first !== undefined && first.header !== "" && result.header !== "" && first.header !== result.header) {
        throw new BoathouseError(
          "COPY_COLUMNS_DIFFER",
          `${urlOf(source, planned.key)} has other columns than the files before it, and cannot be merged with them.`,
          { hint: "Map the columns by name, or leave out copyBehavior MergeFiles." },
        );
      }
      converted.push(result);
    }
  } finally {
    connection.close();
  }
  const header = converted.find((each) => each.header !== "")?.header ?? "";
  const withRows = converted.filter((each) => each.rowsCopied > 0).map((each) => each.path);
  const sum = (count: (each: ConvertedText) => number): number =>
    converted.reduce((total, each) => total + count(each), 0);
  return {
    bytes: () => sinkBytes(header, withRows, text.sink, urlOf(sink, target.key)),
    counts: {
      dataRead: sum((each) => each.dataRead),
      rowsRead: sum((each) => each.rowsRead),
      rowsCopied: sum((each) => each.rowsCopied),
      rowsSkipped: sum((each) => each.rowsSkipped),
    },
    skipped: converted.flatMap((each) => each.skipped),
    sha256: converted.length === 1 ? converted[0]?.sha256 : undefined,
  };
}

/** Writes over what was there when the copy was planned, and over nothing else. */
async function writeOnce(
  target: PlannedTarget,
  store: ObjectStore,
  url: string,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<ObjectMeta> {
  const condition = target.etag === null ? { ifNoneMatch: "*" as const } : { ifMatch: target.etag };
  try {
    return await store.write(target.key, prepared.bytes(), { ...condition, signal });
  } catch (error) {
    if (isBoathouseError(error, "STORE_FULL")) throw full(error, url);
    if (!isBoathouseError(error, "OBJECT_EXISTS") && !isBoathouseError(error, "OBJECT_CHANGED")) throw error;
    const landed = await store.head(target.key, { signal });
    if (landed !== undefined && landed.etag !== target.etag) {
      const { body } = await store.read(target.key, { ifMatch: landed.etag, signal });
      if ((await sha256(prepared.bytes())) === (await sha256(body))) return landed;
      throw new BoathouseError("COPY_TARGET_CHANGED", `${url} was written by someone else while this copy ran.`, {
        cause: error,
        hint: "Nothing was overwritten. Run the copy again to replace it.",
      });
    }
    throw error;
  }
}

function full(error: BoathouseError, url: string): BoathouseError {
  return new BoathouseError("STORE_FULL", `There is no space left to write ${url}.`, {
    cause: error,
    hint: "Free some space and run again: what has landed already is not copied again.",
  });
}

async function sha256(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest("hex");
}
