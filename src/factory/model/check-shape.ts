import { didYouMean } from "../../core/nearest.ts";
import { isExpression } from "../expression/evaluate-expression.ts";
import { memberOf, type JsonNode, type JsonObjectNode, type JsonStringNode } from "../json/node.ts";
import type { ObjectShape, ReferenceShape, ScalarShape, SecretShape, Shape, VariantShape } from "./shape.ts";

/** What a walk over a part of a factory meets. */
export interface ShapeVisitor {
  problem(node: Place, code: string, message: string, hint?: string): void;
  /** A string with an expression in it. `gives` is what its value must be, where that is known. */
  expression(node: JsonStringNode, gives: ExpectedType | undefined): void;
  reference(node: JsonObjectNode, name: JsonNode, to: ReferenceShape["to"]): void;
  activities(node: JsonNode): void;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

export type ExpectedType = "boolean" | "array" | "integer" | "string";

const REFERENCE_TYPES: Readonly<Record<ReferenceShape["to"], string>> = {
  pipeline: "PipelineReference",
  dataset: "DatasetReference",
  linkedService: "LinkedServiceReference",
};

const TIMESPAN = /^(?:\d+\.)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/;

/** Holds a node against a shape. Everything that is not foreseen is a problem, with the nearest right name. */
export function checkShape(node: JsonNode, shape: Shape, visitor: ShapeVisitor): void {
  if (shape.kind === "any") {
    collectExpressions(node, shape.gives, visitor);
    return;
  }
  if (shape.kind === "activities") {
    visitor.activities(node);
    return;
  }
  if (shape.kind === "secret") {
    checkSecret(node, shape, visitor);
    return;
  }
  if (node.kind === "constant" && node.value === null) return;
  const expression = expressionOf(node);
  if (expression !== undefined && shape.kind !== "reference") {
    if (isExpression(expression.value)) {
      if ("fixed" in shape) visitor.problem(node, "FACTORY_EXPRESSION_FORBIDDEN", "An expression cannot stand here.");
      else visitor.expression(expression, expectedType(shape));
      return;
    }
    if (node.kind === "object") {
      checkShape(expression, shape, visitor);
      return;
    }
  }
  switch (shape.kind) {
    case "object":
      checkObject(node, shape, visitor);
      return;
    case "variant":
      checkVariant(node, shape, visitor);
      return;
    case "list":
      if (node.kind === "array") for (const item of node.items) checkShape(item, shape.items, visitor);
      else wrongType(node, "an array", visitor);
      return;
    case "record":
      if (node.kind === "object") for (const { value } of node.members) checkShape(value, shape.values, visitor);
      else wrongType(node, "an object", visitor);
      return;
    case "reference":
      checkReference(node, shape, visitor);
      return;
    default:
      checkScalar(node, shape, visitor);
  }
}

/** The string of `"@…"` or of `{"type": "Expression", "value": "@…"}`. */
function expressionOf(node: JsonNode): JsonStringNode | undefined {
  if (node.kind === "string") return node;
  const type = memberOf(node, "type");
  if (type?.kind !== "string" || type.value !== "Expression") return undefined;
  const value = memberOf(node, "value");
  return value?.kind === "string" ? value : undefined;
}

function collectExpressions(node: JsonNode, gives: ExpectedType | undefined, visitor: ShapeVisitor): void {
  const expression = expressionOf(node);
  if (expression !== undefined) {
    if (isExpression(expression.value)) visitor.expression(expression, gives);
    return;
  }
  if (node.kind === "array") for (const item of node.items) collectExpressions(item, undefined, visitor);
  if (node.kind === "object") for (const { value } of node.members) collectExpressions(value, undefined, visitor);
}

function checkObject(node: JsonNode, shape: ObjectShape, visitor: ShapeVisitor): void {
  if (node.kind !== "object") {
    wrongType(node, "an object", visitor);
    return;
  }
  const seen = new Set<string>();
  for (const { key, value } of node.members) {
    const name = key.value;
    if (seen.has(name)) visitor.problem(key, "FACTORY_PROPERTY_DUPLICATE", `"${name}" is there twice.`);
    seen.add(name);
    const member = shape.members[name];
    if (member === undefined) {
      const names = Object.keys(shape.members);
      const hint = didYouMean(name, names) ?? `Known here: ${names.join(", ")}.`;
      visitor.problem(key, "FACTORY_PROPERTY_UNKNOWN", `"${name}" is not a property that is known here.`, hint);
    } else if (member.refused !== undefined) {
      if (!isOff(value)) visitor.problem(key, "FACTORY_UNSUPPORTED", `"${name}" is not supported: ${member.refused}.`);
    } else if (member.inert === undefined) checkShape(value, member.shape, visitor);
  }
  for (const [name, member] of Object.entries(shape.members)) {
    if (member.required === true && !seen.has(name)) {
      visitor.problem(opening(node), "FACTORY_PROPERTY_MISSING", `"${name}" is missing.`);
    }
  }
}

function checkVariant(node: JsonNode, shape: VariantShape, visitor: ShapeVisitor): void {
  if (node.kind !== "object") {
    wrongType(node, "an object", visitor);
    return;
  }
  const type = memberOf(node, "type");
  if (type?.kind !== "string") {
    visitor.problem(type ?? opening(node), "FACTORY_PROPERTY_MISSING", `The "type" of the ${shape.what} is missing.`);
    return;
  }
  const found = shape.cases[type.value];
  if (found !== undefined) {
    checkObject(node, { kind: "object", members: { type: { shape: { kind: "string" } }, ...found.members } }, visitor);
    return;
  }
  if (shape.refused?.includes(type.value) === true) {
    const message = `The ${shape.what} "${type.value}" is not supported.`;
    visitor.problem(type, "FACTORY_UNSUPPORTED", message, `Supported: ${Object.keys(shape.cases).join(", ")}.`);
    return;
  }
  const names = Object.keys(shape.cases);
  const hint = didYouMean(type.value, names) ?? `Known: ${names.join(", ")}.`;
  visitor.problem(type, "FACTORY_TYPE_UNKNOWN", `There is no ${shape.what} "${type.value}".`, hint);
}

function checkReference(node: JsonNode, shape: ReferenceShape, visitor: ShapeVisitor): void {
  if (node.kind !== "object") {
    wrongType(node, `{"referenceName": …, "type": "${REFERENCE_TYPES[shape.to]}"}`, visitor);
    return;
  }
  for (const { key, value } of node.members) {
    if (key.value === "parameters") collectExpressions(value, undefined, visitor);
    else if (key.value === "type") {
      if (value.kind !== "string" || value.value !== REFERENCE_TYPES[shape.to]) {
        const hint = `It is "${REFERENCE_TYPES[shape.to]}".`;
        visitor.problem(value, "FACTORY_TYPE_UNKNOWN", "The type of the reference is wrong.", hint);
      }
    } else if (key.value !== "referenceName" && key.value !== "name") {
      const hint = didYouMean(key.value, ["referenceName", "type", "parameters"]);
      visitor.problem(key, "FACTORY_PROPERTY_UNKNOWN", `"${key.value}" is not a property of a reference.`, hint);
    }
  }
  const name = memberOf(node, "referenceName");
  if (name === undefined) visitor.problem(opening(node), "FACTORY_PROPERTY_MISSING", '"referenceName" is missing.');
  else visitor.reference(node, name, shape.to);
}

function checkSecret(node: JsonNode, _shape: SecretShape, visitor: ShapeVisitor): void {
  const type = memberOf(node, "type");
  if (type?.kind === "string" && type.value === "AzureKeyVaultSecret") {
    const store = memberOf(node, "store");
    if (store !== undefined) checkReference(store, { kind: "reference", to: "linkedService" }, visitor);
    const secretName = memberOf(node, "secretName");
    if (secretName === undefined)
      visitor.problem(opening(node), "FACTORY_PROPERTY_MISSING", '"secretName" is missing.');
    else collectExpressions(secretName, undefined, visitor);
    return;
  }
  if (type?.kind === "string" && type.value === "SecureString") {
    const value = memberOf(node, "value");
    if (value !== undefined) collectExpressions(value, undefined, visitor);
    return;
  }
  const expression = expressionOf(node);
  if (expression === undefined) wrongType(node, "text, a SecureString or an AzureKeyVaultSecret", visitor);
  else if (isExpression(expression.value)) visitor.expression(expression, "string");
}

function checkScalar(node: JsonNode, shape: ScalarShape, visitor: ShapeVisitor): void {
  switch (shape.kind) {
    case "boolean":
      // Real files hold booleans as text, too.
      if (node.kind === "constant") return;
      if (node.kind === "string" && /^(?:true|false)$/i.test(node.value)) return;
      wrongType(node, "true or false", visitor);
      return;
    case "integer": {
      const written = node.kind === "number" ? node.text : node.kind === "string" ? node.value : "";
      if (!/^-?\d+(?:\.0+)?$/.test(written)) {
        wrongType(node, "a whole number", visitor);
        return;
      }
      const value = Number(written);
      const { least = -Infinity, most = Infinity } = shape;
      if (value < least || value > most) {
        const range = most === Infinity ? `at least ${least}` : `between ${least} and ${most}`;
        visitor.problem(node, "FACTORY_VALUE_INVALID", `${written} must be ${range}.`);
      }
      return;
    }
    case "timespan":
      if (node.kind === "string" && TIMESPAN.test(node.value)) return;
      wrongType(node, 'a time span such as "0.12:00:00"', visitor);
      return;
    default:
      if (node.kind !== "string") {
        if (node.kind === "object" || node.kind === "array") wrongType(node, "text", visitor);
        return;
      }
      if (shape.oneOf === undefined) return;
      if (shape.oneOf.some((each) => each.toLowerCase() === node.value.toLowerCase())) return;
      visitor.problem(
        node,
        "FACTORY_VALUE_INVALID",
        `"${node.value}" is not one of ${shape.oneOf.join(", ")}.`,
        didYouMean(node.value, shape.oneOf),
      );
  }
}

function expectedType(shape: Shape): ExpectedType | undefined {
  switch (shape.kind) {
    case "boolean":
    case "integer":
    case "string":
      return shape.kind;
    case "list":
      return "array";
    default:
      return undefined;
  }
}

/** Whether something that is refused is switched off, and so no matter. */
function isOff(node: JsonNode): boolean {
  if (node.kind === "constant") return node.value !== true;
  if (node.kind === "string") return node.value === "" || node.value.toLowerCase() === "false";
  return (node.kind === "array" && node.items.length === 0) || (node.kind === "object" && node.members.length === 0);
}

function wrongType(node: JsonNode, wanted: string, visitor: ShapeVisitor): void {
  visitor.problem(node, "FACTORY_VALUE_INVALID", `This must be ${wanted}.`);
}

/** The brace that opens an object: a finding about what is missing points there. */
function opening(node: JsonNode): Place {
  return { start: node.start, end: node.start + 1 };
}
