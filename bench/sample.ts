import { existsSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { SAMPLE_FILES } from "../netflix/sample/generator.ts";
import { writeSample } from "../netflix/sample/write.ts";

/** The folder of the flagship's sample: made once for each scale, and kept with the temporary files of this user. */
export async function sampleAt(scale: number): Promise<string> {
  const folder = join(tmpdir(), `boathouse-bench-${userInfo().uid}`, `sample-${scale}`);
  if (!SAMPLE_FILES.every((file) => existsSync(join(folder, file)))) await writeSample({ scale, folder });
  return folder;
}
