import type { Member, ObjectShape, Shape, VariantShape } from "../../src/factory/model/shape.ts";
import { code, codes, groups, sentence, table } from "./markdown.ts";

/** A property in a table of what may be written: where it stands, what it takes, and what is to be said about it. */
export interface Property {
  readonly path: string;
  readonly takes: string;
  readonly required: boolean;
  readonly refused?: string;
  readonly inert?: string;
}

/** Properties in a table; those that are refused or have no effect for the same reason share a row. */
export function propertyTable(properties: readonly Property[]): string {
  const plain = properties.filter((each) => each.refused === undefined && each.inert === undefined);
  const rows = plain.map((each) => [code(each.path), each.takes, each.required ? "required" : ""]);
  for (const [note, some] of [
    [
      "refused",
      groups(
        properties.filter((each) => each.refused !== undefined),
        (each) => each.refused ?? "",
      ),
    ],
    [
      "no effect",
      groups(
        properties.filter((each) => each.inert !== undefined),
        (each) => each.inert ?? "",
      ),
    ],
  ] as const) {
    for (const [reason, same] of some) {
      rows.push([codes(same.map((each) => each.path)), "", `${note}${reason === "" ? "" : `: ${sentence(reason)}`}`]);
    }
  }
  return table(["property", "takes", ""], rows);
}

/** The properties of an object of a factory's JSON, those of objects inside it under dotted paths. */
export function factoryProperties(shape: ObjectShape, prefix = ""): Property[] {
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const path = prefix + name;
    const inner = elementOf(member.shape);
    const own = property(path, member);
    if (inner.shape.kind !== "object") return [own];
    return [own, ...factoryProperties(inner.shape, `${path}${inner.suffix}.`)];
  });
}

/** Objects with a `type` that occur in a shape, in the order in which they are met. */
export function variantsIn(shape: Shape): VariantShape[] {
  switch (shape.kind) {
    case "object":
      return Object.values(shape.members).flatMap((member) => variantsIn(member.shape));
    case "list":
      return variantsIn(shape.items);
    case "record":
      return variantsIn(shape.values);
    case "variant":
      return [shape, ...Object.values(shape.cases).flatMap(variantsIn)];
    default:
      return [];
  }
}

function property(path: string, { shape, required, refused, inert }: Member): Property {
  return {
    path,
    takes: takes(shape),
    required: required === true,
    ...(refused === undefined ? {} : { refused }),
    ...(inert === undefined ? {} : { inert }),
  };
}

/** What an object, a list of objects or a record of objects is made of. */
function elementOf(shape: Shape): { readonly shape: Shape; readonly suffix: string } {
  if (shape.kind === "list") return { shape: shape.items, suffix: "[]" };
  if (shape.kind === "record") return { shape: shape.values, suffix: ".<name>" };
  return { shape, suffix: "" };
}

function takes(shape: Shape): string {
  const written = "fixed" in shape && shape.fixed === true ? ", written out" : "";
  switch (shape.kind) {
    case "string":
      return (shape.oneOf === undefined ? "text" : codes(shape.oneOf)) + written;
    case "integer":
      return `whole number${range(shape.least, shape.most)}${written}`;
    case "boolean":
      return `true or false${written}`;
    case "timespan":
      return `time span \`d.hh:mm:ss\`${written}`;
    case "any":
      return shape.gives === undefined
        ? "any value"
        : `expression that gives ${shape.gives === "array" ? "an array" : "a Boolean"}`;
    case "list":
      return `list of ${shape.items.kind === "object" ? "objects" : takes(shape.items)}${written}`;
    case "record":
      return `names of your own, each with ${shape.values.kind === "object" ? "an object" : takes(shape.values)}${written}`;
    case "object":
      return "object";
    case "variant":
      return `object with a \`type\`: ${codes(Object.keys(shape.cases))}`;
    case "reference":
      return `reference to a ${shape.to === "linkedService" ? "linked service" : shape.to}`;
    case "activities":
      return "list of activities";
    case "secret":
      return "text, `SecureString` or `AzureKeyVaultSecret`";
  }
}

function range(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` from ${least}`;
  return most === undefined ? "" : ` to ${most}`;
}
