import type { Call, FunctionRow } from "../function-row.ts";
import { valueOfJsonText } from "../json-value.ts";
import { isObject, textOf, type Value } from "../value.ts";
import { objectOfXml, parseXml, selectXPath, xmlOfObject } from "../xml.ts";
import { XmlValue } from "../xml-value.ts";

const OCTETS = "application/octet-stream";
const INTEGER = /^\s*[+-]?\d+\s*$/;
const FLOAT = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

export const CONVERSION_FUNCTIONS: readonly FunctionRow[] = [
  {
    category: "conversion",
    signature: "array(value: any): array",
    description: "An array of the one value.",
    call: (call) => [call.value(0)],
  },
  {
    category: "conversion",
    signature: "base64(text: string|object): string",
    description: "The base64 of a text in UTF-8.",
    call: (call) => base64(call.value(0) instanceof XmlValue ? textOf(call.value(0)) : textOrContent(call)),
  },
  {
    category: "conversion",
    signature: "base64ToBinary(text: string): object",
    description: "The bytes that a base64 text stands for.",
    call: (call) => {
      decodeBase64(call);
      return content(OCTETS, call.string(0));
    },
  },
  {
    category: "conversion",
    signature: "base64ToString(text: string): string",
    description: "The text that a base64 text stands for.",
    call: decodeBase64,
  },
  {
    category: "conversion",
    signature: "binary(text: string): object",
    description: "The bytes of a text in UTF-8.",
    call: (call) => content(OCTETS, base64(call.string(0))),
  },
  {
    category: "conversion",
    signature: "bool(value: any): boolean",
    description: "True for true, 'true' and numbers other than 0.",
    call: (call) => {
      const value = call.value(0);
      if (typeof value === "boolean") return value;
      if (typeof value === "bigint") return value !== 0n;
      if (typeof value === "number") return value !== 0;
      const word = typeof value === "string" ? value.trim().toLowerCase() : "";
      if (word === "true" || word === "false") return word === "true";
      return call.fail(0, "is neither true nor false");
    },
  },
  {
    category: "conversion",
    signature: "coalesce(...values: any): any",
    description: "The first value that is not null.",
    call: (call) => call.values.find((each) => each !== null) ?? null,
  },
  {
    category: "conversion",
    signature: "createArray(...values: any): array",
    description: "An array of the values.",
    call: (call) => [...call.values],
  },
  {
    category: "conversion",
    signature: "dataUri(text: string): string",
    description: "A data URI of a text.",
    call: (call) => `data:text/plain;charset=utf-8;base64,${base64(call.string(0))}`,
  },
  {
    category: "conversion",
    signature: "dataUriToBinary(uri: string): object",
    description: "The bytes of a data URI.",
    call: dataUriContent,
  },
  {
    category: "conversion",
    signature: "dataUriToString(uri: string): string",
    description: "The text of a data URI.",
    call: (call) => dataUri(call).bytes.toString("utf8"),
  },
  {
    category: "conversion",
    signature: "decodeBase64(text: string): string",
    description: "The same as base64ToString.",
    call: decodeBase64,
  },
  {
    category: "conversion",
    signature: "decodeDataUri(uri: string): object",
    description: "The same as dataUriToBinary.",
    call: dataUriContent,
  },
  {
    category: "conversion",
    signature: "decodeUriComponent(text: string): string",
    description: "The text with its %XX decoded.",
    call: decodeUri,
  },
  {
    category: "conversion",
    signature: "encodeUriComponent(text: string): string",
    description: "The text with all but letters, digits and - _ . ~ as %XX.",
    call: encodeUri,
  },
  {
    category: "conversion",
    signature: "float(value: string|number): number",
    description: "A float from a text.",
    call: (call) => {
      const value = call.value(0);
      if (typeof value === "string") return FLOAT.test(value) ? Number(value) : call.fail(0, "is not a number");
      return Number(call.number(0));
    },
  },
  {
    category: "conversion",
    signature: "int(value: string|number|boolean): integer",
    description: "An integer from a text.",
    call: (call) => {
      const value = call.value(0);
      if (typeof value === "boolean") return value ? 1n : 0n;
      if (typeof value === "number")
        return Number.isFinite(value) ? BigInt(roundHalfEven(value)) : call.fail(0, "is not finite");
      if (typeof value !== "string") return call.integer(0);
      if (!INTEGER.test(value)) return call.fail(0, "is not an integer", "Use float() for decimal numbers.");
      const number = BigInt(value.trim().replace("+", ""));
      return BigInt.asIntN(64, number) === number ? number : call.fail(0, "is too large for 64 bits");
    },
  },
  {
    category: "conversion",
    signature: "json(value: string|xml): any",
    description: "The value of a JSON text, or XML as an object.",
    call: (call) => {
      const value = call.value(0);
      if (value instanceof XmlValue) return objectOfXml(value);
      const text = call.string(0);
      try {
        return valueOfJsonText(text);
      } catch (error) {
        return call.fail(0, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  },
  {
    category: "conversion",
    signature: "string(value: any): string",
    description: "Any value as text; arrays and objects as JSON.",
    call: (call) => textOf(call.value(0)),
  },
  {
    category: "conversion",
    signature: "uriComponent(text: string): string",
    description: "The same as encodeUriComponent.",
    call: encodeUri,
  },
  {
    category: "conversion",
    signature: "uriComponentToBinary(text: string): object",
    description: "The bytes of a text with %XX.",
    call: (call) => content(OCTETS, base64(decodeUri(call))),
  },
  {
    category: "conversion",
    signature: "uriComponentToString(text: string): string",
    description: "The same as decodeUriComponent.",
    call: decodeUri,
  },
  {
    category: "conversion",
    signature: "xml(value: string|object): xml",
    description: "XML from a text, or from an object with one member.",
    call: (call) => {
      const value = call.value(0);
      return call.attempt(0, () => (isObject(value) ? xmlOfObject(value) : parseXml(call.string(0))));
    },
  },
  {
    category: "conversion",
    signature: "xpath(xml: xml, expression: string): any",
    description: "What an XPath 1.0 expression selects in XML.",
    call: (call) => {
      const xml = call.xml(0);
      const expression = call.string(1);
      return call.attempt(1, () => selectXPath(xml, expression));
    },
  },
];

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function content(type: string, encoded: string): Value {
  return { "$content-type": type, $content: encoded };
}

function textOrContent(call: Call): string {
  const value = call.value(0);
  const encoded = isObject(value) ? value["$content"] : undefined;
  return typeof encoded === "string" ? Buffer.from(encoded, "base64").toString("utf8") : call.string(0);
}

function decodeBase64(call: Call): string {
  const text = call.string(0).replace(/\s/g, "");
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) call.fail(0, "is not base64");
  return Buffer.from(text, "base64").toString("utf8");
}

function dataUri(call: Call): { type: string; bytes: Buffer } {
  const parts = /^data:([^,]*?)(;base64)?,(.*)$/is.exec(call.string(0));
  if (parts?.[3] === undefined) return call.fail(0, "is not a data URI", "It looks like data:text/plain;base64,aGk=");
  const type = parts[1] === undefined || parts[1] === "" ? "text/plain" : parts[1];
  const bytes = parts[2] === undefined ? Buffer.from(decoded(call, parts[3]), "utf8") : Buffer.from(parts[3], "base64");
  return { type, bytes };
}

function dataUriContent(call: Call): Value {
  const { type, bytes } = dataUri(call);
  return content(type, bytes.toString("base64"));
}

/** .NET's `Uri.EscapeDataString`, which also escapes what JavaScript leaves alone. */
function encodeUri(call: Call): string {
  return call
    .attempt(0, () => encodeURIComponent(call.string(0)))
    .replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decodeUri(call: Call): string {
  return decoded(call, call.string(0));
}

function decoded(call: Call, text: string): string {
  return call.attempt(0, () => decodeURIComponent(text));
}

/** .NET rounds to the even neighbour when it converts floats to integers. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  return rest > 0.5 || floor % 2 !== 0 ? floor + 1 : floor;
}
