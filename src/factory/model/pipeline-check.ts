import { didYouMean } from "../../core/nearest.ts";
import { findCycle } from "../../runs/definition.ts";
import { ACTIVITIES, findActivity, OTHER_ACTIVITIES } from "../activities/registry.ts";
import type { ActivityKind } from "../activities/activity-kind.ts";
import { memberOf, nodeAt, type JsonNode, type JsonStringNode } from "../json/node.ts";
import { checkExpressions, type ExpressionScope } from "./expression-check.ts";
import { activityFrame, activityShape, PIPELINE } from "./pipeline-shapes.ts";
import { findResource } from "./resource.ts";
import type { ResourceCheck } from "./resource-check.ts";
import { inert, object } from "./shape.ts";
import type { ValidateOptions } from "./validate-options.ts";

type PipelineScope = Extract<ExpressionScope, { where: "pipeline" }>;

/** Where a list of activities stands. */
interface Surroundings {
  readonly before: ReadonlySet<string>;
  readonly item: boolean;
  /** The containers around, the innermost last. */
  readonly containers: readonly { readonly type: string; readonly parallel: boolean }[];
}

interface Activity {
  readonly node: JsonNode;
  readonly name: JsonStringNode;
  readonly type: JsonStringNode | undefined;
  readonly dependsOn: readonly JsonStringNode[];
}

const shapes = new Map(ACTIVITIES.map((kind) => [kind.type, activityShape(kind)]));

const MOCKED = object({
  ...activityFrame(),
  ...Object.fromEntries(
    ["typeProperties", "policy", "linkedServiceName", "inputs", "outputs"].map((name) => [
      name,
      inert("the activity is mocked"),
    ]),
  ),
});

/** Checks a pipeline and the activities in it. */
export function checkPipeline(check: ResourceCheck, properties: JsonNode, options: ValidateOptions): void {
  check.shape(properties, PIPELINE);
  const lists = check.takeLists();
  checkExpressions(check, { where: "trigger", parameters: [] });
  const all = lists.flatMap(allActivities);
  const base = {
    where: "pipeline" as const,
    parameters: keysOf(memberOf(properties, "parameters")),
    variables: keysOf(memberOf(properties, "variables")),
    globalParameters: globalParameterNames(check),
    activities: new Set(all.map((each) => each.name.value)),
  };
  checkNames(check, all);
  const walker = new PipelineWalker(check, base, options);
  for (const list of lists) walker.list(list, { before: new Set(), item: false, containers: [] });
}

class PipelineWalker {
  readonly #check: ResourceCheck;
  readonly #base: Omit<PipelineScope, "before" | "item">;
  readonly #options: ValidateOptions;

  constructor(check: ResourceCheck, base: Omit<PipelineScope, "before" | "item">, options: ValidateOptions) {
    this.#check = check;
    this.#base = base;
    this.#options = options;
  }

  list(list: JsonNode, around: Surroundings): void {
    if (list.kind !== "array") {
      this.#check.problem(list, "FACTORY_VALUE_INVALID", "Activities are an array.");
      return;
    }
    const activities = activitiesOf(list);
    this.#dependencies(activities);
    for (const item of list.items) {
      const activity = activities.find((each) => each.node === item);
      if (activity === undefined) {
        this.#check.shape(item, object(activityFrame()));
        this.#check.takeExpressions();
      } else this.#activity(activity, around, upstreamOf(activity, activities, around.before));
    }
  }

