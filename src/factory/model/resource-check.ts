import { didYouMean } from "../../core/nearest.ts";
import { isExpression } from "../expression/evaluate-expression.ts";
import { memberOf, type JsonNode, type JsonObjectNode, type JsonStringNode } from "../json/node.ts";
import { checkShape, type ExpectedType, type ShapeVisitor } from "./check-shape.ts";
import {
  findResource,
  findingAt,
  KIND_NAMES,
  type Factory,
  type FactoryDiagnostic,
  type Resource,
} from "./resource.ts";
import type { ReferenceShape, Shape } from "./shape.ts";

/** An expression that was met, to be checked with what it can refer to. */
export interface FoundExpression {
  readonly node: JsonStringNode;
  readonly gives: ExpectedType | undefined;
}

/** The check of one resource: its findings, and the expressions in it. */
export class ResourceCheck implements ShapeVisitor {
  readonly factory: Factory;
  readonly resource: Resource;
  readonly findings: FactoryDiagnostic[] = [];
  /** Since they were last taken. */
  #expressions: FoundExpression[] = [];
  #lists: JsonNode[] = [];

  constructor(factory: Factory, resource: Resource) {
    this.factory = factory;
    this.resource = resource;
  }

  shape(node: JsonNode, shape: Shape): void {
    checkShape(node, shape, this);
  }

  takeExpressions(): FoundExpression[] {
    const taken = this.#expressions;
    this.#expressions = [];
    return taken;
  }

  /** The lists of activities that were met. */
  takeLists(): JsonNode[] {
    const taken = this.#lists;
    this.#lists = [];
    return taken;
  }

  problem(
    node: { readonly start: number; readonly end: number },
    code: string,
    message: string,
    hint?: string,
    severity: "error" | "warning" = "error",
  ): void {
    this.findings.push(findingAt(this.resource, node, { code, message, hint, severity }));
  }

  expression(node: JsonStringNode, gives: ExpectedType | undefined): void {
    this.#expressions.push({ node, gives });
  }

  activities(node: JsonNode): void {
    this.#lists.push(node);
  }

  reference(node: JsonObjectNode, name: JsonNode, to: ReferenceShape["to"]): void {
    if (name.kind !== "string" || isExpression(name.value)) {
      if (name.kind === "string" && to === "pipeline") this.expression(name, "string");
      else this.problem(name, "FACTORY_VALUE_INVALID", `The name of a ${KIND_NAMES[to]} must be written out.`);
      return;
    }
    const target = findResource(this.factory, to, name.value);
    if (target === undefined) {
      const names = [...this.factory.resources[to].values()].map((each) => each.name);
      const hint = didYouMean(name.value, names) ?? `The factory has: ${names.join(", ") || "none"}.`;
      this.problem(name, "FACTORY_REFERENCE_DANGLING", `There is no ${KIND_NAMES[to]} "${name.value}".`, hint);
      return;
    }
    this.#parameters(node, memberOf(node, "parameters"), target, to);
  }

  /** Parameters that a reference gives, held against those that its target declares. */
  #parameters(node: JsonNode, given: JsonNode | undefined, target: Resource, to: ReferenceShape["to"]): void {
    // A pipeline's parameters stand beside its reference, not in it.
    if (to === "pipeline") return;
    this.parametersFor(node, given, target);
  }

  parametersFor(node: JsonNode, given: JsonNode | undefined, target: Resource): void {
    const declared = memberOf(memberOf(target.root, "properties"), "parameters");
    const names = declared?.kind === "object" ? declared.members.map((member) => member.key.value) : [];
    const keys = given?.kind === "object" ? given.members.map((member) => member.key) : [];
    for (const key of keys) {
      if (names.some((name) => name.toLowerCase() === key.value.toLowerCase())) continue;
      const hint = didYouMean(key.value, names) ?? `It has: ${names.join(", ") || "none"}.`;
      const message = `The ${KIND_NAMES[target.kind]} "${target.name}" has no parameter "${key.value}".`;
      this.problem(key, "FACTORY_PARAMETER_UNKNOWN", message, hint);
    }
    for (const name of names) {
      const declaration = memberOf(declared, name);
      if (memberOf(declaration, "defaultValue") !== undefined) continue;
      if (keys.some((key) => key.value.toLowerCase() === name.toLowerCase())) continue;
      const message = `The ${KIND_NAMES[target.kind]} "${target.name}" needs the parameter "${name}".`;
      this.problem({ start: node.start, end: node.start + 1 }, "FACTORY_PARAMETER_MISSING", message);
    }
  }
}
