import { createRequire } from "node:module";
import { DOMParser, XMLSerializer, onErrorStopParsing, type Document, type Node } from "@xmldom/xmldom";
import { isArray, isObject, objectOf, textOf, type Value, type ValueObject } from "./value.ts";
import { XmlValue } from "./xml-value.ts";

/** The part of `xpath` used here. Its own types would bring the browser's globals into every file. */
interface XPath {
  select(expression: string, node: Node): string | number | boolean | Node[] | Node | null;
}

const require = createRequire(import.meta.url);
const MIME = "application/xml;charset=utf-8";
const ELEMENT = 1;
const ATTRIBUTE = 2;
const TEXT = 3;
const CDATA = 4;
const INSTRUCTION = 7;

/** Checks that the text is well-formed XML. Throws the parser's own error. */
export function parseXml(text: string): XmlValue {
  documentOf(text);
  return new XmlValue(text);
}

/** An object with one member as an XML element, as Json.NET's `DeserializeXNode` does. */
export function xmlOfObject(object: ValueObject): XmlValue {
  const roots = Object.entries(object).filter(([name]) => name !== "?xml");
  const [root, ...others] = roots;
  if (root === undefined || others.length > 0)
    throw new Error("XML has exactly one root, so the object needs one member");
  if (isArray(root[1])) throw new Error("the root of XML cannot be an array");
  return new XmlValue(elementText(root[0], root[1]));
}

/** XML as an object, as Json.NET's `SerializeXmlNode` does: attributes as `@name`, repeated elements as arrays. */
export function objectOfXml(xml: XmlValue): ValueObject {
  const document = documentOf(xml.text);
  const entries: [string, Value][] = [];
  for (const node of childrenOf(document)) {
    if (node.nodeType === INSTRUCTION && node.nodeName === "xml")
      entries.push(["?xml", declaration(node.nodeValue ?? "")]);
    if (node.nodeType === ELEMENT) entries.push([node.nodeName, elementValue(node)]);
  }
  if (!entries.some(([name]) => name === "?xml")) {
    const declared = /^\s*<\?xml\s([^?]*)\?>/.exec(xml.text)?.[1];
    if (declared !== undefined) entries.unshift(["?xml", declaration(declared)]);
  }
  return objectOf(entries);
}

/**
 * Evaluates XPath 1.0. Numbers, strings and booleans come as such; of a set of nodes, elements come as base64 content
 * objects and attributes and text as strings.
 */
export function selectXPath(xml: XmlValue, expression: string): Value {
  const xpath: XPath = require("xpath");
  const found = xpath.select(expression, documentOf(xml.text));
  if (Array.isArray(found)) return found.map(nodeValue);
  if (typeof found === "object") return found === null ? null : nodeValue(found);
  return typeof found === "number" && Number.isSafeInteger(found) ? BigInt(found) : found;
}

function documentOf(text: string): Document {
  return new DOMParser({ onError: onErrorStopParsing }).parseFromString(text.trim(), "text/xml");
}

function nodeValue(node: Node): Value {
  if (node.nodeType === ATTRIBUTE || node.nodeType === TEXT || node.nodeType === CDATA) return node.nodeValue ?? "";
  const text = new XMLSerializer().serializeToString(node);
  return { "$content-type": MIME, $content: Buffer.from(text, "utf8").toString("base64") };
}

function elementValue(element: Node): Value {
  const members = new Map<string, Value[]>();
  const add = (name: string, value: Value): void => {
    const known = members.get(name);
    if (known === undefined) members.set(name, [value]);
    else known.push(value);
  };
  for (const [name, value] of attributesOf(element)) add(`@${name}`, value);
  for (const node of childrenOf(element)) {
    if (node.nodeType === ELEMENT) add(node.nodeName, elementValue(node));
    else if (node.nodeType === CDATA) add("#cdata-section", node.nodeValue ?? "");
    else if (node.nodeType === TEXT && (node.nodeValue ?? "").trim() !== "") add("#text", node.nodeValue ?? "");
  }
  if (members.size === 0) return null;
  const texts = members.get("#text");
  if (members.size === 1 && texts?.length === 1) return texts[0] ?? null;
  return objectOf([...members].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? null) : values]));
}

function attributesOf(node: Node): [string, string][] {
  if (!("attributes" in node) || typeof node.attributes !== "object" || node.attributes === null) return [];
  const { attributes } = node;
  if (!(Symbol.iterator in attributes) || typeof attributes[Symbol.iterator] !== "function") return [];
  const found: [string, string][] = [];
  for (const attribute of attributes as Iterable<Node>) found.push([attribute.nodeName, attribute.nodeValue ?? ""]);
  return found;
}

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function declaration(text: string): Value {
  return objectOf([...text.matchAll(/(\w+)\s*=\s*["']([^"']*)["']/g)].map((each) => [`@${each[1]}`, each[2] ?? ""]));
}

function elementText(name: string, value: Value): string {
  if (!/^[\p{L}_][\p{L}\p{N}_.:-]*$/u.test(name)) throw new Error(`"${name}" cannot be the name of an XML element`);
  if (value === null) return `<${name} />`;
  if (isArray(value)) return value.map((each) => elementText(name, each)).join("");
  if (!isObject(value)) return `<${name}>${escaped(plainText(value))}</${name}>`;
  let attributes = "";
  let content = "";
  for (const [member, each] of Object.entries(value)) {
    if (member.startsWith("@"))
      attributes += ` ${member.slice(1)}="${escaped(plainText(each)).replaceAll('"', "&quot;")}"`;
    else if (member === "#text") content += escaped(plainText(each));
    else if (member === "#cdata-section") content += `<![CDATA[${plainText(each)}]]>`;
    else content += elementText(member, each);
  }
  return content === "" ? `<${name}${attributes} />` : `<${name}${attributes}>${content}</${name}>`;
}

function plainText(value: Value): string {
  return typeof value === "boolean" ? String(value) : textOf(value);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
