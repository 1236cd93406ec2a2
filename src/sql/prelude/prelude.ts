import { operatorMacros } from "../operators/macros.ts";
import { castMacros } from "../types/cast-macros.ts";
import { timeMacros } from "../types/time-macros.ts";
import { aggregateMacros } from "./aggregate-macros.ts";
import { aggregateUdfs } from "./aggregate-udfs.ts";
import { arrayMacros } from "./array-macros.ts";
import { bitmapUdfs } from "./bitmap-udfs.ts";
import { bitMacros } from "./bit-macros.ts";
import { collationMacros } from "./collation-macros.ts";
import { collationUdfs } from "./collation-udfs.ts";
import { dateMacros } from "./date-macros.ts";
import { dateUdfs } from "./date-udfs.ts";
import { frequencyUdfs } from "./frequency-udfs.ts";
import { hashMacros } from "./hash-macros.ts";
import { hashUdfs } from "./hash-udfs.ts";
import { hllUdfs } from "./hll-udfs.ts";
import { intervalUdfs } from "./interval-udfs.ts";
import { jsonUdfs } from "./json-udfs.ts";
import { kllUdfs } from "./kll-udfs.ts";
import { macroSql } from "./macro.ts";
import { mapMacros } from "./map-macros.ts";
import { mathMacros } from "./math-macros.ts";
import { mathUdfs } from "./math-udfs.ts";
import { miscUdfs } from "./misc-udfs.ts";
import { recordUdfs } from "./record-udfs.ts";
import { regexpUdfs } from "./regexp-udfs.ts";
import { stringMacros } from "./string-macros.ts";
import { stringUdfs } from "./string-udfs.ts";
import { thetaUdfs } from "./theta-udfs.ts";
import { tupleUdfs } from "./tuple-udfs.ts";
import type { Udf } from "./udf.ts";
import { variantEditUdfs } from "./variant-edit-udfs.ts";
import { variantUdfs } from "./variant-udfs.ts";
import { vectorUdfs } from "./vector-udfs.ts";
import { xpathUdfs } from "./xpath-udfs.ts";

/** What generated SQL needs besides DuckDB's own functions, in the order in which it has to be installed. */
export interface Prelude {
  readonly udfs: readonly Udf[];
  /** `CREATE OR REPLACE MACRO …` statements, one for each macro. */
  readonly macros: readonly { readonly name: string; readonly sql: string }[];
}

/**
 * What the given SQL uses of `spk_…` macros and `spkjs_…` functions, directly or through other macros. `installed` names
 * what is there already and is left out. Throws `TypeError` for a name that there is not.
 */
export function preludeFor(sql: string, installed: ReadonlySet<string> = new Set()): Prelude {
  const udfs: Udf[] = [];
  const macros: { name: string; sql: string }[] = [];
  const seen = new Set(installed);
  const visit = (text: string): void => {
    for (const [name] of text.matchAll(NAME)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const udf = udfsByName.get(name);
      const macro = macrosByName.get(name);
      if (udf !== undefined) udfs.push(udf);
      else if (macro !== undefined) {
        visit(macro);
        macros.push({ name, sql: macro });
      }
    }
  };
  visit(sql);
  return { udfs, macros };
}

/** Everything, for a connection that will run many statements. */
export function wholePrelude(): Prelude {
  return preludeFor([...udfsByName.keys(), ...macrosByName.keys()].join(" "));
}

const NAME = /\bspk(?:js)?_[a-z0-9_]+\b/g;

const udfsByName = new Map(
  [
    ...aggregateUdfs,
    ...bitmapUdfs,
    ...variantUdfs,
    ...variantEditUdfs,
    ...vectorUdfs,
    ...xpathUdfs,
    ...collationUdfs,
    ...dateUdfs,
    ...frequencyUdfs,
    ...hashUdfs,
    ...hllUdfs,
    ...intervalUdfs,
    ...jsonUdfs,
    ...kllUdfs,
    ...mathUdfs,
    ...miscUdfs,
    ...recordUdfs,
    ...regexpUdfs,
    ...stringUdfs,
    ...thetaUdfs,
    ...tupleUdfs,
  ].map((each) => [each.name, each] as const),
);

const macrosByName = new Map<string, string>([
  ...Object.entries({ ...castMacros, ...timeMacros, ...operatorMacros }).map(
    ([name, text]) => [name, `CREATE OR REPLACE MACRO ${name}${text}`] as const,
  ),
  ...[
    ...aggregateMacros,
    ...arrayMacros,
    ...bitMacros,
    ...collationMacros,
    ...dateMacros,
    ...hashMacros,
    ...mapMacros,
    ...mathMacros,
    ...stringMacros,
  ].map((each) => [each.name, macroSql(each)] as const),
]);
