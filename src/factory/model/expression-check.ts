import { isBoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { CallExpression, Expression, Span } from "../expression/ast.ts";
import { checkArgumentCount, unknownFunction } from "../expression/evaluator.ts";
import { parseTemplate } from "../expression/parser.ts";
import { spanOf } from "../expression/problem.ts";
import { findFunction } from "../expression/registry.ts";
import type { ParameterType } from "../expression/signature.ts";
import { offsetInString } from "../json/parse.ts";
import type { FoundExpression, ResourceCheck } from "./resource-check.ts";

/** What the expressions of a place can refer to. */
export type ExpressionScope =
  | { readonly where: "dataset" | "linkedService" | "trigger"; readonly parameters: readonly string[] }
  | {
      readonly where: "pipeline";
      readonly parameters: readonly string[];
      readonly globalParameters: readonly string[];
      readonly variables: readonly string[];
      /** Activities that have ended when the expression is evaluated. */
      readonly before: ReadonlySet<string>;
      /** All names of the pipeline. */
      readonly activities: ReadonlySet<string>;
      readonly item: boolean;
    };

/** Checks the expressions that the check of a resource has met since it was last asked. */
export function checkExpressions(check: ResourceCheck, scope: ExpressionScope): void {
  for (const found of check.takeExpressions()) new ExpressionCheck(check, found, scope).run();
}

class ExpressionCheck {
  readonly #check: ResourceCheck;
  readonly #found: FoundExpression;
  readonly #scope: ExpressionScope;

  constructor(check: ResourceCheck, found: FoundExpression, scope: ExpressionScope) {
    this.#check = check;
    this.#found = found;
    this.#scope = scope;
  }

  run(): void {
    const source = this.#found.node.value;
    try {
      const template = parseTemplate(source);
      if (template.kind === "text") return;
      const expressions =
        template.kind === "expression"
          ? [template.expression]
          : template.parts.filter((part): part is Expression => typeof part !== "string");
      for (const expression of expressions) this.#walk(expression);
      if (template.kind === "expression") this.#checkResult(template.expression);
      else if (this.#found.gives === "array" || this.#found.gives === "boolean") {
        const message = `This gives text, and ${this.#found.gives === "array" ? "an array" : "true or false"} is needed.`;
        this.#problem(
          { start: 0, end: source.length },
          "EXPRESSION_TYPE",
          message,
          "Write it as @f(…), without braces.",
        );
      }
    } catch (error) {
      if (!isBoathouseError(error)) throw error;
      this.#problem(spanOf(error) ?? { start: 0, end: source.length }, error.code, error.message, error.hint);
    }
  }

  #walk(expression: Expression): void {
    switch (expression.kind) {
      case "literal":
        return;
      case "array":
        for (const item of expression.items) this.#walk(item);
        return;
      case "member":
        this.#walk(expression.object);
        this.#walk(expression.key);
        this.#member(expression);
        return;
      case "call":
        for (const argument of expression.arguments) this.#walk(argument);
        this.#call(expression);
    }
  }

  #call(call: CallExpression): void {
    const source = this.#found.node.value;
    const found = findFunction(call.name);
    if (found === undefined) throw unknownFunction(call, source);
    checkArgumentCount(call, found.signature, source);
    const { name, parameters } = found.signature;
    for (const [index, argument] of call.arguments.entries()) {
      const parameter = parameters[Math.min(index, parameters.length - 1)];
      const types = typesOf(argument);
      if (parameter === undefined || types === undefined || overlaps(types, parameter.types)) continue;
      const message = `${name}: "${parameter.name}" must be ${orList(parameter.types)}, and is ${orList(types)}.`;
      this.#problem(argument.span, "EXPRESSION_ARGUMENT_INVALID", message);
    }
    if (found.row === undefined) this.#reference(call, name);
  }

  #reference(call: CallExpression, name: string): void {
    const scope = this.#scope;
    if (scope.where !== "pipeline") {
      const allowed: Readonly<Record<string, readonly string[]>> = {
        dataset: ["dataset"],
        linkedService: ["linkedService"],
        trigger: ["trigger", "triggerBody", "triggerOutputs"],
      };
      // Datasets and linked services see global parameters through pipeline(), too.
      if (allowed[scope.where]?.includes(name) === true || name === "pipeline") return;
      const message = `${name}() has no meaning in a ${scope.where === "linkedService" ? "linked service" : scope.where}.`;
      this.#problem(call.span, "EXPRESSION_REFERENCE_UNKNOWN", message, "Give it as a parameter.");
      return;
    }
    if (name === "dataset" || name === "linkedService") {
      this.#problem(call.span, "EXPRESSION_REFERENCE_UNKNOWN", `${name}() has no meaning in a pipeline.`);
    } else if (name === "item" && !scope.item) {
      this.#problem(call.span, "EXPRESSION_REFERENCE_UNKNOWN", "item() has a meaning only inside ForEach and Filter.");
    } else if (name === "variables") this.#named(call, scope.variables, "variable");
    else if (name === "activity" || name === "body") this.#activity(call, scope);
  }

  #activity(call: CallExpression, scope: Extract<ExpressionScope, { where: "pipeline" }>): void {
    const [argument] = call.arguments;
    if (argument?.kind !== "literal" || typeof argument.value !== "string") return;
    const name = argument.value;
    if (scope.before.has(name)) return;
    if (scope.activities.has(name)) {
      const message = `"${name}" need not have ended when this is evaluated.`;
      this.#problem(
        argument.span,
        "FACTORY_ACTIVITY_ORDER",
        message,
        `Depend on "${name}", directly or through others.`,
      );
    } else {
      const hint = didYouMean(name, scope.activities);
      this.#problem(argument.span, "EXPRESSION_REFERENCE_UNKNOWN", `There is no activity "${name}" here.`, hint);
    }
  }

  #member(member: Extract<Expression, { kind: "member" }>): void {
    const { object, key } = member;
    if (key.kind !== "literal" || typeof key.value !== "string" || member.optional) return;
    const scope = this.#scope;
    if (
      object.kind === "call" &&
      object.name.toLowerCase() === scope.where.toLowerCase() &&
      scope.where !== "pipeline"
    ) {
      if (scope.where !== "trigger") this.#declared(key.value, scope.parameters, member.keySpan, "parameter");
      return;
    }
    if (scope.where !== "pipeline" || object.kind !== "member" || object.key.kind !== "literal") return;
    const { object: root } = object;
    if (root.kind !== "call" || root.name.toLowerCase() !== "pipeline") return;
    const group = String(object.key.value).toLowerCase();
    if (group === "parameters") this.#declared(key.value, scope.parameters, member.keySpan, "parameter");
    if (group === "globalparameters") {
      this.#declared(key.value, scope.globalParameters, member.keySpan, "global parameter");
    }
  }

  #named(call: CallExpression, names: readonly string[], what: string): void {
    const [argument] = call.arguments;
    if (argument?.kind !== "literal" || typeof argument.value !== "string") return;
    this.#declared(argument.value, names, argument.span, what);
  }

  #declared(name: string, names: readonly string[], span: Span, what: string): void {
    if (names.some((each) => each.toLowerCase() === name.toLowerCase())) return;
    const hint = didYouMean(name, names) ?? `Declared: ${names.join(", ") || "none"}.`;
    this.#problem(span, "EXPRESSION_REFERENCE_UNKNOWN", `There is no ${what} "${name}".`, hint);
  }

  #checkResult(expression: Expression): void {
    const { gives } = this.#found;
    // Text takes anything, and text that holds a number or a Boolean is taken for one.
    if (gives !== "array" && gives !== "boolean") return;
    const types = typesOf(expression);
    const accepted: readonly ParameterType[] = gives === "array" ? ["array"] : ["boolean", "string"];
    if (types === undefined || overlaps(types, accepted)) return;
    const wanted = gives === "array" ? "an array" : "true or false";
    this.#problem(expression.span, "EXPRESSION_TYPE", `This gives ${orList(types)}, and ${wanted} is needed.`);
  }

  #problem(span: Span, code: string, message: string, hint?: string): void {
    const { text } = this.#check.resource;
    const { node } = this.#found;
    const start = offsetInString(text, node, span.start);
    const end = Math.max(start + 1, offsetInString(text, node, span.end));
    this.#check.problem({ start, end }, code, message, hint);
  }
}

/** The types that an expression can give; undefined where nothing is known. */
function typesOf(expression: Expression): readonly ParameterType[] | undefined {
  switch (expression.kind) {
    case "array":
      return ["array"];
    case "literal":
      return [literalType(expression.value)];
    case "call": {
      const found = findFunction(expression.name);
      return found?.row === undefined || found.signature.returns.includes("any") ? undefined : found.signature.returns;
    }
    default:
      return undefined;
  }
}

function literalType(value: unknown): ParameterType {
  if (value === null) return "null";
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "boolean" : "string";
}

function overlaps(given: readonly ParameterType[], taken: readonly ParameterType[]): boolean {
  if (taken.includes("any")) return true;
  const wide = new Set(taken.flatMap(widened));
  return given.flatMap(widened).some((each) => wide.has(each));
}

function widened(type: ParameterType): ParameterType[] {
  if (type === "collection") return ["collection", "array", "object"];
  // A float without fraction counts as an integer, and an integer as a number.
  return type === "number" || type === "integer" ? ["integer", "number"] : [type];
}

function orList(types: readonly ParameterType[]): string {
  return types.map((each) => (each === "collection" ? "array or object" : each)).join(" or ");
}
