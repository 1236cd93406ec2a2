import type { FunctionRow } from "../function-row.ts";
import { textOf } from "../value.ts";

export const STRING_FUNCTIONS: readonly FunctionRow[] = [
  {
    category: "string",
    signature: "concat(...texts: any): string",
    description: "Joins values into one string; null is empty.",
    call: (call) => call.values.map(textOf).join(""),
  },
  {
    category: "string",
    signature: "endsWith(text: string, search: string): boolean",
    description: "Whether the text ends so, without regard to case.",
    call: (call) => folded(call.string(0)).endsWith(folded(call.string(1))),
  },
  {
    category: "string",
    signature: "guid(format?: string): string",
    description: "A new identity; format N, D (default), B or P.",
    call: (call) => {
      const id = call.site.environment.uuid();
      const format = call.has(0) ? call.string(0) : "D";
      switch (format.toUpperCase()) {
        case "D":
        case "":
          return id;
        case "N":
          return id.replaceAll("-", "");
        case "B":
          return `{${id}}`;
        case "P":
          return `(${id})`;
        case "X": {
          const hex = id.replaceAll("-", "");
          const bytes = (hex.slice(16).match(/../g) ?? []).map((each) => `0x${each}`).join(",");
          return `{0x${hex.slice(0, 8)},0x${hex.slice(8, 12)},0x${hex.slice(12, 16)},{${bytes}}}`;
        }
        default:
          return call.fail(0, `is "${format}"`, "The formats are N, D, B, P and X.");
      }
    },
  },
  {
    category: "string",
    signature: "indexOf(text: string, search: string): integer",
    description: "Where the first match begins, from 0, or -1, without regard to case.",
    call: (call) => BigInt(folded(call.string(0)).indexOf(folded(call.string(1)))),
  },
  {
    category: "string",
    signature: "lastIndexOf(text: string, search: string): integer",
    description: "Where the last match begins, from 0, or -1, without regard to case.",
    call: (call) => BigInt(folded(call.string(0)).lastIndexOf(folded(call.string(1)))),
  },
  {
    category: "string",
    signature: "replace(text: string, old: string, new: string): string",
    description: "The text with every match replaced; case counts.",
    call: (call) => {
      if (call.string(1) === "") call.fail(1, "must not be empty");
      return call.string(0).replaceAll(call.string(1), () => call.string(2));
    },
  },
  {
    category: "string",
    signature: "split(text: string, delimiter: string): array",
    description: "The parts between the delimiters.",
    call: (call) => (call.string(1) === "" ? [call.string(0)] : call.string(0).split(call.string(1))),
  },
  {
    category: "string",
    signature: "startsWith(text: string, search: string): boolean",
    description: "Whether the text begins so, without regard to case.",
    call: (call) => folded(call.string(0)).startsWith(folded(call.string(1))),
  },
  {
    category: "string",
    signature: "substring(text: string, start: integer, length?: integer): string",
    description: "The characters from a position, from 0; beyond the end is an error.",
    call: (call) => {
      const text = call.string(0);
      const start = call.count(1);
      if (start < 0 || start > text.length)
        call.fail(1, `must be between 0 and the length of the text (${text.length})`);
      const length = call.has(2) ? call.count(2) : text.length - start;
      if (length < 0 || start + length > text.length) {
        call.fail(2, `must be between 0 and what is left of the text (${text.length - start})`);
      }
      return text.slice(start, start + length);
    },
  },
  {
    category: "string",
    signature: "toLower(text: string): string",
    description: "The text in lower case.",
    call: (call) => call.string(0).toLowerCase(),
  },
  {
    category: "string",
    signature: "toUpper(text: string): string",
    description: "The text in upper case.",
    call: (call) => call.string(0).toUpperCase(),
  },
  {
    category: "string",
    signature: "trim(text: string): string",
    description: "The text without white space around it.",
    call: (call) => call.string(0).trim(),
  },
];

/** Simple upper-casing of each UTF-16 unit keeps positions, as .NET's ordinal comparison without case does. */
function folded(text: string): string {
  const upper = text.toUpperCase();
  if (upper.length === text.length) return upper;
  return Array.from({ length: text.length }, (_, index) => {
    const unit = text.charAt(index);
    const folded = unit.toUpperCase();
    return folded.length === 1 ? folded : unit;
  }).join("");
}
