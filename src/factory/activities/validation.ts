import { BoathouseError } from "../../core/errors.ts";
import { resolveDataset } from "../data/dataset.ts";
import { describePlace, type PlaceDescription } from "../data/describe-place.ts";
import { urlOf } from "../data/place.ts";
import { flag, integer, object, reference, required, timespan } from "../model/shape.ts";
import type { ActivityKind } from "./activity-kind.ts";

const TWELVE_HOURS = 12 * 3_600_000;

export const VALIDATION: ActivityKind = {
  type: "Validation",
  description: "Waits until a file or folder is there, has a size, or has (or has no) files in it.",
  properties: object({
    dataset: required(reference("dataset")),
    timeout: timespan,
    sleep: integer,
    minimumSize: integer,
    childItems: flag,
  }),
  async run(context) {
    const { properties, node } = context;
    const dataset = resolveDataset(context, properties.object("dataset"));
    const url = urlOf(dataset.place);
    const timeout = properties.duration("timeout") ?? TWELVE_HOURS;
    const pause = (properties.integer("sleep") ?? 10) * 1000;
    const minimumSize = properties.integer("minimumSize");
    const children = properties.has("childItems") ? properties.flag("childItems", true) : undefined;
    await context.recordInput({ dataset: dataset.name, url });
    const deadline = node.startedAt + timeout;
    for (;;) {
      const found = await describePlace(dataset.place, context.signal);
      const missing = missingIn(found, minimumSize, children);
      if (missing === undefined && found !== undefined) {
        return {
          exists: true,
          itemName: found.name,
          itemType: found.type,
          ...(found.lastModified === undefined ? {} : { lastModified: new Date(found.lastModified).toISOString() }),
          ...(found.type === "File"
            ? { size: found.size }
            : { childItems: found.children.map((each) => ({ ...each })) }),
        };
      }
      const rest = deadline - node.clock.now();
      if (rest <= 0) {
        throw new BoathouseError(
          "FACTORY_VALIDATION_TIMEOUT",
          `${url} ${missing ?? "is not there"} after ${timeout / 1000} seconds.`,
          {
            hint: `Check the location of the dataset "${dataset.name}", or give Validation a longer timeout.`,
          },
        );
      }
      await node.clock.sleep(Math.min(pause, rest), context.signal);
    }
  },
};

/** What is still missing; undefined when all is as it should be. */
function missingIn(
  found: PlaceDescription | undefined,
  minimumSize: number | undefined,
  children: boolean | undefined,
): string | undefined {
  if (found === undefined) return "is not there";
  if (found.type === "File") {
    if (minimumSize !== undefined && found.size < minimumSize) return `is smaller than ${minimumSize} bytes`;
    return undefined;
  }
  if (children === true && found.children.length === 0) return "is empty";
  if (children === false && found.children.length > 0) return "is not empty";
  return undefined;
}
