import { textOfJson } from "../json/text-of.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import type { GraphDefinition, NodeDefinition, Policy, RunPlan } from "../../runs/definition.ts";
import { findActivity } from "../activities/registry.ts";
import { findResource, propertiesOf, resourceOf, type Factory, type ResourceKind } from "../model/resource.ts";
import type { ActivitySpec } from "./activity-spec.ts";
import { Properties, type Evaluation } from "./properties.ts";

export interface CompileOptions {
  /** Outputs for activities that are not to run, by `activity` or `pipeline/activity`. */
  readonly mocks?: Readonly<Record<string, Json>>;
  /** For policies that hold expressions. */
  readonly evaluation: Evaluation;
}

/** The node kind of an activity that is mocked. */
export const MOCK_KIND = "Mock";

const TWELVE_HOURS = 12 * 3_600_000;
const RETRY_INTERVAL = 30_000;

/** A pipeline as a graph that the run kernel runs. The factory must be valid. */
export function compilePipeline(factory: Factory, name: string, options: CompileOptions): RunPlan {
  const pipeline = resourceOf(factory, "pipeline", name);
  const properties = propertiesOf(pipeline);
  const compiler = new Compiler(factory, pipeline.name, properties, options);
  return { graph: compiler.graph(properties["activities"]) };
}

/** The global parameters of a factory by name. */
export function globalParametersOf(factory: Factory): JsonObject {
  if (factory.factory === undefined) return {};
  return valuesOf(propertiesOf(factory.factory)["globalParameters"], "value");
}

class Compiler {
  readonly #factory: Factory;
  readonly #pipeline: string;
  readonly #options: CompileOptions;
  readonly #common: Pick<ActivitySpec, "factory" | "variables" | "globalParameters">;

  constructor(factory: Factory, pipeline: string, properties: JsonObject, options: CompileOptions) {
    this.#factory = factory;
    this.#pipeline = pipeline;
    this.#options = options;
    this.#common = {
      factory: factory.name,
      variables: valuesOf(properties["variables"], "defaultValue"),
      globalParameters: globalParametersOf(factory),
    };
  }

  graph(activities: Json | undefined): GraphDefinition {
    return { nodes: Array.isArray(activities) ? activities.filter(isJsonObject).map((each) => this.#node(each)) : [] };
  }

  #node(activity: JsonObject): NodeDefinition {
    const properties = new Properties(activity, this.#options.evaluation, "");
    const name = properties.requiredText("name");
    const type = properties.requiredText("type");
    const mock = this.#options.mocks?.[`${this.#pipeline}/${name}`] ?? this.#options.mocks?.[name];
    const kind = findActivity(type);
    if (kind === undefined && mock === undefined) {
      throw new BoathouseError(
        "FACTORY_TYPE_UNKNOWN",
        `The activity "${name}" has the type "${type}", which does not run here.`,
      );
    }
    const inner = activity["typeProperties"];
    const graphs = mock === undefined && isJsonObject(inner) ? (kind?.graphs?.(inner) ?? {}) : {};
    const policy =
      kind?.policy === true ? this.#policy(properties.object("policy")) : this.#untilTimeout(type, properties);
    const secure = {
      input: properties.object("policy").flag("secureInput", false),
      output: properties.object("policy").flag("secureOutput", false),
    };
    const inactive = inactiveOf(properties);
    return {
      id: name,
      kind: mock === undefined ? type : MOCK_KIND,
      spec: this.#spec(activity, mock) as unknown as JsonObject,
      dependsOn: properties.array("dependsOn").filter(isJsonObject).map(dependencyOf),
      ...(policy === undefined ? {} : { policy }),
      ...(secure.input || secure.output ? { secure } : {}),
      ...(inactive === undefined ? {} : { inactive }),
      ...(Object.keys(graphs).length === 0
        ? {}
        : { children: Object.fromEntries(Object.entries(graphs).map(([graph, each]) => [graph, this.graph(each)])) }),
    };
  }

  #spec(activity: JsonObject, mock: Json | undefined): ActivitySpec {
    const own = withoutInner(activity);
    const found: Record<"dataset" | "linkedService", Record<string, JsonObject>> = { dataset: {}, linkedService: {} };
    this.#collect(own, found);
    return {
      ...this.#common,
      activity: own,
      datasets: found.dataset,
      linkedServices: found.linkedService,
      ...(mock === undefined ? {} : { mock }),
    };
  }

  /** The resources that a piece of JSON refers to, and those that they refer to. */
  #collect(json: Json, found: Record<"dataset" | "linkedService", Record<string, JsonObject>>): void {
    if (Array.isArray(json)) for (const each of json) this.#collect(each, found);
    if (!isJsonObject(json)) return;
    const kind = REFERENCES[textOfJson(json["type"])];
    const name = json["referenceName"];
    if (kind !== undefined && typeof name === "string") {
      const resource = findResource(this.#factory, kind, name);
      const key = name.toLowerCase();
      if (resource !== undefined && found[kind][key] === undefined) {
        const properties = propertiesOf(resource);
        found[kind][key] = properties;
        this.#collect(properties, found);
      }
    }
    for (const each of Object.values(json)) this.#collect(each, found);
  }

  #policy(policy: Properties): Policy {
    const retries = policy.integer("retry") ?? 0;
    return {
      retries,
      retryInterval: {
        kind: "fixed",
        milliseconds: (policy.integer("retryIntervalInSeconds") ?? RETRY_INTERVAL / 1000) * 1000,
      },
      timeout: policy.duration("timeout") ?? TWELVE_HOURS,
    };
  }

  /** Until has its time limit among its properties: seven days unless it says otherwise. */
  #untilTimeout(type: string, properties: Properties): Policy | undefined {
    if (type !== "Until") return undefined;
    return { timeout: properties.object("typeProperties").duration("timeout") ?? 7 * 24 * 3_600_000 };
  }
}

