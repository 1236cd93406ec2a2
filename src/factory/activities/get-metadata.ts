import { textOfJson } from "../json/text-of.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { didYouMean } from "../../core/nearest.ts";
import { DELIMITED_READ, JSON_READ, READ_SETTINGS } from "../data/store-shapes.ts";
import { resolveDataset, type Dataset } from "../data/dataset.ts";
import { describePlace, type PlaceDescription } from "../data/describe-place.ts";
import { urlOf } from "../data/place.ts";
import { readHeader } from "../data/text-header.ts";
import { anything, list, object, reference, required, variant } from "../model/shape.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import type { ActivityKind } from "./activity-kind.ts";

const FIELDS = [
  "childItems",
  "columnCount",
  "contentMD5",
  "exists",
  "itemName",
  "itemType",
  "lastModified",
  "size",
  "structure",
] as const;

export const GET_METADATA: ActivityKind = {
  type: "GetMetadata",
  description:
    "Tells of a file or folder: itemName, itemType, size, lastModified, childItems, structure, columnCount, contentMD5, exists.",
  properties: object({
    dataset: required(reference("dataset")),
    fieldList: list(anything),
    storeSettings: READ_SETTINGS,
    formatSettings: variant("format settings", {
      ...DELIMITED_READ.cases,
      ...JSON_READ.cases,
      BinaryReadSettings: object({}),
    }),
  }),
  policy: true,
  async run(context) {
    const { properties } = context;
    const dataset = resolveDataset(context, properties.object("dataset"), properties.object("storeSettings"));
    const fields = properties.array("fieldList").map((field) => fieldName(field, properties.array("fieldList")));
    await context.recordInput({ dataset: dataset.name, url: urlOf(dataset.place), fieldList: fields });
    const found = await describePlace(dataset.place, context.signal);
    if (found === undefined) {
      if (fields.includes("exists")) return { exists: false };
      throw new BoathouseError(
        "FACTORY_SOURCE_MISSING",
        `There is neither a file nor a folder ${urlOf(dataset.place)}.`,
        {
          hint: 'Put "exists" into the field list to ask whether it is there.',
        },
      );
    }
    const output: Record<string, Json> = {};
    for (const field of fields) Object.assign(output, await fieldOf(field, found, dataset, context));
    return output;
  },
};

function fieldName(field: Json, all: readonly Json[]): (typeof FIELDS)[number] {
  const text = textOfJson(field);
  const found = FIELDS.find((each) => each.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new BoathouseError("FACTORY_VALUE_INVALID", `GetMetadata knows no field "${text}".`, {
    hint: didYouMean(text, FIELDS) ?? `It knows ${FIELDS.join(", ")}.`,
    details: { fieldList: all },
  });
}

async function fieldOf(
  field: (typeof FIELDS)[number],
  found: PlaceDescription,
  dataset: Dataset,
  context: ActivityContext,
): Promise<Readonly<Record<string, Json>>> {
  switch (field) {
    case "exists":
      return { exists: true };
    case "itemName":
      return { itemName: found.name };
    case "itemType":
      return { itemType: found.type };
    case "lastModified":
      return found.lastModified === undefined ? {} : { lastModified: new Date(found.lastModified).toISOString() };
    case "size":
      return found.type === "File" ? { size: found.size } : {};
    case "childItems":
      if (found.type === "File") return {};
      return { childItems: found.children.map(({ name, type }) => ({ name, type })) };
    default:
      break;
  }
  if (found.type === "Folder") {
    throw new BoathouseError(
      "FACTORY_VALUE_INVALID",
      `"${field}" is known of files only, and ${urlOf(dataset.place)} is a folder.`,
    );
  }
  if (field === "contentMD5") return { contentMD5: await found.md5(context.signal) };
  const columns = await readHeader(dataset, context.signal);
  if (field === "columnCount") return { columnCount: columns.length };
  return { structure: columns.map((name) => ({ name, type: "String" })) };
}
