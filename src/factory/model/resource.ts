import type { Diagnostic } from "../../core/diagnostic.ts";
import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { JsonNode } from "../json/node.ts";
import { memberOf, plainOf } from "../json/node.ts";
import { isJsonObject, type JsonObject, type Json } from "../../core/json.ts";

export const RESOURCE_KINDS = ["pipeline", "dataset", "linkedService", "trigger"] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** How a kind is called in a sentence. */
export const KIND_NAMES: Readonly<Record<ResourceKind | "factory", string>> = {
  pipeline: "pipeline",
  dataset: "dataset",
  linkedService: "linked service",
  trigger: "trigger",
  factory: "factory",
};

/** One JSON file of a factory's git layout: its text, and its JSON with positions. */
export interface Resource {
  readonly kind: ResourceKind | "factory";
  readonly name: string;
  /** As errors show it: relative to where the user is, or `pipeline/name.json` for one that is written in TypeScript. */
  readonly file: string;
  readonly text: string;
  readonly root: JsonNode;
}

/** A factory as its files say it, not validated. */
export interface Factory {
  readonly name: string;
  readonly resources: Readonly<Record<ResourceKind, ReadonlyMap<string, Resource>>>;
  readonly factory: Resource | undefined;
  /** What loading already found: unreadable JSON, two of a name. */
  readonly problems: readonly FactoryDiagnostic[];
}

/** A finding, and the resource that it is about. */
export interface FactoryDiagnostic extends Diagnostic {
  readonly resource: { readonly kind: Resource["kind"]; readonly name: string };
  /** The text that the location points into. */
  readonly source: string;
}

/** Throws `FACTORY_RESOURCE_UNKNOWN` with the nearest name. Names are looked up without regard to case. */
export function resourceOf(factory: Factory, kind: ResourceKind, name: string): Resource {
  const found = findResource(factory, kind, name);
  if (found !== undefined) return found;
  const names = [...factory.resources[kind].values()].map((each) => each.name);
  throw new BoathouseError(
    "FACTORY_RESOURCE_UNKNOWN",
    `The factory "${factory.name}" has no ${KIND_NAMES[kind]} "${name}".`,
    {
      kind: "usage",
      hint: didYouMean(name, names) ?? (names.length === 0 ? "It has none." : `It has: ${names.join(", ")}.`),
    },
  );
}

export function findResource(factory: Factory, kind: ResourceKind, name: string): Resource | undefined {
  return factory.resources[kind].get(name.toLowerCase());
}

/** The `properties` of a resource as plain JSON. */
export function propertiesOf(resource: Resource): JsonObject {
  const properties = memberOf(resource.root, "properties");
  const plain = properties === undefined ? undefined : (plainOf(properties) as Json);
  return isJsonObject(plain) ? plain : {};
}

export function findingAt(
  resource: Resource,
  node: { readonly start: number; readonly end: number },
  finding: {
    readonly code: string;
    readonly severity?: Diagnostic["severity"];
    readonly message: string;
    readonly hint?: string | undefined;
  },
): FactoryDiagnostic {
  const { code, severity = "error", message, hint } = finding;
  return {
    code,
    severity,
    message,
    location: locationOf(resource.text, node.start, node.end, resource.file),
    source: resource.text,
    resource: { kind: resource.kind, name: resource.name },
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The error for a finding that stops a run. */
export function errorOfFinding(finding: FactoryDiagnostic): BoathouseError {
  const { code, message, location, source, hint } = finding;
  return new BoathouseError(code, message, {
    source,
    ...(location === undefined ? {} : { location }),
    ...(hint === undefined ? {} : { hint }),
  });
}