  #activity(activity: Activity, around: Surroundings, before: ReadonlySet<string>): void {
    const check = this.#check;
    const { node, name, type } = activity;
    const { mocks } = this.#options;
    const mocked = mocks?.[name.value] !== undefined || mocks?.[`${check.resource.name}/${name.value}`] !== undefined;
    const kind = type === undefined ? undefined : findActivity(type.value);
    const shape = mocked ? MOCKED : kind === undefined ? undefined : shapes.get(kind.type);
    if (shape === undefined) {
      if (type === undefined) check.shape(node, object(activityFrame()));
      else this.#unknownType(type, name.value);
      check.takeExpressions();
      check.takeLists();
      return;
    }
    check.shape(node, shape);
    const lists = check.takeLists();
    const inner = lists
      .flatMap((each) => (each.kind === "array" ? activitiesOf(each) : []))
      .map((each) => each.name.value);
    // Until is evaluated after its activities.
    const visible = kind?.type === "Until" ? new Set([...before, ...inner]) : before;
    checkExpressions(check, { ...this.#base, before: visible, item: around.item || kind?.type === "Filter" });
    if (mocked || kind === undefined) return;
    this.#special(kind, activity, around);
    const parallel = kind.type === "ForEach" && !isTrue(nodeAt(node, ["typeProperties", "isSequential"]));
    const containers = [...around.containers, { type: kind.type, parallel }];
    for (const each of lists) this.list(each, { before, item: around.item || kind.type === "ForEach", containers });
  }

  #special(kind: ActivityKind, { node, name, type }: Activity, around: Surroundings): void {
    const check = this.#check;
    const outer = around.containers.findLast((each) => each.type === "ForEach" || each.type === "Until");
    if (kind.type === "ForEach" && outer !== undefined) {
      const hint = "Put the inner loop into a pipeline of its own and run that with ExecutePipeline.";
      check.problem(type ?? node, "FACTORY_NESTING", `ForEach cannot stand inside ${outer.type}.`, hint);
    }
    if (kind.type === "SetVariable" || kind.type === "AppendVariable") {
      const variable = nodeAt(node, ["typeProperties", "variableName"]);
      const system = isTrue(nodeAt(node, ["typeProperties", "setSystemVariable"]));
      if (variable?.kind === "string" && !system) this.#variable(variable);
      if (kind.type === "SetVariable" && !system && around.containers.some((each) => each.parallel)) {
        const message = `"${name.value}" sets a variable of the pipeline in iterations that run at the same time: the last one wins.`;
        check.problem(
          variable ?? node,
          "FACTORY_VARIABLE_RACE",
          message,
          "Use AppendVariable, or set isSequential.",
          "warning",
        );
      }
    }
    if (kind.type === "Copy") {
      this.#copySide(node, "inputs", "source", "Source");
      this.#copySide(node, "outputs", "sink", "Sink");
    }
    if (kind.type === "ExecutePipeline") {
      const reference = nodeAt(node, ["typeProperties", "pipeline"]);
      const target = memberOf(reference, "referenceName");
      const found = target?.kind === "string" ? findResource(check.factory, "pipeline", target.value) : undefined;
      if (reference !== undefined && found !== undefined) {
        check.parametersFor(reference, nodeAt(node, ["typeProperties", "parameters"]), found);
      }
    }
  }

  /** A `DelimitedTextSource` reads a `DelimitedText` dataset, and so on. */
  #copySide(node: JsonNode, list: string, side: string, word: string): void {
    const type = nodeAt(node, ["typeProperties", side, "type"]);
    const name = nodeAt(node, [list, 0, "referenceName"]);
    if (type?.kind !== "string" || name?.kind !== "string") return;
    const dataset = findResource(this.#check.factory, "dataset", name.value);
    const datasetType = dataset === undefined ? undefined : nodeAt(dataset.root, ["properties", "type"]);
    if (datasetType?.kind !== "string" || type.value === `${datasetType.value}${word}`) return;
    const message = `A ${type.value} does not fit the dataset "${name.value}", which is of the type ${datasetType.value}.`;
    this.#check.problem(
      type,
      "FACTORY_VALUE_INVALID",
      message,
      `Use a ${datasetType.value}${word}, or another dataset.`,
    );
  }

  #variable(variable: JsonStringNode): void {
    const { variables } = this.#base;
    if (variables.some((each) => each.toLowerCase() === variable.value.toLowerCase())) return;
    const hint = didYouMean(variable.value, variables) ?? `Declared: ${variables.join(", ") || "none"}.`;
    this.#check.problem(
      variable,
      "FACTORY_VARIABLE_UNKNOWN",
      `The pipeline has no variable "${variable.value}".`,
      hint,
    );
  }

  #unknownType(type: JsonStringNode, name: string): void {
    const supported = ACTIVITIES.map((kind) => kind.type);
    if (OTHER_ACTIVITIES.includes(type.value)) {
      const message = `Activities of the type "${type.value}" do not run here.`;
      const hint = `Mock "${name}" to run the rest of the pipeline, or use one of ${supported.join(", ")}.`;
      this.#check.problem(type, "FACTORY_ACTIVITY_UNSUPPORTED", message, hint);
      return;
    }
    const hint = didYouMean(type.value, [...supported, ...OTHER_ACTIVITIES]) ?? `Known: ${supported.join(", ")}.`;
    this.#check.problem(type, "FACTORY_ACTIVITY_UNKNOWN", `There is no activity of the type "${type.value}".`, hint);
  }

  #dependencies(activities: readonly Activity[]): void {
    const names = activities.map((each) => each.name.value);
    for (const { name, dependsOn } of activities) {
      for (const upstream of dependsOn) {
        if (names.includes(upstream.value)) continue;
        const elsewhere = this.#base.activities.has(upstream.value);
        const message = elsewhere
          ? `"${name.value}" depends on "${upstream.value}", which is not beside it.`
          : `"${name.value}" depends on "${upstream.value}", which is not there.`;
        const hint = elsewhere
          ? "Dependencies lead to activities of the same list."
          : didYouMean(upstream.value, names);
        this.#check.problem(upstream, "FACTORY_REFERENCE_DANGLING", message, hint);
      }
    }
    const cycle = findCycle({
      nodes: activities.map((each) => ({
        id: each.name.value,
        dependsOn: each.dependsOn.filter((edge) => names.includes(edge.value)).map((edge) => ({ node: edge.value })),
      })),
    });
    if (cycle === undefined) return;
    const [first = "", second = ""] = cycle;
    const edge = activities.find((each) => each.name.value === first)?.dependsOn.find((each) => each.value === second);
    const message = `The activities wait for each other: ${cycle.join(" → ")}.`;
    const place = edge ?? activities[0]?.node;
    if (place !== undefined)
      this.#check.problem(place, "FACTORY_ACTIVITY_CYCLE", message, "Remove one of these dependencies.");
  }
}

