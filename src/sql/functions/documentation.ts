import type { FunctionRow } from "./function.ts";
import { functionRows } from "./registry.ts";
import { aggregateTexts } from "./documentation/aggregates.ts";
import { collectionTexts } from "./documentation/collections.ts";
import { dateTexts } from "./documentation/dates.ts";
import { generalTexts } from "./documentation/general.ts";
import { sketchTexts } from "./documentation/sketches.ts";
import { stringTexts } from "./documentation/strings.ts";
import { variantTexts } from "./documentation/variants.ts";

/** What the reference says of a function. */
export interface FunctionDocumentation {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly category: string;
  /** `substring(text, position [, length])`. */
  readonly signature: string;
  readonly description: string;
  readonly supported: boolean;
}

/** The reference of all functions, by category and name. For a refused one the description is the reason. */
export function functionReference(): FunctionDocumentation[] {
  return functionRows.flatMap(documented).sort((a, b) => {
    const [left, right] = [`${a.category} ${a.name}`, `${b.category} ${b.name}`];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

function documented(row: FunctionRow): FunctionDocumentation[] {
  const [name, ...aliases] = row.names;
  const { category } = row;
  const { refused } = row;
  if (refused !== undefined) {
    return row.names.map((each) => ({
      name: each,
      aliases: [],
      category,
      signature: `${each}(…)`,
      description: `Not supported: ${refused}.`,
      supported: false,
    }));
  }
  const text = texts.get(name);
  if (text === undefined) return [];
  return [{ name, aliases, category, ...text, supported: true }];
}

/** Lines of `signature — description`, under the name before the first parenthesis. */
const texts = new Map(
  [aggregateTexts, collectionTexts, dateTexts, generalTexts, sketchTexts, stringTexts, variantTexts].flatMap((block) =>
    block
      .split("\n")
      .filter((line) => line.includes(" — "))
      .map((line) => {
        const [head = "", description = ""] = line.split(" — ");
        const [name = "", signature] = head.split(" := ");
        const key = signature === undefined ? name.replace(/\(.*$/, "") : name;
        return [key.trim(), { signature: (signature ?? name).trim(), description: description.trim() }] as const;
      }),
  ),
);
