import { textOfJson } from "../json/text-of.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { didYouMean } from "../../core/nearest.ts";

/**
 * The parameters of a pipeline: what is given, in the declared types, and defaults for the rest. Text is taken for
 * other types where it spells a value of them, as it comes from a command line.
 *
 * Throws `FACTORY_PARAMETER_UNKNOWN`, `FACTORY_PARAMETER_MISSING` and `FACTORY_PARAMETER_TYPE`.
 */
export function pipelineParameters(pipeline: string, declared: Json | undefined, given: JsonObject): JsonObject {
  const specifications = isJsonObject(declared) ? declared : {};
  const names = Object.keys(specifications);
  for (const name of Object.keys(given)) {
    if (names.some((each) => each.toLowerCase() === name.toLowerCase())) continue;
    throw new BoathouseError("FACTORY_PARAMETER_UNKNOWN", `The pipeline "${pipeline}" has no parameter "${name}".`, {
      kind: "usage",
      hint: didYouMean(name, names) ?? (names.length === 0 ? "It has none." : `It has: ${names.join(", ")}.`),
    });
  }
  const missing: string[] = [];
  const values: Record<string, Json> = {};
  for (const [name, specification] of Object.entries(specifications)) {
    const { type = "String", defaultValue } = isJsonObject(specification) ? specification : {};
    const key = Object.keys(given).find((each) => each.toLowerCase() === name.toLowerCase());
    const value = key === undefined ? defaultValue : given[key];
    if (value === undefined) missing.push(name);
    else values[name] = typed(pipeline, name, textOfJson(type), value);
  }
  if (missing.length === 0) return values;
  throw new BoathouseError(
    "FACTORY_PARAMETER_MISSING",
    `The pipeline "${pipeline}" needs ${missing.map((name) => `"${name}"`).join(", ")}.`,
    { kind: "usage", hint: "Give a value for each parameter without a default." },
  );
}

function typed(pipeline: string, name: string, type: string, value: Json): Json {
  if (value === null) return null;
  switch (type.toLowerCase()) {
    case "string":
    case "securestring":
      return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
    case "int":
    case "integer": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" && Number.isInteger(number) ? number : wrong(pipeline, name, type, value);
    }
    case "float":
    case "double": {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      return typeof number === "number" && !Number.isNaN(number) ? number : wrong(pipeline, name, type, value);
    }
    case "bool":
    case "boolean":
      if (typeof value === "boolean") return value;
      if (typeof value === "string" && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === "true";
      return wrong(pipeline, name, type, value);
    case "array": {
      const array = parsed(value);
      return Array.isArray(array) ? array : wrong(pipeline, name, type, value);
    }
    case "object":
    case "secureobject": {
      const object = parsed(value);
      return isJsonObject(object) || Array.isArray(object) ? object : wrong(pipeline, name, type, value);
    }
    default:
      return value;
  }
}

function parsed(value: Json): Json {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

function wrong(pipeline: string, name: string, type: string, value: Json): never {
  const shown = JSON.stringify(value);
  throw new BoathouseError(
    "FACTORY_PARAMETER_TYPE",
    `The parameter "${name}" of the pipeline "${pipeline}" is of the type ${type}, and ${shown.slice(0, 80)} is not.`,
    { kind: "usage" },
  );
}