function activitiesOf(list: JsonNode): Activity[] {
  if (list.kind !== "array") return [];
  return list.items.flatMap((node) => {
    const name = memberOf(node, "name");
    const type = memberOf(node, "type");
    if (name?.kind !== "string") return [];
    return [{ node, name, type: type?.kind === "string" ? type : undefined, dependsOn: dependenciesOf(node) }];
  });
}

function dependenciesOf(node: JsonNode): JsonStringNode[] {
  const dependsOn = memberOf(node, "dependsOn");
  if (dependsOn?.kind !== "array") return [];
  return dependsOn.items
    .map((edge) => memberOf(edge, "activity"))
    .filter((upstream): upstream is JsonStringNode => upstream?.kind === "string");
}

/** What has ended before an activity begins: in its own list all that it depends on, and what was before the list. */
function upstreamOf(activity: Activity, list: readonly Activity[], outer: ReadonlySet<string>): Set<string> {
  const found = new Set(outer);
  const open = [activity];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    for (const { value } of each.dependsOn) {
      if (found.has(value)) continue;
      found.add(value);
      const upstream = list.find((other) => other.name.value === value);
      if (upstream !== undefined) open.push(upstream);
    }
  }
  return found;
}

/** The activities of a list and of all lists inside them. */
function allActivities(list: JsonNode): Activity[] {
  return activitiesOf(list).flatMap((activity) => {
    const properties = memberOf(activity.node, "typeProperties");
    const inner = ["activities", "ifTrueActivities", "ifFalseActivities", "defaultActivities"].map((name) =>
      memberOf(properties, name),
    );
    const cases = memberOf(properties, "cases");
    if (cases?.kind === "array") inner.push(...cases.items.map((each) => memberOf(each, "activities")));
    return [activity, ...inner.flatMap((each) => (each === undefined ? [] : allActivities(each)))];
  });
}

function checkNames(check: ResourceCheck, activities: readonly Activity[]): void {
  const seen = new Set<string>();
  for (const { name } of activities) {
    if (seen.has(name.value)) {
      check.problem(name, "FACTORY_NAME_DUPLICATE", `Two activities of the pipeline are named "${name.value}".`);
    }
    seen.add(name.value);
  }
}

function globalParameterNames(check: ResourceCheck): string[] {
  const own = check.factory.factory;
  return own === undefined ? [] : keysOf(nodeAt(own.root, ["properties", "globalParameters"]));
}

function keysOf(node: JsonNode | undefined): string[] {
  return node?.kind === "object" ? node.members.map((member) => member.key.value) : [];
}

function isTrue(node: JsonNode | undefined): boolean {
  if (node?.kind === "constant") return node.value === true;
  return node?.kind === "string" && node.value.toLowerCase() === "true";
}
