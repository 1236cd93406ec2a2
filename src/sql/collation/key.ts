import type { DataType } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";
import { quoteIdentifier } from "../quote.ts";
import { structNames } from "../types/duckdb-type.ts";
import { collationIn, collationNamed, INDETERMINATE, type Collation } from "./collation.ts";
import { COUNTRIES } from "./locales.ts";

/** SQL of a value that compares by its bytes as `sql` compares by its collation; null for null. */
export function collationKeySql(sql: string, type: DataType, tools: LoweringTools): string {
  if (collationIn(type) === undefined) return sql;
  switch (type.kind) {
    case "string":
      return type.collation === undefined || type.collation === INDETERMINATE
        ? sql
        : stringKey(sql, collationNamed(type.collation), tools);
    case "array": {
      const x = quoteIdentifier(tools.fresh("x"));
      return `list_transform(${sql}, lambda ${x}: ${collationKeySql(x, type.element, tools)})`;
    }
    case "struct":
      return tools.once(sql, (value) => {
        const fields = structNames(type.fields).map((name, index) => {
          const of = type.fields[index]?.type ?? { kind: "void" };
          return `${quoteIdentifier(name)} := ${collationKeySql(`${value}.${quoteIdentifier(name)}`, of, tools)}`;
        });
        return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.join(", ")}) END`;
      });
    default:
      return sql;
  }
}

function stringKey(sql: string, collation: Collation, tools: LoweringTools): string {
  const text = collation.trims ? `rtrim(${sql}, ' ')` : sql;
  if (collation.base === "binary") return text;
  return collation.base === "lcase" ? `spk_lcase(${text})` : `spk_icu_key(${text}, ${tools.text(icuTag(collation))})`;
}

/** The collation as a language tag: `sv-u-ks-level2`. Source: Spark's `CollationFactory`, UTS 35 "Collation Settings". */
export function icuTag(collation: Collation): string {
  const parts = collation.locale === "" ? ["und"] : collation.locale.split("_");
  const language = parts.map((part) => COUNTRIES.get(part)?.code ?? part).join("-");
  const { caseSensitive, accentSensitive } = collation;
  if (accentSensitive) return `${language}-u-ks-${caseSensitive ? "level3" : "level2"}`;
  return `${language}-u-ks-level1${caseSensitive ? "-kc-true" : ""}`;
}
