import type { DocumentPath } from "../core/document.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";

/** What a setting may be. */
export type Shape =
  | { readonly kind: "string" | "integer" | "boolean" | "scalar" | "any" }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "map"; readonly of: Shape }
  | ObjectShape
  /** For shapes that hold themselves. */
  | { readonly kind: "lazy"; readonly shape: () => Shape };

export interface ObjectShape {
  readonly kind: "object";
  /** What it is, in a message: `task`. */
  readonly what: string;
  readonly properties: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  /** Properties that exist elsewhere and do not run here: name → why, and what to do. */
  readonly refused?: Readonly<Record<string, string>>;
}

export interface ShapeProblem {
  readonly code: "JOB_PROPERTY_UNKNOWN" | "JOB_PROPERTY_INVALID" | "JOB_PROPERTY_MISSING" | "JOB_UNSUPPORTED";
  readonly path: DocumentPath;
  readonly part: "key" | "value";
  readonly message: string;
  readonly hint?: string;
}

export const STRING: Shape = { kind: "string" };
export const INTEGER: Shape = { kind: "integer" };
export const BOOLEAN: Shape = { kind: "boolean" };
/** A string, number or boolean. */
export const SCALAR: Shape = { kind: "scalar" };
/** Carried along, never looked into. */
export const ANY: Shape = { kind: "any" };

export function list(of: Shape): Shape {
  return { kind: "list", of };
}

export function map(of: Shape): Shape {
  return { kind: "map", of };
}

export function oneOf(...words: readonly string[]): Shape {
  return { kind: "word", words };
}

/** Everything about a value that does not have the shape. */
export function problemsOf(value: Json, shape: Shape, path: DocumentPath = []): ShapeProblem[] {
  const wrong = (expected: string, hint?: string): ShapeProblem[] => [
    {
      code: "JOB_PROPERTY_INVALID",
      path,
      part: "value",
      message: `${nameOf(path)} is ${describe(value)}, not ${expected}.`,
      ...(hint === undefined ? {} : { hint }),
    },
  ];
  switch (shape.kind) {
    case "any":
      return [];
    case "lazy":
      return problemsOf(value, shape.shape(), path);
    case "string":
      return typeof value === "string" ? [] : wrong("a string");
    case "integer":
      return Number.isSafeInteger(value) ? [] : wrong("a whole number");
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("true or false");
    case "scalar":
      return ["string", "number", "boolean"].includes(typeof value) ? [] : wrong("a string, a number or a boolean");
    case "word": {
      if (typeof value === "string" && shape.words.includes(value)) return [];
      return wrong(
        `one of ${shape.words.join(", ")}`,
        typeof value === "string" ? didYouMean(value, shape.words) : undefined,
      );
    }
    case "list":
      if (!Array.isArray(value)) return wrong("a list");
      return value.flatMap((each: Json, index) => problemsOf(each, shape.of, [...path, index]));
    case "map":
      if (!isJsonObject(value)) return wrong("a mapping");
      return Object.entries(value).flatMap(([key, each]) => problemsOf(each, shape.of, [...path, key]));
    case "object":
      return isJsonObject(value) ? propertyProblems(value, shape, path) : wrong("a mapping");
  }
}

function propertyProblems(
  value: Readonly<Record<string, Json>>,
  shape: ObjectShape,
  path: DocumentPath,
): ShapeProblem[] {
  const problems: ShapeProblem[] = [];
  for (const [key, each] of Object.entries(value)) {
    const inner = Object.hasOwn(shape.properties, key) ? shape.properties[key] : undefined;
    const place = { path: [...path, key], part: "key" } as const;
    if (inner !== undefined) {
      problems.push(...problemsOf(each, inner, [...path, key]));
    } else if (shape.refused !== undefined && Object.hasOwn(shape.refused, key)) {
      const message = `\`${key}\` is not supported here.`;
      problems.push({ code: "JOB_UNSUPPORTED", ...place, message, hint: shape.refused[key] ?? "" });
    } else {
      const message = `A ${shape.what} has no property \`${key}\`.`;
      const hint = didYouMean(key, Object.keys(shape.properties));
      problems.push({ code: "JOB_PROPERTY_UNKNOWN", ...place, message, ...(hint === undefined ? {} : { hint }) });
    }
  }
  for (const key of shape.required ?? []) {
    if (value[key] !== undefined) continue;
    const message = `This ${shape.what} has no \`${key}\`.`;
    problems.push({ code: "JOB_PROPERTY_MISSING", path, part: "value", message, hint: `Add \`${key}\`.` });
  }
  return problems;
}

function nameOf(path: DocumentPath): string {
  const name = path.findLast((step) => typeof step === "string");
  return name === undefined ? "This" : `\`${name}\``;
}

function describe(value: Json): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return JSON.stringify(value);
}
