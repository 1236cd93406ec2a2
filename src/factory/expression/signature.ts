import { unreachable } from "../../core/errors.ts";

export type ParameterType =
  | "any"
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "array"
  | "object"
  | "xml"
  | "null"
  | "collection";

interface SignatureParameter {
  readonly name: string;
  readonly types: readonly ParameterType[];
  readonly optional: boolean;
  readonly repeated: boolean;
}

export interface Signature {
  readonly name: string;
  readonly parameters: readonly SignatureParameter[];
  readonly returns: readonly ParameterType[];
  readonly least: number;
  readonly most: number;
}

const TYPES: readonly string[] = [
  "any",
  "string",
  "integer",
  "number",
  "boolean",
  "array",
  "object",
  "xml",
  "null",
  "collection",
] satisfies ParameterType[];

/**
 * Reads a signature as the registry writes it: `substring(text: string, start: integer, length?: integer): string`;
 * `...values: any` repeats, at least once unless it is optional (`...values?`).
 */
export function parseSignature(text: string): Signature {
  const whole = /^(\w+)\((.*)\): (\S+)$/.exec(text);
  if (whole?.[1] === undefined || whole[2] === undefined || whole[3] === undefined) return malformed(text);
  const parameters = whole[2] === "" ? [] : whole[2].split(", ").map((each) => parseParameter(each, text));
  return {
    name: whole[1],
    parameters,
    returns: parseTypes(whole[3], text),
    least: parameters.filter((each) => !each.optional).length,
    most: parameters.some((each) => each.repeated) ? Number.POSITIVE_INFINITY : parameters.length,
  };
}

function parseParameter(text: string, signature: string): SignatureParameter {
  const parts = /^(\.\.\.)?(\w+)(\?)?: (\S+)$/.exec(text);
  if (parts?.[2] === undefined || parts[4] === undefined) return malformed(signature);
  return {
    name: parts[2],
    types: parseTypes(parts[4], signature),
    optional: parts[3] !== undefined,
    repeated: parts[1] !== undefined,
  };
}

function parseTypes(text: string, signature: string): ParameterType[] {
  return text.split("|").map((each) => (isType(each) ? each : malformed(signature)));
}

function isType(text: string): text is ParameterType {
  return TYPES.includes(text);
}

function malformed(signature: string): never {
  return unreachable(`The signature "${signature}" is malformed.`);
}
