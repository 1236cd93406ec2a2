import { array, field, map, struct, type DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { distanceBetween } from "./distance.ts";
import { COUNTRIES, LANGUAGES, LOCALES } from "./locales.ts";

/** A collation of Spark 4: how strings compare. */
export interface Collation {
  /** As Spark shows it: `UTF8_LCASE`, `UNICODE_CI`, `en_USA_AI_RTRIM`. */
  readonly name: string;
  /** `binary` compares bytes, `lcase` bytes of the text in lower case, `icu` as the Unicode collation algorithm. */
  readonly base: "binary" | "lcase" | "icu";
  /** Of the ICU ones; empty is the root of all locales. */
  readonly locale: string;
  readonly caseSensitive: boolean;
  readonly accentSensitive: boolean;
  /** Blanks at the end do not count. */
  readonly trims: boolean;
}

/** The type of a string whose operands disagree, which Spark calls `string collate null`. */
export const INDETERMINATE = "null";

const known = new Map<string, Collation | undefined>();

/** A collation by its name in any case, with `system.builtin.` or without. Throws COLLATION_INVALID_NAME. */
export function collationNamed(name: string): Collation {
  const key = name.toLowerCase().replace(/^system\.builtin\./, "");
  if (!known.has(key)) known.set(key, parsed(key));
  const found = known.get(key);
  if (found !== undefined) return found;
  throw new BoathouseError(
    "COLLATION_INVALID_NAME",
    `The value ${name} does not represent a correct collation name. Suggested valid collation names: [${suggestions(name).join(", ")}].`,
    { sqlState: "42704" },
  );
}

function parsed(key: string): Collation | undefined {
  const match = /^(.*?)((?:_(?:ci|cs|ai|as|rtrim))*)$/.exec(key);
  if (match === null) return undefined;
  const [, root = "", tail = ""] = match;
  const marks = tail.split("_").slice(1);
  const count = (...names: readonly string[]): number => marks.filter((mark) => names.includes(mark)).length;
  const trims = count("rtrim") === 1;
  if (count("rtrim") > 1 || (trims && marks.at(-1) !== "rtrim")) return undefined;
  if (count("ci", "cs") > 1 || count("ai", "as") > 1) return undefined;
  const ending = trims ? "_RTRIM" : "";
  if (root === "utf8_binary" || root === "utf8_lcase") {
    if (marks.length > (trims ? 1 : 0)) return undefined;
    const lcase = root === "utf8_lcase";
    const base = lcase ? "lcase" : "binary";
    return { name: root.toUpperCase() + ending, base, locale: "", caseSensitive: !lcase, accentSensitive: true, trims };
  }
  const locale = root === "unicode" ? "" : LOCALES.find((each) => each.toLowerCase() === root);
  if (locale === undefined) return undefined;
  const [caseSensitive, accentSensitive] = [count("ci") === 0, count("ai") === 0];
  const shown = `${locale === "" ? "UNICODE" : locale}${caseSensitive ? "" : "_CI"}${accentSensitive ? "" : "_AI"}`;
  return { name: shown + ending, base: "icu", locale, caseSensitive, accentSensitive, trims };
}

/** Every name, in Spark's order. */
export function collationNames(): string[] {
  const locale = (name: string): string[] =>
    ["", "_AI", "_AI_RTRIM", "_CI", "_CI_AI", "_CI_AI_RTRIM", "_CI_RTRIM", "_RTRIM"].map((mark) => name + mark);
  const own = ["UTF8_BINARY", "UTF8_LCASE", "UTF8_BINARY_RTRIM", "UTF8_LCASE_RTRIM"];
  return [...own, ...["UNICODE", ...LOCALES].flatMap(locale)];
}

/** Up to three of the names that are nearest to a wrong one. */
function suggestions(name: string): string[] {
  const roots = ["UTF8_BINARY", "UTF8_LCASE", "UNICODE", ...LOCALES];
  const ranked = roots
    .map((each) => ({ each, far: distanceBetween(Array.from(each.toLowerCase()), Array.from(name.toLowerCase())) }))
    .sort((a, b) => a.far - b.far);
  return ranked
    .filter(({ far }) => far === ranked[0]?.far)
    .map(({ each }) => each)
    .slice(0, 3);
}

/** The locale's language and country, in English, as `collations()` tells them. */
export function localeNames(collation: Collation): {
  readonly language: string | null;
  readonly country: string | null;
} {
  const [language = "", ...others] = collation.locale.split("_");
  const country = others.find((part) => /^[A-Z]{3}$/.test(part));
  return {
    language: collation.base === "icu" && language !== "" ? (LANGUAGES.get(language) ?? null) : null,
    country: country === undefined ? null : (COUNTRIES.get(country)?.name ?? null),
  };
}

/** The name of the collation by which values of the type compare, where that is not by their bytes. */
export function collationIn(type: DataType): string | undefined {
  switch (type.kind) {
    case "string":
      return type.collation;
    case "array":
      return collationIn(type.element);
    case "map":
      return collationIn(type.key) ?? collationIn(type.value);
    case "struct":
      for (const each of type.fields) {
        const name = collationIn(each.type);
        if (name !== undefined) return name;
      }
      return undefined;
    default:
      return undefined;
  }
}

/** The type with this collation for all of its strings; undefined is UTF8_BINARY. */
export function withCollation(type: DataType, name: string | undefined): DataType {
  switch (type.kind) {
    case "string": {
      if (type.collation === name) return type;
      const { collation: _, ...plain } = type;
      return name === undefined ? plain : { ...plain, collation: name };
    }
    case "array":
      return array(withCollation(type.element, name), type.containsNull);
    case "map":
      return map(withCollation(type.key, name), withCollation(type.value, name), type.valueContainsNull);
    case "struct":
      return struct(
        type.fields.map((each) => field(each.name, withCollation(each.type, name), each.nullable, each.metadata)),
      );
    default:
      return type;
  }
}

/** The type with the names of its collations as Spark writes them, UTF8_BINARY unsaid. Throws COLLATION_INVALID_NAME. */
export function knownCollations(type: DataType): DataType {
  switch (type.kind) {
    case "string": {
      if (type.collation === undefined) return type;
      const { name } = collationNamed(type.collation);
      return withCollation(type, name === "UTF8_BINARY" ? undefined : name);
    }
    case "array":
      return array(knownCollations(type.element), type.containsNull);
    case "map":
      return map(knownCollations(type.key), knownCollations(type.value), type.valueContainsNull);
    case "struct":
      return struct(
        type.fields.map((each) => field(each.name, knownCollations(each.type), each.nullable, each.metadata)),
      );
    default:
      return type;
  }
}

export function hasString(type: DataType): boolean {
  switch (type.kind) {
    case "string":
      return true;
    case "array":
      return hasString(type.element);
    case "map":
      return hasString(type.key) || hasString(type.value);
    case "struct":
      return type.fields.some((each) => hasString(each.type));
    default:
      return false;
  }
}
