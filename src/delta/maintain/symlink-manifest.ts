import { BoathouseError } from "../../core/errors.ts";
import type { AddAction } from "../actions.ts";
import { allAdds } from "../scan/listed-files.ts";
import { describe, keyOf } from "../log/log-segment.ts";
import { decodePath } from "../log/paths.ts";
import type { Snapshot } from "../snapshot.ts";

/** The folder of the manifests below a table's own. */
const FOLDER = "_symlink_format_manifest";
const NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__";

/**
 * Writes lists of a version's files for engines that know no Delta log (Presto, Athena): one file `manifest` a partition,
 * and takes away those of partitions that are gone (Delta Lake's `GenerateSymlinkManifest`). Each list is replaced whole.
 *
 * Throws `DELTA_UNSUPPORTED_GENERATE_WITH_DELETION_VECTORS` and
 * `DELTA_UNSUPPORTED_MANIFEST_GENERATION_WITH_COLUMN_MAPPING`: such readers would see rows that are deleted, or no columns.
 */
export async function generateManifests(snapshot: Snapshot): Promise<void> {
  const { location, mappingMode, partitionColumns } = snapshot;
  if (mappingMode !== "none") throw withColumnMapping(snapshot);
  const adds = await allAdds(snapshot);
  if (adds.some(({ deletionVector }) => deletionVector !== undefined)) throw withDeletionVectors(snapshot);
  const manifests = new Map<string, string[]>(partitionColumns.length === 0 ? [[FOLDER, []]] : []);
  for (const add of adds) {
    const folder = [FOLDER, ...partitionColumns.map((name) => partitionFolder(name, add))].join("/");
    const lines = manifests.get(folder) ?? [];
    manifests.set(folder, lines);
    lines.push(absolute(snapshot, add.path));
  }
  for (const [folder, lines] of manifests) {
    await location.store.write(
      keyOf(location, `${folder}/manifest`),
      Buffer.from(lines.map((line) => `${line}\n`).join("")),
    );
  }
  const wanted = new Set([...manifests.keys()].map((folder) => keyOf(location, `${folder}/manifest`)));
  for await (const { key } of location.store.list(keyOf(location, `${FOLDER}/`))) {
    if (!wanted.has(key)) await location.store.delete(key);
  }
}

function absolute({ location }: Snapshot, path: string): string {
  const decoded = decodePath(path);
  return /^([a-z][a-z0-9+.-]*:|\/)/i.test(path) ? decoded : `${describe(location)}/${decoded}`;
}

function partitionFolder(name: string, { partitionValues }: AddAction): string {
  const value = partitionValues[name];
  return `${escaped(name)}=${value === undefined || value === null || value === "" ? NULL_FOLDER : escaped(value)}`;
}

/** As Hive names the folders of partitions. */
function escaped(text: string): string {
  return text.replace(
    SPECIAL,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

// oxlint-disable-next-line no-control-regex -- Hive escapes control characters.
const SPECIAL = /[\u0001-\u001f\u007f"#%'*/:=?\\{[\]^]/g;

function withDeletionVectors({ location }: Snapshot): BoathouseError {
  return new BoathouseError(
    "DELTA_UNSUPPORTED_GENERATE_WITH_DELETION_VECTORS",
    `Manifests cannot be made of ${describe(location)}, which has deletion vectors: readers of manifests would see deleted rows.`,
    { sqlState: "0A000", hint: "REORG TABLE … APPLY (PURGE) writes the files anew without them." },
  );
}

function withColumnMapping({ location }: Snapshot): BoathouseError {
  return new BoathouseError(
    "DELTA_UNSUPPORTED_MANIFEST_GENERATION_WITH_COLUMN_MAPPING",
    `Manifests cannot be made of ${describe(location)}, whose files have other names for its columns.`,
    { sqlState: "0AKDC", hint: "Use a table without column mapping." },
  );
}