const REFERENCES: Readonly<Record<string, "dataset" | "linkedService">> = {
  DatasetReference: "dataset",
  LinkedServiceReference: "linkedService",
} satisfies Record<string, ResourceKind>;

function dependencyOf(edge: JsonObject): { node: string; conditions: string[] } {
  const conditions = edge["dependencyConditions"];
  return {
    node: textOfJson(edge["activity"]),
    conditions: Array.isArray(conditions) ? conditions.map(conditionName) : [],
  };
}

/** Real files write conditions in any case. */
function conditionName(condition: Json): string {
  const text = textOfJson(condition);
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}

function inactiveOf(properties: Properties): NodeDefinition["inactive"] {
  if (properties.text("state")?.toLowerCase() !== "inactive") return undefined;
  switch (properties.text("onInactiveMarkAs")?.toLowerCase()) {
    case "failed":
      return "failed";
    case "skipped":
      return "skipped";
    default:
      return "succeeded";
  }
}

const INNER = ["activities", "ifTrueActivities", "ifFalseActivities", "defaultActivities"];

function withoutInner(activity: JsonObject): JsonObject {
  const properties = activity["typeProperties"];
  if (!isJsonObject(properties)) return activity;
  const { cases } = properties;
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => !INNER.includes(name)));
  const values = Array.isArray(cases)
    ? cases.map((each: Json) => (isJsonObject(each) ? { value: each["value"] ?? null } : each))
    : undefined;
  return { ...activity, typeProperties: values === undefined ? kept : { ...kept, cases: values } };
}

/** `{name: {<member>: value}}` as `{name: value}`; null where it has none. */
function valuesOf(specifications: Json | undefined, member: string): JsonObject {
  if (!isJsonObject(specifications)) return {};
  return Object.fromEntries(
    Object.entries(specifications).map(([name, each]) => [name, isJsonObject(each) ? (each[member] ?? null) : null]),
  );
}
