import { missing, selectFiles } from "../data/select-files.ts";
import { resolveDataset } from "../data/dataset.ts";
import { keyOf, urlOf } from "../data/place.ts";
import { READ_SETTINGS } from "../data/store-shapes.ts";
import { anything, flag, inert, object, reference, refused, required } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";

export const DELETE: ActivityKind = {
  type: "Delete",
  description: "Deletes a file, or the files of a folder that the store settings choose.",
  properties: object({
    dataset: required(reference("dataset")),
    storeSettings: READ_SETTINGS,
    recursive: flag,
    maxConcurrentConnections: inert("files are deleted one by one"),
    enableLogging: refused("what is deleted stands in the activity's output"),
    logStorageSettings: { shape: anything, inert: "logging is off" },
  }),
  policy: true,
  async run(context) {
    const { properties, node } = context;
    const settings = properties.object("storeSettings");
    const dataset = resolveDataset(context, properties.object("dataset"), settings);
    const { place } = dataset;
    await context.recordInput({ dataset: dataset.name, url: urlOf(place) });
    // After a crash the same files are deleted: those that are gone already count, too.
    const keys = await node.once("files", async () => {
      const files = await selectFiles(dataset, settings, context.signal);
      return files.map((file) => file.meta.key);
    });
    if (keys.length === 0 && place.file === undefined) {
      throw missing(urlOf(place, keyOf(place)), "Nothing matches; check the folder and the wildcards.");
    }
    for (const key of keys) await place.store.delete(key, { signal: context.signal });
    return { datasetName: dataset.name, filesDeleted: keys.length, ...(keys.length <= 1000 ? { files: keys } : {}) };
  },
};
