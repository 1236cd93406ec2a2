import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import { Properties } from "../runtime/properties.ts";
import { placeOf, type Place } from "./place.ts";

/** A dataset with its parameters filled in: where its data is and in what form. */
export interface Dataset {
  readonly name: string;
  readonly type: string;
  /** Its `typeProperties`. */
  readonly properties: Properties;
  readonly place: Place;
}

/**
 * The dataset that a reference names, with the parameters of the reference. `settings` are the store settings of the
 * activity, which say how a web server is asked.
 */
export function resolveDataset(context: ActivityContext, reference: Properties, settings?: Properties): Dataset {
  const name = reference.requiredText("referenceName");
  const definition = named(context.spec.datasets, name, "dataset");
  const parameters = filled("dataset", name, definition["parameters"], reference.value("parameters"));
  const inDataset = context.evaluation({ dataset: parameters });
  const dataset = new Properties(definition, inDataset);
  const link = dataset.object("linkedServiceName");
  const linkName = link.requiredText("referenceName");
  const linkDefinition = named(context.spec.linkedServices, linkName, "linked service");
  const linkParameters = filled("linked service", linkName, linkDefinition["parameters"], link.value("parameters"));
  const service = new Properties(linkDefinition, context.evaluation({ linkedService: linkParameters }));
  const properties = dataset.object("typeProperties");
  const place = placeOf({
    dataset: name,
    location: properties.object("location"),
    service,
    services: context.services,
    ...(settings === undefined ? {} : { settings }),
  });
  return { name, type: dataset.requiredText("type"), properties, place };
}

function named(among: JsonObject, name: string, what: string): JsonObject {
  const found = among[name.toLowerCase()];
  if (isJsonObject(found)) return found;
  const hint = didYouMean(name, Object.keys(among));
  throw new BoathouseError(
    "FACTORY_RESOURCE_UNKNOWN",
    `There is no ${what} "${name}".`,
    hint === undefined ? {} : { hint },
  );
}

/** The declared parameters with what is given, and defaults for the rest. */
function filled(what: string, name: string, declared: Json | undefined, given: Json | undefined): JsonObject {
  const values: Record<string, Json> = {};
  const provided = isJsonObject(given) ? given : {};
  for (const [parameter, specification] of Object.entries(isJsonObject(declared) ? declared : {})) {
    const key = Object.keys(provided).find((each) => each.toLowerCase() === parameter.toLowerCase());
    const fallback = isJsonObject(specification) ? specification["defaultValue"] : undefined;
    const value = key === undefined ? fallback : provided[key];
    if (value === undefined) {
      throw new BoathouseError(
        "FACTORY_PARAMETER_MISSING",
        `The ${what} "${name}" needs the parameter "${parameter}".`,
      );
    }
    values[parameter] = value;
  }
  return values;
}
