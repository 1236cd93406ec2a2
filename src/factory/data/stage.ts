import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform, type Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createInflate } from "node:zlib";
import { BoathouseError, isBoathouseError, messageOf } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { ObjectMeta, ObjectStore } from "../../storage/object-store.ts";
import type { TemporaryFiles } from "./temporary-files.ts";
import type { TextFormat } from "./text-format.ts";

export interface StagedFile {
  /** A file of this machine with the content. */
  readonly path: string;
  /** Of the content as the source has it. */
  readonly size: number;
  readonly sha256: string | undefined;
  /** Whether the path is the source itself, which someone could change meanwhile. */
  readonly direct: boolean;
}

export interface StageOptions {
  readonly store: ObjectStore;
  readonly meta: ObjectMeta;
  readonly files: TemporaryFiles;
  readonly signal: AbortSignal;
  /** Text is decompressed and turned into UTF-8. */
  readonly text?: Pick<TextFormat, "compression" | "encoding">;
  /** For messages. */
  readonly url: string;
}

/** Brings an object onto this machine, whole and as it was when it was planned. Local ones stay where they are. */
export async function stage(options: StageOptions): Promise<StagedFile> {
  const { store, meta, files, signal, text, url } = options;
  const plain = text === undefined || (text.compression === "none" && isUtf8(text.encoding));
  if (plain && store.localPath !== undefined) {
    return { path: store.localPath(meta.key), size: meta.size, sha256: undefined, direct: true };
  }
  const path = files.next();
  const { body } = await store.read(meta.key, readOptions(meta, signal));
  const hash = createHash("sha256");
  let size = 0;
  const counted = Readable.from(
    (async function* () {
      for await (const chunk of body) {
        size += chunk.length;
        hash.update(chunk);
        yield chunk;
      }
    })(),
  );
  try {
    const steps = text === undefined ? [] : await transforms(text, url);
    await pipeline([counted, ...steps, createWriteStream(path)], { signal });
  } catch (error) {
    throw isBoathouseError(error) || signal.aborted ? error : stagingError(error, url);
  }
  return { path, size, sha256: hash.digest("hex"), direct: false };
}

/** Fails with `OBJECT_CHANGED` when a local source is no longer what was planned. */
export async function checkUnchanged(options: Pick<StageOptions, "store" | "meta" | "signal" | "url">): Promise<void> {
  const { store, meta, signal, url } = options;
  const now = await store.head(meta.key, { signal });
  if (now?.etag === meta.etag) return;
  throw new BoathouseError("OBJECT_CHANGED", `${url} has changed while it was read.`, {
    hint: "Run again: the new content is then read from its beginning.",
  });
}

/** A web server that gives neither an etag nor a date cannot be asked for the same content. */
export function hasEtag(meta: Pick<ObjectMeta, "etag">): boolean {
  return !meta.etag.startsWith("unknown-");
}

export function readOptions(meta: ObjectMeta, signal: AbortSignal): { ifMatch?: string; signal: AbortSignal } {
  return hasEtag(meta) ? { ifMatch: meta.etag, signal } : { signal };
}

export function isUtf8(encoding: string): boolean {
  return encoding === "utf-8" || encoding === "utf8" || encoding === "us-ascii";
}

async function transforms(text: Pick<TextFormat, "compression" | "encoding">, url: string): Promise<Duplex[]> {
  const steps: Duplex[] = [];
  if (text.compression === "gzip") steps.push(createGunzip());
  if (text.compression === "deflate") steps.push(createInflate());
  if (!isUtf8(text.encoding)) steps.push(await decoder(text.encoding, url));
  return steps;
}

async function decoder(encoding: string, url: string): Promise<Duplex> {
  const { default: iconv } = await import("iconv-lite");
  checkEncoding(iconv, encoding, url);
  const decoding = iconv.getDecoder(encoding);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(decoding.write(chunk), "utf8"));
    },
    flush(done) {
      done(null, Buffer.from(decoding.end() ?? "", "utf8"));
    },
  });
}

export async function encoder(encoding: string, url: string): Promise<(text: string) => Buffer> {
  const { default: iconv } = await import("iconv-lite");
  checkEncoding(iconv, encoding, url);
  return (text) => iconv.encode(text, encoding);
}

function checkEncoding(iconv: { encodingExists(name: string): boolean }, encoding: string, url: string): void {
  if (iconv.encodingExists(encoding)) return;
  const common = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "iso-8859-1",
    "windows-1252",
    "shift_jis",
    "gb18030",
    "euc-kr",
    "big5",
  ];
  throw new BoathouseError("FACTORY_UNSUPPORTED", `${url}: the encoding "${encoding}" is not supported.`, {
    hint: didYouMean(encoding, common) ?? `For instance ${common.join(", ")}.`,
  });
}

function stagingError(error: unknown, url: string): BoathouseError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOSPC") {
    return new BoathouseError("STORE_FULL", `There is no space left to read ${url} into a temporary file.`, {
      cause: error,
      hint: "Free some space, or set another temporary folder.",
    });
  }
  if (code.startsWith("Z_")) {
    return new BoathouseError(
      "COPY_NOT_COMPRESSED",
      `${url} is not compressed as its dataset says: ${messageOf(error)}.`,
      {
        cause: error,
        hint: "Correct compressionCodec in the dataset.",
      },
    );
  }
  return new BoathouseError("COPY_READ_FAILED", `${url} cannot be read: ${messageOf(error)}.`, { cause: error });
}
