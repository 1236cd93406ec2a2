import { createHash } from "node:crypto";
import { BoathouseError } from "../../core/errors.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import { Properties } from "../runtime/properties.ts";
import { resolveDataset, type Dataset } from "../data/dataset.ts";
import { placeOf } from "../data/place.ts";
import { compressionSuffix, textFormat } from "../data/text-format.ts";
import type { LandOptions } from "./land.ts";
import { columnPlan } from "./mapping.ts";
import type { CopyBehavior } from "./plan.ts";
import { checkLogFolder, type LogTarget } from "./session-log.ts";

/** A copy with everything that its JSON says, evaluated. */
export interface CopySpec {
  readonly source: Dataset;
  readonly sink: Dataset;
  readonly sourceSettings: Properties;
  readonly behavior: CopyBehavior;
  readonly extension: string;
  readonly rename: boolean;
  readonly text: LandOptions["text"];
  readonly parallel: number;
  readonly deleteSources: boolean;
  readonly skip: { readonly missing: boolean; readonly forbidden: boolean; readonly inconsistent: boolean };
  readonly validate: boolean;
  readonly log: LogTarget | undefined;
  /** Changes with whatever changes the content of the targets, the sources apart. */
  readonly settings: string;
}

const DEFAULT_PARALLEL = 4;
const BEHAVIORS = ["PreserveHierarchy", "FlattenHierarchy", "MergeFiles"] as const;

export function copySpec(context: ActivityContext): CopySpec {
  const { activity, properties } = context;
  const source = properties.object("source");
  const sink = properties.object("sink");
  const sourceSettings = source.object("storeSettings");
  const sinkSettings = sink.object("storeSettings");
  const from = resolveDataset(context, only(activity, "inputs"), sourceSettings);
  const to = resolveDataset(context, only(activity, "outputs"), sinkSettings);
  checkTypes(source, from, "Source");
  checkTypes(sink, to, "Sink");
  if (from.type !== to.type) {
    throw new BoathouseError("FACTORY_UNSUPPORTED", `A copy from ${from.type} to ${to.type} is not supported.`, {
      hint: "Both sides are DelimitedText, or both are Binary.",
    });
  }
  if (to.place.kind === "http") {
    throw new BoathouseError("FACTORY_UNSUPPORTED", `The sink "${to.name}" is a web server, which can only be read.`);
  }
  const text = from.type === "DelimitedText" ? textCopy(from, to, properties) : undefined;
  const extension = text === undefined ? "" : sink.object("formatSettings").text("fileExtension");
  const wanted = sinkSettings.text("copyBehavior")?.toLowerCase();
  const behavior = BEHAVIORS.find((each) => each.toLowerCase() === wanted) ?? "PreserveHierarchy";
  const skipFiles = properties.object("skipErrorFile");
  return {
    source: from,
    sink: to,
    sourceSettings,
    behavior,
    extension: extension ?? (text === undefined ? "" : `.txt${compressionSuffix(text.sink.compression)}`),
    rename: extension !== undefined && extension !== "",
    text,
    parallel: Math.max(1, properties.integer("parallelCopies") ?? DEFAULT_PARALLEL),
    deleteSources: deleteSources(sourceSettings, from),
    skip: {
      missing: skipFiles.flag("fileMissing", false),
      forbidden: skipFiles.flag("fileForbidden", false),
      inconsistent: skipFiles.flag("dataInconsistency", false),
    },
    validate: properties.flag("validateDataConsistency", false),
    log: logTarget(context),
    settings: createHash("sha256")
      .update(JSON.stringify([behavior, text ?? "binary"]))
      .digest("hex"),
  };
}

function textCopy(from: Dataset, to: Dataset, properties: Properties): NonNullable<LandOptions["text"]> {
  const source = properties.object("source");
  return {
    format: textFormat(from),
    skipLines: source.object("formatSettings").integer("skipLineCount") ?? 0,
    columns: columnPlan(properties.object("translator"), source),
    sink: {
      ...textFormat(to),
      quoteAll: properties.object("sink").object("formatSettings").flag("quoteAllText", false),
    },
    skipIncompatible: properties.flag("enableSkipIncompatibleRow", false),
  };
}

function only(activity: Properties, name: "inputs" | "outputs"): Properties {
  const raw = activity.raw(name);
  const [first] = Array.isArray(raw) ? raw : [];
  if (first === undefined || first === null) return activity.fail(name, "names no dataset");
  return new Properties(first, activity.evaluation, `${name}[0]`);
}

function checkTypes(side: Properties, dataset: Dataset, word: "Source" | "Sink"): void {
  const type = side.requiredText("type");
  if (type === `${dataset.type}${word}`) return;
  throw new BoathouseError(
    "FACTORY_VALUE_INVALID",
    `The ${word.toLowerCase()} is a ${type}, and its dataset "${dataset.name}" is of the type ${dataset.type}.`,
    { hint: `Use a ${dataset.type}${word}, or another dataset.` },
  );
}

function deleteSources(settings: Properties, from: Dataset): boolean {
  const wanted = settings.flag("deleteFilesAfterCompletion", false);
  if (wanted && from.type !== "Binary") {
    settings.fail(
      "deleteFilesAfterCompletion",
      "is for binary copies only",
      "Delete the files with a Delete activity.",
    );
  }
  return wanted;
}

function logTarget(context: ActivityContext): LogTarget | undefined {
  const { properties } = context;
  const session = properties.object("logSettings");
  if (session.flag("enableCopyActivityLog", session.has("logLocationSettings"))) {
    return logPlace(context, session.object("logLocationSettings"), "session");
  }
  if (!properties.has("redirectIncompatibleRowSettings")) return undefined;
  return logPlace(context, properties.object("redirectIncompatibleRowSettings"), "redirect");
}

/** `path` begins with the container. */
function logPlace(context: ActivityContext, settings: Properties, kind: LogTarget["kind"]): LogTarget {
  const link = settings.object("linkedServiceName");
  const name = link.requiredText("referenceName");
  const definition = context.spec.linkedServices[name.toLowerCase()];
  const service = new Properties(definition, context.evaluation({ linkedService: {} }));
  const [container = "", ...folders] = settings.requiredText("path").replace(/^\/+/, "").split("/");
  const blob = service.text("type") === "AzureBlobStorage";
  const location = blob
    ? { type: "AzureBlobStorageLocation", container }
    : { type: "AzureBlobFSLocation", fileSystem: container };
  const place = placeOf({
    dataset: settings.path,
    location: new Properties(location, context.evaluation()),
    service,
    services: context.services,
  });
  return { store: place.store, folder: checkLogFolder(folders.join("/")), kind };
}
