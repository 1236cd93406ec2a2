import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { generateSample, SAMPLE_FILES } from "./generator.ts";

/** Writes the five files into a folder; each appears whole, under its own name, when all are done. */
export async function writeSample(options: {
  readonly scale: number;
  readonly folder: string;
  readonly seed?: number;
}): Promise<void> {
  await mkdir(options.folder, { recursive: true });
  const suffix = `.${process.pid}.partial`;
  const streams = SAMPLE_FILES.map((file) => ({
    file,
    stream: createWriteStream(join(options.folder, file + suffix)),
  }));
  for (const piece of generateSample(options)) {
    for (const { file, stream } of streams) {
      if (!stream.write(piece[file])) await once(stream, "drain");
    }
  }
  for (const { file, stream } of streams) {
    stream.end();
    await once(stream, "finish");
    await rename(join(options.folder, file + suffix), join(options.folder, file));
  }
}
