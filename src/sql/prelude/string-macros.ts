import { macro, type Macro } from "./macro.ts";

export const stringMacros: readonly Macro[] = [
  macro("spk_chr", "n", "CASE WHEN n < 0 THEN '' ELSE chr(CAST(n % 256 AS INTEGER)) END"),
  macro(
    "spk_substring",
    "s, p, n",
    // DuckDB takes a start before the text for its first character.
    `CASE WHEN p < 0 AND length(s) + p::BIGINT < 0 THEN left(s, greatest(length(s) + p::BIGINT + n, 0))
      ELSE substring(s, CASE WHEN p = 0 THEN 1 ELSE p END, spk_count(n)) END`,
  ),
  macro(
    "spk_substring_binary",
    "b, p, n",
    `CASE WHEN n <= 0 THEN CASE WHEN b IS NULL OR p IS NULL THEN NULL ELSE ''::BLOB END
      WHEN p > 0 THEN b[CAST(p AS BIGINT):CAST(p AS BIGINT) + n - 1]
      WHEN p = 0 THEN b[1:CAST(n AS BIGINT)]
      WHEN octet_length(b) + p + n <= 0 THEN ''::BLOB
      ELSE b[greatest(octet_length(b) + p + 1, 1):octet_length(b) + p + n] END`,
  ),
  macro("spk_left", "s, n", "left(s, spk_count(n))"),
  macro("spk_right", "s, n", "CASE WHEN n <= 0 AND s IS NOT NULL THEN '' ELSE right(s, n) END"),
  macro(
    "spk_find_in_set",
    "s, l",
    "CASE WHEN contains(s, ',') THEN 0 ELSE coalesce(list_position(string_split(l, ','), s), CASE WHEN l IS NULL OR s IS NULL THEN NULL ELSE 0 END) END",
  ),
  macro(
    "spk_locate",
    "t, s, p",
    `CASE WHEN p IS NULL THEN 0 WHEN t IS NULL OR s IS NULL THEN NULL WHEN p < 1 THEN 0
      WHEN t = '' THEN CASE WHEN p <= length(s) + 1 THEN p ELSE 0 END
      WHEN instr(substring(s, p), t) = 0 THEN 0 ELSE CAST(instr(substring(s, p), t) + p - 1 AS INTEGER) END`,
  ),
  macro("spk_lower", "s", "CASE WHEN strlen(s) = length(s) THEN lower(s) ELSE spkjs_lower(s) END"),
  macro("spk_upper", "s", "CASE WHEN strlen(s) = length(s) THEN upper(s) ELSE spkjs_upper(s) END"),
  macro("spk_initcap", "s", "spkjs_initcap(s)"),
  macro("spk_lpad", "s, n, p", "CASE WHEN p = '' THEN left(s, spk_count(n)) ELSE lpad(s, spk_count(n), p) END"),
  macro("spk_rpad", "s, n, p", "CASE WHEN p = '' THEN left(s, spk_count(n)) ELSE rpad(s, spk_count(n), p) END"),
  macro("spk_join", "l, s", "CASE WHEN l IS NULL OR s IS NULL THEN NULL ELSE coalesce(array_to_string(l, s), '') END"),
  /** The same for a separator that is not constant, which `array_to_string` does not take. */
  macro(
    "spk_join_by",
    "l, s",
    `CASE WHEN l IS NULL OR s IS NULL THEN NULL
      ELSE coalesce(substring(array_to_string(list_transform(l, lambda x: s || x), ''), length(s) + 1), '') END`,
  ),
  macro("spk_elt", "l, i", "CASE WHEN i >= 1 THEN l[i] END"),
  macro(
    "spk_elt_ansi",
    "l, i",
    "CASE WHEN i < 1 OR i > len(l) THEN error('[INVALID_ARRAY_INDEX] The index ' || i || ' is out of bounds. The array has ' || len(l) || ' elements.') ELSE l[i] END",
  ),
  /** DuckDB counts bytes. */
  macro(
    "spk_levenshtein",
    "a, b",
    "CASE WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN CAST(levenshtein(a, b) AS INTEGER) ELSE spkjs_levenshtein(a, b) END",
  ),
  macro(
    "spk_levenshtein_limit",
    "a, b, t",
    "CASE WHEN spk_levenshtein(a, b) <= coalesce(t, 0) THEN spk_levenshtein(a, b) WHEN spk_levenshtein(a, b) > coalesce(t, 0) THEN -1 END",
  ),
  macro(
    "spk_overlay",
    "s, r, p, n",
    "spk_substring(s, 1, spk_wrap32(p::BIGINT - 1)) || r || spk_substring(s, spk_wrap32(p::BIGINT + CASE WHEN n >= 0 THEN n WHEN n < 0 THEN length(r) END), 2147483647)",
  ),
  macro(
    "spk_overlay_binary",
    "s, r, p, n",
    "spk_substring_binary(s, 1, spk_wrap32(p::BIGINT - 1)) || r || spk_substring_binary(s, spk_wrap32(p::BIGINT + CASE WHEN n >= 0 THEN n WHEN n < 0 THEN octet_length(r) END), 2147483647)",
  ),
  macro(
    "spk_split_part",
    "s, d, n",
    "CASE WHEN n = 0 THEN error('[INVALID_INDEX_OF_ZERO] The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).') WHEN d = '' THEN CASE WHEN n IN (1, -1) THEN s ELSE '' END ELSE split_part(s, d, n) END",
  ),
  macro(
    "spk_substring_index",
    "s, d, n",
    `CASE WHEN n = 0 OR d = '' THEN CASE WHEN s IS NULL THEN NULL ELSE '' END
      WHEN n > 0 THEN spk_join_by(string_split(s, d)[1:n], d)
      WHEN n < 0 THEN spk_join_by(string_split(s, d)[n:], d) END`,
  ),
  /** Not below zero; null stays null, which `greatest` would lose. */
  macro("spk_count", "n", "CASE WHEN n < 0 THEN 0 ELSE n END"),
];
