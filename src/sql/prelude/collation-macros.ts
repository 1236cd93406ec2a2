import { macro, type Macro } from "./macro.ts";

/**
 * Characters whose order and equality are the same in DuckDB's version of ICU as in Spark's (77.1), measured character by
 * character over the locales: Latin, its accents, Greek, Cyrillic, kana, hangul, general punctuation and currency signs
 * without those that moved. Others are refused.
 */
const SAME_IN_ICU =
  "[\\t\\n\\r -~\\x{A0}-\\x{AA}\\x{AC}-\\x{BA}\\x{BC}-\\x{24F}\\x{300}-\\x{36F}\\x{370}-\\x{52F}\\x{1E00}-\\x{1FFF}\\x{3041}-\\x{30FE}\\x{AC00}-\\x{D7A3}\\x{20AC}]*";

export const collationMacros: readonly Macro[] = [
  /** Code point by code point; the only letter that becomes two, and the two forms of sigma, are Spark's own. */
  macro("spk_lcase", "s", "lower(replace(replace(s, chr(304), 'i' || chr(775)), chr(962), chr(963)))"),
  /** As regular expressions of Java take letters for the same whose case does not count. */
  macro("spk_same_case", "s", "lower(upper(s))"),
  macro(
    "spk_icu_key",
    "s, tag",
    `CASE WHEN s IS NULL THEN NULL WHEN regexp_full_match(s, '${SAME_IN_ICU}') THEN icu_sort_key(s, tag)
      ELSE error('[UNSUPPORTED_FEATURE.COLLATION] The order of a character in ''' || s || ''' may differ from Spark''s under this collation.') END`,
  ),
];
