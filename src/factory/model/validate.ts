import { didYouMean } from "../../core/nearest.ts";
import type { JsonNode } from "../json/node.ts";
import { memberOf } from "../json/node.ts";
import { DATASET } from "./dataset-shapes.ts";
import { checkExpressions, type ExpressionScope } from "./expression-check.ts";
import { LINKED_SERVICE } from "./linked-service-shapes.ts";
import { checkPipeline } from "./pipeline-check.ts";
import { checkExecutions } from "./pipeline-cycles.ts";
import { PARAMETER_TYPES } from "./pipeline-shapes.ts";
import {
  findResource,
  findingAt,
  KIND_NAMES,
  RESOURCE_KINDS,
  type Factory,
  type FactoryDiagnostic,
  type Resource,
} from "./resource.ts";
import { ResourceCheck } from "./resource-check.ts";
import type { ValidateOptions } from "./validate-options.ts";
import { TRIGGER } from "./trigger-shapes.ts";
import { anything, object, oneOf, record, required, text } from "./shape.ts";
import { checkRecurrence } from "../triggers/recurrence-check.ts";

const FACTORY = object({
  globalParameters: record(object({ type: required(text), value: anything })),
  ...Object.fromEntries(
    [
      "publicNetworkAccess",
      "encryption",
      "repoConfiguration",
      "purviewConfiguration",
      "provisioningState",
      "createTime",
      "version",
    ].map((name) => [name, { shape: anything, inert: "it sets up Azure" }]),
  ),
});

/**
 * Checks a factory as far as that is possible without running it: unknown properties, types, functions and names with
 * the nearest right one, wrong values, dangling references, circles. Findings stand in the order of the files and point
 * at line and column.
 */
export function validateFactory(factory: Factory, options: ValidateOptions = {}): FactoryDiagnostic[] {
  const findings: FactoryDiagnostic[] = [...factory.problems];
  const resources = RESOURCE_KINDS.flatMap((kind) => [...factory.resources[kind].values()]);
  if (factory.factory !== undefined) resources.push(factory.factory);
  for (const resource of resources) {
    const check = new ResourceCheck(factory, resource);
    checkEnvelope(check);
    const properties = memberOf(resource.root, "properties");
    if (properties !== undefined) checkProperties(check, properties, options);
    findings.push(...check.findings);
  }
  findings.push(...checkExecutions(factory));
  return findings;
}

/** The findings that concern a pipeline and all that it leads to. */
export function findingsFor(factory: Factory, pipeline: string, options: ValidateOptions = {}): FactoryDiagnostic[] {
  const wanted = new Set<Resource>();
  const visit = (resource: Resource | undefined): void => {
    if (resource === undefined || wanted.has(resource)) return;
    wanted.add(resource);
    for (const { kind, name } of referencesIn(resource.root)) visit(findResource(factory, kind, name));
  };
  visit(findResource(factory, "pipeline", pipeline));
  const keys = new Set([...wanted].map((each) => `${each.kind}/${each.name}`));
  return validateFactory(factory, options).filter(
    ({ resource }) => resource.kind === "factory" || keys.has(`${resource.kind}/${resource.name}`),
  );
}

function checkProperties(check: ResourceCheck, properties: JsonNode, options: ValidateOptions): void {
  const { resource } = check;
  checkParameterTypes(check, memberOf(properties, "parameters"));
  switch (resource.kind) {
    case "pipeline":
      checkPipeline(check, properties, options);
      return;
    case "dataset":
      check.shape(properties, DATASET);
      checkExpressions(check, scopeOf(properties, "dataset"));
      return;
    case "linkedService":
      check.shape(properties, LINKED_SERVICE);
      checkExpressions(check, scopeOf(properties, "linkedService"));
      return;
    case "trigger":
      check.shape(properties, TRIGGER);
      checkExpressions(check, { where: "trigger", parameters: [] });
      checkRecurrence(check, properties);
      return;
    case "factory":
      check.shape(properties, FACTORY);
  }
}

function scopeOf(properties: JsonNode, where: "dataset" | "linkedService"): ExpressionScope {
  return { where, parameters: namesIn(memberOf(properties, "parameters")) };
}

function checkParameterTypes(check: ResourceCheck, parameters: JsonNode | undefined): void {
  if (parameters?.kind !== "object") return;
  for (const { value } of parameters.members) {
    const type = memberOf(value, "type");
    if (type !== undefined) check.shape(type, oneOf(...PARAMETER_TYPES));
  }
}

const ENVELOPE = [
  "name",
  "properties",
  "type",
  "etag",
  "id",
  "location",
  "identity",
  "tags",
  "systemData",
  "apiVersion",
  "dependsOn",
];

function checkEnvelope(check: ResourceCheck): void {
  const { resource } = check;
  const { root } = resource;
  if (root.kind !== "object") return;
  for (const { key } of root.members) {
    if (ENVELOPE.includes(key.value)) continue;
    const hint = didYouMean(key.value, ["name", "properties"]) ?? "A resource has a name and properties.";
    check.problem(
      key,
      "FACTORY_PROPERTY_UNKNOWN",
      `"${key.value}" is not a property of a ${KIND_NAMES[resource.kind]}.`,
      hint,
    );
  }
  if (memberOf(root, "properties") === undefined) {
    const finding = { code: "FACTORY_PROPERTY_MISSING", message: '"properties" is missing.' };
    check.findings.push(findingAt(resource, { start: root.start, end: root.start + 1 }, finding));
  }
}

function namesIn(node: JsonNode | undefined): string[] {
  return node?.kind === "object" ? node.members.map((member) => member.key.value) : [];
}

type ReferenceTo = { readonly kind: "pipeline" | "dataset" | "linkedService"; readonly name: string };

const REFERENCE_KINDS: Readonly<Record<string, ReferenceTo["kind"]>> = {
  PipelineReference: "pipeline",
  DatasetReference: "dataset",
  LinkedServiceReference: "linkedService",
};

/** Every reference in a piece of JSON. */
export function referencesIn(node: JsonNode): ReferenceTo[] {
  if (node.kind === "array") return node.items.flatMap(referencesIn);
  if (node.kind !== "object") return [];
  const type = memberOf(node, "type");
  const name = memberOf(node, "referenceName");
  const kind = type?.kind === "string" ? REFERENCE_KINDS[type.value] : undefined;
  const own = kind !== undefined && name?.kind === "string" ? [{ kind, name: name.value }] : [];
  return [...own, ...node.members.flatMap((member) => referencesIn(member.value))];
}
